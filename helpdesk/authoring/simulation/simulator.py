"""The simulator of one way through a page: the step at hand, an outcome, what that sets, until it
ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import NOTE, Playbook, Step, StepOutcome
from helpdesk.playbooks.run_progress import RecordedStep, StepProgress, StepsProgress
from helpdesk.playbooks.step_facts import facts_set_by_outcome
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator
from helpdesk.playbooks.step_rules import (
    blocked_outcome_message,
    may_skip_step,
    missing_proof,
    missing_proof_message,
    outcome_continues_run,
    outcome_ends_step,
    steps_blocking_outcome,
)

LATER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class StepChoice:
    """The choice at a step: its outcome, or none if it is left out; and what is recorded.

    What the outcome has to be shown by, and nobody names, is made up.
    """

    outcome: StepOutcome | None
    is_assumed: bool = False
    evidence: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def with_evidence(
        cls, outcome: StepOutcome, evidence: Mapping[str, str], *, is_assumed: bool = False
    ) -> "StepChoice":
        """An outcome with whatever has to be written down for it."""
        made_up = {name: "told" for name in outcome.shown_by if name != NOTE}
        note = "told" if NOTE in outcome.shown_by else ""
        return cls(outcome, is_assumed, {**made_up, **evidence}, note)


@dataclass(frozen=True)
class SimulatedStep:
    """A simulated step that was gone through. `facts` is what it put on the case."""

    step: Step
    choice: StepChoice
    facts: Mapping[str, str]
    cannot_tell: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepContext:
    """The context of a choice: the step at hand, and everything that somebody could look at before
    they choose."""

    course: StepProgressCalculator
    now: StepProgress
    known: Context
    records: Mapping[str, RecordedStep]

    @property
    def step(self) -> Step:
        return self.now.step

    def steps_blocking(self, outcome: StepOutcome) -> tuple[Step, ...]:
        """What must be done before the step may end like this."""
        if not outcome.end:
            return ()
        return steps_blocking_outcome(self.course.playbook, self._progress, self.step, outcome)

    def default_outcome(self) -> StepOutcome | None:
        """The first outcome after which the step is over and the way goes on; on the way out, the
        first that is allowed."""
        onward = (
            one
            for one in self.step.outcomes
            if outcome_continues_run(one) and outcome_ends_step(one)
        )
        allowed = (one for one in self.step.outcomes if not self.steps_blocking(one))
        return next(onward, None) or next(allowed, None)

    @cached_property
    def _progress(self) -> StepsProgress:
        return self.course.progress_of(self.known, self.records)


@dataclass(frozen=True)
class SimulatedRun:
    """A simulated run of a page. `stopped` says why there is no end, if there is none."""

    course: StepProgressCalculator
    taken: tuple[SimulatedStep, ...]
    known: Context
    records: Mapping[str, RecordedStep]
    stopped: str = ""

    @property
    def playbook(self) -> Playbook:
        return self.course.playbook

    @property
    def progress(self) -> StepsProgress:
        """Where every step stands after it."""
        return self.course.progress_of(self.known, self.records)

    @property
    def last_outcome(self) -> StepOutcome | None:
        """The outcome that ended it."""
        return None if self.stopped or not self.taken else self.taken[-1].choice.outcome

    @property
    def end(self) -> str | None:
        """How it ended, if it ended on this page."""
        return self.last_outcome.end if self.last_outcome is not None else None

    @property
    def goes_over_to(self) -> str | None:
        """The page on which it goes on, if this one was not the right one."""
        return self.last_outcome.playbook if self.last_outcome is not None else None


Pick = Callable[[StepProgressCalculator, Context, Mapping[str, RecordedStep]], StepProgress | None]


def simulate_run(
    course: StepProgressCalculator,
    known: Context,
    choose: Callable[[StepContext], StepChoice],
    pick: Pick = StepProgressCalculator.next_step,
) -> SimulatedRun:
    """Simulate a run of a page. The rules of a real run hold; what they refuse stops the way.

    Without `pick` the step to do next is always the first that is open, as a run shows it.
    """
    facts: dict[str, Value] = dict(known)
    records: dict[str, RecordedStep] = {}
    taken: list[SimulatedStep] = []
    stopped = ""
    while not stopped:
        now = pick(course, facts, records)
        if now is None:
            stopped = "No step is open, and no end was reached."
            break
        moment = StepContext(course, now, facts, records)
        choice = choose(moment)
        stopped = _refusal(moment, choice)
        if stopped:
            break
        outcome = choice.outcome
        found = (
            facts_set_by_outcome(now.step, outcome, choice.evidence) if outcome is not None else {}
        )
        taken.append(SimulatedStep(now.step, choice, found, now.cannot_tell))
        records[now.step.id] = _record(outcome)
        facts |= found
        if outcome is not None and not outcome_continues_run(outcome):
            break
    return SimulatedRun(course, tuple(taken), facts, records, stopped)


def _record(outcome: StepOutcome | None) -> RecordedStep:
    """No time passes on a walk: what comes back does so after its end."""
    if outcome is None:
        return RecordedStep(None)
    return RecordedStep(outcome.id, back_at=None if outcome_ends_step(outcome) else LATER)


def _refusal(moment: StepContext, choice: StepChoice) -> str:
    page, step = moment.course.playbook, moment.step
    if choice.outcome is None:
        if may_skip_step(page, step):
            return ""
        return f"“{step.title}” ({step.id}) cannot be skipped."
    unshown_by = missing_proof(choice.outcome, choice.evidence, choice.note)
    if unshown_by:
        return missing_proof_message(page, choice.outcome, unshown_by)
    missing = moment.steps_blocking(choice.outcome)
    return blocked_outcome_message(page, choice.outcome, missing) if missing else ""
