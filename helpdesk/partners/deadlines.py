"""Deadlines of a partner: until when they have to give a first sign, or to decide."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from helpdesk.partners.agreement_terms import NEVER_WAITS, SLOWEST
from helpdesk.partners.models import Partner
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN
from helpdesk.partners.working_time import add_working_time

LONG_WEEKEND: Final = timedelta(days=4)


def first_sign_due(partner: Partner, priority: str, start: datetime) -> datetime:
    """When a first sign is due of what got to a partner at `start`."""
    return _deadline(partner, priority, partner.answer_within, ANSWER_WITHIN, start)


def decision_due(partner: Partner, priority: str, start: datetime) -> datetime:
    """When a decision is due of what a partner has had since `start`."""
    return _deadline(partner, priority, partner.decide_within, DECIDE_WITHIN, start)


def _deadline(
    partner: Partner,
    priority: str,
    within: Mapping[str, int],
    usual: Mapping[str, timedelta],
    start: datetime,
) -> datetime:
    """By their working days and hours, where that was agreed and the priority can wait for them;
    and by the clock never later than the longest time that can be agreed and a long weekend."""
    calendar, span = partner.working_calendar, timedelta(seconds=within[priority])
    if calendar is None or priority == NEVER_WAITS:
        return start + span
    latest = start + SLOWEST * usual[priority] + LONG_WEEKEND
    return min(add_working_time(calendar, start, span), latest)
