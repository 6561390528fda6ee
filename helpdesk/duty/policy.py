"""Who may retry failed jobs and release sending; pure functions."""

from helpdesk.core.actors import Actor, Role
from helpdesk.core.outbox import OutboxJob


def may_retry_jobs(actor: Actor, _outbox_job: OutboxJob) -> bool:
    """Whether the actor may retry failed jobs: coordinators."""
    return actor.role is Role.COORDINATOR


def may_release_sending(actor: Actor, _row: str) -> bool:
    """Whether the actor may release sending: whoever has a shell on the server; no page leads
    here."""
    return actor.role is Role.OPERATOR and actor.person_id is None
