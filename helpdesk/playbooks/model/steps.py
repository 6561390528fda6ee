"""Models of a playbook's steps and of the outcomes of each."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.model.questions import NamedValue
from helpdesk.playbooks.model.texts import Text


class StepPhase(StrEnum):
    """The phases of steps: what one is for."""

    VERIFY = "verify"
    PROTECT = "protect"
    CONTAIN = "contain"
    EVIDENCE = "evidence"
    ESCALATE = "escalate"
    RECOVER = "recover"
    CARE = "care"
    CLOSE = "close"


class StepPerformer(StrEnum):
    """Who performs a step. A responder records it either way."""

    RESPONDER = "responder"
    COORDINATOR = "coordinator"
    REPORTER = "reporter"


class FactSource(StrEnum):
    """The sources of a fact's value when a step is finished."""

    OUTCOME = "outcome"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class FactSetting:
    """A fact that a finished step sets on the case. Evidence is named, and sealed when stored."""

    fact: str
    source: FactSource
    evidence: str | None = None


@dataclass(frozen=True)
class RepeatAfter:
    """How long after being done a step is repeated, by how urgent the case is."""

    immediate: timedelta
    urgent: timedelta
    soon: timedelta
    routine: timedelta

    def after(self, level: Level) -> timedelta:
        """The rest of a case of that level. A more urgent one never rests longer."""
        rests: timedelta = getattr(self, level.value)
        return rests


# The outcome of a step that asks a partner: the request is on its way.
REQUEST_SENT = "sent"
# What the note beside an outcome is called where an outcome has to be shown by it.
NOTE = "note"


@dataclass(frozen=True)
class StepOutcome:
    """An outcome of a step: how it can end, and where that leads: onward, to an end, or to another
    playbook.

    Where it finds out what a question about urgency asks for, `fits` says which answers agree.
    With `again` the step is not over: it rests, and comes back. `over` says that it is over,
    however open its label sounds. `shown_by` names what has to be written down for it: evidence,
    or NOTE.
    """

    id: str
    label: Text
    sets: tuple[NamedValue, ...] = ()
    end: str | None = None
    playbook: str | None = None
    fits: Condition | None = None
    again: RepeatAfter | None = None
    over: bool = False
    shown_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of a playbook: one thing to do, with one owner and a recorded outcome.

    What is done `once` counts for every playbook on the case that shares the step. In a `silent`
    one nothing is said to the person, although its text may sound like it.
    """

    id: str
    title: Text
    do: Text
    phase: StepPhase
    who: StepPerformer
    outcomes: tuple[StepOutcome, ...]
    needs: tuple[str, ...] = ()
    must: bool = False
    when: Condition | None = None
    why: Text | None = None
    risk: Text | None = None
    words: Text | None = None
    evidence: tuple[str, ...] = ()
    sets: tuple[FactSetting, ...] = ()
    escalation: str | None = None
    wait: timedelta | None = None
    pap: str | None = None
    services: tuple[str, ...] = ()
    once: bool = False
    silent: bool = False

    @property
    def comes_from_fragment(self) -> bool:
        """Whether every playbook that has this step has it from one and the same text."""
        return "." in self.id

    def says_request_was_sent(self, outcome: StepOutcome) -> bool:
        """Whether this outcome says that a partner was asked: true only of a request that is
        there."""
        return self.escalation is not None and outcome.id == REQUEST_SENT

    def outcome(self, outcome_id: str) -> StepOutcome | None:
        """The outcome of that id, if the step has it."""
        return next((outcome for outcome in self.outcomes if outcome.id == outcome_id), None)
