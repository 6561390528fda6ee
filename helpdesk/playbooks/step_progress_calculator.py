"""Calculating the state of each step: open, blocked, not needed, done or skipped, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition, unknown_names_in
from helpdesk.playbooks.model import Playbook, Step
from helpdesk.playbooks.run_progress import RecordedStep, StepProgress, StepsProgress, StepState
from helpdesk.playbooks.step_facts import NOT_SO_FAR, facts_settable_by_step


def track_progress(
    playbook: Playbook, known: Context, records: Mapping[str, RecordedStep]
) -> StepsProgress:
    """Calculate where every step stands, given what is known and what was recorded."""
    return StepProgressCalculator(playbook).progress_of(known, records)


class StepProgressCalculator:
    """Calculates the progress of a page's steps; made once for going through it many times."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._facts = {step.id: facts_settable_by_step(step) for step in playbook.steps}
        self._named = {fact for facts in self._facts.values() for fact in facts}
        self._recorded: dict[tuple[str, RecordedStep], StepProgress] = {}

    def progress_of(self, known: Context, records: Mapping[str, RecordedStep]) -> StepsProgress:
        """Where every step stands."""
        return StepsProgress(tuple(self._one_by_one(known, records)))

    def next_step(self, known: Context, records: Mapping[str, RecordedStep]) -> StepProgress | None:
        """The step to do next, without a look at those that come after it."""
        steps = self._one_by_one(known, records)
        return next((one for one in steps if one.state is StepState.OPEN), None)

    def _one_by_one(
        self, known: Context, records: Mapping[str, RecordedStep]
    ) -> Iterator[StepProgress]:
        """Each step as it stands, in the order of the page.

        A fact that no step has recorded yet is not so, as far as we know; only where the step that
        would have found it out was skipped, it can never be told.
        """
        skipped = (name for name, record in records.items() if record.outcome is None)
        lost = {fact for name in skipped for fact in self._facts.get(name, ())}
        so_far = {**dict.fromkeys(self._named - lost, NOT_SO_FAR), **known}
        before: dict[str, StepProgress] = {}
        for step in self.playbook.steps:
            record = records.get(step.id)
            if record is None:
                before[step.id] = _now(step, known, so_far, before)
            elif record.is_elsewhere:
                before[step.id] = _as_elsewhere(_now(step, known, so_far, before), record)
            else:
                before[step.id] = self._as_recorded(step, record)
            yield before[step.id]

    def _as_recorded(self, step: Step, record: RecordedStep) -> StepProgress:
        """What was recorded stays so, whatever is learned later."""
        name = step.id, record
        if name not in self._recorded:
            self._recorded[name] = StepProgress(step, _state_after(record), record)
        return self._recorded[name]


def _state_after(record: RecordedStep) -> StepState:
    if record.outcome is None:
        return StepState.SKIPPED
    if record.back_at is None:
        return StepState.DONE
    return StepState.OPEN if record.is_due else StepState.WAITING


def _now(
    step: Step, known: Context, so_far: Context, before: Mapping[str, StepProgress]
) -> StepProgress:
    waits_for = tuple(need for need in step.needs if before[need].blocks_others)
    unsure: tuple[str, ...] = ()
    if step.when is not None:
        holds = evaluate_condition(step.when, so_far)
        if holds is ConditionTruth.FALSE:
            # what still waits for the step that will tell is not called needless
            if waits_for and evaluate_condition(step.when, known) is ConditionTruth.CANNOT_TELL:
                return StepProgress(step, StepState.BLOCKED, waits_for=waits_for)
            return StepProgress(step, StepState.NOT_NEEDED)
        if holds is ConditionTruth.CANNOT_TELL:
            unsure = unknown_names_in(step.when, so_far)
    state = StepState.BLOCKED if waits_for else StepState.OPEN
    return StepProgress(step, state, waits_for=waits_for, cannot_tell=unsure)


def _as_elsewhere(now: StepProgress, record: RecordedStep) -> StepProgress:
    """What another playbook recorded settles the step, if it is needed here at all."""
    if now.state is StepState.NOT_NEEDED:
        return now
    return replace(now, state=StepState.DONE, record=record)
