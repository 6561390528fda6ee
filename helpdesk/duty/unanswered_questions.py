"""Questions that a reporter has not answered: skipped in the report, or not asked before the
mailbox."""

from dataclasses import dataclass

from helpdesk.cases.models import Case
from helpdesk.cases.report_content import kinds_reported
from helpdesk.core.work import Work
from helpdesk.intake import report_form_rules
from helpdesk.playbooks.answer_evaluation import applicable_questions
from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.repository import load_current_library


@dataclass(frozen=True)
class UnansweredQuestions:
    """The unanswered questions in words: those that were asked in the report and skipped, those of
    the mailbox."""

    skipped: tuple[str, ...]
    for_later: tuple[str, ...]


def unanswered_questions(work: Work, case: Case, known: Context) -> UnansweredQuestions:
    """The questions that a reporter has not answered, without the decision questions, which say for
    themselves whether they were answered."""
    library = load_current_library()
    # Only where colleagues have changed what the case is about can it differ from the report.
    reported = kinds_reported(work, case) if case.told_types is not None else ()
    before = report_form_rules.urgency_questions(
        library, report_form_rules.playbooks_to_ask(library, reported or case.kinds)
    )
    later = report_form_rules.deferred_questions(
        library, case.kinds_for_reporter, reported=reported
    )
    left = [
        one
        for one in applicable_questions((*before, *later), known)
        if one.id not in {*known, *library.decision_questions}
    ]
    waits = {one.id for one in later}
    return UnansweredQuestions(
        skipped=tuple(str(one.ask) for one in left if one.id not in waits),
        for_later=tuple(str(one.ask) for one in left if one.id in waits),
    )
