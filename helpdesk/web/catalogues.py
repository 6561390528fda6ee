"""Translation catalogues of the pages, read from the very files that translators write.

Nothing has to be compiled: what stands in messages.po is what the pages say.
"""

import io
import re
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Domain, get_locale

FOLDER = Path(__file__).parents[1] / "translations"
SOURCE = "en"
# Signs that nobody sees: what stands between them reads from the left, whatever is around it.
LEFT_TO_RIGHT, END = "\u2066", "\u2069"
NOT_READ = "# What the pages say to a reporter, in {name}.\n# Read by: nobody yet\n"
# Whose sentences a reporter can meet. The pages of staff and partners are in the source language.
PUBLIC_PLACES = (
    "intake/",
    "templates/intake/",
    "templates/mailbox/",
    "templates/errors/",
    "templates/layouts/page.html",
    "templates/layouts/public.html",
    "templates/components/clock.html",
    "templates/components/code.html",
    "templates/components/details.html",
    "templates/components/form.html",
    "templates/components/frame.html",
    "templates/components/languages.html",
    "templates/components/notice.html",
    "templates/components/summary.html",
    "templates/components/timeline.html",
    "web/",
    "core/",
    "cases/operations/consents.py",
    "escalations/operations/verdicts.py",
    # a sheet on paper may be in the hands of somebody who asks for help
    "export/",
    "templates/export/",
    "playbooks/condition_text.py",
)
# Where somebody says what they agree to: not offered unless every word there is translated.
CONSENT_PLACES = (
    "intake/forms/consents.py",
    "templates/intake/_agreeing.html",
    "templates/intake/report_4.html",
    "templates/mailbox/_consents.html",
)
# Whoever speaks the language and has read the whole catalogue says so above it.
READ_BY = re.compile(r"^# Read by: (?P<who>.+), (?P<on>\d{4}-\d\d-\d\d)$", re.MULTILINE)


def init_app(app: Flask) -> None:
    """Give Babel our translation catalogues. It must have been there before."""
    app.extensions["babel"].instance.domain_instance = _Catalogues()


def catalogue_path(language: str) -> Path:
    """The path of a language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def load_catalogue(language: str) -> Catalog | None:
    """Load a language's catalogue, if there is one."""
    path = catalogue_path(language)
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=language)


def is_shown_to_reporters(message: Message) -> bool:
    """Whether a sentence stands on a page that reporters can see."""
    return _stands_in(message, PUBLIC_PLACES)


def untranslated_consents(language: str) -> list[str] | None:
    """The consents that are not translated in a language; None without catalogue."""
    found = load_catalogue(language)
    if found is None:
        return None
    asked = (message for message in found if _stands_in(message, CONSENT_PLACES))
    return [_source_of(message) for message in asked if not is_translated(message)]


def is_translated(message: Message) -> bool:
    """Whether a message is translated; what a machine proposed is marked fuzzy and is not."""
    words = message.string if isinstance(message.string, tuple) else (message.string,)
    return bool(message.id) and all(words) and not message.fuzzy


def _source_of(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _stands_in(message: Message, places: tuple[str, ...]) -> bool:
    return bool(message.id) and any(name.startswith(places) for name, _line in message.locations)


def has_been_reviewed(language: str) -> bool:
    """Whether somebody who speaks the language has reviewed its catalogue."""
    found = load_catalogue(language)
    return found is not None and READ_BY.search(found.header_comment) is not None


@cache
def load_catalogue_or_source(language: str) -> NullTranslations:
    """Load the catalogue of a language, to ask for one sentence at a time; in the source language,
    sentences as they are."""
    found = load_catalogue(language)
    if found is None:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    said = Translations(compiled)
    if Locale.parse(language).text_direction == "rtl":
        said.add_fallback(_FromTheLeft())
    return said


class _FromTheLeft(NullTranslations):
    """A sentence that has no words yet on a page that reads from the right keeps its own order."""

    def gettext(self, message: str) -> str:
        return f"{LEFT_TO_RIGHT}{message}{END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{LEFT_TO_RIGHT}{super().ngettext(msgid1, msgid2, n)}{END}"

    ugettext, ungettext = gettext, ngettext


class _Catalogues(Domain):  # type: ignore[misc]  # flask-babel has no types
    """Where Babel looks for a sentence."""

    def get_translations(self) -> NullTranslations:
        return load_catalogue_or_source(str(get_locale() or SOURCE))
