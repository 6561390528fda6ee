"""The model of a whole playbook, and of what it says about itself."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.model.evidence_and_ends import EscalationPlan, EvidenceItem, RunEnd
from helpdesk.playbooks.model.questions import Advice, Question, RedFlag
from helpdesk.playbooks.model.steps import Step
from helpdesk.playbooks.model.texts import Text


class PlaybookReadiness(StrEnum):
    """The readiness of a playbook: whether people with lived experience have read it, and whether
    it is still in use."""

    DRAFT = "draft"
    READY = "ready"
    RETIRED = "retired"


@dataclass(frozen=True)
class MachineTag:
    """A machine tag, and when it fits."""

    tag: str
    when: Condition | None = None


@dataclass(frozen=True)
class Citation:
    """A citation: a source, and what it was used for."""

    key: str
    used_for: str


@dataclass(frozen=True)
class PlaybookReview:
    """The review of a playbook: who read it, when, and when it must be read again."""

    on: date
    by: tuple[str, ...]
    next: date


@dataclass(frozen=True)
class BetterFittingPlaybook:
    """A reference to another playbook, which fits better when this is what happened."""

    playbook: str
    when_it_is: Text


@dataclass(frozen=True)
class Playbook:
    """A playbook: one kind of trouble, from the first question to the last step, fragments in their
    places.

    `device_may_be_watched`: someone may read along on the device on which it is reported.
    """

    id: str
    version: str
    status: PlaybookReadiness
    title: Text
    trigger: Text
    scope_limit: Text
    sharing: str
    case_sharing: str
    questions: tuple[Question, ...]
    safe_now: tuple[Advice, ...]
    steps: tuple[Step, ...]
    ends: tuple[RunEnd, ...]
    also_called: tuple[Text, ...] = ()
    not_for: tuple[BetterFittingPlaybook, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    escalations: tuple[EscalationPlan, ...] = ()
    tags: tuple[MachineTag, ...] = ()
    sources: tuple[Citation, ...] = ()
    reviewed: PlaybookReview | None = None
    replaces: str | None = None
    device_may_be_watched: bool = False

    @property
    def name(self) -> str:
        """The page and its version, as cases and people quote it."""
        return f"{self.id}@{self.version}"

    def question(self, question_id: str) -> Question | None:
        """The question of that id, if the page asks it."""
        return next((one for one in self.questions if one.id == question_id), None)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, if the page has it."""
        return next((one for one in self.steps if one.id == step_id), None)

    def end(self, end_id: str) -> RunEnd | None:
        """The end of that id, if the page has it."""
        return next((one for one in self.ends if one.id == end_id), None)

    def piece_of_evidence(self, evidence_id: str) -> EvidenceItem | None:
        """The evidence of that id, if the page asks for it."""
        return next((one for one in self.evidence if one.id == evidence_id), None)
