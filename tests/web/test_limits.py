"""Tries are counted in a table of one size: no number of other names wins one of them back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.web.rate_limits import TokenBuckets

SIZE, PER_MINUTE = 8, 0.5


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def tries(buckets, who, number=1, purpose="sign-in"):
    return [buckets.take(purpose, who, size=SIZE, per_minute=PER_MINUTE) for _ in range(number)]


def test_twenty_five_thousand_invented_names_give_nobody_a_try_back():
    buckets = TokenBuckets(clock=Clock())
    assert tries(buckets, "asha", SIZE + 1) == [True] * SIZE + [False]

    for number in range(25_000):
        tries(buckets, f"invented-{number}")

    assert tries(buckets, "asha") == [False]


def test_a_name_that_nobody_tried_has_its_tries_left_after_twenty_thousand_others():
    buckets = TokenBuckets(clock=Clock(), key=b"of this test")
    for number in range(20_000):
        tries(buckets, f"invented-{number}")

    refused = [who for who in range(1_000) if not tries(buckets, f"honest-{who}")[0]]

    assert refused == []


def test_the_names_of_one_purpose_take_nothing_from_another():
    """However many names strangers try, a known browser has tries of its own."""
    buckets = TokenBuckets(clock=Clock(), width=50)
    for number in range(1_000):
        tries(buckets, f"invented-{number}", SIZE, purpose="strangers")
    assert tries(buckets, "asha", purpose="strangers") == [False]

    assert tries(buckets, "asha", SIZE, purpose="known") == [True] * SIZE


def test_tries_come_back_with_time_and_the_wait_is_said():
    clock = Clock()
    buckets = TokenBuckets(clock=clock)
    tries(buckets, "asha", SIZE)

    wait = buckets.take_or_wait("sign-in", "asha", size=SIZE, per_minute=PER_MINUTE)
    assert wait == 120
    clock.now += wait - 1
    assert tries(buckets, "asha") == [False]
    clock.now += 1
    assert tries(buckets, "asha", 2) == [True, False]


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(0, 300, allow_nan=False)), min_size=1, max_size=80
    )
)
def test_it_is_never_more_lenient_than_a_counter_for_each_name(steps):
    """Names meet in a small table all the time, and each is still counted to the full."""
    clock, spent = Clock(), {}
    buckets = TokenBuckets(clock=clock, width=3, depth=2)

    for who, later in steps:
        clock.now += later
        for name, (tokens, at) in spent.items():
            spent[name] = (max(0.0, tokens - (clock.now - at) * PER_MINUTE / 60), clock.now)
        before = spent.get(who, (0.0, clock.now))[0]
        if tries(buckets, str(who)) == [True]:
            assert before + 1 <= SIZE + 1e-6
            spent[who] = (before + 1, clock.now)
