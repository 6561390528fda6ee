"""Interrupted forms: where somebody was going, or what they were sending, when they had to sign in
first.

A page is an address of ours, and stands in the address of the sign-in page. A form is sealed under
a key of this surface and travels in the sign-in page itself. That page is kept as every answer to a
form is (`results`), under what only the browser has. Nobody but whom the form belonged to gets it.
"""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, Secret
from helpdesk.web.form_tokens import LASTS, is_token_tag_for, submitted_token
from helpdesk.web.login import is_public_view
from helpdesk.web.refused_form_contents import NEVER_REPEATED, RefusedForm

PLACE: Final = EnvelopePlace("forms", "interrupted", "", "")
LONGEST_ADDRESS: Final = 2_000


@dataclass(frozen=True)
class InterruptedForm:
    """A form that came when nobody was signed in any more: where it goes, and all that is in it."""

    address: str
    form: RefusedForm
    whose: str

    @classmethod
    def now(cls) -> "InterruptedForm | None":
        """This request's form; None if its page did not say whose it is, or it holds a secret."""
        token = submitted_token()
        if token is None or not NEVER_REPEATED.isdisjoint(request.form):
            return None
        return cls(_here(), RefusedForm.now(), token.whose)

    @classmethod
    def read(cls, kept: str) -> "InterruptedForm | None":
        """What `kept` was made of, if this surface made it within a day."""
        with suppress(ValueError):
            envelope = Envelope(urlsafe_b64decode(kept.encode()))
            for key in _keys():
                with suppress(CannotOpen):
                    address, fields, whose, at = json.loads(key.open_text(envelope, PLACE))
                    pairs = tuple((name, value) for name, value in fields)
                    form = RefusedForm(pairs)
                    return cls(address, form, whose) if time.time() - at <= LASTS else None
        return None

    @property
    def kept(self) -> str:
        """All of it, to travel in a page; only this surface can read it."""
        words = json.dumps([self.address, self.form.fields, self.whose, time.time()])
        return urlsafe_b64encode(_keys()[-1].seal_text(words, PLACE).raw).decode()

    def is_issued_to(self, who: str) -> bool:
        """Whether they wrote it."""
        return is_token_tag_for(self.whose, who)


def local_page_or_none(address: str) -> str | None:
    """The address, if it is of a page behind this sign-in, or None: never a place outside."""
    if len(address) > LONGEST_ADDRESS or "\\" in address or not address.isprintable():
        return None
    parts = urlsplit(address) if address.startswith("/") else None
    if parts is None or parts.netloc or parts.scheme or address.startswith("//"):
        return None
    routes = current_app.create_url_adapter(request)
    try:
        endpoint, _values = routes.match(parts.path, method="GET") if routes else ("", {})
    except HTTPException:
        return None
    return address if endpoint and not is_public_view(current_app, endpoint) else None


def requested_page() -> str | None:
    """The page that was requested, or that has the form that came; None for the first page."""
    address = _here() if request.method == "GET" else request.path
    return local_page_or_none(address) if address != "/" else None


def _here() -> str:
    return request.full_path.rstrip("?")


def _keys() -> list[Secret]:
    """The keys of this surface, the newest last."""
    raw = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return [Secret(Secret(one).derive("interrupted")) for one in raw]
