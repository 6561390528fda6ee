"""Whom a case could ask: those who answer for its platform, or for another on which the account is,
the one that fits best first, each with the reason. A person picks."""

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


NOT_THEIRS: Final = (
    "{partner} acts for {theirs}, and this is about {wanted}. Choose a partner who acts for "
    "{wanted}. If the account is with {theirs} after all, say so first."
)


def partners_by_fit(work: Work, case: Case, platform: str | None) -> list[PartnerProposal]:
    """Those who answer for this platform; everyone, by name, where nobody knows which it is."""
    able = partners.partners_to_ask(work)
    if platform is None:
        weighed = _by_fit(work, case, able)
        return sorted(weighed, key=lambda one: (one.partner.name, one.partner.id))
    return _by_fit(work, case, (one for one in able if answers_for(one, platform)))


def answers_for(partner: Partner, platform: str | None) -> bool:
    """Whether a partner can be asked about this platform; of none, nothing speaks against them."""
    return platform is None or partner.platform == platform


def partners_for_other_platforms(work: Work, platform: str | None) -> dict[str, list[Partner]]:
    """Those who can’t be asked about this platform, by the one for which they answer."""
    found: dict[str, list[Partner]] = {}
    for one in partners.partners_to_ask(work):
        if not answers_for(one, platform):
            found.setdefault(one.platform, []).append(one)
    return dict(sorted(found.items()))


def _by_fit(work: Work, case: Case, candidates: Iterable[Partner]) -> list[PartnerProposal]:
    coverage = consent_coverage_of(work, case.id)

    def obstacles(one: Partner) -> list[str]:
        refused = [REFUSED] if coverage.is_refused(one) else []
        return refused + partners.obstacles_to_sending(work, one)

    return rank_partners(
        ((one, obstacles(one)) for one in candidates),
        RequestNeed(case.region, case.language, work.at),
        partners.contacts_counted_on(work),
    )


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
