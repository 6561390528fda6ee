"""What happened lately. A moment that the clock has not reached yet is none of ours.

A machine may come up with its clock a day ahead, and a process that was taken over may write any
day: whoever asks "was somebody told in the last ten minutes?" must not hear yes until then.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

# The clocks of two machines that keep time together differ by less.
CLOCKS_DIFFER: Final = timedelta(minutes=1)


def happened_within(moment: datetime, span: timedelta, *, at: datetime) -> bool:
    """Whether it happened in the span before `at`."""
    return at - span < moment <= at + CLOCKS_DIFFER


def column_happened_within(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    span: timedelta,
    *,
    at: datetime,
) -> ColumnElement[bool]:
    """The rows of which it happened in the span before `at`."""
    return and_(column > at - span, column <= at + CLOCKS_DIFFER)
