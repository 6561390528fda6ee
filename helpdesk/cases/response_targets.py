"""Response targets: how a case's clocks are started, stopped and watched by its state and level.

The time of a level is the triage table's. Who reads the table says it here, once, at the start.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from helpdesk.cases import clocks
from helpdesk.cases.events import ReplyAlarmDue, UpdateAlarmDue
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.core.recent_times import is_ahead
from helpdesk.core.work import Work

# While it is not our move: the mailbox says why nothing comes, and until when.
RESTS_ON: Final = frozenset({WaitsOn.REPORTER, WaitsOn.DATE})


class ReplyAlarmThreshold(Protocol):
    """An alarm before a reply is late: at which share of the time."""

    @property
    def percent(self) -> int: ...


class ResponsePlan(Protocol):
    """What a level promises: the times of first reply and updates."""

    @property
    def first_reply(self) -> timedelta: ...

    @property
    def next_word(self) -> timedelta: ...

    @property
    def alarms(self) -> Sequence[ReplyAlarmThreshold]: ...


_plans: list[Callable[[Level], ResponsePlan]] = []


def register_response_plans(plan: Callable[[Level], ResponsePlan]) -> None:
    """Register the function that says what a level promises."""
    _plans[:] = [plan]


def response_plan_of(case: Case) -> ResponsePlan:
    """The response times that the level of a case promises."""
    return _plans[0](case.level)


def record_update_sent(work: Work, case: Case, *, at: datetime | None = None) -> None:
    """Restart the clock of updates after one reached the reporter, now or `at` that time.

    A word that is older than the last one we gave changes nothing.
    """
    events = clocks.clock_events_of(work.session, case.id, clocks.NEXT_WORD)
    if at is not None and any(
        event.at > at and not is_ahead(event.at, at=work.at) for event in events
    ):
        return
    clocks.stop_clock(work, case.id, clocks.NEXT_WORD, at=at)
    case.word_due_at = clocks.start_clock(
        work,
        case.id,
        clocks.NEXT_WORD,
        within=response_plan_of(case).next_word,
        events=clocks.clock_events_of(work.session, case.id, clocks.NEXT_WORD),
        is_anew=bool(events),
        since=at or work.at,
    )
    if _rests(case):
        _pause_next_word(work, case)
    else:
        schedule_update_alarms(work, case, used=work.at - (at or work.at))


def sync_case_clocks(work: Work, case: Case) -> None:
    """Start, pause or stop a case's clocks by its state. Call it after each change of its state or
    level.

    Both stand still while it is closed, that of the next word also while the reporter or a day
    has the move. They go on with what was used: nothing that we owe is wiped by a pause.
    """
    if case.is_closed:
        if clocks.pause_clock(work, case.id, clocks.FIRST_REPLY):
            case.reply_due_at = None
    elif case.reply_due_at is None:
        _answer_goes_on(work, case)
    if _rests(case):
        _pause_next_word(work, case)
    elif case.word_due_at is None:
        _next_word_goes_on(work, case)


def restore_reply_due(work: Work, case: Case, *, due_at: datetime) -> None:
    """Owe the reporter a reply again, because what counted as one was none: it is due when it was
    before, or late already; and no later than an answer to anything else that the reporter told us
    now."""
    due_at = min(due_at, work.at + response_plan_of(case).first_reply)
    if case.reply_due_at is None or case.reply_due_at > due_at:
        case.reply_due_at = clocks.start_clock_until(
            work, case.id, clocks.FIRST_REPLY, due_at=due_at
        )
        within = response_plan_of(case).first_reply
        schedule_reply_alarms(work, case, used=within - (due_at - work.at))


def restart_update_clock_for_level(work: Work, case: Case) -> None:
    """Restart the update clock for a new level; time that was used counts."""
    if case.word_due_at is not None:
        _pause_next_word(work, case)
        _next_word_goes_on(work, case)


def schedule_reply_alarms(work: Work, case: Case, *, used: timedelta) -> None:
    """Queue the alarms about the reply that is owed; none of a second-lane case, which is counted
    instead."""
    if case.reply_due_at is None or case.in_slow_lane:
        return
    due = due_time_as_job_argument(case.reply_due_at)
    for percent, after in _alarms(response_plan_of(case), response_plan_of(case).first_reply, used):
        work.announce(ReplyAlarmDue(case.id, percent, due), after=after)


def schedule_remaining_reply_alarms(work: Work, case: Case) -> None:
    """Queue the reply alarms that are still to come, of a case that has left the second lane."""
    if case.reply_due_at is not None:
        used = response_plan_of(case).first_reply - (case.reply_due_at - work.at)
        schedule_reply_alarms(work, case, used=used)


def move_case_to_first_lane(work: Work, case: Case) -> None:
    """Move a case from the second lane to the first, because a person of ours works on it: its
    alarms are its own again. Call it from whatever else takes it out of the second one's list, and
    once what it owes is settled."""
    if case.in_slow_lane:
        case.in_slow_lane = False
        work.record("case.left_second_lane", case)
        schedule_remaining_reply_alarms(work, case)


def schedule_update_alarms(work: Work, case: Case, *, used: timedelta) -> None:
    """Queue the alarms about the next update, to more people as time runs out."""
    if case.word_due_at is None:
        return
    due = due_time_as_job_argument(case.word_due_at)
    for percent, after in _alarms(response_plan_of(case), response_plan_of(case).next_word, used):
        work.announce(UpdateAlarmDue(case.id, percent, due), after=after)


def is_clock_still_due(due_at: datetime | None, due: int) -> bool:
    """Whether a clock still has the due time that an alarm was queued for. Others say nothing."""
    return due_at is not None and due_time_as_job_argument(due_at) == due


def due_time_as_job_argument(due_at: datetime) -> int:
    """A due time as a job's argument: an alarm of a clock that was restarted knows it is old."""
    return int(due_at.timestamp())


def _alarms(plan: ResponsePlan, within: timedelta, used: timedelta) -> list[tuple[int, timedelta]]:
    """Each alarm and after how long; of those that are missed already, only the last, at once."""
    left = [(one.percent, within * one.percent / 100 - used) for one in plan.alarms]
    missed = [(percent, timedelta(0)) for percent, after in left if after <= timedelta(0)]
    return [*(one for one in left if one[1] > timedelta(0)), *missed[-1:]]


def _rests(case: Case) -> bool:
    return case.is_closed or (case.state is CaseState.WAITING and case.waits_on in RESTS_ON)


def _pause_next_word(work: Work, case: Case) -> None:
    clocks.pause_clock(work, case.id, clocks.NEXT_WORD)
    case.word_due_at = None


def _answer_goes_on(work: Work, case: Case) -> None:
    within = response_plan_of(case).first_reply
    due = clocks.resume_clock(work, case.id, clocks.FIRST_REPLY, within=within)
    if due is not None:
        case.reply_due_at = due
        schedule_reply_alarms(work, case, used=within - (due - work.at))


def _next_word_goes_on(work: Work, case: Case) -> None:
    within = response_plan_of(case).next_word
    due = clocks.resume_clock(work, case.id, clocks.NEXT_WORD, within=within)
    if due is not None:
        case.word_due_at = due
        schedule_update_alarms(work, case, used=within - (due - work.at))
