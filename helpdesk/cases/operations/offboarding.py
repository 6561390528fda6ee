"""Offboarding on cases: each case of a leaver gets a new owner, or goes back to its queue."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import Select, func, select, update

from helpdesk.accounts import offboarding
from helpdesk.accounts.models import Person
from helpdesk.accounts.offboarding import QUEUE, Leaver, Reassignment
from helpdesk.cases.models import Case
from helpdesk.cases.operations.assignments import change_case_owner
from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.cases.policy import may_choose_owner_after_leaver
from helpdesk.cases.queries import LISTED, open_cases_of_person
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work

# Why a case changed hands, as history keeps it.
LEFT: Final = "left"
# Whoever writes into a case is done well within that, in seconds.
PATIENCE: Final = 1.0
PAUSE: Final = 0.1


def reassign_cases(work: Work, leaver: Leaver, reassignment: Reassignment) -> None:
    """Reassign each open case of a leaver to a colleague who can open it, or back to its queue.

    No rule: whoever lets somebody go was asked that. To choose a colleague, one has to work in the
    queue oneself; everybody else gives back to the queue. Their closed cases are nobody's, so that
    none comes back to them.

    One that a door holds is passed by after a moment: whoever has a door's role must not keep
    anybody here from being let go. What is opened again meanwhile, and what is passed by, goes back
    to its queue: now, as it is committed (0084), or at the next tick. Whoever lets go is told how
    many were passed by (`count_cases_passed_by`): for those neither their choice nor their words
    count.
    """
    unsaid = [case for case in _open_cases(work, leaver) if _taker(reassignment, case) is None]
    if unsaid:
        raise Conflict(
            f"{bidi_isolate(leaver.person.name)} still has cases ({len(unsaid)}). First choose who "
            "takes each of them, or give them back to the queue."
        )
    come = {(case.team_id, taker) for case, taker in _hand_all_on(work, leaver, reassignment)}
    for team_id, taker in sorted(come):
        _tell_of_cases(work, team_id, "" if taker == QUEUE else taker)


def _tell_of_cases(work: Work, team_id: str, person_id: str = "") -> None:
    """Cases have come: tell whoever has them now, or else those on duty for the queue."""
    work.enqueue(
        "cases.tell_of_cases", team_id=team_id, person_id=person_id, at=int(work.at.timestamp())
    )


def _hand_all_on(
    work: Work, leaver: Leaver, reassignment: Reassignment
) -> Iterator[tuple[Case, str]]:
    """Hand on what nobody else holds, again and again until nothing is left or patience ends."""
    patience = time.monotonic() + PATIENCE
    have_closed = _has_closed(work, leaver)
    while True:
        for case in _free_cases(work, leaver):
            taker = _taker(reassignment, case) or QUEUE
            _hand_on(work, leaver, case, taker, reassignment.words)
            yield case, taker
        _let_go_of_closed(work, leaver)
        left = _open_cases(work, leaver) or _has_closed(work, leaver)
        if not left or time.monotonic() > patience:
            break
        time.sleep(PAUSE)
    if have_closed:
        work.record("person.closed_cases_let_go", leaver.person)


def _open_cases(work: Work, leaver: Leaver) -> Sequence[Case]:
    """What they have, without waiting for anybody who holds it."""
    return work.session.scalars(open_cases_of_person(leaver.person.id, leaver.team_ids)).all()


def _free_cases(work: Work, leaver: Leaver) -> Sequence[Case]:
    """What they have and nobody else holds, kept for the rest of this work, as it is now."""
    theirs = (
        open_cases_of_person(leaver.person.id, leaver.team_ids).order_by(Case.id).options(*LISTED)
    )
    free = theirs.with_for_update(of=Case, key_share=True, skip_locked=True)
    return work.session.scalars(free.execution_options(populate_existing=True)).all()


def _taker(reassignment: Reassignment, case: Case) -> str | None:
    """What is said of the case itself, or else of all of its queue."""
    return reassignment.to.get(case.id) or reassignment.to.get(case.team_id)


def _hand_on(work: Work, leaver: Leaver, case: Case, taker: str, words: str) -> None:
    if words:
        write_note_without_history(work, case, words)
    if taker == QUEUE:
        change_case_owner(work, case, to=None)
        work.record("case.released", case, because=LEFT)
        return
    if not may_choose_owner_after_leaver(work.actor, case):
        raise NotAllowed
    if taker == leaver.person.id:
        raise Conflict("Choose another colleague: this one is leaving the team.")
    change_case_owner(work, case, to=taker)
    work.record("case.handed_over", case, to=taker, because=LEFT)


def _closed_cases(leaver: Leaver) -> Select[str]:
    return select(Case.id).where(
        Case.owner_id == leaver.person.id,
        Case.team_id.in_(leaver.team_ids),
        Case.state == CaseState.CLOSED,
    )


def _has_closed(work: Work, leaver: Leaver) -> bool:
    return work.session.scalar(_closed_cases(leaver).limit(1)) is not None


def _let_go_of_closed(work: Work, leaver: Leaver) -> None:
    """Whoever had a case has it again when it is opened again: not somebody who has left."""
    free = _closed_cases(leaver).with_for_update(key_share=True, skip_locked=True)
    gone = update(Case).where(Case.id.in_(free)).values(owner_id=None)
    work.session.execute(gone.execution_options(synchronize_session=False))


def count_cases_passed_by(work: Work, person: Person, team_ids: Iterable[str]) -> int:
    """Count what a leaver still has, after their work was handed over, because it was held at that
    moment. No rule: whoever let them go reads it."""
    theirs = open_cases_of_person(person.id, team_ids).with_only_columns(func.count())
    return work.session.scalars(theirs).one()


def release_cases_left_behind(work: Work) -> None:
    """Release open cases that are still with somebody who has left, because a door opened them
    again or held them at that moment. Those on duty for their queues hear of it. No rule: the
    ticker tidies up. Safe to run twice."""
    for team_id in work.session.scalars(select(func.release_cases_left_behind())).all():
        _tell_of_cases(work, team_id)


offboarding.register_offboarding_hook(reassign_cases)
