"""Roles taken over: each process's database role tries what chance says, and nothing else changes.

Every try is committed where the database lets it. Then what that role must not touch is compared
with what it was, to the letter.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from bench.faults.trial import Trial, dice

TABLES = """SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position)
    FROM information_schema.columns c WHERE c.table_schema = 'public' GROUP BY 1 ORDER BY 1"""
LOCKS = ("ROW EXCLUSIVE", "SHARE", "EXCLUSIVE", "ACCESS EXCLUSIVE")
VALUES = ("NULL", "'infinity'", "'-infinity'", "now()", "0", "'x'", "'mine'", "true", "'closed'")
# What no process beside the staff's pages may ever change, by the table that it is read from.
KEPT: Mapping[str, str] = {
    "keys": "SELECT * FROM keys WHERE owner_id IN (SELECT id FROM teams WHERE kind = 'queue') "
    "OR owner_id IN (SELECT id FROM people WHERE role <> 'partner') "
    "OR id IN (SELECT key_id FROM cases)",
    "copies": "SELECT * FROM key_copies WHERE key_id IN (SELECT id FROM keys WHERE kind = 'case' "
    "AND id IN (SELECT key_id FROM cases)) OR key_id IN (SELECT id FROM keys WHERE owner_id IN "
    "(SELECT id FROM teams WHERE kind = 'queue'))",
    "teams": "SELECT * FROM teams",
    "staff": "SELECT * FROM people WHERE role <> 'partner'",
    "memberships": "SELECT * FROM memberships",
    "sessions": "SELECT * FROM sign_ins WHERE surface = 'staff'",
    "what was told": "SELECT id, team_id, owner_id, level, key_id, public_half, reporter_tag, "
    "story, contact, answers FROM cases WHERE opened_at < {began}",
    "words": "SELECT * FROM messages",
    "notes": "SELECT * FROM notes",
    "consents": "SELECT * FROM consents WHERE given_at < {began}",
    "entries of people": "SELECT * FROM history WHERE actor_id LIKE 'person:%'",
    "entries of before": "SELECT * FROM history WHERE at < {began}",
    "numbers": "SELECT 1 FROM history WHERE id > 1000000000",
    "never": "SELECT 1 FROM outbox WHERE NOT isfinite(due_at)",
    "promises of before": "SELECT 1 FROM outbox WHERE due_at < {began}",
}
# What the public role must not move either, while nobody's mailbox is open.
KEPT_AT_THE_DOOR: Mapping[str, str] = {
    "states": "SELECT id, state, waits_on, waits_until FROM cases WHERE opened_at < {began}",
    "requests": "SELECT * FROM escalations",
    "closures": "SELECT * FROM closures",
    "verdicts": "SELECT * FROM verifications",
    "visits": "SELECT * FROM visits",
}
# What stays as it was when the staff's pages' role, which may do much, adds to it: by row.
KEPT_BY_STAFF: Mapping[str, str] = {
    "keys": "SELECT * FROM keys",
    "signatures": "SELECT * FROM key_signatures",
    "copies of cases' keys": "SELECT * FROM key_copies WHERE key_id IN (SELECT key_id FROM cases)",
    "what was judged": "SELECT * FROM evaluations",
    "entries": "SELECT * FROM history",
    "links": "SELECT * FROM history_links",
    "where history ends": "SELECT * FROM history_checkpoints",
    "who ticks": "SELECT * FROM ticker_lease",
    "which house it is": "SELECT * FROM sending",
    "cases": "SELECT id FROM cases",
    "words": "SELECT id FROM messages",
    "notes": "SELECT id FROM notes",
    "promises": "SELECT id, job, queue, arguments, promised_by, promised_at, about, turn "
    "FROM outbox",
}
LONG_AGO = "now() - interval '3 hours'"
STAFF = "helpdesk_app"
ROLES: Sequence[str] = (
    "helpdesk_intake", "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker", STAFF,
)  # fmt: skip


def trial(
    address: Callable[[str], str], *, seed: int, tries: int, taken_over: Sequence[str] = ROLES
) -> Trial:
    """So many tries of each role; `address` gives a role's own, in psycopg's words."""
    result = Trial(f"{tries} tries of each role that was taken over", seed)
    with result.timed(), psycopg.connect(address("postgres"), autocommit=True) as judge:
        tables: dict[str, Any] = dict(judge.execute(TABLES).fetchall())
        for role in taken_over:
            kept = {**KEPT, **(KEPT_AT_THE_DOOR if role == ROLES[0] else {})}
            look, kept = (_rows, {**KEPT_BY_STAFF}) if role == STAFF else (_looked_at, kept)
            before = look(judge, kept)
            _attack(address(role), role, tables, result, dice(f"{seed} {role}"), tries)
            after = look(judge, kept)
            result.faults += [
                f"{role} changed what it must not: {name}."
                for name in kept
                if not before[name] <= after[name]
            ]
    return result


def _rows(judge: psycopg.Connection, kept: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Each question's rows. What is added is no fault; what is gone or other than before is."""
    return {
        name: frozenset(
            str(row)
            for (row,) in judge.execute(f"SELECT one::text FROM ({question}) AS one")  # noqa: S608 - ours
        )
        for name, question in kept.items()
    }


def _looked_at(judge: psycopg.Connection, kept: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Each question's answer as one hash. What is older than three hours was there before."""
    return {
        name: frozenset(
            str(row)
            for row in judge.execute(
                "SELECT md5(string_agg(one::text, '|' ORDER BY one::text)) FROM "  # noqa: S608 - ours
                f"({question.format(began=LONG_AGO)}) AS one"
            )
        )
        for name, question in kept.items()
    }


def _attack(
    address: str,
    role: str,
    tables: Mapping[str, Sequence[str]],
    result: Trial,
    chance: random.Random,
    tries: int,
) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("SET statement_timeout = '2s'")
        connection.commit()
        for _ in range(tries):
            statement = _statement(tables, chance)
            try:
                touched = connection.execute(statement).rowcount
                connection.commit()
            except psycopg.Error as error:
                connection.rollback()
                result.done[f"{role} {type(error).__name__}"] += 1
            else:
                result.done[f"{role} {'took' if touched > 0 else 'had no effect'}"] += 1


def _statement(tables: Mapping[str, Sequence[str]], chance: random.Random) -> sql.Composed:
    table = chance.choice(sorted(tables))
    name, columns = sql.Identifier(table), tables[table]
    column = sql.Identifier(chance.choice(columns))
    value = sql.SQL(chance.choice(VALUES))
    match chance.randrange(6):
        case 0:
            return sql.SQL("UPDATE {} SET {} = {}").format(name, column, value)
        case 1:
            return sql.SQL("DELETE FROM {}").format(name)
        case 2:
            return sql.SQL("LOCK TABLE {} IN {} MODE NOWAIT").format(
                name, sql.SQL(chance.choice(LOCKS))
            )
        case 3:
            return sql.SQL("TRUNCATE {}").format(name)
        case _:
            return _another_row(name, columns, chance)


def _another_row(
    name: sql.Identifier, columns: Sequence[str], chance: random.Random
) -> sql.Composed:
    """A row like one that is there, some of it changed; in few columns or in all of them."""
    some = [one for one in columns if chance.random() < 0.9]
    values = [
        sql.SQL(chance.choice(VALUES)) if chance.random() < 0.2 else sql.Identifier(one)
        for one in some
    ]
    return sql.SQL("INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {2} FROM {0}").format(
        name, sql.SQL(", ").join(map(sql.Identifier, some)), sql.SQL(", ").join(values)
    )
