"""The open work of a leaver: their cases, and what waits for them as a second person.

Who looks after people may not work in each of their queues: of the others they see a number.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.queries import Colleague
from helpdesk.cases import queries as cases
from helpdesk.cases.models import Case
from helpdesk.cases.policy import works_in_queue
from helpdesk.core.work import Work
from helpdesk.duty import case_closing
from helpdesk.escalations import request_lists
from helpdesk.escalations.contributors import contributions_to
from helpdesk.triage import queries as triage

# So many cases are chosen for one by one; more are handed on together.
ONE_BY_ONE: Final = 100


@dataclass(frozen=True)
class LeaverCasesInQueue:
    """A leaver's cases in one queue: how many, which ones, and who could take them.

    Of a queue that the actor does not work in, only how many.
    """

    team: Team
    how_many: int
    cases: Sequence[Case] = ()
    colleagues: Sequence[Colleague] = ()
    is_seen: bool = False

    @property
    def one_by_one(self) -> Sequence[Case]:
        """The cases for which somebody can be chosen one by one, if there are several."""
        return self.cases if 1 < self.how_many <= ONE_BY_ONE and self.colleagues else ()


@dataclass(frozen=True)
class SecondPersonDuty:
    """Something open that needs a second person: what, of which case, and how many others could be
    one."""

    what: str
    case: Case
    others: int


@dataclass(frozen=True)
class LeaverOpenWork:
    """All open work of a leaver in the queues they leave."""

    queues: Sequence[LeaverCasesInQueue] = ()
    asked: Sequence[SecondPersonDuty] = field(default=())
    to_agree: Sequence[SecondPersonDuty] = field(default=())

    @property
    def with_cases(self) -> list[LeaverCasesInQueue]:
        return [one for one in self.queues if one.how_many]

    @property
    def how_many(self) -> int:
        return sum(one.how_many for one in self.queues)

    @property
    def queues_left_without_access(self) -> list[Team]:
        """Queues that nobody else can open."""
        return [one.team for one in self.queues if one.is_seen and not one.colleagues]


def open_work_of_leaver(work: Work, person: Person, teams: Sequence[Team]) -> LeaverOpenWork:
    """Gather a leaver's open work in these teams; a partner's team has no cases."""
    queues = [team for team in teams if team.kind is TeamKind.QUEUE]
    asked, to_agree = _needing_two(work, person, queues)
    return LeaverOpenWork([_in_queue(work, person, team) for team in queues], asked, to_agree)


def _in_queue(work: Work, person: Person, team: Team) -> LeaverCasesInQueue:
    theirs = cases.open_cases_of_person(person.id, [team.id])
    how_many = work.session.scalar(theirs.with_only_columns(func.count())) or 0
    if not works_in_queue(work.actor, team.id):
        return LeaverCasesInQueue(team, how_many)
    listed = theirs.options(*cases.LISTED).order_by(*cases.IN_ORDER)
    return LeaverCasesInQueue(
        team,
        how_many,
        work.session.scalars(listed).all(),
        [
            Colleague(one.id, one.name)
            for one in accounts.members_with_key(work.session, team.id)
            if one.id != person.id
        ],
        is_seen=True,
    )


def _needing_two(
    work: Work, person: Person, queues: Sequence[Team]
) -> tuple[list[SecondPersonDuty], list[SecondPersonDuty]]:
    """What they asked a second person for, and what they could be the second person for."""
    if not work.actor.works_on_cases:
        return [], []
    others = {
        team.id: {f"person:{one.id}" for one in accounts.members_with_key(work.session, team.id)}
        - {f"person:{person.id}"}
        for team in queues
    }
    asked: list[SecondPersonDuty] = []
    to_agree: list[SecondPersonDuty] = []
    for one in _waiting(work):
        if one.case.team_id in others and not one.case.is_closed:
            pile = asked if f"person:{person.id}" in one.asked_by else to_agree
            left = others[one.case.team_id] - one.asked_by - one.had_a_part
            pile.append(SecondPersonDuty(one.what, one.case, len(left)))
    return asked, to_agree


@dataclass(frozen=True)
class _Waiting:
    """Something that waits for a second person: whose wish it is, and who else is none for it."""

    what: str
    case: Case
    asked_by: Set[str]
    had_a_part: Set[str] = frozenset()


def _waiting(work: Work) -> Iterator[_Waiting]:
    for wish in triage.pending_lower_level_requests(work):
        yield _Waiting("A lower level", wish.case, {wish.asked_by})
    for ending in case_closing.pending_closing_requests(work):
        yield _Waiting("Close it as not a report", ending.case, {ending.asked_by})
    for one in request_lists.requests_to_approve(work):
        what, by = f"Request {one.ref}", one.drafted_by
        if one.has_answer_to_approve:
            what, by = f"The answer on request {one.ref}", one.reply_by or by
        yield _Waiting(what, one.case, {by}, set(contributions_to(work, one)))
    for one in request_lists.requests_to_read_afterwards(work):
        # Who let it leave alone: the request, or an answer of ours since.
        by = one.reply_by or one.approved_by or one.drafted_by
        no_second = {*contributions_to(work, one), one.approved_by or by}
        yield _Waiting(f"Request {one.ref}, to read again", one.case, {by}, no_second)
