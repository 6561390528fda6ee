"""export and graph: a page for other programs, on paper, or as a picture."""

import os
from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.playbook_uuids import read_playbook_uuids
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.shown_translations import translate_library
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.export.cacao import author_identity, playbook_to_cacao, to_json_text
from helpdesk.export.cacao_checks import find_export_faults
from helpdesk.export.flow_diagram import playbook_to_svg
from helpdesk.export.official_schemas import OfficialSchemas, SchemasNotFound
from helpdesk.export.printable_playbook import playbook_to_html, playbook_to_markdown
from helpdesk.playbooks.model import Playbook

SCHEMAS = "CACAO_SCHEMAS"

out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of the screen.",
)
language = click.option("--lang", "language", metavar="LANG", help="In this language: es, fr, …")


@click.command("export")
@click.argument("type_id", metavar="TYPE")
@click.option("--cacao", "form", flag_value="cacao", help="CACAO 2.0, as JSON.")
@click.option("--markdown", "form", flag_value="markdown", help="A page of Markdown to print.")
@click.option("--html", "form", flag_value="html", help="A page of HTML to print.")
@click.option("--identity", "form", flag_value="identity", help="The STIX identity of the author.")
@language
@out
@output.folder_option
@output.as_json_option
def export_playbook_command(
    type_id: str,
    form: str | None,
    language: str | None,
    out: Path | None,
    folder: Path,
    *,
    as_json: bool,
) -> None:
    """Write one page for other programs (--cacao) or for paper (--markdown, --html).

    A CACAO export is checked first: by our own rules, and by the official schemas if CACAO_SCHEMAS
    names the folder they are in. With --json you get what was checked instead of the page.
    """
    library, page = _page(folder, type_id, language)
    spoken = language or library.collection.language
    faults: list[str] = []
    checked_by: list[str] = []
    match form:
        case "cacao":
            text, faults, checked_by = _cacao(library, page, folder, spoken)
        case "markdown":
            text = playbook_to_markdown(library, page, spoken)
        case "html":
            text = playbook_to_html(library, page, spoken)
        case "identity":
            text = to_json_text(author_identity(library))
        case _:
            raise output.ToolCannotRun("Choose one: --cacao, --markdown, --html or --identity.")
    for fault in faults:
        click.echo(fault, err=True)
    if as_json:
        said = {"type": page.id, "form": form, "checked_by": checked_by, "faults": faults}
        _write(out, text)
        output.print_and_exit([], said, findings=bool(faults), as_json=True)
    _write(out, text) if out else click.echo(text, nl=False)
    raise click.exceptions.Exit(output.FINDINGS if faults else output.FINE)


@click.command("graph")
@click.argument("type_id", metavar="TYPE")
@language
@out
@output.folder_option
@output.as_json_option
def draw_playbook_command(
    type_id: str, language: str | None, out: Path | None, folder: Path, *, as_json: bool
) -> None:
    """Draw the steps and branches of a page as SVG."""
    library, page = _page(folder, type_id, language)
    text = playbook_to_svg(library, page, language or library.collection.language)
    if as_json:
        _write(out, text)
        branches = sum(step.when is not None for step in page.steps)
        said = {"type": page.id, "steps": len(page.steps), "branches": branches}
        output.print_and_exit([], said | {"ends": len(page.ends)}, findings=False, as_json=True)
    _write(out, text) if out else click.echo(text, nl=False)


def _page(folder: Path, type_id: str, language: str | None) -> tuple[WrittenLibrary, Playbook]:
    library = read_library(folder)
    if language not in (None, library.collection.language):
        if not (folder / "i18n" / str(language)).is_dir():
            raise output.ToolCannotRun(f"There is no translation into “{language}”.")
        library = translate_library(library, read_translation_files(folder, str(language)))
    page = library.playbook(type_id)
    if page is None:
        known = ", ".join(one.id for one in library.playbooks)
        raise output.ToolCannotRun(f"There is no page “{type_id}”. There are: {known}.")
    return library, page


def _cacao(
    library: WrittenLibrary, page: Playbook, folder: Path, spoken: str
) -> tuple[str, list[str], list[str]]:
    ids = read_playbook_uuids(folder)
    missing = sorted(one.id for one in library.playbooks if one.id not in ids)
    if missing:
        raise output.ToolCannotRun(
            f"These pages have no identifier yet: {', '.join(missing)}. Run: helpdesk playbooks ids"
        )
    exported = playbook_to_cacao(library, page, ids, language=spoken)
    faults, checked_by = find_export_faults(exported), ["our own rules"]
    if SCHEMAS in os.environ:
        try:
            faults += OfficialSchemas(Path(os.environ[SCHEMAS])).faults_in(exported)
        except SchemasNotFound as missing_schemas:
            raise output.ToolCannotRun(str(missing_schemas)) from None
        checked_by.append("the official schemas, draft-07")
    return to_json_text(exported), faults, checked_by


def _write(out: Path | None, text: str) -> None:
    if out is not None:
        out.write_text(text, encoding="utf-8")
