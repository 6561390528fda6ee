"""Markers: words that stand nowhere else, so that wherever one is found, it leaked there."""

import base64
import html
import json
import quopri
import random
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


@dataclass(frozen=True)
class Marker:
    """Something that must be found nowhere; `others` are more ways in which people write it."""

    kind: str
    raw: bytes
    others: tuple[bytes, ...] = ()

    @property
    def text(self):
        return self.raw.decode()

    @cached_property
    def needles(self):
        """Every shape in which it could lie about, in small letters: what is searched is, too."""
        found = {}
        for raw in (self.raw, *self.others):
            for encoding, needle in _encoded(raw):
                found.setdefault(needle.lower(), encoding)
        return found


class Markers:
    """Makes them, no two alike, and remembers them all. One seed makes the same ones again."""

    def __init__(self, seed):
        self.seed = seed
        self.planted = {}
        self._chance = random.Random(seed)  # noqa: S311 - markers are no secrets

    def word(self, kind):
        """A name that nobody has. The letters beyond ASCII are there for the encodings."""
        while True:
            word = "".join(self._chance.choice(SYLLABLES) for _ in range(7)).title()
            word = word[:7] + self._chance.choice(["", "é", "ü", "ł"]) + word[7:]
            if word.encode() not in self.planted:
                return self.add(kind, word)

    def words(self, kind, number):
        """A few of them in one sentence."""
        return " ".join(self.word(kind) for _ in range(number))

    def mail(self, kind):
        return self.add(kind, f"{self._letters(9)}@{self._letters(9)}.example")

    def phone(self, kind):
        return self.add(kind, "+49 30 " + "".join(self._chance.choices("0123456789", k=9)))

    def link(self, kind):
        return self.add(kind, f"https://social.example/{self._letters(12)}?id=7&of=2")

    def handle(self, kind):
        return self.add(kind, f"@{self._letters(12)}")

    def address(self, kind):
        """An internet address, as no machine of ours has."""
        ends = ":".join(f"{self._chance.randrange(4096, 65536):x}" for _ in range(4))
        return self.add(kind, f"2001:db8:77:0:{ends}")

    def add(self, kind, text, *others):
        """Remember what was not made here: a code, a cookie, a passphrase."""
        raw = text.encode() if isinstance(text, str) else text
        ways = tuple(one.encode() if isinstance(one, str) else one for one in others)
        self.planted.setdefault(raw, Marker(kind, raw, ways))
        return text

    def __iter__(self):
        return iter(self.planted.values())

    def __len__(self):
        return len(self.planted)

    def _letters(self, number):
        return "".join(self._chance.choices("abcdefghijkmnopqrstuvwxyz", k=number))


def _encoded(raw):
    yield "as it is", raw
    yield "hex", raw.hex().encode()
    # Inside a longer text, a piece begins at one of three places of a base64 group.
    for start in range(3):
        whole = raw[start : start + (len(raw) - start) // 3 * 3]
        yield "base64", base64.b64encode(whole)
        yield "base64", base64.urlsafe_b64encode(whole)
    for start in range(5):
        whole = raw[start : start + (len(raw) - start) // 5 * 5]
        if len(whole) >= 10:
            yield "base32", base64.b32encode(whole)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16", text.encode("utf-16-be")
    yield "latin-1", text.encode("latin-1", "replace")
    yield "in an address", quote(text, safe="").encode()
    yield "in a form", quote_plus(text).encode()
    yield "json", json.dumps(text)[1:-1].encode()
    yield "json in json", json.dumps(json.dumps(text)[1:-1])[1:-1].encode()
    yield "html", html.escape(text).encode()
    yield "python", repr(text)[1:-1].encode()
    yield "python", ascii(text)[1:-1].encode()
    yield "python", repr(raw)[2:-1].encode()
    yield "in a mail", quopri.encodestring(raw).rstrip(b"=\n")
