"""The draft of a report between two steps: sealed so that only this browser can open it.

Back and Reload then ask nothing, and what was typed on an earlier page is there. A browser that
keeps no cookie carries everything in the pages themselves, as one does whose report is very long.
"""

import json
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

from helpdesk.core import stored_responses
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.intake.forms import FIRST
from helpdesk.intake.machine_sent_reports import DECOY
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.web.form_tokens import FIELD
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.request_work import work

# In the cookie: the token of the form, and that something of it is kept.
DRAFT, IS_KEPT = "draft", "is_kept"
LASTS: Final = timedelta(hours=1)
# What is longer travels in the pages, and so does everything when very many are on their way.
LONGEST: Final = 200_000
# Counted for all visitors together, since they may all come from one address; nobody loses by it.
BURST, STEADY_PER_MINUTE = 120, 60
EVERYBODY: Final = "everybody"
# In the form of the first page of the site: a report begins with it.
OPENING = "opening"
NOT_KEPT: Final = frozenset({FIELD, DECOY, OPENING, "to", "page"})


def start_draft(token: ReportFormToken) -> None:
    """Start a draft: from here on this browser's is that of a fresh form."""
    session[DRAFT] = token.text
    session.pop(IS_KEPT, None)


def opening_fields(token: ReportFormToken) -> list[tuple[str, str]]:
    """The hidden fields that the first page of the site sends along with the words that begin a
    report."""
    return [("token", token.text), ("page", str(FIRST)), (OPENING, "yes")]


def end_draft() -> None:
    """End the draft: what was being filled in is found no more."""
    session.pop(DRAFT, None)


def current_draft_token() -> ReportFormToken | None:
    """The token of the form that this browser is filling in, if it keeps cookies."""
    text = session.get(DRAFT)
    token = ReportFormToken.read(str(text)) if text else None
    return token if token is not None and token.age is not None else None


def save_draft(token: ReportFormToken) -> bool:
    """Save what this request holds, for the page that follows; False where it has to travel."""
    here = current_draft_token()
    if here is None or here.text != token.text:
        return False
    words = json.dumps([pair for pair in request.form.items(multi=True) if pair[0] not in NOT_KEPT])
    if len(words) > LONGEST or not _is_room():
        return False
    key = _key(token)
    press = _id(key)
    at = work.at + LASTS - stored_responses.KEPT
    envelope = key.seal_text(words, stored_responses.response_envelope_place(press))
    try:
        is_kept = stored_responses.replace_response(work.session, press, envelope, at=at)
    except OperationalError:  # the pages themselves need no database
        work.session.rollback()
        return False
    if is_kept:
        session[IS_KEPT] = True
    return is_kept


def load_draft(token: ReportFormToken) -> MultiDict[str, str] | None:
    """Load what was saved of this form, if it is still there."""
    if IS_KEPT not in session:
        return None
    key = _key(token)
    press = _id(key)
    answer = stored_responses.stored_response_to(
        work.session, press, since=work.at - stored_responses.KEPT
    )
    try:
        words = (
            key.open_text(answer, stored_responses.response_envelope_place(press))
            if answer
            else None
        )
    except CannotOpen:
        return None
    return MultiDict([(name, value) for name, value in json.loads(words)]) if words else None


def redirect_to_step(number: int, *, check: bool = False) -> ResponseReturnValue:
    """Redirect to a step, and there say what has to be put right, if anything has."""
    asked = {"page": number} | ({"check": "yes"} if check else {})
    return redirect(f"{url_for('.new_report')}?{urlencode(asked)}", 303)


def _is_room() -> bool:
    return is_within_limit("draft", size=BURST, per_minute=STEADY_PER_MINUTE, who=EVERYBODY)


def _key(token: ReportFormToken) -> Secret:
    return token.derive_key(b"helpdesk draft")


def _id(key: Secret) -> str:
    return key.derive("id of a draft").hex()
