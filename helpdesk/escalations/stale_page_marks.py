"""What the page of a request shows to those who answer, decide or judge by it, as a mark."""

from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.escalations import queries
from helpdesk.escalations.models import Escalation, RecordedVerdict


def question_mark_of(work: Work, escalation: Escalation) -> str:
    """The question that is answered, and the answer that waits already."""
    asked = [one.id for one in queries.partner_messages_of(work, escalation)]
    return mark_of(escalation.wording_to_approve, *asked[-1:])


def last_decision_mark(
    work: Work, escalation: Escalation, *, without: RecordedVerdict | None = None
) -> str:
    """The last decision, and what the reporter said of it; as it was `without` one of these."""
    decided = [one.id for one in queries.decisions_of(work, escalation)][-1:]
    judged = [one.id for one in queries.verdicts_of(work, escalation) if one is not without]
    return mark_of(*decided, *judged)


def late_action_mark_of(work: Work, escalation: Escalation) -> str:
    """What they told us that they had done before it was withdrawn."""
    return mark_of(*[one.id for one in queries.late_actions_of(work, escalation)])


def untold_news_mark_of(escalation: Escalation) -> str:
    """Since when they have not been told."""
    return mark_of(escalation.untold_since)


def approval_mark_of(escalation: Escalation) -> str:
    """Whether it was approved, and when."""
    return mark_of(escalation.approved_at)
