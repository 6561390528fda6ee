"""`helpdesk playbooks level` and `table`: how urgent, by which rule, and the whole decision."""

import itertools
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.reading.folder import read_table
from helpdesk.playbooks.conditions import UNSURE
from helpdesk.triage.decision_table import DecisionPoint, DecisionTable
from helpdesk.triage.judgement import Judgement, judge_answers

WIDTH = 98


@click.command("level")
@click.option("--danger", help="Could someone be hurt, arrested or exposed?")
@click.option("--hold", help="Is it still going on?")
@click.option("--reach", help="Does it affect other people?")
@click.option("--clock", help="Is there a date in three days that matters?")
@click.option("--capacity", help="Can the person act?")
@output.folder_option
@output.as_json_option
def urgency_level_command(folder: Path, *, as_json: bool, **said: str | None) -> None:
    """Show how urgent five answers are, and why. You can leave any out, or say `unsure`."""
    decision = read_table(folder)
    answers = {name: value for name, value in said.items() if value is not None}
    for point in decision.points:
        _refuse_unknown(point, answers)
    judgement = judge_answers(decision, answers)
    output.print_and_exit(
        _lines(judgement), _data(answers, judgement), findings=False, as_json=as_json
    )


@click.command("table")
@output.folder_option
@output.as_json_option
def decision_table_command(folder: Path, *, as_json: bool) -> None:
    """Print the whole decision: which answers lead to which level."""
    decision = read_table(folder)
    output.print_and_exit(_grid(decision), _rows(decision), findings=False, as_json=as_json)


def _refuse_unknown(point: DecisionPoint, answers: Mapping[str, str]) -> None:
    known = (*point.scale, UNSURE)
    answer = answers.get(point.id, UNSURE)
    if answer not in known:
        raise output.ToolCannotRun(f"--{point.id} is never '{answer}'; it is {', '.join(known)}.")


def _lines(judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.level.upper()} by rule {judgement.rule}"
    yield from _wrapped("For the reporter:  ", judgement.sentence_for_reporter)
    yield from _wrapped("For the responder: ", judgement.sentence_for_responder)


def _data(answers: Mapping[str, str], judgement: Judgement) -> dict[str, Any]:
    return {
        "answers": answers,
        "level": judgement.level.value,
        "rule": judgement.rule,
        "sentence_for_reporter": judgement.sentence_for_reporter,
        "sentence_for_responder": judgement.sentence_for_responder,
        "settled": dict(judgement.settled),
        "assumed": list(judgement.assumed),
        "to_ask": list(judgement.to_ask),
        "table_version": judgement.table_version,
    }


def _grid(decision: DecisionTable) -> Iterator[str]:
    danger, hold = decision.point("danger"), decision.point("hold")
    counts = sorted({cell.pressures for cell in decision.cells})
    yield f"Triage table {decision.version}"
    yield ""
    for pressure in (point for point in decision.points if point.pressure):
        because = pressure.value(pressure.pressure or "").because
        yield f"{pressure.id}={pressure.pressure} is a pressure: {because}."
    for point in decision.points:
        yield f"“I don’t know” for {point.id} counts as {point.unsure_counts_as}."
    yield ""
    yield f"{'danger':12}{'hold':10}" + "".join(f"{_pressures(count):16}" for count in counts)
    for risk, going in itertools.product(reversed(danger.scale), reversed(hold.scale)):
        rules = [decision.rule_for(risk, going, count) for count in counts]
        cells = "".join(f"{rule.level.upper() + ' ' + rule.id:16}" for rule in rules)
        yield f"{risk:12}{going:10}{cells}".rstrip()
    yield ""
    for rule in decision.rules:
        yield from _wrapped(f"{rule.id:4}{rule.level.upper():10}", str(rule.responder))


def _rows(decision: DecisionTable) -> list[dict[str, str]]:
    names = [point.id for point in decision.points]
    rows = []
    for values in itertools.product(*(point.scale for point in decision.points)):
        answers = dict(zip(names, values, strict=True))
        judgement = judge_answers(decision, answers)
        rows.append({**answers, "level": judgement.level.value, "rule": judgement.rule})
    return rows


def _pressures(count: int) -> str:
    return "1 pressure" if count == 1 else f"{count} pressures"


def _wrapped(head: str, words: str) -> list[str]:
    return textwrap.wrap(head + words, WIDTH, subsequent_indent=" " * len(head))
