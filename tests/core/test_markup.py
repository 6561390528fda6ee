"""Nothing from outside is ever markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.markup import ALLOWED_TAGS, from_markdown, plain

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](https://attacker.example/)",
    "![x](https://attacker.example/pixel.png)",
    "<style>body{background:url(//attacker.example)}</style>",
    "<iframe src=//attacker.example></iframe>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<p style='position:fixed'>x</p>",
    "<form action=//attacker.example><button>x</button></form>",
    "<<script>script>alert(1)<</script>/script>",
    '<a href="ht&#x09;tps://attacker.example">x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


def tags_in(html):
    return {part.split(">")[0].split()[0].strip("/") for part in html.split("<")[1:]}


def whole_tags(html):
    return re.findall(r"<[^>]*>", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_comes_out_harmless(text):
    html = from_markdown(text)

    assert tags_in(html) <= ALLOWED_TAGS
    assert all(tag == f"<{tag.strip('</>')}>" or tag.startswith("</") for tag in whole_tags(html))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_text(text):
    assert tags_in(plain(text)) <= {"p", "br"}


@given(st.text())
def test_any_text_is_text(text):
    assert tags_in(plain(text)) <= {"p", "br"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://bad.example/login now", "hxxps://bad[.]example/login"),
        ("HTTP://Bad.Example", "hxxp://Bad[.]Example"),
        ("www.bad.example/x", "www[.]bad[.]example/x"),
        ("already hxxps://bad.example", "hxxps://bad[.]example"),
        ("twice https://a.example and https://b.example", "hxxps://b[.]example"),
    ],
)
def test_addresses_are_shown_so_that_nothing_opens_them(written, shown):
    assert shown in plain(written)


def test_line_breaks_are_kept():
    assert plain("one\r\ntwo\n\nthree") == "<p>one<br>two</p><p>three</p>"
