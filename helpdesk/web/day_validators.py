"""Days in forms: what bounds a day to come and a day gone. Days are counted in UTC."""

from datetime import UTC, date, datetime
from typing import Any

from wtforms import ValidationError

from helpdesk.core.plausible_days import AHEAD, BACK, can_be_in_future, can_be_in_past, in_words


def in_future(_form: Any, field: Any) -> None:
    """A day after today, at most a year ahead."""
    today = _today()
    if field.data is not None and not can_be_in_future(field.data, today=today):
        raise ValidationError(
            f"Choose a day after today ({in_words(today)} in UTC) and no later than "
            f"{in_words(today + AHEAD)}."
        )


def in_past(_form: Any, field: Any) -> None:
    """Today or a day before, at most five years back."""
    today = _today()
    if field.data is not None and not can_be_in_past(field.data, today=today):
        raise ValidationError(
            f"Choose today ({in_words(today)} in UTC) or an earlier day, but not before "
            f"{in_words(today - BACK)}."
        )


def _today() -> date:
    return datetime.now(UTC).date()
