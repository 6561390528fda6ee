"""Batch query: lists of many tables read by one statement, so a page of many parts is one trip.

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
    SelectBase,
    TextClause,
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
Gathered = dict[str, list[Any]]


class BatchQuery:
    """Several named lists, each a select of columns, read in one round trip. Put together once, it
    is asked for any subject."""

    def __init__(self, **wanted: SelectBase) -> None:
        self._wanted = wanted
        self._statement = select(_document(wanted, {}))
        self._readers = [(name, _reader(name, one)) for name, one in wanted.items()]

    def beside(self, leading: Select[T], **known: QueryableAttribute[Any]) -> "RowWithLists[T]":
        """The same lists in the trip that finds what they belong to.

        `known` are parameters of the lists that are columns of what is found.
        """
        return RowWithLists(self, leading.add_columns(_document(self._wanted, known)))

    def ask(self, session: Session, **parameters: Any) -> Gathered:
        """Every list, its rows in their order, with an attribute for each column."""
        return self.read(session.connection().execute(self._statement, parameters).scalar_one())

    def read(self, document: Sequence[Any]) -> Gathered:
        """The lists that lie in a document."""
        return {
            name: [read(row) for row in rows or ()]
            for (name, read), rows in zip(self._readers, document, strict=True)
        }


class RowWithLists(Generic[T]):
    """One row of a table, as an object, and the lists that belong to it; None without the row."""

    def __init__(self, lists: BatchQuery, statement: Select[*tuple[Any, ...]]) -> None:
        self._lists = lists
        self._statement = statement

    def ask(self, session: Session, **parameters: Any) -> tuple[T, Gathered] | None:
        found = session.execute(self._statement, parameters).one_or_none()
        return (found[0], self._lists.read(found[1])) if found is not None else None


def _document(
    wanted: Mapping[str, SelectBase], known: Mapping[str, QueryableAttribute[Any]]
) -> TextClause:
    """All lists as one JSON document.

    As text, or SQLAlchemy would look at each part of it again whenever it is asked. What is the
    same for everybody stands in it as it is, so that the database plans once for all who ask.
    """
    columns = {name: _column(column) for name, column in known.items()}
    put_in = partial(_put_in, columns)
    parts: list[str] = []
    for name, one in wanted.items():
        rows = cast(SelectBase, replacement_traverse(one, {}, put_in)).subquery()
        listed = select(func.json_agg(func.json_build_array(*rows.columns)))
        sql = str(listed.compile(dialect=NAMED))
        for column in columns.values():
            if re.search(rf"\b(FROM|JOIN) {column.name.partition('.')[0]}\b", sql):
                raise ValueError(f"Inside of {name}, {column} would be its own.")
        parts.append(f"({sql})")
    document = f"json_build_array({', '.join(parts)}) AS lists"
    return text(re.sub(r":(\w+)::", r":\1 ::", document))  # or text() would read it wrongly


def _column(attribute: QueryableAttribute[Any]) -> ColumnClause[Any]:
    column = inspect(attribute.class_).columns[attribute.key]
    return literal_column(f"{column.table}.{column.name}")


def _put_in(columns: Mapping[str, ColumnClause[Any]], element: Any, **_kw: Any) -> Any:
    """A parameter that is a column of what is found, or a value of ours."""
    if not isinstance(element, BindParameter):
        return None
    if element.key in columns:
        return columns[element.key]
    if element.value is None:
        return None
    spelt = element.compile(dialect=NAMED, compile_kwargs={"literal_binds": True})
    return literal_column(str(spelt), element.type)


def _reader(name: str, wanted: SelectBase) -> Reading:
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
