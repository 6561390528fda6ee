"""Lint rules about safety: advice that cannot be undone, floors that raise nothing, intimate
images."""

from collections.abc import Iterator, Mapping
from itertools import product

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint.satisfiability import AnswerSpace
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.model import Playbook, RedFlag, Text, texts_in
from helpdesk.triage.decision_table import DecisionTable


def risky_advice_without_warning(material: LintInput) -> Iterator[LintFinding]:
    """L12: something to do that may cost somebody something, without a word about the risk."""
    for page in material.library.playbooks:
        for advice in page.safe_now:
            if advice.is_dont or advice.risk is not None:
                continue
            for phrase in material.words.risky.found_unless_negated(str(advice.text)):
                yield material.finding_at(
                    advice.text,
                    LintRule.RISKY_ADVICE,
                    f"'{phrase.words}' can’t be undone; add `risk:` with what could go wrong and "
                    "who it could hurt, or say it as something not to do yet",
                )


def floors_without_effect(material: LintInput) -> Iterator[LintFinding]:
    """L16: a floor under every level its flag could meet, an answer that means the least."""
    for page in material.library.playbooks:
        yield from _lowering(material, page)
        for number, flag in enumerate(page.red_flags, start=1):
            if flag.floor is None:
                continue
            if not _raises(material.library.table, page, flag, flag.floor):
                file, line = material.file_and_line_of(page.id, "red_flags", str(number), "floor")
                yield LintFinding(
                    LintRule.FLOORS,
                    file,
                    line,
                    f"the floor {flag.floor} of '{flag.id}' raises no report: wherever the flag "
                    "rises, the answers already lead to that level; name a higher one, or leave "
                    "the floor out",
                )


def playbooks_taking_intimate_images(material: LintInput) -> Iterator[LintFinding]:
    """L17: a page about intimate images that takes the image, or asks for it."""
    for page in material.library.playbooks:
        if _is_about_intimate_images(material, page):
            yield from _pictures_taken(material, page)
            yield from _pictures_asked_for(material, page)


def _lowering(material: LintInput, page: Playbook) -> Iterator[LintFinding]:
    """An option with the lowest value of a decision point means to lower it, and never does."""
    for question in page.questions:
        for option in question.options:
            for setting in option.sets:
                if setting.value == material.library.table.point(setting.name).scale[0]:
                    home = option.label.id.removesuffix(".label")
                    yield LintFinding(
                        LintRule.FLOORS,
                        *material.file_and_line_of(home, "sets"),
                        f"'{option.id}' sets {setting.name} to its lowest value, and an answer can "
                        "only make a case more urgent; leave that out",
                    )


def _raises(table: DecisionTable, page: Playbook, flag: RedFlag, floor: Level) -> bool:
    """Whether the flag can rise with decision answers that alone would lead to a lower level."""
    points = {point.id: point for point in table.points}
    asked = [name for name in names_in(flag.when) if name in points]
    lowest = {name: point.scale[0] for name, point in points.items()}
    for values in product(*(points[name].scale for name in asked)):
        given = dict(zip(asked, values, strict=True))
        level = _level(table, {**lowest, **given})
        if level.rank < floor.rank and AnswerSpace(page.questions, {}, given).can_satisfy(
            flag.when
        ):
            return True
    return False


def _level(table: DecisionTable, settled: Mapping[str, str]) -> Level:
    pressures = sum(
        point.pressure is not None and settled[point.id] == point.pressure for point in table.points
    )
    return table.rule_for(settled["danger"], settled["hold"], pressures).level


def _is_about_intimate_images(material: LintInput, page: Playbook) -> bool:
    names = " ".join(str(text) for text in (page.title, page.trigger))
    return any(material.words.intimate.found_in(names))


def _pictures_taken(material: LintInput, page: Playbook) -> Iterator[LintFinding]:
    kinds = {kind.id for kind in material.library.evidence_kinds if kind.may_hold_pictures}
    for evidence in page.evidence:
        if evidence.kind in kinds:
            yield material.finding_at(
                evidence.label,
                LintRule.NO_IMAGES,
                f"evidence of the kind '{evidence.kind}' may hold the image itself; take an "
                "address, a reference or a statement instead",
            )


def _pictures_asked_for(material: LintInput, page: Playbook) -> Iterator[LintFinding]:
    for text in _told(page):
        for phrase in material.words.asks_for_pictures.found_unless_negated(str(text)):
            yield material.finding_at(
                text,
                LintRule.NO_IMAGES,
                f"'{phrase.words}' may bring us the image; ask for its address, or for what it "
                "shows in a few words",
            )


def _told(page: Playbook) -> Iterator[Text]:
    """Everything that the page tells people to do, as it stands in its own file."""
    for text in texts_in((page.questions, page.safe_now, page.steps, page.evidence, page.ends)):
        if text.id.startswith(f"{page.id}."):
            yield text
