"""Let a request go to a partner without an account by a link and a code.

A link has what opens the request, encrypted under link and code together, and hashes of both. The
partner desk reads no table of links or of visits by them: it has functions, which take the secret
of a link or of a browser, and by which the database knows for the rest of the transaction of which
request somebody there writes. Additive.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None

APP, PARTNER = "helpdesk_app", "helpdesk_partner"
CARRIERS = ("helpdesk_worker", "helpdesk_ticker")
KINDS = {"partner_channels": "kind", "escalations": "channel_kind"}
TIMES = ("made_at", "expires_at", "given_at", "ended_at")
NEWS = [
    "handed_over",
    "no_longer_yours",
    "message",
    "agreement",
    "denied",
    "withdrawn",
    "back",
    "closed",
    "reopened",
    "note",
    "level",
    "lowering_decided",
    "closing_decided",
    "approved",
    "waived",
    "asked",
    "decided",
    "acted_before",
    "fixed",
    "not_fixed",
    "not_carried",
    "our_move_late",
    "partner_silent",
    "unanswered",
    "request_over",
    "moved",
]
AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
HASH = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"
IS_LIVE = "ended_at IS NULL AND expires_at > at"
HERE = f"""public.partner_link_visits
    JOIN public.partner_links ON partner_links.id = partner_link_visits.link_id
    WHERE partner_link_visits.id = {HASH.format("current_setting('helpdesk.link_visit', true)")}
    AND public.is_this_hour(partner_link_visits.seen_at) AND partner_links.ended_at IS NULL"""
FUNCTIONS = {
    # A link that can be used; nothing of any other.
    "find_partner_link(text, timestamptz)": f"""
CREATE FUNCTION find_partner_link(token text, at timestamptz) RETURNS SETOF partner_links
    LANGUAGE sql STABLE {AS_OWNER} AS $$
    SELECT * FROM public.partner_links WHERE tag = {HASH.format("token")} AND {IS_LIVE}
$$""",
    # Says whether that was the last wrong code that is taken.
    "count_wrong_link_code(text, timestamptz, integer)": f"""
CREATE FUNCTION count_wrong_link_code(token text, at timestamptz, most integer) RETURNS boolean
    LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE
    is_over boolean;
BEGIN
    UPDATE public.partner_links SET wrong_codes = wrong_codes + 1,
        ended_at = CASE WHEN wrong_codes + 1 >= most THEN at END,
        ended_because = CASE WHEN wrong_codes + 1 >= most THEN 'wrong_codes' END
        WHERE tag = {HASH.format("token")} AND {IS_LIVE}
        RETURNING ended_at IS NOT NULL INTO is_over;
    RETURN coalesce(is_over, false);
END $$""",
    "open_link_visit(text, text, text, bytea, timestamptz)": f"""
CREATE FUNCTION open_link_visit(token text, proof text, visit text, unlocked bytea, at timestamptz)
    RETURNS boolean LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    DELETE FROM public.partner_link_visits WHERE id IN (
        SELECT id FROM public.partner_link_visits AS old
        WHERE old.seen_at < least(at, now()) - interval '30 minutes'
        OR old.seen_at > greatest(at, now()) + interval '1 hour' FOR UPDATE SKIP LOCKED);
    INSERT INTO public.partner_link_visits (id, link_id, unlocked, begun_at, seen_at)
        SELECT {HASH.format("visit")}, partner_links.id, open_link_visit.unlocked, at, at
        FROM public.partner_links WHERE tag = {HASH.format("token")}
        AND proof_hash = {HASH.format("proof")} AND {IS_LIVE};
    RETURN FOUND;
END $$""",
    "find_link_visit(text, timestamptz)": f"""
CREATE FUNCTION find_link_visit(visit text, at timestamptz)
    RETURNS TABLE (id text, link_id text, escalation_id text, key_id text, unlocked bytea)
    LANGUAGE plpgsql {AS_OWNER} AS $$
