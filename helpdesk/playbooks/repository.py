"""The repository of playbooks of this process: loaded once, held for as long as it lives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from helpdesk.playbooks.classifier import NaiveBayesClassifier
from helpdesk.playbooks.danger_detector import DangerDetector
from helpdesk.playbooks.editions import hash_of_stored_edition, playbook_from_json, playbook_to_json
from helpdesk.playbooks.helplines import Helpline
from helpdesk.playbooks.incident_search import train_classifier
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.localization import translate_texts
from helpdesk.playbooks.model import Playbook, Text
from helpdesk.playbooks.published import (
    Translation,
    load_helplines,
    load_library,
    load_translation,
)
from helpdesk.settings import LANGUAGES

CONTENT = Path(__file__).parents[2] / "playbooks"


def load_current_helplines(instead: Path | None = None) -> tuple[Helpline, ...]:
    """Load the helplines of the content folder, or those of an operator's file."""
    return load_helplines(instead) if instead else load_current_library().helplines


@dataclass(frozen=True)
class PinnablePlaybook:
    """The current edition of a playbook, ready to be pinned by a run."""

    playbook: Playbook
    content_hash: str
    content: str


def load_current_library(language: str | None = None) -> Library:
    """Load the library of this process, in its own language or in a reader's.

    The first call loads what is published. What is kept and judged is always the source.
    """
    source = _source()
    return source if language in (None, source.collection.language) else _in(str(language))


@cache
def _source() -> Library:
    return load_library(CONTENT)


@cache
def load_current_translation(language: str) -> Translation:
    """Load the translation into a language, with how far it is."""
    return load_translation(CONTENT, language)


@cache
def _in(language: str) -> Library:
    return translate_texts(_source(), translator_for(language))


def translator_for(language: str) -> Callable[[Text], Text]:
    """Make the function that translates a sentence of the source; one that is missing says so."""
    said, original = load_current_translation(language).texts, _source().collection.language
    return lambda text: said.get(text.id) or replace(text, lang=original)


def translate_text(text: Text, language: str) -> Text:
    """Translate a sentence; of an older edition, perhaps not quite so."""
    # A case may say that it is in any language.
    said = _by_id(language).get(text.id) if language in LANGUAGES else None
    if said is None or said.lang is not None:
        return replace(text, lang=load_current_library().collection.language)
    today = _by_id(None)[text.id]
    return replace(said, is_older=said.is_older or today.text != text.text)


@cache
def _by_id(language: str | None) -> dict[str, Text]:
    return {text.id: text for text in load_current_library(language).texts()}


@cache
def incident_classifier() -> NaiveBayesClassifier:
    """The classifier of the incident search, trained once for all languages: people mix them."""
    pages = [page for language in LANGUAGES for page in load_current_library(language).playbooks]
    source = load_current_library()
    return train_classifier(pages, source.searches, source.synonyms, source.danger_signs)


@cache
def danger_detector() -> DangerDetector:
    """The danger detector for people's words, in all languages."""
    return DangerDetector(load_current_library().danger_signs, incident_classifier())


@cache
def load_current_edition(playbook_id: str) -> PinnablePlaybook | None:
    """Load the current edition of a playbook, or None if there is no such page."""
    playbook = load_current_library().playbook(playbook_id)
    if playbook is None:
        return None
    content = playbook_to_json(playbook)
    return PinnablePlaybook(playbook, hash_of_stored_edition(content), content)


def preload_all(languages: Iterable[str]) -> None:
    """Preload whatever a page may ask for, so that nobody who looks at one waits for it."""
    for language in languages:
        _by_id(language)
    for page in load_current_library().playbooks:
        load_current_edition(page.id)


_pinned: dict[str, Playbook] = {}


def playbook_by_hash(content_hash: str, load: Callable[[], str]) -> Playbook:
    """The playbook of a stored edition, by its hash. A hash names one content for ever, so it is
    built once."""
    if content_hash not in _pinned:
        today = (load_current_edition(page.id) for page in load_current_library().playbooks)
        same = (one.playbook for one in today if one and one.content_hash == content_hash)
        _pinned[content_hash] = next(same, None) or playbook_from_json(load())
    return _pinned[content_hash]
