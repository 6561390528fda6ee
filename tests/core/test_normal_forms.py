"""Normal forms: the usual ones, and no letter carries marks that nobody could read."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.email_addresses import InvalidEmailAddress, parse_email_address
from helpdesk.core.normal_forms import MOST_MARKS, normalize
from helpdesk.escalations.gates import reveals_contact
from helpdesk.escalations.packets import normalise_text

# Their order is not that of the form: sorting them one past the other takes seconds.
PILE = "e" + "\u0316\u0301" * 50_000


@given(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]), st.text(max_size=25))
def test_a_text_as_people_write_it_has_the_form_that_unicode_says(form, text):
    assert normalize(form, text) == unicodedata.normalize(form, text)


def test_what_is_piled_on_a_letter_beyond_thirty_marks_is_left_out():
    plain = normalize("NFD", PILE + " and on")

    assert sum(map(bool, map(unicodedata.combining, plain))) == MOST_MARKS
    assert plain.endswith(" and on")


@pytest.fixture
def longest(monkeypatch):
    """The longest row of marks that Python was asked to put in order."""
    rows, ask = [0], unicodedata.normalize

    def normalised(form, text):
        marks = "".join("m" if unicodedata.combining(sign) else " " for sign in text)
        rows.append(max(map(len, marks.split()), default=0))
        return ask(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalised)
    return lambda: max(rows)


def test_no_field_has_python_sort_more(longest):
    normalise_text(PILE)
    reveals_contact(PILE, PILE)
    with pytest.raises(InvalidEmailAddress):
        parse_email_address(f"{PILE}@example.org")

    assert 0 < longest() <= MOST_MARKS