#variable_conflict use_column
DECLARE
    named text := {HASH.format("visit")};
BEGIN
    UPDATE public.partner_link_visits AS seen SET seen_at = at
        WHERE seen.id = named AND seen.seen_at < at - interval '1 minute'
        AND seen.seen_at >= at - interval '30 minutes';
    PERFORM set_config('helpdesk.link_visit', visit, true);
    RETURN QUERY SELECT here.id::text, here.link_id::text, links.escalation_id::text,
        links.key_id::text, here.unlocked FROM public.partner_link_visits AS here
        JOIN public.partner_links AS links ON links.id = here.link_id
        WHERE here.id = named AND here.seen_at >= at - interval '30 minutes'
        AND here.seen_at <= at + interval '10 minutes'
        AND here.begun_at >= at - interval '12 hours'
        AND links.ended_at IS NULL AND links.expires_at > at;
END $$""",
    "end_link_visit()": f"""
CREATE FUNCTION end_link_visit() RETURNS void LANGUAGE sql {AS_OWNER} AS $$
    DELETE FROM public.partner_link_visits
    WHERE id = {HASH.format("current_setting('helpdesk.link_visit', true)")}
$$""",
    # In whose name, and about which request, whoever has the link writes in this transaction.
    "linked_actor()": f"""
CREATE FUNCTION linked_actor() RETURNS text LANGUAGE sql STABLE {AS_OWNER} AS $$
    SELECT 'link:' || partner_links.id FROM {HERE}
$$""",
    "linked_request()": f"""
CREATE FUNCTION linked_request() RETURNS text LANGUAGE sql STABLE {AS_OWNER} AS $$
    SELECT partner_links.escalation_id FROM {HERE}
