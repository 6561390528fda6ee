"""Finding contact details in a text, however people write them: addresses, numbers, links that lead
to a person.

Looked for are email addresses, numbers, links to a profile and Signal's usernames. A bare handle is
not: people use one everywhere, and the account that a request is about has it on purpose.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from helpdesk.core import unicode_normalization
from helpdesk.core.visible_text import without_hidden_signs

# People write the same number with and without what comes before its last digits.
SIGNIFICANT: Final = 7
# Marks of format, and marks on a letter: who reads the address leaves them out.
UNSEEN: Final = frozenset({"Cf", "Me", "Mn"})
# Letters of other alphabets that look like one of ours.
LOOKALIKES: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u03bf\u03b1\u03b9\u03bd\u03ba",
    "aeopcyxijsdoaivk",
)
FULL_STOPS: Final = str.maketrans({"\u3002": ".", "\u0640": None})
AT_IN_BRACKETS: Final = re.compile(r"\s*[\[({<]\s*(?:@|at)\s*[\])}>]\s*")
DOT_IN_BRACKETS: Final = re.compile(r"\s*[\[({<]\s*(?:\.|dot)\s*[\])}>]\s*")
# What leads out of the folder that a link names: browsers read each of these as such.
CLIMBS: Final = re.compile(r"\.\.|\\|%2e|%2f|%5c", re.IGNORECASE)
STARTS_OF_LINKS: Final = frozenset({"http", "https", "www"})
ACCOUNT_WORD: Final = re.compile(rf"\w@|@\w|\d{{{SIGNIFICANT - 2},}}")
LINK: Final = re.compile(r"(?<![\w@.-])(?:www\.)?([\w-]+(?:\.[\w-]+)+/[^\s,;]*\w)")
SIGNAL_USERNAME: Final = re.compile(r"(?<![\w.@/-])[a-z_][a-z0-9_]{2,31}\.\d{2,9}(?!\w)")


def text_in_all_spellings(text: str) -> str:
    """A text in every spelling in which contact details may be found in it."""
    plain = _plain(text)
    loose = _loose(plain)
    return "\n".join((plain, _joined(plain), _as_digits(_joined(plain)), loose, _tight(loose)))


def find_contacts_in(text: str) -> Iterator[str]:
    """Find the contact details in a text, in our spelling."""
    plain = _plain(text)
    for word in plain.split():
        bare = _bare(word)
        if "@" in bare and len(bare) > 1:
            yield bare
    for word in map(_bare, _loose(plain).split()):
        if "." in word.partition("@")[2]:
            yield word
    yield from LINK.findall(plain)
    yield from SIGNAL_USERNAME.findall(plain)
    # Two numbers may stand beside each other, so each is looked for as it may have been meant.
    for one in (plain, _joined(plain, r"[ ()./-]+"), _joined(plain), _as_digits(plain)):
        yield from (number[-SIGNIFICANT:] for number in re.findall(r"\d{6,}", one))


def contacts_in_account_name(text: str, ways: Collection[str]) -> frozenset[str]:
    """Which of some contact details are in the name of an account in full: its address, its number,
    or the link to its profile."""
    said, own = text_in_all_spellings(text), frozenset(find_contacts_in(text))
    return frozenset(one for one in ways if one in own or _stands_in_full(one, said))


def words_naming_account(text: str) -> frozenset[str]:
    """The words that name an account in a text, without what starts and ends a link. Exactly as
    they are spelt: two accounts may differ in nothing but a lookalike letter. What has neither
    letter nor digit names nothing."""
    words = (re.sub(r"^(?:https?://)?(?:www\.)?|/+$", "", _bare(word)) for word in text.split())
    return frozenset(word for word in words if any(map(str.isalnum, word))) - STARTS_OF_LINKS


def is_account_address(word: str) -> bool:
    """Whether one word alone leads to an account: a link with a path, an address, a handle or a
    number. Any other, such as the platform's name, says nothing without the rest."""
    host, slash, _ = word.partition("/")
    return bool(slash and "." in host) or ACCOUNT_WORD.search(word) is not None


def is_below_address(word: str, address: str) -> bool:
    """Whether a link leads to something on the page that another link leads to, such as a post of
    an account: both as `words_naming_account` gives them. Not where it climbs out of it again."""
    host = address.partition("/")[0]
    return (
        "." in host
        and "@" not in host
        and word.startswith(f"{address}/")
        and CLIMBS.search(word) is None
    )


def _stands_in_full(way: str, said: str) -> bool:
    before = "" if way.isdigit() else r"(?:(?<![\w@.+-])|(?<=www\.))"
    after = r"(?!\d)" if way.isdigit() else r"(?![\w@-]|\.\w)"
    return re.search(before + re.escape(way) + after, said) is not None


def _bare(word: str) -> str:
    return word.strip(".,;:()<>[]\"'")


def _joined(plain: str, gap: str = r"[\W_]+") -> str:
    """Numbers without the gaps that people write into them."""
    return re.sub(rf"(?<=\d){gap}(?=\d)", "", plain)


def _as_digits(plain: str) -> str:
    """Letters among digits that were meant as digits."""
    return re.sub(r"(?<=\d)o+(?=\d)", lambda found: "0" * len(found[0]), plain)


def _loose(plain: str) -> str:
    """With the signs of an address that were written out as words, or set apart."""
    with_at = re.sub(r"\s+at\s+", "@", plain)
    return re.sub(r"\s+dot\s+|\s*\.\s*", ".", with_at)


def _tight(loose: str) -> str:
    return re.sub(r"\s+", "", loose)


def _plain(text: str) -> str:
    """Small letters of one alphabet without marks, the digits of one keyboard, one kind of dash and
    single spaces, none of them around an @; what nobody sees is dropped."""
    seen = unicode_normalization.normalize_unicode("NFKC", without_hidden_signs(text))
    signs = unicode_normalization.normalize_unicode("NFD", seen.casefold()).translate(FULL_STOPS)
    words = " ".join("".join(map(_plain_sign, signs)).translate(LOOKALIKES).split())
    words = DOT_IN_BRACKETS.sub(".", AT_IN_BRACKETS.sub("@", words))
    return re.sub(r"\s*@\s*", "@", words)


def _plain_sign(sign: str) -> str:
    category, digit = unicodedata.category(sign), unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    if category in UNSEEN:
        return ""
    return "-" if category == "Pd" else sign
