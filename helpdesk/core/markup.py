"""The only place where text becomes HTML, and the one rule for every text that a person wrote.

Text from outside (reports, messages, notes, evidence, partners' words, names) is shown as it was
written: nothing in it is markup, none of its characters is lost, none works without being seen,
and no program opens a link from it.
"""

import re
import unicodedata
from typing import Final

from babel import Locale
from markupsafe import Markup, escape

from helpdesk.core.visible_text import HIDDEN

# First strong isolate and its end: what `<bdi>` is where no element can stand.
ISOLATE: Final = "\u2068"
END: Final = "\u2069"
# Marks of control and format, and what has no look of its own.
_unseen = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\U00013430-\U0001343f\ud800-\udfff{HIDDEN}]"
)
# Joiners are none of them inside a word of a script that joins with them, nor in the picture of a
# family.
_joiners: Final = "\u200c\u200d"
_joining = re.compile("[\u0300-\u1fff\u2070-\ud7ff\ue000-\U0010ffff]")
# Nor are variation selectors behind what has two pictures (signs, ideographs, the digit of a key),
# nor the space of Braille inside Braille.
_selectors = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_selected = re.compile(
    "[\u203c\u2049\u2139\u3030\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_pictures: Final = frozenset({"Sc", "Sk", "Sm", "So"})
_key = re.compile("[0-9#*]\ufe0f\u20e3")
_braille = re.compile("[\u2800-\u28ff]\u2800")

_scheme = re.compile(
    r"(?i)(?:(?P<web>h(?:tt|xx)ps?):(?P<web_slashes>[/\\]+)"
    r"|(?<![a-z0-9])(?P<other>[a-z][a-z0-9+.-]{1,20}):(?P<slashes>//|\\\\)"
    r"|(?<![a-z0-9])(?P<bare>mailto|javascript|vbscript|data|tel|sms|intent|blob|magnet):(?=\S)"
    r"|(?<![a-z0-9])(?=www[.\u3002\uff0e\uff61]))"
    r"(?P<host>[^\s/\\<>\"'?#]*)"
)
# An address without a scheme, such as example.org/login: a path tells it from a file's name.
_bare_host = re.compile(r"(?<![\w@.\]-])(?:[\w-]{1,63}[.\u3002\uff0e\uff61])+[^\W\d_]{2,24}(?=/)")
_right_to_left = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_dialled = re.compile(r"(?<![\w+])([+(]?\d(?:[ \u00a0()./-]{0,2}\d){4,})")
_dot = re.compile(r"(?<=[\w-])([.\u3002\uff0e\uff61])(?=[\w-])")


def defanged_markup(text: str) -> Markup:
    """The HTML for a text that a person wrote: its links are defanged, its lines and direction its
    own."""
    return _of_a_person(visible_defanged_text(text))


def markup_with_live_links(text: str) -> Markup:
    """The HTML for a text whose links stay as they are: our own words, and what a partner has to
    act on."""
    return _of_a_person(reveal_hidden_characters(text))


def name_markup(text: str) -> Markup:
    """The HTML for a name, isolated so that it turns nothing around that stands beside it."""
    return Markup("<bdi>%s</bdi>") % reveal_hidden_characters(text)


def bidi_isolate(text: str) -> str:
    """Isolate a name's direction where no element can stand: attributes, options of a list, emails,
    sentences."""
    return f"{ISOLATE}{reveal_hidden_characters(text)}{END}"


def unreadable_text_markup(sentence: str) -> Markup:
    """The HTML of a sentence of ours where a person's text cannot be read."""
    return Markup('<strong class="unreadable">%s</strong>') % sentence


def _of_a_person(shown: str) -> Markup:
    words = _with_numbers_as_dialled(shown) if _right_to_left.search(shown) else escape(shown)
    return Markup('<span class="said" dir="auto">%s</span>') % words


def _with_numbers_as_dialled(shown: str) -> Markup:
    """Beside Arabic or Hebrew, the groups of a phone number would stand in the wrong order."""
    pieces = _dialled.split(shown)  # every second one is a number
    kept = (
        Markup('<bdi dir="ltr">%s</bdi>') % one if place % 2 else escape(one)
        for place, one in enumerate(pieces)
    )
    return Markup("").join(kept)


def is_changed_by_defanging(text: str) -> bool:
    """Whether defanging changes how a text stands on a page."""
    shown = reveal_hidden_characters(text)
    return defang(shown) != shown


def visible_defanged_text(text: str) -> str:
    """A text from outside as people read it: all of it visible, and its links defanged."""
    return defang(reveal_hidden_characters(text))


def reveal_hidden_characters(text: str) -> str:
    """Replace each hidden character by its number: [U+202E]."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _unseen.sub(_as_number, lines)


def _as_number(found: re.Match[str]) -> str:
    if found.start() and _is_needed(found[0], found.string, found.start() - 1):
        return found[0]
    return f"[U+{ord(found[0]):04X}]"


def _is_needed(sign: str, text: str, before: int) -> bool:
    """Whether what stands before it looks another way, or is another word, without it."""
    if sign in _joiners:
        return _joining.match(text, before) is not None
    if _selectors.match(sign):
        # Not + = < > | ~ ^ ` $, which are in these categories, too.
        is_picture = not text[before].isascii() and unicodedata.category(text[before]) in _pictures
        return is_picture or bool(_selected.match(text, before) or _key.match(text, before))
    return _braille.match(text, before) is not None


def defang(text: str) -> str:
    """Write addresses so that no program opens them: hxxps://example[.]org, ftp[:]//example[.]org.

    Whatever stands in front of them: a bracket, or the Arabic "and" that is written without a gap.
    """
    if ":" in text or "www" in text.casefold():  # without either there is no scheme to look for
        text = _scheme.sub(_defanged, text)
    if "/" in text:
        text = _bare_host.sub(lambda found: _dot.sub(r"[\1]", found[0]), text)
    return text


def _defanged(found: re.Match[str]) -> str:
    if found["web"]:
        scheme = re.sub("tt", "xx", found["web"].lower()) + ":" + found["web_slashes"]
    elif found["other"]:
        scheme = found["other"] + "[:]" + found["slashes"]
    else:
        scheme = found["bare"] + "[:]" if found["bare"] else ""
    return scheme + _dot.sub(r"[\1]", found["host"])


def mark_language(words: object) -> Markup:
    """The HTML for a sentence of ours, with its language where it is not the one of the page."""
    language = getattr(words, "lang", None)
    if language is None:
        return escape(words)
    direction = Locale.parse(language).text_direction
    return Markup('<span lang="%s" dir="%s">%s</span>') % (language, direction, str(words))


def time_element(for_machines: str, words: str) -> Markup:
    """The HTML time element for a moment or a day, in words and for a machine."""
    return Markup('<time datetime="%s">%s</time>') % (for_machines, words)
