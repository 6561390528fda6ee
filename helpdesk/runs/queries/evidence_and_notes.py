"""Queries for the evidence and notes of runs, and for messages that steps suggest."""

from collections.abc import Iterable, Mapping

from helpdesk.cases.models import Case
from helpdesk.cases.playbook_findings import evidence_of_playbook
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.library import Platform
from helpdesk.playbooks.model import Playbook, Text
from helpdesk.runs.models import Run, StepRecord
from helpdesk.runs.queries.runs_and_progress import pinned_playbook_of


def condition_names_in_words(page: Playbook, names: Iterable[str]) -> str:
    """What conditions ask about, as people say it: the question, or the fact spelt out."""
    questions = {name: page.question(name) for name in names}
    said = [str(one.ask) if one else name.replace("_", " ") for name, one in questions.items()]
    return " · ".join(said)


def message_suggested_by_step(run: Run, step_id: str) -> Text | None:
    """The message to the reporter that a step of a run suggests; without a step, the one of its
    end."""
    page = pinned_playbook_of(run)
    if step_id:
        step = page.step(step_id)
        return step.words if step else None
    end = page.end(run.ended_as) if run.ended_as else None
    return end.say if end else None


def note_of_record(work: Work, record: StepRecord) -> str:
    """The note of a step's record, or its reason for skipping."""
    return work.keys.open(record, "words")


def written_evidence_kinds(work: Work, run: Run) -> frozenset[str]:
    """The kinds of evidence that a run's playbook has recorded, which opens nothing."""
    return frozenset(evidence_of_playbook(work, run.case, run.edition.playbook))


def evidence_of(work: Work, run: Run) -> Mapping[str, str]:
    """The evidence that a run's playbook has recorded, by the name the page gives it."""
    taken = evidence_of_playbook(work, run.case, run.edition.playbook)
    return {kind: work.keys.open(one, "value") for kind, one in taken.items()}


def platform_of(case: Case) -> Platform | None:
    """The platform of the case, with what we know about it."""
    return repository.load_current_library().platform(case.platform) if case.platform else None
