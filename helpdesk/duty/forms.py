"""What people fill in on the duty board, and before a consent is taken back."""

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from helpdesk.web.forms import Form

HOURS = (2, 4, 8, 12)


class DutyForm(Form):
    hours = RadioField(
        "For how long?",
        choices=[SelectChoice(str(hours), f"{hours} hours") for hours in HOURS],
        default="4",
        validators=[InputRequired("Choose for how long.")],
    )


class TakingBackForm(Form):
    # Said on a page of its own, when a request is stopped by it.
    is_sure = BooleanField()
