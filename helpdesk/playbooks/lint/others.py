"""Rules about what stands beside the pages: translations and walk-throughs."""

from collections.abc import Iterator, Mapping

from helpdesk.playbooks.lint.findings import Finding, refused
from helpdesk.playbooks.lint.material import ROOT, Material, names
from helpdesk.playbooks.reading.walks import strays
from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import BadPlaybook, Piece, read_file
from helpdesk.playbooks.translating.checking import faults
from helpdesk.playbooks.translating.kinds import Kind, kinds_of
from helpdesk.playbooks.translating.words import I18N, Part, part_of, read_parts

FEWEST_WALKS = 4


def translations(material: Material) -> Iterator[Finding]:
    """L25: a translation that is older than its source where that matters, or is not whole."""
    kinds = kinds_of(material.library)
    sources = {text.id: text.text for text in material.library.texts()}
    for folder in sorted((material.folder / I18N).glob("*/")):
        try:
            parts = read_parts(material.folder, folder.name)
        except BadPlaybook as problem:
            for one in problem.all():
                yield Finding(Rule.TRANSLATIONS, one.file, one.line, one.reason)
            continue
        for part in parts.values():
            yield from _part(material, folder.name, part, kinds, sources)


def walks(material: Material) -> Iterator[Finding]:
    """L27: too few walk-throughs, or an end that none of them comes to.

    They lead from page to page, so that all pages have to be read before one can be judged.
    """
    if len(material.library.playbooks) < len(names(material.folder)):
        return
    for stray in strays(material.folder, material.library):
        yield Finding(Rule.WALKS, stray.file, stray.line, stray.reason)
    for page in material.library.playbooks:
        told = material.walks[page.id]
        for found in refused(told.problems):
            yield Finding(Rule.WALKS, found.file, found.line, found.sentence)
        if len(told.walks) < FEWEST_WALKS:
            sentence = (
                f"'{page.id}' has {len(told.walks)} walk-throughs that can be read, and needs "
                f"{FEWEST_WALKS}; write one more made-up person"
            )
            yield Finding(Rule.WALKS, told.file, 1, sentence)
        reached = {walk.expected.end for walk in told.walks}
        for end in page.ends:
            if end.id not in reached:
                yield material.at(
                    end.label,
                    Rule.WALKS,
                    f"no walk-through comes to the end '{end.id}'; write one in {told.file}",
                )


def _part(
    material: Material,
    language: str,
    part: Part,
    kinds: Mapping[str, Kind],
    sources: Mapping[str, str],
) -> Iterator[Finding]:
    lines = _lines(material, language, part.id)
    file = f"{ROOT}/{I18N}/{language}/{part.id}.yml"
    for text_id, said in part.texts.items():
        if part_of(text_id) == part.id and text_id in sources:
            kind = kinds[text_id]
            if not said.is_fresh(sources[text_id]) and (kind.is_needed or kind.falls_back):
                sentence = (
                    f"the source of '{text_id}' has changed since, and people rely on it; "
                    "translate it anew, or take it out: then the source is shown"
                )
                yield Finding(Rule.TRANSLATIONS, file, lines[text_id], sentence)
            elif said.is_fresh(sources[text_id]):
                for fault in faults(sources[text_id], said.text):
                    yield Finding(Rule.TRANSLATIONS, file, lines[text_id], f"{text_id}: {fault}")


def _lines(material: Material, language: str, part: str) -> dict[str, int]:
    name = f"{I18N}/{language}/{part}.yml"
    texts: Piece = read_file(material.folder / name, f"{ROOT}/{name}").pairs()["texts"]
    return {text_id: said.line for text_id, said in texts.pairs().items()}
