"""Bulk insert: new rows of many tables written by one statement, so that a report is one trip.

A flush makes a trip to the database for each table, and a savepoint two more; at the public door
they cost more than everything else together. Here the rows travel as one JSON document for each
table. The database checks foreign keys at the end of the statement, so that their order does not
matter to it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, inspect, text
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import TypeDecorator

from helpdesk.core.database import Base
from helpdesk.core.work import Work

POSTGRESQL = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types


@dataclass(frozen=True)
class BulkInsertWork(Work):
    """Work that only adds rows. They wait here, and not in the session, until they arrive."""

    rows: list[Base] = field(default_factory=list)

    def add(self, row: Base) -> None:
        self.rows.append(row)

    def insert_all(self, first: Base, *, while_: str = "true", **parameters: Any) -> bool:
        """Write all that was added, or nothing if something unique in `first` is there.

        Of two that arrive at the same moment, the second waits here until the first has been
        committed, and is then told that it is there. `while_` is a condition of ours in SQL: where
        it does not hold any more, nothing is written either.
        """
        if self.session.new:
            # It would be written behind the report, or refused there when the report is in.
            raise RuntimeError("A row waits in the session, which this statement does not write.")
        written: dict[Table, list[dict[str, Any]]] = {_table(first): []}
        for row in self.rows:
            written.setdefault(_table(row), []).append(_values(row))
        statement = _statement(tuple(written), while_)
        documents = {table.name: DOCUMENTS.encode(rows) for table, rows in written.items()}
        if self.session.execute(statement, documents | parameters).first() is None:
            return False
        # Only this one may be spoken of again; from now on it is a row like any that was read.
        make_transient_to_detached(first)
        self.session.add(first)
        return True


def _table(row: Base) -> Table:
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{table} is no table that a row can arrive in.")
    return table


def _values(row: Base) -> dict[str, Any]:
    """What stands in the row by column, its defaults filled in, as the database would store it."""
    values = {}
    for name, key, kind, default in _columns(type(row)):
        value = row.__dict__.get(key)
        if value is None and default is not None:
            value = default
            setattr(row, key, default)
        values[name] = kind.process_bind_param(value, POSTGRESQL) if kind else value
    return values


@cache
def _columns(entity: type[Base]) -> Sequence[tuple[str, str, TypeDecorator[Any] | None, Any]]:
    """Name, attribute, binding and default of each column that the database does not number."""
    found = []
    for attribute in inspect(entity).column_attrs:
        column = attribute.columns[0]
        if column.identity is None:
            kind = column.type if isinstance(column.type, TypeDecorator) else None
            default = column.default.arg if column.default is not None else None
            found.append((column.name, attribute.key, kind, default))
    return found


@cache
def _statement(tables: tuple[Table, ...], while_: str) -> TextClause:
    """The first table's row is written if it is new; all others take theirs only if it was."""
    leading, *others = (_insert(table) for table in tables)
    # Of two at once, any unique index may be the one that notices: none is named.
    parts = [f"arrived AS ({leading} WHERE {while_} ON CONFLICT DO NOTHING RETURNING id)"]
    for number, statement in enumerate(others):
        parts.append(f"with_{number} AS ({statement} WHERE EXISTS (SELECT FROM arrived))")
    return text(f"WITH {', '.join(parts)} SELECT id FROM arrived")  # noqa: S608 - names of ours


def _insert(table: Table) -> str:
    names = ", ".join(column.name for column in table.columns if column.identity is None)
    rows = f"json_populate_recordset(NULL::{table.name}, :{table.name})"
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {rows}"  # noqa: S608 - the same


def _as_text(value: Any) -> str:
    """What JSON has no word for, as PostgreSQL reads it."""
    match value:
        case bytes():
            return f"\\x{value.hex()}"
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"A {type(value).__name__} cannot arrive.")


DOCUMENTS = json.JSONEncoder(default=_as_text)
