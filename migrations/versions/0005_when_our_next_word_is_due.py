"""When our next word is due: its column, its clock for the cases that are open, and their alarms.

The times are those that the triage table promised when this was written; a clock keeps the time it
was started with. Where a word is late already, the board says so, and no alarm goes out at once.
"""

import sqlalchemy as sa
from alembic import op

from migrations.losses import refuse_to_lose

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The tables that know a level as a number, most urgent first.
NEXT_WORD = "(ARRAY[14400, 86400, 259200, 604800])[cases.level + 1]"
QUEUES = {
    "ix_cases_queue": (["team_id"], "status <> 'closed'"),
    "ix_cases_unclaimed": (["team_id"], "status <> 'closed' AND owner_id IS NULL"),
    "ix_cases_queue_by_status": (["team_id", "status"], "status <> 'closed'"),
}
WITH_WORD = "coalesce(least(reply_due_at, word_due_at), 'infinity'::timestamptz)"
WITHOUT = "coalesce(reply_due_at, 'infinity'::timestamptz)"

# Open cases that we have written to, since when, and whether it is our move.
START = f"""
CREATE TEMPORARY TABLE last_words ON COMMIT DROP AS
SELECT cases.id, max(messages.sent_at) AS at, {NEXT_WORD} AS seconds, cases.level,
    cases.status = 'waiting' AND cases.waits_on IN ('reporter', 'date') AS rests
FROM cases JOIN messages ON messages.case_id = cases.id AND NOT messages.is_from_reporter
WHERE cases.status <> 'closed' GROUP BY cases.id;

INSERT INTO clock_events (id, subject_id, clock, turn, at, seconds)
SELECT md5('next word' || id), id, 'next_word', 'started', at, seconds FROM last_words;

INSERT INTO clock_events (id, subject_id, clock, turn, at, seconds)
SELECT md5('next word rests' || id), id, 'next_word', 'paused', at + interval '1 microsecond', NULL
FROM last_words WHERE rests;

UPDATE cases SET word_due_at = last_words.at + last_words.seconds * interval '1 second'
FROM last_words WHERE last_words.id = cases.id AND NOT last_words.rests;

INSERT INTO outbox (id, job, queue, arguments, standing, due_at, attempts, fence)
SELECT md5('next word alarm' || percent || last_words.id), 'triage.word_alarm', 'notices',
    jsonb_build_object('case_id', last_words.id, 'percent', percent,
        'due', floor(extract(epoch FROM cases.word_due_at))::bigint),
    'waiting', last_words.at + last_words.seconds * percent / 100 * interval '1 second', 0, 0
FROM last_words JOIN cases ON cases.id = last_words.id,
    unnest(ARRAY[50, 75, 100]) AS percent
WHERE NOT rests AND (percent > 50 OR last_words.level < 3)
    AND last_words.at + last_words.seconds * percent / 100 * interval '1 second' > now();
"""  # noqa: S608 - words of ours


def _turns(*turns: str) -> None:
    op.drop_constraint(op.f("ck_clock_events_clockturn"), "clock_events", type_="check")
    named = ", ".join(f"'{turn}'" for turn in turns)
    op.create_check_constraint(
        op.f("ck_clock_events_clockturn"), "clock_events", f"turn IN ({named})"
    )


def _queues(due: str) -> None:
    for name, (leading, where) in QUEUES.items():
        op.drop_index(name, "cases")
        columns = [*leading, "level", sa.literal_column(due), "id"]
        op.create_index(name, "cases", columns, postgresql_where=sa.text(where))


def upgrade() -> None:
    op.add_column("cases", sa.Column("word_due_at", sa.DateTime(timezone=True), nullable=True))
    _turns("started", "stopped", "paused")
    for statement in START.split(";\n"):
        if statement.strip():
            op.execute(statement)
    _queues(WITH_WORD)
    op.execute("GRANT UPDATE (word_due_at) ON cases TO helpdesk_intake")


def downgrade() -> None:
    refuse_to_lose("pauses that people gave a clock", table="clock_events", where="turn = 'paused'")
    # Nothing else is lost: the clock of the next word follows from the messages that were sent.
    op.execute("DELETE FROM outbox WHERE job = 'triage.word_alarm'")
    op.execute("DELETE FROM clock_events WHERE clock = 'next_word'")
    op.execute("UPDATE clock_events SET turn = 'stopped' WHERE turn = 'paused'")
    _queues(WITHOUT)
    _turns("started", "stopped")
    op.drop_column("cases", "word_due_at")
