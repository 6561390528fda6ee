"""A queue page by page: each begins where the last one ended, so that a long list costs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    DateTime,
    Row,
    Select,
    SmallInteger,
    TextClause,
    cast,
    literal,
    text,
    tuple_,
)

from helpdesk.accounts.models import Team
from helpdesk.cases.models import Case
from helpdesk.cases.models.case import LEVELS
from helpdesk.cases.queries import IN_ORDER, NOBODYS, NOT_CLOSED, visible_to
from helpdesk.core.work import Work

PAGE: Final = 50
SHOWN: Final = (
    Case.id,
    Case.ref,
    Case.level,
    Case.incident_type,
    Case.other_types,
    Case.platform,
    Case.status,
    Case.waits_on,
    Case.waits_until,
    Case.in_slow_lane,
    Case.opened_at,
    Case.reply_due_at,
    Case.owner_id,
)
NEVER: Final = "infinity"
BETWEEN: Final = "~"


class Show(StrEnum):
    """Which cases of a queue: the words of the filter."""

    OPEN = "open"
    UNCLAIMED = "unclaimed"
    NEW = "new"
    WAITING = "waiting"
    CLOSED = "closed"


FILTERS: Final[dict[Show, tuple[TextClause, ...]]] = {
    Show.OPEN: (NOT_CLOSED,),
    Show.UNCLAIMED: (NOT_CLOSED, NOBODYS),
    # Spelt as the partial indexes spell it.
    Show.NEW: (NOT_CLOSED, text("cases.status = 'new'")),
    Show.WAITING: (NOT_CLOSED, text("cases.status = 'waiting'")),
    Show.CLOSED: (text("cases.status = 'closed'"),),
}


@dataclass(frozen=True)
class QueuePage:
    """Some cases of a queue, and the place behind which the next page begins, if there is one.

    The cases are rows and not objects: the page reads them and is done with them.
    """

    cases: Sequence[Row[*tuple[Any, ...]]]
    next_after: str


def queue_page(work: Work, team: Team, *, show: Show, after: str = "") -> QueuePage:
    """The cases behind a place in the list. A place that cannot be read is the beginning."""
    listed = visible_to(work.actor).where(Case.team_id == team.id, *FILTERS[show])
    listed = _closed_behind(listed, after) if show is Show.CLOSED else _behind(listed, after)
    found = work.session.execute(listed.with_only_columns(*SHOWN).limit(PAGE + 1)).all()
    if len(found) <= PAGE:
        return QueuePage(found, "")
    return QueuePage(found[:PAGE], _place_of(found[PAGE - 1], show))


def _behind(listed: Select[Case], after: str) -> Select[Case]:
    """Most urgent first, then by the time that is left."""
    place = _read(after)
    if place is not None:
        here: Any = tuple_(*IN_ORDER)
        due = cast(literal(place.at), DateTime(timezone=True))
        there = tuple_(literal(place.level, SmallInteger), due, literal(place.id))
        listed = listed.where(here > there)
    return listed.order_by(*IN_ORDER)


def _closed_behind(listed: Select[Case], after: str) -> Select[Case]:
    """The newest report first."""
    place = _read(after)
    if place is not None and place.at != NEVER:
        here: Any = tuple_(Case.opened_at, Case.id)
        at = cast(literal(place.at), DateTime(timezone=True))
        listed = listed.where(here < tuple_(at, literal(place.id)))
    return listed.order_by(Case.opened_at.desc(), Case.id.desc())


@dataclass(frozen=True)
class _Place:
    level: int
    at: str
    id: str


def _place_of(case: Row[*tuple[Any, ...]], show: Show) -> str:
    at = case.opened_at if show is Show.CLOSED else case.reply_due_at
    return BETWEEN.join((str(LEVELS.index(case.level)), at.isoformat() if at else NEVER, case.id))


def _read(after: str) -> _Place | None:
    try:
        level, at, case_id = after.split(BETWEEN)
        if at != NEVER:
            datetime.fromisoformat(at)
        return _Place(range(len(LEVELS)).index(int(level)), at, case_id)
    except ValueError:
        return None
