"""The receipt of a report on pages of its own, code and advice: they can be reloaded, and leaving
ends them.

It is written with the report, sealed under what only the form holds, and goes after a quarter of an
hour. What opens it lies in this browser's cookie, which the way out takes away.
"""

import json

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core import stored_responses
from helpdesk.core.codes import ReturnCode
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.intake.views.blueprint import bp
from helpdesk.web.login import public_view
from helpdesk.web.request_work import work

# In the cookie: that this browser keeps one, and what opens the receipt.
KEEPS_COOKIES, RECEIPT = "keeps", "receipt"
# In the form: that it was filled in by a browser that keeps them.
MARK = "kept"


@bp.get("/report/received")
@public_view
def show_receipt() -> ResponseReturnValue:
    """The receipt: the return code, to be written down first."""
    return _shown(0)


@bp.get("/report/received/advice")
@public_view
def show_advice() -> ResponseReturnValue:
    """The advice on what to do now, once the code is written down."""
    return _shown(1)


def _shown(place: int) -> ResponseReturnValue:
    pages = _opened(str(session.get(RECEIPT, "")))
    if pages is None:
        session.pop(RECEIPT, None)
        return render_template("intake/receipt_over.html"), 404
    return pages[place]


def probe_cookie_support() -> None:
    """Probe, when somebody begins, whether the browser keeps our cookie."""
    session[KEEPS_COOKIES] = True


def browser_keeps_cookies() -> bool:
    """Whether the browser has shown that it keeps our cookie."""
    return KEEPS_COOKIES in session


def has_cleared_cookies() -> bool:
    """Whether the browser of a form has cleared our cookie, which it had: it left."""
    return MARK in request.form and not browser_keeps_cookies()


def can_keep_receipt_under(token: ReportFormToken) -> bool:
    """Whether a receipt may be kept under this token: we gave it out, since another might be
    guessed, and the browser keeps our cookie."""
    return token.age is not None and browser_keeps_cookies()


def save_receipt_pages(
    token: ReportFormToken, pages: list[str], code: ReturnCode
) -> ResponseReturnValue | None:
    """Save both pages of the receipt with the report, and the code on them; lead to the first. None
    where there is no room for them."""
    key = _key(token)
    press = _id(key)
    kept = json.dumps([*pages, code.letters])
    envelope = key.seal_text(kept, stored_responses.response_envelope_place(press))
    if not stored_responses.add_response(work.session, press, envelope, at=work.at):
        return None
    session[RECEIPT] = key.raw.hex()
    return redirect(url_for(".show_receipt"), 303)


def end_receipt_of_code(code: ReturnCode) -> None:
    """End the receipt of this return code: somebody came back with it, so they have it. That of
    another report stays: nobody may have written its code down yet."""
    kept = _opened(str(session.get(RECEIPT, ""))) if RECEIPT in session else None
    if kept is None or code.letters in kept[2:]:
        session.pop(RECEIPT, None)


def _opened(kept: str) -> list[str] | None:
    """Both pages, and the code on them."""
    try:
        key = Secret(bytes.fromhex(kept))
        press = _id(key)
        answer = stored_responses.stored_response_to(
            work.session, press, since=work.at - stored_responses.KEPT
        )
        pages = (
            key.open_text(answer, stored_responses.response_envelope_place(press))
            if answer
            else None
        )
        return [str(page) for page in json.loads(pages)] if pages else None
    except (ValueError, CannotOpen):
        return None


def _key(token: ReportFormToken) -> Secret:
    return token.derive_key(b"helpdesk receipt")


def _id(key: Secret) -> str:
    return key.derive("id of a receipt").hex()
