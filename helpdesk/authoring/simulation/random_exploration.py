"""Exploring a page with random people, and checking what must hold for everybody."""

import random
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from helpdesk.authoring.simulation.invariants import (
    INVARIANTS,
    check_advice_fits_answers,
    check_unsure_never_lowers_level,
    check_worse_answer_never_lowers_level,
    simulate_person,
)
from helpdesk.authoring.simulation.level_ladders import (
    all_level_ladders,
    find_unsure_ranked_below_no,
    find_worse_answer_with_lower_level,
)
from helpdesk.authoring.simulation.random_people import (
    PlaybookWithLibrary,
    random_answers,
    random_person,
)
from helpdesk.authoring.unfit_advice import find_unfit_advice
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.answer_evaluation import drop_hidden_answers
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.several_kinds_of_trouble import merged_questions
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator

NEVER_AN_EXCEPTION: Final = "never an exception"
ALL: Final = (NEVER_AN_EXCEPTION, *INVARIANTS)
# All combinations of the decision answers are tried beside this many people's other answers.
BACKGROUNDS: Final = range(8)


@dataclass(frozen=True)
class BrokenInvariant:
    """A broken invariant: something that must hold and does not; the seed brings the same person
    back."""

    playbook: str
    seed: int | None
    invariant: str
    sentence: str


def explore_with_random_people(
    library: WrittenLibrary, page: Playbook, seeds: Iterable[int]
) -> Iterator[BrokenInvariant]:
    """Explore a page with the random people of these numbers."""
    ground = PlaybookWithLibrary(library, StepProgressCalculator(page))
    for seed in seeds:
        yield from _one(ground, seed)


def check_levels_for_all_decision_answers(
    library: WrittenLibrary, page: Playbook, backgrounds: Iterable[int] = BACKGROUNDS
) -> Iterator[BrokenInvariant]:
    """Explore every combination of the decision answers, beside no other answer, and beside what
    the people with these numbers answered."""
    ground = PlaybookWithLibrary(library, StepProgressCalculator(page))
    points = {point.id for point in library.table.points}
    for seed in (None, *backgrounds):
        told = random_person(ground, seed).answers if seed is not None else {}
        others = {name: value for name, value in told.items() if name not in points}
        for where, point, levels in all_level_ladders(library, page, others):
            for name, broken in (
                (
                    _NAMES[check_unsure_never_lowers_level],
                    find_unsure_ranked_below_no(point, levels),
                ),
                (
                    _NAMES[check_worse_answer_never_lowers_level],
                    find_worse_answer_with_lower_level(point, levels),
                ),
            ):
                if broken:
                    yield BrokenInvariant(page.id, seed, name, f"With {where}: {broken}")


def explore_advice_in_pairs(
    library: WrittenLibrary, page: Playbook, seeds: Iterable[int]
) -> Iterator[BrokenInvariant]:
    """Let people have a second kind of trouble, each that comes after this one, and hold what they
    are advised against what they said."""
    after = library.playbooks[library.playbooks.index(page) + 1 :]
    for seed, other in product(seeds, after):
        pair = (page, other)
        dice = random.Random(f"{seed} {pair[0].id} {pair[1].id}")  # noqa: S311 - a made-up person
        questions = merged_questions(library, pair)
        answers = drop_hidden_answers(questions, random_answers(questions, dice))
        found = "; ".join(map(str, find_unfit_advice(library.advice_checks, pair, answers)))
        if found:
            both = " and ".join(page.id for page in pair)
            yield BrokenInvariant(both, seed, _NAMES[check_advice_fits_answers], found)


def _one(ground: PlaybookWithLibrary, seed: int) -> Iterator[BrokenInvariant]:
    try:
        tried = simulate_person(ground, random_person(ground, seed))
        for name, holds in INVARIANTS.items():
            sentence = holds(tried)
            if sentence:
                yield BrokenInvariant(ground.page.id, seed, name, sentence)
    except Exception as fault:  # noqa: BLE001 - that there is none is what is being explored
        last = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{type(fault).__name__} in {last.name}, {last.filename}, line {last.lineno}"
        yield BrokenInvariant(ground.page.id, seed, NEVER_AN_EXCEPTION, f"{where}: {fault}")


_NAMES: Final = {holds: name for name, holds in INVARIANTS.items()}
