"""A restored backup: nothing leaves it until an operator has seen what is due, and releases it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from helpdesk.accounts.models import SignInSession
from helpdesk.core import jobs, outbox, send_hold
from helpdesk.core.errors import Conflict
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.send_hold import HoldReason, SendHold
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.duty.policy import may_release_sending
from helpdesk.escalations.models import Delivery
from helpdesk.escalations.operations import restored_deliveries
from helpdesk.intake.models import MailboxSession

DELIVER = "escalations.deliver"


@dataclass(frozen=True)
class DueJobs:
    """The jobs that are due in a held database: how much of each would be sent at once, of that how
    much from before the backup, and the requests that a partner may have had already."""

    held: SendHold
    by_job: Mapping[str, int]
    before_the_backup: Mapping[str, int]
    requests: Sequence[Delivery]


def hold_sending(work: Work) -> None:
    """Put sending on hold: an operator says that this database was restored."""
    work.require(may_release_sending, send_hold.ROW)
    if send_hold.reason_for_hold(work.session) is not None:
        raise Conflict("Sending is already paused. To start it again, run: helpdesk release")
    send_hold.hold_sending(work, HoldReason.SAID)


def due_jobs(work: Work) -> DueJobs:
    """The jobs that would run at once if sending were released now. Refused where nothing is
    held."""
    held = send_hold.reason_for_hold(work.session)
    if held is None:
        raise Conflict("Sending is not paused in this database.")
    outbox_jobs = [one for one in outbox.lock_due_jobs(work.session, at=work.at) if _leaves(one)]
    return DueJobs(
        held,
        Counter(one.job for one in outbox_jobs),
        Counter(one.job for one in outbox_jobs if _is_from_before(one, held.as_of)),
        restored_deliveries.undelivered_deliveries(work),
    )


def release_sending(work: Work, *, skip_due: bool) -> int:
    """Release sending after a restore; how many jobs were skipped.

    With `skip_due` that is what was due before the backup's moment and would leave the house: the
    house that was backed up has sent it. A request to a partner that is under way counts as one
    that may have arrived. Everybody who is signed in is out.
    """
    work.require(may_release_sending, send_hold.ROW)
    send_hold.lock_send_hold(work)
    due = due_jobs(work)
    skipped = _skip(work, due.held.as_of) if skip_due else []
    left = {str(one.arguments["delivery_id"]) for one in skipped if one.job == DELIVER}
    _settle(work, due.requests, left)
    _end_all_visits(work)
    send_hold.release_sending(work)
    work.record_about("sending.released", send_hold.ROW, send_hold.ROW, skipped=len(skipped))
    return len(skipped)


def _end_all_visits(work: Work) -> None:
    """Sessions and mailboxes that were ended after the backup are open again: all begin anew."""
    work.session.execute(delete(SignInSession))
    work.session.execute(delete(MailboxSession))


def _skip(work: Work, moment: datetime | None) -> Sequence[OutboxJob]:
    due = outbox.lock_due_jobs(work.session, at=work.at)
    skipped = [one for one in due if _leaves(one) and _is_from_before(one, moment)]
    for one in skipped:
        outbox.skip_outbox_job_after_restore(one, at=work.at)
        case_id = one.arguments.get("case_id")
        work.record_about("outbox.skipped", "outbox", one.id, case_id=case_id, job=one.job)
    return skipped


def _settle(work: Work, requests: Sequence[Delivery], left: Collection[str]) -> None:
    for delivery in requests:
        if delivery.id in left:
            restored_deliveries.leave_delivery_unsent(work, delivery)
        else:
            restored_deliveries.mark_possibly_delivered(work, delivery)


def _leaves(outbox_job: OutboxJob) -> bool:
    """Whether it would leave the house. What another version queued is believed to."""
    known = {one.name: one for one in jobs.all_jobs()}
    return outbox_job.job not in known or known[outbox_job.job].leaves_the_house


def _is_from_before(outbox_job: OutboxJob, moment: datetime | None) -> bool:
    """Whether it was due before the backup's moment. What a reporter did since is due as of up to
    five minutes before: in doubt it is sent twice rather than never."""
    return moment is not None and outbox_job.due_at < round_time_for_reporter(moment)
