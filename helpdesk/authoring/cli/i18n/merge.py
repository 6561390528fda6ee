"""`helpdesk playbooks i18n merge`: what a translator wrote, checked and put in its place."""

from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.i18n import web_page_messages
from helpdesk.authoring.cli.i18n.language_option import TRANSLATED
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation import returned_translations
from helpdesk.authoring.translation.file_writing import write_translation_file
from helpdesk.authoring.translation.files import part_name_of, read_translation_files
from helpdesk.authoring.translation.status import translatable_sentences
from helpdesk.authoring.translation.translator_files import (
    ReturnedTranslationFile,
    UnreadableTranslationFile,
    read_returned_translations,
)
from helpdesk.authoring.written_library import WrittenLibrary


@click.command("merge")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--lang", type=click.Choice(TRANSLATED), help="If the file does not name it.")
@click.option("--drafts", is_flag=True, help="It is machine translated and nobody has checked it.")
@output.folder_option
@output.as_json_option
def merge_translations_command(
    file: Path, lang: str | None, folder: Path, *, drafts: bool, as_json: bool
) -> None:
    """Put the translations of FILE (PO or plain lines) into the playbooks and the pages.

    What would break a page or change what it says is refused, with its line; the rest is taken.
    """
    parcel = _read(file)
    language = parcel.language or lang
    if language not in TRANSLATED:
        raise output.ToolCannotRun(f"{file} does not name its language; add --lang.")
    library = read_library(folder)
    own = [one for one in parcel.answers if part_name_of(one.id) == web_page_messages.PART]
    taken, refused = web_page_messages.merge_into_messages_po(language, own, drafts=drafts)
    there = read_translation_files(folder, language)
    others = [one for one in parcel.answers if part_name_of(one.id) != web_page_messages.PART]
    met = translatable_sentences(library, there)
    merged = returned_translations.merge_translations(language, there, met, others, drafts=drafts)
    _write(folder, library, merged)
    taken, refused = [*taken, *merged.taken], [*refused, *merged.refused]
    lines = [
        *(f"refused: {one}" for one in refused),
        f"{len(taken)} taken, {len(refused)} refused.",
    ]
    data = {"language": language, "taken": taken, "refused": refused}
    output.print_and_exit(lines, data, findings=bool(refused), as_json=as_json)


def _read(file: Path) -> ReturnedTranslationFile:
    try:
        return read_returned_translations(file.read_text(encoding="utf-8"))
    except (UnreadableTranslationFile, UnicodeDecodeError) as trouble:
        raise output.ToolCannotRun(f"{file}: {trouble}") from None


def _write(
    folder: Path, library: WrittenLibrary, merged: returned_translations.MergeResult
) -> None:
    order = [text.id for text in library.texts()]
    for name in sorted({part_name_of(text_id) for text_id in merged.taken}):
        write_translation_file(folder, merged.parts[name], order)
