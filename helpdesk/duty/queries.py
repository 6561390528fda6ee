"""Queries over all features: the duty board, the history of a case, playbook offers, failed
jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, func, select

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.keys_signed_by_helpdesk import (
    HoldersOfUntrustedKeys,
    holders_of_untrusted_keys,
)
from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.cases import disputed_conversations, past_disputes
from helpdesk.cases import queries as cases
from helpdesk.cases.models import Case
from helpdesk.core import outbox, send_hold
from helpdesk.core.actors import Role
from helpdesk.core.ended_database_sessions import RoleWithEndedSessions, ended_database_sessions
from helpdesk.core.errors import NotFound
from helpdesk.core.history import OF_CASE, HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.send_hold import SendHold
from helpdesk.core.work import Work
from helpdesk.duty import (
    failed_job_texts,
    news_lines,
    timeline,
)
from helpdesk.duty.news_lines import UnseenNews
from helpdesk.duty.playbook_offers import PlaybookOffers, rank_playbook_offers
from helpdesk.duty.requests_awaiting_second_person import (
    RequestsAwaitingSecondPerson,
    requests_awaiting_second_person,
)
from helpdesk.duty.timeline import TimelineLine
from helpdesk.escalations import queries as escalations
from helpdesk.escalations import request_lists
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.request_lists import PartnerRequestsNeedingAction
from helpdesk.intake.intake_volume import IntakeVolume, current_intake_volume
from helpdesk.partners import queries as partners
from helpdesk.partners import vetting
from helpdesk.partners.models import Partner
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import queries as playbooks
from helpdesk.runs.queries import DueStep
from helpdesk.triage import queries as triage
from helpdesk.triage import surge_alerts

SHOWN = 5
COUNTED = 100


HISTORY_LINES: Final = 200


@dataclass(frozen=True)
class BoardQueueOverview:
    """What the duty board shows of one queue: its next cases, how many wait, in both lanes, who is
    on duty and whether anyone can be alerted."""

    team: Team
    next_cases: Sequence[Case]
    waiting_for_somebody: int
    on_duty: Sequence[Person]
    can_be_told: bool
    second_lane: Sequence[Case]
    waiting_in_second_lane: int
    is_unheard: bool

    @property
    def is_long(self) -> bool:
        """Whether there is more than is worth counting."""
        return self.waiting_for_somebody >= COUNTED

    @property
    def is_second_lane_long(self) -> bool:
        return self.waiting_in_second_lane >= COUNTED


@dataclass(frozen=True)
class FailedJob:
    """A failed job, which waits for a person; its case, if we may see it."""

    outbox_job: OutboxJob
    case: Case | None

    @property
    def words(self) -> str:
        """What did not happen."""
        return failed_job_texts.describe_failed_job(self.outbox_job.job)


@dataclass(frozen=True)
class DutyBoard:
    """The duty board: everything that somebody on duty looks at first."""

    held: SendHold | None
    own: Sequence[Case]
    lanes: Sequence[BoardQueueOverview]
    late: Sequence[Case]
    unheard: Sequence[Case]
    withdrawn_in_danger: Sequence[Case]
    out_of_reach: Sequence[Case]
    disputed: Sequence[Case]
    left_to_others: Sequence[Case]
    follow_ups: Sequence[Case]
    steps_due_again: Sequence[DueStep]
    newcomers: Sequence[Membership]
    untrusted_keys: HoldersOfUntrustedKeys
    ended_database_sessions: Sequence[RoleWithEndedSessions]
    unconfirmed: Sequence[Person]
    unconfirmed_partners: Sequence[Partner]
    to_vet: Sequence[Partner]
    contacts_to_verify: Sequence[Partner]
    untold_partners: Sequence[Escalation]
    to_fill_in: Sequence[Escalation]
    held_up: Sequence[Escalation]
    without_basis: Sequence[Escalation]
    for_other_accounts: Sequence[Escalation]
    acted_late: Sequence[Escalation]
    failed: Sequence[FailedJob]
    dead_letters: Sequence[Delivery]
    at_partners: PartnerRequestsNeedingAction
    to_phone: Sequence[Escalation]
    news: UnseenNews
    second_persons: RequestsAwaitingSecondPerson
    writers: Mapping[str, str] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    load: IntakeVolume
    # How many of a list are shown: where there are as many, the page says that more may follow.
    listed_at_most: int = cases.LISTED_AT_MOST
    late_at_most: int = SHOWN
    follow_ups_at_most: int = cases.FOLLOW_UPS_AT_MOST


def load_board(work: Work) -> DutyBoard:
    """Load the duty board of the actor."""
    own, late = cases.own_cases(work), cases.cases_with_late_update(work, limit=SHOWN)
    unheard = triage.cases_with_failed_alert(work)
    is_lead = work.actor.role is Role.COORDINATOR
    out_of_reach = cases.cases_whose_owner_lost_access(work) if is_lead else []
    disputed = disputed_conversations.disputed_cases(work)
    left_to_others = past_disputes.cases_with_dispute_answered_only_by_recorder(work)
    dead_letters = request_lists.failed_deliveries(work)
    came_back = playbooks.steps_due_again(work)
    waiting = accounts.members_without_key(work)
    shut = {one.team_id for one in waiting if one.person_id == work.actor.person_id}
    return DutyBoard(
        held=send_hold.reason_for_hold(work.session),
        own=own,
        lanes=[_lane(work, team) for team in accounts.queues_of(work) if team.id not in shut],
        late=late,
        unheard=unheard,
        withdrawn_in_danger=triage.cases_withdrawn_in_danger(work),
        out_of_reach=out_of_reach,
        disputed=disputed,
        left_to_others=left_to_others,
        follow_ups=cases.cases_to_follow_up(work, today=work.at.date()),
        steps_due_again=came_back,
        unconfirmed=accounts.people_with_unconfirmed_email_address(work),
        unconfirmed_partners=partners.partners_without_confirmed_email_address(work),
        to_vet=vetting.partners_to_vet(work),
        contacts_to_verify=partners.partners_with_contacts_to_verify(work),
        untold_partners=request_lists.requests_with_untold_news(work),
        to_fill_in=request_lists.requests_to_fill_in(work),
        held_up=request_lists.requests_at_partners_in_doubt(work),
        without_basis=request_lists.requests_no_longer_justified(work),
        for_other_accounts=request_lists.requests_for_other_accounts(work),
        acted_late=request_lists.withdrawn_requests_acted_on(work, at=work.at),
        newcomers=[one for one in waiting if one.team_id in work.actor.teams],
        untrusted_keys=holders_of_untrusted_keys(work),
        ended_database_sessions=ended_database_sessions(work),
        failed=_failed(work) if is_lead else [],
        dead_letters=dead_letters,
        at_partners=request_lists.requests_at_partners(work, at=work.at, limit=2 * SHOWN),
        to_phone=request_lists.partners_to_phone(work),
        news=news_lines.unseen_news(work),
        second_persons=requests_awaiting_second_person(work)
        if is_lead
        else RequestsAwaitingSecondPerson(),
        writers=accounts.names_of_actors(
            work.session, [one.escalation.drafted_by for one in dead_letters]
        ),
        names=owner_names(
            work,
            [
                *late,
                *unheard,
                *out_of_reach,
                *disputed,
                *left_to_others,
                *(one.run.case for one in came_back),
            ],
        ),
        load=current_intake_volume(work),
    )


def owner_names(work: Work, listed: Sequence[Case]) -> Mapping[str, str]:
    """The names of the owners of these cases, by the id of the person."""
    ids = {case.owner_id for case in listed if case.owner_id is not None}
    if not ids:
        return {}
    named = accounts.names_of_actors(work.session, [f"person:{one}" for one in ids])
    return {actor_id.removeprefix("person:"): name for actor_id, name in named.items()}


@dataclass(frozen=True)
class HistoryPage:
    """A page of a case's history: its lines, newest first, and before which entry the next page
    begins."""

    lines: Sequence[TimelineLine]
    next_before: int | None


def history_page(work: Work, case: Case, *, before: int | None = None) -> HistoryPage:
    """Load one page of a case's history: nobody who writes very much makes it so long that it
    cannot be shown."""
    asked = OF_CASE.add_columns(HistoryEntry.id)
    if before is not None:
        asked = asked.where(HistoryEntry.id < before)
    some = asked.limit(HISTORY_LINES + 1)
    found: Sequence[Any] = work.session.execute(some, {"case_id": case.id}).all()
    entries = found[:HISTORY_LINES]
    names = accounts.names_of_actors(
        work.session, timeline.actor_ids_in(entries)
    ) | partners.names_of_partners(work, timeline.partner_ids_in(entries))
    pages = [one.page for one in playbooks.runs_of_case(work, case)]
    return HistoryPage(
        timeline.timeline_of(entries, names, pages),
        entries[-1].id if len(found) > HISTORY_LINES else None,
    )


def playbook_offers_of(work: Work, case: Case) -> PlaybookOffers:
    """The playbook offers on a case: every playbook that could be started."""
    level, runs = triage.triage_of_case(work, case), playbooks.runs_of_case(work, case)
    return rank_playbook_offers(load_current_library(), case, runs, level.pages, level.known)


def failed_job(work: Work, outbox_job_id: str) -> OutboxJob:
    """A failed job by its id, or NotFound."""
    outbox_job = work.session.get(OutboxJob, outbox_job_id)
    if outbox_job is None or outbox_job.state is not outbox.OutboxJobState.FAILED:
        raise NotFound
    return outbox_job


def _lane(work: Work, team: Team) -> BoardQueueOverview:
    first, second = cases.unclaimed_cases_of(work, team), cases.second_lane_cases_of(work, team)
    return BoardQueueOverview(
        team=team,
        next_cases=work.session.scalars(first.limit(SHOWN)).all(),
        waiting_for_somebody=_counted(work, first),
        second_lane=work.session.scalars(second.limit(SHOWN)).all(),
        waiting_in_second_lane=_counted(work, second),
        is_unheard=surge_alerts.is_surge_alert_overdue(work, team.id),
        on_duty=accounts.people_on_duty(work.session, team.id, at=work.at),
        can_be_told=accounts.has_member_with_alert_address(work.session, team.id, at=work.at),
    )


def _counted(work: Work, listed: Select[Case]) -> int:
    # Nobody wants to know whether it is 4,312: counting stops where a number stops to matter.
    some = listed.with_only_columns(Case.id).limit(COUNTED).subquery()
    return work.session.scalar(select(func.count()).select_from(some)) or 0


def _failed(work: Work) -> Sequence[FailedJob]:
    outbox_jobs = outbox.failed_jobs(work.session)
    ids = {str(one.arguments.get("case_id", "")) for one in outbox_jobs}
    seen = work.session.scalars(cases.visible_cases(work.actor).where(Case.id.in_(ids)))
    by_id = {case.id: case for case in seen}
    return [FailedJob(one, by_id.get(str(one.arguments.get("case_id")))) for one in outbox_jobs]


def is_visible_case_named(work: Work, refs: Collection[str]) -> bool:
    """Whether one of these names is a case or a request that the actor may see."""
    ours = cases.visible_cases(work.actor).where(Case.ref.in_(refs)).with_only_columns(Case.id)
    asked = escalations.visible_requests(work.actor).where(Escalation.ref.in_(refs))
    either = (ours, asked.with_only_columns(Escalation.id))
    return any(work.session.scalar(found.limit(1)) is not None for found in either)
