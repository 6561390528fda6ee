"""Detecting reports that look sent by a machine: they go to the second lane, and are never refused.

Only what a report itself does counts. How many others there are, and which address they share,
says nothing of it: behind an onion service or a proxy all the world is one visitor. A crowd only
turns one of the questions on.
"""

from datetime import timedelta
from typing import Final

from werkzeug.datastructures import MultiDict

from helpdesk.intake.report_form_token import ReportFormToken

# A field that people neither see nor reach.
DECOY: Final = "more_about_you"
# In a crowd, a form that comes back sooner than this after its page was handed out was not read.
UNHURRIED: Final = timedelta(seconds=60)


def belongs_in_second_lane(
    fields: MultiDict[str, str], token: ReportFormToken, *, is_flood: bool = False
) -> bool:
    """Whether a report belongs in the second lane: it filled in the hidden field, has no token of
    ours, or did not wait in a crowd."""
    if token.age is None or fields.get(DECOY):
        return True
    return is_flood and token.age < UNHURRIED.total_seconds()
