"""Comparing two editions of the playbooks: the same made-up people go through both, and what
differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from helpdesk.authoring.scenarios import SKIPPED, Scenario, SimulationScript
from helpdesk.authoring.simulation.expectations import SimulationSummary, simulation_summary_of
from helpdesk.authoring.simulation.scripted import simulate_script
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.edition_diff import EditionDiff, diff_editions
from helpdesk.playbooks.model import Playbook


@dataclass(frozen=True)
class ScenarioChange:
    """A change in a scenario: something that comes out otherwise than before."""

    walk: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class PlaybookDifference:
    """The difference in one page: its parts, and the ways of people through it."""

    old: Playbook
    new: Playbook
    parts: EditionDiff
    walks: int
    turns: tuple[ScenarioChange, ...]

    def __bool__(self) -> bool:
        return bool(self.parts or self.turns)


def compare_editions(
    old: tuple[WrittenLibrary, Playbook],
    new: tuple[WrittenLibrary, Playbook],
    walks: Iterable[Scenario],
) -> PlaybookDifference:
    """Compare two editions of a page: the same people go through both."""
    turns: list[ScenarioChange] = []
    count = 0
    for through in walks:
        count += 1
        before, after = (_result(*edition, through.script) for edition in (old, new))
        turns += [
            ScenarioChange(
                through.id, field.name, _told(before, field.name), _told(after, field.name)
            )
            for field in fields(SimulationSummary)
            if getattr(before, field.name) != getattr(after, field.name)
        ]
    return PlaybookDifference(old[1], new[1], diff_editions(old[1], new[1]), count, tuple(turns))


def adapt_script(page: Playbook, script: SimulationScript) -> SimulationScript:
    """Adapt a script to an edition, which may lack a question, an option or a step."""
    return SimulationScript(
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


def _result(library: WrittenLibrary, page: Playbook, script: SimulationScript) -> SimulationSummary:
    [walked] = simulate_script(library, (page,), adapt_script(page, script))
    return simulation_summary_of(walked)


def _told(result: SimulationSummary, name: str) -> str:
    value = getattr(result, name)
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)
