"""What happened lately, and last. A moment that the clock has not reached yet is none of ours.

A machine may come up with its clock a day ahead, and a process that was taken over may write any
day: whoever asks "was somebody told in the last ten minutes?" must not hear yes until
then; and what comes after the last must not be put off until then, or refused.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

# The clocks of two machines that keep time together differ by less.
CLOCKS_DIFFER: Final = timedelta(minutes=1)
# Beside a time of the public door, which is early by up to five minutes.
REPORTERS_TIME_DIFFERS: Final = timedelta(minutes=5) + CLOCKS_DIFFER


def happened_within(moment: datetime, span: timedelta, *, at: datetime) -> bool:
    """Whether a time lies in the span before `at`; one that is ahead of the clock does not."""
    return at - span < moment <= at + CLOCKS_DIFFER


def column_happened_within(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    span: timedelta,
    *,
    at: datetime,
) -> ColumnElement[bool]:
    """An SQL condition: the column's time lies in the span before `at`."""
    return and_(column > at - span, column <= at + CLOCKS_DIFFER)


def is_ahead(moment: datetime, *, at: datetime) -> bool:
    """Whether a time is ahead of the clock: it is of a clock that was wrong."""
    return moment > at + REPORTERS_TIME_DIFFERS


def column_not_ahead(
    column: InstrumentedAttribute[datetime], *, at: datetime
) -> ColumnElement[bool]:
    """An SQL condition: the column's time is not ahead of the clock."""
    return column <= at + REPORTERS_TIME_DIFFERS
