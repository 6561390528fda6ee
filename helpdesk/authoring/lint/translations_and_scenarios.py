"""Lint rules about translations and scenarios, which stand beside the pages."""

from collections.abc import Iterator, Mapping

from helpdesk.authoring.lint.findings import LintFinding, findings_from_errors
from helpdesk.authoring.lint.lint_input import ROOT, LintInput, all_playbook_names
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.scenarios import stray_scenario_files
from helpdesk.authoring.source import Node, PlaybookError, read_yaml_file
from helpdesk.authoring.translation.checks import find_translation_faults
from helpdesk.authoring.translation.files import (
    I18N,
    TranslationFile,
    part_name_of,
    read_translation_files,
)
from helpdesk.authoring.translation.sentence_kinds import SentenceKind, kind_by_sentence_id

FEWEST_WALKS = 4


def stale_translations(material: LintInput) -> Iterator[LintFinding]:
    """L25: a translation that is older than its source where that matters, or is not whole."""
    kinds = kind_by_sentence_id(material.library)
    sources = {text.id: text.text for text in material.library.texts()}
    for folder in sorted((material.folder / I18N).glob("*/")):
        try:
            parts = read_translation_files(material.folder, folder.name)
        except PlaybookError as problem:
            for one in problem.all():
                yield LintFinding(LintRule.TRANSLATIONS, one.file, one.line, one.reason)
            continue
        for part in parts.values():
            yield from _part(material, folder.name, part, kinds, sources)


def missing_scenarios(material: LintInput) -> Iterator[LintFinding]:
    """L27: too few walk-throughs, or an end that none of them comes to.

    They lead from page to page, so that all pages have to be read before one can be judged.
    """
    if len(material.library.playbooks) < len(all_playbook_names(material.folder)):
        return
    for stray in stray_scenario_files(material.folder, material.library):
        yield LintFinding(LintRule.WALKS, stray.file, stray.line, stray.reason)
    for page in material.library.playbooks:
        told = material.walks[page.id]
        for found in findings_from_errors(told.problems):
            yield LintFinding(LintRule.WALKS, found.file, found.line, found.sentence)
        if len(told.walks) < FEWEST_WALKS:
            sentence = (
                f"'{page.id}' has {len(told.walks)} walk-throughs that can be read, and needs "
                f"{FEWEST_WALKS}; add another made-up person"
            )
            yield LintFinding(LintRule.WALKS, told.file, 1, sentence)
        reached = {walk.expected.end for walk in told.walks}
        for end in page.ends:
            if end.id not in reached:
                yield material.finding_at(
                    end.label,
                    LintRule.WALKS,
                    f"no walk-through comes to the end '{end.id}'; write one in {told.file}",
                )


def _part(
    material: LintInput,
    language: str,
    part: TranslationFile,
    kinds: Mapping[str, SentenceKind],
    sources: Mapping[str, str],
) -> Iterator[LintFinding]:
    lines = _lines(material, language, part.id)
    file = f"{ROOT}/{I18N}/{language}/{part.id}.yml"
    for text_id, said in part.texts.items():
        if part_name_of(text_id) == part.id and text_id in sources:
            kind = kinds[text_id]
            if not said.is_fresh(sources[text_id]) and (
                kind.is_needed or kind.falls_back_to_source
            ):
                sentence = (
                    f"the source of '{text_id}' has changed since, and people rely on it; "
                    "translate it again, or take it out: then the source is shown"
                )
                yield LintFinding(LintRule.TRANSLATIONS, file, lines[text_id], sentence)
            elif said.is_fresh(sources[text_id]):
                for fault in find_translation_faults(sources[text_id], said.text):
                    yield LintFinding(
                        LintRule.TRANSLATIONS, file, lines[text_id], f"{text_id}: {fault}"
                    )


def _lines(material: LintInput, language: str, part: str) -> dict[str, int]:
    name = f"{I18N}/{language}/{part}.yml"
    texts: Node = read_yaml_file(material.folder / name, f"{ROOT}/{name}").pairs()["texts"]
    return {text_id: said.line for text_id, said in texts.pairs().items()}
