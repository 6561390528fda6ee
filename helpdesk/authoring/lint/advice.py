"""Rules about the first advice: what is at stake, and nothing against what was said."""

from collections.abc import Iterator

from helpdesk.authoring.advice_fit import answers_that_matter, misfits
from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.locations import place_of
from helpdesk.authoring.lint.material import Material
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Node


def at_stake(material: Material) -> Iterator[LintFinding]:
    """L32: a line of advice that does not say what is lost if it is followed late."""
    for page in material.library.playbooks:
        for line in page.safe_now:
            file, _ = place_of(line.text.id, material.files)
            written = material.files[file].pairs()["safe_now"].items()
            entry = next((one for one in written if _is_called(one, line.id)), None)
            if entry is not None and "at_stake" not in entry.pairs():
                yield material.at(
                    line.text,
                    LintRule.AT_STAKE,
                    f"'{line.id}' needs `at_stake:`, what is lost if this is done late; by it the "
                    "first lines are chosen",
                )


def fits_what_was_said(material: Material) -> Iterator[LintFinding]:
    """L33: a line that is shown although an answer speaks against it, or one that is missing."""
    for page in material.library.playbooks:
        for check in material.library.advice_checks:
            for answers in answers_that_matter(check, page):
                for one in misfits((check,), (page,), answers):
                    text = one.line.text if one.line is not None else page.safe_now[0].text
                    said = ", ".join(f"{name} {value}" for name, value in answers.items())
                    yield material.at(
                        text, LintRule.FITS_WHAT_WAS_SAID, f"{one} ({said or 'always'})"
                    )


def _is_called(entry: Node, name: str) -> bool:
    return "id" in entry.pairs() and entry.pairs()["id"].value == name
