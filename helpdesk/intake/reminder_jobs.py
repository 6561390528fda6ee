"""Background jobs of email reminders: tell reporters that an answer waits, without a word of it.

It alone, and the ticker in its place, opens where that is. At most one goes out until the reporter
has looked into the mailbox; a test email goes to an address once in a day, whoever asks.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models import Case, Closure
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.core.jobs import Queue, job
from helpdesk.core.recent_times import column_happened_within, happened_within
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.core.unconfirmed_addresses import code_tag
from helpdesk.core.work import Work, round_down_to_hour, round_time_for_reporter
from helpdesk.intake.models import (
    EmailReminder,
    PausedTestEmailAddress,
    ReminderState,
    StopLinkOfTestEmail,
)
from helpdesk.intake.reminder_emails import (
    compose_code_email,
    compose_reminder,
    reminder_stop_token,
)
from helpdesk.key_files import KeyFile

log = logging.getLogger(__name__)

# One test email to an address in that time; and so many to all in an hour, so that very many
# invented reports make no flood of emails of ours.
BETWEEN_TEST_EMAILS: Final = timedelta(days=1)
IN_AN_HOUR: Final = 60
HOUR: Final = timedelta(hours=1)
# Hours are kept: in the one in which a day ends, an address waits until it is whole.
PAUSED_AFTER_TEST_EMAIL: Final = BETWEEN_TEST_EMAILS + HOUR
# One inbox, however its domain is written and whatever dots stand before the @.
OF_GMAIL: Final = ("gmail.com", "googlemail.com")
# What was never confirmed goes after that, and what a closed case still has.
UNCONFIRMED_KEPT: Final = timedelta(days=2)
AFTER_CLOSING: Final = timedelta(days=1)
_AFTER_SENDING: Final = {
    ReminderState.SENDING: ReminderState.TOLD,
    ReminderState.FAILING: ReminderState.READY,
}


@dataclass(frozen=True)
class _TestEmail:
    """The test email of one asking, which is about to go out."""

    email: Email
    tag: bytes
    token: str
    # The hour in which it was first tried: its code goes by it.
    hour: datetime
    is_tried_again: bool


@job("intake.send_reminder_code", queue=Queue.REMINDERS)
def send_reminder_code(context: AppContext, *, case_id: str, ask_id: str) -> None:
    """Email the code that confirms a reporter's address, unless the address had one lately: then
    that one's code goes on. Safe to run twice: it is the same code, and the same email.

    That the address has had one, and what its link stops, is kept before it goes, and in a
    transaction of its own, which says of no case that it is of this address. It counts whatever a
    server says then, but for "not now": then nothing was sent, and whoever asks anew is sent one.
    """
    with context.begin() as work:
        due = _due_test_email(context, work, case_id, ask_id)
    if due is None:
        return
    if not due.is_tried_again:
        with context.begin() as work:
            _pause(work, due)
            _keep_stop_link(work, due)
    try:
        context.mailer.send(due.email)  # no transaction is open here
    except TemporaryMailError:
        with context.begin() as work:
            _end_pause_of_test_email(work, due)
        with context.begin() as work:
            _forget_code(work, case_id, ask_id)
        raise
    except PermanentMailError:
        # Whoever asked is not told: they may be asking who reads at somebody else's address.
        log.warning("a test email for reminders was refused")
    with context.begin() as work:
        # Whoever holds the row must not have it sent again: then it goes with the two days.
        now = _held(work, case_id, or_pass_by=True)
        if now is not None and now.ask_id == ask_id:
            now.code_sent_at = round_time_for_reporter(work.at)


def _due_test_email(
    context: AppContext, work: Work, case_id: str, ask_id: str
) -> _TestEmail | None:
    """The test email of an asking, with its code noted; None where none is to go out (now)."""
    reminder = _held(work, case_id)
    key = _key(work)
    if reminder is None or reminder.ask_id != ask_id or reminder.code_sent_at is not None:
        return None
    to = _address(work, reminder)
    if not to or not context.settings.offers_reminders:
        return None
    tag, token = _address_tag(key, to), reminder_stop_token(key, case_id, to)
    reminder.stop_tag = _stop_tag(token)
    kept = _test_email_lately(work, token)
    code = _code(key, case_id, to, kept) if kept is not None else ""
    is_tried_again = bool(code) and reminder.code_tag == code_tag(case_id, code)
    if not is_tried_again and _is_paused(work, tag):
        # Where nobody was sent it, there is nothing to guess.
        reminder.code_tag = code_tag(case_id, code) if code else None
        reminder.code_sent_at = round_time_for_reporter(work.at)
        return None
    if not is_tried_again and _sent_lately(work) >= IN_AN_HOUR:
        work.enqueue("intake.send_reminder_code", after=HOUR, case_id=case_id, ask_id=ask_id)
        return None
    hour = kept if kept is not None and is_tried_again else round_down_to_hour(work.at)
    code = _code(key, case_id, to, hour)
    reminder.code_tag = code_tag(case_id, code)
    email = compose_code_email(context, key, reminder, to=to, code=code)
    return _TestEmail(email, tag, token, hour, is_tried_again)


def _forget_code(work: Work, case_id: str, ask_id: str) -> None:
    """Nothing was sent: it is tried again like any asking, unless another case's went meanwhile."""
    reminder = _held(work, case_id, or_pass_by=True)
    if reminder is not None and reminder.ask_id == ask_id:
        reminder.code_tag = None


