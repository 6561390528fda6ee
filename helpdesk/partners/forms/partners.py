"""Forms about partners."""

from collections.abc import Collection, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional, Regexp, StopValidation

from helpdesk.core.openpgp import (
    ANOTHER,
    LARGEST_KEY,
    UnusableKey,
    normalise_fingerprint,
    read_public_key,
)
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.partners.ask_labels import TAKES
from helpdesk.partners.channel_terms import (
    DESK_TERMS,
    DISCLOSURES,
    LARGEST_SIZE,
    LINK_TERMS,
    LONGEST_ADDRESS,
    RECEIPTS,
    WRONG_ADDRESS,
    WRONG_SIZE,
    ChannelKind,
    ChannelTerms,
    OnwardDisclosure,
    ReceiptKind,
    is_form_address,
)
from helpdesk.partners.channel_terms import KINDS as CHANNEL_KINDS
from helpdesk.partners.packet_fields import FIELDS, FieldSensitivity
from helpdesk.partners.partner_terms import (
    HALF_OF_HOURS,
    KINDS,
    PLATFORM,
    WEEKDAYS,
    ContactTerms,
    OfficeHours,
    PartnerTerms,
    are_hours_whole,
    unknown_platform_message,
)
from helpdesk.partners.proposals import LANGUAGES
from helpdesk.partners.response_times import is_time_zone
from helpdesk.web.current_app_context import current_context
from helpdesk.web.day_validators import require_past_day
from helpdesk.web.forms import Form, normalise_email_filter, validate_address
from helpdesk.web.text_lengths import count_code_points, max_length_validator

# One letter is enough: a platform may be called x.
SLUG = r"[a-z0-9][a-z0-9-]{0,38}\Z"


def _mailbox(*, otherwise: str = "") -> StringField:
    return StringField(
        "Email address of their trust team",
        [_leave_out_of_form, validate_address] if otherwise else [validate_address],
        filters=[normalise_email_filter],
        description=(
            f"{otherwise}We only send an ID, a priority and a link there, or what is encrypted to "
            "their key if you added one. We send a test email first, and nothing else until "
            "someone types its code."
        ),
    )


def _without_spaces_around(typed: str | None) -> str:
    return (typed or "").strip()


def _leave_out_of_form(form: Any, field: Any) -> None:
    """Whom one of us asks by a form of theirs needs no address."""
    if form.is_of_form and not field.data:
        raise StopValidation


class AllowListForm(Form):
    """The form for a partner's allow-list: what a packet to them may hold."""

    fields = SelectMultipleField(
        "What can a request to them include?",
        choices=[SelectChoice(field.name, field.label) for field in FIELDS],
        description="Anything not chosen here can never be sent to them.",
    )


class PresenceForm(Form):
    """The part of a form that says for whom and when somebody is there."""

    timezone = StringField(
        "Their time zone",
        [
            DataRequired("Type the name of a time zone, such as Europe/Lisbon or UTC."),
            max_length_validator(64),
        ],
        default="UTC",
        description=(
            "For example, Europe/Lisbon or Asia/Beirut. The partner’s people see times in their "
            "team’s time zone as well as in UTC."
        ),
    )
    weekdays = SelectMultipleField(
        "On which days are they there?",
        coerce=int,
        choices=[SelectChoice(number, day) for number, day in WEEKDAYS.items()],
        description="Leave the days and times empty if you don’t know.",
    )
    opens = TimeField("When do they open, in their time zone?", [Optional()])
    closes = TimeField(
        "When do they close, in their time zone?",
        [Optional()],
        description=(
            "If it’s earlier than the opening time, it means the next morning. If it’s the same "
            "time, they are open 24 hours a day."
        ),
    )
    regions = SelectMultipleField(
        "Which regions do they act for?",
        choices=[SelectChoice(code, name) for code, name in SUBREGIONS.items()],
        description="Choose none if they act for people everywhere.",
    )
    languages = SelectMultipleField(
        "Which languages do they read?",
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        description="Choose none if you don’t know.",
    )

    def validate_timezone(self, field: Any) -> None:
        if not is_time_zone(field.data or ""):
            raise ValidationError(
                "There is no such time zone. Names look like Europe/Lisbon or Asia/Beirut."
            )

    def validate_weekdays(self, _field: Any) -> None:
        """Asked here, because an empty time is asked nothing more."""
        is_no_time = self.opens.process_errors or self.closes.process_errors
        if not (is_no_time or are_hours_whole(self._hours)):
            raise ValidationError(HALF_OF_HOURS)

    @property
    def _hours(self) -> OfficeHours:
        return OfficeHours(tuple(self.weekdays.data or ()), self.opens.data, self.closes.data)


