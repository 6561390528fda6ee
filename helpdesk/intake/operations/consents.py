"""Operations of a reporter on their consents: each thing on its own, and each platform on its
own."""

from collections.abc import Collection

from helpdesk.cases import news
from helpdesk.cases import operations as cases
from helpdesk.cases.models import Agreement, Case, Consent
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import is_reporter_of
from helpdesk.cases.queries import lock_case
from helpdesk.core.errors import StalePage
from helpdesk.core.stale_page_marks import mark_of, refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.intake import queries
from helpdesk.intake.operations.reopening import reopen_case_for_reporter, resume_case_if_waiting
from helpdesk.triage.first_reply_clock import owe_reply_to_reporter


def set_consents(
    work: Work,
    case: Case,
    *,
    agreements: Collection[Agreement],
    shown: Collection[Agreement] | None = None,
) -> bool:
    """Set the reporter's consents to these: new ones are given, missing ones withdrawn.

    `shown` is what stood on the page where they were ticked. What was taken back or given since, in
    another window or by a responder who was told, stays so: nobody has chosen otherwise. None says
    that exactly these shall stand.

    Who unticks what only we wrote down denies it. True if anything changed. What was not sent yet
    to a platform that is no longer agreed to is stopped: the carrying asks again at the last
    moment, and this takes it out of the way.
    """
    work.require(is_reporter_of, case)
    lock_case(work, case)
    agreements = [Agreement(*one) for one in agreements]
    shown = None if shown is None else {Agreement(*one) for one in shown}
    current = {one.agreement: one for one in queries.current_consents(work, case)}
    before = current if shown is None else shown
    told = [
        current[one]
        for one in agreements
        if one in current and not current[one].is_effective and (shown is None or one not in shown)
    ]
    given = [one for one in agreements if one not in before and one not in current]
    withdrawn = [current[one] for one in before if one not in agreements and one in current]
    for one in given:
        cases.give_consent(work, case, one)
    for consent in told:
        cases.confirm_consent(work, case, consent)
    for consent in withdrawn:
        # The page says that one of us set the tick, and that who did not agree unticks it.
        if consent.is_by_reporter:
            cases.withdraw_consent(work, case, consent)
        else:
            _deny(work, case, consent)
    if given or told or withdrawn:
        _answered(work, case)
    return bool(given or told or withdrawn)


def confirm_consent(work: Work, case: Case, consent: Consent) -> None:
    """Confirm, as the reporter, a consent that one of us recorded: now it counts."""
    work.require(is_reporter_of, case)
    cases.confirm_consent(work, case, consent)
    _answered(work, case)


def dispute_consent(work: Work, case: Case, consent: Consent) -> None:
    """Dispute, as the reporter, a consent that one of us recorded: it is withdrawn, also where a
    second person of ours has confirmed it by then. They are owed a word of ours: somebody may have
    spoken for them. A closed case opens again."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    work.session.refresh(consent)
    cases.require_disputable_consent(consent)
    _deny(work, case, consent)


def _deny(work: Work, case: Case, consent: Consent) -> None:
    work.record("consent.denied", consent, **cases.recorded_agreement(consent))
    cases.withdraw_consent(work, case, consent)
    reopen_case_for_reporter(work, case)
    owe_reply_to_reporter(work, case)
    news.notify_owner(work, case.id, NewsKind.DENIED)


def refuse_partner(
    work: Work, case: Case, escalation: Escalation, *, seen: str | None = None
) -> None:
    """Say no, as the reporter, to the team that a request is written to and that nobody has asked:
    the platform may still be asked, by another team of it. `seen` is the mark of the team on the
    page: a draft may have moved since."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    work.session.refresh(escalation)
    refuse_if_changed_since(seen, now=mark_of(escalation.partner_id))
    request = queries.request_status_of(work, case, escalation.ref)
    if not request.may_refuse_partner:
        raise StalePage
    partner = escalation.partner
    cases.refuse_partner(work, case, platform=partner.platform, partner_id=partner.id)
    _answered(work, case)


def withdraw_all_consents(work: Work, case: Case) -> None:
    """Withdraw every consent."""
    work.require(is_reporter_of, case)
    for consent in queries.current_consents(work, case):
        cases.withdraw_consent(work, case, consent)


def _answered(work: Work, case: Case) -> None:
    """To agree, or not to any more, may be the very answer that the case waited for."""
    resume_case_if_waiting(work, case)
    news.notify_owner(work, case.id, NewsKind.AGREEMENT)
