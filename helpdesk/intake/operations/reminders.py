"""Operations on email reminders: a reporter asks for them, confirms where they go, and ends them.

The public pages have no right to the table. They have functions of the database, each for the
reporter whose mailbox is open and no other; one takes what the link in an email holds instead.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.cases.models import Case
from helpdesk.cases.policy import is_reporter_of
from helpdesk.core.email_addresses import parse_email_address
from helpdesk.core.errors import Conflict, mark_translatable
from helpdesk.core.unconfirmed_addresses import CodeCheckResult, code_tag
from helpdesk.core.work import Work
from helpdesk.intake.models import ReminderState, reminder_envelope_place
from helpdesk.key_files import KeyFile

TOO_MANY_ASKS = mark_translatable(
    "You’ve asked for three test emails today. Please try again tomorrow. Nothing was changed."
)
NOTHING_TO_CONFIRM = mark_translatable(
    "There is no address to confirm. It may already be confirmed."
)


@dataclass(frozen=True)
class ReminderOverview:
    """The state of a reporter's email reminders. Where they go is shown to nobody, not even to
    them."""

    state: ReminderState
    told_at: datetime | None


@dataclass(frozen=True)
class ReminderAppearance:
    """The appearance of reminders: a subject and a sender from our lists, and whether they name
    us."""

    subject: str
    sender: str
    language: str
    names_site: bool


def own_reminder_overview(work: Work, *, has_read: bool = False) -> ReminderOverview:
    """The state of the reporter's own reminders. `has_read`: the page shows all that waits, so that
    the next thing of ours is told again. No rule: it is the reporter's whose mailbox is open; a
    stranger has none."""
    found = select(func.own_reminders(has_read).table_valued("state", "told_at"))
    row = work.session.execute(found).one_or_none()
    return ReminderOverview(ReminderState(row.state), row.told_at) if row else _NONE


def ask_for_reminders(work: Work, case: Case, address: str, look: ReminderAppearance) -> None:
    """Ask for email reminders to an address. A test email goes there; until its code is typed
    nothing else does, and an address from before is not used any more."""
    work.require(is_reporter_of, case)
    kept = parse_email_address(address)
    place = reminder_envelope_place(case.id, "address")
    sealed = work.keys.service.seal(KeyFile.REMINDER_ADDRESSES, kept, place)
    asked = func.ask_for_reminders(
        sealed.raw,
        look.subject,
        look.sender,
        look.language,
        look.names_site,
    )
    ask_id = work.session.scalar(select(asked))
    if ask_id is None:
        raise Conflict(TOO_MANY_ASKS)
    work.record("reminder.asked", case)
    work.enqueue("intake.send_reminder_code", case_id=case.id, ask_id=ask_id)


def confirm_reminders(work: Work, case: Case, code: str) -> bool:
    """Confirm the address for reminders with the code of its test email. A wrong one counts."""
    work.require(is_reporter_of, case)
    found = work.session.scalar(select(func.confirm_reminders(code_tag(case.id, code))))
    if found == "none":
        raise Conflict(NOTHING_TO_CONFIRM)
    if CodeCheckResult(str(found)) is not CodeCheckResult.RIGHT:
        return False
    work.record("reminder.confirmed", case)
    return True


def end_reminders(work: Work, case: Case) -> None:
    """End the reminders and delete the address. Safe to do twice."""
    work.require(is_reporter_of, case)
    if work.session.scalar(select(func.end_reminders())):
        work.record("reminder.ended", case)


def end_reminders_by_link(work: Work, token: str) -> None:
    """End the reminders by the link in one of the emails; nothing is said of whether there were
    any.

    No rule: what the link holds is the right to it, and nobody can guess it.
    """
    work.session.execute(select(func.stop_reminders(token)))


_NONE = ReminderOverview(ReminderState.OFF, None)
