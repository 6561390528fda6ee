"""What every form shares: our words for the usual faults, and no surprise from long input."""

from typing import Any

from flask_wtf import FlaskForm

TEXT_LIMIT = 20_000
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
            """Strip what people leave around their words."""
            filters = unbound_field.kwargs.get("filters", [])
            if unbound_field.field_class.__name__ in TYPED:
                unbound_field.kwargs["filters"] = (
                    [*filters, _strip] if _strip not in filters else filters
                )
            return unbound_field.bind(form=form, **options)


def _strip(value: Any) -> Any:
    return value.translate(UNSEEN).strip() if isinstance(value, str) else value
