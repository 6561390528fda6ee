"""Forms of the duty board: go on duty, record a withdrawn consent, hand over a leaver's work."""

from typing import Any, cast

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Optional

from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.core.markup import bidi_isolate
from helpdesk.duty.offboarding import LeaverCasesInQueue, LeaverOpenWork
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, max_length_validator

HOURS = (2, 4, 8, 12)
# They want no more help with this, and go on with something else.
ONLY_THIS = "only-this"


class StartDutyForm(Form):
    """The form to go on duty: for how many hours."""

    hours = RadioField(
        "For how long?",
        choices=[SelectChoice(str(hours), f"{hours} hours") for hours in HOURS],
        default="4",
        validators=[InputRequired("Choose for how long.")],
    )


class ConsentWithdrawalForm(Form):
    """The form to record that the reporter withdrew a consent."""

    # Said on a page of its own, when a request is stopped by it.
    is_sure = BooleanField()


class StoppedHelpForm(Form):
    """The form to stop all help: every consent of it is withdrawn, with the mark of what was
    named."""

    is_sure = HiddenField()
    seen_to_stop = HiddenField()


class OffboardingHandoverForm(Form):
    """The form to hand over a leaver's work: who takes what. `offboarding_handover_form` adds a
    choice for each queue and case."""

    handing_words = TextAreaField(
        "A note for the people who take over",
        [max_length_validator(TEXT_LIMIT)],
        description="It is added to each of these cases.",
    )
    hanging: LeaverOpenWork

    def validate(self, extra_validators: Any = None) -> bool:
        """In each queue somebody takes all cases, or each case has somebody who takes it."""
        is_right = super().validate(extra_validators)
        for queue in self.hanging.with_cases:
            field, each = self[queue.team.id], [self[one.id] for one in queue.one_by_one]
            if not field.data and not (each and all(one.data for one in each)):
                field.errors = [f"Choose who takes the cases of {bidi_isolate(queue.team.name)}."]
                is_right = False
        return is_right

    def reassignment(self) -> Reassignment:
        """What was chosen, by case and by queue."""
        names = [one.team.id for one in self.hanging.with_cases]
        names += [case.id for one in self.hanging.with_cases for case in one.one_by_one]
        chosen = {name: self[name].data for name in names if self[name].data}
        return Reassignment(chosen, self.handing_words.data or "")


def offboarding_handover_form(hanging: LeaverOpenWork) -> OffboardingHandoverForm:
    """Make the form to hand over a leaver's work, with a choice for each queue and for each
    case."""
    fields = {}
    for queue in hanging.with_cases:
        label = f"Who takes all of them in {bidi_isolate(queue.team.name)}?"
        fields[queue.team.id] = RadioField(label, [Optional()], choices=_takers(queue))
        for case in queue.one_by_one:
            instead = [SelectChoice("", "As chosen above"), *_takers(queue)]
            fields[case.id] = SelectField(case.ref, [Optional()], choices=instead)
    form = cast(
        type[OffboardingHandoverForm],
        type("OffboardingHandoverForm", (OffboardingHandoverForm,), fields),
    )()
    form.hanging = hanging
    return form


def _takers(queue: LeaverCasesInQueue) -> list[SelectChoice]:
    colleagues = [SelectChoice(one.id, bidi_isolate(one.name)) for one in queue.colleagues]
    return [SelectChoice(QUEUE, "Nobody yet: back to the queue"), *colleagues]