@job("intake.send_reminder", queue=Queue.REMINDERS, on=AnswerAwaitsReporter)
def send_reminder(context: AppContext, *, case_id: str) -> None:
    """Email a reporter who asked for it that something waits; not again before they have looked.

    When the case is closed, that was the last one, and the address goes. Safe to run twice: it is
    the same email.
    """
    with context.begin() as work:
        reminder, ask_id = _held(work, case_id), ""
        email = None
        if reminder is not None and reminder.state.is_on:
            ask_id, email = str(reminder.ask_id), _due_email(context, work, reminder)
        if email is None:
            _erase_if_closed(work, case_id)
            return
    try:
        _send_once(context, email)  # no transaction is open here
    except Exception as error:
        with context.begin() as work:
            _note(work, case_id, ask_id, sent=False)
            if isinstance(error, PermanentMailError):
                _erase_if_closed(work, case_id)
        if not isinstance(error, PermanentMailError):
            raise
        # No one here can put their address right: the mailbox and the case page say so.
        log.warning("an email reminder was refused")
    else:
        with context.begin() as work:
            _note(work, case_id, ask_id, sent=True)
            _erase_if_closed(work, case_id)


def _send_once(context: AppContext, email: Email) -> None:
    """One that may have arrived has: it says no more than that something waits, and who reads a
    second one in a shared inbox sees how often."""
    try:
        context.mailer.send(email)
    except UncertainMailError:
        log.warning("an email reminder may not have arrived")


def erase_old_addresses(work: Work) -> None:
    """Erase addresses for reminders: those that nobody confirmed, those that a closed case still
    has, and the tags of those that are paused no more. No rule: the ticker tidies up. Safe to run
    twice."""
    old = (
        select(EmailReminder.case_id)
        .join(Case, Case.id == EmailReminder.case_id)
        .outerjoin(Closure, Closure.case_id == Case.id)
        .where(
            EmailReminder.state != ReminderState.OFF,
            or_(
                Closure.at < work.at - AFTER_CLOSING,
                (EmailReminder.state == ReminderState.UNCONFIRMED)
                & (EmailReminder.asked_since < work.at - UNCONFIRMED_KEPT),
            ),
        )
    )
    for case_id in work.session.scalars(old.limit(1000)).all():
        work.session.execute(select(func.erase_reminders(case_id)))
    work.session.execute(select(func.forget_paused_addresses(work.at)))


def _due_email(context: AppContext, work: Work, reminder: EmailReminder) -> Email | None:
    """The email that is to go out now, noted as on its way; None where none is due."""
    if reminder.state is ReminderState.TOLD:
        return None
    to = _address(work, reminder)
    if not to or not context.settings.offers_reminders:
        reminder.state = ReminderState.FAILING
        return None
    key = _key(work)
    has_looked = reminder.state is ReminderState.FAILING and reminder.sending_at is None
    if reminder.state is ReminderState.READY or reminder.sending_at is None:
        reminder.sending_at = work.at  # one that is tried again is the same email
    if not has_looked:
        reminder.state = ReminderState.SENDING
    reminder.stop_tag = _stop_tag(reminder_stop_token(key, reminder.case_id, to))
    return compose_reminder(context, key, reminder, to=to)


