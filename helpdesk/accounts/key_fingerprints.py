"""Fingerprints: a public key in a few words, so that two people can compare it over a call."""

import hashlib
from typing import Final

from helpdesk.core.eff_word_list import word_list
from helpdesk.core.keys import Key

WORDS: Final = 6


def key_fingerprint(key: Key) -> str:
    """The fingerprint of a key: six words (77 bits), which somebody who slips in a key of their own
    will not match."""
    digest = hashlib.blake2b(key.public_half, person=b"hd fingerprint", digest_size=32).digest()
    number, words = int.from_bytes(digest), []
    for _ in range(WORDS):
        number, place = divmod(number, len(word_list()))
        words.append(word_list()[place])
    return " ".join(words)
