"""Let the workers raise the priority of a request when its case becomes more urgent.

Danger told in the mailbox raises the case, so the public pages queue that, for their own case.
Additive: the version before does neither.
"""

from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

WORKERS = "helpdesk_worker, helpdesk_ticker"
RAISED = """actor_id = 'system' AND is_just_now(at) AND action = 'escalation.more_urgent'
    AND subject_type = 'escalations'"""
PROMISE = """state = 'waiting' AND attempts = 0 AND fence = 0 AND leased_until IS NULL
    AND ended_at IS NULL AND trouble IS NULL AND octet_length(arguments::text) <= 400
    AND is_from_now_on(due_at) AND queue = 'deliveries' AND job = 'escalations.follow_level'
    AND arguments ->> 'case_id' = (SELECT visitor_case())"""


def upgrade() -> None:
    op.execute(f"GRANT UPDATE (priority) ON escalations TO {WORKERS}")
    _policy("worker_adds_of_levels", "history", WORKERS, RAISED)
    _policy("door_adds_of_levels", "outbox", "helpdesk_intake", PROMISE)


def downgrade() -> None:
    # Nothing is lost: priorities that rose stay; what the version before cannot do is not promised.
    op.execute("DELETE FROM outbox WHERE job = 'escalations.follow_level'")
    op.execute("DROP POLICY door_adds_of_levels ON outbox")
    op.execute("DROP POLICY worker_adds_of_levels ON history")
    op.execute(f"REVOKE UPDATE (priority) ON escalations FROM {WORKERS}")


def _policy(name: str, table: str, roles: str, rule: str) -> None:
    escaped = rule.replace(":", r"\:")
    op.execute(f"CREATE POLICY {name} ON {table} FOR INSERT TO {roles} WITH CHECK ({escaped})")
