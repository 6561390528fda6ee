"""Stale-page marks of a request, for those who answer, decide or judge by its page."""

from typing import Final

from sqlalchemy import select

from helpdesk.cases.models import Fact
from helpdesk.cases.playbook_findings import facts_of_playbook
from helpdesk.cases.stale_page_marks import refuse_if_reporter_wrote_since, reporter_mark_of
from helpdesk.core.errors import StalePage
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.escalations import packet_sources, queries
from helpdesk.escalations.gates import FOUND_OUT
from helpdesk.escalations.models import Delivery, Escalation, RecordedVerdict
from helpdesk.escalations.packets import OWNERSHIP
from helpdesk.partners.packet_fields import FIELDS, FieldSource

FOUND_SINCE: Final = (
    "A colleague has recorded something about this since you opened the page, so nothing was sent. "
    "Read that first."
)
_BETWEEN: Final = "."
# What of it the page of a request shows: gates and fixed fields ask for no other fact.
_SHOWN: Final = frozenset(FOUND_OUT.values()) | {
    field.origin for field in FIELDS if field.source is FieldSource.FACT
}


def basis_mark_of(work: Work, escalation: Escalation) -> str:
    """The mark of what a request rests on: what the reporter let us know last, what the steps of
    its playbook found out, and whose an account is by any playbook."""
    said = reporter_mark_of(work, escalation.case)
    return said + _BETWEEN + _findings_mark_of(work, escalation)


def refuse_if_basis_changed_since(work: Work, escalation: Escalation, seen: str | None) -> None:
    """Refuse if what a request rests on changed after the page was opened. None says that no page
    stood in between."""
    if seen is None:
        return
    said, _, found = seen.partition(_BETWEEN)
    refuse_if_reporter_wrote_since(work, escalation.case, said)
    if found != _findings_mark_of(work, escalation):
        raise StalePage(FOUND_SINCE)


def _findings_mark_of(work: Work, escalation: Escalation) -> str:
    case, playbook = escalation.case, escalation.playbook
    facts = sorted(facts_of_playbook(work, case, playbook).items())
    found = [value for name, fact in facts if name in _SHOWN for value in (name, fact.set_at)]
    # The page also says what other playbooks found out about whose an account is.
    elsewhere = (
        select(Fact.playbook, Fact.value, Fact.set_at)
        .where(Fact.case_id == case.id, Fact.name == OWNERSHIP)
        .order_by(Fact.playbook)
    )
    owners = [part for row in work.session.execute(elsewhere) for part in row]
    return mark_of(*packet_sources.evidence_marks(work, case, playbook), *found, *owners)


def question_mark_of(work: Work, escalation: Escalation) -> str:
    """The mark of the partner's question, and of the answer that waits already."""
    asked = [one.id for one in queries.partner_messages_of(work, escalation)]
    return mark_of(escalation.wording_to_approve, *asked[-1:])


def last_decision_mark(
    work: Work, escalation: Escalation, *, without: RecordedVerdict | None = None
) -> str:
    """The mark of the last decision, and what the reporter said of it; as it was `without` one of
    these."""
    decided = [one.id for one in queries.decisions_of(work, escalation)][-1:]
    judged = [one.id for one in queries.verdicts_of(work, escalation) if one is not without]
    return mark_of(*decided, *judged)


def action_before_withdrawal_mark_of(work: Work, escalation: Escalation) -> str:
    """The mark of what the partner told us that they had done before a request was withdrawn."""
    return mark_of(*[one.id for one in queries.actions_told_after_withdrawal(work, escalation)])


def carrier_mark_of(delivery: Delivery | None) -> str:
    """The mark of who has the text open, to copy it into a form of theirs."""
    attempt = delivery.open_attempt if delivery is not None else None
    return mark_of(attempt.id if attempt is not None else "")


def untold_news_mark_of(escalation: Escalation) -> str:
    """The mark of news that the partner has not been told: since when."""
    return mark_of(escalation.untold_since)


def follow_up_mark_of(escalation: Escalation) -> str:
    """The mark of the turn in which a partner's silence is followed up: their time to answer."""
    return mark_of(escalation.answer_due_at)


def approval_mark_of(escalation: Escalation) -> str:
    """The mark of an approval: whether a request was approved, and when."""
    return mark_of(escalation.approved_at)
