"""Judging a case: five answers and the red flags in; a level, its rule and its reasons out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from helpdesk.cases.levels import Level, highest_level
from helpdesk.playbooks.answer_evaluation import implied_decision_answers, raised_red_flags
from helpdesk.playbooks.conditions import (
    UNTOLD,
    Context,
)
from helpdesk.playbooks.model import Playbook, Text
from helpdesk.triage.decision_table import DecisionPoint, DecisionTable, TriageRule, UnsureMeaning
from helpdesk.triage.level_reasons import answers_raising_level


@dataclass(frozen=True)
class LevelFloor:
    """A floor of the level, which a red flag sets, and why. It can raise a case, never lower it."""

    flag: str
    level: Level
    why: Text


@dataclass(frozen=True)
class Judgement:
    """A judgement: how urgent a case is, and everything needed to explain it.

    `settled` is the value each decision point counted with; `assumed` names those that were
    guessed on the safe side, `to_ask` those that a responder still has to ask about.
    """

    level: Level
    rule: str
    # What the rule alone leads to; a red flag may have raised it.
    rule_level: Level
    table_version: str
    settled: Mapping[str, str]
    assumed: tuple[str, ...]
    to_ask: tuple[str, ...]
    raised_by: tuple[LevelFloor, ...]
    for_reporter: tuple[Text, ...]
    sentence_for_responder: str
    # The answers that made it more urgent than what was said of danger and time, as they were read.
    because_of: tuple[Text, ...] = ()

    @property
    def code(self) -> str:
        """The rule as it stands in clear on a case. Which flag rose would say too much there."""
        return f"{self.rule}+flag" if self.raised_by else self.rule

    @property
    def reasons(self) -> tuple[Text, ...]:
        """Why, beside the answers that made it more urgent: where those are named, nobody is told
        that something else did."""
        if not self.raised_by or not self.because_of:
            return self.for_reporter
        # That there is time is not said beside what says that there is none.
        return self.for_reporter[:-1] if self.rule_level.rank >= Level.URGENT.rank else ()

    @property
    def sentence_for_reporter(self) -> str:
        """Why, in words for the person who asked, in the language the table is written in."""
        return " ".join(str(text) for text in self.for_reporter)


def judge_answers(
    table: DecisionTable, answers: Context, floors: Iterable[LevelFloor] = ()
) -> Judgement:
    """Judge these answers: their level. What is not known never counts for less than "no"."""
    settled = {point.id: _counts_as(point, answers) for point in table.points}
    unknown = [point for point in table.points if not _is_told(point, answers)]
    rule = _rule(table, settled)
    raised_by = tuple(floor for floor in floors if floor.level.rank > rule.level.rank)
    level = highest_level([rule.level, *(floor.level for floor in raised_by)])
    assumed = _named(unknown, UnsureMeaning.ASSUMED)
    because = (table.left_open,) if "danger" in assumed else _for_reporter(table, rule, settled)
    return Judgement(
        level=level,
        rule=rule.id,
        rule_level=rule.level,
        table_version=table.version,
        settled=settled,
        assumed=assumed,
        to_ask=_named(unknown, UnsureMeaning.TO_ASK),
        raised_by=raised_by,
        for_reporter=(*because, table.raised) if raised_by else because,
        sentence_for_responder=_explain(table, rule, settled, unknown, raised_by),
    )


def judge_report(
    table: DecisionTable, about: Playbook | Sequence[Playbook], answers: Context
) -> Judgement:
    """Judge a whole report: decision answers, what other answers imply, red flags.

    Where it is about several kinds of trouble, the worst that any of them says holds for all, so
    the level is never below the highest that one of them would have alone.
    """
    pages = (about,) if isinstance(about, Playbook) else tuple(about)
    floors = {
        (flag.id, flag.floor, flag.why.text): LevelFloor(flag.id, flag.floor, flag.why)
        for page in pages
        for flag in raised_red_flags(page, answers)
        if flag.floor is not None
    }
    known = _with_implied(table, pages, answers)
    judgement = _without_contradicted_pressures(
        table, judge_answers(table, known, floors.values()), answers
    )
    rose = {(one.flag, one.level) for one in judgement.raised_by}
    flags = [
        flag
        for page in pages
        for flag in raised_red_flags(page, answers)
        if (flag.id, flag.floor) in rose
    ]
    if not flags and judge_answers(table, answers).rule == judgement.rule:
        return judgement  # what was implied changed nothing, so no answer made it more urgent
    return replace(judgement, because_of=answers_raising_level(pages, answers, known, flags))


def _without_contradicted_pressures(
    table: DecisionTable, judgement: Judgement, answers: Context
) -> Judgement:
    """Without what it says of pressures that the reporter answered otherwise: they said that they
    can act, and do not read that they cannot, because of what follows from another answer. That
    one is named."""
    denied = {
        str(point.value(point.pressure).reporter)
        for point in table.points
        if point.pressure == judgement.settled[point.id] != answers.get(point.id)
        if _is_told(point, answers)
    }
    said = tuple(one for one in judgement.for_reporter if str(one) not in denied)
    return replace(judgement, for_reporter=said)


def sort_playbooks_by_urgency(
    table: DecisionTable, pages: Iterable[Playbook], answers: Context
) -> tuple[Playbook, ...]:
    """The playbooks of a report's kinds: the highest level first, then as they were named."""
    named = tuple(pages)
    if len(named) < 2:
        return named
    return tuple(sorted(named, key=lambda page: -judge_report(table, page, answers).level.rank))


