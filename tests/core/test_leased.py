"""One rule for leases, fences and retries, which promises and deliveries stand on alike."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.leased_tasks import LeasableRow, RetryPlan
from helpdesk.core.outbox import OutboxJob
from helpdesk.escalations.models import Delivery

ROOT = Path(__file__).resolve().parents[2] / "helpdesk"
A_MINUTE = timedelta(minutes=1)
PLAN = RetryPlan((A_MINUTE, 5 * A_MINUTE))
# The ticker's lease goes by the database's clock alone: one statement takes it
# (`core/ticker_lease.py`).
APART = {"core/leased_tasks.py", "core/ticker_lease.py"}


@pytest.fixture(params=[OutboxJob, Delivery])
def row(request):
    return request.param(fence=0, leased_until=None)


def test_the_word_of_who_was_overtaken_does_not_count(row, now):
    slow = row.lease(at=now, during=A_MINUTE)
    quick = row.lease(at=now + 2 * A_MINUTE, during=A_MINUTE)

    assert not row.is_held_with_fence(slow)
    assert row.is_held_with_fence(quick)


def test_a_result_counts_once(row, now):
    fence = row.lease(at=now, during=A_MINUTE)
    row.end_lease()

    assert not row.is_held_with_fence(fence)


def test_a_try_that_is_revoked_has_nothing_more_to_tell(row, now):
    fence = row.lease(at=now, during=A_MINUTE)
    row.revoke_lease()

    assert not row.is_held_with_fence(fence)
    assert row.lease(at=now, during=A_MINUTE) > fence + 1


def test_who_may_be_alive_is_left_alone_until_the_lease_is_over(row, now):
    row.lease(at=now, during=A_MINUTE)

    assert row.is_leased(now + timedelta(seconds=59))
    assert not row.is_leased(now + A_MINUTE)


def test_a_lease_of_a_clock_that_was_a_day_ahead_is_none(row, now):
    row.lease(at=now + timedelta(days=1), during=A_MINUTE)

    assert not row.is_leased(now)


@given(st.integers(1, 2))
def test_a_pause_is_between_half_of_the_plans_and_all_of_it(tries):
    longest = PLAN.pauses[tries - 1]

    assert longest / 2 <= PLAN.pause_after(tries) <= longest


def test_after_the_last_pause_a_person_has_to_look():
    assert PLAN.pause_after(3) is None
    assert RetryPlan(()).pause_after(1) is None
    assert not RetryPlan(()).is_exhausted(0)
    assert [PLAN.tries_since_manual_retry(tries) for tries in range(1, 8)] == [1, 2, 3, 1, 2, 3, 1]


def rules_of_their_own(text):
    """Places where a lease, a fence or a pause is written by hand."""
    kinds = r"\.fence \+= |\.leased_until(, [\w.]+)* = |random\.uniform"
    return [found.group() for found in re.finditer(kinds, text)]


def test_nobody_has_a_lease_a_fence_or_a_retry_of_their_own():
    found = {
        str(path.relative_to(ROOT)): rules_of_their_own(path.read_text())
        for path in ROOT.rglob("*.py")
        if str(path.relative_to(ROOT)) not in APART
    }

    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "planted",
    ["delivery.fence += 1", "delivery.leased_until = at", "row.retry_at, row.leased_until = a, b",
     "pause * random.uniform(0.5, 1)"],
)  # fmt: skip
def test_a_planted_lease_of_somebodys_own_is_seen(planted):
    assert rules_of_their_own(planted)


def test_both_stand_on_it():
    assert issubclass(OutboxJob, LeasableRow)
    assert issubclass(Delivery, LeasableRow)
