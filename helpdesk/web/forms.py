"""The base of every form: our words for the usual faults, and no surprise from long input."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import ValidationError

from helpdesk.core import codes
from helpdesk.core.email_addresses import InvalidEmailAddress, parse_email_address
from helpdesk.core.visible_text import has_visible_text
from helpdesk.web.refused_form_contents import register_request_form
from helpdesk.web.typed_field_names import TYPED, remember_text_fields

# PostgreSQL keeps no NUL, and no person types one. The two that turn the order of letters around
# make a name or an address read as another one ("gpj.exe" as "exe.jpg"): in a copied message they
# are worth seeing, so they stay in sight instead of at work.
UNSEEN = str.maketrans({"\0": None, "\u202d": "[U+202D]", "\u202e": "[U+202E]"})
CODE_IN_WORDS = _(
    "This looks like a private code, such as a return code. We never need it, and anyone who "
    "has it can use it. Please remove it. Everything else you wrote is still here."
)


class Form(FlaskForm):
    """The base of every form. The token of a form is looked at before any view is asked
    (`form_tokens`).

    A code that opens something is stopped in every field of words that is not meant for one.
    """

    holds_codes: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        remember_text_fields(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (args[0] if args else kwargs.get("formdata", "as sent")) is not None:
            register_request_form(self)

    class Meta(FlaskForm.Meta):
        csrf = False

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Strip what people leave around their words, and count a line break as one sign."""
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in TYPED:
                unbound_field.kwargs["filters"] = (
                    [*filters, _strip] if _strip not in filters else filters
                )
            return unbound_field.bind(form=form, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that no code is about to be stored among other words."""
        is_right = bool(super().validate(extra_validators))
        for field in self:
            is_free = type(field).__name__ in TYPED and field.name not in self.holds_codes
            if is_free and isinstance(field.data, str) and codes.contains_code(field.data):
                field.errors = [*field.errors, CODE_IN_WORDS]
                is_right = False
        return is_right


def _strip(value: Any) -> Any:
    """Browsers send a line break as two signs; it is one. What nobody could see is nothing."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN).strip()
    return text if has_visible_text(text) else ""


def normalise_email_filter(typed: Any) -> Any:
    """A WTForms filter that normalises an email address. What is none stays as it was typed."""
    try:
        return parse_email_address(typed) if typed else typed
    except InvalidEmailAddress:
        return typed


def validate_address(_form: Any, field: Any) -> None:
    """A WTForms validator that requires an address to which emails can be sent."""
    try:
        parse_email_address(field.data or "")
    except InvalidEmailAddress as refused:
        raise ValidationError(str(refused)) from None
