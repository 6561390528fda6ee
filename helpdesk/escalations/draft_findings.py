"""Queries for the findings of a request: where its fields come from, and what its draft lacks."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select

from helpdesk.cases.playbook_findings import playbooks_with_findings
from helpdesk.core.history import HistoryEntry
from helpdesk.core.history_details import texts_in
from helpdesk.core.work import Work
from helpdesk.escalations import packet_sources, queries
from helpdesk.escalations.finding_comparison import (
    DraftFindings,
    FieldOrigin,
    RecordedEvidence,
    compare_findings,
    origins_of_fields,
)
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.priorities import FROM_LEVEL

# Who writes or changes a draft: the entry keeps what lay before them.
WRITTEN: Final = ("escalation.drafted", "escalation.changed", "escalation.partner_changed")


def evidence_for_request(work: Work, escalation: Escalation) -> dict[str, RecordedEvidence]:
    """The evidence that steps of a request's playbook recorded for the fields of its packet."""
    return packet_sources.evidence_fields(work, escalation.case, escalation.playbook)


def origins_of_request(work: Work, escalation: Escalation) -> list[FieldOrigin]:
    """The origins of a request's fields: where each comes from, for whoever approves it."""
    case = escalation.case
    others = {
        one: own
        for one in playbooks_with_findings(work, case)
        if one != escalation.playbook
        and (own := packet_sources.evidence_fields(work, case, one, is_own=True))
    }
    return origins_of_fields(
        queries.packet_of(work, escalation), evidence_for_request(work, escalation), others
    )


def new_findings_for_draft(work: Work, escalation: Escalation) -> DraftFindings:
    """The findings of steps that are new since a draft was written."""
    written = evidence_for_request(work, escalation)
    return compare_findings(
        queries.packet_of(work, escalation),
        _seen_by_writer(work, escalation, written),
        queries.fields_receivable_by_partner(escalation),
        written=written,
        settled=packet_sources.fixed_fields(
            work, escalation.case, escalation.playbook, escalation.ask
        ),
        priority=FROM_LEVEL[escalation.case.level],
    )


def marks_seen_by_writer(work: Work, escalation: Escalation) -> list[str]:
    """The marks of what lay before whoever wrote a draft last, of what its partner may receive: the
    form shows nothing else."""
    written = evidence_for_request(work, escalation)
    seen, shown = (
        _seen_by_writer(work, escalation, written),
        queries.fields_receivable_by_partner(escalation),
    )
    marks = (one.mark_of(name) for name, one in written.items() if name in shown)
    return [mark for mark in marks if mark in seen]


def _seen_by_writer(
    work: Work, escalation: Escalation, written: Mapping[str, RecordedEvidence]
) -> Collection[str]:
    """What of it lay before whoever wrote the draft last."""
    entry = work.session.scalar(
        select(HistoryEntry)
        .where(HistoryEntry.subject_id == escalation.id, HistoryEntry.action.in_(WRITTEN))
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
    if entry is not None and "seen" in entry.details:
        return frozenset(texts_in(entry.details, "seen"))
    # An older draft: what had been written down by then.
    return [one.mark_of(name) for name, one in written.items() if one.at <= escalation.drafted_at]
