"""What a written page says, once read: frozen, resolved, and the same for everyone who holds it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Condition


@dataclass(frozen=True)
class Text:
    """A sentence with the name by which a translation finds it.

    In a translated library, `lang` is the language of a sentence that fell back to its source, and
    `is_older` marks one whose source has changed since it was translated.
    """

    id: str
    text: str
    lang: str | None = None
    is_older: bool = False

    def __str__(self) -> str:
        return self.text


class Sensitivity(StrEnum):
    """What an answer or a piece of evidence could do in the wrong hands."""

    NONE = "none"
    PERSONAL = "personal"
    DANGER = "danger"


# --- questions -----------------------------------------------------------------------------------


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO_UNSURE = "yes_no_unsure"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    DATE = "date"
    SHORT = "short"
    LONG = "long"
    HANDLE = "handle"

    @property
    def has_options(self) -> bool:
        """Whether the answer is picked from a list."""
        return self in {QuestionKind.YES_NO_UNSURE, QuestionKind.ONE_OF, QuestionKind.MANY_OF}


@dataclass(frozen=True)
class Setting:
    """A name and the value it gets."""

    name: str
    value: str


@dataclass(frozen=True)
class Option:
    """One answer that can be picked. `sets` says what it means for a decision point."""

    id: str
    label: Text
    hint: Text | None = None
    sets: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Question:
    """Something we ask, in plain words."""

    id: str
    ask: Text
    kind: QuestionKind
    hint: Text | None = None
    options: tuple[Option, ...] = ()
    ask_when: Condition | None = None
    skippable: bool = True
    sensitivity: Sensitivity = Sensitivity.NONE

    def option(self, option_id: str) -> Option | None:
        """The option of that id, if there is one."""
        return next((option for option in self.options if option.id == option_id), None)


@dataclass(frozen=True)
class RedFlag:
    """Answers that must not wait: `floor` is the least level, if the flag sets one."""

    id: str
    when: Condition
    why: Text
    floor: Level | None = None
    go_to: str | None = None


@dataclass(frozen=True)
class Advice:
    """What is safe to do now, or what better not to do, before anyone has read the report.

    `risk` says what could go wrong, where following the advice could cost somebody something.
    """

    id: str
    text: Text
    is_dont: bool
    when: Condition | None = None
    risk: Text | None = None


# --- steps ---------------------------------------------------------------------------------------


class Phase(StrEnum):
    """What a step is for."""

    VERIFY = "verify"
    PROTECT = "protect"
    CONTAIN = "contain"
    EVIDENCE = "evidence"
    ESCALATE = "escalate"
    RECOVER = "recover"
    CARE = "care"
    CLOSE = "close"


class Who(StrEnum):
    """Who does the step. A responder records it either way."""

    RESPONDER = "responder"
    COORDINATOR = "coordinator"
    REPORTER = "reporter"


class FactFrom(StrEnum):
    """Where a fact takes its value from when a step is finished."""

    OUTCOME = "outcome"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class FactSetting:
    """A fact that a finished step puts on the case. Evidence is named, and sealed when stored."""

    fact: str
    source: FactFrom
    evidence: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a step can end, and where that leads: onward, to an end, or to another playbook."""

    id: str
    label: Text
    sets: tuple[Setting, ...] = ()
    end: str | None = None
    playbook: str | None = None


@dataclass(frozen=True)
class Step:
    """One thing to do, with one owner and a recorded outcome."""

    id: str
    title: Text
    do: Text
    phase: Phase
    who: Who
    outcomes: tuple[Outcome, ...]
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

    def outcome(self, outcome_id: str) -> Outcome | None:
        """The outcome of that id, if the step has it."""
        return next((outcome for outcome in self.outcomes if outcome.id == outcome_id), None)


@dataclass(frozen=True)
class Evidence:
    """Something worth keeping: what it is, how to take it, and whether the page insists on it."""

    id: str
    kind: str
    label: Text
    how: Text
    must: bool = False
    platforms: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.PERSONAL


@dataclass(frozen=True)
class EscalationPlan:
    """When and with what the page asks somebody outside to act."""

    to: str
    needs: tuple[Condition, ...]
    packet: tuple[str, ...]
    asks: tuple[str, ...]
    follow_up: tuple[timedelta, ...]
    ceiling: int


class EndKind(StrEnum):
    """The four honest ways a run ends."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class End:
    """How a run of this page can end, and what the reporter is told then."""

    id: str
    kind: EndKind
    label: Text
    say: Text
    follow_up: timedelta | None = None
    services: tuple[str, ...] = ()


# --- the whole page ------------------------------------------------------------------------------


class Readiness(StrEnum):
    """Whether people with lived experience have read the page, and whether it is still in use."""

    DRAFT = "draft"
    READY = "ready"
    RETIRED = "retired"


@dataclass(frozen=True)
class Tag:
    """A machine tag, and when it fits."""

    tag: str
    when: Condition | None = None


@dataclass(frozen=True)
class Citation:
    """What a source was used for."""

    key: str
    used_for: str


@dataclass(frozen=True)
class Review:
    """Who read the page, and when it must be read again."""

    on: date
    by: tuple[str, ...]
    next: date


@dataclass(frozen=True)
class NotFor:
    """Another page that fits better when this is what happened."""

    playbook: str
    when_it_is: Text


@dataclass(frozen=True)
class Playbook:
    """One kind of trouble, from the first question to the last step, fragments in their places."""

    id: str
    version: str
    status: Readiness
    title: Text
    trigger: Text
    scope_limit: Text
    sharing: str
    case_sharing: str
    questions: tuple[Question, ...]
    safe_now: tuple[Advice, ...]
    steps: tuple[Step, ...]
    ends: tuple[End, ...]
    also_called: tuple[Text, ...] = ()
    not_for: tuple[NotFor, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    escalations: tuple[EscalationPlan, ...] = ()
    tags: tuple[Tag, ...] = ()
    sources: tuple[Citation, ...] = ()
    reviewed: Review | None = None
    replaces: str | None = None

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

    def end(self, end_id: str) -> End | None:
        """The end of that id, if the page has it."""
        return next((one for one in self.ends if one.id == end_id), None)

    def piece_of_evidence(self, evidence_id: str) -> Evidence | None:
        """The evidence of that id, if the page asks for it."""
        return next((one for one in self.evidence if one.id == evidence_id), None)


def texts_in(thing: Any) -> Iterator[Text]:
    """Every sentence inside a page or a part of one, in the order of the page."""
    if isinstance(thing, Text):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from texts_in(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from texts_in(part)
