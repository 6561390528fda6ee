"""Summary emails: of all that waits in a lane, and of all that moved in one case."""

from typing import Final

from sqlalchemy import select

from helpdesk.accounts import on_call
from helpdesk.accounts.models import Team
from helpdesk.cases.models import Case
from helpdesk.core import emails
from helpdesk.core.actors import SYSTEM
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.recent_times import column_happened_within
from helpdesk.core.work import Work
from helpdesk.triage import surge_alerts
from helpdesk.triage.surge_alerts import EVERY, QueueLane

MOVED: Final = "triage.owner_told"


def compose_surge_alert(
    context: AppContext, work: Work, lane: QueueLane, tiers: tuple[on_call.AlertTier, ...]
) -> on_call.OnCallAlert:
    """Compose the email about all that waits, the same to each circle: whoever is in two gets it
    under one id."""
    team = work.session.get_one(Team, lane.team_id)
    waiting = surge_alerts.waiting_count_by_level(work, lane)
    kind = f"many-{int(lane.is_second)}-{int(work.at.timestamp()) // 60}"

    def email(person_id: str, mailbox: str) -> Email:
        return emails.compose_email(
            context,
            "emails/many_wait.txt",
            to=mailbox,
            key=f"{kind}.{team.id}.{person_id}",
            queue=team.name,
            is_second=lane.is_second,
            number=sum(count for _level, count in waiting),
            levels=waiting,
            link=f"{context.settings.staff_url}/queues/{team.slug}",
        )

    return on_call.compose_alert(work, lane.team_id, email=email, tiers=tiers)


def defer_to_next_summary(work: Work, case: Case) -> bool:
    """Whether news of a case is deferred, as it was told of a moment ago: the next email, ten
    minutes later, is about all that moved until then. It is queued once, however much moves."""
    lately = select(HistoryEntry.id).where(
        HistoryEntry.case_id == case.id,
        HistoryEntry.action == MOVED,
        HistoryEntry.actor_id == SYSTEM.id,
        column_happened_within(HistoryEntry.at, EVERY, at=work.at),
    )
    if work.session.scalar(lately.limit(1)) is None:
        return False
    lying = select(OutboxJob.id).where(
        OutboxJob.job == "triage.tell_duty",
        OutboxJob.state == OutboxJobState.WAITING,
        OutboxJob.due_at > work.at,
        OutboxJob.due_at <= work.at + EVERY,
        OutboxJob.arguments["case_id"].as_string() == case.id,
    )
    if work.session.scalar(lying.limit(1)) is None:
        work.enqueue("triage.tell_duty", after=EVERY, case_id=case.id)
    return True
