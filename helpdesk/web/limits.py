"""How often a stranger may do something, counted without keeping where they came from."""

import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from flask import Flask, current_app, request

KEEP = 20_000


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Buckets:
    """Token buckets keyed by a hash under a key that only this process knows and never writes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, purpose: str, who: str, *, size: int, per_minute: float) -> bool:
        """Take one token; False when the bucket is empty."""
        return self.take_or_wait(purpose, who, size=size, per_minute=per_minute) == 0

    def take_or_wait(self, purpose: str, who: str, *, size: int, per_minute: float) -> float:
        """Take one token, or say in how many seconds there will be one."""
        key = hashlib.blake2b(f"{purpose}\n{who}".encode(), key=self._key, digest_size=16).digest()
        now = time.monotonic()
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(size, now)
            bucket.tokens = min(size, bucket.tokens + (now - bucket.filled_at) * per_minute / 60)
            bucket.filled_at = now
            wait = max(0.0, 1 - bucket.tokens) * 60 / per_minute
            if not wait:
                bucket.tokens -= 1
            self._buckets[key] = bucket
            while len(self._buckets) > KEEP:
                self._buckets.popitem(last=False)
        return wait


def init_app(app: Flask) -> None:
    app.extensions["buckets"] = Buckets()


def within_limit(purpose: str, *, size: int, per_minute: float, who: str | None = None) -> bool:
    """Whether this request is one of a few. The address is hashed at once and kept nowhere."""
    buckets: Buckets = current_app.extensions["buckets"]
    return buckets.take(purpose, who or request.remote_addr or "", size=size, per_minute=per_minute)


def seconds_to_wait(purpose: str, *, size: int, per_minute: float, who: str) -> float:
    """Spend one of a few tries of `who`; with none left, the seconds until there is one."""
    buckets: Buckets = current_app.extensions["buckets"]
    return buckets.take_or_wait(purpose, who, size=size, per_minute=per_minute)
