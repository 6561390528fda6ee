"""Checking the scenarios in playbooks/tests, and printing what none of them visits."""

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.playbook_selection import load_playbooks_named
from helpdesk.authoring.reading.scenarios import (
    PlaybookScenarios,
    read_playbook_scenarios,
    stray_scenario_files,
)
from helpdesk.authoring.simulation.coverage import UncoveredParts, find_uncovered_parts
from helpdesk.authoring.simulation.expectations import UnmetExpectation, check_scenario
from helpdesk.authoring.source import PlaybookError
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook

WIDTH = 98


def check_scenarios(folder: Path, named: Sequence[str], *, as_json: bool) -> None:
    """Check every scenario, and name what came out otherwise."""
    library, pages = load_playbooks_named(folder, named)
    read = {page.id: read_playbook_scenarios(folder, page, library) for page in pages}
    problems = [one for walks in read.values() for one in walks.problems]
    if not named:
        problems += stray_scenario_files(folder, library)
    differences = _differences(library, pages, read)
    without = [page.id for page in pages if not read[page.id].walks]
    count = sum(len(walks.walks) for walks in read.values())
    lines = [
        *(str(problem) for problem in problems),
        *(str(difference) for difference in differences),
        *(f"{name} has no walk-throughs: write {read[name].file}" for name in without),
        f"{count} walk-throughs of {len(pages)} types, {len(differences)} differences.",
    ]
    data = {
        "walks": count,
        "types": len(pages),
        "differences": [asdict(difference) for difference in differences],
        "problems": [_problem(problem) for problem in problems],
        "without_walks": without,
    }
    findings = bool(problems or differences or without)
    output.print_and_exit(lines, data, findings=findings, as_json=as_json)


def print_coverage(folder: Path, named: Sequence[str], *, as_json: bool) -> None:
    """Print what no scenario visits."""
    library, pages = load_playbooks_named(folder, named)
    read = {page.id: read_playbook_scenarios(folder, page, library) for page in pages}
    problems = [one for walks in read.values() for one in walks.problems]
    watched = output.with_progress_bar(pages, total=len(pages), doing="Walking")
    found = {page.id: find_uncovered_parts(library, page, read[page.id].walks) for page in watched}
    missed = {name: one for name, one in found.items() if one}
    lines = [str(problem) for problem in problems]
    for name, one in missed.items():
        lines += [f"{read[name].file}: no walk-through reaches", *_unvisited(one)]
    lines.append(f"{len(pages) - len(missed)} of {len(pages)} types are fully covered.")
    data = {
        "types": len(pages),
        "unvisited": [
            {"type": name, "file": read[name].file, **_as_lists(one)}
            for name, one in missed.items()
        ],
        "problems": [_problem(problem) for problem in problems],
    }
    output.print_and_exit(lines, data, findings=bool(missed or problems), as_json=as_json)


def _differences(
    library: WrittenLibrary, pages: Sequence[Playbook], read: dict[str, PlaybookScenarios]
) -> list[UnmetExpectation]:
    watched = output.with_progress_bar(pages, total=len(pages), doing="Walking")
    return [
        difference
        for page in watched
        for through in read[page.id].walks
        for difference in check_scenario(library, page, through)
    ]


def _unvisited(one: UncoveredParts) -> list[str]:
    missed = {kind: ", ".join(ids) for kind, ids in asdict(one).items() if ids}
    return [
        line
        for kind, names in missed.items()
        for line in textwrap.wrap(
            f"  {kind}: {names}", WIDTH, subsequent_indent="    ", break_on_hyphens=False
        )
    ]


def _as_lists(one: UncoveredParts) -> dict[str, list[str]]:
    return {kind: list(ids) for kind, ids in asdict(one).items()}


def _problem(problem: PlaybookError) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "reason": problem.reason}
