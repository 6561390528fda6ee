"""Queries for moving a run to today's edition: what the two editions differ in, and what would be
lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.edition_diff import (
    EditionDiff,
    answers_lost_in_edition,
    diff_editions,
    records_lost_in_edition,
)
from helpdesk.playbooks.model import EvidenceItem, Playbook, PlaybookReadiness
from helpdesk.playbooks.run_progress import RecordedStep
from helpdesk.runs.condition_context import answers_of
from helpdesk.runs.models import Run
from helpdesk.runs.queries.evidence_and_notes import evidence_of
from helpdesk.runs.queries.runs_and_progress import pinned_playbook_of


def newer_edition(run: Run) -> Playbook | None:
    """Today's edition of a run's playbook, if the run stands on another one. A retired page has
    none."""
    today = repository.load_current_edition(run.edition.playbook)
    if today is None or today.playbook.status is PlaybookReadiness.RETIRED:
        return None
    return today.playbook if today.content_hash != run.content_hash else None


@dataclass(frozen=True)
class MovePreview:
    """The preview of a move to today's edition: what would change, and what would not go along."""

    old: Playbook
    new: Playbook
    comparison: EditionDiff
    left_behind: tuple[str, ...]
    lost_answers: Mapping[str, Value]
    lost_evidence: tuple[EvidenceItem, ...]


def preview_move(work: Work, run: Run) -> MovePreview:
    """Preview the move of a run to today's edition. Where there is nothing to move to, it is too
    late."""
    old, new = pinned_playbook_of(run), newer_edition(run)
    if new is None or run.ended_at is not None:
        raise Conflict("This run already uses the current version, or it has ended.")
    comparison = diff_editions(old, new)
    written = evidence_of(work, run)
    return MovePreview(
        old=old,
        new=new,
        comparison=comparison,
        left_behind=records_lost_in_edition(
            new, {one.step: RecordedStep(one.outcome) for one in run.records}
        ),
        lost_answers=answers_lost_in_edition(old, new, answers_of(work, run.case)),
        lost_evidence=tuple(
            one
            for one in old.evidence
            if one.id in comparison.evidence.removed and one.id in written
        ),
    )
