"""The operation by which a reporter withdraws the whole case."""

from helpdesk.cases import news, response_targets
from helpdesk.cases.models import Case
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import is_reporter_of
from helpdesk.cases.queries import lock_case
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.work import Work
from helpdesk.intake.operations.consents import withdraw_all_consents
from helpdesk.intake.operations.reminders import end_reminders
from helpdesk.triage.raised_by_reporter import (
    alert_on_duty_about_danger,
    is_judged_by_danger_told,
    is_reported_danger_unanswered,
    judge_by_danger_told,
)


def withdraw_case(work: Work, case: Case) -> None:
    """Withdraw the case: it is closed, every consent withdrawn, nothing more is sent.

    Safe to do twice, and on a case that we have closed: then the consents are what is taken back.
    Where danger was told in the mailbox and nobody has recorded that it is over, those on duty are
    called once more, whether somebody has answered or not; where the report told of it, while
    an answer is owed.
    """
    work.require(is_reporter_of, case)
    lock_case(work, case)
    was_in_danger = is_judged_by_danger_told(case)
    if not was_in_danger and is_reported_danger_unanswered(case):
        judge_by_danger_told(work, case)
        was_in_danger = True
    if not case.is_closed:
        case.close(outcome=CaseOutcome.WITHDRAWN, at=work.hour_for_reporter, by=work.actor.id)
        response_targets.sync_case_clocks(work, case)
        work.record("case.withdrawn", case)
    withdraw_all_consents(work, case)
    end_reminders(work, case)
    news.notify_owner(work, case.id, NewsKind.WITHDRAWN)
    if was_in_danger:  # whoever is beside them may have made them do it
        alert_on_duty_about_danger(work, case)
