"""The declarative base, our column types, and ids."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import DateTime, Dialect, Enum, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from helpdesk.core.sealing import Envelope

ID_LENGTH = 32

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A column type for a time in UTC. A naive time is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone was about to be stored.")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class SealedColumn(TypeDecorator[Envelope]):
    """A column type for a sealed field: the value is an Envelope, which opens only through
    `work.keys`."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Envelope | None, dialect: Dialect) -> bytes | None:
        if value is not None and not isinstance(value, Envelope):
            raise TypeError("Only an Envelope may be stored in an encrypted column.")
        return None if value is None else value.raw

    def process_result_value(self, value: Any, dialect: Dialect) -> Envelope | None:
        return None if value is None else Envelope(bytes(value))


class Base(DeclarativeBase):
    """The declarative base of every model."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: UtcDateTime(),
        Envelope: SealedColumn(),
    }


def new_id() -> str:
    """Generate a random id: 32 hexadecimal characters that say nothing."""
    return uuid4().hex


class RandomIdMixin:
    """A mixin for models with a random id, known before the row is written: sealing needs it."""

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, sort_order=-1)

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", new_id())
        super().__init__(**values)


def _values(choices: type[StrEnum]) -> list[str]:
    return [one.value for one in choices]


def enum_column(choices: type[StrEnum]) -> Enum:
    """A column that stores an enum's values as plain text, checked by the database."""
    return Enum(
        choices,
        values_callable=_values,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=choices.__name__.lower(),
    )
