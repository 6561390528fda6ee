"""Deadlines of a partner: until when they have to give a first sign, or to decide."""

from datetime import datetime, timedelta

from helpdesk.partners.agreement_terms import NEVER_WAITS
from helpdesk.partners.models import Partner
from helpdesk.partners.working_time import add_working_time


def first_sign_due(partner: Partner, priority: str, start: datetime) -> datetime:
    """When a first sign is due of what got to a partner at `start`."""
    return _deadline(partner, priority, partner.answer_within[priority], start)


def decision_due(partner: Partner, priority: str, start: datetime) -> datetime:
    """When a decision is due of what a partner has had since `start`."""
    return _deadline(partner, priority, partner.decide_within[priority], start)


def _deadline(partner: Partner, priority: str, seconds: int, start: datetime) -> datetime:
    """By their working days and hours, where that was agreed and the priority can wait for them."""
    calendar, span = partner.working_calendar, timedelta(seconds=seconds)
    if calendar is None or priority == NEVER_WAITS:
        return start + span
    return add_working_time(calendar, start, span)
