"""`helpdesk playbooks simulate`: go through pages with made-up people, one, all, or by chance."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from helpdesk.authoring.cli import exploration, output
from helpdesk.authoring.cli.playbook_selection import load_playbooks_named
from helpdesk.authoring.cli.scenarios import check_scenarios, print_coverage
from helpdesk.authoring.cli.simulation_data import simulation_as_data
from helpdesk.authoring.cli.simulation_text import simulation_lines
from helpdesk.authoring.reading.scripts import read_script, read_script_text
from helpdesk.authoring.simulation.scripted import simulate_script
from helpdesk.authoring.source import PlaybookError

WAYS = "--answers FILE, --all, --explore or --coverage"


@click.command("simulate")
@click.argument("types", nargs=-1, metavar="[TYPE…]")
@click.option("--answers", metavar="FILE", help="JSON or YAML; - reads from the standard input.")
@click.option("--all", "walks", is_flag=True, help="Check every walk-through.")
@click.option(
    "--explore", is_flag=True, help="Walk made-up people through, and check the invariants."
)
@click.option("--coverage", is_flag=True, help="List what no walk-through reaches.")
@click.option("--also", multiple=True, metavar="TYPE", help="Another page in the same report.")
@click.option("--seeds", type=click.IntRange(1), default=1000, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(0), help="Only this one, and what it does.")
@output.folder_option
@output.as_json_option
def simulate_command(
    types: tuple[str, ...],
    answers: str | None,
    also: tuple[str, ...],
    seeds: int,
    seed: int | None,
    folder: Path,
    *,
    walks: bool,
    explore: bool,
    coverage: bool,
    as_json: bool,
) -> None:
    """Go through playbooks without a case.

    \b
    simulate TYPE --answers FILE   what these answers and outcomes lead to
    simulate --all [TYPE…]         every walk-through in playbooks/tests
    simulate --coverage [TYPE…]    what no walk-through visits
    simulate --explore [TYPE…]     made-up people, and rules that must always hold
    """
    ways: list[Callable[[], None]] = []
    named = tuple(dict.fromkeys((*types, *also)))
    if answers is not None:
        ways.append(lambda: _one(folder, named, answers, as_json=as_json))
    if walks:
        ways.append(lambda: check_scenarios(folder, named, as_json=as_json))
    if coverage:
        ways.append(lambda: print_coverage(folder, named, as_json=as_json))
    if explore:
        one = range(seed, seed + 1) if seed is not None else None
        ways.append(
            lambda: exploration.run_exploration(folder, named, one or range(seeds), as_json=as_json)
        )
    if len(ways) != 1:
        raise output.ToolCannotRun(f"Choose one: {WAYS}.")
    ways[0]()


def _one(folder: Path, named: Sequence[str], file: str, *, as_json: bool) -> None:
    if not named:
        raise output.ToolCannotRun("Name the page: simulate TYPE --answers FILE.")
    library, pages = load_playbooks_named(folder, named)
    try:
        piece = read_script_text(_read(file), file if file != "-" else "standard input")
        script = read_script(piece, pages, library)
    except PlaybookError as problem:
        raise output.ToolCannotRun(f"The answers can’t be used. {problem}") from None
    walked = simulate_script(library, pages, script)
    stopped = any(one.way.stopped for one in walked)
    output.print_and_exit(
        simulation_lines(walked),
        simulation_as_data(walked),
        findings=stopped,
        as_json=as_json,
    )


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as trouble:
        raise output.ToolCannotRun(f"{file} cannot be read: {trouble.strerror}.") from None
    except UnicodeDecodeError:
        raise output.ToolCannotRun(f"{file} cannot be read: it is not text in UTF-8.") from None
