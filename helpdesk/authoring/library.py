"""The library as it is written: the playbooks with the decision table beside them."""

from dataclasses import dataclass, field
from typing import Any

from helpdesk.playbooks.library import Library
from helpdesk.triage.decision_table import DecisionTable


@dataclass(frozen=True, eq=False)
class WrittenLibrary(Library):
    """Everything in the content folder, for those who write, check and translate it."""

    table: DecisionTable = field(kw_only=True)

    def parts(self) -> tuple[Any, ...]:
        """The table comes first: translators meet it first."""
        return (self.table, *super().parts())
