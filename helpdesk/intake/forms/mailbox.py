"""The small forms of the mailbox: the code, a message, and whether it is really fixed."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from helpdesk.escalations.states import Verdict
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import TEXT_LIMIT, max_length_validator

VERDICTS = (
    SelectChoice(Verdict.CONFIRMED, _("Yes, it’s fixed")),
    SelectChoice(Verdict.PARTIAL, _("Only partly")),
    SelectChoice(Verdict.NOT_EFFECTIVE, _("No, nothing has changed")),
    SelectChoice(Verdict.CANNOT_TELL, _("I can’t tell yet")),
)


class ReturnCodeForm(Form):
    """The form for the return code, which opens the mailbox. `body` is a message that was being
    written when the mailbox closed."""

    holds_codes = frozenset({"code"})

    code = TextAreaField(
        _("Your return code"),
        description=_(
            "Enter the words in order, or the code of letters and digits. "
            "The first four letters of each word are enough."
        ),
    )
    body = TextAreaField()
    # Whose the message is: the tag of the page on which it was written.
    whose = HiddenField()
    # Where to go on: the mailbox, from the receipt its questions, or a button that was pressed.
    then = HiddenField()


class ReporterMessageForm(Form):
    """The form for a reporter's message to the helpdesk."""

    body = TextAreaField(
        _("Write to us"),
        validators=[
            DataRequired(_("Write something before you send it.")),
            max_length_validator(TEXT_LIMIT),
        ],
        description=_("Tell us anything new, or answer our questions."),
    )


class ReporterVerdictForm(Form):
    """The form for the reporter's verdict: whether it is really fixed, which only they can say."""

    verdict = RadioField(
        _("Is it really fixed?"),
        choices=list(VERDICTS),
        validators=[InputRequired(_("Choose an answer. You can choose “I can’t tell yet”."))],
    )