def _note(work: Work, case_id: str, ask_id: str, *, sent: bool) -> None:
    """How it went. Who has looked into the mailbox meanwhile is told of the next thing again."""
    reminder = _held(work, case_id)
    if reminder is None or reminder.ask_id != ask_id:
        return
    if sent:
        reminder.told_at = work.at
        # Who looked while it failed may have seen what it was about: the next thing is told again.
        reminder.state = _AFTER_SENDING.get(reminder.state, reminder.state)
    else:
        if reminder.state is ReminderState.FAILING:
            reminder.sending_at = None  # they have looked meanwhile: that is still so at the next
        reminder.state = ReminderState.FAILING
    action = "reminder.sent" if sent else "reminder.failed"
    work.record_about(action, "cases", case_id, case_id=case_id)


def _erase_if_closed(work: Work, case_id: str) -> None:
    case = work.session.get(Case, case_id)
    if case is not None and case.is_closed:
        work.session.flush()  # what is noted of the row comes before its end
        work.session.execute(select(func.erase_reminders(case_id)))


def _held(work: Work, case_id: str, *, or_pass_by: bool = False) -> EmailReminder | None:
    """The row, held; with `or_pass_by` None where somebody else holds it."""
    return work.session.get(
        EmailReminder,
        case_id,
        with_for_update={"skip_locked": or_pass_by},
        populate_existing=True,
    )


def _key(work: Work) -> Secret:
    key = work.keys.service.secret(KeyFile.REMINDER_ADDRESSES)
    if key is None:
        raise CannotOpen
    return key


def _address(work: Work, reminder: EmailReminder) -> str:
    """Where it goes; empty for what does not open: it was planted."""
    if reminder.address is None:
        return ""
    try:
        place = reminder.envelope_place_of("address")
        return work.keys.service.open(KeyFile.REMINDER_ADDRESSES, reminder.address, place)
    except CannotOpen:
        log.warning("an address for reminders does not open")
        return ""


def _address_tag(key: Secret, address: str) -> bytes:
    """The same however an address of one inbox is written, as far as we know the ways."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in OF_GMAIL:
        local, domain = local.replace(".", ""), OF_GMAIL[0]
    return key.derive(f"address {local}@{domain}")


def _code(key: Secret, case_id: str, address: str, hour: datetime) -> str:
    """The same for one test email: pages never know it, and it fits no other address or day."""
    drawn = int.from_bytes(key.derive(f"code {case_id} {address} {int(hour.timestamp())}")[:8])
    return f"{drawn % 10**6:06}"


def _stop_tag(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _is_paused(work: Work, tag: bytes) -> bool:
    paused = work.session.get(PausedTestEmailAddress, tag)
    return paused is not None and paused.until > work.at


def _pause(work: Work, due: _TestEmail) -> None:
    until = due.hour + PAUSED_AFTER_TEST_EMAIL
    row = insert(PausedTestEmailAddress).values(tag=due.tag, sent_at=due.hour, until=until)
    again = {"sent_at": row.excluded.sent_at, "until": row.excluded.until}
    work.session.execute(row.on_conflict_do_update(index_elements=["tag"], set_=again))


def _end_pause_of_test_email(work: Work, due: _TestEmail) -> None:
    """Nothing was sent. Who pressed the link of another one is still left alone for a month."""
    paused = PausedTestEmailAddress
    of_test_email = paused.until - paused.sent_at <= PAUSED_AFTER_TEST_EMAIL
    work.session.execute(
        update(paused).where(paused.tag == due.tag, of_test_email).values(until=paused.sent_at)
    )


def _keep_stop_link(work: Work, due: _TestEmail) -> None:
    """The hash differs from the one beside the case, so that neither leads to the other."""
    row = insert(StopLinkOfTestEmail).values(
        stop_tag=_stop_tag(f"test {due.token}"), tag=due.tag, sent_at=due.hour
    )
    again = {"sent_at": row.excluded.sent_at}
    work.session.execute(row.on_conflict_do_update(index_elements=["stop_tag"], set_=again))


def _test_email_lately(work: Work, token: str) -> datetime | None:
    """The hour of this case's test email to this address, while it still goes on."""
    kept = work.session.get(StopLinkOfTestEmail, _stop_tag(f"test {token}"))
    if kept is None or not happened_within(kept.sent_at, PAUSED_AFTER_TEST_EMAIL, at=work.at):
        return None
    return kept.sent_at


def _sent_lately(work: Work) -> int:
    """How many went out or were tried: an address of which none was taken is paused no longer."""
    lately = select(func.count()).where(
        column_happened_within(StopLinkOfTestEmail.sent_at, HOUR, at=work.at)
    )
    return int(work.session.scalar(lately) or 0)
