"""Level ladders: the level that each answer to one decision question gives, all else being
equal."""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from helpdesk.authoring.simulation.scripted import level_for_answers
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import RATHER_NOT, UNSURE, Value
from helpdesk.playbooks.model import Playbook
from helpdesk.triage.decision_table import DecisionPoint, DecisionTable

# answer → level; None is a question that was left out
Ladder = Mapping[str | None, Level]
NOT_KNOWN = (UNSURE, RATHER_NOT, None)


def level_ladder(
    library: WrittenLibrary, page: Playbook, answers: Mapping[str, Value], point: DecisionPoint
) -> Ladder:
    """The ladder of one decision point: the level at every answer to it, with the other answers as
    they are."""
    others = {name: value for name, value in answers.items() if name != point.id}
    return {
        answer: level_for_answers(
            library, (page,), others if answer is None else {**others, point.id: answer}
        )
        for answer in (*point.scale, *NOT_KNOWN)
    }


def find_unsure_ranked_below_no(point: DecisionPoint, levels: Ladder) -> str:
    """Find where "I don't know" ranks below "no" in a ladder, in a sentence; or nothing."""
    lowest = point.scale[0]
    for unknown in NOT_KNOWN:
        if unknown in levels and levels[unknown].rank < levels[lowest].rank:
            return _compared(point, levels, unknown, lowest)
    return ""


def find_worse_answer_with_lower_level(point: DecisionPoint, levels: Ladder) -> str:
    """Find where a worse answer leads to a lower level in a ladder, in a sentence; or nothing."""
    for here, higher in _steps_up(point):
        if levels[higher].rank < levels[here].rank:
            return _compared(point, levels, higher, here)
    return ""


def all_level_ladders(
    library: WrittenLibrary, page: Playbook, answers: Mapping[str, Value]
) -> Iterator[tuple[str, DecisionPoint, Ladder]]:
    """All ladders: of every point at all combinations of the others, "I don't know" among them.

    What the other questions were answered stays as it is. The first thing of each three says where
    the ladder stands.
    """
    points = library.table.points
    levels = {
        combination: level_for_answers(library, (page,), {**answers, **told})
        for combination, told in _combinations(library.table)
    }
    for number, point in enumerate(points):
        for rest in itertools.product(*(_told(one) for one in points if one is not point)):
            around: Ladder = {
                answer: levels[(*rest[:number], answer, *rest[number:])] for answer in _told(point)
            }
            yield _in_words(points, number, rest), point, around


def _combinations(table: DecisionTable) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    names = [point.id for point in table.points]
    for combination in itertools.product(*(_told(point) for point in table.points)):
        yield combination, dict(zip(names, combination, strict=True))


def _told(point: DecisionPoint) -> tuple[str, ...]:
    return (*point.scale, UNSURE)


def _in_words(points: Sequence[DecisionPoint], number: int, rest: tuple[str, ...]) -> str:
    others = [point.id for place, point in enumerate(points) if place != number]
    return ", ".join(f"{name}={value}" for name, value in zip(others, rest, strict=True))


def _steps_up(point: DecisionPoint) -> Iterator[tuple[str, str]]:
    """Each answer with the next higher one; "I don't know" with those from what it counts as up."""
    yield from itertools.pairwise(point.scale)
    for higher in point.scale[point.scale.index(point.unsure_counts_as) :]:
        yield UNSURE, higher


def _compared(point: DecisionPoint, levels: Ladder, one: str | None, other: str) -> str:
    return (
        f"{point.id}={one or 'left out'} gives {levels[one]}, but {point.id}={other} gives "
        f"{levels[other]}."
    )
