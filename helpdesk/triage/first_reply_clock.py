"""The clock of the first reply, as the triage table plans it: started, and again with level or
message."""

from datetime import timedelta

from helpdesk.cases import clocks, response_targets
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.triage.decision_table import LevelPlan
from helpdesk.triage.repository import load_decision_table

__all__ = [
    "is_treated_as_emergency",
    "owe_reply_again",
    "owe_reply_to_reporter",
    "restart_first_reply_for_level",
    "start_first_reply_clock",
]


def response_plan_for(level: Level) -> LevelPlan:
    """The response times that the triage table promises to a level."""
    return load_decision_table().plan(level)


def is_treated_as_emergency(case: Case) -> bool:
    """Whether the case comes before all others because an answer is owed at once."""
    is_owed = case.reply_due_at is not None and not case.is_closed
    return is_owed and case.level is Level.IMMEDIATE


response_targets.register_response_plans(response_plan_for)


def start_first_reply_clock(work: Work, case: Case) -> None:
    """Start the clock of the first reply to a new case. It asks the database nothing."""
    within = response_plan_for(case.level).first_reply
    case.reply_due_at = clocks.start_clock(work, case.id, clocks.FIRST_REPLY, within=within)
    response_targets.schedule_reply_alarms(work, case, used=timedelta(0))


def owe_reply_again(work: Work, case: Case) -> None:
    """Owe a reply where one was given before: it has its whole time again."""
    events = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)
    within = response_plan_for(case.level).first_reply
    case.reply_due_at = clocks.start_clock(
        work, case.id, clocks.FIRST_REPLY, within=within, events=events, is_anew=True
    )
    response_targets.schedule_reply_alarms(work, case, used=timedelta(0))


def owe_reply_to_reporter(work: Work, case: Case) -> None:
    """Owe a reply to what the reporter has added, unless one is owed already."""
    if case.reply_due_at is None:
        owe_reply_again(work, case)


def restart_first_reply_for_level(work: Work, case: Case) -> None:
    """Restart the clock of the first reply for a new level, unless somebody has answered. Time used
    counts.

    The same holds for the next word.
    """
    response_targets.restart_update_clock_for_level(work, case)
    events = clocks.clock_events_of(work.session, case.id, clocks.FIRST_REPLY)
    if clocks.clock_due_at(events) is None:
        return
    used = clocks.clock_time_used_since_stop(events, at=work.at)
    clocks.start_reply_clock(work, case, within=response_plan_for(case.level).first_reply)
    response_targets.schedule_reply_alarms(work, case, used=used)
