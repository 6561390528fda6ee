"""Output of the authoring tools: lines for people, JSON for machines, a status that tells them
apart."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from helpdesk.playbooks.repository import CONTENT

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

FINE, FINDINGS, CANNOT_RUN = 0, 1, 2
PATIENCE = 2.0  # seconds before somebody wonders whether anything happens
WIDTH = 30


class ToolCannotRun(click.ClickException):
    """Raised if something keeps the tool from running at all."""

    exit_code = CANNOT_RUN


def as_json_option(command: F) -> F:
    """A Click option for output as JSON. The command gets `as_json`."""
    said = click.option("--json", "as_json", is_flag=True, help="Write JSON, for other programs.")
    return said(command)


def folder_option(command: F) -> F:
    """A Click option for the folder of the pages. The command gets `folder`."""
    said = click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=_usual_folder,
        show_default="playbooks",
        help="The folder with the playbooks.",
    )
    return said(command)


def print_and_exit(lines: Iterable[str], data: Any, *, findings: bool, as_json: bool) -> NoReturn:
    """Print the result, and exit with the status that goes with it."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            click.echo(line)
    raise click.exceptions.Exit(FINDINGS if findings else FINE)


def with_progress_bar(things: Iterable[T], *, total: int, doing: str) -> Iterator[T]:
    """Iterate with a progress bar on the error stream, once it takes over two seconds."""
    bar = _Bar(total, doing)
    for number, thing in enumerate(things):
        bar.stands_at(number)
        yield thing
    bar.stands_at(total)
    bar.end()


class _Bar:
    """A line that fills up. Where nobody watches, every tenth of it is a line of its own."""

    def __init__(self, total: int, doing: str) -> None:
        self._total, self._doing = max(total, 1), doing
        self._began = time.monotonic()
        self._drawn = -1
        self._live = sys.stderr.isatty()

    def stands_at(self, number: int) -> None:
        if time.monotonic() - self._began < PATIENCE and self._drawn < 0:
            return
        steps = WIDTH if self._live else 10
        filled = min(number, self._total) * steps // self._total
        if filled > self._drawn:
            self._drawn = filled
            bar = "█" * filled + "░" * (steps - filled)
            line = f"{self._doing} {bar} {number}/{self._total}"
            click.echo(f"\r{line}" if self._live else line, err=True, nl=not self._live)

    def end(self) -> None:
        if self._live and self._drawn >= 0:
            click.echo(err=True)


def _usual_folder() -> Path:
    """The pages of the place where somebody stands, or else those beside the program."""
    here = Path.cwd() / "playbooks"
    return here if (here / "collection.yml").exists() else CONTENT
