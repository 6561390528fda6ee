"""Watches in which order a transaction locks rows: a case before its requests, never behind."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

LOCKS = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE|KEY SHARE)(?: OF ([\w, ]+))?")
NAMED = re.compile(r"\b(?:FROM|JOIN) (\w+)(?: AS (\w+))?")


def locked_tables(statement: str) -> set[str]:
    """The tables whose rows a statement keeps for its transaction."""
    found = LOCKS.search(statement)
    if found is None:
        return set()
    tables = {alias or table: table for table, alias in NAMED.findall(statement)}
    if found[1] is None:
        return set(tables.values())
    return {tables.get(one.strip(), one.strip()) for one in found[1].split(",")}


class LockOrder:
    """Of each open transaction, whether a case is held; and the statements out of order."""

    def __init__(self) -> None:
        self.holds_case: set[int] = set()
        self.wrong: list[str] = []
        self.asked = 0

    def before_cursor_execute(self, connection, _cursor, statement, *_more) -> None:
        tables, key = locked_tables(statement), _key(connection)
        if "cases" in tables:
            self.holds_case.add(key)
        elif "escalations" in tables:
            self.asked += 1
            if key not in self.holds_case:
                self.wrong.append(statement)

    def ended(self, connection) -> None:
        self.holds_case.discard(_key(connection))

    def after_transaction_end(self, session, transaction) -> None:
        """Most tests have one transaction around all of theirs, on one connection."""
        bind = session.get_bind()
        if transaction.parent is None and isinstance(bind, Connection) and not bind.closed:
            self.ended(bind)


def _key(connection) -> int:
    return id(connection.connection.dbapi_connection)


@contextmanager
def watched() -> Iterator[LockOrder]:
    order = LockOrder()
    heard = (
        (Engine, "before_cursor_execute", order.before_cursor_execute),
        (Engine, "commit", order.ended),
        (Engine, "rollback", order.ended),
        (Session, "after_transaction_end", order.after_transaction_end),
    )
    for one in heard:
        event.listen(*one)
    try:
        yield order
    finally:
        for one in heard:
            event.remove(*one)
