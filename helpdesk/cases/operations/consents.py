"""What a reporter agreed to, told to a responder over a safe channel."""

from sqlalchemy import select

from helpdesk.cases.models import Case, Consent
from helpdesk.cases.policy import may_work_on
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.work import Work


def record_consent(
    work: Work, case: Case, *, kind: ConsentKind, platform: str | None = None
) -> Consent:
    """Write down what the reporter has agreed to. History names who wrote it down.

    For a platform it says which one: consent to one partner is none to another. It opens no gate
    before the reporter or a second person has confirmed it.
    """
    work.require(may_work_on, case)
    platform = (platform or case.platform) if kind is ConsentKind.PLATFORM else None
    if kind is ConsentKind.PLATFORM and platform is None:
        raise Conflict("It is not known yet which platform this is about. Ask that first.")
    if _current(work, case, kind, platform) is not None:
        raise Conflict("The reporter has agreed to this already.")
    consent = Consent(
        case_id=case.id,
        kind=kind,
        platform=platform,
        given_at=work.at,
        given_by=work.actor.id,
    )
    work.session.add(consent)
    work.record("consent.given", consent, kind=kind, platform=platform)
    return consent


def confirm_consent(work: Work, case: Case, consent: Consent) -> None:
    """A second person was told the same, or has made sure: from now on it opens gates.

    The reporter can do that, too, in the mailbox (`intake.operations.confirm_consent`).
    """
    lock_case(work, case)
    work.require(may_work_on, case)
    if not work.keys.holds(case.key_id):
        raise NotAllowed("You wait to be let in, so you can't know what the reporter said.")
    work.session.refresh(consent)
    refuse_confirming(consent)
    if consent.given_by == work.actor.id:
        raise Conflict("You wrote this down. The reporter or someone else has to confirm it.")
    consent.confirmed_by, consent.confirmed_at = work.actor.id, work.at
    work.record("consent.confirmed", consent, kind=consent.kind, platform=consent.platform)


def refuse_confirming(consent: Consent) -> None:
    """Only what one of us wrote down, and nobody has confirmed or taken back, can be confirmed."""
    if consent.withdrawn_at is not None:
        raise Conflict("This was taken back already.")
    if consent.counts:
        raise Conflict("This doesn't need to be confirmed any more.")


def withdraw_consent(work: Work, case: Case, consent: Consent) -> None:
    """The reporter has taken it back. What has left cannot be called back, what has not stays."""
    work.require(may_work_on, case)
    if consent.withdrawn_at is not None:
        raise Conflict("This was taken back already.")
    consent.withdrawn_at = work.at
    work.record("consent.withdrawn", consent, kind=consent.kind, platform=consent.platform)
    if consent.kind is ConsentKind.PLATFORM:
        work.promise("escalations.cancel_unsent", case_id=case.id)


def _current(work: Work, case: Case, kind: ConsentKind, platform: str | None) -> Consent | None:
    return work.session.scalar(
        select(Consent).where(
            Consent.case_id == case.id,
            Consent.kind == kind,
            Consent.platform.is_not_distinct_from(platform),
            Consent.withdrawn_at.is_(None),
        )
    )
