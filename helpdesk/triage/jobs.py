"""Background jobs of triage: email people that a case waits, without a word of it."""

from datetime import timedelta
from typing import Final

from helpdesk.accounts import on_call
from helpdesk.cases.events import ReplyAlarmDue, UpdateAlarmDue
from helpdesk.cases.models import Case
from helpdesk.cases.response_targets import (
    due_time_as_job_argument,
    is_clock_still_due,
    response_plan_of,
)
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.triage import danger_alerts, surge_alerts
from helpdesk.triage.alarm_timing import (
    alarm_kind,
    is_alert_heard,
    planned_alarm,
    rest_until_alarm,
    rest_until_alert,
)
from helpdesk.triage.case_alerts import (
    compose_case_alert,
    send_case_alert_and_record,
    tier_of_case_owner,
)
from helpdesk.triage.decision_table import AlertAudience
from helpdesk.triage.summary_emails import compose_surge_alert
from helpdesk.triage.surge_alerts import QueueLane

LADDERS: Final = {
    AlertAudience.DUTY: on_call.DUTY_FIRST,
    AlertAudience.LEAD: on_call.LEAD_FIRST,
    AlertAudience.COORDINATOR: on_call.COORDINATOR_FIRST,
}


# While nobody has been reached, a mail server that was away is asked again soon.
AGAIN_AFTER: Final = (60, 120, 300, 600, 900, 1800, 3600)


@job("triage.call_on_duty", queue=Queue.NOTICES, retry_after=AGAIN_AFTER)
def alert_on_duty(context: AppContext, *, case_id: str, risen: int = 0, in_danger: int = 0) -> None:
    """Alert people on duty that a pressing case has come, or that one has risen; that a reporter
    says someone is in danger now (`in_danger` is when), whoever has the case and whatever has
    become of it: also one that was closed or withdrawn before this was sent. Safe to run twice:
    what was heard is not sent again.

    One that has risen has a letter of its own also while many come: the moments of which a letter
    about all of them speaks are those of its arrival, and may be hours behind it.
    """
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None:
            return
        # The public pages queue this: of danger is believed what history or the rule says.
        danger = danger_alerts.danger_alert_due(work, case) if in_danger else None
        due_at = case.due_at if risen else case.reply_due_at
        if danger is None and (in_danger or due_at is None or case.owner_id is not None):
            return
        if not risen and surge_alerts.is_part_of_surge(work, case):
            return  # the ticker sees to it
        template, kind = "emails/case_waits.txt", f"waits-{_owed_at(case)}"
        if danger is not None:
            kind, template = danger.kind, "emails/case_risen.txt"
        elif risen and due_at is not None:
            # Another letter than that of its arrival, or of the last time: with another id.
            kind = f"risen-{case.level}-{due_time_as_job_argument(due_at)}"
            kind, template = alarm_kind(work, case, kind), "emails/case_risen.txt"
        room = danger_alerts.rest_until_danger_alert if danger is not None else rest_until_alert
        again = {"risen": risen} | ({"in_danger": in_danger} if in_danger else {})
        if not _is_sent_now(
            work, case, "triage.call_on_duty", kind, rest=room(work, case), **again
        ):
            return
        call = compose_case_alert(
            context,
            work,
            case,
            template=template,
            kind=kind,
            is_taken=case.owner_id is not None,
            is_closed=case.is_closed,
        )
    details = danger.details if danger is not None else {}
    send_case_alert_and_record(
        context, case_id, call, action="triage.duty_called", kind=kind, **details
    )


def _is_sent_now(
    work: Work, case: Case, job_name: str, kind: str, *, rest: timedelta, **arguments: int
) -> bool:
    """Whether an alarm of a case is sent now: one that was heard is not sent again, and one that
    has to rest is queued for then."""
    if is_alert_heard(work, case, kind):
        return False
    if rest:
        work.enqueue(job_name, after=rest, case_id=case.id, **arguments)
    return not rest


