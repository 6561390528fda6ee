"""Checking a scenario against its expectations."""

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.authoring.scenarios import Scenario
from helpdesk.authoring.simulation.scripted import SimulationResult, simulate_script
from helpdesk.authoring.unfit_advice import find_unfit_advice
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook


@dataclass(frozen=True)
class UnmetExpectation:
    """An unmet expectation: something that came out otherwise, with the place where the expectation
    stands."""

    file: str
    line: int
    walk: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return (
            f"{self.file}, line {self.line}: {self.walk}: {self.what}: "
            f"expected {self.expected}, found {self.found}"
        )


@dataclass(frozen=True)
class SimulationSummary:
    """The summary of a simulation, as expectations name it."""

    level: str
    rule: str
    flags: tuple[str, ...]
    steps: tuple[str, ...]
    end: str


def simulation_summary_of(walked: SimulationResult) -> SimulationSummary:
    """Summarise a simulation by what expectations speak of."""
    way = walked.way
    over = f"{{playbook: {way.goes_over_to}}}" if way.goes_over_to else ""
    return SimulationSummary(
        level=walked.told.judgement.level,
        rule=walked.told.judgement.rule,
        flags=tuple(flag.id for flag in walked.told.flags),
        steps=tuple(one.step.id for one in way.taken if not one.step.comes_from_fragment),
        end=way.end or over or f"no end: {way.stopped}",
    )


def check_scenario(
    library: WrittenLibrary, page: Playbook, through: Scenario
) -> tuple[UnmetExpectation, ...]:
    """Check a scenario: everything that came out otherwise; an empty tuple is good news."""
    [walked] = simulate_script(library, (page,), through.script)
    return tuple(
        UnmetExpectation(
            file=through.file,
            line=through.expected.lines.get(what, through.line),
            walk=through.id,
            what=what,
            expected=expected,
            found=found,
        )
        for what, expected, found in (
            *_differences(through, walked),
            *_misfits(library, page, walked),
        )
    )


def _differences(through: Scenario, walked: SimulationResult) -> Iterator[tuple[str, str, str]]:
    expected, result = through.expected, simulation_summary_of(walked)
    if result.level != expected.level:
        yield "level", expected.level, result.level
    if result.rule != expected.rule:
        yield "rule", expected.rule, result.rule
    if set(result.flags) != set(expected.flags):
        yield "flags", _list(expected.flags), _list(result.flags)
    if result.steps != expected.steps:
        yield "steps", _list(expected.steps), _list(result.steps)
    end = expected.end or f"{{playbook: {expected.playbook}}}"
    if result.end != end:
        yield "end", end, result.end
    if walked.told.dropped:
        hidden = _list(walked.told.dropped)
        yield "answers", "questions that are asked", f"hidden by other answers: {hidden}"
    if walked.unused:
        yield "outcomes", "steps that come", f"never came: {_list(walked.unused)}"


def _misfits(
    library: WrittenLibrary, page: Playbook, walked: SimulationResult
) -> Iterator[tuple[str, str, str]]:
    """What this person would be advised against their own words. No walk has to expect it."""
    for one in find_unfit_advice(library.advice_checks, (page,), walked.told.answers):
        yield "advice", "what fits their answers", str(one)


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"
