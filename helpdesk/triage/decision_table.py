"""The model of the triage decision table: decision points, cells, rules and what each level
promises."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from helpdesk.cases.levels import Level
from helpdesk.playbooks.model import Text

# The point that asks about danger, and its value for someone who is in danger now.
DANGER: Final = "danger"
IMMINENT: Final = "imminent"


class UnsureMeaning(StrEnum):
    """What "I don't know" becomes in triage: a guess on the safe side, or a question still to
    ask."""

    ASSUMED = "assumed"
    TO_ASK = "to_ask"


@dataclass(frozen=True)
class DecisionPointValue:
    """A value of a decision point: one answer to its question, with words for "because …".

    `reporter` is what the person reads where a rule names its pressures, if this is one.
    """

    id: str
    label: Text
    because: Text
    reporter: Text | None = None


@dataclass(frozen=True)
class DecisionPoint:
    """A decision point: one of the five questions that settle the level; its values stand lowest
    first."""

    id: str
    version: str
    name: Text
    values: tuple[DecisionPointValue, ...]
    unsure_counts_as: str
    unsure_is: UnsureMeaning
    pressure: str | None = None

    @cached_property
    def scale(self) -> tuple[str, ...]:
        """The ids of its values, lowest first."""
        return tuple(value.id for value in self.values)

    def value(self, value_id: str) -> DecisionPointValue:
        """The value of that id."""
        return next(value for value in self.values if value.id == value_id)


@dataclass(frozen=True)
class TriageRule:
    """A triage rule: why a cell says what it says, for whoever asked and for whoever answers.

    One that names its pressures goes on, to the reporter, with those that there are and no other.
    """

    id: str
    level: Level
    reporter: Text
    responder: Text
    names_pressures: bool = False


@dataclass(frozen=True)
class TableCell:
    """A cell of the decision table: this danger, this hold, this many pressures."""

    danger: str
    hold: str
    pressures: int
    rule: TriageRule


class AlertAudience(StrEnum):
    """The audiences of alerts."""

    DUTY = "duty"
    LEAD = "lead"
    COORDINATOR = "coordinator"


@dataclass(frozen=True)
class FirstReplyAlarm:
    """An alarm about the first reply: at which part of its time somebody is told that a case still
    waits."""

    percent: int
    tell: AlertAudience


@dataclass(frozen=True)
class LevelPlan:
    """The plan of a level: what it means and by when we act."""

    level: Level
    means: Text
    promise: Text
    first_reply: timedelta
    owner: timedelta
    next_word: timedelta
    alarms: tuple[FirstReplyAlarm, ...]
    tag: str


@dataclass(frozen=True)
class DecisionTable:
    """The triage decision table, with its version."""

    version: str
    points: tuple[DecisionPoint, ...]
    cells: tuple[TableCell, ...]
    rules: tuple[TriageRule, ...]
    levels: tuple[LevelPlan, ...]
    left_open: Text
    raised: Text

    def point(self, point_id: str) -> DecisionPoint:
        """The decision point of that id."""
        return next(point for point in self.points if point.id == point_id)

    def plan(self, level: Level) -> LevelPlan:
        """What that level promises."""
        return next(plan for plan in self.levels if plan.level is level)

    def is_rule_for_danger_now(self, rule_id: str) -> bool:
        """Whether only those who say that someone is in danger now are judged by this rule."""
        dangers = {cell.danger for cell in self.cells if cell.rule.id == rule_id}
        return dangers == {IMMINENT}

    def rule_for(self, danger: str, hold: str, pressures: int) -> TriageRule:
        """The one cell that these values lead to."""
        return next(
            cell.rule
            for cell in self.cells
            if (cell.danger, cell.hold, cell.pressures) == (danger, hold, pressures)
        )
