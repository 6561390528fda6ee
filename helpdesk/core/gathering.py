"""Gathering: lists of many tables read by one statement, so that a page of many parts is one trip.

The mirror of `arrival`: there rows travel to the database as JSON documents, here they come from
it. Each trip costs a page more than the rows that it brings, and so does each object that is made
only to be shown: what is gathered is read and done with, and cannot be changed.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    Enum,
    Select,
    func,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, dialect
from sqlalchemy.orm import QueryableAttribute, Session
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import Date, DateTime, LargeBinary, TypeDecorator, TypeEngine

POSTGRESQL = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types
NAMED = dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # the same

T = TypeVar("T")
Reading = Callable[[Any], Any]
Wanted = Select[*tuple[Any, ...]]
Gathered = dict[str, list[Any]]


class Gathering:
    """Lists by name, each a select of columns. Put together once, it is asked for any subject."""

    def __init__(self, **wanted: Wanted) -> None:
        self._wanted = wanted
        sql, values = _document(wanted, {})
        self._statement = text(f"SELECT {sql}").bindparams(**values)
        self._readers = [(name, _reader(name, one)) for name, one in wanted.items()]

    def beside(self, leading: Select[T], **known: QueryableAttribute[Any]) -> "Beside[T]":
        """The same lists in the trip that finds what they belong to.

        `known` are parameters of the lists that are columns of what is found.
        """
        sql, values = _document(self._wanted, known)
        return Beside(self, leading.add_columns(text(sql).bindparams(**values)))

    def ask(self, session: Session, **parameters: Any) -> Gathered:
        """Every list, its rows in their order, with an attribute for each column."""
        return self.read(session.execute(self._statement, parameters).scalar_one())

    def read(self, document: Sequence[Any]) -> Gathered:
        """The lists that lie in a document."""
        return {
            name: [read(row) for row in rows or ()]
            for (name, read), rows in zip(self._readers, document, strict=True)
        }


class Beside(Generic[T]):
    """One row of a table, as an object, and the lists that belong to it; None without the row."""

    def __init__(self, lists: Gathering, statement: Wanted) -> None:
        self._lists = lists
        self._statement = statement

    def ask(self, session: Session, **parameters: Any) -> tuple[T, Gathered] | None:
        found = session.execute(self._statement, parameters).one_or_none()
        return (found[0], self._lists.read(found[1])) if found is not None else None


def _document(
    wanted: Mapping[str, Wanted], known: Mapping[str, QueryableAttribute[Any]]
) -> tuple[str, dict[str, Any]]:
    """All lists as one JSON document: the SQL for it, and the values that stand in it for good.

    As text, or SQLAlchemy would look at each part of it again whenever it is asked.
    """
    columns = {name: _column(column) for name, column in known.items()}
    put_in = partial(_known, columns)
    parts: list[str] = []
    values: dict[str, Any] = {}
    for name, one in wanted.items():
        rows = cast(Wanted, replacement_traverse(one, {}, put_in)).subquery()
        compiled = select(func.json_agg(func.json_build_array(*rows.columns))).compile(
            dialect=NAMED
        )
        sql = re.sub(r":(\w+)::", r":\1 ::", str(compiled))  # or text() would read it wrongly
        for column in columns.values():
            if re.search(rf"\b(FROM|JOIN) {column.name.partition('.')[0]}\b", sql):
                raise ValueError(f"Inside of {name}, {column} would be its own.")
        for parameter, value in compiled.params.items():
            if value is not None:  # ours; that of another list may have the same name
                sql = re.sub(rf":{parameter}\b", f":{name}_{parameter}", sql)
                values[f"{name}_{parameter}"] = str(value) if isinstance(value, str) else value
        parts.append(f"({sql})")
    return f"json_build_array({', '.join(parts)}) AS lists", values


def _column(attribute: QueryableAttribute[Any]) -> ColumnClause[Any]:
    column = inspect(attribute.class_).columns[attribute.key]
    return literal_column(f"{column.table}.{column.name}")


def _known(columns: Mapping[str, ColumnClause[Any]], element: Any, **_kw: Any) -> Any:
    return columns.get(element.key) if isinstance(element, BindParameter) else None


def _reader(name: str, wanted: Wanted) -> Reading:
    """From a JSON array to a row whose values have the types of their columns."""
    columns = list(wanted.subquery().columns)
    names = [str(column.key) for column in columns]
    make = namedtuple(name, names)._make  # type: ignore[attr-defined]  # mypy wants to know the names
    typed = [(n, read) for n, one in enumerate(columns) if (read := _reading(one.type))]

    def read_row(values: list[Any]) -> Any:
        for place, read in typed:
            if values[place] is not None:
                values[place] = read(values[place])
        return make(values)

    return read_row


def _reading(kind: TypeEngine[Any]) -> Reading | None:
    """How a value becomes what its column's type says; None where it is that already."""
    if isinstance(kind, TypeDecorator):
        return partial(_decorated, kind, _reading(kind.impl_instance))
    match kind:
        case DateTime():
            return datetime.fromisoformat
        case Date():
            return date.fromisoformat
        case LargeBinary():
            return _bytes
        case ARRAY(as_tuple=True):
            return tuple
        case Enum():
            return cast(Reading, kind.enum_class)
        case _:
            return None


def _decorated(kind: TypeDecorator[Any], read: Reading | None, value: Any) -> Any:
    return kind.process_result_value(read(value) if read else value, POSTGRESQL)


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("\\x"))
