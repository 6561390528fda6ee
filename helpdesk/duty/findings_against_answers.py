"""Where a step found out something else than the answers say by which a case is judged.

Pure. A step changes no answer and no level: a person corrects the answer, and it is judged again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.playbooks.conditions import Context, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Playbook, Step, StepOutcome
from helpdesk.runs.models import MOVED, StepRecord
from helpdesk.runs.queries import RunProgress
from helpdesk.triage.decision_table import DecisionTable


@dataclass(frozen=True)
class FindingAgainstAnswer:
    """A step as it ended, and what the case counts with instead: the question, and in words."""

    step: Step
    outcome: StepOutcome
    question: str
    counts_as: str


def find_findings_against_answers(
    runs: Iterable[RunProgress], table: DecisionTable, settled: Context
) -> list[FindingAgainstAnswer]:
    """Where the answers do not fit what was recorded last about a step.

    `settled` is what each decision point counted with, be it answered or assumed.
    """
    found = []
    for step, outcome in _as_recorded_last(runs):
        if (
            outcome.fits is not None
            and evaluate_condition(outcome.fits, settled) is ConditionTruth.FALSE
        ):
            point, *_ = names_in(outcome.fits)
            counts_as = table.point(point).value(str(settled[point]))
            found.append(FindingAgainstAnswer(step, outcome, point, str(counts_as.label)))
    return found


def _as_recorded_last(runs: Iterable[RunProgress]) -> Iterator[tuple[Step, StepOutcome]]:
    last: dict[str, tuple[StepRecord, Playbook]] = {}
    for one in runs:
        for record in one.run.records if one.run.ended_as != MOVED else ():
            if record.step not in last or last[record.step][0].at <= record.at:
                last[record.step] = record, one.page
    for record, page in last.values():
        step = page.step(record.step)
        outcome = step.outcome(record.outcome or "") if step is not None else None
        if step is not None and outcome is not None:
            yield step, outcome
