"""Take no row that what reads it cannot read: levels, kinds, details, sizes; and sign a key once.

A live public process could bring one report of a level that there is not, and every page of staff
that lists cases failed; one line of history with a number of 5,000 digits, and the ticker ended
whenever it was started. Whatever a table holds is now what its reader takes.

The staff's process, which has the key of the house, could sign another half to the key of a queue
that it cannot open, and put the next key under it. A key is signed once, and none before it later.

Copies of keys go when a member goes, and those of cases never. A notification that finds no room is
left out, where it would have ended the work that it speaks of.

Additive: the version before writes nothing else.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APP, PARTNER = "helpdesk_app", "helpdesk_partner"

# Python reads lists in lists no deeper than a thousand, and no whole number beyond 4,300 digits.
IS_PLAIN = """
CREATE FUNCTION is_plain(told jsonb, longest integer) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_typeof(told) = 'object' AND octet_length(told::text) <= longest
        AND NOT jsonb_path_exists(told, '$.**{6 to last}')
        AND NOT jsonb_path_exists(told,
            '$.** ? (@.type() == "number" && (@ > 1000000000000000 || @ < -1000000000000000))')
$$
"""
# By table, what holds of each row.
SHAPES = {
    ("history", "details_plain"): "is_plain(details, 65536)",
    ("outbox", "arguments_plain"): "is_plain(arguments, 4096)",
    ("cases", "level_known"): "level BETWEEN 0 AND 3",
    ("evaluations", "level_known"): "level BETWEEN 0 AND 3",
    ("level_requests", "level_known"): "level BETWEEN 0 AND 3",
    ("cases", "ref_plain"): "ref ~ '^[0-9A-Za-z-]+$'",
    ("cases", "other_types_listed"): "cardinality(other_types) <= 40 "
    "AND coalesce(array_ndims(other_types), 1) = 1 AND array_position(other_types, NULL) IS NULL",
    ("keys", "epoch_counted"): "epoch >= 1",
    ("clock_events", "seconds_bounded"): "seconds BETWEEN -100000000 AND 100000000",
}
# How long what is sealed may be. A story has 50,000 letters at most, of up to four bytes.
LONGEST = 2_000_000
BOUNDS = {
    ("cases", "story"): 300_000,
    ("cases", "contact"): 300_000,
    ("cases", "answers"): 300_000,
    ("evaluations", "inputs"): 300_000,
    ("messages", "body"): 300_000,
    ("messages", "for_reporter"): 300_000,
    ("key_copies", "sealed"): 4096,
    ("keys", "public_half"): 64,
    ("key_signatures", "signature"): 64,
    ("key_signatures", "half"): 64,
    ("cases", "public_half"): 64,
    ("cases", "reporter_public_half"): 64,
    ("cases", "reporter_tag"): 64,
    ("cases", "form_token"): 64,
}
SIGNED_ONCE = f"""
CREATE FUNCTION key_is_signed_once() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user IN ('{APP}', '{PARTNER}') AND (
        EXISTS (SELECT FROM key_signatures WHERE key_id = NEW.key_id)
        OR EXISTS (SELECT FROM keys AS mine JOIN keys AS later
            ON (later.owner_id, later.kind) = (mine.owner_id, mine.kind)
            AND later.epoch > mine.epoch JOIN key_signatures ON key_id = later.id
            WHERE mine.id = NEW.key_id))
    THEN
        RAISE EXCEPTION 'a key is signed once, and none before one that is signed'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER key_is_signed_once BEFORE INSERT ON key_signatures FOR EACH ROW
    EXECUTE FUNCTION key_is_signed_once();
"""
SAYS_IT_HAS_WORK = """
CREATE OR REPLACE FUNCTION outbox_says_it_has_work() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  {room} PERFORM pg_notify('helpdesk_outbox', NEW.queue); {end}
  RETURN NULL;
END
$$
"""
OF_TEAM = "key_id IN (SELECT id FROM keys WHERE keys.kind = 'team')"


def upgrade() -> None:
    op.execute(IS_PLAIN)
    for (table, name), rule in (SHAPES | _bounds()).items():
        constraint = f"ck_{table}_{name}"
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({rule}) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
    op.execute(SIGNED_ONCE)
    # The ticker looks every ten seconds, told or not.
    op.execute(
        SAYS_IT_HAS_WORK.format(room="IF pg_notification_queue_usage() < 0.25 THEN", end="END IF;")
    )
    op.execute(f"REVOKE UPDATE ON key_copies FROM {APP}")
    op.execute("DROP POLICY staff ON key_copies")
    op.execute(f"CREATE POLICY staff_sees ON key_copies FOR SELECT TO {APP} USING (true)")
    op.execute(f"CREATE POLICY staff_gives ON key_copies FOR INSERT TO {APP} WITH CHECK (true)")
    op.execute(
        f"CREATE POLICY staff_takes_back ON key_copies FOR DELETE TO {APP} USING ({OF_TEAM})"
    )


def downgrade() -> None:
    # Nothing is lost: rights, functions and checks hold no values.
    for name in ("staff_sees", "staff_gives", "staff_takes_back"):
        op.execute(f"DROP POLICY {name} ON key_copies")
    op.execute(f"CREATE POLICY staff ON key_copies TO {APP} USING (true)")
    op.execute(f"GRANT UPDATE ON key_copies TO {APP}")
    op.execute(SAYS_IT_HAS_WORK.format(room="", end=""))
    op.execute("DROP FUNCTION key_is_signed_once() CASCADE")
    for table, name in SHAPES | _bounds():
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    op.execute("DROP FUNCTION is_plain(jsonb, integer)")


def _bounds() -> dict[tuple[str, str], str]:
    """Every column that holds bytes, with the longest that is taken."""
    found = op.get_bind().execute(
        sa.text(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'bytea' "
            "ORDER BY table_name, column_name"
        )
    )
    return {
        (table, f"{column}_bounded"): (
            f"octet_length({column}) <= {BOUNDS.get((table, column), LONGEST)}"
        )
        for table, column in found.all()
    }