class PartnerDetailsForm(PresenceForm):
    """The form for a partner's details that can be changed: name, what to ask them for, time zone,
    and how they reach us."""

    kind = RadioField(
        "What kind of partner are they?",
        choices=[SelectChoice(code, words) for code, words in KINDS.items()],
        default=PLATFORM,
        description=(
            "If a reporter agrees to us asking the platform, that only includes a team of the "
            "platform itself. We ask them about anyone else by name. If you change this or the "
            "name, they have to be vetted again by someone else. If another organisation has "
            "taken over, register it as a new partner instead."
        ),
    )

    name = StringField(
        "What is the partner called?",
        [DataRequired("Type their name."), max_length_validator(80, count=count_code_points)],
    )
    asks = SelectMultipleField(
        "What can we ask them for?",
        choices=[SelectChoice(code, words) for code, words in TAKES.items()],
        description="We can’t ask them for anything else.",
    )
    reach_us = TextAreaField(
        "Who we are, and who they can call",
        [max_length_validator(2000)],
        description=(
            "They’ll see this with each request. Give the name of our organisation, and a phone "
            "number or address of someone who knows them. We can’t send them anything without it."
        ),
    )

    @property
    def about(self) -> PartnerTerms:
        return PartnerTerms(
            asks=tuple(self.asks.data or ()),
            timezone=self.timezone.data or "",
            reach_us=self.reach_us.data or "",
            kind=self.kind.data or PLATFORM,
            regions=tuple(self.regions.data or ()),
            languages=tuple(self.languages.data or ()),
            hours=self._hours,
        )


class ContactForm(PresenceForm):
    """The form for a contact of a partner."""

    name = StringField(
        "What are they called, or what is their role?",
        [
            DataRequired("Type their name, or what their role is."),
            max_length_validator(80, count=count_code_points),
        ],
        description="Reporters never see it.",
    )
    is_person = BooleanField("This is one person, not a role that several people share")

    @property
    def terms(self) -> ContactTerms:
        return ContactTerms(
            is_person=bool(self.is_person.data),
            regions=tuple(self.regions.data or ()),
            languages=tuple(self.languages.data or ()),
            timezone=self.timezone.data or "",
            hours=self._hours,
        )


class ChannelKindForm(Form):
    """The part of a form that says how requests get to a partner."""

    kind_of_channel = RadioField(
        "How do requests get there?",
        [DataRequired("Choose how requests are sent.")],
        choices=[SelectChoice(one.value, words) for one, words in CHANNEL_KINDS.items()],
        default=ChannelKind.DESK.value,
    )
    form_address = StringField(
        "Address of their form",
        [max_length_validator(LONGEST_ADDRESS)],
        description=(
            "Only if one of us fills in a form of theirs. Copy it from their own website. Someone "
            "else has to check it."
        ),
    )

    openpgp_key = TextAreaField(
        "Their OpenPGP public key, as text",
        [max_length_validator(LARGEST_KEY)],
        filters=[_without_spaces_around],
        description=(
            "Only for encrypted email. Get it from the partner’s own website. It begins with"
            " “-----BEGIN PGP PUBLIC KEY BLOCK”."
        ),
    )
    openpgp_fingerprint = StringField(
        "Fingerprint of that key",
        [max_length_validator(80)],
        description=(
            "Only for encrypted email. Copy all 40 characters from the partner’s own website, not"
            " from the key. Someone else has to check it there again."
        ),
    )

    @property
    def is_of_form(self) -> bool:
        return bool(self.kind_of_channel.data == ChannelKind.FORM.value)

    @property
    def is_of_openpgp(self) -> bool:
        return bool(self.kind_of_channel.data == ChannelKind.OPENPGP.value)

    def validate_openpgp_key(self, field: Any) -> None:
        """Only encrypted email has one, and it must be one that we can use."""
        if field.data and not self.is_of_openpgp:
            raise ValidationError("Leave this empty unless requests go by encrypted email.")
        if self.is_of_openpgp:
            try:
                read_public_key(field.data or "", at=current_context().now())
            except UnusableKey as refused:
                raise ValidationError(refused.sentence) from refused

    def validate_openpgp_fingerprint(self, field: Any) -> None:
        """It has to be that of the key."""
        typed = normalise_fingerprint(field.data or "")
        if typed and not self.is_of_openpgp:
            raise ValidationError("Leave this empty unless requests go by encrypted email.")
        if not self.is_of_openpgp or self.openpgp_key.errors:
            return
        key = read_public_key(self.openpgp_key.data or "", at=current_context().now())
        if key.fingerprint != typed:
            raise ValidationError(ANOTHER)

    def validate_form_address(self, field: Any) -> None:
        """Only a form of theirs has one; asked whatever is typed, so that none is left out."""
        field.data = (field.data or "").strip()
        if self.is_of_form and not is_form_address(field.data):
            raise ValidationError(WRONG_ADDRESS)
        if field.data and not self.is_of_form:
            raise ValidationError("Leave this empty unless one of us fills in a form of theirs.")


