"""The clock of our reply and the alarms on it: started, and started anew with level or message."""

from datetime import datetime, timedelta

from helpdesk.cases import clocks
from helpdesk.cases.models import Case
from helpdesk.core.work import Work
from helpdesk.playbooks.shelf import the_library
from helpdesk.playbooks.tables import Alarm


def start_clock(work: Work, case: Case) -> None:
    """Promise a first reply for a new case. It asks the database nothing."""
    within = the_library().table.plan(case.level).first_reply
    case.reply_due_at = clocks.start(work, case.id, clocks.FIRST_REPLY, within=within)
    _promise_alarms(work, case, used=timedelta(0))


def start_clock_again(work: Work, case: Case) -> None:
    """Promise a reply where one was given before: it has its whole time anew."""
    events = clocks.events_of(work.session, case.id, clocks.FIRST_REPLY)
    within = the_library().table.plan(case.level).first_reply
    case.reply_due_at = clocks.start(
        work, case.id, clocks.FIRST_REPLY, within=within, events=events, is_anew=True
    )
    _promise_alarms(work, case, used=timedelta(0))


def owe_an_answer(work: Work, case: Case) -> None:
    """Promise a reply to what the reporter has added, unless one is owed already."""
    if case.reply_due_at is None:
        start_clock_again(work, case)


def restart_clock(work: Work, case: Case) -> None:
    """Promise it by the level that holds now, unless somebody has answered. Time used counts."""
    events = clocks.events_of(work.session, case.id, clocks.FIRST_REPLY)
    if clocks.due_at(events) is None:
        return
    used = clocks.time_used_this_time(events, at=work.at)
    clocks.start_first_reply(work, case, within=the_library().table.plan(case.level).first_reply)
    _promise_alarms(work, case, used=used)


def due_code(due_at: datetime) -> int:
    """A due time as a job's argument: an alarm of a clock that was restarted knows it is old."""
    return int(due_at.timestamp())


def _promise_alarms(work: Work, case: Case, *, used: timedelta) -> None:
    plan = the_library().table.plan(case.level)
    if case.reply_due_at is None:
        return
    missed: list[Alarm] = []
    for alarm in plan.alarms:
        left = plan.first_reply * alarm.percent / 100 - used
        if left > timedelta(0):
            _promise(work, case, alarm, after=left)
        else:
            missed.append(alarm)
    if missed:
        # one word about the worst is enough, at once
        _promise(work, case, missed[-1], after=timedelta(0))


def _promise(work: Work, case: Case, alarm: Alarm, *, after: timedelta) -> None:
    assert case.reply_due_at is not None  # noqa: S101 - the caller looked
    work.promise(
        "triage.alarm",
        after=after,
        case_id=case.id,
        percent=alarm.percent,
        due=due_code(case.reply_due_at),
    )
