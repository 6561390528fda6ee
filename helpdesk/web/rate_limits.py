"""Rate limits on what a stranger may do, counted without keeping where they came from."""

import hashlib
import secrets
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from flask import Flask, current_app, request

# What is counted for one purpose lies in so many rows of so many places.
WIDTH: Final = 32_768
DEPTH: Final = 3
WORD: Final = 8  # bytes of the hash for each row
ROUNDING: Final = 1e-6


@dataclass
class _Table:
    """How much was spent at each place, and when that was so."""

    spent: "array[float]"
    at: "array[float]"
    lock: Lock = field(default_factory=Lock)


class TokenBuckets:
    """Token buckets in a table of one size, found by a hash under a key that only this process
    knows and never writes.

    Everyone has a place in each row and shares it with others, and the least that was spent at
    theirs is taken for what they spent. So many names may make it stricter for one that shares all
    of its places; nothing is ever forgotten to make room, and no number of names wins a try back.
    Each purpose has a table of its own.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        key: bytes = b"",
        width: int = WIDTH,
        depth: int = DEPTH,
    ) -> None:
        self._key = key or secrets.token_bytes(32)
        self._clock = clock
        self._width, self._depth = width, depth
        self._tables: dict[str, _Table] = {}
        self._lock = Lock()

    def take(
        self, purpose: str, who: str, *, size: int, per_minute: float, amount: float = 1
    ) -> bool:
        """Take one token, or so many; False when the bucket has not as many."""
        return self.take_or_wait(purpose, who, size=size, per_minute=per_minute, amount=amount) == 0

    def take_or_wait(
        self, purpose: str, who: str, *, size: int, per_minute: float, amount: float = 1
    ) -> float:
        """Take one token, or so many, or say in how many seconds they will be there."""
        table, places, now = self._table(purpose), self._places(who), self._clock()
        with table.lock:
            for place in places:
                back = (now - table.at[place]) * per_minute / 60
                table.spent[place] = max(0.0, table.spent[place] - back)
                table.at[place] = now
            spent = min(table.spent[place] for place in places) + amount
            if spent > size + ROUNDING:
                return (spent - size) * 60 / per_minute
            for place in places:
                table.spent[place] = max(table.spent[place], spent)
        return 0.0

    def _table(self, purpose: str) -> _Table:
        """Made when it is first asked for: purposes are words of ours, and few."""
        with self._lock:
            if purpose not in self._tables:
                nothing = [0.0] * (self._width * self._depth)
                self._tables[purpose] = _Table(array("d", nothing), array("d", nothing))
            return self._tables[purpose]

    def _places(self, who: str) -> list[int]:
        """One in each row."""
        digest = hashlib.blake2b(who.encode(), key=self._key, digest_size=WORD * self._depth)
        words = digest.digest()
        return [
            row * self._width
            + int.from_bytes(words[WORD * row : WORD * (row + 1)], "big") % self._width
            for row in range(self._depth)
        ]


def init_app(app: Flask) -> None:
    """Give the application its token buckets."""
    app.extensions["buckets"] = TokenBuckets()


def is_within_limit(
    purpose: str, *, size: int, per_minute: float, who: str | None = None, amount: float = 1
) -> bool:
    """Whether this request is within the limit, of one or of so much. The address is hashed at once
    and kept nowhere."""
    buckets: TokenBuckets = current_app.extensions["buckets"]
    name = who or request.remote_addr or ""
    return buckets.take(purpose, name, size=size, per_minute=per_minute, amount=amount)


def spend_try_or_wait_seconds(purpose: str, *, size: int, per_minute: float, who: str) -> float:
    """Spend one of a few tries of `who`; with none left, the seconds until there is one."""
    buckets: TokenBuckets = current_app.extensions["buckets"]
    return buckets.take_or_wait(purpose, who, size=size, per_minute=per_minute)
