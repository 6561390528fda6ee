"""Operations that change who has a case: claim, release, hand over."""

from collections.abc import Callable, Collection
from typing import Final

from sqlalchemy import case as when
from sqlalchemy import update

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person, Team
from helpdesk.cases import news, queries, response_targets
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.cases.policy import may_claim_case, may_reassign_case
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.work import Work

SHUT: Final = "You can’t open this case yet. A colleague has to give you access to the team."
# So many that do not open are passed by.
MOST_CLOSED: Final = 50
# Somebody works on it from now on.
NEW_IS_OPEN = when((Case.state == CaseState.NEW, CaseState.OPEN), else_=Case.state)


def claim_case(work: Work, case: Case) -> None:
    """Claim a case that nobody has. Of fifty who try at once, one gets it (P3).

    One of the second lane leaves it so: a person looks at it now, and its alarms are its own.
    """
    work.require(may_claim_case, case)
    if not accounts.can_open_queue_cases(work.session, work.actor.person_id, case.team_id):
        raise Conflict(SHUT)
    # One statement: the row is looked at and taken in the same breath.
    taken = (
        update(Case)
        .where(Case.id == case.id, Case.owner_id.is_(None), Case.state != CaseState.CLOSED)
        .values(owner_id=work.actor.person_id, state=NEW_IS_OPEN, in_slow_lane=False)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    was_in_second_lane = case.in_slow_lane
    if work.session.scalar(taken) is None:
        raise StalePage("Someone else has taken this case.")
    work.session.refresh(case, ["owner_id", "state", "in_slow_lane"])
    work.record("case.claimed", case, **({"second_lane": True} if was_in_second_lane else {}))
    if was_in_second_lane:
        response_targets.schedule_remaining_reply_alarms(work, case)


def claim_next_case(work: Work, team: Team) -> Case:
    """Claim the next case of a queue: by level, then by the time that is left."""
    case = _take_first(work, team, queries.next_unclaimed_case)
    if case is None:
        raise Conflict("There are no cases waiting in this queue.")
    return case


def claim_next_second_lane_case(work: Work, team: Team) -> Case:
    """Claim the next case of the second lane, of what looks sent by a machine."""
    case = _take_first(work, team, queries.next_second_lane_case)
    if case is None:
        raise Conflict("There are no possibly automated cases in this queue.")
    return case


def _take_first(
    work: Work, team: Team, following: Callable[[Work, Team, Collection[str]], Case | None]
) -> Case | None:
    """Take the first that we can open: what nobody can is not in the way of those behind it."""
    closed: list[Case] = []
    while (case := following(work, team, [one.id for one in closed])) is not None:
        if work.keys.holds(case.key_id):
            claim_case(work, case)
            return case
        closed.append(case)
        if len(closed) == MOST_CLOSED:
            break
    if closed:
        claim_case(work, closed[0])  # refused, with the reason
    return None


def release_case(work: Work, case: Case, *, note: str = "", seen: str | None = None) -> None:
    """Release a case: give it back to its queue. `seen` is who had it on the page. Of one that
    presses those on duty hear at once: nobody has it now."""
    work.require(may_reassign_case, case)
    if case.owner_id is None:
        raise Conflict("Nobody has this case.")
    _refuse_another_owner(case, seen)
    change_case_owner(work, case, to=None)
    if note:
        write_note_without_history(work, case, note)
    work.record("case.released", case)
    if not case.is_closed and case.level.rank >= Level.URGENT.rank:
        work.enqueue(
            "cases.tell_of_cases",
            team_id=case.team_id,
            person_id="",
            at=int(work.at.timestamp()),
            is_given_back=1,
        )


def hand_over_case(
    work: Work,
    case: Case,
    *,
    to: Person | accounts.Colleague,
    note: str,
    seen: str | None = None,
) -> None:
    """Hand a case over to a colleague who can read it, with a note on how things stand. `seen` is
    who had it on the page."""
    work.require(may_reassign_case, case)
    _refuse_another_owner(case, seen)
    if to.id not in {person.id for person in accounts.colleagues_in_team(work, case.team_id)}:
        raise Conflict(f"{bidi_isolate(to.name)} can’t read the cases of this queue.")
    change_case_owner(work, case, to=to.id)
    write_note_without_history(work, case, note)
    work.record("case.handed_over", case, to=to.id)


def _refuse_another_owner(case: Case, seen: str | None) -> None:
    """Who takes a case from somebody has seen from whom; the change itself looks once more."""
    if seen is not None and seen != (case.owner_id or ""):
        raise StalePage("Someone else has this case now.")


def change_case_owner(work: Work, case: Case, *, to: str | None) -> None:
    """Change the owner of a case, if it is still the one whom we have read: for an operation that
    has asked whether it may. Nobody is given what they can't open. Both hear of it."""
    before = case.owner_id
    if to is not None and not accounts.can_open_queue_cases(work.session, to, case.team_id):
        raise Conflict("This colleague can no longer take cases from this queue.")
    given = (
        update(Case)
        .where(Case.id == case.id, Case.owner_id == case.owner_id)
        .values(owner_id=to, state=Case.state if to is None else NEW_IS_OPEN)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if work.session.scalar(given) is None:
        raise StalePage("Someone else has this case now.")
    work.session.refresh(case, ["owner_id", "state"])
    if to is not None:
        response_targets.move_case_to_first_lane(work, case)
    news.notify_person(work, case.id, to, NewsKind.HANDED_OVER)
    news.notify_person(work, case.id, before, NewsKind.NO_LONGER_YOURS)
