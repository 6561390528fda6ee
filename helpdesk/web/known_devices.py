"""Known devices: browsers that have signed in here before, by a signed cookie, so that strangers
who try a name cannot keep its owner out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

HOLDS: Final = timedelta(days=180)
MOST_PEOPLE: Final = 8


@dataclass(frozen=True)
class KnownDevice:
    """A known browser: a name of its own, and for whom it has once been let in, as keyed hashes."""

    id: str
    knows: tuple[str, ...]

    def has_signed_in(self, handle: str) -> bool:
        """Whether the person of this sign-in name has come in with this browser before."""
        return _tag(handle) in self.knows


def current_device() -> KnownDevice:
    """The known device of this request; one that we do not know has let in nobody."""
    cookie = request.cookies.get(name_of_device_cookie(), "")
    try:
        device_id, knows = _signer().loads(cookie, max_age=int(HOLDS.total_seconds()))
    except (BadData, ValueError, TypeError):
        return KnownDevice("", ())
    return KnownDevice(str(device_id), tuple(map(str, knows)))


def remember_device(response: Response, handle: str) -> None:
    """Remember that this browser has let in the person of this name, with passphrase and second
    factor."""
    device = current_device()
    knows = [_tag(handle), *(one for one in device.knows if one != _tag(handle))][:MOST_PEOPLE]
    response.set_cookie(
        name_of_device_cookie(),
        _signer().dumps([device.id or secrets.token_urlsafe(16), knows]),
        max_age=int(HOLDS.total_seconds()),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Strict",
        path="/",
    )


def name_of_device_cookie() -> str:
    """The name of the cookie that marks a known browser."""
    return str(current_app.config["DEVICE_COOKIE_NAME"])


def _tag(handle: str) -> str:
    key = _keys()[-1]
    return hashlib.blake2b(
        handle.encode(), key=key, person=b"hd device", digest_size=12
    ).hexdigest()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_keys(), salt="device")


def _keys() -> list[bytes]:
    """The oldest first, as the signer wants them; it signs with the last."""
    config = current_app.config
    return [*reversed(config["SECRET_KEY_FALLBACKS"]), config["SECRET_KEY"]]
