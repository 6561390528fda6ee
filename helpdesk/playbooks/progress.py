"""How far a run has come: which steps are open, blocked, not needed, done or skipped, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from helpdesk.playbooks.conditions import Context, Truth, doubts, evaluate
from helpdesk.playbooks.model import End, EndKind, FactFrom, Phase, Playbook, Step, StepOutcome

# A fact that some step could still record.
NOT_SO_FAR = ""


class StepState(StrEnum):
    """Where a step stands."""

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
class Record:
    """What a person recorded about a step: the outcome it ended with, or none if it was skipped.

    `is_elsewhere` marks what another playbook of the case recorded, for both of them. A record with
    `back_at` did not settle the step: it comes back then, and `is_due` says that it has.
    """

    outcome: str | None
    is_elsewhere: bool = False
    back_at: datetime | None = None
    is_due: bool = False


@dataclass(frozen=True)
class StepNow:
    """A step as it stands at this moment.

    `waits_for` names the steps that hold it up. `cannot_tell` names what would have to be known
    to say whether the step is needed: until then it is shown, with a warning, and never hidden.
    """

    step: Step
    state: StepState
    record: Record | None = None
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
    def came_back(self) -> bool:
        """Whether it was recorded as not over, and its day is here."""
        return self.state is StepState.OPEN and self.record is not None

    @property
    def holds_up(self) -> bool:
        """Whether steps that need this one must wait. One that was recorded holds up nobody, also
        while it is not over: the work goes on beside it."""
        return not self.state.is_settled and self.record is None


@dataclass(frozen=True)
class Progress:
    """All steps of a run in the order of the page, which never jumps."""

    steps: tuple[StepNow, ...]

    @property
    def at_hand(self) -> StepNow | None:
        """The step to do next: the first that has come back, or else the first open one."""
        still_open = [one for one in self.steps if one.state is StepState.OPEN]
        return next((one for one in still_open if one.came_back), next(iter(still_open), None))

    @property
    def settled(self) -> int:
        """How many steps need nothing more. A step that is not needed counts as neither."""
        return sum(one.state in {StepState.DONE, StepState.SKIPPED} for one in self.steps)

    @property
    def expected(self) -> int:
        """How many steps the run has, without those that are not needed."""
        return sum(one.state is not StepState.NOT_NEEDED for one in self.steps)

    @property
    def recorded(self) -> tuple[StepNow, ...]:
        """What is done or left out."""
        return tuple(one for one in self.steps if one.state in {StepState.DONE, StepState.SKIPPED})

    @property
    def waiting(self) -> tuple[StepNow, ...]:
        """What was recorded as not over and comes back on a day, the nearest first."""
        waiting = (one for one in self.steps if one.state is StepState.WAITING)
        return tuple(sorted(waiting, key=_back_at))

    @property
    def not_needed(self) -> tuple[StepNow, ...]:
        """What nobody has to do here, by what is known."""
        return tuple(one for one in self.steps if one.state is StepState.NOT_NEEDED)

    @property
    def ahead(self) -> tuple[StepNow, ...]:
        """What there is to do, now or later, before the closing begins."""
        return tuple(one for one in self.steps[: self._closing_from] if one.state in _TO_DO)

    @property
    def at_the_end(self) -> tuple[StepNow, ...]:
        """What there is to do when all else is over: from the first step that closes."""
        return tuple(one for one in self.steps[self._closing_from :] if one.state in _TO_DO)

    @property
    def _closing_from(self) -> int:
        closing = (n for n, one in enumerate(self.steps) if one.step.phase is Phase.CLOSE)
        return next(closing, len(self.steps))

    def of(self, step_id: str) -> StepNow | None:
        """That step as it stands."""
        return next((one for one in self.steps if one.step.id == step_id), None)

    def missing_before(self, end: End, step_id: str) -> tuple[Step, ...]:
        """The steps that must be done before a run may end like this at this step.

        Only an end that says "resolved" asks for them: nobody is kept in a run they left.
        """
        if end.kind is not EndKind.RESOLVED:
            return ()
        return tuple(
            one.step for one in self._until(step_id) if one.step.must and one.state in NOT_OVER
        )

    def _until(self, step_id: str) -> tuple[StepNow, ...]:
        ids = [one.step.id for one in self.steps]
        return self.steps[: ids.index(step_id)]


def progress(playbook: Playbook, known: Context, records: Mapping[str, Record]) -> Progress:
    """Where every step stands, given what is known and what was recorded."""
    return StepTracker(playbook).stands(known, records)


class StepTracker:
    """A page made ready for going through it many times."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self._facts = {step.id: facts_named_by(step) for step in playbook.steps}
        self._named = {fact for facts in self._facts.values() for fact in facts}
        self._recorded: dict[tuple[str, Record], StepNow] = {}

    def stands(self, known: Context, records: Mapping[str, Record]) -> Progress:
        """Where every step stands."""
        return Progress(tuple(self._one_by_one(known, records)))

    def at_hand(self, known: Context, records: Mapping[str, Record]) -> StepNow | None:
        """The step to do next, without a look at those that come after it."""
        steps = self._one_by_one(known, records)
        return next((one for one in steps if one.state is StepState.OPEN), None)

    def _one_by_one(self, known: Context, records: Mapping[str, Record]) -> Iterator[StepNow]:
        """Each step as it stands, in the order of the page.

        A fact that no step has recorded yet is not so, as far as we know; only where the step that
        would have found it out was skipped, it can never be told.
        """
        skipped = (name for name, record in records.items() if record.outcome is None)
        lost = {fact for name in skipped for fact in self._facts.get(name, ())}
        so_far = {**dict.fromkeys(self._named - lost, NOT_SO_FAR), **known}
        before: dict[str, StepNow] = {}
        for step in self.playbook.steps:
            record = records.get(step.id)
            if record is None:
                before[step.id] = _now(step, known, so_far, before)
            elif record.is_elsewhere:
                before[step.id] = _as_elsewhere(_now(step, known, so_far, before), record)
            else:
                before[step.id] = self._as_recorded(step, record)
            yield before[step.id]

    def _as_recorded(self, step: Step, record: Record) -> StepNow:
        """What was recorded stays so, whatever is learned later."""
        name = step.id, record
        if name not in self._recorded:
            self._recorded[name] = StepNow(step, _state_after(record), record)
        return self._recorded[name]


