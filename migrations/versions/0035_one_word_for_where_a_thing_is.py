"""Where a thing is in its life is its state: of cases, requests, deliveries and promised jobs.

It was called status there and standing elsewhere. What hangs on the columns goes with them:
indexes, rights, policies and triggers by themselves, the words of functions and the names of
checks here. Of a step it is written how it was recorded.

Not safe while the version before is running: it asks for columns by their names before.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

COLUMNS = (
    ("cases", "status", "state"),
    ("escalations", "standing", "state"),
    ("deliveries", "standing", "state"),
    ("outbox", "standing", "state"),
    ("step_records", "standing", "recorded_as"),
)
CHECKS = (
    ("cases", "ck_cases_status", "ck_cases_casestate"),
    ("escalations", "ck_escalations_standing", "ck_escalations_escalationstate"),
    ("deliveries", "ck_deliveries_deliverystanding", "ck_deliveries_deliverystate"),
    ("outbox", "ck_outbox_standing", "ck_outbox_promisestate"),
    ("step_records", "ck_step_records_stepstanding", "ck_step_records_recordedas"),
)
INDEXES = (
    ("ix_cases_queue_by_status", "ix_cases_queue_by_state"),
    ("ix_deliveries_standing", "ix_deliveries_state"),
    ("uq_consents_standing", "uq_consents_current"),
    ("uq_verifications_standing", "uq_verifications_current"),
)
# A body is text, which no renamed column reaches; all else that is said of a function stays.
FUNCTIONS = (
    ("owner_can_work()", "status", "state"),
    ("person_leaves_no_case()", "status", "state"),
    ("member_leaves_no_case()", "status", "state"),
    ("reporter_moves_request()", "standing", "state"),
    ("partner_moves_request()", "standing", "state"),
)


def upgrade() -> None:
    for table, before, now in COLUMNS:
        op.alter_column(table, before, new_column_name=now)
    for table, before, now in CHECKS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {now}")
    for before, now in INDEXES:
        op.execute(f"ALTER INDEX {before} RENAME TO {now}")
    for function, before, now in FUNCTIONS:
        _say(function, before, now)


def downgrade() -> None:
    # Nothing is lost: no value changes, only what its column is called.
    for function, before, now in FUNCTIONS:
        _say(function, now, before)
    for before, now in INDEXES:
        op.execute(f"ALTER INDEX {now} RENAME TO {before}")
    for table, before, now in CHECKS:
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {now} TO {before}")
    for table, before, now in COLUMNS:
        op.alter_column(table, now, new_column_name=before)


def _say(function: str, before: str, now: str) -> None:
    """Put the function in its own place again, with another word in its body."""
    written = op.get_bind().scalar(
        sa.text("SELECT pg_get_functiondef(CAST(:function AS regprocedure))"),
        {"function": function},
    )
    op.get_bind().exec_driver_sql(re.sub(rf"\b{before}\b", now, written))