def _counts_as(point: DecisionPoint, answers: Context) -> str:
    answer = answers.get(point.id)
    return answer if isinstance(answer, str) and answer in point.scale else point.unsure_counts_as


def _is_told(point: DecisionPoint, answers: Context) -> bool:
    return answers.get(point.id) in point.scale


def _rule(table: DecisionTable, settled: Mapping[str, str]) -> TriageRule:
    pressures = sum(
        point.pressure is not None and settled[point.id] == point.pressure for point in table.points
    )
    return table.rule_for(settled["danger"], settled["hold"], pressures)


def _for_reporter(
    table: DecisionTable, rule: TriageRule, settled: Mapping[str, str]
) -> tuple[Text, ...]:
    """The sentence of the rule, and where it names pressures, one for each that there is."""
    pressures = (
        point.value(point.pressure).reporter
        for point in table.points
        if rule.names_pressures and point.pressure and settled[point.id] == point.pressure
    )
    return (rule.reporter, *(one for one in pressures if one is not None))


def _named(points: Iterable[DecisionPoint], kind: UnsureMeaning) -> tuple[str, ...]:
    return tuple(point.id for point in points if point.unsure_is is kind)


def _with_implied(table: DecisionTable, pages: Iterable[Playbook], answers: Context) -> Context:
    """An answer elsewhere may raise a decision point; it never lowers what was said there."""
    meant: dict[str, set[str]] = {}
    for page in pages:
        for name, said in implied_decision_answers(page, answers).items():
            meant.setdefault(name, set()).update(said)
    known = dict(answers)
    for name, values in meant.items():
        point = table.point(name)
        known[name] = max([_counts_as(point, answers), *values], key=point.scale.index)
        if known[name] not in values and answers.get(name) in (None, *UNTOLD):
            known[name] = answers.get(name)  # nothing was raised, so it stays a guess
    return known


def _explain(
    table: DecisionTable,
    rule: TriageRule,
    settled: Mapping[str, str],
    unknown: list[DecisionPoint],
    raised_by: tuple[LevelFloor, ...],
) -> str:
    reasons = [
        str(point.value(settled[point.id]).because)
        for point in table.points
        if point not in unknown or point.unsure_is is UnsureMeaning.ASSUMED
        if point.pressure is None or settled[point.id] == point.pressure
    ]
    sentences = [
        f"{rule.level.upper()}: {rule.responder}",
        f"In this case: {'; '.join(reasons)}.",
        *(f"Raised to {floor.level.upper()}: {floor.why}" for floor in raised_by),
        f"Rule {rule.id}, triage table {table.version}.",
    ]
    assumed = [point for point in unknown if point.unsure_is is UnsureMeaning.ASSUMED]
    to_ask = [point for point in unknown if point.unsure_is is UnsureMeaning.TO_ASK]
    if assumed:
        said = ", ".join(
            f"{point.name} ({point.value(settled[point.id]).label})" for point in assumed
        )
        sentences.append(f"Assumed until you have asked: {said}.")
    if to_ask:
        sentences.append(f"Still to ask: {', '.join(str(point.name) for point in to_ask)}.")
    return " ".join(sentences)
