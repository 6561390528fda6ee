"""The context of a playbook's conditions on a case: answers, facts and consents by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from helpdesk.cases import report_content
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.playbook_findings import fact_codes_of_playbook
from helpdesk.cases.states import ConsentKind
from helpdesk.core.sealing import CannotOpen
from helpdesk.core.work import Work
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import Playbook

CONSENT_TO_PLATFORM = "consent_platform"


def answers_of(
    work: Work, case: Case, *, messages: Sequence[Any] | None = None
) -> dict[str, Value]:
    """The reporter's answers, by question, as `report_content.all_answers_of` says.

    `messages` are those of the case, where they were read already.
    """
    known = report_content.all_answers_of(work, case, messages)
    return {name: _value(answer) for name, answer in known.items() if answer}


def answers_in_mailbox(work: Work, case: Case) -> dict[str, Value]:
    """The answers that the advice in the mailbox goes by."""
    known = report_content.answers_in_mailbox(work, case)
    return {name: _value(answer) for name, answer in known.items() if answer}


def condition_context(work: Work, case: Case, playbook: Playbook) -> Context:
    """Gather the values that a condition of this page may ask about. What we may not open counts as
    unknown."""
    try:
        answers: Mapping[str, Value] = answers_of(work, case)
    except CannotOpen:
        answers = {question.id: None for question in playbook.questions}
    return {**answers, **fact_codes_of_playbook(work, case, playbook.id), **_consents(work, case)}


def _consents(work: Work, case: Case) -> dict[str, Value]:
    """What was agreed of the platform itself: leave to one partner of it by name is none."""
    given = (
        select(Consent.withdrawn_at)
        .where(Consent.case_id == case.id, Consent.kind == ConsentKind.PLATFORM)
        .where(Consent.platform == case.platform, Consent.partner_id.is_(None))
        .where(Consent.is_effective)
    )
    stands = [withdrawn_at is None for withdrawn_at in work.session.scalars(given)]
    if not stands:
        return {}
    return {CONSENT_TO_PLATFORM: "given" if any(stands) else "withdrawn"}


def _value(answer: str | Iterable[str] | None) -> Value:
    return answer if answer is None or isinstance(answer, str) else tuple(answer)
