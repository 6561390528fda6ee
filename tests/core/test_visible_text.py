"""Visible text: what nobody can see is no word."""

import pytest

from helpdesk.core.visible_text import has_visible_text


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
    ],
)
def test_what_nobody_sees_is_nothing(text):
    assert not has_visible_text(text)


@pytest.mark.parametrize("text", ["a", "7", ".", "نور", "\u200bb", "🙂", "-"])
def test_what_one_can_see_is_something(text):
    assert has_visible_text(text)
