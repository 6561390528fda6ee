"""Form fields for the questions of playbooks, each as its kind wants it."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.model import Question, QuestionKind
from helpdesk.web.text_lengths import SHORT_LIMIT, TEXT_LIMIT, max_length_validator

# Names of questions come from the playbooks and must not meet the names of the form's own parts.
PREFIX = "q_"


def form_fields_for_questions(questions: Iterable[Question]) -> dict[str, Any]:
    """Make the form fields for these questions, by name."""
    return {PREFIX + question.id: form_field_for_question(question) for question in questions}


def form_field_for_question(question: Question) -> Any:
    """Make the form field for one question, as its kind wants it."""
    words: dict[str, Any] = {"label": question.ask, "description": question.hint or ""}
    if question.kind.has_options:
        choices = [SelectChoice(option.id, option.label) for option in question.options]
        many = question.kind is QuestionKind.MANY_OF
        kind = SelectMultipleField if many else RadioField
        return kind(
            **words, choices=choices, coerce=drop_unknown_choice(choices), validate_choice=False
        )
    if question.kind is QuestionKind.LONG:
        return TextAreaField(**words, validators=[max_length_validator(TEXT_LIMIT)])
    return StringField(**words, validators=[max_length_validator(SHORT_LIMIT)])


def drop_unknown_choice(choices: Iterable[SelectChoice]) -> Callable[[Any], str]:
    """Drop a choice that is not on offer (any more): it is no reason to stop a person."""
    known = {str(choice.value) for choice in choices}
    return lambda value: str(value) if str(value) in known else ""


def answers_from_form(form: Form) -> dict[str, Value]:
    """Read the answers in a form by question, without those that were skipped."""
    answers: dict[str, Value] = {}
    for field in form:
        if field.name.startswith(PREFIX):
            value = field.data
            told = tuple(one for one in value if one) if isinstance(value, list) else value
            if told:
                answers[field.name.removeprefix(PREFIX)] = cast(Value, told)
    return answers
