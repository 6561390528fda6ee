"""Operations on consents: recorded by staff, given, confirmed or withdrawn."""

from sqlalchemy import or_, select

from helpdesk.cases.events import AnswerAwaitsReporter, ConsentWithdrawn
from helpdesk.cases.models import Agreement, Case, Consent
from helpdesk.cases.policy import is_reporter_of, may_record_consents, may_work_on_case
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict, StalePage, mark_translatable
from helpdesk.core.history import HistoryEntry
from helpdesk.core.stale_page_marks import mark_of, refuse_if_changed_since
from helpdesk.core.work import Work


def record_consent(
    work: Work,
    case: Case,
    *,
    kind: ConsentKind,
    platform: str | None = None,
    partner_id: str | None = None,
    seen: str | None = None,
) -> Consent:
    """Record a consent on the reporter's behalf; it counts once it is confirmed. History names who
    wrote it down.

    For a platform it says which one, or which partner of it by name: consent to one partner is none
    to another. It opens no gate before the reporter or a second person has confirmed it. `seen` is
    the mark of the platform that the page named.
    """
    lock_case(work, case)
    work.require(may_work_on_case, case)
    if kind is ConsentKind.PLATFORM and partner_id is None:
        refuse_if_changed_since(seen, now=mark_of(case.platform))
    platform = (platform or case.platform) if kind is ConsentKind.PLATFORM else None
    if kind is ConsentKind.PLATFORM and platform is None:
        raise Conflict(
            "We don’t know yet which platform this is about. Ask the reporter that first."
        )
    agreement = Agreement(kind, platform, partner_id)
    if _current(work, case, agreement) is not None:
        raise StalePage("The reporter has already agreed to this.")
    consent = give_consent(work, case, agreement)
    work.announce(AnswerAwaitsReporter(case.id))  # they are asked whether it is so
    return consent


def give_consent(work: Work, case: Case, agreement: Agreement) -> Consent:
    """Store a consent that the reporter gives, from now on.

    No rule: whoever calls this has asked whose word it is, and holds the case.
    """
    consent = _consent(work, case, agreement)
    work.session.add(consent)
    work.record("consent.given", consent, **recorded_agreement(consent))
    return consent


def refuse_partner(work: Work, case: Case, *, platform: str, partner_id: str) -> None:
    """Store that the reporter says no to one partner by name: what they agreed to for the platform
    counts for its other teams alone. Nothing where they have already said something by its name.

    No rule: whoever calls this has asked whose word it is, and holds the case.
    """
    named = select(Consent.id).where(Consent.case_id == case.id, Consent.partner_id == partner_id)
    if work.session.scalar(named.limit(1)) is not None:
        return
    refused = _consent(work, case, Agreement(ConsentKind.PLATFORM, platform, partner_id))
    work.session.add(refused)
    work.session.flush()  # the public pages add what is agreed to, and then take it back
    refused.withdrawn_at = refused.given_at
    work.record("consent.withdrawn", refused, **recorded_agreement(refused))
    work.announce(ConsentWithdrawn(case.id))


def _consent(work: Work, case: Case, agreement: Agreement) -> Consent:
    return Consent(
        case_id=case.id,
        kind=agreement.kind,
        platform=agreement.platform,
        partner_id=agreement.partner_id,
        given_at=work.hour_for_reporter,
        given_by=work.actor.id,
    )


def confirm_consent(work: Work, case: Case, consent: Consent) -> None:
    """Confirm a consent that one of us recorded: by the reporter, or by a second person who was
    told the same or has made sure. From now on it opens gates. The reporter's own word takes the
    place of a colleague's."""
    lock_case(work, case)
    work.require(may_record_consents, case)
    work.session.refresh(consent)
    require_unwithdrawn_consent(consent)
    is_settled = consent.is_by_reporter or (
        consent.is_effective and not is_reporter_of(work.actor, case)
    )
    if is_settled:
        raise StalePage(mark_translatable("This no longer needs to be confirmed."))
    if consent.given_by == work.actor.id:
        raise Conflict("You recorded this. The reporter or someone else has to confirm it.")
    if not is_reporter_of(work.actor, case) and was_consent_disputed(work, consent):
        raise Conflict(
            "The reporter said that they didn’t agree to this. Only they can confirm it, in their "
            "mailbox."
        )
    consent.confirmed_by, consent.confirmed_at = work.actor.id, work.hour_for_reporter
    work.record("consent.confirmed", consent, **recorded_agreement(consent))


def require_disputable_consent(consent: Consent) -> None:
    """Refuse to dispute the reporter's own consent: only what one of us recorded can be disputed,
    whoever has confirmed it."""
    require_unwithdrawn_consent(consent)
    if not consent.is_disputable:
        raise StalePage(
            mark_translatable("You have already confirmed this. You can untick it instead.")
        )


def was_consent_disputed(work: Work, consent: Consent) -> bool:
    """Whether the reporter disputed a consent to this very thing before, or to the whole of which
    it is a part: who never agreed to a platform being asked agreed to no partner of it by name."""
    disputed_partner = HistoryEntry.details["partner_id"].astext
    disputed = select(HistoryEntry.id).where(
        HistoryEntry.case_id == consent.case_id,
        HistoryEntry.action == "consent.denied",
        HistoryEntry.details["kind"].astext == consent.kind,
        HistoryEntry.details["platform"].astext.is_not_distinct_from(consent.platform),
        or_(disputed_partner.is_(None), disputed_partner == consent.partner_id),
    )
    return work.session.scalar(disputed.limit(1)) is not None


def require_unwithdrawn_consent(consent: Consent) -> None:
    """Refuse if this consent has been withdrawn."""
    if consent.withdrawn_at is not None:
        raise StalePage(mark_translatable("This has already been withdrawn."))


def withdraw_consent(work: Work, case: Case, consent: Consent) -> None:
    """Withdraw a consent, as the reporter or on their behalf: then their mailbox says that it is
    our note, and they are told that something waits there.

    What has left cannot be called back, what has not stays: a job stops what rests on it.
    """
    lock_case(work, case)
    work.require(may_record_consents, case)
    work.session.refresh(consent)
    require_unwithdrawn_consent(consent)
    consent.withdrawn_at = work.hour_for_reporter
    if work.actor.person_id is not None:
        consent.withdrawn_by = work.actor.id
        work.announce(AnswerAwaitsReporter(case.id))
    work.record("consent.withdrawn", consent, **recorded_agreement(consent))
    if consent.kind is ConsentKind.PLATFORM:
        work.announce(ConsentWithdrawn(case.id))


def recorded_agreement(consent: Consent) -> dict[str, str | None]:
    """What history says of an agreement; a partner only where one was named."""
    named = {} if consent.partner_id is None else {"partner_id": consent.partner_id}
    return {"kind": consent.kind, "platform": consent.platform, **named}


def _current(work: Work, case: Case, agreement: Agreement) -> Consent | None:
    return work.session.scalar(
        select(Consent).where(
            Consent.case_id == case.id,
            Consent.kind == agreement.kind,
            Consent.platform.is_not_distinct_from(agreement.platform),
            Consent.partner_id.is_not_distinct_from(agreement.partner_id),
            Consent.withdrawn_at.is_(None),
        )
    )
