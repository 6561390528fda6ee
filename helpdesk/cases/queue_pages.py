"""The pages of a queue: each begins where the last one ended, so that a long list costs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    SmallInteger,
    String,
    TextClause,
    bindparam,
    cast,
    func,
    select,
    text,
    tuple_,
)

from helpdesk.accounts.models import Person, Team
from helpdesk.accounts.queries import queue_ids_parameter
from helpdesk.cases.models import Case
from helpdesk.cases.models.case import LEVELS
from helpdesk.cases.queries import (
    FIRST_LANE,
    IN_ORDER,
    NOBODYS,
    NOT_CLOSED,
    OUR_MOVE,
    SECOND_LANE,
)
from helpdesk.core.errors import NotFound
from helpdesk.core.round_trips import BatchQuery, RowWithLists
from helpdesk.core.work import Work

PAGE: Final = 50
# Of the second lane stand so many below the first.
BELOW: Final = 5
SHOWN: Final = (
    Case.id,
    Case.ref,
    Case.level,
    Case.incident_type,
    Case.other_types,
    Case.platform,
    Case.state,
    Case.waits_on,
    Case.waits_until,
    Case.in_slow_lane,
    Case.opened_at,
    Case.reply_due_at,
    func.least(Case.reply_due_at, Case.word_due_at, type_=DateTime(timezone=True)).label("due_at"),
    Case.owner_id,
    Person.name.label("owner"),
)
OWN_QUEUE: Final = queue_ids_parameter(bindparam("queues", type_=ARRAY(String))).where(
    Team.slug == bindparam("slug")
)
AT: Final = cast(bindparam("at", type_=String), DateTime(timezone=True))
NEVER: Final = "infinity"
BETWEEN: Final = "~"


class QueueFilter(StrEnum):
    """The filters of a queue's list: which cases it shows."""

    OPEN = "open"
    UNCLAIMED = "unclaimed"
    NEW = "new"
    WAITING = "waiting"
    SECOND = "second-lane"
    CLOSED = "closed"


OF_SECOND_LANE: Final = (NOT_CLOSED, NOBODYS, OUR_MOVE, SECOND_LANE)
FILTERS: Final[dict[QueueFilter, tuple[ColumnElement[bool] | TextClause, ...]]] = {
    QueueFilter.OPEN: (NOT_CLOSED, FIRST_LANE),
    QueueFilter.UNCLAIMED: (NOT_CLOSED, NOBODYS, FIRST_LANE),
    # Spelt as the partial indexes spell it.
    QueueFilter.NEW: (NOT_CLOSED, text("cases.state = 'new'"), FIRST_LANE),
    QueueFilter.WAITING: (NOT_CLOSED, text("cases.state = 'waiting'"), FIRST_LANE),
    QueueFilter.SECOND: OF_SECOND_LANE,
    QueueFilter.CLOSED: (text("cases.state = 'closed'"),),
}
# Whoever looks for what is to be done has the second lane below; it is never mixed in.
BELOW_WHICH: Final = frozenset({QueueFilter.OPEN, QueueFilter.UNCLAIMED, QueueFilter.NEW})


@dataclass(frozen=True)
class QueuePage:
    """One page of a queue: its cases, and where the next page begins, if there is one.

    The cases are rows and not objects: the page reads them and is done with them.
    """

    team: Team
    cases: Sequence[Any]
    next_after: str
    second_lane: Sequence[Any] = ()


def queue_page(work: Work, slug: str, *, show: QueueFilter, after: str = "") -> QueuePage:
    """Load one page of a queue: the cases behind a place in the list. A place that cannot be read
    is the beginning."""
    place = _read(after, show)
    behind = {} if place is None else {"level": place.level, "at": place.at, "id": place.id}
    listed = _listed(show, is_first=place is None)
    found = listed.ask(work.session, slug=slug, queues=sorted(work.actor.queues), **behind)
    if found is None:
        raise NotFound
    team, cases, second = found[0], found[1]["cases"], found[1].get("second", ())
    if len(cases) <= PAGE:
        return QueuePage(team, cases, "", second)
    return QueuePage(team, cases[:PAGE], _place_of(cases[PAGE - 1], show), second)


@cache
def _listed(show: QueueFilter, *, is_first: bool) -> RowWithLists[Team]:
    """A queue and a page of its cases in one trip; put together once for each filter."""
    of_team = Case.team_id == bindparam("team_id")
    listed = select(*SHOWN).outerjoin(Person, Person.id == Case.owner_id)
    listed = listed.where(of_team, *FILTERS[show]).limit(PAGE + 1)
    in_order = _newest_first if show is QueueFilter.CLOSED else _most_urgent_first
    lists = {"cases": in_order(listed, is_first=is_first)}
    if is_first and show in BELOW_WHICH:
        second = select(*SHOWN).outerjoin(Person, Person.id == Case.owner_id)
        lists["second"] = second.where(of_team, *OF_SECOND_LANE).order_by(*IN_ORDER).limit(BELOW)
    return BatchQuery(**lists).beside(OWN_QUEUE, team_id=Team.id)


def _most_urgent_first(
    listed: Select[*tuple[Any, ...]], *, is_first: bool
) -> Select[*tuple[Any, ...]]:
    """Then by the time that is left."""
    if not is_first:
        here: Any = tuple_(*IN_ORDER)
        there = tuple_(bindparam("level", type_=SmallInteger), AT, bindparam("id"))
        listed = listed.where(here > there)
    return listed.order_by(*IN_ORDER)


def _newest_first(listed: Select[*tuple[Any, ...]], *, is_first: bool) -> Select[*tuple[Any, ...]]:
    """By the hour of the report."""
    if not is_first:
        here: Any = tuple_(Case.opened_at, Case.id)
        listed = listed.where(here < tuple_(AT, bindparam("id")))
    return listed.order_by(Case.opened_at.desc(), Case.id.desc())


@dataclass(frozen=True)
class _Place:
    level: int
    at: str
    id: str


def _place_of(case: Any, show: QueueFilter) -> str:
    at = case.opened_at if show is QueueFilter.CLOSED else case.due_at
    return BETWEEN.join((str(LEVELS.index(case.level)), at.isoformat() if at else NEVER, case.id))


def _read(after: str, show: QueueFilter) -> _Place | None:
    try:
        level, at, case_id = after.split(BETWEEN)
        if at != NEVER or show is QueueFilter.CLOSED:
            datetime.fromisoformat(at)
        return _Place(range(len(LEVELS)).index(int(level)), at, case_id)
    except ValueError:
        return None
