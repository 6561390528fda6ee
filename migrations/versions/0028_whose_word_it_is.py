"""Who wrote a verdict down: the reporter, or one of us who was told. And the reporter's no to it.

A word that one of us wrote down read in the mailbox as the reporter's own, with no way to object.
Now each has its author; of those before, history knows. What a reporter objects to is kept and
counts for nothing, so that a decision can bear another word, and their request waits for it again.

Additive: the version before writes no author, and the mailbox says of such a word that we noted it.
"""

# ruff: noqa: S608 - every word of every statement is written here

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INTAKE = "helpdesk_intake"
READABLE = "isfinite({0}) AND {0} >= '1900-01-01' AND {0} < '3000-01-01'"
OWN = "'reporter:' || case_id"
THEIRS = "(SELECT visitor_case())"
THEIR_REQUEST = f"(SELECT id FROM escalations WHERE escalations.case_id = {THEIRS})"
OLD_ONES = """
UPDATE verifications SET by = (
    SELECT history.actor_id FROM history
    WHERE history.subject_id = verifications.escalation_id
        AND history.action = 'escalation.verified'
        AND history.details ->> 'verdict' = verifications.verdict
        AND history.at >= verifications.at AND history.at < verifications.at + interval '1 hour'
    ORDER BY history.id DESC LIMIT 1)
"""
MOVES_REQUEST = """
CREATE OR REPLACE FUNCTION reporter_moves_request() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = 'helpdesk_intake' AND NEW.standing <> OLD.standing
        AND NOT (OLD.standing = 'decided' AND NEW.standing IN ('closed', 'in_review')){or_objects}
    THEN
        RAISE EXCEPTION 'a reporter only judges what was decided'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$
"""
OR_OBJECTS = """
        AND NOT (OLD.standing IN ('closed', 'in_review') AND NEW.standing = 'decided'
            AND EXISTS (SELECT FROM verifications WHERE escalation_id = NEW.id
                AND is_this_hour(objected_at))
            AND NOT EXISTS (SELECT FROM verifications WHERE escalation_id = NEW.id
                AND objected_at IS NULL AND decision_id = (SELECT decisions.id FROM decisions
                    WHERE decisions.escalation_id = NEW.id
                    ORDER BY decisions.at DESC, decisions.id DESC LIMIT 1)))"""
REPORTERS_WORDS = """'case.withdrawn', 'case.reopened', 'case.resumed', 'consent.given',
    'consent.confirmed', 'consent.denied', 'consent.withdrawn', 'message.received',
    'conversation.denied', 'escalation.verified'{more}"""
HISTORY = """is_this_hour(at) AND (
        actor_id = 'reporter:' || case_id AND case_id = {theirs} AND action IN ({words})
        AND (subject_type = 'cases' AND subject_id = case_id
            OR subject_type = 'escalations' AND subject_id IN {their_request}
            OR subject_type IN ('consents', 'messages', 'conversations'))
        OR actor_id = 'nobody' AND action IN ('case.submitted', 'case.judged')
        AND subject_type = 'cases' AND subject_id = case_id
        AND NOT EXISTS (SELECT FROM cases WHERE cases.id = history.case_id))"""
ADDS = f"case_id = {THEIRS} AND is_this_hour(at) AND escalation_id IN {THEIR_REQUEST}"
UNANSWERED = f"case_id = {THEIRS} AND by IS DISTINCT FROM {OWN} AND objected_at IS NULL"


def upgrade() -> None:
    op.add_column("verifications", sa.Column("by", sa.String(length=80)))
    op.add_column("verifications", sa.Column("objected_at", sa.DateTime(timezone=True)))
    rule = READABLE.format("objected_at")
    op.execute(
        "ALTER TABLE verifications "
        f"ADD CONSTRAINT ck_verifications_objected_at_finite CHECK ({rule})"
    )
    op.execute(OLD_ONES)
    op.drop_constraint("uq_verifications_decision_id", "verifications")
    op.create_index(
        "uq_verifications_standing",
        "verifications",
        ["decision_id"],
        unique=True,
        postgresql_where=sa.text("objected_at IS NULL"),
    )
    op.execute(f"GRANT UPDATE (objected_at) ON verifications TO {INTAKE}")
    _policy("door_adds", "verifications", f"{ADDS} AND coalesce(by, {OWN}) = {OWN}")
    _execute(
        f"CREATE POLICY door_objects ON verifications FOR UPDATE TO {INTAKE} "
        f"USING ({UNANSWERED}) WITH CHECK (case_id = {THEIRS} AND is_this_hour(objected_at))"
    )
    op.execute(MOVES_REQUEST.format(or_objects=OR_OBJECTS))
    _policy("door_adds", "history", _history(", 'escalation.verdict_denied'"))


def downgrade() -> None:
    refuse_to_lose(
        "what reporters say they never told us",
        table="verifications",
        where="objected_at IS NOT NULL",
    )
    refuse_to_lose(
        "who wrote down whether it is fixed", table="verifications", where="by IS NOT NULL"
    )
    _policy("door_adds", "history", _history(""))
    op.execute(MOVES_REQUEST.format(or_objects=""))
    op.execute("DROP POLICY door_objects ON verifications")
    _policy("door_adds", "verifications", ADDS)
    op.execute(f"REVOKE UPDATE (objected_at) ON verifications FROM {INTAKE}")
    op.drop_index("uq_verifications_standing", "verifications")
    op.create_unique_constraint("uq_verifications_decision_id", "verifications", ["decision_id"])
    op.drop_column("verifications", "objected_at")
    op.drop_column("verifications", "by")


def _history(more: str) -> str:
    words = REPORTERS_WORDS.format(more=more)
    return HISTORY.format(theirs=THEIRS, their_request=THEIR_REQUEST, words=words)


def _policy(name: str, table: str, rule: str) -> None:
    _execute(f"ALTER POLICY {name} ON {table} WITH CHECK ({rule})")


def _execute(statement: str) -> None:
    """No parameter is meant by a colon."""
    op.execute(sa.text(statement.replace(":", r"\:")))
