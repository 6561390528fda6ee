"""What people fill in at a step: how it ended, what they wrote down, why they leave it out."""

from collections.abc import Mapping

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from helpdesk.playbooks.pages import Evidence, Playbook, Step
from helpdesk.web.forms import Form
from helpdesk.web.lengths import SHORT_LIMIT, TEXT_LIMIT, not_longer_than

ON_ONE_LINE = frozenset({"url", "handle", "reference", "moment", "contact"})
# Evidence has names of its own making, which must not meet those of the form's other fields.
PREFIX = "evidence-"

too_long = not_longer_than(TEXT_LIMIT)


class OutcomeForm(Form):
    """How a step ended. The fields for its evidence are added for each step."""

    outcome = RadioField("How did it end?", [InputRequired("Choose how this step ended.")])
    note = TextAreaField(
        "Note",
        [too_long],
        description="For you and your colleagues. It is sealed, and the reporter does not see it.",
    )

    @property
    def evidence_fields(self) -> list[Field]:
        """The fields for what this step writes down, in the order of the page."""
        return [field for field in self if field.name.startswith(PREFIX)]

    @property
    def evidence(self) -> dict[str, str]:
        """What was written down, by the page's name for it."""
        return {field.name.removeprefix(PREFIX): field.data or "" for field in self.evidence_fields}


class SkipForm(Form):
    """Why a step is left out."""

    reason = TextAreaField(
        "Why is it left out?",
        [DataRequired("Say in a few words why this step is left out."), too_long],
    )


class MoveForm(Form):
    """Why a run goes on in today's edition."""

    why_move = TextAreaField(
        "Why do you move it?",
        [DataRequired("Say in a few words why this run is moved."), too_long],
        description="It is kept as a note on the case.",
    )


def outcome_form(page: Playbook, step: Step, written: Mapping[str, str]) -> OutcomeForm:
    """The form of one step, with what was written down before already in it."""
    wanted = [page.piece_of_evidence(name) for name in step.evidence]
    fields = {f"{PREFIX}{one.id}": _field(one) for one in wanted if one is not None}
    form: OutcomeForm = type("OutcomeFormOfStep", (OutcomeForm,), fields)(
        data={f"{PREFIX}{name}": text for name, text in written.items()}
    )
    form.outcome.choices = [SelectChoice(one.id, str(one.label)) for one in step.outcomes]
    return form


def _field(evidence: Evidence) -> Field:
    kind = StringField if evidence.kind in ON_ONE_LINE else TextAreaField
    limit = SHORT_LIMIT if evidence.kind in ON_ONE_LINE else TEXT_LIMIT
    return kind(
        str(evidence.label),
        [not_longer_than(limit)],
        description=str(evidence.how),
    )
