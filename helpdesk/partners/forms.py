"""What people fill in about a partner."""

from datetime import UTC, datetime
from typing import Any

from wtforms import DateField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Regexp

from helpdesk.partners.fields import FIELDS, Sensitivity
from helpdesk.web.forms import Form, as_address, is_address
from helpdesk.web.lengths import not_longer_than, signs

SLUG = r"[a-z0-9][a-z0-9-]{1,38}\Z"


def _mailbox() -> StringField:
    return StringField(
        "Mail address of their trust team",
        [is_address],
        filters=[as_address],
        description="They get an id, a priority and a link there. Never a word of a case.",
    )


class AllowListForm(Form):
    """What a packet to this partner may hold."""

    fields = SelectMultipleField(
        "What may a request to them hold?",
        choices=[SelectChoice(field.name, field.label) for field in FIELDS],
        description="Whatever is not chosen here can never be sent to them.",
    )


class PartnerForm(AllowListForm):
    """Everything about a new partner."""

    name = StringField(
        "What is the partner called?",
        [DataRequired("Type their name."), not_longer_than(80, count=signs)],
    )
    slug = StringField(
        "Short name for addresses",
        [Regexp(SLUG, message="Use small letters, digits and dashes, such as example-social.")],
    )
    platform = StringField(
        "Which platform do they answer for?",
        [Regexp(SLUG, message="Use the short name of the platform, such as google or facebook.")],
        description="The short name that the report form uses. A consent for this platform is one"
        " for this partner.",
    )
    mailbox = _mailbox()


class MailboxForm(Form):
    """Where their mail goes."""

    mailbox = _mailbox()


class VettingForm(Form):
    """When somebody made sure who they are."""

    on = DateField(
        "On which day did you make sure who they are?",
        [DataRequired("Type the day, such as 2026-11-02.")],
        description="Speak with somebody there whom you know, on a channel that they did not give"
        " you in the same message.",
    )

    def validate_on(self, field: Any) -> None:
        if field.data and field.data > datetime.now(UTC).date():
            raise ValidationError("That day has not come yet.")


HINTS = {
    field.name: "This is personal." for field in FIELDS if field.sensitivity is Sensitivity.PERSONAL
}
