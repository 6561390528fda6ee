"""What every form shares: our words for the usual faults, and no surprise from long input."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

from helpdesk.core.addresses import NotAnAddress, read_address

# PostgreSQL keeps no NUL, and no person types one. The two that turn the order of letters around
# make a name or an address read as another one ("gpj.exe" as "exe.jpg"): in a copied message they
# are worth seeing, so they stay in sight instead of at work.
UNSEEN = str.maketrans({"\0": None, "\u202d": "[U+202D]", "\u202e": "[U+202E]"})
TYPED = frozenset({"StringField", "TextAreaField", "EmailField"})


class Form(FlaskForm):
    """A form whose token lives for a day (Tor is slow, and people are interrupted)."""

    class Meta(FlaskForm.Meta):
        csrf_time_limit = 24 * 3600

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Strip what people leave around their words, and count a line break as one sign."""
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in TYPED:
                unbound_field.kwargs["filters"] = (
                    [*filters, _strip] if _strip not in filters else filters
                )
            return unbound_field.bind(form=form, **options)


def _strip(value: Any) -> Any:
    """Browsers send a line break as two signs; it is one."""
    if not isinstance(value, str):
        return value
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN).strip()


def as_address(typed: Any) -> Any:
    """A filter: the address as letters are sent to it. What is none stays as it was typed."""
    try:
        return read_address(typed) if typed else typed
    except NotAnAddress:
        return typed


def is_address(_form: Any, field: Any) -> None:
    """A validator: whether a letter can be sent there."""
    try:
        read_address(field.data or "")
    except NotAnAddress as refused:
        raise ValidationError(str(refused)) from None
