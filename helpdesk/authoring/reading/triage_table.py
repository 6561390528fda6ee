"""Reading the triage decision table from triage.yml. A table with a hole, a rule nobody uses, or a
higher answer that leads to a lower level is refused."""

import itertools
from collections.abc import Iterator

from helpdesk.authoring.source import Fields, Node
from helpdesk.cases.levels import Level
from helpdesk.playbooks.model import Text
from helpdesk.triage.decision_table import (
    AlertAudience,
    DecisionPoint,
    DecisionPointValue,
    DecisionTable,
    FirstReplyAlarm,
    LevelPlan,
    TableCell,
    TriageRule,
    UnsureMeaning,
)

HOME = "triage"
POINTS = ("danger", "hold", "reach", "clock", "capacity")
ANY = "any"


def read_decision_table(file: Node) -> DecisionTable:
    """Read the whole decision table."""
    page = file.fields("schema version decision_points rules table levels left_open raised")
    if page["schema"].text() != "triage/1":
        page["schema"].refuse("this reader knows triage/1")
    points = _read_points(page["decision_points"])
    rules = {rule.id: rule for rule in map(_read_rule, page["rules"].items())}
    cells = tuple(cell for row in page["table"].items() for cell in _read_row(row, points, rules))
    _check_cells(page["table"], points, cells)
    _check_rules(page["rules"], rules, cells)
    return DecisionTable(
        version=page["version"].version(),
        points=points,
        cells=cells,
        rules=tuple(rules.values()),
        levels=_read_levels(page["levels"]),
        left_open=Text(f"{HOME}.left_open", page["left_open"].text()),
        raised=Text(f"{HOME}.raised", page["raised"].text()),
    )


def _read_points(node: Node) -> tuple[DecisionPoint, ...]:
    points = tuple(_read_point(item) for item in node.items())
    if tuple(point.id for point in points) != POINTS:
        node.refuse(f"the decision points are, in this order: {', '.join(POINTS)}")
    return points


def _read_point(node: Node) -> DecisionPoint:
    fields = node.fields("id version name values unsure_counts_as unsure_is", "pressure")
    home = f"{HOME}.points.{fields['id'].id()}"
    point = DecisionPoint(
        id=fields["id"].id(),
        version=fields["version"].version(),
        name=Text(f"{home}.name", fields["name"].text()),
        values=tuple(_read_value(item, home) for item in fields["values"].items()),
        unsure_counts_as=fields["unsure_counts_as"].id(),
        unsure_is=fields["unsure_is"].one_of(UnsureMeaning),
        pressure=fields.read("pressure", Node.id, None),
    )
    for key in ("unsure_counts_as", "pressure"):
        if key in fields and fields[key].id() not in point.scale:
            fields[key].refuse(f"'{fields[key].id()}' is not a value of {point.id}")
    return point


def _read_value(node: Node, home: str) -> DecisionPointValue:
    fields = node.fields("id label because", "reporter")
    home = f"{home}.values.{fields['id'].id()}"
    return DecisionPointValue(
        id=fields["id"].id(),
        label=Text(f"{home}.label", fields["label"].text()),
        because=Text(f"{home}.because", fields["because"].text()),
        reporter=fields.read("reporter", lambda said: Text(f"{home}.reporter", said.text()), None),
    )


def _read_rule(node: Node) -> TriageRule:
    fields = node.fields("id level reporter responder", "names_pressures")
    rule_id = fields["id"].text()
    return TriageRule(
        id=rule_id,
        level=fields["level"].one_of(Level),
        reporter=Text(f"{HOME}.rules.{rule_id}.reporter", fields["reporter"].text()),
        responder=Text(f"{HOME}.rules.{rule_id}.responder", fields["responder"].text()),
        names_pressures=fields.read("names_pressures", Node.flag, otherwise=False),
    )


