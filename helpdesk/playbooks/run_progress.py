"""The progress of a run: its steps as they stand at one moment."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from helpdesk.playbooks.model import RunEnd, RunEndKind, Step, StepOutcome, StepPhase


class StepState(StrEnum):
    """The states of a step."""

    OPEN = "open"
    BLOCKED = "blocked"
    NOT_NEEDED = "not_needed"
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"

    @property
    def is_settled(self) -> bool:
        """Whether nothing more has to be done about it."""
        return self in {StepState.DONE, StepState.SKIPPED, StepState.NOT_NEEDED}


# What has to be done before a case can end well: to do now, later, or again on its day.
NOT_OVER = frozenset({StepState.OPEN, StepState.BLOCKED, StepState.WAITING})


@dataclass(frozen=True)
class RecordedStep:
    """The record of a step: the outcome it ended with, or none if it was skipped.

    `is_elsewhere` marks what another playbook of the case recorded, for both of them. A record with
    `back_at` did not settle the step: it comes back then, and `is_due` says that it has.
    """

    outcome: str | None
    is_elsewhere: bool = False
    back_at: datetime | None = None
    is_due: bool = False


@dataclass(frozen=True)
class StepProgress:
    """The progress of one step: how it stands at this moment.

    `waits_for` names the steps that hold it up. `cannot_tell` names what would have to be known
    to say whether the step is needed: until then it is shown, with a warning, and never hidden.
    """

    step: Step
    state: StepState
    record: RecordedStep | None = None
    waits_for: tuple[str, ...] = ()
    cannot_tell: tuple[str, ...] = ()

    @property
    def outcome(self) -> StepOutcome | None:
        """The outcome it ended with, if it is done."""
        if self.record is None or self.record.outcome is None:
            return None
        return self.step.outcome(self.record.outcome)

    @property
    def may_be_recorded(self) -> bool:
        """Whether its form is offered: it is open, it rests and may be done before its day, or it
        was done elsewhere and may be done again."""
        if self.record is not None and self.record.is_elsewhere:
            return not self.waits_for
        return self.state in {StepState.OPEN, StepState.WAITING}

    @property
    def is_due_again(self) -> bool:
        """Whether it was recorded as not over, and its day is here."""
        return self.state is StepState.OPEN and self.record is not None

    @property
    def blocks_others(self) -> bool:
        """Whether steps that need this one must wait. One that was recorded holds up nobody, also
        while it is not over: the work goes on beside it."""
        return not self.state.is_settled and self.record is None


@dataclass(frozen=True)
class StepsProgress:
    """The progress of all steps of a run, in the order of the page, which never jumps."""

    steps: tuple[StepProgress, ...]

    @property
    def next_step(self) -> StepProgress | None:
        """The step to do next: the first that has come back, or else the first open one."""
        still_open = [one for one in self.steps if one.state is StepState.OPEN]
        return next((one for one in still_open if one.is_due_again), next(iter(still_open), None))

    @property
    def settled(self) -> int:
        """How many steps need nothing more. A step that is not needed counts as neither."""
        return sum(one.state in {StepState.DONE, StepState.SKIPPED} for one in self.steps)

    @property
    def expected(self) -> int:
        """How many steps the run has, without those that are not needed."""
        return sum(one.state is not StepState.NOT_NEEDED for one in self.steps)

    @property
    def recorded(self) -> tuple[StepProgress, ...]:
        """What is done or left out."""
        return tuple(one for one in self.steps if one.state in {StepState.DONE, StepState.SKIPPED})

    @property
    def waiting(self) -> tuple[StepProgress, ...]:
        """What was recorded as not over and comes back on a day, the nearest first."""
        waiting = (one for one in self.steps if one.state is StepState.WAITING)
        return tuple(sorted(waiting, key=_back_at))

    @property
    def not_needed(self) -> tuple[StepProgress, ...]:
        """What nobody has to do here, by what is known."""
        return tuple(one for one in self.steps if one.state is StepState.NOT_NEEDED)

    @property
    def ahead(self) -> tuple[StepProgress, ...]:
        """What there is to do, now or later, before the closing begins."""
        return tuple(one for one in self.steps[: self._closing_from] if one.state in _TO_DO)

    @property
    def at_the_end(self) -> tuple[StepProgress, ...]:
        """What there is to do when all else is over: from the first step that closes."""
        return tuple(one for one in self.steps[self._closing_from :] if one.state in _TO_DO)

    @property
    def _closing_from(self) -> int:
        closing = (n for n, one in enumerate(self.steps) if one.step.phase is StepPhase.CLOSE)
        return next(closing, len(self.steps))

    def of(self, step_id: str) -> StepProgress | None:
        """That step as it stands."""
        return next((one for one in self.steps if one.step.id == step_id), None)

    def missing_before(self, end: RunEnd, step_id: str) -> tuple[Step, ...]:
        """The steps that must be done before a run may end like this at this step.

        Only an end that says "resolved" asks for them: nobody is kept in a run they left.
        """
        if end.kind is not RunEndKind.RESOLVED:
            return ()
        return tuple(
            one.step for one in self._until(step_id) if one.step.must and one.state in NOT_OVER
        )

    def _until(self, step_id: str) -> tuple[StepProgress, ...]:
        ids = [one.step.id for one in self.steps]
        return self.steps[: ids.index(step_id)]


_TO_DO = frozenset({StepState.OPEN, StepState.BLOCKED})


def _back_at(now: StepProgress) -> datetime:
    at = now.record.back_at if now.record is not None else None
    return at if at is not None else datetime.max.replace(tzinfo=UTC)
