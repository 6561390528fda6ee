"""`helpdesk playbooks i18n status`: what each language has and lacks, and whether it is offered."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.i18n import web_page_messages
from helpdesk.authoring.cli.i18n.language_option import TRANSLATED
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.status import (
    SentenceState,
    TranslationStatus,
    translation_status,
)
from helpdesk.web.catalogues import has_been_reviewed, untranslated_consents
from helpdesk.web.languages import language_name

FEW = 5


@dataclass(frozen=True)
class _Language:
    """A language: its playbooks, its pages, its consents."""

    playbooks: TranslationStatus
    pages: int
    pages_done: int
    consents_lacking: list[str]
    is_reviewed: bool

    @property
    def is_whole(self) -> bool:
        return self.playbooks.is_complete and not self.consents_lacking

    @property
    def has_findings(self) -> bool:
        counts = [one.all for one in self.playbooks.parts]
        behind = any(
            one[state]
            for one in counts
            for state in SentenceState
            if state is not SentenceState.FRESH
        )
        return behind or bool(self.playbooks.orphans) or self.pages_done < self.pages


@click.command("status")
@click.option("--lang", "chosen", multiple=True, type=click.Choice(TRANSLATED))
@output.folder_option
@output.as_json_option
def translation_status_command(chosen: tuple[str, ...], folder: Path, *, as_json: bool) -> None:
    """Count, for each language and part, what is fresh, stale, a draft or missing."""
    library = read_library(folder)
    found = [
        _look(translation_status(library, code, read_translation_files(folder, code)))
        for code in chosen or TRANSLATED
    ]
    output.print_and_exit(
        (line for one in found for line in _lines(one)),
        {one.playbooks.language: _data(one) for one in found},
        findings=any(one.has_findings for one in found),
        as_json=as_json,
    )


def _look(playbooks: TranslationStatus) -> _Language:
    code = playbooks.language
    own = list(web_page_messages.page_translation_units(code))
    lacking = untranslated_consents(code)
    return _Language(
        playbooks=playbooks,
        pages=len(own),
        pages_done=sum(one.is_final for one in own),
        consents_lacking=["there is no catalogue"] if lacking is None else lacking,
        is_reviewed=playbooks.is_reviewed and has_been_reviewed(code),
    )


def _lines(one: _Language) -> Iterator[str]:
    language = one.playbooks.language
    yield f"{language} ({language_name(language, 'en')}): {_verdict(one)}"
    yield f"  {'part':28}  fresh  stale  draft  missing    of these, needed: fresh / not"
    lacking = one.pages - one.pages_done
    yield f"  {'the public pages':28} {one.pages_done:6} {'':6} {'':6} {lacking:8}"
    for part in one.playbooks.parts:
        if sum(part.all.values()):
            numbers = " ".join(
                f"{part.all[state]:{6 + 2 * (state is SentenceState.MISSING)}}"
                for state in SentenceState
            )
            fresh = part.needed[SentenceState.FRESH]
            yield f"  {part.part:28} {numbers}    {fresh:6} / {sum(part.needed.values()) - fresh}"
    for orphan in one.playbooks.orphans:
        yield f"  {orphan} is translated, but there is no such sentence any more"
    yield ""


def _verdict(one: _Language) -> str:
    if one.is_whole:
        unread = "where the helpdesk offers translations that no speaker has read"
        return "offered" if one.is_reviewed else f"offered {unread}"
    waits = [*one.playbooks.waits_for, *one.consents_lacking]
    more = f" and {len(waits) - FEW} more" if len(waits) > FEW else ""
    return f"not offered: {', '.join(waits[:FEW])}{more} must be there and fresh"


def _data(one: _Language) -> dict[str, object]:
    return {
        "is_whole": one.is_whole,
        "is_reviewed": one.is_reviewed,
        "waits_for": [*one.playbooks.waits_for, *one.consents_lacking],
        "orphans": list(one.playbooks.orphans),
        "pages": {"fresh": one.pages_done, "missing": one.pages - one.pages_done},
        "parts": {
            part.part: {"all": part.all, "needed": part.needed} for part in one.playbooks.parts
        },
    }
