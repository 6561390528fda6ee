"""The way in for a partner without an account: a link asks for its code, and leads to one request.

Every link looks the same until its code is typed: one that never was, one that has ended, and one
that works.
"""

from typing import Final

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.core.codes import ReturnCode, has_bad_checksum
from helpdesk.core.errors import NotFound
from helpdesk.escalations import operations
from helpdesk.escalations.forms import LinkCodeForm
from helpdesk.escalations.views.blueprints import partner_bp
from helpdesk.web.current_app_context import current_context
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.form_tokens import allow_other_persons_form
from helpdesk.web.login import open_to_link_holders, public_view
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.refusal_log import log_refusal
from helpdesk.web.request_work import current_identity, work
from helpdesk.web.session_cookies import delete_session_cookie, set_session_cookie

# Wrong codes only: a right one always opens.
TRIES: Final = 10
TRIES_PER_MINUTE: Final = 6
WRONG: Final = (
    "This code doesn’t open anything with this link. Check each word, and that you used the link in"
    " our newest email. If it still doesn’t work, ask us for new ones."
)
SLIP: Final = (
    "This code isn’t quite right: part of it is different from what we gave you. Check each word"
    " and the order they’re in, then try again."
)
TOO_MANY: Final = f"{WRONG} There have been many attempts just now: wait a minute before you try."


@partner_bp.get("/link/<token>")
@public_view
def new_link_visit(token: str) -> ResponseReturnValue:
    """The form for the code of a link. It asks nothing, so that every link looks the same."""
    return _page(LinkCodeForm(None), token)


@partner_bp.post("/link/<token>")
@public_view
@allow_other_persons_form
@allow_double_submit
def create_link_visit(token: str) -> ResponseReturnValue:
    """Open a request with its link and its code."""
    form = LinkCodeForm()
    codes = tuple(ReturnCode.find_all(form.code.data or ""))
    # What is refused is rolled back, and a wrong code has to count.
    with current_context().begin() as trying:
        opened = operations.open_link(trying, token, codes) if codes else None
    if opened is None:
        return _refused(form, token, is_code=bool(codes))
    response = make_response(redirect(url_for(".show", ref=opened.ref), 303))
    set_session_cookie(response, opened.cookie)
    return response


@partner_bp.post("/link-visit/closing")
@open_to_link_holders
def create_link_closing() -> ResponseReturnValue:
    """Close it in this browser."""
    if current_identity().actor.request_id is None:
        raise NotFound  # an account signs out
    operations.close_link_visit(work)
    response = make_response(redirect(url_for(".show_link_closed"), 303))
    delete_session_cookie(response)
    return response


@partner_bp.get("/link-visit/closed")
@public_view
def show_link_closed() -> ResponseReturnValue:
    """That it is closed."""
    return render_template("partner_desk/link_closed.html")


def _refused(form: LinkCodeForm, token: str, *, is_code: bool) -> ResponseReturnValue:
    """One page for everything that opens nothing. What can be no code of ours says so, whatever the
    link, and counts for nothing."""
    log_refusal("link code refused")
    if not is_code:
        is_slip = has_bad_checksum(form.code.data or "")
        form.code.errors = [SLIP if is_slip else "Enter the whole code."]
        return _page(form, token), 422
    is_calm = is_within_limit("link", size=TRIES, per_minute=TRIES_PER_MINUTE)
    form.code.errors = [WRONG if is_calm else TOO_MANY]
    return _page(form, token), 422


def _page(form: LinkCodeForm, token: str) -> str:
    return render_template("partner_desk/link.html", form=form, token=token)
