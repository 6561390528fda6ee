"""Clocks of cases and requests: their starts, pauses and stops are stored, and the time left is
computed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cases.models import Case, ClockAction, ClockEvent
from helpdesk.core.recent_times import is_ahead
from helpdesk.core.work import Work

FIRST_REPLY: Final = "first_reply"
NEXT_WORD: Final = "next_word"
# A level that changes stops and starts a clock with no more between them than this.
AN_INSTANT: Final = timedelta(microseconds=1)
A_PAUSE: Final = 2 * AN_INSTANT


def start_clock(
    work: Work,
    subject_id: str,
    clock: str,
    *,
    within: timedelta,
    events: Sequence[ClockEvent] = (),
    is_anew: bool = False,
    since: datetime | None = None,
) -> datetime:
    """Start a clock that gives so much time, now or `since` then; returns when it will be due.

    `events` is what happened to it before: nothing, for something that is new. A clock that starts
    again stood still before, if only for a moment, so that what was used then does not count.
    Behind turns of a clock that was ahead it is due as if they were of now.
    """
    at = _behind(events, since or work.at, by=A_PAUSE if is_anew else AN_INSTANT)
    if since is not None or is_ahead(at, at=work.at):
        within -= at - (since or work.at)
        # Whole seconds are kept, and an alarm goes by what is.
        within = timedelta(seconds=int(within.total_seconds()))
    seconds = int(within.total_seconds())
    _turn(work, subject_id, clock, ClockAction.STARTED, at=at, seconds=seconds)
    return at + within


def stop_clock(work: Work, subject_id: str, clock: str, *, at: datetime | None = None) -> bool:
    """Stop a clock: what it was for is done. False if it neither ran nor was paused."""
    events = clock_events_of(work.session, subject_id, clock)
    if not events or events[-1].turn is ClockAction.STOPPED:
        return False
    _turn(work, subject_id, clock, ClockAction.STOPPED, at=_behind(events, at or work.at))
    return True


def pause_clock(work: Work, subject_id: str, clock: str) -> bool:
    """Pause a clock: what it has used stays used. False if it was not running."""
    events = clock_events_of(work.session, subject_id, clock)
    if clock_due_at(events) is None:
        return False
    _turn(work, subject_id, clock, ClockAction.PAUSED, at=_behind(events, work.at))
    return True


def resume_clock(work: Work, subject_id: str, clock: str, *, within: timedelta) -> datetime | None:
    """Resume a paused clock with what is left of its time; returns when it is due.

    Where more was used than it gives now, it is late at once. None if it was not paused.
    """
    events = clock_events_of(work.session, subject_id, clock)
    if not is_clock_paused(events):
        return None
    left = within - clock_time_used_since_stop(events, at=work.at)
    return start_clock(work, subject_id, clock, within=left, events=events)


def clock_events_of(session: Session, subject_id: str, clock: str) -> Sequence[ClockEvent]:
    """The events of a clock, oldest first."""
    events = (
        select(ClockEvent)
        .where(ClockEvent.subject_id == subject_id, ClockEvent.clock == clock)
        # A stop and a start in one piece of work may bear one moment: the stop comes first.
        .order_by(ClockEvent.at, ClockEvent.turn.desc())
    )
    return session.scalars(events).all()


def clock_due_at(events: Sequence[ClockEvent]) -> datetime | None:
    """When a clock runs out; None while it is paused or stopped."""
    if not events or events[-1].turn is not ClockAction.STARTED:
        return None
    return events[-1].at + timedelta(seconds=events[-1].seconds or 0)


def is_clock_paused(events: Sequence[ClockEvent]) -> bool:
    """Whether a clock is paused and will go on with what it had used."""
    return bool(events) and events[-1].turn is ClockAction.PAUSED


def clock_turns(events: Sequence[ClockEvent], *, at: datetime) -> list[tuple[datetime, datetime]]:
    """From when until when a clock ran, oldest first; until `at`, if it runs. A turn to come counts
    as of `at`: it was written while a machine's clock was ahead."""
    turns, started = [], None
    for event in events:
        turned_at = min(event.at, at)
        if event.turn is ClockAction.STARTED:
            started = started or turned_at
        elif started is not None:
            turns.append((started, turned_at))
            started = None
    return [*turns, (started, at)] if started is not None else turns


def clock_time_used(events: Sequence[ClockEvent], *, at: datetime) -> timedelta:
    """How much time a clock has used, all its turns together."""
    return sum((end - start for start, end in clock_turns(events, at=at)), timedelta(0))


def clock_time_used_since_stop(events: Sequence[ClockEvent], *, at: datetime) -> timedelta:
    """How long a clock has run since it was last stopped; a pause ends nothing.

    A new level stops and starts a clock in one instant: that is no end either. A case that was
    answered and comes back has its whole time again.
    """
    return clock_time_used(events[_turn_of_now(events) :], at=at)


def _turn_of_now(events: Sequence[ClockEvent]) -> int:
    """The number of the event with which a clock began for what it is for now."""
    for number in range(len(events) - 1, 0, -1):
        before, turn = events[number - 1], events[number]
        was_stopped = (before.turn, turn.turn) == (ClockAction.STOPPED, ClockAction.STARTED)
        if was_stopped and turn.at - before.at > AN_INSTANT:
            return number
    return 0


def clock_running_since(events: Sequence[ClockEvent]) -> datetime | None:
    """When a clock was started that was not stopped since: a pause or a new level is no end."""
    return events[_turn_of_now(events)].at if events else None


def start_clock_until(work: Work, subject_id: str, clock: str, *, due_at: datetime) -> datetime:
    """Start a clock that runs out at a given time, which may be over."""
    stop_clock(work, subject_id, clock)
    at = _behind(clock_events_of(work.session, subject_id, clock), work.at)
    seconds = int((due_at - at).total_seconds())
    _turn(work, subject_id, clock, ClockAction.STARTED, at=at, seconds=seconds)
    return due_at


def start_reply_clock(work: Work, case: Case, *, within: timedelta) -> None:
    """Start the clock of the first reply to a new case: a human answer within so much time of the
    report.

    When the level changes, the time that has passed still counts.
    """
    events = clock_events_of(work.session, case.id, FIRST_REPLY)
    used = clock_time_used_since_stop(events, at=work.at)
    if clock_due_at(events) is not None:
        at = _behind(events, work.at)
        _turn(work, case.id, FIRST_REPLY, ClockAction.STOPPED, at=at)
    left = within - used
    case.reply_due_at = start_clock(work, case.id, FIRST_REPLY, within=left, events=events)


def stop_reply_clock(work: Work, case: Case, *, at: datetime | None = None) -> None:
    """Stop the clock of the reply that is owed: somebody answered, now or `at` that time, or no
    answer is needed."""
    if stop_clock(work, case.id, FIRST_REPLY, at=at):
        case.reply_due_at = None


def _behind(events: Sequence[ClockEvent], at: datetime, *, by: timedelta = AN_INSTANT) -> datetime:
    """Never before the last turn: a reporter's moment is written a little early, on purpose."""
    return max(at, events[-1].at + by) if events else at


def _turn(
    work: Work,
    subject_id: str,
    clock: str,
    turn: ClockAction,
    *,
    at: datetime,
    seconds: int | None = None,
) -> None:
    noted_at = work.at if at < work.at else None
    work.add(
        ClockEvent(
            subject_id=subject_id,
            clock=clock,
            turn=turn,
            at=at,
            noted_at=noted_at,
            seconds=seconds,
        )
    )
