"""Forms of accounts: sign-in, enrolment, recovery, passphrase, email address, invitation."""

import re
from typing import Any

from wtforms import (
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional, Regexp

from helpdesk.accounts import passphrases
from helpdesk.accounts.handle_pattern import LONGEST_NAME, SHORT_NAME
from helpdesk.core import code_input, codes
from helpdesk.web.current_app_context import current_context
from helpdesk.web.forms import Form, normalise_email_filter, validate_address
from helpdesk.web.text_lengths import count_code_points, max_length_validator

# Regexp only looks at the beginning, so each pattern says where it ends.
SIX_DIGITS = re.compile(r"[0-9]{6}\Z")
SEED = re.compile(r"[A-Z2-7]{32}\Z")


def _six_digits(
    label: str = "The six digits your app shows now",
    otherwise: str = "Type the six digits your app shows.",
) -> StringField:
    return StringField(
        label,
        [Regexp(SIX_DIGITS, message=otherwise)],
        filters=[_as_six_digits],
    )


def _sign_in_name() -> StringField:
    return StringField(
        "Your sign-in name", [DataRequired("Type your sign-in name.")], filters=[_in_small_letters]
    )


def _as_six_digits(text: str | None) -> str | None:
    return code_input.extract_six_digits(text) if text else text


def _in_small_letters(name: str | None) -> str | None:
    """As every sign-in name is written; telephones begin a line with a capital."""
    return name.lower() if name else name


class SignInFormBase(Form):
    """What both sign-in forms share: the page or the unsent form to go on with after signing in."""

    # A page of ours, and a form that came when the session had ended, sealed.
    to = HiddenField()
    kept = HiddenField()


class SignInForm(SignInFormBase):
    """The form of a sign-in's first half: name and passphrase."""

    handle = _sign_in_name()
    passphrase = PasswordField(
        "Your passphrase", [InputRequired("Type your passphrase."), Length(max=passphrases.LONGEST)]
    )


class AuthenticatorCodeForm(SignInFormBase):
    """The form of a sign-in's second half: the six digits that the authenticator app shows now."""

    code = _six_digits()


class EnrolmentCodeForm(Form):
    """The form for the enrolment code that was handed over on paper or in a call."""

    holds_codes = frozenset({"code"})

    code = StringField(
        "Your enrolment code",
        [InputRequired("Type the code you were given.")],
        description="26 letters and digits. Spaces and dashes don’t matter.",
    )


class NewPassphraseForm(Form):
    """A form that chooses a new passphrase: the seven words that we suggest, or a long one of their
    own."""

    suggested = HiddenField()
    passphrase = PasswordField(
        "Type the seven words above, or a passphrase of your own",
        [InputRequired("Type a passphrase."), Length(max=passphrases.LONGEST)],
        description=f"Your own passphrase must have at least {codes.SHORTEST_OWN_PASSPHRASE} "
        "characters.",
    )
    again = PasswordField(
        "Type it again",
        [EqualTo("passphrase", "The two passphrases aren’t the same. Please type both again.")],
    )

    # What somebody who tries passphrases would know of this person and this place.
    about: tuple[str, ...] = ()

    def validate_passphrase(self, field: Any) -> None:
        place = current_context().settings.helpdesk_name
        named = self["handle"].data or "" if "handle" in self else ""
        fault = passphrases.weak_passphrase_sentence(field.data or "", (*self.about, place, named))
        if fault:
            raise ValidationError(fault)


class EnrolmentForm(NewPassphraseForm):
    """The form of enrolment: passphrase and second factor, with the code of the invitation."""

    code = HiddenField()
    seed = HiddenField(validators=[Regexp(SEED)])
    first_code = _six_digits()


class RecoveryForm(NewPassphraseForm):
    """The form for coming back with the printed recovery key: name, key, six digits, new
    passphrase."""

    holds_codes = frozenset({"recovery_key"})

    handle = _sign_in_name()
    recovery_key = StringField(
        "Your recovery key",
        [InputRequired("Type your recovery key.")],
        description="The 26 letters and digits that you printed or wrote down when you enrolled.",
    )
    second_factor = _six_digits()


def _mailbox(whose: str) -> EmailField:
    return EmailField(
        f"{whose} email address for alerts",
        [Optional(), validate_address],
        filters=[normalise_email_filter],
        description="Stored encrypted. Alerts say that a case is waiting, never what it is about.",
    )


class CurrentPassphraseForm(Form):
    """The form that asks for the current passphrase again before a change to one's own account."""

    current = PasswordField(
        "Your passphrase", [InputRequired("Type your passphrase."), Length(max=passphrases.LONGEST)]
    )


class OwnEmailAddressForm(CurrentPassphraseForm):
    """The form for one's own email address for alerts; left empty, none are sent."""

    email = _mailbox("Your")

    def use_partner_wording(self) -> None:
        """Partners' people are on no duty here."""
        self.email.label.text = "Your email address"
        self.email.description = (
            "Stored encrypted. Emails about requests go to your team’s address."
        )


class EmailAddressCodeForm(Form):
    """The form for the code with which an email address is confirmed."""

    code = _six_digits("The six digits in the email", "Type the six digits in the email.")


class NewSecondFactorForm(CurrentPassphraseForm):
    """The form that moves the second factor to another phone."""

    seed = HiddenField(validators=[Regexp(SEED)])
    first_code = _six_digits("The six digits your new phone shows now")


class PassphraseChangeForm(NewPassphraseForm):
    """The form that changes one's passphrase: the current one and a new one."""

    current = PasswordField(
        "Your current passphrase",
        [InputRequired("Type your current passphrase."), Length(max=passphrases.LONGEST)],
    )


class InvitationForm(Form):
    """The form that invites a person: name, role, teams and email address. The view fills in the
    choices: not everybody may invite to everything."""

    handle = StringField(
        "Sign-in name",
        [
            Regexp(
                SHORT_NAME,
                message="A sign-in name must be 2 to 39 lower-case letters, numbers, "
                "dots or dashes.",
            )
        ],
        description="Lower-case letters, numbers, dots and dashes. It doesn’t have to be a real "
        "name.",
    )
    name = StringField(
        "Name that colleagues see",
        [
            DataRequired("Type the name that colleagues see."),
            max_length_validator(LONGEST_NAME, count=count_code_points),
        ],
        description="This doesn’t have to be a real name either. Reporters and partners don’t see "
        "it.",
    )
    role = RadioField("Role", validators=[InputRequired("Choose their role.")])
    teams = SelectMultipleField(
        "Teams",
        description="They can’t read anything there until a member of the team gives them access.",
    )
    email = _mailbox("Their")


class NewQueueForm(Form):
    """The form that makes a new queue."""

    name = StringField(
        "Name of the queue",
        [
            DataRequired("Type a name for the queue."),
            max_length_validator(LONGEST_NAME, count=count_code_points),
        ],
    )
    slug = StringField(
        "Short name for web addresses",
        [Regexp(SHORT_NAME, message="Use 2 to 39 lower-case letters, numbers or dashes.")],
        description="Lower-case letters, numbers and dashes, such as first-line.",
    )


class AddToTeamForm(Form):
    """The form on a person’s page that adds them to one more team."""

    team = RadioField("Team", validators=[InputRequired("Choose a team.")])
