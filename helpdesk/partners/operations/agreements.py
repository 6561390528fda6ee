"""Operations on the agreement with a partner."""

from datetime import date
from typing import Any

from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.plausible_days import is_plausible_past_day
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.partners.agreement_terms import (
    HOURS_UNKNOWN,
    LONGEST_KEPT,
    AgreementTerms,
    find_refused_time,
    why_holidays_are_refused,
)
from helpdesk.partners.models import Partner
from helpdesk.partners.policy import may_manage_partner
from helpdesk.partners.queries import lock_partner
from helpdesk.partners.response_times import (
    ANSWER_WITHIN,
    DECIDE_WITHIN,
    response_times_in_seconds,
)
from helpdesk.partners.stale_page_marks import agreement_mark_of


def settle_agreement(
    work: Work, partner: Partner, terms: AgreementTerms, *, on: date, seen: str | None = None
) -> None:
    """Settle what was agreed with a partner, instead of what was agreed before. `seen` is the mark
    of that.

    It counts from the next turn of theirs: whoever has a request now keeps the time they were
    given.
    """
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    refuse_if_changed_since(seen, now=agreement_mark_of(partner))
    _check(work, partner, terms, on=on)
    _write(work, partner, "partner.agreement_settled", terms, on)


def end_agreement(work: Work, partner: Partner, *, seen: str | None = None) -> None:
    """End an agreement: from their next turn on, a partner has the time that we ask of everyone."""
    work.require(may_manage_partner, partner)
    lock_partner(work, partner)
    refuse_if_changed_since(seen, now=agreement_mark_of(partner))
    if partner.agreed_on is None:
        raise StalePage("Nothing is agreed with them.")
    usual = AgreementTerms("", ANSWER_WITHIN, DECIDE_WITHIN)
    _write(work, partner, "partner.agreement_ended", usual, None)


def _check(work: Work, partner: Partner, terms: AgreementTerms, *, on: date) -> None:
    if not is_plausible_past_day(on, today=work.at.date()):
        raise Conflict("Choose today or an earlier day, at most five years ago.")
    if not terms.agreed_with:
        raise Conflict("Say with which role at their side it was agreed.")
    if terms.keeps_for_days is not None and not 0 <= terms.keeps_for_days <= LONGEST_KEPT:
        raise Conflict(f"Type a number of days up to {LONGEST_KEPT}, or leave it empty.")
    refused = find_refused_time(terms.answer_within, terms.decide_within)
    refusals = (
        refused.sentence if refused is not None else "",
        why_holidays_are_refused(terms.holiday_country, terms.holiday_subdivision),
        HOURS_UNKNOWN if terms.counts_working_time and partner.opens is None else "",
    )
    if any(refusals):
        raise Conflict(" ".join(one for one in refusals if one))


def _write(
    work: Work, partner: Partner, action: str, terms: AgreementTerms, on: date | None
) -> None:
    after: dict[str, Any] = {
        "answer_within": response_times_in_seconds(dict(terms.answer_within)),
        "decide_within": response_times_in_seconds(dict(terms.decide_within)),
        "agreed_on": on,
        "counts_working_time": terms.counts_working_time,
        "holiday_country": terms.holiday_country,
        "holiday_subdivision": terms.holiday_subdivision,
        "keeps_for_days": terms.keeps_for_days,
        "may_be_named": terms.may_be_named,
    }
    was = {one: getattr(partner, one) for one in after}
    for one, value in after.items():
        setattr(partner, one, value)
    partner.agreed_with = terms.agreed_with
    work.record(action, partner, was=_as_codes(was), now=_as_codes(after))


def _as_codes(terms: dict[str, Any]) -> dict[str, Any]:
    """As history keeps them: a day by its number."""
    return {
        one: value.isoformat() if isinstance(value, date) else value for one, value in terms.items()
    }
