"""Count what the public door stores, and begin the indexes of the queue with its lane.

The count is kept by triggers that run as the owner, by five minutes, for two days: the public pages
read it and can neither raise nor lower it. It holds numbers and nothing of who sent what. Additive,
but for the three indexes of the queue, which are made anew: a moment in which forms wait.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DUE = "coalesce(least(reply_due_at, word_due_at), 'infinity'::timestamptz)"
OPEN = "status <> 'closed'"
INDEXES = {
    "ix_cases_queue": ((), OPEN),
    "ix_cases_unclaimed": ((), f"{OPEN} AND owner_id IS NULL"),
    "ix_cases_queue_by_status": (("status",), OPEN),
}
# What a report takes besides its words: key, copy, clock, consents, history, promises, indexes.
BESIDES = 11_000
COUNT = """
CREATE FUNCTION count_intake(slow boolean, more integer, size bigint) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM public.intake_load WHERE at < now() - interval '2 days';
    INSERT INTO public.intake_load (at, in_slow_lane, part, reports, bytes)
        VALUES (date_bin('5 minutes', now(), '2000-01-01'), slow, floor(random() * 4)::int, more,
            size)
        ON CONFLICT (at, in_slow_lane, part) DO UPDATE SET
            reports = intake_load.reports + excluded.reports,
            bytes = intake_load.bytes + excluded.bytes
$$
"""
# ruff: noqa: S608 - every word of every statement is written here
AFTER_REPORT = f"""
CREATE FUNCTION reports_came() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.count_intake(came.in_slow_lane, came.reports, came.bytes) FROM (
        SELECT in_slow_lane, count(*)::int AS reports, sum({BESIDES}
            + coalesce(octet_length(story), 0) + coalesce(octet_length(contact), 0)
            + 2 * coalesce(octet_length(answers), 0)) AS bytes
        FROM arrived GROUP BY in_slow_lane) AS came;
    RETURN NULL;
END $$
"""
AFTER_MESSAGE = """
CREATE FUNCTION words_came() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM public.count_intake(false, 0, came.bytes) FROM (
        SELECT sum(2000 + octet_length(body)) AS bytes FROM arrived WHERE is_from_reporter) AS came
        WHERE came.bytes > 0;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "intake_load",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_slow_lane", sa.Boolean(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("at", "in_slow_lane", "part", name=op.f("pk_intake_load")),
    )
    op.execute(
        "ALTER TABLE intake_load ADD CONSTRAINT ck_intake_load_at_finite CHECK (isfinite(at))"
    )
    for function in (COUNT, AFTER_REPORT, AFTER_MESSAGE):
        op.execute(function)
    for name in ("count_intake(boolean, integer, bigint)", "reports_came()", "words_came()"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
    for table, function in (("cases", "reports_came"), ("messages", "words_came")):
        op.execute(
            f"CREATE TRIGGER {function} AFTER INSERT ON {table} REFERENCING NEW TABLE AS arrived "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    for role in ("app", "intake", "worker", "ticker"):
        op.execute(f"GRANT SELECT ON intake_load TO helpdesk_{role}")
    _make_indexes("in_slow_lane")


def downgrade() -> None:
    # Nothing is lost: what was counted says how much came in two days, and of nothing else.
    for table, function in (("cases", "reports_came"), ("messages", "words_came")):
        op.execute(f"DROP TRIGGER {function} ON {table}")
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION count_intake(boolean, integer, bigint)")
    op.drop_table("intake_load")
    _make_indexes()


def _make_indexes(*lane: str) -> None:
    for name, (more, which) in INDEXES.items():
        op.drop_index(name, table_name="cases")
        op.create_index(
            name,
            "cases",
            ["team_id", *lane, *more, "level", sa.text(DUE), "id"],
            postgresql_where=sa.text(which),
        )
