"""The decision table as it is shown: its rows in words, and where in it a case stands."""

from dataclasses import dataclass

from helpdesk.cases.levels import Level
from helpdesk.triage.decision_table import DecisionTable, TableCell
from helpdesk.triage.judgement import Judgement

ANY = "whatever else is true"


@dataclass(frozen=True)
class DecisionTableField:
    """A field of the shown decision table, and whether it is the one that this case leads to."""

    pressures: int
    level: Level
    rule: str
    is_here: bool


@dataclass(frozen=True)
class TableRow:
    """A row of the shown decision table: danger and whether it goes on, then a field for each
    count."""

    danger: str
    hold: str
    cells: tuple[DecisionTableField, ...]
    is_here: bool


def decision_table_rows(table: DecisionTable, judgement: Judgement) -> tuple[TableRow, ...]:
    """Make the rows of the decision table, the gravest first. Lines of one danger that are all
    alike are drawn as one."""
    danger, hold = table.point("danger"), table.point("hold")
    here = (
        judgement.settled["danger"],
        judgement.settled["hold"],
        count_pressures(table, judgement),
    )
    rows: list[TableRow] = []
    for risk in reversed(danger.values):
        lines = [
            (str(going.label), going.id, _cells(table, risk.id, going.id))
            for going in reversed(hold.values)
        ]
        alike = len({tuple(cell.rule.id for cell in cells) for _, _, cells in lines}) == 1
        if alike:
            cells = lines[0][2]
            rows.append(_row(str(risk.label), ANY, cells, here, is_here=here[0] == risk.id))
            continue
        for label, going_id, cells in lines:
            is_here = here[:2] == (risk.id, going_id)
            rows.append(_row(str(risk.label), label, cells, here, is_here=is_here))
    return tuple(rows)


def count_pressures(table: DecisionTable, judgement: Judgement) -> int:
    """Count the pressures: the points that make it harder to wait."""
    return sum(
        point.pressure is not None and judgement.settled[point.id] == point.pressure
        for point in table.points
    )


def _cells(table: DecisionTable, danger: str, hold: str) -> list[TableCell]:
    found = [cell for cell in table.cells if (cell.danger, cell.hold) == (danger, hold)]
    return sorted(found, key=lambda cell: cell.pressures)


def _row(
    danger: str, hold: str, cells: list[TableCell], here: tuple[str, str, int], *, is_here: bool
) -> TableRow:
    return TableRow(
        danger=danger,
        hold=hold,
        cells=tuple(
            DecisionTableField(
                pressures=cell.pressures,
                level=cell.rule.level,
                rule=cell.rule.id,
                is_here=is_here and cell.pressures == here[2],
            )
            for cell in cells
        ),
        is_here=is_here,
    )
