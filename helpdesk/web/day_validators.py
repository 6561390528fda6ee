"""Form validators for future and past days. Days are counted in UTC."""

from datetime import date
from typing import Any

from wtforms import ValidationError

from helpdesk.core.plausible_days import (
    AHEAD,
    BACK,
    format_plain_day,
    is_plausible_future_day,
    is_plausible_past_day,
)
from helpdesk.web.current_app_context import current_context


def require_plausible_future_day(_form: Any, field: Any) -> None:
    """Require a day after today, at most a year ahead."""
    today = _today()
    if field.data is not None and not is_plausible_future_day(field.data, today=today):
        raise ValidationError(
            f"Choose a day after today ({format_plain_day(today)} in UTC) and no later than "
            f"{format_plain_day(today + AHEAD)}."
        )


def require_past_day(_form: Any, field: Any) -> None:
    """Require today or a day before, at most five years back."""
    today = _today()
    if field.data is not None and not is_plausible_past_day(field.data, today=today):
        raise ValidationError(
            f"Choose today ({format_plain_day(today)} in UTC) or an earlier day, but not before "
            f"{format_plain_day(today - BACK)}."
        )


def _today() -> date:
    return current_context().now().date()
