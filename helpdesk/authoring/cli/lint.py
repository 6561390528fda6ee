"""`helpdesk playbooks lint`: say everything that is wrong, where, and how to mend it."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.lint import overdue_upkeep, runner
from helpdesk.authoring.lint.exports import failing_exports
from helpdesk.authoring.lint.lint_input import all_playbook_names
from helpdesk.authoring.lint.runner import LintCheck, LintReport
from helpdesk.authoring.lint_rules import LintRule


@click.command("lint")
@click.argument("types", nargs=-1, metavar="[TYPE]...")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Check dates as if today were this day."
)
@click.option("--forgiving", is_flag=True, help="Show warnings, but fail only on errors.")
@click.option("--rules", is_flag=True, help="List the rules instead.")
@output.folder_option
@output.as_json_option
def lint_command(
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
        output.print_and_exit(
            _rules(),
            {rule: rule.requirement for rule in LintRule},
            findings=False,
            as_json=as_json,
        )
    known = all_playbook_names(folder)
    if not known:
        raise output.ToolCannotRun(f"There are no pages in {folder}.")
    for name in types:
        if name not in known:
            raise output.ToolCannotRun(f"There is no page '{name}'; there are: {', '.join(known)}.")
    report = runner.lint_folder(
        folder, today=_day(day), types=types, more=(failing_exports,), watch=_watched
    )
    findings = report.errors if forgiving else len(report.findings)
    output.print_and_exit(_lines(report), _data(report), findings=bool(findings), as_json=as_json)


def _watched(looks: tuple[LintCheck, ...]) -> Iterator[LintCheck]:
    return output.with_progress_bar(looks, total=len(looks), doing="Checking")


def _day(told: datetime | None) -> date:
    return told.date() if told else overdue_upkeep.current_day()


def _rules() -> Iterator[str]:
    return (f"{rule}  {rule.requirement}" for rule in LintRule)


def _lines(report: LintReport) -> Iterator[str]:
    yield from (str(finding) for finding in report.findings)
    pages = "1 page" if report.pages == 1 else f"{report.pages} pages"
    yield (
        f"{pages}: {report.errors} errors, {report.warnings} warnings. Nobody has checked "
        f"{report.never_verified} platform facts yet."
    )


def _data(report: LintReport) -> dict[str, Any]:
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
