"""Where the fields of a packet come from: what the case knows, and what a responder can write."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from helpdesk.cases import told
from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.work import Work
from helpdesk.partners.fields import FIELDS, Source

# If nobody wrote the address down as evidence, what the reporter answered is a beginning.
ANSWERS = {"target_url": "profile"}


def settled(work: Work, case: Case) -> dict[str, str]:
    """The fields that nobody can write by hand: facts that steps found out, codes of the case."""
    facts = facts_of(work, case)
    values = {}
    for field in FIELDS:
        if field.source is Source.FACT:
            # A fact that is not one of the words a partner is told says nothing to them.
            value = facts.get(field.origin, "")
            values[field.name] = value if value in dict(field.choices) else ""
        elif field.source is Source.CASE:
            values[field.name] = getattr(case, field.origin) or ""
    return values


def suggested(work: Work, case: Case) -> dict[str, str]:
    """What is written down already of the fields that a responder writes: a first draft."""
    evidence = evidence_of(work, case)
    answers = told.answers_of(work, case)
    values = {}
    for field in FIELDS:
        if field.source is Source.EVIDENCE:
            answer = answers.get(ANSWERS.get(field.name, ""))
            values[field.name] = evidence.get(field.origin, "") or (
                answer if isinstance(answer, str) else ""
            )
    return values


def written_since(
    work: Work, case: Case, at: datetime, packet: Mapping[str, str]
) -> dict[str, str]:
    """What has been written down after a draft that says nothing about it yet.

    What its writer had before them and left out on purpose is not among it.
    """
    later = select(Evidence.kind).where(Evidence.case_id == case.id, Evidence.taken_at > at)
    kinds = set(work.session.scalars(later))
    if not kinds:
        return {}
    evidence = evidence_of(work, case)
    return {
        field.name: evidence[field.origin]
        for field in FIELDS
        if field.source is Source.EVIDENCE and field.origin in kinds and field.name not in packet
    }


def together(work: Work, case: Case, typed: Mapping[str, str]) -> dict[str, str]:
    """Everything that could stand in a packet; the allow-list then picks from it."""
    by_hand = {
        field.name: typed[field.name]
        for field in FIELDS
        if field.is_written_by_hand and field.name in typed
    }
    return settled(work, case) | by_hand


def facts_of(work: Work, case: Case) -> dict[str, str]:
    found = work.session.execute(select(Fact.name, Fact.value).where(Fact.case_id == case.id))
    return dict(found.all())


def evidence_of(work: Work, case: Case) -> dict[str, str]:
    found = work.session.scalars(select(Evidence).where(Evidence.case_id == case.id))
    return {one.kind: work.keys.open(one, "value") for one in found}
