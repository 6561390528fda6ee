"""Facts of a step that were found elsewhere on the case, and who found them out in which playbook.

A fact of one name is found out by differently named steps of many playbooks, by each for its own
trouble. What a colleague recorded in one of them stands beside the form of another, and against
what is not a confirmation nobody records something else unread: "It is not theirs" is the word of
somebody who looked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from helpdesk.cases.models import Fact
from helpdesk.cases.playbook_findings import OF_THE_CASE
from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work
from helpdesk.playbooks.model import Playbook, Step
from helpdesk.playbooks.step_facts import facts_set_by_outcome, facts_settable_by_step
from helpdesk.runs import queries
from helpdesk.runs.models import MOVED, Run, StepRecord
from helpdesk.runs.queries.runs_and_progress import all_runs_of_case
from helpdesk.runs.storage import REFUSED, TOLD

# What may be written over unread: whoever unsays it closes a gate.
CONFIRMED: Final = "confirmed"


class UnacknowledgedFacts(Conflict):
    """Raised if a form would overwrite facts that a colleague found out, and does not say that they
    were read."""

    sentence = (
        "A colleague recorded something else about this. Read it above, tick “I have read it”, and "
        "record the step again."
    )


@dataclass(frozen=True)
class FactFoundElsewhere:
    """A fact of a step that was found elsewhere, and not by this run. `title` and `said` are in
    words; `record` and `page` are None where no record of the case says so any more. `playbook` is
    whose it is: empty for the whole case's. What is recorded here replaces that, and what is of
    this run's own playbook."""

    name: str
    playbook: str
    value: str
    title: str
    said: str
    note: str
    at: datetime
    by: str
    record: StepRecord | None
    page: Playbook | None

    @property
    def must_be_read(self) -> bool:
        return self.value != CONFIRMED

    def is_changed_by(self, facts: Mapping[str, str]) -> bool:
        return self.name in facts and facts[self.name] not in (self.value, self.said)


@dataclass(frozen=True)
class _Source:
    """One record of a run, and what it says of a fact; None for words that were told."""

    record: StepRecord
    page: Playbook
    step: Step
    is_own: bool
    playbook: str
    value: str | None


def step_facts_found_elsewhere(work: Work, run: Run, step: Step) -> Sequence[FactFoundElsewhere]:
    """The facts of a run's step that were found elsewhere on the case."""
    names = facts_settable_by_step(step)
    if not names:
        return ()
    found = select(Fact).where(Fact.case_id == run.case_id, Fact.name.in_(sorted(names)))
    facts = work.session.scalars(found.order_by(Fact.name, Fact.playbook)).all()
    if not facts:
        return ()
    sources = list(_sources(run, all_runs_of_case(work, run.case), names))
    known = [_known(work, fact, step, sources) for fact in facts]
    return [one for one in known if one is not None]


def refuse_unacknowledged_facts(
    known: Iterable[FactFoundElsewhere], facts: Mapping[str, str]
) -> None:
    """Refuse to overwrite facts that were not acknowledged as read."""
    if any(one.must_be_read and one.is_changed_by(facts) for one in known):
        raise UnacknowledgedFacts


def fact_names_of_other_runs(work: Work, run: Run, steps: Iterable[Step]) -> frozenset[str]:
    """The names of facts that other runs found out too. The names of what these steps of a run can
    find out and another run says of the same trouble, but for what it confirms: to take a step back
    here is no reason to forget a colleague's “It is not theirs”."""
    whose = (OF_THE_CASE, run.edition.playbook)
    known = [one for step in steps for one in step_facts_found_elsewhere(work, run, step)]
    return frozenset(
        one.name
        for one in known
        if one.must_be_read
        and one.record is not None
        and one.value != TOLD
        and one.playbook in whose
    )


def refusals_of_other_runs(work: Work, run: Run, step: Step) -> Mapping[str, StepRecord]:
    """The facts of a step of which the last word of other runs about the same trouble is a refusal,
    and the record that says so."""
    last: dict[str, _Source] = {}
    for name, one in _sources(run, all_runs_of_case(work, run.case), facts_settable_by_step(step)):
        is_same = step.comes_from_fragment or one.playbook == run.edition.playbook
        if one.is_own or not is_same or one.value is None:
            continue
        if name not in last or last[name].record.at <= one.record.at:
            last[name] = one
    return {name: one.record for name, one in last.items() if one.value == REFUSED}


def _sources(run: Run, runs: Iterable[Run], names: set[str]) -> Iterator[tuple[str, _Source]]:
    for one in runs:
        if one.ended_as == MOVED:
            continue
        page = queries.pinned_playbook_of(one)
        for record in one.records:
            step = page.step(record.step)
            outcome = step.outcome(record.outcome or "") if step is not None else None
            if step is None or outcome is None:
                continue
            said = facts_set_by_outcome(step, outcome, {})
            for name in facts_settable_by_step(step) & names:
                playbook = one.edition.playbook
                yield name, _Source(record, page, step, one is run, playbook, said.get(name))


def _known(
    work: Work, fact: Fact, here: Step, sources: Iterable[tuple[str, _Source]]
) -> FactFoundElsewhere | None:
    """None where this run itself said so last."""
    words = work.keys.open(fact, "words")
    value = None if fact.value == TOLD else fact.value
    same = [
        one
        for name, one in sources
        if name == fact.name and one.value == value and fact.playbook in (OF_THE_CASE, one.playbook)
    ]
    last = max(same, key=lambda one: (one.record.at, one.is_own), default=None)
    if last is not None and last.is_own:
        return None
    step = last.step if last is not None else here
    return FactFoundElsewhere(
        name=fact.name,
        playbook=fact.playbook,
        value=fact.value,
        title=str(step.title),
        said=words if fact.value == TOLD else _in_words(step, fact),
        note=queries.note_of_record(work, last.record) if last is not None else "",
        at=last.record.at if last is not None else fact.set_at,
        by=last.record.by if last is not None else fact.set_by,
        record=last.record if last is not None else None,
        page=last.page if last is not None else None,
    )


def _in_words(step: Step, fact: Fact) -> str:
    """How the step calls the end that finds this out; where none does, the code itself."""
    ends = (
        one
        for one in step.outcomes
        if facts_set_by_outcome(step, one, {}).get(fact.name) == fact.value
    )
    return next((str(one.label) for one in ends), fact.value)
