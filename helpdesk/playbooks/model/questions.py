"""Models of a playbook's questions, and of what answers mean at once: red flags and first
advice."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.model.texts import Text


class DataSensitivity(StrEnum):
    """The sensitivity of an answer or a piece of evidence: what it could do in the wrong hands."""

    NONE = "none"
    PERSONAL = "personal"
    DANGER = "danger"


class QuestionKind(StrEnum):
    """The kinds of questions: how one is answered."""

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
class NamedValue:
    """A named value: a name and the value it gets."""

    name: str
    value: str


@dataclass(frozen=True)
class AnswerOption:
    """An answer option that can be picked. `sets` says what it means for a decision point."""

    id: str
    label: Text
    hint: Text | None = None
    sets: tuple[NamedValue, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question of a playbook, in plain words."""

    id: str
    ask: Text
    kind: QuestionKind
    hint: Text | None = None
    options: tuple[AnswerOption, ...] = ()
    ask_when: Condition | None = None
    skippable: bool = True
    sensitivity: DataSensitivity = DataSensitivity.NONE

    def option(self, option_id: str) -> AnswerOption | None:
        """The option of that id, if there is one."""
        return next((option for option in self.options if option.id == option_id), None)


@dataclass(frozen=True)
class RedFlag:
    """A red flag: answers that must not wait. `floor` is the least level, if the flag sets one."""

    id: str
    when: Condition
    why: Text
    floor: Level | None = None
    go_to: str | None = None


class LossIfLate(StrEnum):
    """The kinds of loss if a line of advice is followed late, the worst first."""

    SAFETY = "safety"  # someone may be hurt, arrested or found
    MONEY = "money"  # a payment can be stopped for hours only
    ACCESS = "access"  # the way back into an account, a device or the files
    SPREAD = "spread"  # it reaches more people
    PROOF = "proof"  # what shows it happened is gone
    NOTHING = "nothing"  # tomorrow is soon enough

    @property
    def rank(self) -> int:
        """Its place: 0 comes first."""
        return tuple(LossIfLate).index(self)


class UrgentHelpSection(StrEnum):
    """The sections of the page of urgent help, by their anchors."""

    HURT = "hurt"
    DOOR = "door"
    TAKEN = "taken"
    TOO_MUCH = "too-much"
    HOME = "home"
    CHILD = "child"
    PHONE = "phone"
    IMAGES = "images"
    GROUPS = "groups"


@dataclass(frozen=True)
class Advice:
    """A line of advice: what is safe to do now, or what better not to do, before anyone has read
    the report.

    `risk` says what could go wrong, where following the advice could cost somebody something.
    `copies` marks what makes a picture of what others put up or sent, which may show a child;
    `within_hours` what is too late tomorrow: where the answers call for it, it is among the first.
    Of several lines with one `topic`, which say the same, one is shown: of two alike, the one that
    `leads`. `noticeable` marks what someone close who watches would notice: a password, a lock or a
    sign-in that changes. `urgent_help` names where who follows the line finds whom to call.
    """

    id: str
    text: Text
    is_dont: bool
    when: Condition | None = None
    risk: Text | None = None
    at_stake: LossIfLate = LossIfLate.NOTHING
    copies: bool = False
    within_hours: bool = False
    topic: str | None = None
    leads: bool = False
    noticeable: bool = False
    urgent_help: UrgentHelpSection | None = None
