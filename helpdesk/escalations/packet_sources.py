"""Where the fields of a packet come from: what the case knows, and what a responder can write."""

from collections.abc import Mapping

from sqlalchemy import select

from helpdesk.cases import report_content
from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.work import Work
from helpdesk.escalations.findings import RecordedEvidence, evidence_mark
from helpdesk.escalations.packets import ACCOUNT_AT_ISSUE, OWNERSHIP
from helpdesk.partners.packet_fields import FIELDS, FieldSource

# If nobody wrote the address down as evidence, what the reporter answered is a beginning.
ANSWERS = {"target_url": "profile"}
FIELD_OF_ACCOUNT = next(field for field in FIELDS if field.name == ACCOUNT_AT_ISSUE)


def fixed_fields(work: Work, case: Case) -> dict[str, str]:
    """The fields that nobody can write by hand: facts that steps found out, codes of the case."""
    facts = facts_of(work, case)
    values = {}
    for field in FIELDS:
        if field.source is FieldSource.FACT:
            # A fact that is not one of the words a partner is told says nothing to them.
            value = facts.get(field.origin, "")
            values[field.name] = value if value in dict(field.choices) else ""
        elif field.source is FieldSource.CASE:
            values[field.name] = getattr(case, field.origin) or ""
    return values


def suggested_fields(work: Work, case: Case) -> dict[str, str]:
    """What is written down already of the fields that a responder writes: a first draft."""
    evidence = evidence_fields(work, case)
    answers = report_content.answers_of(work, case)
    values = {}
    for field in FIELDS:
        if field.source is FieldSource.EVIDENCE:
            answer = answers.get(ANSWERS.get(field.name, ""))
            by_step = evidence[field.name].value if field.name in evidence else ""
            values[field.name] = by_step or (answer if isinstance(answer, str) else "")
    return values


def evidence_fields(work: Work, case: Case) -> dict[str, RecordedEvidence]:
    """What steps wrote down for the fields of a packet, by field."""
    found = work.session.scalars(select(Evidence).where(Evidence.case_id == case.id))
    evidence = {
        one.kind: RecordedEvidence(work.keys.open(one, "value"), one.taken_at) for one in found
    }
    return {
        field.name: evidence[field.origin]
        for field in FIELDS
        if field.source is FieldSource.EVIDENCE and field.origin in evidence
    }


def evidence_marks(work: Work, case: Case) -> list[str]:
    """What steps wrote down until now, as one names it who has seen it; no word is opened."""
    found = work.session.execute(
        select(Evidence.kind, Evidence.taken_at).where(Evidence.case_id == case.id)
    )
    moments = dict(found.all())
    return [
        evidence_mark(field.name, moments[field.origin])
        for field in FIELDS
        if field.source is FieldSource.EVIDENCE and field.origin in moments
    ]


def all_available_fields(work: Work, case: Case, typed: Mapping[str, str]) -> dict[str, str]:
    """Everything that could stand in a packet; the allow-list then picks from it."""
    by_hand = {
        field.name: typed[field.name]
        for field in FIELDS
        if field.is_written_by_hand and field.name in typed
    }
    return fixed_fields(work, case) | by_hand


def account_written_down(work: Work, case: Case) -> Evidence | None:
    """The account that the case is about, as a step wrote it down last."""
    origin = FIELD_OF_ACCOUNT.origin
    return work.session.scalar(
        select(Evidence).where(Evidence.case_id == case.id, Evidence.kind == origin)
    )


def account_confirmed(work: Work, case: Case) -> str:
    """The account of which ownership was confirmed, as it was written down then; empty if none
    was. A fact from before that was kept with it is one of what had been written down by then."""
    fact = work.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.name == OWNERSHIP))
    if fact is None or fact.words is not None:
        return work.keys.open(fact, "words") if fact is not None else ""
    written = account_written_down(work, case)
    if written is None or written.taken_at > fact.set_at:
        return ""
    return work.keys.open(written, "value")


def facts_of(work: Work, case: Case) -> dict[str, str]:
    found = work.session.execute(select(Fact.name, Fact.value).where(Fact.case_id == case.id))
    return dict(found.all())
