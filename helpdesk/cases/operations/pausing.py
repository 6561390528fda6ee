"""Operations that pause a case and resume it."""

from datetime import UTC, date, datetime, time

from helpdesk.cases import news, response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import LONGEST_WAIT, USUAL_WAIT, may_work_on_case
from helpdesk.cases.queries import is_reporter_to_move_next, lock_case
from helpdesk.cases.stale_page_marks import case_mark_of
from helpdesk.cases.states import CaseState, ResumeReason, WaitsOn
from helpdesk.core.errors import Conflict
from helpdesk.core.plausible_days import format_plain_day
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work

DAY_HAS_COME = {
    WaitsOn.REPORTER: ResumeReason.REPORTER_SILENT,
    WaitsOn.PARTNER: ResumeReason.PARTNER_SILENT,
    WaitsOn.DATE: ResumeReason.DAY_CAME,
}


def pause_case(
    work: Work,
    case: Case,
    *,
    waits_on: WaitsOn,
    until: date | None = None,
    seen: str | None = None,
) -> None:
    """Pause a case: the reporter has the move, or nothing can be done before a day.

    On that day the case comes back by itself. For a partner a case waits with a request that lies
    before them: see `escalations.operations.wait_for_partner`. `seen` is the mark of the case on
    the page.
    """
    lock_case(work, case)
    work.require(may_work_on_case, case)
    refuse_if_changed_since(seen, now=case_mark_of(work, case))
    if waits_on is WaitsOn.PARTNER:
        raise Conflict("A case can only wait for a partner while a partner has a request about it.")
    if waits_on is WaitsOn.REPORTER and not is_reporter_to_move_next(work, case):
        raise Conflict(
            "The reporter has nothing to answer yet. First write to them and ask what you need "
            "to know."
        )
    today = work.at.date()
    if waits_on is WaitsOn.REPORTER and until is None:
        until = today + USUAL_WAIT[case.level]
    if until is None or until <= today:
        raise Conflict(
            f"Choose a day after today, {format_plain_day(today)}, for the case to come back. Days "
            "are in UTC."
        )
    latest = today + LONGEST_WAIT[case.level]
    if until > latest:
        raise Conflict(
            f"A case that is {case.level} can wait until {format_plain_day(latest)} at most. "
            "Choose an earlier day. You can then pause it again."
        )
    response_targets.move_case_to_first_lane(work, case)
    pause_case_until(work, case, waits_on=waits_on, until=until)


def pause_case_until(work: Work, case: Case, *, waits_on: WaitsOn, until: date) -> None:
    """Pause a case and queue the job that resumes it on that day.

    No rule: whoever calls this has asked, and knows that there is something to wait for.
    """
    case.wait(waits_on, until)
    response_targets.sync_case_clocks(work, case)
    work.record("case.waits", case, on=waits_on, until=until.isoformat())
    morning = datetime.combine(until, time(), UTC)
    work.enqueue("cases.wake", after=morning - work.at, case_id=case.id, day=until.isoformat())


def resume_case(work: Work, case: Case) -> None:
    """Resume a paused case."""
    lock_case(work, case)
    work.require(may_work_on_case, case)
    case.open()
    response_targets.sync_case_clocks(work, case)
    work.record("case.resumed", case)


def resume_case_if_raised(work: Work, case: Case) -> None:
    """Resume a paused case whose level rose, whatever it waited for: somebody looks at it now, and
    its clock goes on. Whoever looked may pause it again. One that waits for a partner stays with
    whoever has it; nobody's is offered.

    No rule: whoever raised it has asked.
    """
    is_ours = case.waits_on in response_targets.RESTS_ON or case.owner_id is None
    if case.state is CaseState.WAITING and is_ours:
        case.open()
        response_targets.sync_case_clocks(work, case)
        work.record("case.resumed", case, because="level_raised")


def resume_due_case(work: Work, case: Case, *, day: date) -> None:
    """Resume a paused case on the day it waited for.

    No rule: the calendar asks. Safe to run twice, and late.
    """
    lock_case(work, case)
    if case.waits_on is not None and case.waits_until == day:
        because = DAY_HAS_COME[case.waits_on]
        case.open()
        response_targets.sync_case_clocks(work, case)
        work.record("case.resumed", case, day=day.isoformat(), because=because)
        news.notify_owner(work, case.id, NewsKind.BACK)
