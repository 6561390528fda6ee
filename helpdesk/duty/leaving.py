"""What hangs on a colleague who leaves: their cases, and what waits for a second person.

Who looks after people may not work in each of their queues: of the others they see a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.queries import Colleague
from helpdesk.cases import queries as cases
from helpdesk.cases.models import Case
from helpdesk.cases.policy import works_in
from helpdesk.core.work import Work
from helpdesk.duty import closing
from helpdesk.escalations import queries as escalations
from helpdesk.triage import queries as triage

# So many cases are chosen for one by one; more are handed on together.
ONE_BY_ONE: Final = 100


@dataclass(frozen=True)
class InQueue:
    """What they have in a queue: how many cases, which ones, and who could take them.

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
class Second:
    """Something that needs two people: what, of which case, and how many others could be one."""

    what: str
    case: Case
    others: int


@dataclass(frozen=True)
class Hanging:
    """Everything that hangs on somebody in the queues they leave."""

    queues: Sequence[InQueue] = ()
    asked: Sequence[Second] = field(default=())
    to_agree: Sequence[Second] = field(default=())

    @property
    def with_cases(self) -> list[InQueue]:
        return [one for one in self.queues if one.how_many]

    @property
    def how_many(self) -> int:
        return sum(one.how_many for one in self.queues)

    @property
    def left_alone(self) -> list[Team]:
        """Queues that nobody else can open."""
        return [one.team for one in self.queues if one.is_seen and not one.colleagues]


def hanging_on(work: Work, person: Person, teams: Sequence[Team]) -> Hanging:
    """What hangs on them in these teams; a partner's team has no cases."""
    queues = [team for team in teams if team.kind is TeamKind.QUEUE]
    asked, to_agree = _needing_two(work, person, queues)
    return Hanging([_in_queue(work, person, team) for team in queues], asked, to_agree)


def _in_queue(work: Work, person: Person, team: Team) -> InQueue:
    theirs = cases.had_by(person.id, [team.id])
    how_many = work.session.scalar(theirs.with_only_columns(func.count())) or 0
    if not works_in(work.actor, team.id):
        return InQueue(team, how_many)
    listed = theirs.options(*cases.LISTED).order_by(*cases.IN_ORDER)
    return InQueue(
        team,
        how_many,
        work.session.scalars(listed).all(),
        [
            Colleague(one.id, one.name)
            for one in accounts.let_in(work.session, team.id)
            if one.id != person.id
        ],
        is_seen=True,
    )


def _needing_two(
    work: Work, person: Person, queues: Sequence[Team]
) -> tuple[list[Second], list[Second]]:
    """What they asked a second person for, and what they could be the second person for."""
    if not work.actor.works_on_cases:
        return [], []
    others = {
        team.id: {f"person:{one.id}" for one in accounts.let_in(work.session, team.id)}
        - {f"person:{person.id}"}
        for team in queues
    }
    waiting = [
        *(("A lower level", one.case, one.asked_by) for one in triage.standing_requests(work)),
        *(
            ("Close it as no report", one.case, one.asked_by)
            for one in closing.standing_requests(work)
        ),
        *((f"Request {one.ref}", one.case, one.drafted_by) for one in escalations.to_approve(work)),
        *(
            (f"Request {one.ref}, to read again", one.case, one.drafted_by)
            for one in escalations.to_read_again(work)
        ),
    ]
    asked: list[Second] = []
    to_agree: list[Second] = []
    for what, case, by in waiting:
        if case.team_id in others and not case.is_closed:
            pile = asked if by == f"person:{person.id}" else to_agree
            pile.append(Second(what, case, len(others[case.team_id] - {by})))
    return asked, to_agree
