"""The daily quota of what reports may store: who is warned when it is half, nearly and all used."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.accounts.models import Team
from helpdesk.core.actors import SYSTEM
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.recent_times import column_happened_within
from helpdesk.core.work import Work
from helpdesk.intake.intake_volume import IntakeVolume, current_intake_volume

WARN_AT: Final = (50, 80, 100)
TOLD: Final = "intake.quota_told"
JOB: Final = "intake.warn_of_quota"
# A warning says again what still holds after a day.
AGAIN_AFTER: Final = timedelta(hours=24)
# One that could not be sent is tried again by then; what is queued for later, is not ours.
TRIED_AGAIN: Final = timedelta(hours=1)


def passed_quota_threshold(load: IntakeVolume, quota: int) -> int | None:
    """The highest threshold of the quota that is passed: 50, 80 or 100 percent; None below all of
    them."""
    used = load.percent_of(quota)
    return max((mark for mark in WARN_AT if used >= mark), default=None)


def enqueue_quota_warning(work: Work, quota: int) -> None:
    """Queue a warning when a threshold is passed for the first time in a day. The ticker asks."""
    mark = passed_quota_threshold(current_intake_volume(work), quota)
    team_id = work.session.scalar(select(Team.id).where(Team.takes_reports).order_by(Team.id))
    if mark is None or team_id is None or was_quota_warning_sent(work, team_id, mark):
        return
    lying = select(OutboxJob.id).where(
        OutboxJob.job == JOB,
        OutboxJob.state.in_((OutboxJobState.WAITING, OutboxJobState.LEASED)),
        OutboxJob.due_at <= work.at + TRIED_AGAIN,
    )
    if work.session.scalar(lying.limit(1)) is None:
        work.enqueue("intake.warn_of_quota", team_id=team_id, percent=mark)


def was_quota_warning_sent(work: Work, team_id: str, mark: int) -> bool:
    """Whether a warning of this threshold, or of a higher one, was sent within a day."""
    told = select(HistoryEntry.details).where(
        HistoryEntry.subject_id == team_id,
        HistoryEntry.action == TOLD,
        HistoryEntry.actor_id == SYSTEM.id,
        column_happened_within(HistoryEntry.at, AGAIN_AFTER, at=work.at),
    )
    marks = [details.get("percent") for details in work.session.scalars(told)]
    return any(isinstance(one, int) and one >= mark for one in marks)
