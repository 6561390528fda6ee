"""Models of a playbook's evidence, its requests to partners, and the ends of its runs."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.model.questions import DataSensitivity
from helpdesk.playbooks.model.texts import Text


@dataclass(frozen=True)
class EvidenceItem:
    """A piece of evidence that a playbook asks for: what it is, how to take it, and whether the
    page insists on it."""

    id: str
    kind: str
    label: Text
    how: Text
    must: bool = False
    platforms: tuple[str, ...] = ()
    sensitivity: DataSensitivity = DataSensitivity.PERSONAL


@dataclass(frozen=True)
class EscalationPlan:
    """A playbook's plan for a request: when and with what a partner is asked to act."""

    to: str
    needs: tuple[Condition, ...]
    packet: tuple[str, ...]
    asks: tuple[str, ...]
    follow_up: tuple[timedelta, ...]
    ceiling: int


class RunEndKind(StrEnum):
    """The kinds of ends: the four honest ways a run ends."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class RunEnd:
    """An end of a run: how it can end, and what the reporter is told then."""

    id: str
    kind: RunEndKind
    label: Text
    say: Text
    follow_up: timedelta | None = None
    services: tuple[str, ...] = ()
