"""The lint rule about exports: every page exports, and the export holds."""

import re
from collections.abc import Iterator

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.export.cacao import playbook_to_cacao
from helpdesk.export.cacao_checks import Object, find_duplicate_ids, find_export_faults
from helpdesk.playbooks.model import Playbook, texts_in

QUOTED = re.compile("“(.+?)”")


def failing_exports(material: LintInput) -> Iterator[LintFinding]:
    """L26: an export that cannot be made, or that our checks of its graph refuse."""
    made: list[Object] = []
    for page in material.library.playbooks:
        try:
            exported = playbook_to_cacao(material.library, page, material.ids)
        except LookupError as missing:
            if all(one.id in material.ids for one in material.library.playbooks):
                yield _finding(material, page, f"it cannot be exported: {missing}")
            continue  # it leads to a page without an identifier, and the rule of names says so
        made.append(exported)
        for fault in find_export_faults(exported):
            yield _finding(material, page, f"its export does not hold: {fault}")
    for fault in find_duplicate_ids(made):
        yield LintFinding(LintRule.EXPORT, "playbooks/ids.lock.yml", 1, fault)


def _finding(material: LintInput, page: Playbook, sentence: str) -> LintFinding:
    """At the sentence that the fault quotes, or at the title of the page."""
    quoted = QUOTED.search(sentence)
    if quoted:
        for text in texts_in(page):
            if quoted[1] in str(text):
                return material.finding_at(text, LintRule.EXPORT, sentence)
    return material.finding_at(page.title, LintRule.EXPORT, sentence)
