"""Deadlines of a partner: until when they have to give a first sign, or to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from helpdesk.partners.agreement_terms import NEVER_WAITS, SLOWEST
from helpdesk.partners.models import Partner
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN
from helpdesk.partners.working_time import add_working_time, working_time_between

LONG_WEEKEND: Final = timedelta(days=4)
# From when until when it was their move.
Turn = tuple[datetime, datetime]


def first_sign_due(partner: Partner, priority: str, at: datetime) -> datetime:
    """When a first sign is due of what got to a partner at that moment."""
    return _deadline(partner, priority, partner.answer_within, ANSWER_WITHIN, at)


def decision_due(
    partner: Partner, priority: str, at: datetime, *, turns: Sequence[Turn] = ()
) -> datetime:
    """When a decision is due of what a partner has from `at` on, and had in these turns before."""
    return _deadline(partner, priority, partner.decide_within, DECIDE_WITHIN, at, turns)


def _deadline(
    partner: Partner,
    priority: str,
    within: Mapping[str, int],
    usual: Mapping[str, timedelta],
    at: datetime,
    turns: Sequence[Turn] = (),
) -> datetime:
    """By their working days and hours, where that was agreed and the priority can wait for them;
    and by the clock never later than the longest time that can be agreed and a long weekend."""
    calendar, span = partner.working_calendar, timedelta(seconds=within[priority])
    had = sum((end - start for start, end in turns), timedelta(0))
    if calendar is None or priority == NEVER_WAITS:
        return max(at + span - had, at)
    used = sum((working_time_between(calendar, *one) for one in turns), timedelta(0))
    latest = at + SLOWEST * usual[priority] + LONG_WEEKEND - had
    return min(add_working_time(calendar, at, span, used=used), max(latest, at))
