"""`simulate --explore`: random people go through every page, on all processors there are."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.playbook_selection import load_playbooks_named
from helpdesk.authoring.cli.simulation_text import intake_result_lines, step_lines
from helpdesk.authoring.reading.folder import read_library_with_problems
from helpdesk.authoring.simulation import random_exploration
from helpdesk.authoring.simulation.invariants import simulate_person
from helpdesk.authoring.simulation.random_exploration import BrokenInvariant
from helpdesk.authoring.simulation.random_people import PlaybookWithLibrary, random_person
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator

AT_ONCE = 250  # people in one piece of work
WORTH_SHARING = 2000  # people from whom on more processes are quicker
SHOWN = 3  # of one kind; the rest is counted


@dataclass(frozen=True)
class ExplorationShare:
    """A share of an exploration for one process: some people on one page, every decision beside
    their answers, or people who have a second kind of trouble as well."""

    folder: Path
    playbook: str
    seeds: range
    is_about_decisions: bool = False
    is_about_pairs: bool = False


def run_exploration(folder: Path, named: Sequence[str], seeds: range, *, as_json: bool) -> None:
    """Run an exploration: let all these people go through all these pages, and report what does not
    hold."""
    library, pages = load_playbooks_named(folder, named)
    shares = list(_shares(folder, pages, seeds))
    broken = [one for found in _worked(shares, len(seeds) * len(pages)) for one in found]
    lines = list(_lines(broken, pages, seeds))
    if len(seeds) == 1:
        lines = [*_people(library, pages, seeds[0]), *lines]
    data = {
        "types": [page.id for page in pages],
        "seeds": len(seeds),
        "invariants": [*random_exploration.ALL],
        "broken": len(broken),
        "examples": [asdict(one) for one in _shown(broken)],
    }
    output.print_and_exit(lines, data, findings=bool(broken), as_json=as_json)


def explore_share(share: ExplorationShare) -> list[BrokenInvariant]:
    """Explore one share, in whatever process this is."""
    library = _library(share.folder)
    page = library.playbook(share.playbook)
    if page is None:
        raise output.ToolCannotRun(
            f"The page {share.playbook} changed while it was being explored."
        )
    if share.is_about_decisions:
        return list(
            random_exploration.check_levels_for_all_decision_answers(library, page, share.seeds)
        )
    if share.is_about_pairs:
        return list(random_exploration.explore_advice_in_pairs(library, page, share.seeds))
    return list(random_exploration.explore_with_random_people(library, page, share.seeds))


@cache
def _library(folder: Path) -> WrittenLibrary:
    # What keeps a page from reading was said when the pages to explore were chosen.
    library, _problems = read_library_with_problems(folder)
    return library


def _shares(folder: Path, pages: Sequence[Playbook], seeds: range) -> Iterator[ExplorationShare]:
    for page in pages:
        for first in range(seeds.start, seeds.stop, AT_ONCE):
            yield ExplorationShare(folder, page.id, range(first, min(first + AT_ONCE, seeds.stop)))
        beside = seeds if len(seeds) == 1 else random_exploration.BACKGROUNDS
        yield ExplorationShare(folder, page.id, beside, is_about_decisions=True)
        # there are ten times as many pairs as pages
        in_pairs = seeds if len(seeds) == 1 else range(seeds.start, seeds.stop, 10)
        yield ExplorationShare(folder, page.id, in_pairs, is_about_pairs=True)


def _worked(shares: Sequence[ExplorationShare], people: int) -> Iterator[list[BrokenInvariant]]:
    if people < WORTH_SHARING:
        yield from output.with_progress_bar(
            map(explore_share, shares), total=len(shares), doing="Exploring"
        )
        return
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        done = processes.map(explore_share, shares)
        yield from output.with_progress_bar(done, total=len(shares), doing="Exploring")


def _lines(
    broken: Sequence[BrokenInvariant], pages: Sequence[Playbook], seeds: range
) -> Iterator[str]:
    counts = Counter((one.playbook, one.invariant) for one in broken)
    for one in _shown(broken):
        yield f"{one.playbook}: {one.invariant}: {one.sentence}"
        again = f"--seed {one.seed or 0} {one.playbook}"
        yield f"  Again: helpdesk playbooks simulate --explore {again}"
    for (playbook, invariant), count in counts.items():
        if count > SHOWN:
            yield f"{playbook}: {invariant}: failed {count} times."
    who = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds"
    yield (
        f"{who} on {len(pages)} types, {len(random_exploration.ALL)} invariants: "
        + (f"{len(broken)} failures." if broken else "all hold.")
    )


def _shown(broken: Iterable[BrokenInvariant]) -> list[BrokenInvariant]:
    """The first few of each kind."""
    seen: Counter[tuple[str, str]] = Counter()
    shown = []
    for one in broken:
        kind = one.playbook, one.invariant
        seen[kind] += 1
        if seen[kind] <= SHOWN:
            shown.append(one)
    return shown


def _people(library: WrittenLibrary, pages: Sequence[Playbook], seed: int) -> Iterator[str]:
    """Who this seed is, and what they do."""
    for page in pages:
        ground = PlaybookWithLibrary(library, StepProgressCalculator(page))
        person: dict[str, Any] = asdict(random_person(ground, seed))
        for name, said in person.items():
            yield f"{name}: {said}"
        tried = simulate_person(ground, random_person(ground, seed))
        yield from intake_result_lines(tried.told)
        yield from step_lines(tried.way)
        yield ""
