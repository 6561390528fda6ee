"""What makes a report look sent by a machine. It is marked for whoever reads it, never refused."""

from datetime import timedelta

from werkzeug.datastructures import MultiDict

from helpdesk.intake.form_token import FormToken
from helpdesk.web.limits import within_limit

# A field that people neither see nor reach.
DECOY = "more_about_you"
QUICKEST = timedelta(seconds=3)
BURST = 20
STEADY_PER_MINUTE = 4


def belongs_in_slow_lane(fields: MultiDict[str, str], token: FormToken) -> bool:
    """Whether it filled in the hidden field, was faster than hands are, or is one of very many."""
    too_many = not within_limit("report", size=BURST, per_minute=STEADY_PER_MINUTE)
    hurried = token.age is None or token.age < QUICKEST.total_seconds()
    return too_many or hurried or bool(fields.get(DECOY))