def _read_row(
    node: Node, points: tuple[DecisionPoint, ...], rules: dict[str, TriageRule]
) -> Iterator[TableCell]:
    row = node.fields("danger hold cells")
    danger, hold = points[0], points[1]
    if row["danger"].id() not in danger.scale:
        row["danger"].refuse(f"'{row['danger'].id()}' is not a value of danger")
    if row["hold"].id() not in (*hold.scale, ANY):
        row["hold"].refuse(f"'{row['hold'].id()}' is not a value of hold")
    held = hold.scale if row["hold"].id() == ANY else (row["hold"].id(),)
    for hold_value in held:
        for pressures, cell in enumerate(row["cells"].items()):
            yield TableCell(row["danger"].id(), hold_value, pressures, _rule_of(cell, rules))


def _rule_of(cell: Node, rules: dict[str, TriageRule]) -> TriageRule:
    level, _, rule_id = cell.text().partition(" ")
    if rule_id not in rules:
        cell.refuse(f"there is no rule '{rule_id}'; write a level and a rule, as in 'soon R9'")
    if rules[rule_id].level != level:
        cell.refuse(f"the cell says {level}, but rule {rule_id} says {rules[rule_id].level}")
    return rules[rule_id]


def _check_cells(
    node: Node, points: tuple[DecisionPoint, ...], cells: tuple[TableCell, ...]
) -> None:
    danger, hold, *others = points
    pressures = range(sum(point.pressure is not None for point in others) + 1)
    wanted = list(itertools.product(danger.scale, hold.scale, pressures))
    found = {(cell.danger, cell.hold, cell.pressures): cell for cell in cells}
    for place in wanted:
        if place not in found:
            node.refuse(f"the table has no cell for {' · '.join(map(str, place))}")
    if len(cells) != len(wanted):
        node.refuse(f"the table has {len(cells)} cells where {len(wanted)} are needed")
    for low, high in itertools.product(cells, repeat=2):
        if _stands_above(high, low, points) and high.rule.level.rank < low.rule.level.rank:
            node.refuse(
                f"{high.danger} · {high.hold} · {high.pressures} would be less urgent than "
                f"{low.danger} · {low.hold} · {low.pressures}"
            )


def _stands_above(high: TableCell, low: TableCell, points: tuple[DecisionPoint, ...]) -> bool:
    danger, hold = points[0].scale, points[1].scale
    return (
        danger.index(high.danger) >= danger.index(low.danger)
        and hold.index(high.hold) >= hold.index(low.hold)
        and high.pressures >= low.pressures
    )


def _check_rules(node: Node, rules: dict[str, TriageRule], cells: tuple[TableCell, ...]) -> None:
    if len(rules) != len(node.items()):
        node.refuse("two rules have the same id")
    used = {cell.rule.id for cell in cells}
    for item in node.items():
        rule_id = item.fields("id level reporter responder", "names_pressures")["id"].text()
        if rule_id not in used:
            item.refuse(f"no cell of the table uses rule {rule_id}")


def _read_levels(node: Node) -> tuple[LevelPlan, ...]:
    plans = tuple(_read_plan(item) for item in node.items())
    if [plan.level for plan in plans] != sorted(Level, key=lambda level: -level.rank):
        node.refuse("the levels are, in this order: immediate, urgent, soon, routine")
    return plans


def _read_plan(node: Node) -> LevelPlan:
    fields = node.fields("level means promise first_reply owner next_word alarms tag")
    level = fields["level"].one_of(Level)
    return LevelPlan(
        level=level,
        means=Text(f"{HOME}.levels.{level}.means", fields["means"].text()),
        promise=Text(f"{HOME}.levels.{level}.promise", fields["promise"].text()),
        first_reply=fields["first_reply"].duration(),
        owner=fields["owner"].duration(),
        next_word=fields["next_word"].duration(),
        alarms=_read_alarms(fields),
        tag=fields["tag"].text(),
    )


def _read_alarms(plan: Fields) -> tuple[FirstReplyAlarm, ...]:
    alarms = plan.list_of("alarms", _read_alarm)
    percents = [alarm.percent for alarm in alarms]
    if percents != sorted(set(percents)) or not percents or percents[-1] != 100:
        plan["alarms"].refuse("alarms stand in order, and the last is at 100")
    return alarms


def _read_alarm(node: Node) -> FirstReplyAlarm:
    fields = node.fields("at tell")
    return FirstReplyAlarm(percent=fields["at"].number(), tell=fields["tell"].one_of(AlertAudience))
