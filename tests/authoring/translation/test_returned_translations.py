"""Sentences go out and come back: what nobody wrote or what would break is not taken."""

import pytest

from helpdesk.authoring.translation.files import (
    TranslatedSentence,
    TranslationFile,
    TranslationReview,
    source_fingerprint,
)
from helpdesk.authoring.translation.returned_translations import merge_translations
from helpdesk.authoring.translation.sentence_kinds import SentenceKind
from helpdesk.authoring.translation.status import SentenceState, TranslatableSentence
from helpdesk.authoring.translation.translator_files import (
    ReturnedTranslation,
    TranslationUnit,
    UnreadableTranslationFile,
    read_returned_translations,
    to_plain_lines,
    to_po,
)

SOURCE = "Do not pay %(whom)s."
ADVICE, TITLE = "a.safe_now.no-pay", "a.title"


def met(said=None):
    return [
        TranslatableSentence(ADVICE, SOURCE, SentenceKind.SAFE_NOW, said),
        TranslatableSentence(TITLE, "My account is gone", SentenceKind.FINDING),
    ]


def merged(*answers, said=None, parts=None, **options):
    return merge_translations("es", parts or {}, met(said), answers, **options)


def test_what_was_written_is_taken_with_the_fingerprint_of_its_source():
    done = merged(
        ReturnedTranslation(ADVICE, "No pague a %(whom)s."),
        ReturnedTranslation(TITLE, "Perdí mi cuenta"),
    )

    assert done.taken == (ADVICE, TITLE)
    assert done.parts["a"].texts[ADVICE] == TranslatedSentence(
        "No pague a %(whom)s.", source_fingerprint(SOURCE)
    )


def test_a_part_that_changes_has_to_be_read_again():
    before = {"a": TranslationFile("a", "es", {}, TranslationReview(("x",), None))}

    assert (
        merged(ReturnedTranslation(TITLE, "Perdí mi cuenta"), parts=before).parts["a"].reviewed
        is None
    )
    assert merged(parts=before).parts["a"].reviewed is not None


@pytest.mark.parametrize("said", ["", SOURCE])
def test_a_line_nobody_touched_is_not_a_translation(said):
    done = merged(ReturnedTranslation(ADVICE, said))

    assert (done.taken, done.refused) == ((), ())


def test_the_same_in_both_languages_is_said_with_a_sign():
    done = merged(ReturnedTranslation(ADVICE, "="))

    assert done.parts["a"].texts[ADVICE].text == SOURCE


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ReturnedTranslation("a.nothing", "x"), "no such sentence"),
        (ReturnedTranslation(ADVICE, "No pague."), "placeholders"),
        (ReturnedTranslation(ADVICE, "No pague a %(whom)s.", source="Pay."), "has changed"),
        (ReturnedTranslation(ADVICE, "No pague a %(whom)s.", is_draft=True), "draft"),
    ],
)
def test_what_would_break_or_harm_is_refused(answer, reason):
    done = merged(answer)

    assert done.taken == ()
    assert reason in done.refused[0]


def test_a_machines_words_come_in_as_drafts_and_never_as_advice():
    done = merged(
        ReturnedTranslation(TITLE, "Perdí"),
        ReturnedTranslation(ADVICE, "No pague a %(whom)s."),
        drafts=True,
    )

    assert done.parts["a"].texts[TITLE].is_draft
    assert done.taken == (TITLE,)


def test_old_words_that_come_back_untouched_stay_old():
    old = TranslatedSentence("No pague.", "0000000000")
    [sentence, _] = met(old)
    unit = TranslationUnit(
        sentence.id, sentence.source, old.text, sentence.state is SentenceState.FRESH
    )
    back = read_returned_translations(to_po("es", [unit]))

    assert "#, fuzzy" in to_po("es", [unit])
    assert merged(*back.answers, said=old).taken == ()


def test_a_po_file_comes_back_as_it_went_out():
    units = [
        TranslationUnit(ADVICE, SOURCE, "No pague a %(whom)s.", is_final=True),
        TranslationUnit(TITLE, "Gone"),
    ]

    back = read_returned_translations(to_po("es", units))

    assert back.language == "es"
    assert [(one.id, one.source, one.said, one.is_draft) for one in back.answers] == [
        (ADVICE, SOURCE, "No pague a %(whom)s.", False),
        (TITLE, "Gone", "", False),
    ]


def test_plain_lines_come_back_as_they_went_out():
    units = [
        TranslationUnit(ADVICE, SOURCE, "No pague a %(whom)s.", is_final=True),
        TranslationUnit(TITLE, "Gone"),
    ]

    back = read_returned_translations(to_plain_lines("es", units))

    assert back.language == "es"
    assert [(one.id, one.said) for one in back.answers] == [
        (ADVICE, "No pague a %(whom)s."),
        (TITLE, "Gone"),
    ]


def test_a_line_says_which_source_it_was_made_from_and_an_old_one_is_refused():
    [line] = [
        one
        for one in to_plain_lines("es", [TranslationUnit(ADVICE, SOURCE)]).splitlines()
        if "\t" in one
    ]
    name = line.partition("\t")[0]
    assert name == f"{ADVICE}@{source_fingerprint(SOURCE)}"

    fresh = read_returned_translations(f"{name}\tNo pague a %(whom)s.\n").answers
    older = read_returned_translations(f"{ADVICE}@0123456789\tNo pague a %(whom)s.\n").answers
    plain = read_returned_translations(f"{ADVICE}\tNo pague a %(whom)s.\n").answers

    assert merged(*fresh).taken == merged(*plain).taken == (ADVICE,)
    assert "has changed" in merged(*older).refused[0]


def test_a_blank_that_must_not_break_stays():
    [answer] = read_returned_translations(f"{TITLE}\tQue  faire\u00a0? \n").answers

    assert answer.said == "Que faire\u00a0?"


@pytest.mark.parametrize(
    "text", ["a.title without a tab", 'msgctxt "a"\nmsgid "x"\nmsgid "b"\nmsgstr "c"\n']
)
def test_a_file_that_is_neither_is_refused(text):
    with pytest.raises(UnreadableTranslationFile):
        read_returned_translations(text)
