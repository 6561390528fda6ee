"""Two editions of the playbooks: the same made-up people go through both, and what differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from helpdesk.authoring.library import WrittenLibrary
from helpdesk.authoring.scenarios import SKIPPED, Scenario, Script
from helpdesk.authoring.simulation.expectations import Result, outcome_of_walk
from helpdesk.authoring.simulation.scripted import simulate_script
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.edition_diff import EditionDiff, compare
from helpdesk.playbooks.model import Playbook


@dataclass(frozen=True)
class Turn:
    """Something about a walk-through that comes out otherwise than before."""

    walk: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class PageDifference:
    """What became of one page: its parts, and the ways of people through it."""

    old: Playbook
    new: Playbook
    parts: EditionDiff
    walks: int
    turns: tuple[Turn, ...]

    def __bool__(self) -> bool:
        return bool(self.parts or self.turns)


def difference(
    old: tuple[WrittenLibrary, Playbook],
    new: tuple[WrittenLibrary, Playbook],
    walks: Iterable[Scenario],
) -> PageDifference:
    """Let the same people go through both editions of a page."""
    turns: list[Turn] = []
    count = 0
    for through in walks:
        count += 1
        before, after = (_result(*edition, through.script) for edition in (old, new))
        turns += [
            Turn(through.id, field.name, _told(before, field.name), _told(after, field.name))
            for field in fields(Result)
            if getattr(before, field.name) != getattr(after, field.name)
        ]
    return PageDifference(old[1], new[1], compare(old[1], new[1]), count, tuple(turns))


def fitting(page: Playbook, script: Script) -> Script:
    """What of a script an edition understands: it may lack a question, an option or a step."""
    return Script(
        answers=_fitting_answers(page, script.answers),
        outcomes={
            name: outcome
            for name, outcome in script.outcomes.items()
            if (step := page.step(name)) is not None
            and (outcome == SKIPPED or step.outcome(outcome) is not None)
        },
        facts=script.facts,
        evidence=script.evidence,
    )


def _fitting_answers(page: Playbook, answers: Mapping[str, Value]) -> dict[str, Value]:
    fits: dict[str, Value] = {}
    for name, value in answers.items():
        question = page.question(name)
        if question is None:
            continue
        if not question.options:
            fits[name] = value
        elif isinstance(value, tuple):
            kept = tuple(one for one in value if question.option(one))
            fits |= {name: kept} if kept else {}
        elif value is not None and question.option(value):
            fits[name] = value
    return fits


def _result(library: WrittenLibrary, page: Playbook, script: Script) -> Result:
    [walked] = simulate_script(library, (page,), fitting(page, script))
    return outcome_of_walk(walked)


def _told(result: Result, name: str) -> str:
    value = getattr(result, name)
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
