"""Where a step found out something else than the answers say by which a case is judged.

Pure. A step changes no answer and no level: a person corrects the answer, and it is judged again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpdesk.playbooks.conditions import Context, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Step, StepOutcome
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
    """Each step as it ended last in each playbook: that nobody was in danger because of a stolen
    account says nothing of an address that was published since. What is asked once for the whole
    case is of all of them."""
    last: dict[tuple[str, str], tuple[StepRecord, Step]] = {}
    for one in runs:
        for record in one.run.records if one.run.ended_as != MOVED else ():
            step = one.page.step(record.step)
            if step is None:
                continue
            key = ("" if step.once else one.page.id, step.id)
            if key not in last or last[key][0].at <= record.at:
                last[key] = record, step
    for record, step in last.values():
        outcome = step.outcome(record.outcome or "")
        if outcome is not None:
            yield step, outcome
