"""The difference between two editions of a playbook: what came, what went, what means something
else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import Playbook, Question, Text
from helpdesk.playbooks.run_progress import RecordedStep
from helpdesk.playbooks.step_rules import may_skip_step, outcome_continues_run


@dataclass(frozen=True)
class PartChanges:
    """The changed ids of one kind of part. `changed` means something else now, `reworded` only
    words."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reworded)


@dataclass(frozen=True)
class EditionDiff:
    """The difference between two editions of a playbook."""

    questions: PartChanges
    red_flags: PartChanges
    safe_now: PartChanges
    steps: PartChanges
    evidence: PartChanges
    ends: PartChanges

    def __bool__(self) -> bool:
        return any(changes for _, changes in self.by_kind())

    def by_kind(self) -> tuple[tuple[str, PartChanges], ...]:
        """Each kind of thing with what happened to it, in the order of a page."""
        return tuple((field.name, getattr(self, field.name)) for field in fields(self))


def diff_editions(old: Playbook, new: Playbook) -> EditionDiff:
    """Compare two editions: what became of every part of the old one, and what is new in the new
    one."""
    return EditionDiff(
        questions=_changes(old.questions, new.questions),
        red_flags=_changes(old.red_flags, new.red_flags),
        safe_now=_changes(old.safe_now, new.safe_now),
        steps=_changes(old.steps, new.steps),
        evidence=_changes(old.evidence, new.evidence),
        ends=_changes(old.ends, new.ends),
    )


def answers_lost_in_edition(old: Playbook, new: Playbook, answers: Context) -> dict[str, Value]:
    """The answers that are lost in an edition: it has no such question, or no such option.

    Of several options that were chosen, only the lost ones are named. What the old edition did
    not ask either was never its own to lose.
    """
    lost: dict[str, Value] = {}
    for name, value in answers.items():
        if old.question(name) is None:
            continue
        question = new.question(name)
        if question is None:
            lost[name] = value
        elif question.options and (gone := _unknown_options(question, value)):
            lost[name] = gone if isinstance(value, tuple) else value
    return lost


def records_lost_in_edition(new: Playbook, records: Mapping[str, RecordedStep]) -> tuple[str, ...]:
    """The recorded steps that are lost in an edition: it lacks them, or they cannot stand there as
    they are."""
    return tuple(name for name, record in records.items() if not _stands(new, name, record))


def _stands(page: Playbook, step_id: str, record: RecordedStep) -> bool:
    """Whether it could be recorded in this edition too, and the run would go on after it."""
    step = page.step(step_id)
    if step is None:
        return False
    if record.outcome is None:
        return may_skip_step(page, step)
    outcome = step.outcome(record.outcome)
    return outcome is not None and outcome_continues_run(outcome)


def _unknown_options(question: Question, value: Value) -> tuple[str, ...]:
    chosen = (value,) if isinstance(value, str) else value or ()
    return tuple(one for one in chosen if question.option(one) is None)


def _changes(old: Iterable[Any], new: Iterable[Any]) -> PartChanges:
    before, after = {one.id: one for one in old}, {one.id: one for one in new}
    both = [name for name in after if name in before]
    other = [name for name in both if strip_wording(before[name]) != strip_wording(after[name])]
    return PartChanges(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(other),
        reworded=tuple(name for name in both if name not in other and before[name] != after[name]),
    )


def strip_wording(thing: Any) -> Any:
    """Strip a part of its words: what is left decides what happens."""
    if isinstance(thing, Text):
        return None
    if is_dataclass(thing):
        return (
            type(thing),
            *(strip_wording(getattr(thing, field.name)) for field in fields(thing)),
        )
    if isinstance(thing, tuple):
        return tuple(strip_wording(part) for part in thing)
    return thing