def facts_from(step: Step, outcome: StepOutcome, evidence: Mapping[str, str]) -> dict[str, str]:
    """The facts that finishing a step puts on the case: from its outcome, or told as evidence."""
    facts = {setting.name: setting.value for setting in outcome.sets}
    for setting in step.sets:
        if setting.source is FactFrom.OUTCOME:
            facts[setting.fact] = outcome.id
        elif setting.evidence is not None and evidence.get(setting.evidence):
            facts[setting.fact] = evidence[setting.evidence]
    return facts


def facts_named_by(step: Step) -> set[str]:
    """The facts that finishing this step can set, whatever its outcome."""
    named = {setting.name for outcome in step.outcomes for setting in outcome.sets}
    return named | {setting.fact for setting in step.sets}


_TO_DO = frozenset({StepState.OPEN, StepState.BLOCKED})


def _state_after(record: Record) -> StepState:
    if record.outcome is None:
        return StepState.SKIPPED
    if record.back_at is None:
        return StepState.DONE
    return StepState.OPEN if record.is_due else StepState.WAITING


def _back_at(now: StepNow) -> datetime:
    at = now.record.back_at if now.record is not None else None
    return at if at is not None else datetime.max.replace(tzinfo=UTC)


def _now(
    step: Step,
    known: Context,
    so_far: Context,
    before: Mapping[str, StepNow],
) -> StepNow:
    waits_for = tuple(need for need in step.needs if before[need].holds_up)
    unsure: tuple[str, ...] = ()
    if step.when is not None:
        holds = evaluate(step.when, so_far)
        if holds is Truth.FALSE:
            # what still waits for the step that will tell is not called needless
            if waits_for and evaluate(step.when, known) is Truth.CANNOT_TELL:
                return StepNow(step, StepState.BLOCKED, waits_for=waits_for)
            return StepNow(step, StepState.NOT_NEEDED)
        if holds is Truth.CANNOT_TELL:
            unsure = doubts(step.when, so_far)
    state = StepState.BLOCKED if waits_for else StepState.OPEN
    return StepNow(step, state, waits_for=waits_for, cannot_tell=unsure)


def _as_elsewhere(now: StepNow, record: Record) -> StepNow:
    """What another playbook recorded settles the step, if it is needed here at all."""
    if now.state is StepState.NOT_NEEDED:
        return now
    return replace(now, state=StepState.DONE, record=record)
