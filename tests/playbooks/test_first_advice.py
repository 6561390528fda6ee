"""The first lines of advice are those that lose most if they are followed late."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.answer_evaluation import FIRST, safe_now_advice
from helpdesk.playbooks.conditions import AllOf, Answered, Is
from helpdesk.playbooks.model import Advice, LossIfLate, Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import merged_advice

PAGES = load_current_library().playbooks
PAGE = next(page for page in PAGES if page.id == "doxing")
CHILD = Is("dox_what", "child")


def line(number, stake, when=None, *, is_dont=False):
    text = Text(f"x.{number}", f"Line {number}")
    return Advice(f"line-{number}", text, is_dont, when=when, at_stake=stake)


def ids(lines):
    return [one.id for one in lines]


@given(st.lists(st.tuples(st.sampled_from(LossIfLate), st.booleans()), max_size=20))
def test_five_come_first_and_none_of_the_others_would_lose_more(kinds):
    lines = tuple(line(n, stake, is_dont=dont) for n, (stake, dont) in enumerate(kinds))

    told = safe_now_advice(replace(PAGE, safe_now=lines), {})

    first = (*told.first_dos, *told.first_donts)
    rest = (*told.more_dos, *told.more_donts)
    assert len(first) == min(FIRST, len(lines))
    assert sorted(ids((*first, *rest))) == sorted(ids(lines))
    for shown, left in ((told.first_dos, told.more_dos), (told.first_donts, told.more_donts)):
        worst_left = min((one.at_stake.rank for one in left), default=len(LossIfLate))
        assert all(one.at_stake.rank <= worst_left for one in shown)


def test_of_two_alike_the_one_that_the_answers_call_for_comes_first():
    unsure, sure = line(1, LossIfLate.PROOF, CHILD), line(2, LossIfLate.PROOF)
    page = replace(PAGE, safe_now=(unsure, sure))

    assert ids(safe_now_advice(page, {}).first_dos) == ["line-2", "line-1"]
    assert ids(safe_now_advice(page, {"dox_what": ("child",)}).first_dos) == ["line-1", "line-2"]


def test_a_line_for_what_was_ticked_is_shown_to_nobody_else():
    page = replace(
        PAGE, safe_now=(line(1, LossIfLate.SAFETY, AllOf((Answered("dox_what"), CHILD))),)
    )

    assert ids(safe_now_advice(page, {"dox_what": ("child",)}).dos) == ["line-1"]
    assert (
        safe_now_advice(page, {}).dos == safe_now_advice(page, {"dox_what": ("unsure",)}).dos == ()
    )


def test_people_who_picked_several_kinds_are_sent_to_safety_once():
    told = merged_advice(PAGES, {"danger": "imminent"})

    assert ids((*told.dos, *told.donts)).count("people-first") == 1
    assert all(one.at_stake is LossIfLate.SAFETY for one in told.first_dos)


def test_who_has_just_sent_money_is_told_to_call_the_bank_before_all_else():
    """The bank is asked about later: what nobody has said yet makes no line less urgent."""
    page = next(page for page in PAGES if page.id == "workspace-or-payment-fraud")

    told = safe_now_advice(page, {"danger": "none_known", "office_money": "sent_now"})

    assert told.first_dos[0].id == "call-bank"
