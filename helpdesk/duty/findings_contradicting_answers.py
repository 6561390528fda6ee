"""Findings of steps that contradict the answers by which a case is judged.

Pure. A step changes no answer and no level: a person corrects the answer, and it is judged again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from helpdesk.playbooks.conditions import Condition, Context, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Step, StepOutcome
from helpdesk.runs.models import MOVED, StepRecord
from helpdesk.runs.queries import RunProgress
from helpdesk.triage.decision_table import DANGER, DecisionPoint, DecisionTable

AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class FindingContradictingAnswer:
    """A finding that contradicts an answer: a step as it ended, and what the case counts with
    instead.

    `is_older` says that the reporter told us of danger since: the step is to be done again, and the
    answer is right. `is_of_that_hour` says that nobody can tell which came first.
    """

    step: Step
    outcome: StepOutcome
    at: datetime
    question: str
    counts_as: str
    is_older: bool
    is_of_that_hour: bool


def find_findings_contradicting_answers(
    runs: Iterable[RunProgress],
    table: DecisionTable,
    settled: Context,
    *,
    danger_told_at: datetime | None = None,
) -> list[FindingContradictingAnswer]:
    """Find the findings that contradict the answers, of what was recorded last about each step.

    `settled` is what each decision point counted with, be it answered or assumed. Danger was told
    in the hour that began at `danger_told_at`: no more is kept of when a reporter was there.
    """
    recorded = [
        (step, outcome, at, outcome.fits)
        for step, outcome, at in _as_recorded_last(runs)
        if outcome.fits is not None
    ]
    fitting = {step.id for step, _, _, fits in recorded if _holds(fits, settled)}
    found = []
    for step, outcome, at, fits in recorded:
        name, *_ = names_in(fits)
        point = table.point(name)
        # Of two playbooks that differ, the one that knows of less says nothing against the answer.
        if _holds(fits, settled) or (step.id in fitting and not _says_more(fits, point, settled)):
            continue
        counts_as = point.value(str(settled[name]))
        told_at = danger_told_at if name == DANGER else None
        found.append(
            FindingContradictingAnswer(
                step,
                outcome,
                at,
                name,
                str(counts_as.label),
                is_older=told_at is not None and at < told_at,
                is_of_that_hour=told_at is not None and told_at <= at < told_at + AN_HOUR,
            )
        )
    return found


def _holds(fits: Condition, settled: Context) -> bool:
    return evaluate_condition(fits, settled) is not ConditionTruth.FALSE


def _says_more(fits: Condition, point: DecisionPoint, settled: Context) -> bool:
    higher = point.scale[point.scale.index(str(settled[point.id])) + 1 :]
    return any(_holds(fits, {**settled, point.id: one}) for one in higher)


def _as_recorded_last(
    runs: Iterable[RunProgress],
) -> Iterator[tuple[Step, StepOutcome, datetime]]:
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
            yield step, outcome, record.at
