"""Alarm timing: which alarms of a case are true and not heard yet, and when there is room for them.

The public pages queue alarms too: what a job's arguments say is only when to look.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from helpdesk.cases.models import Case
from helpdesk.core.history import HistoryEntry
from helpdesk.core.recent_times import CLOCKS_DIFFER, happened_within
from helpdesk.core.work import Work
from helpdesk.triage.decision_table import FirstReplyAlarm
from helpdesk.triage.repository import load_decision_table

ALERTS: Final = ("triage.duty_called", "triage.alarm_sent", "triage.word_alarm_sent")
# The public pages queue these, and nobody who took those over fills an inbox with one case: at the
# most urgent level, all that a case has alarms for within an hour are six, and danger has its own.
AN_HOUR: Final = 12
HOUR: Final = timedelta(hours=1)

# What ends an alarm that was heard, so that the next for the same moment is another one.
ENDINGS: Final = {
    "lowered": (
        HistoryEntry.action == "case.lowering_decided",
        HistoryEntry.details.contains({"granted": True}),
    ),
    "denied": (HistoryEntry.action == "conversation.denied",),
}


def alarm_kind(work: Work, case: Case, kind: str) -> str:
    """What makes an alarm of a clock the same, or another one, though the clock is due when it was:
    what was heard before two people lowered the case is another alarm when it has risen again, and
    what was heard before a call of ours stood for the answer is another when the reporter says that
    it never was."""
    for name, ended in ENDINGS.items():
        times = work.session.scalar(
            select(func.count()).where(HistoryEntry.case_id == case.id, *ended)
        )
        kind = f"{kind}-{name}{times}" if times else kind
    return kind


def is_alert_heard(work: Work, case: Case, kind: str) -> bool:
    """Whether somebody has heard this alarm of a case: it is not sent again."""
    return kind in {alarm for _, alarm in _sent(work, case)}


def rest_until_alert(work: Work, case: Case) -> timedelta:
    """How long an alarm of a case is put off, because so many others were sent within the hour:
    until one of those is older. Nothing is dropped for that."""
    lately = sorted(at for at, _ in _sent(work, case) if happened_within(at, HOUR, at=work.at))
    return lately[-AN_HOUR] + HOUR - work.at if len(lately) >= AN_HOUR else timedelta(0)


def rest_until_alarm(
    work: Work, case: Case, due_at: datetime | None, *, within: timedelta, percent: int
) -> timedelta:
    """How long an alarm of a clock that gives so much time is put off: to when so much of that is
    gone, whatever time it was queued for, and there is room for it."""
    gone = due_at - within * (100 - percent) / 100 - work.at if due_at else timedelta(0)
    return max(gone if gone > CLOCKS_DIFFER else timedelta(0), rest_until_alert(work, case))


def planned_alarm(case: Case, percent: int) -> FirstReplyAlarm:
    """The alarm of the plan that is meant by a share of the time; if it has none of that share, the
    next."""
    alarms = load_decision_table().plan(case.level).alarms
    return next((one for one in alarms if one.percent >= percent), alarms[-1])


def _sent(work: Work, case: Case) -> Sequence[tuple[datetime, str | None]]:
    found = select(HistoryEntry.at, HistoryEntry.details["alarm"].astext).where(
        HistoryEntry.case_id == case.id, HistoryEntry.action.in_(ALERTS)
    )
    return [(at, alarm) for at, alarm in work.session.execute(found)]
