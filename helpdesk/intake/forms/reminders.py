"""Forms for email reminders: where they go and what they look like, and the code of the test
email."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, RadioField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from helpdesk.core import code_input
from helpdesk.core.email_addresses import InvalidEmailAddress, parse_email_address
from helpdesk.intake.reminder_emails import SENDERS, SUBJECTS
from helpdesk.web.forms import Form, normalise_email_filter
from helpdesk.web.text_lengths import max_length_validator

# RFC 5321, 4.5.3.1.3: a path, without its brackets.
LONGEST_ADDRESS = 254


class RemindersForm(Form):
    """The form to ask for email reminders: where to, and what the email looks like to anyone who
    sees it."""

    address = EmailField(
        _("Your email address"),
        filters=[normalise_email_filter],
        validators=[max_length_validator(LONGEST_ADDRESS)],
        description=_(
            "We store it encrypted, and only use it for these emails. The people who work on "
            "your case can’t see it."
        ),
    )
    subject = RadioField(
        _("What should the subject be?"),
        choices=[SelectChoice(code, _(words)) for code, words in SUBJECTS.items()],
        validators=[InputRequired(_("Choose a subject."))],
    )
    sender = RadioField(
        _("What name should the sender have?"),
        choices=[SelectChoice(code, _(words)) for code, words in SENDERS.items()],
        validators=[InputRequired(_("Choose a name for the sender."))],
    )
    names_site = BooleanField(
        _("Put the address of this site in the email"),
        description=_(
            "Only tick this if it’s safe for anyone who sees the email to know about us."
        ),
    )

    def validate_address(self, field: EmailField) -> None:
        """Only an address that an email can be sent to."""
        try:
            parse_email_address(field.data or "")
        except InvalidEmailAddress:
            raise ValidationError(
                gettext("Enter one email address, such as name@example.org.")
            ) from None


class ReminderCodeForm(Form):
    """The form for the code of the test email."""

    holds_codes = frozenset({"code"})

    code = StringField(
        _("The six digits in the email"),
        validators=[InputRequired(_("Enter the six digits in the email."))],
        filters=[lambda typed: code_input.extract_six_digits(typed) if typed else typed],
    )
