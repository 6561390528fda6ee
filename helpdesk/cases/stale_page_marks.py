"""What the page of a case shows to who closes it, pauses it or agrees to something, as marks."""

from helpdesk.cases.disputed_conversations import reporter_activity_marks
from helpdesk.cases.models import Case
from helpdesk.cases.queries import LATER_ANSWERS
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work


def case_mark_of(work: Work, case: Case, *more: str) -> str:
    """What the reporter let us know last, how urgent it is and why, and who has it; and, as `more`,
    the wish that a second person decides on."""
    return mark_of_shown_case(case, reporter_activity_marks(work, case), *more)


def mark_of_shown_case(case: Case, heard: str, *more: str) -> str:
    """The same, where the page knows already what was heard last."""
    return mark_of(heard, case.level, case.owner_id, case.answers, *more)


def answers_mark_of(work: Work, case: Case) -> str:
    """The answers that count: those of the report, as corrected, and the last of the mailbox."""
    later = [one.id for one in work.session.execute(LATER_ANSWERS, {"case_id": case.id})]
    return mark_of(case.answers, *later[-1:])
