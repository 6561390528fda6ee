"""Questions of the playbooks as fields of a form, each as its kind wants it."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _
from wtforms import (
    Field,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice

from helpdesk.playbooks.pages import Question, QuestionKind
from helpdesk.web.forms import TEXT_LIMIT

SHORT_LIMIT = 500
# Names of questions come from the playbooks and must not meet the names of the form's own parts.
PREFIX = "q_"


def fields_for(questions: Iterable[Question]) -> dict[str, Any]:
    return {PREFIX + question.id: field_for(question) for question in questions}


def field_for(question: Question) -> Any:
    words: dict[str, Any] = {"label": question.ask, "description": question.hint or ""}
    if question.kind.has_options:
        choices = [SelectChoice(option.id, option.label) for option in question.options]
        many = question.kind is QuestionKind.MANY_OF
        kind = SelectMultipleField if many else RadioField
        return kind(**words, choices=choices, coerce=one_of(choices), validate_choice=False)
    if question.kind is QuestionKind.LONG:
        return TextAreaField(**words, validators=[not_longer_than(TEXT_LIMIT)])
    return StringField(**words, validators=[not_longer_than(SHORT_LIMIT)])


def one_of(choices: Iterable[SelectChoice]) -> Callable[[Any], str]:
    """A choice that is not on offer (any more) counts as none: it is no reason to stop a person."""
    known = {str(choice.value) for choice in choices}
    return lambda value: str(value) if str(value) in known else ""


def not_longer_than(limit: int) -> Callable[[Any, Field], None]:
    """A text that is too long is kept, and its writer told by how much."""

    def check(_form: Any, field: Field) -> None:
        length = len(field.data or "")
        if length > limit:
            raise ValidationError(
                _(
                    "“%(question)s” has %(length)s characters, and we can take %(limit)s at once. "
                    "Nothing is lost: shorten it here, and send the rest later in a message.",
                    question=field.label.text,
                    length=format_decimal(length),
                    limit=format_decimal(limit),
                )
            )

    return check