$$""",
}
IN_THEIR_NAME = "(SELECT linked_actor())"
THEIRS = "(SELECT linked_request())"
THEIR_CASE = f"(SELECT escalations.case_id FROM escalations WHERE escalations.id = {THEIRS})"
SAID = """'escalation.read', 'escalation.acknowledged', 'escalation.asked', 'escalation.decided',
    'escalation.ticket_noted', 'escalation.with_partner'"""
ADDS = {
    ("history", "link_adds"): f"""is_just_now(at) AND actor_id = {IN_THEIR_NAME}
        AND case_id = {THEIR_CASE} AND (action IN ({SAID}) AND subject_type = 'escalations'
        AND subject_id = {THEIRS}
        OR action IN ('case.waits', 'case.resumed', 'case.reopened') AND subject_type = 'cases'
        AND subject_id = case_id)""",
    # Wrong codes, of which the database tells nobody whose they are.
    ("history", "link_refuses"): """is_just_now(at) AND actor_id = 'system'
        AND action IN ('escalation.link_code_refused', 'escalation.link_ended')
        AND subject_type = 'escalations'
        AND (subject_id, case_id) IN (SELECT escalations.id, escalations.case_id FROM escalations
            WHERE escalations.channel_kind = 'link')""",
    ("exchanges", "link_adds"): f"""is_from_partner AND is_just_now(at) AND by = {IN_THEIR_NAME}
        AND escalation_id = {THEIRS} AND case_id = {THEIR_CASE}""",
    ("decisions", "link_adds"): f"""is_just_now(at) AND by = {IN_THEIR_NAME}
        AND escalation_id = {THEIRS} AND case_id = {THEIR_CASE}""",
}


def upgrade() -> None:
    case = {"ondelete": "CASCADE"}
    op.create_table(
        "partner_links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("escalation_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("proof_hash", sa.String(64), nullable=False),
        sa.Column("unlocks", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True)),
        sa.Column("given_by", sa.String(80)),
        sa.Column("given_way", sa.String(32)),
        sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_because", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_partner_links"),
        sa.UniqueConstraint("tag", name="uq_partner_links_tag"),
        sa.ForeignKeyConstraint(
            ["escalation_id"],
            ["escalations.id"],
            name="fk_partner_links_escalation_id_escalations",
            **case,
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name="fk_partner_links_case_id_cases", **case
        ),
        sa.ForeignKeyConstraint(["key_id"], ["keys.id"], name="fk_partner_links_key_id_keys"),
    )
    op.create_index(
        "uq_partner_links_live",
        "partner_links",
        ["escalation_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_partner_links_case_id", "partner_links", ["case_id"])
    op.create_index("ix_partner_links_escalation_id", "partner_links", ["escalation_id"])
    op.create_table(
        "partner_link_visits",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("link_id", sa.String(32), nullable=False),
        sa.Column("unlocked", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner_link_visits"),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["partner_links.id"],
            name="fk_partner_link_visits_link_id_partner_links",
            **case,
        ),
    )
    op.create_index("ix_partner_link_visits_link_id", "partner_link_visits", ["link_id"])
    op.create_index("ix_partner_link_visits_seen_at", "partner_link_visits", ["seen_at"])
    _finite("partner_links", TIMES)
    _finite("partner_link_visits", ("begun_at", "seen_at"))
    _bounded("partner_links", {"unlocks": 10_000, "address": 10_000})
    _bounded("partner_link_visits", {"unlocked": 4_096})
    op.execute(
        "ALTER TABLE partner_links ADD CONSTRAINT ck_partner_links_wrong_codes_counted"
        " CHECK (wrong_codes BETWEEN 0 AND 100)"
    )
    _values("partner_links", "givenway", "given_way", ["phone", "messenger", "in_person", "other"])
    _values("partner_links", "linkend", "ended_because", ["by_us", "replaced", "wrong_codes"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON partner_links TO {APP}")
    for role in CARRIERS:
        op.execute(
            "GRANT SELECT (id, escalation_id, case_id, address, given_at, expires_at, ended_at)"
            f" ON partner_links TO {role}"
        )
    for name, function in FUNCTIONS.items():
        op.execute(_literal(function))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {PARTNER}, {APP}")
    for (table, name), rule in ADDS.items():
        op.execute(
            _literal(f"CREATE POLICY {name} ON {table} FOR INSERT TO {PARTNER} WITH CHECK ({rule})")
        )
    _kinds(["desk", "form", "openpgp", "link"])
    _key_kinds(["person", "team", "case", "link"])
    _news([*NEWS, "link_ended"])


def downgrade() -> None:
    refuse_to_lose("channels by link", table="partner_channels", where="kind = 'link'")
    refuse_to_lose("requests by link", table="escalations", where="channel_kind = 'link'")
    refuse_to_lose("links of requests", table="partner_links")
    op.execute("DELETE FROM news WHERE what = 'link_ended'")
    _news(NEWS)
    _key_kinds(["person", "team", "case"])
    _kinds(["desk", "form", "openpgp"])
    for table, name in ADDS:
        op.execute(f"DROP POLICY {name} ON {table}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("partner_link_visits")
    op.drop_table("partner_links")


def _literal(statement: str) -> sa.TextClause:
    """No parameter is meant by a colon."""
    return sa.text(statement.replace(":", r"\:"))


def _finite(table: str, columns: tuple[str, ...]) -> None:
    for one in columns:
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{one}_finite CHECK"
            f" (isfinite({one}) AND {one} >= '1900-01-01' AND {one} < '3000-01-01')"
        )


def _bounded(table: str, columns: dict[str, int]) -> None:
    for one, most in columns.items():
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{one}_bounded"
            f" CHECK (octet_length({one}) <= {most})"
        )


def _values(table: str, name: str, column: str, values: list[str]) -> None:
    listed = ", ".join(f"'{one}'" for one in values)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name}")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({listed}))"
    )


def _kinds(values: list[str]) -> None:
    for table, column in KINDS.items():
        _values(table, "channelkind", column, values)


def _key_kinds(values: list[str]) -> None:
    _values("keys", "keykind", "kind", values)


def _news(values: list[str]) -> None:
    _values("news", "what", "what", values)
