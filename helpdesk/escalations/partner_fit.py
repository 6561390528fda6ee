"""Whom a case could ask: those who answer for its platform first, the one that fits best before the
others, each with the reason. A person picks."""

from collections.abc import Iterable, Sequence
from typing import Final

from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.models import Escalation
from helpdesk.partners import queries as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.proposals import PartnerProposal, RequestNeed, rank_partners

REFUSED: Final = "the reporter said no to asking them"


def partners_by_fit(work: Work, case: Case) -> list[PartnerProposal]:
    """Everyone who could be asked; of those for another platform than the case's, by name."""
    return _by_fit(work, case, partners.partners_to_ask(work))


def _by_fit(work: Work, case: Case, candidates: Iterable[Partner]) -> list[PartnerProposal]:
    coverage = consent_coverage_of(work, case.id)

    def obstacles(one: Partner) -> list[str]:
        refused = [REFUSED] if coverage.is_refused(one) else []
        return refused + partners.obstacles_to_sending(work, one)

    weighed = rank_partners(
        ((one, obstacles(one)) for one in candidates),
        RequestNeed(case.region, case.language, work.at),
        partners.contacts_counted_on(work),
    )
    theirs = [one for one in weighed if one.partner.platform == case.platform]
    others = [one for one in weighed if one.partner.platform != case.platform]
    return theirs + sorted(others, key=lambda one: (one.partner.name, one.partner.id))


def proposed_partner(proposals: Sequence[PartnerProposal], platform: str | None) -> Partner | None:
    """Who is chosen beforehand: the first who answers for the platform and could receive it."""
    able = (one.partner for one in proposals if not one.obstacles)
    return next((one for one in able if one.platform == platform), None)


def alternatives_to(work: Work, escalation: Escalation) -> list[PartnerProposal]:
    """Those who answer for the same platform as the partner of a draft, itself among them while it
    can be asked."""
    return _by_fit(work, escalation.case, _answering_for_the_same(work, escalation))


def has_alternative(work: Work, escalation: Escalation) -> bool:
    """Whether a draft could go to another partner; none of them is weighed for that."""
    others = _answering_for_the_same(work, escalation)
    return any(one.id != escalation.partner_id for one in others)


def _answering_for_the_same(work: Work, escalation: Escalation) -> list[Partner]:
    platform, ask = escalation.partner.platform, escalation.ask
    able = partners.partners_to_ask(work)
    return [one for one in able if one.platform == platform and one.accepts(ask)]
