"""`helpdesk playbooks i18n extract`: the sentences of a language, for a translator."""

from collections.abc import Iterator
from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.i18n import web_page_messages
from helpdesk.authoring.cli.i18n.language_option import language_option
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.files import part_name_of, read_translation_files
from helpdesk.authoring.translation.status import (
    SentenceState,
    TranslatableSentence,
    translatable_sentences,
)
from helpdesk.authoring.translation.translator_files import TranslationUnit, to_plain_lines, to_po

ROUNDS = ("1", "2", "3")


@click.command("extract")
@language_option
@click.option(
    "--round", "rounds", multiple=True, type=click.Choice(ROUNDS), help="1 is the most important."
)
@click.option("--part", "parts", multiple=True, help="A kind of trouble, or vocab, triage, pages …")
@click.option("--lacking", is_flag=True, help="Only what is not fresh.")
@click.option("--lines", is_flag=True, help="Plain lines, with the pages’ own sentences.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file to write.")
@output.folder_option
@output.as_json_option
def extract_sentences_command(
    lang: str,
    rounds: tuple[str, ...],
    parts: tuple[str, ...],
    out: Path | None,
    folder: Path,
    *,
    lacking: bool,
    lines: bool,
    as_json: bool,
) -> None:
    """Write sentences and what there is of them in a language, as PO or as plain lines."""
    met = translatable_sentences(read_library(folder), read_translation_files(folder, lang))
    wanted = [_unit(one) for one in met if str(one.kind.priority) in (rounds or ROUNDS)]
    # A PO file of the pages' own sentences is there already: messages.po.
    own = (
        list(web_page_messages.page_translation_units(lang))
        if lines and "1" in (rounds or ROUNDS)
        else []
    )
    units = [
        unit
        for unit in (*own, *wanted)
        if (not parts or part_name_of(unit.id) in parts) and not (lacking and unit.is_final)
    ]
    text = to_plain_lines(lang, _told_apart(units)) if lines else to_po(lang, units)
    if out:
        out.write_text(text, encoding="utf-8")
    said = [f"{len(units)} sentences are in {out}."] if out else [text.rstrip("\n")]
    data = {"language": lang, "sentences": [_data(unit) for unit in units]}
    output.print_and_exit(said, data, findings=False, as_json=as_json)


def _unit(one: TranslatableSentence) -> TranslationUnit:
    said = one.said.text if one.said else ""
    return TranslationUnit(
        one.id, one.source, said, one.state is SentenceState.FRESH, str(one.kind)
    )


def _told_apart(units: list[TranslationUnit]) -> Iterator[TranslationUnit]:
    """In plain lines the part and the kind stand above each group, not beside each sentence."""
    above = ""
    for unit in units:
        heading = f"{part_name_of(unit.id)} {unit.note}".strip()
        yield TranslationUnit(
            unit.id, unit.source, unit.said, unit.is_final, heading if heading != above else ""
        )
        above = heading


def _data(unit: TranslationUnit) -> dict[str, object]:
    return {
        "id": unit.id,
        "source": unit.source,
        "text": unit.said,
        "is_final": unit.is_final,
        "kind": unit.note or web_page_messages.PART,
    }
