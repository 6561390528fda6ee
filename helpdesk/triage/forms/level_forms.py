"""Forms about the level of a case: correct answers, raise it, request a lower one."""

from collections.abc import Iterable

from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import Question, QuestionKind
from helpdesk.runs.forms import WHO_READS_MAILBOX
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, max_length_validator

PREFIX = "q-"
too_long = max_length_validator(TEXT_LIMIT)


class CorrectAnswersForm(Form):
    """The form to correct the reporter's answers. The fields of the questions are added for each
    page."""

    shows_in_mailbox = BooleanField(
        "Let the advice in the reporter\u2019s mailbox follow these answers",
        description=WHO_READS_MAILBOX,
    )
    released = SelectMultipleField(
        "Corrected earlier but not shown in the mailbox",
        choices=[],
        description="Tick each answer that the advice in the mailbox should follow from now on.",
    )

    def changes(self, before: Context) -> dict[str, Value]:
        """What differs from before. An answer that was emptied is taken back to "I don't know"."""
        told = {field.name.removeprefix(PREFIX): _told(field) for field in self.questions}
        return {
            name: value
            for name, value in told.items()
            if value != before.get(name) and (value or before.get(name))
        }

    @property
    def questions(self) -> list[Field]:
        """The fields of the questions, in the order of the page."""
        return [field for field in self if field.name.startswith(PREFIX)]


class RaiseLevelForm(Form):
    """The form to raise the level: to which, and why."""

    level = RadioField("New level", [InputRequired("Choose a level.")])
    reason = TextAreaField("Why?", [DataRequired("Say in a few words why."), too_long])


class RequestLowerLevelForm(Form):
    """The form to request a lower level: why the case can wait longer."""

    why_lower = TextAreaField(
        "Why can it wait longer?", [DataRequired("Say in a few words why it can wait."), too_long]
    )


def correct_answers_form(
    questions: Iterable[Question], answers: Context, *, withheld: Iterable[Question]
) -> CorrectAnswersForm:
    """Make the form to correct these questions' answers, with what was answered in it. Of
    `withheld` the mailbox does not know the answer."""
    fields = {PREFIX + one.id: _field(one) for one in questions}
    form: CorrectAnswersForm = type("CorrectAnswersFormOfPage", (CorrectAnswersForm,), fields)(
        data={PREFIX + name: _for_field(value) for name, value in answers.items()}
    )
    form.released.choices = [SelectChoice(one.id, str(one.ask)) for one in withheld]
    return form


def raise_level_form(level: Level) -> RaiseLevelForm:
    """Make the form to raise the level, with the levels above this one."""
    form = RaiseLevelForm()
    above = [one for one in reversed(Level) if one.rank > level.rank]
    form.level.choices = [SelectChoice(one.value, one.value.title()) for one in above]
    return form


def _field(question: Question) -> Field:
    label, hint = str(question.ask), str(question.hint or "")
    choices = [SelectChoice(option.id, str(option.label)) for option in question.options]
    if question.kind is QuestionKind.MANY_OF:
        return SelectMultipleField(label, choices=choices, description=hint)
    if question.kind.has_options:
        return RadioField(label, [Optional()], choices=choices, description=hint)
    kind = TextAreaField if question.kind is QuestionKind.LONG else StringField
    return kind(label, [too_long], description=hint)


def _told(field: Field) -> Value:
    return tuple(field.data or ()) if isinstance(field, SelectMultipleField) else field.data or ""


def _for_field(value: Value) -> str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value