class ChannelForm(ChannelKindForm):
    """The form for a channel of a partner: what it takes, and who else hears of it."""

    onward_disclosure = RadioField(
        "Do they tell the person or account that is reported?",
        [DataRequired("Choose what they do, or that we don’t know.")],
        choices=[SelectChoice(one.value, words) for one, words in DISCLOSURES.items()],
        description=(
            "Some hosts and registrars pass a report on to their customer, who may be the attacker."
            " We warn the responder and the reporter unless the channel keeps it to itself."
        ),
    )
    asks = SelectMultipleField(
        "What can we ask for there?",
        choices=[SelectChoice(code, words) for code, words in TAKES.items()],
        description="Choose none if it takes everything that the partner takes.",
    )
    harms = SelectMultipleField(
        "Which problems does it take?", description="Choose none if it takes all of them."
    )
    size_limit = IntegerField(
        "How many characters does it take?",
        [
            Optional(),
            NumberRange(1, LARGEST_SIZE, message=WRONG_SIZE),
        ],
        description="Leave it empty if there is no limit that you know of.",
    )
    receipt = RadioField(
        "What tells us that it arrived?",
        [DataRequired("Choose what tells us, or that we don’t know.")],
        choices=[SelectChoice(one.value, words) for one, words in RECEIPTS.items()],
    )
    storage_region = SelectField(
        "In which region do they keep it?",
        choices=[
            SelectChoice("", "We don’t know"),
            *(SelectChoice(code, name) for code, name in SUBREGIONS.items()),
        ],
    )

    def offer_harms(self, titles: Mapping[str, str]) -> "ChannelForm":
        """Offer these playbooks, by their titles."""
        self.harms.choices = [SelectChoice(code, title) for code, title in titles.items()]
        return self

    @property
    def terms(self) -> ChannelTerms:
        return ChannelTerms(
            kind=ChannelKind(self.kind_of_channel.data),
            asks=tuple(self.asks.data or ()),
            harms=tuple(self.harms.data or ()),
            size_limit=self.size_limit.data,
            receipt=ReceiptKind(self.receipt.data),
            onward_disclosure=OnwardDisclosure(self.onward_disclosure.data),
            storage_region=self.storage_region.data or "",
            form_address=self.form_address.data or "",
            openpgp_key=self.openpgp_key.data or "",
            openpgp_fingerprint=normalise_fingerprint(self.openpgp_fingerprint.data or ""),
        )


class PartnerForm(PartnerDetailsForm, AllowListForm, ChannelKindForm):
    """The form to register a new partner."""

    known_platforms: Collection[str] = ()
    slug = StringField(
        "Short name for web addresses",
        [
            Regexp(
                SLUG, message="Use lower-case letters, numbers and dashes, such as example-social."
            )
        ],
    )
    platform = StringField(
        "Which platform do they act for?",
        [Regexp(SLUG, message="Use the short name of the platform, such as google or facebook.")],
        description="The short name in the report form. Several partners can act for one platform.",
    )
    is_new_platform = BooleanField("It is a new platform, not named in any report yet")
    mailbox = _mailbox(otherwise="Leave it empty if one of us fills in a form of theirs. ")

    @property
    def channel(self) -> ChannelTerms:
        """Their first channel. Who else hears of what goes there is settled on their page."""
        if self.is_of_openpgp:
            return ChannelTerms(
                kind=ChannelKind.OPENPGP,
                openpgp_key=self.openpgp_key.data or "",
                openpgp_fingerprint=normalise_fingerprint(self.openpgp_fingerprint.data or ""),
            )
        if self.kind_of_channel.data == ChannelKind.LINK.value:
            return LINK_TERMS
        if not self.is_of_form:
            return DESK_TERMS
        return ChannelTerms(kind=ChannelKind.FORM, form_address=self.form_address.data or "")

    def set_known_platforms(self, platforms: Collection[str]) -> "PartnerForm":
        """Whose platforms a report can name: any other is taken only on purpose."""
        self.known_platforms = platforms
        return self

    def validate_platform(self, field: Any) -> None:
        is_ours = field.data in self.known_platforms or self.is_new_platform.data
        if not (field.errors or is_ours):
            raise ValidationError(unknown_platform_message(field.data, self.known_platforms))


class PartnerEmailAddressForm(Form):
    """The form for a partner's email address."""

    mailbox = _mailbox()


class VettingForm(Form):
    """The form to confirm the vetting of a partner: when somebody made sure who they are, and which
    keys they found to be the partner's."""

    fingerprints = TextAreaField(
        "Fingerprint of their OpenPGP key",
        [max_length_validator(1000)],
        description=(
            "Go to the partner’s own website yourself, find the fingerprint of their key, and copy"
            " all 40 characters from there. If they have several keys here, one on each line."
        ),
    )

    on = DateField(
        "When did you check who they are?",
        [DataRequired("Type the day, such as 2026-11-02."), require_past_day],
        description=(
            "Speak to someone you know there. Use contact details you already had, not ones they "
            "gave you when they asked to be registered. Days are in UTC."
        ),
    )


HINTS = {
    field.name: "This is personal information."
    for field in FIELDS
    if field.sensitivity is FieldSensitivity.PERSONAL
}
