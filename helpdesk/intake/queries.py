"""Queries of intake: a reporter sees one case; a stranger sees none."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, or_, select

from helpdesk.accounts.models import Team
from helpdesk.cases.models import Case, Consent, LoggedConversation, Message
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import CannotTakeReports, NotFound
from helpdesk.core.key_signatures import KEYS_WITH_SIGNATURES, check_signatures, log_refused_keys
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.recent_times import column_not_ahead
from helpdesk.core.work import Work
from helpdesk.escalations import clocks
from helpdesk.escalations import queries as escalations
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.models import PartnerDecision, RecordedVerdict
from helpdesk.escalations.packets import ACCOUNT_AT_ISSUE, InvalidPacket, parse_packet
from helpdesk.intake.models import EmailReminder
from helpdesk.intake.request_status import PlatformAnswer, RequestStatus
from helpdesk.key_files import KeyFile
from helpdesk.partners.models import IS_VETTED, Partner
from helpdesk.partners.partner_terms import PLATFORM

log = logging.getLogger(__name__)

NO_QUEUE: Final = (
    "no queue that takes them has a key for which the half in STAFF_SIGNING_PUBLIC_FILE vouches. "
    "Give the public pages the same half as the staff pages, or run: helpdesk keys sign"
)

# Whether a reporter is told by email that something waits: all that staff's pages may see of it.
REMINDERS_OF_CASE: Final = select(EmailReminder.state, EmailReminder.told_at).where(
    EmailReminder.case_id == bindparam("case_id")
)

# What stands there, whether it counts or not: asked with each report, as a part of the statement
# that takes it in. If anything of it is new, everything is looked at once more.
NEWEST: Final = """
SELECT teams.id, keys.id AS key_id FROM teams JOIN keys ON keys.owner_id = teams.id
WHERE teams.takes_reports AND keys.kind = 'team' ORDER BY teams.id, keys.epoch DESC LIMIT 1
"""
STILL_THE_SAME: Final = f"(:desk_id, :desk_key_id) = (SELECT id, key_id FROM ({NEWEST}))"  # noqa: S608 - ours
DESKS: Final = (
    KEYS_WITH_SIGNATURES.join(Team, Team.id == Key.owner_id)
    .where(Team.takes_reports, Key.kind == KeyKind.TEAM)
    .order_by(None)
    .order_by(Team.id, Key.epoch)
)


@dataclass(frozen=True)
class ReceivingTeam:
    """The team that takes new reports, and its newest key that counts."""

    id: str
    key: Key
    # What was the newest thing there when we looked, whoever put it there.
    seen: tuple[str, str]

    @property
    def cache_parameters(self) -> dict[str, str]:
        """What STILL_THE_SAME is asked with."""
        return {"desk_id": self.seen[0], "desk_key_id": self.seen[1]}


# For each database that this process talks to, of which there is one outside of tests.
_recipients: WeakKeyDictionary[Engine | Connection, ReceivingTeam] = WeakKeyDictionary()


def receiving_team(work: Work, *, refresh: bool = False) -> ReceivingTeam:
    """The team that takes new reports, as it was when we asked last: whoever writes to them asks
    again.

    A key that bears no signature which counts is passed over, and the last good one is used.
    """
    database = work.session.get_bind()
    if refresh or database not in _recipients:
        _recipients[database] = _look(work)
    return _recipients[database]


def _look(work: Work) -> ReceivingTeam:
    lines = work.session.execute(DESKS).all()
    house = work.keys.service.public_half(KeyFile.STAFF_SIGNING)
    for team_id, of_team in groupby(lines, key=attrgetter("owner_id")):
        key = log_refused_keys(check_signatures(of_team, house=house)).current
        if key is not None:
            first = [line for line in lines if line.owner_id == lines[0].owner_id]
            return ReceivingTeam(team_id, key, (first[-1].owner_id, first[-1].id))
    log.error("Reports are refused: %s", NO_QUEUE)
    raise CannotTakeReports


def case_by_form_token(work: Work, form_token: bytes) -> Case | None:
    """Find the case that was made from this very form."""
    return work.session.scalar(select(Case).where(Case.form_token == form_token))


def case_by_return_code(
    work: Work, codes: Sequence[ReturnCode], intake_keys: Iterable[bytes]
) -> tuple[Case, ReturnCode] | None:
    """Find the case of a return code, of all that a pasted text may hold, and the code that it was.

    What cannot be a code costs the same look-up as a wrong one.
    """
    keys = list(intake_keys)
    tried = {code.tag(key): code for code in codes or (ReturnCode.new(),) for key in keys}
    found = work.session.scalar(select(Case).where(Case.reporter_tag.in_(list(tried))))
    if found is None or not codes:
        return None
    code = tried[found.reporter_tag]
    # Words of ours that were sealed to some other half would open for somebody else.
    return (found, code) if found.reporter_public == code.secret().public else None


def own_case(work: Work) -> Case:
    """The one case of the reporter who is here, or NotFound."""
    case = work.session.get(Case, work.actor.case_id) if work.actor.case_id else None
    if case is None:
        raise NotFound
    return case


def last_message_at(work: Work, case: Case) -> datetime | None:
    """When the newest message was written, by either side; not one of a clock that was ahead."""
    newest = select(func.max(Message.sent_at)).where(
        Message.case_id == case.id, column_not_ahead(Message.sent_at, at=work.at)
    )
    return work.session.scalar(newest)


def sealed_messages_for_reporter(work: Work, case: Case) -> Sequence[Message]:
    """The messages of a case as its reporter sees them, oldest first; not that they pressed the
    button “Someone is in danger now” (`operations.messages.NOT_SHOWN`)."""
    written = select(Message).where(
        Message.case_id == case.id,
        or_(Message.is_from_reporter.is_(False), Message.for_reporter.is_(None)),
    )
    return work.session.scalars(written.order_by(Message.sent_at, Message.id)).all()


# What the public pages may see of words by another way: not what was said, nor by whom.
CONVERSATIONS: Final = (
    select(
        LoggedConversation.id,
        LoggedConversation.way,
        LoggedConversation.spoke_at,
        LoggedConversation.objected_at,
        LoggedConversation.settled_at,
        LoggedConversation.answered_due_at,
    )
    .where(LoggedConversation.case_id == bindparam("case_id"), LoggedConversation.reached)
    .order_by(LoggedConversation.spoke_at, LoggedConversation.id)
)


def conversations_of(work: Work, case: Case) -> Sequence[Any]:
    """The recorded conversations with the reporter, oldest first."""
    return work.session.execute(CONVERSATIONS, {"case_id": case.id}).all()


def conversation_by_id(work: Work, case: Case, conversation_id: str) -> Any:
    """A recorded conversation with the reporter by its id, or NotFound."""
    for one in conversations_of(work, case):
        if one.id == conversation_id:
            return one
    raise NotFound


def current_consents(work: Work, case: Case) -> Sequence[Consent]:
    """The consents of the reporter that were not withdrawn."""
    current = select(Consent).where(Consent.case_id == case.id, Consent.withdrawn_at.is_(None))
    return work.session.scalars(current.order_by(Consent.given_at, Consent.id)).all()


def partners_agreed_to_by_name(work: Work, case: Case) -> set[str]:
    """The ids of partners whom the reporter ever agreed to by name, or one of us said so."""
    named = select(Consent.partner_id).where(Consent.case_id == case.id)
    return {one for one in work.session.scalars(named.distinct()) if one is not None}


def confirmed_consents(work: Work, case: Case) -> list[Consent]:
    """The current consents that count: the reporter's own word, or confirmed since."""
    return [one for one in current_consents(work, case) if one.is_effective]


