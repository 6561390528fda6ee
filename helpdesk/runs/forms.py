"""Forms at a step of a run: how it ended, what was recorded, why it is skipped."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from helpdesk.cases.levels import Level
from helpdesk.core.visible_text import has_visible_text
from helpdesk.playbooks.model import NOTE, EvidenceItem, Playbook, Step
from helpdesk.playbooks.step_rules import missing_proof, missing_proof_message, proof_in_words
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import SHORT_LIMIT, TEXT_LIMIT, max_length_validator
from helpdesk.web.time_format import format_duration

ON_ONE_LINE = frozenset({"url", "handle", "reference", "moment", "contact"})
# Evidence has names of its own making, which must not meet those of the form's other fields.
PREFIX = "evidence-"

too_long = max_length_validator(TEXT_LIMIT)
# What whoever releases something to a reporter's mailbox has to know.
WHO_READS_MAILBOX: Final = (
    "Anyone who has the return code can read it. Leave this unticked if they told us in confidence."
)


class MailboxFollowsRunForm(Form):
    """The form for whether the mailbox follows a playbook that a colleague starts."""

    shows_in_mailbox = BooleanField(
        "Show its advice and questions in the reporter\u2019s mailbox",
        description=WHO_READS_MAILBOX,
    )


class StepOutcomeForm(Form):
    """The form for the outcome of a step. The fields for its evidence are added for each step.

    Whoever makes it sets `page`, `step` and `written`: the names of what the case holds already.
    """

    page: Playbook
    step: Step
    written: frozenset[str]

    # the record that stood beside it: of a step that came back
    seen = HiddenField()
    # what the case said of it: other playbooks write down and find out the same
    seen_on_case = HiddenField()
    # what the case has of it already, from another playbook: offered where there is any
    has_read = BooleanField("I have read it")
    shows_in_mailbox = BooleanField(
        "If it continues in another playbook, show that one\u2019s advice and questions in the "
        "reporter\u2019s mailbox",
        description=WHO_READS_MAILBOX,
    )
    outcome = RadioField("How did it end?", [InputRequired("Choose how this step ended.")])
    note = TextAreaField(
        "Note",
        [too_long],
        description="For you and your colleagues. It’s encrypted, and the reporter doesn’t see it.",
    )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Also whether what was chosen is shown by what was written down: said at each field."""
        is_valid = super().validate(extra_validators)
        outcome = self.step.outcome(self.outcome.data or "")
        if outcome is None:
            return is_valid
        told = {name for name, text in self.evidence.items() if has_visible_text(text)}
        missing = missing_proof(outcome, self.written | told, self.note.data or "")
        for name in missing:
            field = self.note if name == NOTE else self[f"{PREFIX}{name}"]
            field.errors = [*field.errors, missing_proof_message(self.page, outcome, [name])]
        return is_valid and not missing

    def is_required(self, name: str) -> bool:
        """Whether the page insists on it, or an outcome asks for it: evidence, or NOTE."""
        piece = self.page.piece_of_evidence(name)
        is_insisted_on = piece is not None and piece.must
        return is_insisted_on or any(name in one.shown_by for one in self.step.outcomes)

    def hints(self, level: Level) -> dict[str, str]:
        """What each outcome asks for, or when it brings the step back in a case of this level."""
        said: dict[str, str] = {}
        for one in self.step.outcomes:
            if wanted := proof_in_words(self.page, one.shown_by):
                said[one.id] = f"Needs: {'; '.join(wanted)}."
            elif one.again is not None:
                said[one.id] = (
                    f"It will be due again after {format_duration(one.again.after(level))}."
                )
        return said

    @property
    def followers(self) -> list[str]:
        """The playbooks that it can lead to."""
        return [one.playbook for one in self.step.outcomes if one.playbook]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was chosen and typed, for a page that asks something first and sends it again."""
        fields = [one for one in self if one.name != "csrf_token" and one.data]
        return [(one.name, "y" if one.data is True else one.data) for one in fields]

    @property
    def evidence_fields(self) -> list[Field]:
        """The fields for what this step writes down, in the order of the page."""
        return [field for field in self if field.name.startswith(PREFIX)]

    @property
    def evidence(self) -> dict[str, str]:
        """What was written down, by the page's name for it."""
        return {field.name.removeprefix(PREFIX): field.data or "" for field in self.evidence_fields}


class SkipStepForm(Form):
    """The form to skip a step: why."""

    seen = HiddenField()
    reason = TextAreaField(
        "Why are you skipping it?",
        [DataRequired("Say in a few words why you are skipping this step."), too_long],
    )


class MoveRunForm(Form):
    """The form to move a run to today's edition: why."""

    why_move = TextAreaField(
        "Why are you moving it?",
        [DataRequired("Say in a few words why you are moving this run."), too_long],
        description="It is kept as a note on the case.",
    )


def outcome_form(
    page: Playbook,
    step: Step,
    written: Mapping[str, str],
    *,
    kept: Collection[str] = (),
    seen: str = "",
    seen_on_case: str = "",
) -> StepOutcomeForm:
    """Make the outcome form of one step, with what was recorded before already in it.

    `kept` names all that the case holds, `seen` is the record that the form stands beside, and
    `seen_on_case` the mark of what the case says of the step.
    """
    wanted = [page.piece_of_evidence(name) for name in step.evidence]
    fields = {f"{PREFIX}{one.id}": _field(one) for one in wanted if one is not None}
    form: StepOutcomeForm = type("OutcomeFormOfStep", (StepOutcomeForm,), fields)(
        data={"seen": seen, "seen_on_case": seen_on_case}
        | {f"{PREFIX}{name}": text for name, text in written.items()}
    )
    form.page, form.step, form.written = page, step, frozenset((*written, *kept))
    form.outcome.choices = [SelectChoice(one.id, str(one.label)) for one in step.outcomes]
    return form


def _field(evidence: EvidenceItem) -> Field:
    kind = StringField if evidence.kind in ON_ONE_LINE else TextAreaField
    limit = SHORT_LIMIT if evidence.kind in ON_ONE_LINE else TEXT_LIMIT
    return kind(
        str(evidence.label),
        [max_length_validator(limit)],
        description=str(evidence.how),
    )
