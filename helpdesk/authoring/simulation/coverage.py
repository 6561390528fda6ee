"""Coverage of scenarios: what none of a page visits, of steps, options, red flags, ways that lead
away, ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

from helpdesk.authoring.scenarios import Scenario
from helpdesk.authoring.simulation.scripted import SimulationResult, simulate_script
from helpdesk.authoring.simulation.simulator import SimulatedStep
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.conditions import UNTOLD, Condition, compared_values_in
from helpdesk.playbooks.library import OTHER_PLATFORM, PLATFORM_QUESTION
from helpdesk.playbooks.model import Playbook, Question
from helpdesk.playbooks.step_rules import outcome_continues_run

KINDS_OF_CONDITION = get_args(Condition)
ANY_PLATFORM = "any platform"


@dataclass(frozen=True)
class UncoveredParts:
    """The parts that no scenario covers; options are named by their question: hold.ended.

    `floors` are red flags that made nobody more urgent than the table did, `ways` are outcomes of
    the page's own steps that lead to an end or to another page.
    """

    steps: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def find_uncovered_parts(
    library: WrittenLibrary, page: Playbook, walks: Iterable[Scenario]
) -> UncoveredParts:
    """Find the parts that these scenarios do not cover."""
    walked = [one for through in walks for one in simulate_script(library, (page,), through.script)]
    steps = {one.step.id for each in walked for one in each.way.taken}
    flags = {flag.id for each in walked for flag in each.told.flags}
    floors = {floor.flag for each in walked for floor in each.told.judgement.raised_by}
    ways = {_way(one) for each in walked for one in each.way.taken}
    ends = {each.way.end for each in walked}
    chosen = {name for each in walked for name in _chosen(each)}
    return UncoveredParts(
        steps=tuple(step.id for step in page.steps if step.id not in steps),
        options=tuple(name for name in _options(page) if not _is_chosen(name, chosen)),
        flags=tuple(flag.id for flag in page.red_flags if flag.id not in flags),
        floors=tuple(one.id for one in page.red_flags if one.floor and one.id not in floors),
        ways=tuple(name for name in _ways(page) if name not in ways),
        ends=tuple(end.id for end in page.ends if end.id not in ends),
    )


def _ways(page: Playbook) -> Iterator[str]:
    """The way out at the end is every end, and what all pages share is tried on all of them."""
    for step in page.steps[:-1]:
        for outcome in step.outcomes:
            if not step.comes_from_fragment and not outcome_continues_run(outcome):
                yield f"{step.id}.{outcome.id}"


def _way(taken: SimulatedStep) -> str:
    return f"{taken.step.id}.{taken.choice.outcome.id}" if taken.choice.outcome else taken.step.id


def _chosen(walked: SimulationResult) -> Iterator[str]:
    for question, value in walked.told.answers.items():
        for option in (value,) if isinstance(value, str) else value or ():
            yield f"{question}.{option}"


def _is_chosen(name: str, chosen: set[str]) -> bool:
    if name != f"{PLATFORM_QUESTION}.{ANY_PLATFORM}":
        return name in chosen
    others = {f"{PLATFORM_QUESTION}.{one}" for one in (OTHER_PLATFORM, *UNTOLD)}
    return any(one.startswith(f"{PLATFORM_QUESTION}.") for one in chosen - others)


def _options(page: Playbook) -> Iterator[str]:
    for question in page.questions:
        names = (
            _platforms(page, question)
            if question.id == PLATFORM_QUESTION
            else (option.id for option in question.options)
        )
        for name in names:
            yield f"{question.id}.{name}"


def _platforms(page: Playbook, question: Question) -> Iterator[str]:
    """Platforms are one choice, but for those that the page tells apart."""
    told_apart = {
        value
        for condition in _conditions(page)
        for name, values in compared_values_in(condition)
        if name == PLATFORM_QUESTION
        for value in values
    }
    yield ANY_PLATFORM
    for option in question.options:
        if option.id in {*told_apart, OTHER_PLATFORM, *UNTOLD}:
            yield option.id


def _conditions(thing: Any) -> Iterator[Condition]:
    """Every condition inside a page or a part of one."""
    if isinstance(thing, KINDS_OF_CONDITION):
        yield thing
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _conditions(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _conditions(part)