def unconfirmed_consents(work: Work, case: Case) -> list[Consent]:
    """The current consents that one of us recorded and nobody has confirmed."""
    return [one for one in current_consents(work, case) if not one.is_effective]


def consent_withdrawals_noted_by_staff(work: Work, case: Case) -> Sequence[Consent]:
    """The withdrawals of consents that one of us recorded for the reporter, the last of each, as
    long as they have not agreed again."""
    current = {one.agreement for one in current_consents(work, case)}
    noted = select(Consent).where(Consent.case_id == case.id, Consent.withdrawn_at.is_not(None))
    # By the hour in which they were given: more is not kept of what reporters do. Who took one
    # back with their own hand in that hour is asked of none.
    hour = func.date_trunc("hour", Consent.given_at)
    order = (hour, Consent.withdrawn_by.is_(None), Consent.given_at, Consent.id)
    rows = work.session.scalars(noted.order_by(*order))
    last = {one.agreement: one for one in rows}
    return [
        one for thing, one in last.items() if one.withdrawn_by is not None and thing not in current
    ]


def own_consent_by_id(work: Work, case: Case, consent_id: str) -> Consent:
    """A consent of the reporter by its id, or what it has become since the page was made."""
    consent = work.session.get(Consent, consent_id)
    if consent is None or consent.case_id != case.id:
        raise NotFound
    return consent


