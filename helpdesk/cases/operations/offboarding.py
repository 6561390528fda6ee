"""Offboarding on cases: each case of a leaver gets a new owner, or goes back to its queue."""

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select, update

from helpdesk.accounts import offboarding
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
# A reporter who opens a case again is done well within that, in seconds.
PATIENCE: Final = 1.0
PAUSE: Final = 0.1


def reassign_cases(work: Work, leaver: Leaver, reassignment: Reassignment) -> None:
    """Reassign each open case of a leaver to a colleague who can open it, or back to its queue.

    No rule: whoever lets somebody go was asked that. To choose a colleague, one has to work in the
    queue oneself; everybody else gives back to the queue. Their closed cases are nobody's, so that
    none comes back to them.
    """
    held = _held(work, leaver)
    unsaid = [case for case in held if _taker(reassignment, case) is None]
    if unsaid:
        raise Conflict(
            f"{bidi_isolate(leaver.person.name)} still has cases ({len(unsaid)}). First choose who "
            "takes each of them, or give them back to the queue."
        )
    for case in held:
        _hand_on(work, leaver, case, str(_taker(reassignment, case)), reassignment.words)
    _let_go_of_closed(work, leaver)
    for team_id, taker in sorted({(case.team_id, _taker(reassignment, case)) for case in held}):
        work.enqueue(
            "cases.tell_of_cases",
            team_id=team_id,
            person_id="" if taker == QUEUE else taker,
            at=int(work.at.timestamp()),
        )


def _held(work: Work, leaver: Leaver) -> Sequence[Case]:
    """What they have, kept for the rest of this work, as it is now and not as we read it."""
    theirs = (
        open_cases_of_person(leaver.person.id, leaver.team_ids).order_by(Case.id).options(*LISTED)
    )
    locked = theirs.with_for_update(of=Case).execution_options(populate_existing=True)
    return work.session.scalars(locked).all()


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


def _let_go_of_closed(work: Work, leaver: Leaver) -> None:
    """Whoever had a case has it again when it is opened again: not somebody who has left.

    One that a door holds is passed by after a moment: whoever has a door's role must not keep
    anybody here from being let go. As it is opened again the database looks who has it (0084), and
    what that misses is released at the next tick.
    """
    theirs = (
        Case.owner_id == leaver.person.id,
        Case.team_id.in_(leaver.team_ids),
        Case.state == CaseState.CLOSED,
    )
    left = select(Case.id).where(*theirs)
    if work.session.scalar(left.limit(1)) is None:
        return
    free = left.with_for_update(skip_locked=True)
    gone = update(Case).where(Case.id.in_(free)).values(owner_id=None)
    patience = time.monotonic() + PATIENCE
    while True:
        work.session.execute(gone.execution_options(synchronize_session=False))
        held = work.session.scalar(left.limit(1)) is not None
        if not held or time.monotonic() > patience:
            break
        time.sleep(PAUSE)
    work.record("person.closed_cases_let_go", leaver.person)


def release_cases_left_behind(work: Work) -> None:
    """Release open cases that are still with somebody who has left, because a door opened them
    again at that moment. No rule: the ticker tidies up. Safe to run twice."""
    work.session.execute(select(func.release_cases_left_behind()))


offboarding.register_offboarding_hook(reassign_cases)
