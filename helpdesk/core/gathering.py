"""Gathering: lists of many tables read by one statement, so that a page of many parts is one trip.

The mirror of `arrival`: there rows travel to the database as JSON documents, here they come from
it. Each trip costs a page more than the rows that it brings, and so does each object that is made
only to be shown: what is gathered is read and done with, and cannot be changed.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, Enum, Select, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, dialect
from sqlalchemy.orm import QueryableAttribute, Session
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import Date, DateTime, LargeBinary, TypeDecorator, TypeEngine

POSTGRESQL = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects have no types

T = TypeVar("T")
Reading = Callable[[Any], Any]
Wanted = Select[*tuple[Any, ...]]
Gathered = dict[str, list[Any]]


class Gathering:
    """Lists by name, each a select of columns. Put together once, it is asked for any subject."""

    def __init__(self, **wanted: Wanted) -> None:
        self._wanted = wanted
        self._statement = select(*(_as_document(one).label(name) for name, one in wanted.items()))
        self._readers = [(name, _reader(name, one)) for name, one in wanted.items()]

    def beside(self, leading: Select[T], **known: QueryableAttribute[Any]) -> "Beside[T]":
        """The same lists in the trip that finds what they belong to.

        `known` are parameters of the lists that are columns of what is found.
        """
        return Beside(self, leading, known)

    def ask(self, session: Session, **parameters: Any) -> Gathered:
        """Every list, its rows in their order, with an attribute for each column."""
        return self.read(session.execute(self._statement, parameters).one())

    def read(self, documents: Iterable[list[Any]]) -> Gathered:
        """The lists that lie in these documents, one for each."""
        return {
            name: [read(row) for row in rows]
            for (name, read), rows in zip(self._readers, documents, strict=True)
        }

    def documents(self, known: Mapping[str, QueryableAttribute[Any]]) -> list[ColumnElement[Any]]:
        """The lists as columns of a statement that finds what is known."""
        tables = {column.class_ for column in known.values()}
        put_in = partial(_known, known)
        found = {
            name: cast(Wanted, replacement_traverse(one, {}, put_in))
            for name, one in self._wanted.items()
        }
        return [_as_document(one.correlate(*tables)).label(name) for name, one in found.items()]


class Beside(Generic[T]):
    """One row of a table, as an object, and the lists that belong to it; None without the row."""

    def __init__(
        self,
        lists: Gathering,
        leading: Select[T],
        known: Mapping[str, QueryableAttribute[Any]],
    ) -> None:
        self._lists = lists
        self._statement: Wanted = leading.add_columns(*lists.documents(known))

    def ask(self, session: Session, **parameters: Any) -> tuple[T, Gathered] | None:
        found = session.execute(self._statement, parameters).one_or_none()
        return (found[0], self._lists.read(found[1:])) if found is not None else None


def _known(known: Mapping[str, QueryableAttribute[Any]], element: Any, **_kw: Any) -> Any:
    return known.get(element.key) if isinstance(element, BindParameter) else None


def _as_document(wanted: Wanted) -> ColumnElement[Any]:
    """A whole list as one JSON document of one row."""
    rows = wanted.subquery()
    document = func.json_agg(func.json_build_array(*rows.columns))
    return select(func.coalesce(document, text("'[]'"))).select_from(rows).scalar_subquery()


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
