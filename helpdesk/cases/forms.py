"""What people fill in on a case. Names of fields differ: several forms stand on one page."""

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional

from helpdesk.cases.status import ConsentKind, Outcome, WaitsOn
from helpdesk.web.days import to_come
from helpdesk.web.forms import Form
from helpdesk.web.lengths import TEXT_LIMIT, not_longer_than

OUTCOMES = (
    SelectChoice(Outcome.RESOLVED, "Resolved: the reporter says it is good again"),
    SelectChoice(Outcome.UNRESOLVED, "Not resolved: nothing more can be done here"),
    SelectChoice(Outcome.REFERRED, "Referred: somebody else helps from now on"),
    SelectChoice(Outcome.WITHDRAWN, "Withdrawn: the reporter does not want it any more"),
    SelectChoice(Outcome.SPAM, "Not a report at all"),
)
WAITS = (
    SelectChoice(WaitsOn.REPORTER, "The reporter"),
    SelectChoice(WaitsOn.PARTNER, "A partner who has a request of ours, until their time is over"),
    SelectChoice(WaitsOn.DATE, "Nobody: nothing can be done before a day"),
)
CONSENTS = (
    SelectChoice(ConsentKind.HELP, "We may work on the case and help"),
    SelectChoice(ConsentKind.KEEP, "We may keep it after the case is closed"),
    SelectChoice(ConsentKind.HELPER, "We may share what is needed with another helper"),
    SelectChoice(
        ConsentKind.PLATFORM, "We may share what is needed with the platform of this case"
    ),
)
TOO_LONG = not_longer_than(TEXT_LIMIT)


class MessageForm(Form):
    message_text = TextAreaField(
        "Message to the reporter",
        [DataRequired("Type a message."), TOO_LONG],
        description=(
            "They read it in their mailbox, perhaps on a phone that others look at. Write what is "
            "safe to do, and nothing that would harm them if it were read by somebody else."
        ),
    )
    then_wait = BooleanField("Then wait for their answer")
    # The run of a playbook from which somebody came here to write, and to which they go back.
    back_to = HiddenField()
    # The newest message of the reporter that stands on the page.
    seen = HiddenField()


class NoteForm(Form):
    note_text = TextAreaField(
        "Note for colleagues",
        [DataRequired("Type a note."), TOO_LONG],
        description="Reporters and partners do not see it. It stays exactly as you type it.",
    )


class ReleaseForm(Form):
    release_note = TextAreaField("How things stand, for whoever takes it next", [TOO_LONG])


class HandoverForm(Form):
    """The choices are the colleagues who can read the case; the view fills them in."""

    hand_to = SelectField("Colleague", validators=[InputRequired("Choose a colleague.")])
    handover_note = TextAreaField(
        "How things stand",
        [DataRequired("Type a few words for your colleague."), TOO_LONG],
        description="What you did, what you promised, what comes next.",
    )


class WaitForm(Form):
    wait_on = RadioField(
        "Whose move is it?", choices=list(WAITS), validators=[InputRequired("Choose one.")]
    )
    wait_until = DateField(
        "Until which day?",
        [Optional()],
        description=(
            "On that day, counted in UTC, the case comes back by itself. For the reporter you can"
            " leave it empty: then they have 1, 3, 7 or 14 days, by the level."
        ),
    )


class ClosureForm(Form):
    outcome = RadioField(
        "How did it end?", choices=list(OUTCOMES), validators=[InputRequired("Choose one.")]
    )
    follow_up_on = DateField(
        "Ask again how things are, on",
        [Optional(), to_come],
        description="On that day, counted in UTC, the case stands on the duty board once more.",
    )
    closing_note = TextAreaField("Note for colleagues on how it ended", [TOO_LONG])


class ConsentForm(Form):
    consent_kind = RadioField(
        "What did the reporter agree to?",
        choices=list(CONSENTS),
        validators=[InputRequired("Choose one.")],
        description="Only what they told you over a way that is safe for them. History names you.",
    )
