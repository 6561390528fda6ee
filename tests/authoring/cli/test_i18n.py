"""extract, merge and status: what a translator does, from the first line to a language on offer."""

import io
import json
import shutil

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from checks.translations import as_bytes
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.translator_files import po_header
from helpdesk.cli import main
from helpdesk.playbooks.repository import CONTENT
from helpdesk.web import catalogues
from tests import languages
from tests.languages import in_spanish, write_all

ADVICE = "account-takeover.safe_now.no-pay"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The playbooks without any translation, and a catalogue without any words."""
    folder = shutil.copytree(CONTENT, tmp_path / "playbooks", ignore=lambda *_: ["i18n"])
    there = catalogues.catalogue_path("es").read_text()
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path / "translations")
    catalogues.catalogue_path("es").parent.mkdir(parents=True)
    catalogues.catalogue_path("es").write_text(_without_words(there))
    languages.forget()
    yield folder
    monkeypatch.undo()
    languages.forget()


def _without_words(po):
    catalogue = read_po(io.StringIO(po), locale="es")
    for message in catalogue:
        if message.id:
            message.string = ("", "") if isinstance(message.id, tuple) else ""
    return po_header("es", "# No words.\n") + as_bytes(catalogue).decode()


def run(folder, *words):
    languages.forget()
    return CliRunner().invoke(
        main, ["playbooks", "i18n", *map(str, words), "--folder", str(folder)]
    )


def a_page_sentence(folder):
    said = run(folder, "extract", "--lang", "es", "--lines", "--part", "pages").stdout
    return next(line for line in said.splitlines() if line.endswith("\tLeave this page"))


def test_what_a_reporter_never_reads_does_not_go_out(folder):
    said = run(folder, "extract", "--lang", "es", "--json")

    ids = [one["id"] for one in json.loads(said.stdout)["sentences"]]
    assert ADVICE in ids
    assert not [one for one in ids if ".steps." in one and not one.endswith(".words")]
    assert not [one for one in ids if ".red_flags." in one or ".evidence." in one]


def test_the_first_round_holds_everything_without_which_a_language_is_not_offered(folder):
    first = run(folder, "extract", "--lang", "es", "--round", "1", "--json")
    needed = json.loads(run(folder, "status", "--lang", "es", "--json").stdout)["es"]["waits_for"]

    ids = {one["id"] for one in json.loads(first.stdout)["sentences"]}
    assert needed
    assert {one for one in needed if "." in one and " " not in one} <= ids


def test_plain_lines_come_back_into_the_playbooks_and_into_the_pages(folder, tmp_path):
    page_id = a_page_sentence(folder).partition("\t")[0]
    file = tmp_path / "es.txt"
    file.write_text(
        f"# language: es\n{ADVICE}\tNo pague a nadie.\n{page_id}\tSalir de esta página\n"
    )

    said = run(folder, "merge", file)

    assert (said.exit_code, said.stdout) == (0, "2 taken, 0 refused.\n"), said.stderr
    assert (
        read_translation_files(folder, "es")["account-takeover"].texts[ADVICE].text
        == "No pague a nadie."
    )
    catalogues.load_catalogue.cache_clear()
    assert catalogues.load_catalogue("es").get("Leave this page").string == "Salir de esta página"


def test_plural_forms_come_back_one_by_one(folder, tmp_path):
    said = run(folder, "extract", "--lang", "es", "--lines", "--part", "pages").stdout
    one, many = (
        line.partition("\t")[0]
        for line in said.splitlines()
        if " hour" in line.partition("\t")[2][:20]
    )
    file = tmp_path / "es.txt"
    file.write_text(f"# language: es\n{one}\tuna hora\n{many}\t%(num)s horas\n")

    assert run(folder, "merge", file).exit_code == 0

    catalogues.load_catalogue.cache_clear()
    found = catalogues.load_catalogue("es").get(("%(num)s hour", "%(num)s hours"))
    assert found.string == ("una hora", "%(num)s horas")


def test_what_is_refused_is_named_with_its_line_and_the_rest_is_taken(folder, tmp_path):
    page_id = a_page_sentence(folder).partition("\t")[0]
    file = tmp_path / "es.txt"
    file.write_text(
        f"# language: es\n{ADVICE}\tNo pague.\n{page_id}\t<b>Salir</b>\npages.0\tx\na.b\tx\n"
    )

    said = run(folder, "merge", file, "--json")

    told = json.loads(said.stdout)
    assert said.exit_code == 1
    assert told["taken"] == [ADVICE]
    assert [one.split(" (line ")[1][0] for one in told["refused"]] == ["3", "4", "5"]


def test_a_po_file_goes_round_without_a_change(folder, tmp_path):
    file, words = tmp_path / "es.po", tmp_path / "es.txt"
    words.write_text(f"# language: es\n{ADVICE}\tNo pague a nadie.\n")
    run(folder, "merge", words)
    before = (folder / "i18n" / "es" / "account-takeover.yml").read_text()

    assert run(folder, "extract", "--lang", "es", "--out", file).exit_code == 0
    said = run(folder, "merge", file)

    assert said.stdout == "0 taken, 0 refused.\n"
    assert (folder / "i18n" / "es" / "account-takeover.yml").read_text() == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a.b\tx\n", "does not name its language"), ("# language: es\nwithout a tab\n", "no tab")],
)
def test_a_file_that_cannot_be_read_ends_with_two(folder, tmp_path, text, reason):
    file = tmp_path / "es.txt"
    file.write_text(text)

    said = run(folder, "merge", file)

    assert said.exit_code == 2
    assert reason in said.stderr


def test_a_whole_language_is_said_to_be_offered_and_one_old_sentence_takes_it_back(
    folder, tmp_path, monkeypatch
):
    write_all(tmp_path, "es", in_spanish)

    whole = run(folder, "status", "--lang", "es")
    assert whole.exit_code == 0
    assert "es (Spanish): offered where" in whole.stdout

    page = folder / "types" / "account-takeover.yml"
    page.write_text(page.read_text().replace("Do not pay anyone", "Never pay anyone"))
    old = run(folder, "status", "--lang", "es")
    assert old.exit_code == 1
    assert f"not offered: {ADVICE} must be there and fresh" in old.stdout


def test_what_a_machine_drafted_is_on_no_page(folder, tmp_path):
    page_id, _tab, _words = a_page_sentence(folder).partition("\t")
    file = tmp_path / "drafted.txt"
    file.write_text(f"# language: es\n{page_id}\tSalir de esta página\n")

    drafted = run(folder, "merge", file, "--drafts")

    assert "1 taken" in drafted.output
    languages.forget()
    [message] = [one for one in catalogues.load_catalogue("es") if one.id == "Leave this page"]
    assert message.string == "Salir de esta página"
    assert not catalogues.is_translated(message)

    run(folder, "merge", file)

    languages.forget()
    [message] = [one for one in catalogues.load_catalogue("es") if one.id == "Leave this page"]
    assert catalogues.is_translated(message)
