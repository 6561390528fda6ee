"""How hard a text is: words counted by hand beside what the rule counts."""

import pytest

from helpdesk.authoring.lint.readability import count_syllables, measure_difficulty, split_sentences

BY_HAND = {
    1: "phone phones locked you your trust could voice page change changed use used closed "
    "real each reach reached yes no the be me we time times home safe same",
    2: "people table wanted safely movement account password device message address someone "
    "science being going doing quiet create social special number trusted platform report "
    "believe because exposed service mailbox voices pages changes using reply police lawyer "
    "danger colleague colleagues picture pictures notice noticed really trouble before "
    "somewhere sometimes website something",
    3: "computer messages addresses everyone family idea usual video area media together "
    "arrested examples services dangerous period previous various created actual gradual "
    "sensible possible evidence",
    4: "emergency information situation available",
    5: "organisation",
}
WORDS = [(word, count) for count, words in BY_HAND.items() for word in words.split()]


@pytest.mark.parametrize(("word", "count"), WORDS)
def test_syllables_are_counted_as_they_are_spoken(word, count):
    assert count_syllables(word) == count


def test_a_plain_text_is_easy_and_an_official_one_is_hard():
    plain = ["Do not pay anyone. Tell the people closest to you by voice."]
    official = [
        "Notwithstanding aforementioned considerations, organisations experiencing unauthorised "
        "authentication irregularities should immediately initiate comprehensive remediation."
    ]

    assert measure_difficulty(plain).flesch_kincaid_grade < 3
    assert measure_difficulty(official).flesch_kincaid_grade > 16
    assert measure_difficulty([]).flesch_kincaid_grade == 0


def test_a_sentence_ends_at_its_mark_and_a_label_is_one():
    assert split_sentences("Yes. “Do you know?” he asked. 3.5 is a number") == [
        "Yes.",
        "“Do you know?",
        "he asked.",
        "3.5 is a number",
    ]
    assert split_sentences("My own") == ["My own"]
