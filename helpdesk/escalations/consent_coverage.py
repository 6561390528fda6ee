"""Which word of the reporter a request needs: leave to ask the platform, or this very partner.

Several partners may answer for one platform. Leave to ask the platform, given before anybody was
named, covers the team of it that is asked first on its strength, and nobody else: another team, a
host or a registrar needs leave by name (decision 0061). What was agreed of a partner by name counts
alone for it, also when it was taken back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.cases.models import Agreement, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import LeaveByName
from helpdesk.partners.models import Partner


@dataclass(frozen=True)
class ConsentCoverage:
    """What a reporter ever agreed to or took back, and which team of each platform was asked first
    on leave to ask the platform."""

    consents: Sequence[Consent]
    first_asked: dict[str, str]

    def agreement_for(self, partner: Partner) -> Agreement:
        """What has to be agreed to for this partner to be asked."""
        whole = Agreement(ConsentKind.PLATFORM, partner.platform)
        return whole._replace(partner_id=partner.id) if self.needs_leave_by_name(partner) else whole

    def needs_leave_by_name(self, partner: Partner) -> bool:
        """Whether leave to ask the platform does not cover this partner."""
        return self.why_by_name(partner) is not None

    def why_by_name(self, partner: Partner) -> LeaveByName | None:
        """Why leave to ask the platform does not cover this partner; None where it does."""
        if self._named(partner):
            return LeaveByName.REFUSED if self.is_refused(partner) else LeaveByName.NAMED
        first = self.first_asked.get(partner.platform)
        if first is None:
            return None if partner.is_platform_itself else LeaveByName.NOT_THE_PLATFORM
        return LeaveByName.ANOTHER_WAS_FIRST if first != partner.id else None

    def is_refused(self, partner: Partner) -> bool:
        """Whether they said no to this very partner, or took back what they had agreed to of it."""
        named = self._named(partner)
        return bool(named) and all(one.withdrawn_at is not None for one in named)

    def _named(self, partner: Partner) -> list[Consent]:
        return [one for one in self.consents if one.partner_id == partner.id]

    def consent_to(self, partner: Partner) -> Consent | None:
        """The agreement on which it may be asked now; not on one person's word alone."""
        needed = self.agreement_for(partner)
        return next((one for one in self.effective if one.agreement == needed), None)

    @property
    def effective(self) -> list[Consent]:
        return [one for one in self.consents if one.withdrawn_at is None and one.is_effective]

    @property
    def agreed(self) -> Collection[Agreement]:
        return {one.agreement for one in self.effective}


def consent_coverage_of(work: Work, case_id: str) -> ConsentCoverage:
    """Read again each time: something may have been taken back a moment ago."""
    given = select(Consent).where(Consent.case_id == case_id)
    consents = work.session.scalars(
        given.order_by(Consent.given_at, Consent.id).execution_options(populate_existing=True)
    )
    asked = (
        select(Consent.platform, Escalation.partner_id)
        .join(Consent, Consent.id == Escalation.consent_id)
        .where(Escalation.case_id == case_id, Consent.partner_id.is_(None))
        .order_by(Escalation.approved_at.desc(), Escalation.id.desc())
    )
    first = {platform: partner for platform, partner in work.session.execute(asked) if platform}
    return ConsentCoverage(consents.all(), first)
