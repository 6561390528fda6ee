"""Shared steps: those of several playbooks on a case, and what another of them recorded about one.

Pure. Nothing is copied and no fact is set: whoever looks at a run looks at the others, too. So what
is taken back there is open again here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from helpdesk.playbooks.edition_diff import strip_wording
from helpdesk.playbooks.model import Playbook, Step, StepOutcome
from helpdesk.playbooks.step_rules import outcome_continues_run
from helpdesk.runs.models import MOVED, Run, StepRecord

# What lies further back than this when a playbook begins is asked again: people and ways change.
# That somebody is not who they say is no such answer: it is shown however old it is.
FRESH: Final = timedelta(days=7)


@dataclass(frozen=True)
class SharedStepRecord:
    """The record of a shared step by another playbook. `once` says that the step is done once for a
    case."""

    page: Playbook
    record: StepRecord
    outcome: StepOutcome
    once: bool

    @property
    def counts_as_done(self) -> bool:
        """Whether it need not be done again. What ended the work there is seen here, no more; so is
        what is not over there either."""
        return self.once and not self.ended_the_run and self.record.back_at is None

    @property
    def ended_the_run(self) -> bool:
        """Whether nothing came after it there: "They are not who they say"."""
        return not outcome_continues_run(self.outcome)


def shared_steps(
    page: Playbook, others: Iterable[tuple[Run, Playbook]], *, begun_at: datetime
) -> Mapping[str, SharedStepRecord]:
    """The steps of a page that other runs of the case recorded, as they were recorded last.

    `begun_at` is when the run of the page began. A run that was moved to a newer edition speaks
    through the one that followed it.
    """
    last: dict[str, tuple[StepRecord, Playbook]] = {}
    for run, other in others:
        for record in run.records if run.ended_as != MOVED else ():
            if record.outcome and (record.step not in last or last[record.step][0].at <= record.at):
                last[record.step] = record, other
    found = {name: _as_here(page, *said) for name, said in last.items()}
    return {
        name: one
        for name, one in found.items()
        if one is not None and (one.record.at > begun_at - FRESH or one.ended_the_run)
    }


def _as_here(page: Playbook, record: StepRecord, other: Playbook) -> SharedStepRecord | None:
    """The record, if the step means the same on both pages."""
    here, there = page.step(record.step), other.step(record.step)
    if here is None or there is None or not _is_shared(here, there):
        return None
    outcome = there.outcome(record.outcome or "")
    return SharedStepRecord(other, record, outcome, once=here.once) if outcome is not None else None


def _is_shared(here: Step, there: Step) -> bool:
    """Whether it comes from a fragment, and can find out and lead to the same on both pages."""
    same = here == there or strip_wording(here) == strip_wording(there)
    return here.comes_from_fragment and same
