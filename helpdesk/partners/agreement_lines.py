"""What the partner's page says of the agreement with it, line by line."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from babel import Locale

from helpdesk.core.work import Work
from helpdesk.partners import queries
from helpdesk.partners.agreement_terms import PRIORITIES
from helpdesk.partners.contact_lines import PartnerAct
from helpdesk.partners.models import Partner
from helpdesk.partners.response_times import time_in_words

DONE: Final = {
    "partner.agreement_settled": "settled the agreement",
    "partner.agreement_ended": "ended the agreement",
}


def agreement_lines_of(partner: Partner) -> list[tuple[str, str]]:
    """What is agreed besides the times themselves."""
    keeps = partner.keeps_for_days
    return [
        ("How it’s counted", _calendar_in_words(partner)),
        ("They keep what we send", "They didn’t say how long" if keeps is None else _days(keeps)),
        (
            "Named where we publish how partners answer",
            "Yes" if partner.may_be_named else "No",
        ),
    ]


def response_time_lines_of(partner: Partner) -> list[tuple[str, str, str]]:
    """The times to a first response and to a decision, by priority, the most urgent first."""
    return [
        (one.upper(), _time(partner.answer_within[one]), _time(partner.decide_within[one]))
        for one in PRIORITIES
    ]


def agreement_acts_of(work: Work, partner: Partner) -> Sequence[PartnerAct]:
    """What was agreed before, the newest first: who changed it, and what the times were until
    then."""
    return [
        PartnerAct(one.at, one.actor_id, f"{DONE.get(one.action, one.action)}{_was(one.details)}")
        for one in queries.history_of_agreements(work, partner)
    ]


def _calendar_in_words(partner: Partner) -> str:
    if partner.working_calendar is None:
        return "Day and night"
    country = partner.holiday_country
    name = str(Locale("en").territories.get(country, country))
    part = f", {country}-{partner.holiday_subdivision}" if partner.holiday_subdivision else ""
    without = f", without the public holidays of {name}{part}" if country else ""
    return f"P1 day and night; the others in their working days and hours{without}"


def _was(details: Mapping[str, Any]) -> str:
    """The times before, as far as an entry of history says them in a shape that we know."""
    was = details.get("was")
    if not isinstance(was, dict):
        return ""
    told = [
        f"{title} {', '.join(_time(times[one]) for one in PRIORITIES)}"
        for title, key in (("first response", "answer_within"), ("decision", "decide_within"))
        if isinstance(times := was.get(key), dict)
        and all(isinstance(times.get(one), int) for one in PRIORITIES)
    ]
    return f". Before, from P1 to P4: {'; '.join(told)}" if told else ""


def _time(seconds: int) -> str:
    return time_in_words(timedelta(seconds=seconds))


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
