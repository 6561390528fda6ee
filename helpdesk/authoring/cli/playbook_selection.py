"""Selecting the playbooks that are named on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from helpdesk.authoring.cli.output import ToolCannotRun
from helpdesk.authoring.reading.folder import read_library_with_problems
from helpdesk.authoring.source import PlaybookError
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook


def load_playbooks_named(
    folder: Path, named: Sequence[str]
) -> tuple[WrittenLibrary, tuple[Playbook, ...]]:
    """Load the playbooks of these names, or all; a sentence about one that is not there or does not
    read."""
    library, problems = read_library_with_problems(folder)
    if not named:
        if problems:
            raise ToolCannotRun("\n".join(["The playbooks can’t be read.", *map(str, problems)]))
        return library, library.playbooks
    return library, tuple(
        library.playbook(name) or _refuse(name, library, problems) for name in dict.fromkeys(named)
    )


def _refuse(name: str, library: WrittenLibrary, problems: Sequence[PlaybookError]) -> NoReturn:
    broken = [str(one) for one in problems if one.file.endswith(f"types/{name}.yml")]
    if broken:
        raise ToolCannotRun("\n".join(["The page can’t be read.", *broken]))
    known = ", ".join(page.id for page in library.playbooks)
    raise ToolCannotRun(f"There is no type '{name}'. The types are: {known}.")
