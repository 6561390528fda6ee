"""Form (CSRF) tokens: that a form is ours, whose it is, and how old; no cookie is needed.

A page is handed out to somebody, or to nobody, and its forms say to whom, under a tag that means
nothing outside. Another site can have a token for nobody, but none for a person or a mailbox; and a
page that is still open when another person signs in, or another mailbox is opened, acts on neither.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, request
from itsdangerous import BadSignature, TimestampSigner

from helpdesk.core.actors import NOBODY
from helpdesk.web.request_work import STRANGER, current_identity

FIELD: Final = "csrf_token"
LONGEST: Final = 300
LASTS: Final = 24 * 3600  # Tor is slow, and people are interrupted

View = TypeVar("View", bound=Callable[..., Any])


class ExpiredFormRefused(Exception):
    """Raised if the form waited too long, or its token is none of ours."""


class OtherPersonsFormRefused(Exception):
    """Raised if the page was handed out to somebody else than who is here now."""


class CrossSiteFormRefused(Exception):
    """Raised if another site sent this form."""


@dataclass(frozen=True)
class FormToken:
    """The token that came back with a form that we handed out."""

    text: str
    whose: str
    age: float

    @classmethod
    def read(cls, text: str) -> "FormToken | None":
        """The token of a form that came back, or None if it is not one of ours."""
        try:
            value, signed_at = _signer().unsign(text[:LONGEST], return_timestamp=True)
        except BadSignature:
            return None
        _random, _, whose = value.decode().partition("~")
        return cls(text, whose, time.time() - signed_at.timestamp())

    @property
    def is_current(self) -> bool:
        return self.age <= float(current_app.config["WTF_CSRF_TIME_LIMIT"])

    def is_issued_to(self, who: str) -> bool:
        """Whether it was handed out to them."""
        return is_token_tag_for(self.whose, who)


def allow_other_persons_form(view: View) -> View:
    """Mark a form that may be sent by somebody else than whom it was handed out to: a way in, a
    report."""
    view.for_anyone = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def allow_form_from_anywhere(view: View) -> View:
    """Mark a form that may be sent from anywhere, as its address holds all that gives the right to
    it: it is opened from an email, and no browser has to say that one of our own pages sent it."""
    view.from_anywhere = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def init_app(app: Flask) -> None:
    """Check the token of every form before anything else does, and give templates theirs."""
    app.config.update(WTF_CSRF_TIME_LIMIT=LASTS)
    app.jinja_env.globals["csrf_token"] = current_page_token
    app.before_request(_check)


def current_page_token() -> str:
    """The token of all forms on this page."""
    if "form_token" not in g:
        g.form_token = new_form_token(_tag(current_identity().actor.id, _keys()[-1]))
    return str(g.form_token)


def issue_page_tokens_to(who: str) -> None:
    """Issue this page's tokens to somebody who has just come in."""
    g.handed_out_to = who
    g.form_token = new_form_token(_tag(who, _keys()[-1]))


def owner_of_current_page() -> str:
    """The person whom the page of this request is handed out to."""
    return str(g.get("handed_out_to") or g.get("presence", STRANGER).actor.id)


def is_token_tag_for(tag: str, who: str) -> bool:
    """Whether a token's tag is for these: a form was handed out to them; also under a key that is
    replaced."""
    return tag in {_tag(who, key) for key in _keys()}


def new_form_token(owner_tag: str) -> str:
    """Make a form token; `owner_tag` is the tag of an older one that it takes the place of."""
    return _signer().sign(f"{secrets.token_urlsafe(24)}~{owner_tag}").decode()


def submitted_token() -> FormToken | None:
    """The token that was submitted with this request."""
    return FormToken.read(request.form.get(FIELD, ""))


def is_same_site() -> bool:
    """Whether the browser says that one of our own pages sent this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return origin == request.host_url.rstrip("/") or origin.startswith(request.host_url)


def was_sent_by_another_site() -> bool:
    """Whether the browser says that another site had this request sent: not we, nor the person."""
    site = request.headers.get("Sec-Fetch-Site")
    return site != "none" and _came_from_elsewhere()


def requires_token() -> bool:
    """Whether this request requires a form token."""
    is_on = current_app.config.get("WTF_CSRF_ENABLED", True)
    return bool(is_on) and request.method == "POST" and request.endpoint is not None


def _check() -> None:
    if not requires_token():
        return
    token = submitted_token()
    view = current_app.view_functions[str(request.endpoint)]
    if _came_from_elsewhere() and not hasattr(view, "from_anywhere"):
        raise CrossSiteFormRefused
    if token is None or not token.is_current:
        raise ExpiredFormRefused
    here = current_identity().actor
    if hasattr(view, "for_anyone") or here == NOBODY or token.is_issued_to(here.id):
        return
    raise OtherPersonsFormRefused


def _came_from_elsewhere() -> bool:
    """What says nothing of where it comes from is no browser of these years."""
    says = any(name in request.headers for name in ("Sec-Fetch-Site", "Origin", "Referer"))
    return says and not is_same_site()


def _tag(who: str, key: bytes) -> str:
    return hashlib.blake2b(
        who.encode(), key=key, person=b"hd whose form", digest_size=12
    ).hexdigest()


def _keys() -> list[bytes]:
    """The keys that sign, the newest last."""
    return [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]


def _signer() -> TimestampSigner:
    return TimestampSigner(_keys(), salt="form")
