"""What waits, waits for something that exists, and until a day.

A case that waits for a partner with no request before one is open again; history says why. What
waits for its reporter gets the days that its level gives. Days further away than 90 come nearer.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

THEIRS = "('with_partner', 'acknowledged', 'in_review')"
STATEMENTS = (
    f"""
    CREATE TEMPORARY TABLE for_nobody ON COMMIT DROP AS
    SELECT id FROM cases WHERE status = 'waiting' AND (waits_on IS NULL OR (waits_on = 'date'
        AND waits_until IS NULL) OR (waits_on = 'partner' AND NOT EXISTS (
            SELECT FROM escalations WHERE escalations.case_id = cases.id
            AND standing IN {THEIRS} AND answer_due_at IS NOT NULL)))
    """,  # noqa: S608 - words of ours
    """
    INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details)
    SELECT now(), 'system', 'case.resumed', 'cases', id, id, '{"because": "nothing_left"}'
    FROM for_nobody
    """,
    """
    UPDATE cases SET status = 'open', waits_on = NULL, waits_until = NULL
    FROM for_nobody WHERE for_nobody.id = cases.id
    """,
    """
    UPDATE cases SET waits_until = current_date + (ARRAY[1, 3, 7, 14])[level + 1]
    WHERE status = 'waiting' AND waits_on = 'reporter' AND waits_until IS NULL
    """,
    f"""
    UPDATE cases SET waits_until = greatest(current_date, due.at::date) + 1
    FROM (SELECT case_id, max(answer_due_at) AS at FROM escalations
        WHERE standing IN {THEIRS} GROUP BY case_id) AS due
    WHERE due.case_id = cases.id AND status = 'waiting' AND waits_on = 'partner'
    """,  # noqa: S608 - words of ours
    """
    UPDATE cases SET waits_until = current_date + 90
    WHERE status = 'waiting' AND waits_until > current_date + 90
    """,
    "UPDATE cases SET waits_on = NULL, waits_until = NULL WHERE status <> 'waiting'",
    """
    INSERT INTO outbox (id, job, queue, arguments, standing, due_at, attempts, fence)
    SELECT md5('wake' || id), 'cases.wake', 'notices',
        jsonb_build_object('case_id', id, 'day', waits_until::text),
        'waiting', waits_until::timestamp AT TIME ZONE 'UTC', 0, 0
    FROM cases WHERE status = 'waiting'
    ON CONFLICT (id) DO UPDATE SET arguments = EXCLUDED.arguments, due_at = EXCLUDED.due_at,
        standing = 'waiting', attempts = 0
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    op.create_check_constraint(
        "waits_until_a_day",
        "cases",
        "(status = 'waiting') = (waits_on IS NOT NULL AND waits_until IS NOT NULL)",
    )


def downgrade() -> None:
    # Nothing is lost: days and causes stay as they are.
    op.drop_constraint("waits_until_a_day", "cases", type_="check")
