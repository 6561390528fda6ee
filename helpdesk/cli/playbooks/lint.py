"""`helpdesk playbooks lint`: say everything that is wrong, where, and how to mend it."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from helpdesk.cli.playbooks import telling
from helpdesk.export.linting import exports
from helpdesk.playbooks.lint import linting, upkeep
from helpdesk.playbooks.lint.linting import Look, Report
from helpdesk.playbooks.lint.material import names
from helpdesk.playbooks.rules import Rule


@click.command()
@click.argument("types", nargs=-1, metavar="[TYPE]...")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Judge dates as if it were this day."
)
@click.option("--forgiving", is_flag=True, help="Tell warnings, but end well if there is no error.")
@click.option("--rules", is_flag=True, help="List the rules instead.")
@telling.folder
@telling.as_json
def lint(
    types: tuple[str, ...],
    folder: Path,
    day: datetime | None,
    *,
    forgiving: bool,
    rules: bool,
    as_json: bool,
) -> None:
    """Check the playbooks; with TYPE, the files of these pages only."""
    if rules:
        telling.tell(_rules(), {rule: rule.asks for rule in Rule}, findings=False, as_json=as_json)
    known = names(folder)
    if not known:
        raise telling.CannotRun(f"There are no pages in {folder}.")
    for name in types:
        if name not in known:
            raise telling.CannotRun(f"There is no page '{name}'; there are: {', '.join(known)}.")
    report = linting.lint(folder, today=_day(day), types=types, more=(exports,), watch=_watched)
    findings = report.errors if forgiving else len(report.findings)
    telling.tell(_lines(report), _data(report), findings=bool(findings), as_json=as_json)


def _watched(looks: tuple[Look, ...]) -> Iterator[Look]:
    return telling.watched(looks, total=len(looks), doing="Checking")


def _day(told: datetime | None) -> date:
    return told.date() if told else upkeep.today()


def _rules() -> Iterator[str]:
    return (f"{rule}  {rule.asks}" for rule in Rule)


def _lines(report: Report) -> Iterator[str]:
    yield from (str(finding) for finding in report.findings)
    pages = "1 page" if report.pages == 1 else f"{report.pages} pages"
    yield (
        f"{pages}: {report.errors} errors, {report.warnings} warnings. "
        f"No person has looked at {report.never_verified} platform facts yet."
    )


def _data(report: Report) -> dict[str, Any]:
    return {
        "pages": report.pages,
        "errors": report.errors,
        "warnings": report.warnings,
        "never_verified": report.never_verified,
        "findings": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "file": finding.file,
                "line": finding.line,
                "sentence": finding.sentence,
            }
            for finding in report.findings
        ],
    }
