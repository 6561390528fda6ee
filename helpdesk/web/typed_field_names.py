"""The names of form fields that people type into: what has to come back to them when a form is not
taken."""

from typing import Any, Final

from wtforms.fields.core import UnboundField

# By name: what a field asks for. Every form says so when it is made.
ASKED: Final[dict[str, str]] = {}
TYPED: Final = frozenset(
    {"StringField", "TextAreaField", "EmailField", "DateField", "UtcDateTimeField"}
)


def remember_text_fields(form: type[Any]) -> None:
    """Remember the names of a form's fields that are typed into, days and times too."""
    for name, field in vars(form).items():
        if isinstance(field, UnboundField) and field.field_class.__name__ in TYPED:
            asks = field.args[0] if field.args else field.kwargs.get("label", "")
            ASKED.setdefault(name, str(asks or ""))


def is_text_field(name: str, value: str) -> bool:
    """Whether a field of this name is typed into, as against ticked."""
    return bool(value.strip()) and (name in ASKED or len(value.split()) > 1)
