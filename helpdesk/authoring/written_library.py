"""The written library: the playbooks as they stand in the content folder, with the decision table
beside them."""

from dataclasses import dataclass, field
from typing import Any

from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.library import Library
from helpdesk.triage.decision_table import DecisionTable


@dataclass(frozen=True)
class AdviceCheck:
    """A check of advice: what it must not say, or has to say, to somebody who gave certain answers.

    `never` and `first` are words to look for: the former in no line that is shown, one of the
    latter in a line among the first. Words of `together` are never in one list.
    """

    id: str
    because: str
    when: Condition | None = None
    never: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class WrittenLibrary(Library):
    """The written library: everything in the content folder, for those who write, check and
    translate it."""

    table: DecisionTable = field(kw_only=True)
    advice_checks: tuple[AdviceCheck, ...] = field(kw_only=True, default=())

    def parts(self) -> tuple[Any, ...]:
        """The table comes first: translators meet it first."""
        return (self.table, *super().parts())
