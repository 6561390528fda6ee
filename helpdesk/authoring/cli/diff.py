"""`helpdesk playbooks diff`: what changes for people between two editions of the playbooks."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.editions import OpenedEdition, open_edition
from helpdesk.authoring.reading.scenarios import read_playbook_scenarios
from helpdesk.authoring.scenarios import Scenario
from helpdesk.authoring.simulation.edition_diff import PlaybookDifference, compare_editions

WIDTH = 98


@click.command("diff")
@click.argument("old")
@click.argument("new", required=False)
@output.folder_option
@output.as_json_option
def diff_editions_command(old: str, new: str | None, folder: Path, *, as_json: bool) -> None:
    """Show which walk-throughs change between OLD and NEW, and which parts of pages did.

    Each is a file of one page, a folder of playbooks, or a git revision. Without NEW it is the
    folder as it is now.
    """
    with open_edition(old, folder) as before, open_edition(new or str(folder), folder) as after:
        names = _names(before, after)
        kept = [name for name in names if before.library.playbook(name)]
        kept = [name for name in kept if after.library.playbook(name)]
        watched = output.with_progress_bar(kept, total=len(kept), doing="Comparing")
        found = [_compared(before, after, name) for name in watched]
    changed = [one for one in found if one]
    added = [name for name in names if before.library.playbook(name) is None]
    removed = [name for name in names if after.library.playbook(name) is None]
    walks = sum(one.walks for one in found)
    lines = [
        *(f"{name} is new." for name in added),
        *(f"{name} is gone." for name in removed),
        *(line for one in changed for line in _lines(one)),
        f"{walks} walk-throughs of {len(found)} types, "
        f"{sum(len({turn.walk for turn in one.turns}) for one in found)} change.",
    ]
    data = {
        "old": before.name,
        "new": after.name,
        "added": added,
        "removed": removed,
        "types": [_data(one) for one in changed],
        "walks": walks,
    }
    findings = bool(changed or added or removed)
    output.print_and_exit(lines, data, findings=findings, as_json=as_json)


def _names(before: OpenedEdition, after: OpenedEdition) -> list[str]:
    """The pages to compare: all there are, or the one that was given as a file."""
    only = {one.only for one in (before, after) if one.only}
    if len(only) > 1:
        raise output.ToolCannotRun(f"These are two types: {' and '.join(sorted(only))}.")
    pages = [*before.library.playbooks, *after.library.playbooks]
    return list(dict.fromkeys(page.id for page in pages if not only or page.id in only))


def _compared(before: OpenedEdition, after: OpenedEdition, name: str) -> PlaybookDifference:
    old, new = before.library.playbook(name), after.library.playbook(name)
    if old is None or new is None:
        raise LookupError(name)
    walks: dict[str, Scenario] = {}
    # what was written for the newer edition counts; what only the older one has is tried as well
    for one, page in ((before, old), (after, new)):
        walks |= {
            walk.id: walk for walk in read_playbook_scenarios(one.folder, page, one.library).walks
        }
    return compare_editions((before.library, old), (after.library, new), walks.values())


def _lines(one: PlaybookDifference) -> Iterator[str]:
    versions = dict.fromkeys((one.old.version, one.new.version))
    yield f"{one.new.id} {' → '.join(versions)}"
    for kind, changes in one.parts.by_kind():
        for how, ids in asdict(changes).items():
            if ids:
                yield from _wrapped(f"  {kind.replace('_', ' ')} {how}: ", ids)
    for turn in one.turns:
        yield from textwrap.wrap(
            f"  {turn.walk}: {turn.what}: {turn.old} → {turn.new}",
            WIDTH,
            subsequent_indent="      ",
            break_on_hyphens=False,
        )


def _wrapped(head: str, names: Sequence[str]) -> list[str]:
    return textwrap.wrap(
        head + ", ".join(names), WIDTH, subsequent_indent="      ", break_on_hyphens=False
    )


def _data(one: PlaybookDifference) -> dict[str, Any]:
    return {
        "type": one.new.id,
        "old_version": one.old.version,
        "new_version": one.new.version,
        "changes": {
            kind: {how: list(ids) for how, ids in asdict(changes).items()}
            for kind, changes in one.parts.by_kind()
        },
        "walks": [asdict(turn) for turn in one.turns],
    }
