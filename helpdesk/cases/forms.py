"""Forms on the case page. Names of fields differ: several forms stand on one page."""

from datetime import UTC, datetime
from typing import Any, cast

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from helpdesk.cases.models import ConversationChannel
from helpdesk.cases.policy import USUAL_WAIT
from helpdesk.cases.states import CaseOutcome, ConsentKind, WaitsOn
from helpdesk.web.current_app_context import current_context
from helpdesk.web.day_validators import require_plausible_future_day
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, max_length_validator

OUTCOMES = (
    SelectChoice(CaseOutcome.RESOLVED, "Resolved: the reporter says it is fixed"),
    SelectChoice(CaseOutcome.UNRESOLVED, "Not resolved: nothing more can be done here"),
    SelectChoice(CaseOutcome.REFERRED, "Referred: someone else is helping now"),
    SelectChoice(CaseOutcome.WITHDRAWN, "Withdrawn: the reporter no longer wants help"),
    SelectChoice(CaseOutcome.SPAM, "Not a report"),
)
WAITS = (
    SelectChoice(WaitsOn.REPORTER, "The reporter"),
    SelectChoice(WaitsOn.PARTNER, "A partner who has one of our requests, until their time is up"),
    SelectChoice(WaitsOn.DATE, "Nobody: nothing can be done until a certain day"),
)
CONSENTS = (
    SelectChoice(ConsentKind.HELP, "We may work on the case and help"),
    SelectChoice(ConsentKind.KEEP, "We may keep it after the case is closed"),
    SelectChoice(ConsentKind.HELPER, "We may share what is needed with another helper"),
    SelectChoice(
        ConsentKind.PLATFORM, "We may share what is needed with the platform of this case"
    ),
)
WAYS = (
    SelectChoice(ConversationChannel.TELEPHONE, "By phone"),
    SelectChoice(ConversationChannel.SIGNAL, "On Signal"),
    SelectChoice(ConversationChannel.IN_PERSON, "In person"),
    SelectChoice(ConversationChannel.OTHER_DESK, "Through another helpdesk"),
    SelectChoice(ConversationChannel.OTHER, "In another way"),
)
REACHED = (
    SelectChoice("yes", "Yes, we spoke"),
    SelectChoice("no", "No: nobody answered, or someone else did"),
)
SUMMARY_LIMIT = 2_000
*_SOONER, _LATEST = (str(length.days) for length in USUAL_WAIT.values())
TOO_LONG = max_length_validator(TEXT_LIMIT)


class MessageToReporterForm(Form):
    """The form to write a message to the reporter, and to wait for their answer if wanted."""

    message_text = TextAreaField(
        "Message to the reporter",
        [DataRequired("Type a message."), TOO_LONG],
        description=(
            "They’ll read this in their mailbox, perhaps on a phone that other people use. Say "
            "what is safe to do. Don’t write anything that could harm them if someone else reads "
            "it."
        ),
    )
    then_wait = BooleanField("Then wait for their answer")
    # The run of a playbook from which somebody came here to write, and to which they go back.
    back_to = HiddenField()
    # The newest message of the reporter that stands on the page.
    seen = HiddenField()


class NoteForm(Form):
    """The form to write a note for colleagues."""

    note_text = TextAreaField(
        "Note for colleagues",
        [DataRequired("Type a note."), TOO_LONG],
        description="Reporters and partners don’t see it. It is kept exactly as you type it.",
    )


class UtcDateTimeField(DateTimeLocalField):
    """A day and a time, typed as they are in UTC."""

    def process_formdata(self, valuelist: Any) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Enter the date and time, such as 29 November 2026, 09:50.") from None


class ConversationForm(Form):
    """The form to record a conversation with the reporter outside the mailbox. `not_before` is when
    the case began; the view says it."""

    not_before: datetime | None = None
    way = RadioField(
        "How did you speak?", choices=list(WAYS), validators=[InputRequired("Choose one.")]
    )
    spoke_at = UtcDateTimeField(
        "When was it?",
        [InputRequired("Enter the date and time.")],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        description="In UTC, like all times on these pages. Our response time counts from then, "
        "and we also show when you recorded it. The reporter’s mailbox shows the "
        "day and how you spoke, and asks them to tell us if it wasn’t them.",
    )
    reached = RadioField(
        "Did you reach them?", choices=list(REACHED), validators=[InputRequired("Choose one.")]
    )
    summary = TextAreaField(
        "A short summary of what was said",
        [
            DataRequired("Type a few words about what was said."),
            max_length_validator(SUMMARY_LIMIT),
        ],
        description="For colleagues. It is not shown in the reporter’s mailbox.",
    )
    # What the reporter let us know last, as it stands on the page.
    seen = HiddenField()

    def moment(self) -> datetime:
        """When they spoke."""
        return cast(datetime, self.spoke_at.data).replace(tzinfo=UTC)

    def validate_spoke_at(self, field: Any) -> None:
        """Not before the case began, and not in the future."""
        if field.data is None:
            return
        now = current_context().now()
        if self.moment() > now:
            raise ValidationError(f"This is in the future. It is now {_said(now)} in UTC.")
        if self.not_before is not None and self.moment() < self.not_before:
            raise ValidationError(f"This is before the case began: {_said(self.not_before)}.")


def _said(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


class ReleaseCaseForm(Form):
    """The form to give a case back to its queue, with a note for who takes it next."""

    release_note = TextAreaField(
        "The current situation, for the person who takes it next", [TOO_LONG]
    )


class HandOverCaseForm(Form):
    """The form to hand a case over to a colleague. The choices are the colleagues who can read the
    case; the view fills them in."""

    hand_to = SelectField("Colleague", validators=[InputRequired("Choose a colleague.")])
    handover_note = TextAreaField(
        "The current situation",
        [DataRequired("Write a short note for your colleague."), TOO_LONG],
        description="What you did, what you promised, what comes next.",
    )


class PauseCaseForm(Form):
    """The form to pause a case: whom or which day it waits for."""

    wait_on = RadioField(
        "Who are we waiting for?", choices=list(WAITS), validators=[InputRequired("Choose one.")]
    )
    wait_until = DateField(
        "Until what date?",
        [Optional()],
        description=(
            "On that day (UTC), the case comes back automatically. If you are waiting for the "
            f"reporter, you can leave this empty: they then have {', '.join(_SOONER)} or "
            f"{_LATEST} days, depending on the level."
        ),
    )


class CloseCaseForm(Form):
    """The form to close a case: its outcome and the day of a follow-up."""

    outcome = RadioField(
        "How did it end?", choices=list(OUTCOMES), validators=[InputRequired("Choose one.")]
    )
    follow_up_on = DateField(
        "Follow up on",
        [Optional(), require_plausible_future_day],
        description="On that day (UTC), the case is on the duty board again.",
    )
    closing_note = TextAreaField("Note for colleagues about how it ended", [TOO_LONG])


class ConsentForm(Form):
    """The form to record what the reporter agreed to."""

    consent_kind = RadioField(
        "What did the reporter agree to?",
        choices=list(CONSENTS),
        validators=[InputRequired("Choose one.")],
        description=(
            "Only record what they told you on a channel that is safe for them. The history will "
            "show your name."
        ),
    )
