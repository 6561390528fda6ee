"""Let a promise stand in no queue but those that have a worker, and name a job as jobs are named.

A worker that was taken over could promise jobs in a million queues of its own: each had its turn in
every tick, and none of ours was woken for hours after it had left. A session is on one of the two
surfaces that have people. Additive: no version before writes anything else.
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

CHECKS = (
    ("outbox", "queue", "queue IN ('notices', 'deliveries')"),
    ("outbox", "job_name", r"job ~ '^[a-z_]+\.[a-z_]+$'"),
    ("sign_ins", "surface", "surface IN ('staff', 'partner')"),
)


def upgrade() -> None:
    for table, name, rule in CHECKS:
        # All of it is one transaction: who reads or writes these waits until both steps are over.
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule}) NOT VALID")
    for table, name, _rule in CHECKS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def downgrade() -> None:
    # Nothing is lost: a check holds no values.
    for table, name, _rule in CHECKS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
