"""The terms of an agreement with a partner: how long they have, by which calendar, how long they
keep what we send, and whether they may be named where answers are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN, time_in_words
from helpdesk.partners.working_time import has_public_holidays, subdivisions_of

PRIORITIES: Final = ("p1", "p2", "p3", "p4")
# The highest priority is somebody's safety: it waits for nobody's office hours.
NEVER_WAITS: Final = "p1"
# Nobody may agree to more than so many times what we ask for: an alarm would come too late.
SLOWEST: Final = 4
LONGEST_KEPT: Final = 3650

HOURS_UNKNOWN: Final = (
    "First say on which days and at which hours they work, under “Hours” on their page. Their "
    "response times can’t be counted in working time without that."
)


@dataclass(frozen=True)
class AgreementTerms:
    """What is agreed with a partner. `agreed_with` is a role at their side, never a name.
    `keeps_for_days`: None where nothing was said."""

    agreed_with: str
    answer_within: Mapping[str, timedelta]
    decide_within: Mapping[str, timedelta]
    counts_working_time: bool = False
    holiday_country: str = ""
    holiday_subdivision: str = ""
    keeps_for_days: int | None = None
    may_be_named: bool = False


class RefusedTime(NamedTuple):
    """A response time that can't be agreed: to which of the two (“answer” or “decide”) and for
    which priority it is, and the sentence that says why."""

    kind: str
    priority: str
    sentence: str


def find_refused_time(
    answer_within: Mapping[str, timedelta], decide_within: Mapping[str, timedelta]
) -> RefusedTime | None:
    """The first of these response times that can't be agreed; None if all can."""
    for kind, title, times, usual in (
        ("answer", "first response", answer_within, ANSWER_WITHIN),
        ("decide", "decision", decide_within, DECIDE_WITHIN),
    ):
        for one in PRIORITIES:
            if not timedelta(0) < times[one] <= SLOWEST * usual[one]:
                said = (
                    f"The time to a {title} for {one.upper()} must be more than nothing, and at "
                    f"most {time_in_words(SLOWEST * usual[one])}: otherwise nobody here would "
                    "notice in time that they are silent."
                )
                return RefusedTime(kind, one, said)
        for more_urgent, one in pairwise(PRIORITIES):
            if times[one] < times[more_urgent]:
                said = f"The time to a {title} can’t be shorter for a less urgent priority."
                return RefusedTime(kind, one, said)
    for one in PRIORITIES:
        if decide_within[one] < answer_within[one]:
            said = f"For {one.upper()}, the decision can’t be due before the first response."
            return RefusedTime("decide", one, said)
    return None


def why_holidays_are_refused(country: str, subdivision: str) -> str:
    """The sentence that says why these public holidays can't be used; empty if they can."""
    if subdivision and not country:
        return "Choose the country that this region is in."
    if country and not has_public_holidays(country):
        return "We don’t know the public holidays of this country. Choose another, or none."
    if subdivision and not has_public_holidays(country, subdivision):
        known = subdivisions_of(country)
        if not known:
            return "Leave the region empty: this country’s public holidays are the same everywhere."
        return f"This country has no such region. Its codes are: {', '.join(known)}."
    return ""
