"""Sources of a packet's fields: what the case knows, and what a responder can write.

What steps found out and wrote down is that of one playbook, the one of which a request tells.
Others are asked only whose an account is (`ownership_found_by_other_playbooks`, and the database
does).
"""

from collections.abc import Mapping

from helpdesk.cases import report_content
from helpdesk.cases.models import Case, Evidence
from helpdesk.cases.playbook_findings import (
    evidence_of_playbook,
    fact_codes_of_playbook,
    facts_of_playbook,
    playbooks_with_findings,
)
from helpdesk.core.work import Work
from helpdesk.escalations.finding_comparison import RecordedEvidence, evidence_mark
from helpdesk.escalations.packets import (
    ACCOUNT_AT_ISSUE,
    OWNER_CONFIRMED,
    OWNERSHIP,
)
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.states import Ask
from helpdesk.partners.packet_fields import FIELDS, FieldSource, PacketField

# If nobody wrote the address down as evidence, what the reporter answered is a beginning.
ANSWERS = {"target_url": "profile"}
FIELD_OF_ACCOUNT = next(field for field in FIELDS if field.name == ACCOUNT_AT_ISSUE)


def playbooks_for_request(work: Work, case: Case) -> list[str]:
    """The playbooks of a case that a request can be about: those of the case, and those that have
    found something out for it."""
    return list(dict.fromkeys([*case.kinds, *playbooks_with_findings(work, case)]))


def chosen_playbook(work: Work, case: Case, playbook: str | None) -> str | None:
    """The playbook that was chosen, if a request can be about it; of one alone, nobody has to
    choose."""
    known = playbooks_for_request(work, case)
    if playbook is None and len(known) == 1:
        return known[0]
    return playbook if playbook in known else None


def fixed_fields(work: Work, case: Case, playbook: str, ask: Ask) -> dict[str, str]:
    """The fields that nobody can write by hand: facts that steps found out, codes of the case."""
    facts = fact_codes_of_playbook(work, case, playbook)
    if could_change_account_access(ask) and not account_confirmed(work, case, playbook):
        # Confirmed of the person alone: the partner would read it of the account.
        facts.pop(OWNERSHIP, None)
    values = {}
    for field in FIELDS:
        if field.source is FieldSource.FACT:
            # A fact that is not one of the words a partner is told says nothing to them.
            value = facts.get(field.origin, "")
            values[field.name] = value if value in dict(field.choices) else ""
        elif field.source is FieldSource.CASE:
            values[field.name] = getattr(case, field.origin) or ""
    return values


def suggested_fields(work: Work, case: Case, playbook: str) -> dict[str, str]:
    """Suggestions for the fields that a responder writes, of what is recorded already. Where a case
    is about several troubles, the reporter's answer can be about any of them."""
    evidence = evidence_fields(work, case, playbook)
    answers = report_content.answers_of(work, case) if len(case.kinds) <= 1 else {}
    values = {}
    for field in FIELDS:
        if field.source is FieldSource.EVIDENCE:
            answer = answers.get(ANSWERS.get(field.name, ""))
            by_step = evidence[field.name].value if field.name in evidence else ""
            values[field.name] = by_step or (answer if isinstance(answer, str) else "")
    return values


def evidence_fields(
    work: Work, case: Case, playbook: str, *, is_own: bool = False
) -> dict[str, RecordedEvidence]:
    """The evidence of a playbook for the fields of a packet, by field; only what its own steps
    recorded where `is_own`."""
    return {
        field.name: RecordedEvidence(work.keys.open(one, "value"), one.taken_at, one.playbook)
        for field, one in _evidence_by_field(work, case, playbook)
        if one.playbook or not is_own
    }


def evidence_marks(work: Work, case: Case, playbook: str) -> list[str]:
    """The marks of the evidence that steps recorded until now; no word is opened."""
    return [
        evidence_mark(field.name, one.taken_at)
        for field, one in _evidence_by_field(work, case, playbook)
    ]


def _evidence_by_field(work: Work, case: Case, playbook: str) -> list[tuple[PacketField, Evidence]]:
    evidence = evidence_of_playbook(work, case, playbook)
    return [
        (field, evidence[field.origin])
        for field in FIELDS
        if field.source is FieldSource.EVIDENCE and field.origin in evidence
    ]


def all_available_fields(
    work: Work, case: Case, playbook: str, ask: Ask, typed: Mapping[str, str]
) -> dict[str, str]:
    """Every field that could be in a packet; the allow-list then picks from them."""
    by_hand = {
        field.name: typed[field.name]
        for field in FIELDS
        if field.is_written_by_hand and field.name in typed
    }
    return fixed_fields(work, case, playbook, ask) | by_hand


def account_written_down(work: Work, case: Case, playbook: str) -> Evidence | None:
    """The account that a playbook is about, as one of its steps recorded it last."""
    return evidence_of_playbook(work, case, playbook).get(FIELD_OF_ACCOUNT.origin)


def account_confirmed(work: Work, case: Case, playbook: str) -> str:
    """The account of which a playbook confirmed ownership, as it was recorded then; empty if none
    was. A fact from before that was kept with it is one of what had been written down by then."""
    fact = facts_of_playbook(work, case, playbook).get(OWNERSHIP)
    if fact is None or fact.words is not None:
        return work.keys.open(fact, "words") if fact is not None else ""
    written = account_written_down(work, case, playbook)
    if written is None or written.taken_at > fact.set_at:
        return ""
    return work.keys.open(written, "value")


def ownership_found_by_other_playbooks(
    work: Work, case: Case, playbook: str
) -> tuple[bool, list[str]]:
    """Whether other playbooks of a case found out whose an account is, and of which accounts they
    confirmed it."""
    others = [one for one in playbooks_with_findings(work, case) if one != playbook]
    found = {one: fact_codes_of_playbook(work, case, one).get(OWNERSHIP) for one in others}
    accounts = [
        account_confirmed(work, case, one)
        for one, value in found.items()
        if value == OWNER_CONFIRMED
    ]
    return any(found.values()), [one for one in accounts if one]
