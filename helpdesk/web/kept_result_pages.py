"""Result pages of forms, kept at an address of their own: Reload and Back ask nothing, and send
nothing.

A page that would stand in the place of a POST is kept for a while, and the browser is sent to it.
What opens it lies in the browser's cookie and in the address, and both are needed: the address
alone, in a history, opens nothing, and neither does the database. Leaving, signing in and signing
out end it. A browser that keeps no cookie gets the page in place, since it could not find it again.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app, g, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.core import stored_responses
from helpdesk.core.actors import NOBODY
from helpdesk.core.sealing import SECRET_BYTES, CannotOpen, Secret
from helpdesk.web.current_app_context import current_context
from helpdesk.web.form_tokens import is_same_site, owner_of_current_page
from helpdesk.web.login import public_view
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.request_work import current_work, original_actor_of_request
from helpdesk.web.session_cookies import RESULTS, new_results_token
from helpdesk.web.unbranded_host import is_unbranded_host

# A page that is refused holds what was typed, and people are interrupted; the others say their
# thing, a code perhaps, and are over.
REFUSED_LASTS: Final = timedelta(hours=1)
LASTS: Final = stored_responses.KEPT
LONGEST: Final = 400_000
BURST, STEADY_PER_MINUTE = 120, 60
# Strangers are very many, or one with many addresses: what is kept of them is bounded for all of
# them together, in kilobytes for each process, and a long page that refuses is not kept. Beyond
# that they get the page in place, as a browser without cookies does; and so does everybody where
# the database has no more room for what this role keeps.
LONGEST_REFUSAL_TO_STRANGER: Final = 100_000
STRANGERS_KB_BURST, STRANGERS_KB_PER_MINUTE = 20_000, 4_000

View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    """Keep the result pages that refuse: after their work was rolled back, in a transaction of
    their own.

    Must come before the work of a request, so that it is asked after the work has ended.
    """
    app.add_url_rule("/results/<result_id>", "show_result", public_view(show_result))
    # Asked in the opposite order: who has brought nothing back yet may keep no cookies.
    app.after_request(_remember_browser)
    app.after_request(_keep_refusal)


def save_results_in_transaction(app: Flask) -> None:
    """Save the result pages of what was done, in its transaction. Must come after the work, and
    after the presses: then a second press is led to the page of the first."""
    app.after_request(_keep_answer)


def needs_no_database(view: View) -> View:
    """A decorator for a form view some of whose pages (200) do nothing, so that they need no
    database."""
    view.needs_no_database = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def show_result(result_id: str) -> ResponseReturnValue:
    """Show a kept result page."""
    page = _opened(result_id)
    if page is None:
        return render_template("errors/over.html", home=current_app.config["HOME"]), 404
    return page


def _opened(result_id: str) -> tuple[str, int] | None:
    work = current_work()  # by which it is known who is here
    key = _key(result_id, owner_of_current_page())
    if key is None:
        return None
    kept = stored_responses.stored_response_to(
        work.session, _row(key), since=work.at - stored_responses.KEPT
    )
    try:
        words = (
            key.open_text(kept, stored_responses.response_envelope_place(_row(key)))
            if kept
            else None
        )
    except CannotOpen:  # not written by us
        return None
    status, page = json.loads(words) if words else (0, "")
    return (str(page), int(status)) if words else None


def _remember_browser(response: Response) -> Response:
    """Whoever has a form from us brings this back with it, if the browser keeps cookies at all."""
    # A cookie's name would say whose page it was, at the host that names nobody.
    if "form_token" in g and RESULTS not in session and not is_unbranded_host():
        session[RESULTS] = new_results_token()
    return response


def _keep_answer(response: Response) -> Response:
    if response.status_code < 400 and "work" in g and _is_to_be_kept(response):
        work = current_work()
        try:
            _lead_to(response, _kept(work.session, response, work.at))
        except OperationalError:
            if response.status_code != 200 or not _needs_no_database():
                raise
            work.session.rollback()  # nothing was done, and the page itself needs no database
    return response


def _needs_no_database() -> bool:
    return hasattr(current_app.view_functions[str(request.endpoint)], "needs_no_database")


def _keep_refusal(response: Response) -> Response:
    if not _is_to_be_kept(response):
        return response
    try:
        with current_context().sessions.begin() as transaction:
            result_id = _kept(transaction, response, current_context().now())
    except OperationalError:  # the page itself needs no database
        return response
    _lead_to(response, result_id)
    return response


def _is_to_be_kept(response: Response) -> bool:
    """Whether it is a page in the place of a form, in a browser that can be sent to another."""
    return (
        request.method == "POST"
        and not is_unbranded_host()  # which answers in place, at its few addresses
        and response.mimetype == "text/html"
        and not response.location
        and RESULTS in session
        and is_same_site()
        and len(response.get_data()) <= _longest(response)
        and _owner(response) is not None
        and is_within_limit(
            "results", size=BURST, per_minute=STEADY_PER_MINUTE, who=_counted(response)
        )
        and _have_strangers_room_for(response)
    )


def _longest(response: Response) -> int:
    is_refusal = response.status_code >= 400
    return LONGEST_REFUSAL_TO_STRANGER if is_refusal and _counted(response) is None else LONGEST


def _have_strangers_room_for(response: Response) -> bool:
    return _counted(response) is not None or is_within_limit(
        "kilobytes of results",
        size=STRANGERS_KB_BURST,
        per_minute=STRANGERS_KB_PER_MINUTE,
        who="every stranger",
        amount=len(response.get_data()) / 1000,
    )


def _owner(response: Response) -> str | None:
    """Who will ask for the page. One that refuses is for whoever sent the form: who was about to
    come in did not, and who was known before the database was away is known again. None where it
    could not be found out who that is: nobody would find it."""
    return original_actor_of_request() if response.status_code >= 400 else owner_of_current_page()


def _counted(response: Response) -> str | None:
    """Whoever is known is counted for themselves; strangers by where they come from."""
    who = _owner(response)
    return None if who == NOBODY.id else who


def _kept(transaction: Session, response: Response, at: datetime) -> str | None:
    """Seal the page and put it away; the name under which it is found. None if there is no room."""
    result_id = secrets.token_hex(16)
    key = _key(result_id, str(_owner(response)))
    assert key is not None  # noqa: S101 - the cookie was looked at before
    words = json.dumps([response.status_code, response.get_data(as_text=True)])
    envelope = key.seal_text(words, stored_responses.response_envelope_place(_row(key)))
    longer = REFUSED_LASTS - LASTS if response.status_code >= 400 else timedelta()
    is_kept = stored_responses.add_response(transaction, _row(key), envelope, at=at + longer)
    return result_id if is_kept else None


def _lead_to(response: Response, result_id: str | None) -> None:
    """There, if it was kept."""
    if result_id is None:
        return
    response.status_code = 303
    response.location = url_for("show_result", result_id=result_id)
    response.set_data("")


def _key(result_id: str, whose: str) -> Secret | None:
    """What opens a result: none where the browser has nothing to open it with."""
    opens = session.get(RESULTS)
    if not opens:
        return None
    words = json.dumps([str(opens), result_id, whose])
    return Secret(
        hashlib.blake2b(words.encode(), person=b"hd result", digest_size=SECRET_BYTES).digest()
    )


def _row(key: Secret) -> str:
    return key.derive("id of a result").hex()
