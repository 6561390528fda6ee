"""Which translations are shown, and the library translated with them."""

from collections.abc import Mapping
from dataclasses import replace

from helpdesk.authoring.translation.files import TranslatedSentence, TranslationFile
from helpdesk.authoring.translation.sentence_kinds import SentenceKind, classify_sentences
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.localization import translate_texts
from helpdesk.playbooks.model import Text


def translate_library(
    library: WrittenLibrary, parts: Mapping[str, TranslationFile]
) -> WrittenLibrary:
    """Translate the library with every sentence that these parts hold, and its own words for the
    rest."""
    said, source = shown_sentences(library, parts), library.collection.language
    return translate_texts(library, lambda text: said.get(text.id) or replace(text, lang=source))


def shown_sentences(
    library: WrittenLibrary, parts: Mapping[str, TranslationFile]
) -> dict[str, Text]:
    """The translated sentences that are shown, by id, in a stable order."""
    texts = {key: said for part in parts.values() for key, said in part.texts.items()}
    return {
        name: replace(
            meant.text, text=texts[name].text, is_older=not texts[name].is_fresh(meant.text.text)
        )
        for name, meant in classify_sentences(library).items()
        if may_show_translation(meant.text.text, texts.get(name), meant.kind)
    }


def may_show_translation(text: str, said: TranslatedSentence | None, kind: SentenceKind) -> bool:
    """Whether a translation may be shown. Where old or unread words could harm, only fresh ones
    are."""
    if said is None:
        return False
    return not kind.falls_back_to_source or (said.is_fresh(text) and not said.is_draft)
