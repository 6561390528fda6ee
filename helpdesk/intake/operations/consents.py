"""Agreeing, and taking it back: each thing on its own, and each platform on its own."""

from collections.abc import Collection

from helpdesk.cases import news
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations import refuse_confirming
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import ConsentKind
from helpdesk.core.work import Work
from helpdesk.intake import queries
from helpdesk.intake.operations.reopening import resume_case
from helpdesk.intake.policy import is_reporter_of

# A kind, and for a platform which one.
Agreement = tuple[ConsentKind, str | None]


def set_consents(
    work: Work,
    case: Case,
    *,
    agreements: Collection[Agreement],
    shown: Collection[Agreement] | None = None,
) -> bool:
    """Make these agreements stand: new ones are given, missing ones taken back.

    `shown` is what stood on the page where they were ticked. What was taken back or given since, in
    another window or by a responder who was told, stays so: nobody has chosen otherwise. None says
    that exactly these shall stand.

    True if anything changed. What was not sent yet to a platform that is no longer agreed to is
    stopped: the carrying asks again at the last moment, and this takes it out of the way. To agree,
    or not to any more, may be the very answer that the case waited for.
    """
    work.require(is_reporter_of, case)
    lock_case(work, case)
    current = {(one.kind, one.platform): one for one in queries.current_consents(work, case)}
    before = current if shown is None else shown
    told = [
        current[one]
        for one in agreements
        if one in current and not current[one].counts and (shown is None or one not in shown)
    ]
    given = [one for one in agreements if one not in before and one not in current]
    withdrawn = [current[one] for one in before if one not in agreements and one in current]
    for kind, platform in given:
        _give(work, case, kind, platform)
    for consent in told:
        _confirm(work, consent)
    for consent in withdrawn:
        _withdraw(work, case, consent)
    if given or told or withdrawn:
        resume_case(work, case)
        news.tell_owner(work, case.id, NewsKind.AGREEMENT)
    return bool(given or told or withdrawn)


def confirm_consent(work: Work, case: Case, consent: Consent) -> None:
    """The reporter says that they did agree to what one of us wrote down: now it counts."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    work.session.refresh(consent)
    refuse_confirming(consent)
    _confirm(work, consent)
    resume_case(work, case)
    news.tell_owner(work, case.id, NewsKind.AGREEMENT)


def deny_consent(work: Work, case: Case, consent: Consent) -> None:
    """The reporter says that they did not agree to it: it is taken back, and never counted."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    work.session.refresh(consent)
    refuse_confirming(consent)
    work.record("consent.denied", consent, kind=consent.kind, platform=consent.platform)
    _withdraw(work, case, consent)
    resume_case(work, case)
    news.tell_owner(work, case.id, NewsKind.AGREEMENT)


def withdraw_all_consents(work: Work, case: Case) -> None:
    """Take back everything that was agreed to."""
    work.require(is_reporter_of, case)
    for consent in queries.current_consents(work, case):
        _withdraw(work, case, consent)


def _give(work: Work, case: Case, kind: ConsentKind, platform: str | None) -> None:
    consent = Consent(
        case_id=case.id,
        kind=kind,
        platform=platform,
        given_at=work.hour,
        given_by=work.actor.id,
    )
    work.session.add(consent)
    work.record("consent.given", consent, kind=kind, platform=platform)


def _confirm(work: Work, consent: Consent) -> None:
    consent.confirmed_by, consent.confirmed_at = work.actor.id, work.hour
    work.record("consent.confirmed", consent, kind=consent.kind, platform=consent.platform)


def _withdraw(work: Work, case: Case, consent: Consent) -> None:
    consent.withdrawn_at = work.hour
    work.record("consent.withdrawn", consent, kind=consent.kind, platform=consent.platform)
    if consent.kind is ConsentKind.PLATFORM:
        work.promise("escalations.cancel_unsent", case_id=case.id)
