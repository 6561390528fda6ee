"""Nothing from outside is ever markup, loses a letter, or does anything."""

import re
import sys
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.markup import (
    bidi_isolate,
    defanged_markup,
    name_markup,
    reveal_hidden_characters,
    visible_defanged_text,
)

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


# What a program, a browser or a chat could open, however it stands in its sentence.
LIVE = re.compile(r"(?i)(https?|ftp|ipfs|wss?):[/\\]|mailto:\S|javascript:\S|www\.\w")


def text_of(html):
    assert html.startswith('<span class="said" dir="auto">')
    inside = html.removeprefix('<span class="said" dir="auto">').removesuffix("</span>")
    return unescape(re.sub(r'<bdi dir="ltr">|</bdi>', "", inside))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_text(text):
    assert re.findall(r"<[^>]*>", defanged_markup(text)) == [
        '<span class="said" dir="auto">',
        "</span>",
    ]
    assert re.findall(r"<[^>]*>", name_markup(text)) == ["<bdi>", "</bdi>"]


@given(st.text())
def test_any_text_is_text_and_nothing_in_it_works_unseen(text):
    shown = text_of(defanged_markup(text))

    assert not [one for one in shown if works_unseen(one)]
    assert not LIVE.search(shown)


@given(st.text(st.sampled_from("ab.:/\\[]*_>`#~-wتh ps\n\u2067\u200b"), max_size=60))
def test_no_letter_that_somebody_wrote_is_lost(text):
    kept = re.sub(r"\[U\+[0-9A-F]+\]|\[([.:])\]", r"\1", text_of(defanged_markup(text)))

    seen = [one for one in text.replace("\r\n", "\n") if not works_unseen(one)]
    assert [one for one in kept if one not in "tx[]"] == [one for one in seen if one not in "tx[]"]


def works_unseen(letter):
    drawn = letter in "\n\t\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891"
    drawn = drawn or letter in "\u08e2\U000110bd\U000110cd"
    # Unicode lets programs ignore these, and these two are blank.
    ignored = "\u034f\u17b4\u17b5\ufe00\ufe0f\U000e0100\u2800\U0001d159"
    category = unicodedata.category(letter)
    return letter in ignored or (category in ("Cc", "Cf", "Cs", "Zl", "Zp") and not drawn)


def test_every_mark_of_control_and_format_is_shown_and_does_nothing():
    for letter in map(chr, range(sys.maxunicode + 1)):
        if works_unseen(letter):
            assert (
                letter == "\r"
                or reveal_hidden_characters(f"a{letter}b") == f"a[U+{ord(letter):04X}]b"
            )


@pytest.mark.parametrize(
    "written",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, "I want"
        "\u0915\u094d\u200d\u0937",  # Devanagari
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "\u270c\ufe0f",
        "1\ufe0f\u20e3 \u2139\ufe0f \u00a9\ufe0e",
        "\u845b\U000e0100",  # a name that is written with its own picture of an ideograph
        "\u2813\u2800\u2815",  # Braille
        "Bäckerei",
    ],
)
def test_words_that_need_a_joiner_keep_it(written):
    assert reveal_hidden_characters(written) == written


@pytest.mark.parametrize("sign", ["\ufe0f", "\u034f", "\u17b4", "\u2800", "\U0001d159"])
def test_what_nobody_sees_inside_a_name_is_shown(sign):
    assert f"[U+{ord(sign):04X}]" in name_markup(f"Mar{sign}ia")
    assert f"[U+{ord(sign):04X}]" in bidi_isolate(f"\u270c\ufe0f{sign}")


@pytest.mark.parametrize("before", "+=<>|~^`$")
def test_a_hidden_sign_behind_a_plain_one_is_shown(before):
    assert reveal_hidden_characters(f"maria{before}\ufe0fx") == f"maria{before}[U+FE0F]x"


def test_a_joiner_between_latin_letters_hides_nothing():
    assert reveal_hidden_characters("pay\u200dpal \u200c") == "pay[U+200D]pal [U+200C]"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://bad.example/login now", "see hxxps://bad[.]example/login now"),
        ("HTTP://Bad.Example", "hxxp://Bad[.]Example"),
        ("www.bad.example/x", "www[.]bad[.]example/x"),
        ("already hxxps://bad.example", "already hxxps://bad[.]example"),
        ("twice https://a.example, https://b.example", "hxxps://a[.]example, hxxps://b[.]example"),
        ("وhttps://bad.example/x", "وhxxps://bad[.]example/x"),
        ("وwww.bad.example", "وwww[.]bad[.]example"),
        ("(https://bad.example)", "(hxxps://bad[.]example)"),
        ("_https://bad.example_", "_hxxps://bad[.]example_"),
        ("1https://bad.example", "1hxxps://bad[.]example"),
        ("https://пример.рф/вход", "hxxps://пример[.]рф/вход"),
        ("https://bad。example/", "hxxps://bad[。]example/"),
        ("пример.рф/вход", "пример[.]рф/вход"),
        ("bad.example/login", "bad[.]example/login"),
        ("https:\\\\bad.example", "hxxps:\\\\bad[.]example"),
        ("https:/bad.example", "hxxps:/bad[.]example"),
        ("ftp://files.example/a", "ftp[:]//files[.]example/a"),
        ("ht\u200btps://bad.example", "ht[U+200B]tps[:]//bad[.]example"),
        ("mailto:a@bad.example", "mailto[:]a@bad[.]example"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
    ],
)
def test_addresses_are_shown_so_that_nothing_opens_them(written, shown):
    assert shown in visible_defanged_text(written)


@pytest.mark.parametrize(
    "written",
    [
        "__init__ and *x* and `code`",
        r"C:\Users\*x*\AppData",
        "one\n  two\n\n> three\n# four\n1) five",
        "10:30/11:30, and/or, Node.js, report.pdf, 1.5/2",
        "anna@example.org",
        "+49 170 1234567",
    ],
)
def test_evidence_is_shown_to_the_letter(written):
    assert text_of(defanged_markup(written)) == written


@pytest.mark.parametrize("number", ["+49 170 1234567", "(030) 123-456", "0170/1234567"])
def test_a_phone_number_keeps_its_order_beside_arabic(number):
    shown = defanged_markup(f"لا تتصل على {number} أبدا")

    assert f'<bdi dir="ltr">{number}</bdi>' in shown
    assert "<bdi" not in defanged_markup(f"Never call {number}.")


def test_line_breaks_are_kept():
    assert text_of(defanged_markup("one\r\ntwo\n\nthree\rfour")) == "one\ntwo\n\nthree\nfour"


def test_where_no_element_can_stand_a_name_is_isolated_by_characters():
    assert bidi_isolate("علي\u2069") == "\u2068علي[U+2069]\u2069"


@pytest.mark.parametrize("piece", ["[", "*", ">", "[](", "`", "_a", "a.", "www.", "x://", "\u2067"])
def test_hostile_markup_costs_what_its_letters_cost(piece):
    """Twice the text, at most twice the answer: nothing nests, and nothing multiplies."""
    short, long = (len(defanged_markup(piece * many)) for many in (5_000, 10_000))

    assert long <= 2 * short
