"""Visible text: what nobody can see is no word."""

import pytest

from helpdesk.core.visible_text import fold_for_comparison, has_visible_text

# One of each kind that nobody sees: variation selectors, a mark, vowels, blank signs, fillers.
UNSEEN = "\ufe00\ufe0f\u034f\u17b4\u17b5\u180b\u2800\u3164\U0001d159\U000e0100\U000e0061"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\u200b",
        "\u2060",
        "\u2800",
        "\u3164",
        "\u115f\u1160",
        "\ufeff",
        "\u00a0\u0301",
        "\U0001d159",
        "\u17b4\ufe0f",
    ],
)
def test_what_nobody_sees_is_nothing(text):
    assert not has_visible_text(text)


@pytest.mark.parametrize("text", ["a", "7", ".", "نور", "\u200bb", "🙂", "-"])
def test_what_one_can_see_is_something(text):
    assert has_visible_text(text)


@pytest.mark.parametrize(
    "other",
    [
        "nour  haddad",
        "NOUR HADDAD ",
        "No\u200bur\u00a0Haddad",
        "\uff2eour Haddad",
        "Nour\u2060 Haddad",
        *(f"No{sign}ur Haddad" for sign in UNSEEN),
    ],
)
def test_two_texts_that_look_the_same_are_folded_to_one(other):
    assert fold_for_comparison(other) == fold_for_comparison("Nour Haddad")


@pytest.mark.parametrize(
    "other", ["Nour Hadad", "Noûr Haddad", "NourHaddad", "Nour Haddad 2", "نور حداد"]
)
def test_what_looks_another_way_stays_another(other):
    assert fold_for_comparison(other) != fold_for_comparison("Nour Haddad")
