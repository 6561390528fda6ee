"""`helpdesk playbooks ids`: an identifier for every page that has none."""

from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.playbook_uuids import LOCK, read_playbook_uuids, write_missing_uuids
from helpdesk.authoring.reading.folder import playbook_names


@click.command("ids")
@output.folder_option
@output.as_json_option
def write_ids_command(folder: Path, *, as_json: bool) -> None:
    """Write an identifier into ids.lock.yml for each page that has none. Changes no other."""
    names = playbook_names(folder)
    if not names:
        raise output.ToolCannotRun(f"There are no pages in {folder}.")
    added = write_missing_uuids(folder, names)
    lines = [f"{page} has an identifier now." for page in added]
    lines.append(f"{len(names)} pages have theirs in {LOCK}.")
    output.print_and_exit(
        lines,
        {"added": list(added), "ids": read_playbook_uuids(folder)},
        findings=False,
        as_json=as_json,
    )
