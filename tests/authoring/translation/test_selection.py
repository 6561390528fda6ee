"""A library in another language is the same one with other words; what could harm falls back."""

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.translation.files import (
    TranslatedSentence,
    TranslationFile,
    part_name_of,
    source_fingerprint,
)
from helpdesk.authoring.translation.sentence_kinds import SentenceKind, kind_by_sentence_id
from helpdesk.authoring.translation.shown_translations import translate_library
from helpdesk.playbooks import repository
from helpdesk.playbooks.answer_evaluation import safe_now_advice
from helpdesk.playbooks.editions import content_hash
from helpdesk.playbooks.model import Playbook, texts_in

DANGER = "vocab.questions.danger.ask"
ADVICE = "account-takeover.safe_now.no-pay"
FLAG = "account-takeover.red_flags.owner-held"
END = "account-takeover.ends.restored.say"
TITLE = "account-takeover.title"


@pytest.fixture
def source():
    return read_library(repository.CONTENT)


def _with(source, text_id, state):
    words = _text(source, text_id).text
    of = "0" * 10 if state == "stale" else source_fingerprint(words)
    said = TranslatedSentence("otras palabras", of, is_draft=state == "draft")
    return translate_library(
        source,
        {part_name_of(text_id): TranslationFile(part_name_of(text_id), "es", {text_id: said})},
    )


def _text(library, text_id):
    return next(text for text in library.texts() if text.id == text_id)


@pytest.mark.parametrize("text_id", [DANGER, ADVICE, FLAG, END, TITLE])
def test_a_fresh_sentence_is_said_in_the_language(source, text_id):
    text = _text(_with(source, text_id, "fresh"), text_id)

    assert (text.text, text.lang, text.is_older) == ("otras palabras", None, False)


@pytest.mark.parametrize("text_id", [DANGER, END, TITLE])
def test_an_older_sentence_is_said_and_marked(source, text_id):
    text = _text(_with(source, text_id, "stale"), text_id)

    assert (text.text, text.lang, text.is_older) == ("otras palabras", None, True)


@pytest.mark.parametrize("state", ["stale", "draft"])
@pytest.mark.parametrize("text_id", [ADVICE, FLAG])
def test_what_could_harm_falls_back_and_says_in_which_language_it_is(source, text_id, state):
    text = _text(_with(source, text_id, state), text_id)

    assert (text.text, text.lang) == (_text(source, text_id).text, "en")


def test_a_sentence_nobody_has_translated_falls_back(source):
    library = _with(source, TITLE, "fresh")

    assert _text(library, DANGER).text == _text(source, DANGER).text
    assert _text(library, DANGER).lang == "en"


def test_nothing_but_words_is_different(source):
    library = translate_library(source, {})

    assert [page.id for page in library.playbooks] == [page.id for page in source.playbooks]
    assert [text.id for text in library.texts()] == [text.id for text in source.texts()]
    for there, here in zip(library.playbooks, source.playbooks, strict=True):
        assert [one.when for one in there.safe_now] == [one.when for one in here.safe_now]
        assert [one.id for one in there.steps] == [one.id for one in here.steps]
        assert len(safe_now_advice(there, {}).dos) == len(safe_now_advice(here, {}).dos)


def test_the_source_stays_as_it_is(source):
    before = [content_hash(page) for page in source.playbooks]
    translate_library(source, {})

    assert [content_hash(page) for page in source.playbooks] == before
    assert repository.load_current_library("en") is repository.load_current_library()


def test_every_sentence_has_a_kind_and_responders_keep_theirs_to_themselves(source):
    kinds = kind_by_sentence_id(source)

    assert {text.id for text in source.texts()} == set(kinds)
    for page in source.playbooks:
        assert {kinds[one.id] for one in texts_in(page.safe_now)} == {SentenceKind.SAFE_NOW}
        assert {kinds[end.say.id] for end in page.ends} == {SentenceKind.END}
        assert all(kinds[step.do.id].priority == 0 for step in page.steps)
        assert all(kinds[flag.why.id].priority == 0 for flag in page.red_flags)
        assert {kinds[one.id] for one in asked_by(page)} <= MET


MET = {SentenceKind.DECISION, SentenceKind.EVERYWHERE, SentenceKind.QUESTION}


def asked_by(page: Playbook):
    return texts_in(page.questions)
