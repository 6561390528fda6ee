"""Let each promise stand in line by who made it, when, and how many of its kind lie there already.

The public pages could promise 20,000 things about a case that there is not, seven minutes back, and
every alarm of the house waited behind them. Now the database itself writes beside each promise
which role made it, when, and whom it is about; what is about one case beyond eight that still wait
stands behind the others of that role. They are taken from each role by turns. And
the public pages promise nothing about, and write no history of, a case that is not there.

Additive: the version before takes promises by the time at which they are due. What was promised
before this counts as the owner's.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

APP, INTAKE, PARTNER = "helpdesk_app", "helpdesk_intake", "helpdesk_partner"
ROLES = (APP, INTAKE, PARTNER, "helpdesk_worker", "helpdesk_ticker", "helpdesk_owner")
LISTED = ", ".join(f"'{role}'" for role in ROLES)
READABLE = "isfinite({0}) AND {0} >= '1900-01-01' AND {0} < '3000-01-01'"
WAITS = "state IN ('waiting', 'leased')"
# What the staff's pages change of a promise, and what a worker does.
CHANGES = "UPDATE (attempts, due_at, ended_at, fence, leased_until, state, trouble)"

# It runs with the rights of who promises, so that it sees who that is.
SAYS_WHOSE = f"""
CREATE FUNCTION outbox_says_whose_it_is() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.promised_by := CASE WHEN current_user IN ({LISTED}) THEN current_user::text
        ELSE 'helpdesk_owner' END;
    NEW.promised_at := clock_timestamp();
    NEW.about := left(coalesce(NEW.arguments ->> 'case_id', NEW.arguments ->> 'escalation_id',
        NEW.arguments ->> 'delivery_id', NEW.arguments ->> 'person_id',
        NEW.arguments ->> 'partner_id', NEW.arguments ->> 'team_id', ''), 32);
    RETURN NEW;
END $$;
CREATE TRIGGER a_says_whose_it_is BEFORE INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION outbox_says_whose_it_is();
"""
# It counts with the rights of the owner: those who promise at a door see no promise.
STANDS_IN_LINE = f"""
CREATE FUNCTION outbox_stands_in_line() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lying integer := (SELECT count(*) FROM (SELECT FROM outbox AS other
        WHERE other.about = NEW.about AND other.promised_by = NEW.promised_by AND other.{WAITS}
        LIMIT 1000) AS waiting);
BEGIN
    IF lying >= 1000 AND NEW.promised_by IN ('{INTAKE}', '{PARTNER}') THEN
        RAISE EXCEPTION 'a thousand promises about this wait already'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.turn := lying / 8;
    RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION outbox_stands_in_line() FROM PUBLIC;
CREATE TRIGGER b_stands_in_line BEFORE INSERT ON outbox
    FOR EACH ROW EXECUTE FUNCTION outbox_stands_in_line();
"""
# By table, which case a row of the public pages is about.
ABOUT = {"outbox": "added.arguments ->> 'case_id'", "history": "added.case_id"}
ADDED = """
CREATE OR REPLACE FUNCTION {table}_added_to_what_is_new() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM added {join} JOIN cases ON cases.id = {which} WHERE {wrong})
    THEN
        RAISE EXCEPTION 'the public pages write about what they bring, or whose mailbox is open'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""
NOT_THEIRS = "cases.id IS DISTINCT FROM visitor_case() AND NOT is_being_written(cases.xmin)"


def upgrade() -> None:
    # Each default is a constant or this moment: no row is written again.
    for column, kind, default in (
        ("promised_by", sa.String(length=32), "'helpdesk_owner'"),
        ("promised_at", sa.DateTime(timezone=True), "now()"),
        ("about", sa.String(length=32), "''"),
        ("turn", sa.Integer(), "0"),
    ):
        made = sa.Column(column, kind, nullable=False, server_default=sa.text(default))
        op.add_column("outbox", made)
        op.execute(f"ALTER TABLE outbox ALTER COLUMN {column} DROP DEFAULT")
    _check("promised_at_finite", READABLE.format("promised_at"))
    _check("promised_by", f"promised_by IN ({LISTED})")
    op.create_index(
        "ix_outbox_line", "outbox", ["queue", "promised_by", "due_at"],
        postgresql_where=sa.text(WAITS),
    )  # fmt: skip
    op.create_index(
        "ix_outbox_about", "outbox", ["about", "promised_by"], postgresql_where=sa.text(WAITS)
    )
    op.execute(SAYS_WHOSE)
    op.execute(STANDS_IN_LINE)
    op.execute(f"REVOKE UPDATE, DELETE ON outbox FROM {APP}")
    op.execute(f"GRANT {CHANGES} ON outbox TO {APP}")
    for table, which in ABOUT.items():
        wrong = f"{which} IS NOT NULL AND (cases.id IS NULL OR {NOT_THEIRS})"
        op.execute(ADDED.format(table=table, join="LEFT", which=which, wrong=wrong))


def downgrade() -> None:
    # Nothing is lost: who promised what, and when, decides but which promise is kept first.
    for table, which in ABOUT.items():
        op.execute(ADDED.format(table=table, join="", which=which, wrong=NOT_THEIRS))
    op.execute(f"REVOKE {CHANGES} ON outbox FROM {APP}")
    op.execute(f"GRANT UPDATE, DELETE ON outbox TO {APP}")
    op.execute("DROP FUNCTION outbox_stands_in_line() CASCADE")
    op.execute("DROP FUNCTION outbox_says_whose_it_is() CASCADE")
    op.drop_index("ix_outbox_about", table_name="outbox")
    op.drop_index("ix_outbox_line", table_name="outbox")
    for column in ("turn", "about", "promised_at", "promised_by"):
        op.drop_column("outbox", column)


def _check(name: str, rule: str) -> None:
    op.execute(f"ALTER TABLE outbox ADD CONSTRAINT ck_outbox_{name} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE outbox VALIDATE CONSTRAINT ck_outbox_{name}")