def _owed_at(case: Case) -> int:
    """For when the answer is promised of which an alarm speaks: a later one is another alarm."""
    return due_time_as_job_argument(case.reply_due_at) if case.reply_due_at else 0


@job("triage.alarm", queue=Queue.NOTICES, retry_after=AGAIN_AFTER, on=ReplyAlarmDue)
def alert_first_reply(context: AppContext, *, case_id: str, percent: int, due: int) -> None:
    """Alert people that much of the time to a first reply is gone. An alarm of an old clock says
    nothing."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None or not is_clock_still_due(case.reply_due_at, due):
            return
        if case.owner_id is None and surge_alerts.is_part_of_surge(work, case):
            return  # the ticker sees to it
        alarm = planned_alarm(case, percent)
        percent, within = alarm.percent, response_plan_of(case).first_reply
        kind = alarm_kind(work, case, f"alarm-{percent}-{due}")
        rest = rest_until_alarm(work, case, case.reply_due_at, within=within, percent=percent)
        if not _is_sent_now(work, case, "triage.alarm", kind, rest=rest, percent=percent, due=due):
            return
        call = compose_case_alert(
            context,
            work,
            case,
            LADDERS[alarm.tell],
            template="emails/alarm.txt",
            kind=kind,
            percent=percent,
        )
    send_case_alert_and_record(
        context, case_id, call, action="triage.alarm_sent", kind=kind, percent=percent
    )


@job("triage.tell_of_many", queue=Queue.NOTICES, retry_after=AGAIN_AFTER)
def alert_surge(context: AppContext, *, team_id: str, second: int) -> None:
    """Alert people how many cases wait in a lane, each circle that is due to hear it. Safe to run
    twice: who has heard is left alone for ten minutes."""
    lane = QueueLane(team_id, bool(second))
    with context.begin() as work:
        due = surge_alerts.tiers_to_alert(work, lane)
        calls = {tell: compose_surge_alert(context, work, lane, LADDERS[tell]) for tell in due}
    told: set[str] = set()
    troubles = []
    until = emails.email_start_deadline()
    for tell, call in calls.items():
        if call.circles and told.issuperset(call.circles[0]):
            reached = on_call.AlertResult(sorted(call.circles[0]), [], is_heard=True)
        else:
            # no transaction is open here
            reached = on_call.send_alert(context, call, until=until)
        with context.begin() as work:
            on_call.record_operator_alert(work, call, reached)
            if reached.is_heard:
                surge_alerts.record_surge_alert(work, lane, tell, told=reached.told)
        told.update(reached.told if reached.is_heard else ())
        troubles += [reached.trouble] if reached.trouble and not reached.is_heard else []
    if troubles:
        raise troubles[0]


@job("triage.word_alarm", queue=Queue.NOTICES, retry_after=AGAIN_AFTER, on=UpdateAlarmDue)
def alert_next_update(context: AppContext, *, case_id: str, percent: int, due: int) -> None:
    """Alert people that much of the time to our next update is gone: first who has the case. Safe
    to run twice; an alarm of an old clock says nothing."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None or not is_clock_still_due(case.word_due_at, due):
            return
        alarm = planned_alarm(case, percent)
        percent, within = alarm.percent, response_plan_of(case).next_word
        kind = alarm_kind(work, case, f"word-alarm-{percent}-{due}")
        rest = rest_until_alarm(work, case, case.word_due_at, within=within, percent=percent)
        if not _is_sent_now(
            work, case, "triage.word_alarm", kind, rest=rest, percent=percent, due=due
        ):
            return
        first = (tier_of_case_owner(case),) if alarm.tell is AlertAudience.DUTY else ()
        call = compose_case_alert(
            context,
            work,
            case,
            (*first, *LADDERS[alarm.tell]),
            template="emails/word_alarm.txt",
            kind=kind,
            percent=percent,
        )
    send_case_alert_and_record(
        context, case_id, call, action="triage.word_alarm_sent", kind=kind, percent=percent
    )
