"""Operations that close a case and reopen it."""

from datetime import date

from helpdesk.cases import news, response_targets
from helpdesk.cases.events import AnswerAwaitsReporter
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.messages import write_note_without_history
from helpdesk.cases.policy import may_close_case, may_reopen_case, may_work_on_case
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.errors import Conflict
from helpdesk.core.plausible_days import is_plausible_future_day
from helpdesk.core.work import Work


def end_case_work(
    work: Work,
    case: Case,
    *,
    outcome: CaseOutcome,
    follow_up_on: date | None = None,
    note: str = "",
    is_own_dispute: bool = False,
) -> None:
    """Close a case. On the day of the follow-up it is on the duty board once more.

    `is_own_dispute` says that the reporter disputes what this one of us had recorded, and nobody
    else has written to them since: history keeps it.
    """
    lock_case(work, case)
    work.require(may_close_case, case)
    details = {"own_dispute": True} if is_own_dispute else {}
    _end(work, case, outcome=outcome, follow_up_on=follow_up_on, note=note, **details)


def close_after_agreement(work: Work, case: Case, *, outcome: CaseOutcome) -> None:
    """Close an urgent case as no report, because who leads it asked and a second person agreed."""
    lock_case(work, case)
    work.require(may_work_on_case, case)
    _end(work, case, outcome=outcome, follow_up_on=None, note="")


def _end(
    work: Work,
    case: Case,
    *,
    outcome: CaseOutcome,
    follow_up_on: date | None,
    note: str,
    **details: bool,
) -> None:
    if follow_up_on is not None and not is_plausible_future_day(follow_up_on, today=work.at.date()):
        raise Conflict("Choose a day after today for the follow-up, at most a year ahead, or none.")
    case.close(outcome=outcome, at=work.at, by=work.actor.id)
    response_targets.sync_case_clocks(work, case)
    # A person has judged it: if it opens again, its alarms are its own.
    response_targets.move_case_to_first_lane(work, case)
    if case.closure is not None:
        case.closure.follow_up_on = follow_up_on
    if note:
        write_note_without_history(work, case, note)
    work.record("case.closed", case, outcome=outcome, **details)
    work.announce(AnswerAwaitsReporter(case.id))
    news.notify_person(work, case.id, case.owner_id, NewsKind.CLOSED)


def reopen_case(work: Work, case: Case) -> None:
    """Reopen a closed case, as the trouble is back or never went away. Who had the case has it
    again.

    What was owed when it was closed is owed still: its clocks go on with what was used.
    """
    lock_case(work, case)
    work.require(may_reopen_case, case)
    case.reopen()
    response_targets.move_case_to_first_lane(work, case)
    response_targets.sync_case_clocks(work, case)
    work.record("case.reopened", case)
    news.notify_person(work, case.id, case.owner_id, NewsKind.REOPENED)
