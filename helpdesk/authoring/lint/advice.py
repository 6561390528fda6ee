"""Lint rules about advice: what is at stake, what was said, and every danger has a line."""

from collections.abc import Container, Iterable, Iterator

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint.locations import file_and_line_of
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Node
from helpdesk.authoring.unfit_advice import (
    find_unfit_advice,
    is_shown_because_of,
    minimal_answers_for_condition,
)
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import Advice, LossIfLate, RedFlag


def advice_without_cost_of_delay(material: LintInput) -> Iterator[LintFinding]:
    """L32: a line of advice that does not say what is lost if it is followed late."""
    for page in material.library.playbooks:
        for line in page.safe_now:
            if "at_stake" not in _written(material, line, otherwise=("at_stake",)):
                yield material.finding_at(
                    line.text,
                    LintRule.AT_STAKE,
                    f"'{line.id}' needs `at_stake:`, what is lost if this is done late; by it the "
                    "first lines are chosen",
                )


def advice_that_misfits_answers(material: LintInput) -> Iterator[LintFinding]:
    """L33: a line that is shown although an answer speaks against it, or one that is missing."""
    for page in material.library.playbooks:
        for check in material.library.advice_checks:
            for answers in minimal_answers_for_condition(check.when, page):
                for one in find_unfit_advice((check,), (page,), answers):
                    text = one.line.text if one.line is not None else page.safe_now[0].text
                    said = ", ".join(f"{name} {value}" for name, value in answers.items())
                    yield material.finding_at(
                        text, LintRule.FITS_WHAT_WAS_SAID, f"{one} ({said or 'always'})"
                    )


def dangers_without_advice(material: LintInput) -> Iterator[LintFinding]:
    """L34: answers that raise the level, and no line of advice that is there because of them."""
    points = {point.id for point in material.library.table.points}
    for page in material.library.playbooks:
        for flag in page.red_flags:
            if flag.floor is None:
                continue
            for answers in minimal_answers_for_condition(flag.when, page):
                own = answers.keys() - points
                if own and not any(
                    is_shown_because_of(line, answers, own) for line in page.safe_now
                ):
                    yield _nothing_said(material, flag, answers)


def safety_said_to_be_soon_without_mark(material: LintInput) -> Iterator[LintFinding]:
    """L35: a line for people's safety that says now or today, and neither is marked `within_hours`
    nor says that it can wait."""
    for page in material.library.playbooks:
        for line in page.safe_now:
            if line.at_stake is not LossIfLate.SAFETY:
                continue
            phrase = next(material.words.soon.found_in(str(line.text)), None)
            if phrase is not None and "within_hours" not in _written(
                material, line, otherwise=("within_hours",)
            ):
                yield material.finding_at(
                    line.text,
                    LintRule.SAID_TO_BE_SOON,
                    f"'{line.id}' says '{phrase.words}'; add `within_hours: true`, so that nothing "
                    "that can wait stands before it, or `within_hours: false` if it can wait",
                )


def topics_that_say_nothing_twice(material: LintInput) -> Iterator[LintFinding]:
    """L36: a topic of one line, and one of which a line says what to do and another what not."""
    topics: dict[str, list[Advice]] = {}
    for page in material.library.playbooks:
        for line in page.safe_now:
            if line.topic is not None:
                topics.setdefault(line.topic, []).append(line)
    for topic, lines in topics.items():
        if len(lines) == 1:
            why = f"the topic '{topic}' has no other line; mark the lines that say the same"
            yield material.finding_at(lines[0].text, LintRule.SAID_ONCE, why)
        for line in lines:
            if line.is_dont != lines[0].is_dont:
                why = f"the topic '{topic}' has things to do and things not to do"
                yield material.finding_at(line.text, LintRule.SAID_ONCE, why)


def _written(material: LintInput, line: Advice, *, otherwise: Iterable[str]) -> Container[str]:
    """The keys that are written in this line; `otherwise` where it stands on no page."""
    file, _ = file_and_line_of(line.text.id, material.files)
    written = material.files[file].pairs()["safe_now"].items()
    entry = next((one for one in written if _is_called(one, line.id)), None)
    return tuple(otherwise) if entry is None else tuple(entry.pairs())


def _nothing_said(material: LintInput, flag: RedFlag, answers: Context) -> LintFinding:
    said = ", ".join(f"{name} {_in_words(value)}" for name, value in answers.items())
    return material.finding_at(
        flag.why,
        LintRule.DANGER_NAMED,
        f"'{flag.id}' raises the level ({said}), and no line under safe_now is there because of "
        "it; say what to do, with a `when:` that names the answer",
    )


def _in_words(value: Value) -> str:
    return value if isinstance(value, str) else " and ".join(value or ())


def _is_called(entry: Node, name: str) -> bool:
    return "id" in entry.pairs() and entry.pairs()["id"].value == name
