"""Emails about an address: how many leave because of one owner in a day, and what the next waits
for.

Pages seal a code and addresses to the worker, and whoever has taken one over chooses them. So each
email is counted before it leaves, in history, where no process of pages writes that: who holds the
row of an address keeps nothing from being counted.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.emails import PermanentMailError, TemporaryMailError
from helpdesk.core.history import HistoryEntry
from helpdesk.core.unconfirmed_addresses import UnconfirmedAddress
from helpdesk.core.work import Subject, Work

# Emails of both kinds together that a server took, or may have taken.
EMAILS_A_DAY: Final = 20
# With those that it refused: a mail server that is away is asked four times for each code, and none
# is to be asked without end about addresses that pages chose.
TRIES_A_DAY: Final = 200
DAY: Final = timedelta(days=1)
EMAIL_BEGUN: Final = "sending.address_email"
EMAIL_REFUSED: Final = "sending.address_email_refused"
EMAIL_PUT_OFF: Final = "sending.address_email_put_off"


def begin_address_email(work: Work, new: UnconfirmedAddress, owner: Subject) -> datetime | None:
    """Count an email about an address that is about to leave; or, where so many left within a day,
    say until when it waits, and keep that for its page.

    Counted before it leaves: whoever holds the row keeps us from writing there, not from sending.
    """
    until = _waits_until(work, owner)
    if until is None:
        work.record(EMAIL_BEGUN, owner)
    elif new.emails_wait_until != until:
        new.emails_wait_until = until
        work.record(EMAIL_PUT_OFF, owner)
    return until


def send_address_email(context: AppContext, email: Email, owner: Subject) -> None:
    """Send an email that was counted. One that the server refused did not leave, and its count is
    taken back; one that may have arrived stays counted."""
    try:
        context.mailer.send(email)
    except (TemporaryMailError, PermanentMailError):
        with context.begin() as work:
            work.record(EMAIL_REFUSED, owner)
        raise


def _waits_until(work: Work, owner: Subject) -> datetime | None:
    """When the oldest of as many as may leave in a day is a day old; None if fewer did."""
    entries = (
        select(HistoryEntry.action, HistoryEntry.at)
        .where(
            HistoryEntry.subject_id == str(owner.id),
            HistoryEntry.action.in_((EMAIL_BEGUN, EMAIL_REFUSED)),
            HistoryEntry.at > work.at - DAY,
        )
        .order_by(HistoryEntry.id)
    )
    tried: list[datetime] = []
    left: list[datetime] = []
    for action, at in work.session.execute(entries):
        if action == EMAIL_BEGUN:
            tried.append(at)
            left.append(at)
        elif left:  # else it began more than a day ago
            left.pop()
    bounds = ((left, EMAILS_A_DAY), (tried, TRIES_A_DAY))
    full = [times[-most] + DAY for times, most in bounds if len(times) >= most]
    return max(full, default=None)