def request_statuses_of(work: Work, case: Case) -> list[RequestStatus]:
    """The requests to partners of a case as the reporter sees them, oldest first, each with its
    answers."""
    asked = escalations.requests_of_case(work, case)
    if not asked:
        return []
    decided = (
        select(PartnerDecision)
        .where(PartnerDecision.case_id == case.id)
        .order_by(PartnerDecision.at, PartnerDecision.id)
    )
    decisions = work.session.scalars(decided).all()
    verified = select(RecordedVerdict).where(RecordedVerdict.case_id == case.id)
    said = work.session.scalars(verified.order_by(RecordedVerdict.at, RecordedVerdict.id)).all()
    coverage = consent_coverage_of(work, case.id)
    approved = {one.partner_id for one in asked if one.approved_at is not None}
    ways = clocks.arrival_and_first_sign_by_request(work, asked)
    return [
        RequestStatus(
            one,
            answers=tuple(
                _answer(decision, said)
                for decision in decisions
                if decision.escalation_id == one.id and not decision.is_after_withdrawal
            ),
            late_actions=tuple(
                decision
                for decision in decisions
                if decision.escalation_id == one.id and decision.is_after_withdrawal
            ),
            was_partner_asked=one.partner_id in approved,
            agreement=coverage.agreement_for(one.partner),
            is_agreed=coverage.consent_to(one.partner) is not None,
            arrived_at=ways[one.id].arrived_at,
            was_seen=ways[one.id].was_seen,
        )
        for one in asked
    ]


def _answer(decision: PartnerDecision, said: Sequence[RecordedVerdict]) -> PlatformAnswer:
    about = [one for one in said if one.decision_id == decision.id]
    current = next((one for one in about if one.objected_at is None), None)
    return PlatformAnswer(decision, current, tuple(one for one in about if one is not current))


def request_status_of(work: Work, case: Case, ref: str) -> RequestStatus:
    """One request to a partner as the reporter sees it, or NotFound."""
    for request in request_statuses_of(work, case):
        if request.escalation.ref == ref:
            return request
    raise NotFound


def accounts_of_similar_requests(work: Work, requests: Sequence[RequestStatus]) -> dict[str, str]:
    """Of requests that ask one partner for the same, the account or page that each is about, by the
    name of the request: nothing else tells them apart. Those about one account have that name
    beside it. One whose packet does not open or is of another version has none, and the mailbox
    stands."""
    alike = Counter((one.escalation.partner_id, one.escalation.ask) for one in requests)
    accounts = {}
    for one in requests:
        if alike[one.escalation.partner_id, one.escalation.ask] > 1:
            text = work.keys.read_own(one.escalation, "packet_for_reporter")
            with suppress(InvalidPacket):
                accounts[one.escalation.ref] = parse_packet(text).fields.get(ACCOUNT_AT_ISSUE, "")
    times = Counter(accounts.values())
    return {
        ref: f"{account} · {ref}" if account and times[account] > 1 else account
        for ref, account in accounts.items()
    }


def partner_platforms(work: Work) -> list[str]:
    """The platforms that have a team whom we can ask: vetted, and still at work with us. A host or
    another beside them is agreed to by name, once a request to it is written."""
    can_be_asked = IS_VETTED & Partner.retired_on.is_(None) & (Partner.kind == PLATFORM)
    found = select(Partner.platform).where(can_be_asked).distinct().order_by(Partner.platform)
    return list(work.session.scalars(found))
