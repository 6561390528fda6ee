"""Normal forms: the usual ones, and no letter carries marks that nobody could read."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core import unicode_normalization
from helpdesk.core.email_addresses import (
    LONGEST_TYPED,
    InvalidEmailAddress,
    parse_email_address,
)
from helpdesk.core.unicode_normalization import MOST_MARKS, normalize_unicode
from helpdesk.escalations.gates import reveals_contact
from helpdesk.escalations.packets import normalise_text

# Their order is not that of the form: sorting them one past the other takes seconds.
PILE = "e" + "\u0316\u0301" * 50_000
FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
# Every sign that is a mark, or falls apart. No mark is more than two, no letter ends in more than
# three: fourteen signs of whatever kind are never cut.
MADE_OF_OTHERS = [
    sign
    for sign in map(chr, range(sys.maxunicode + 1))
    if unicodedata.combining(sign) or unicodedata.decomposition(sign)
]


def longest_row(text):
    """The longest row of marks in what the text falls apart into."""
    apart = "".join(unicodedata.normalize("NFKD", sign) for sign in text)
    marks = "".join("m" if unicodedata.combining(part) else " " for part in apart)
    return max(map(len, marks.split()), default=0)


@given(
    st.sampled_from(FORMS),
    st.text(
        st.characters(exclude_categories=["Cs"]) | st.sampled_from(MADE_OF_OTHERS), max_size=14
    ),
)
def test_a_text_as_people_write_it_has_the_form_that_unicode_says(form, text):
    assert normalize_unicode(form, text) == unicodedata.normalize(form, text)


def test_what_is_piled_on_a_letter_beyond_thirty_marks_is_left_out():
    plain = normalize_unicode("NFD", PILE + " and on")

    assert sum(map(bool, map(unicodedata.combining, plain))) == MOST_MARKS
    assert plain.endswith(" and on")


def test_no_sign_that_falls_apart_gets_past_the_count():
    beyond = {
        hex(ord(sign))
        for sign in MADE_OF_OTHERS
        for pile in (sign * 40, "e" + (sign + "\u0316") * 40, "\u0316" * 29 + sign * 2)
        if longest_row(normalize_unicode("NFKD", pile)) > MOST_MARKS
    }

    assert not beyond


def test_of_the_marks_that_are_two_fifteen_are_left():
    for sign in "\u0344\u0f73\u0f75\u0f81":
        assert normalize_unicode("NFD", "e" + sign * 20_000 + "o") == unicodedata.normalize(
            "NFD", "e" + sign * (MOST_MARKS // 2) + "o"
        )


@pytest.fixture
def longest(monkeypatch):
    """The longest row of marks that Python was asked to put in order."""
    rows, ask = [0], unicodedata.normalize

    def normalised(form, text):
        apart = "".join(ask("NFKD", sign) for sign in text)
        marks = "".join("m" if unicodedata.combining(part) else " " for part in apart)
        rows.append(max(map(len, marks.split()), default=0))
        return ask(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalised)
    return lambda: max(rows)


@pytest.mark.parametrize("mark", ["\u0316\u0301", "\u0f73", "\u0f75", "\u0f81"])
def test_no_field_has_python_sort_more(longest, mark):
    pile = "e" + mark * 5_000
    normalise_text(pile)
    reveals_contact(pile, pile)
    with pytest.raises(InvalidEmailAddress):
        parse_email_address(f"{pile[:900]}@example.org")

    assert 2 < longest() <= MOST_MARKS


def test_an_address_of_a_thousand_signs_is_not_even_read(monkeypatch):
    monkeypatch.setattr(unicode_normalization, "normalize_unicode", None)
    with pytest.raises(InvalidEmailAddress):
        parse_email_address("e\u0301" * LONGEST_TYPED)
