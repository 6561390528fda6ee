"""Pages to sign in with a passphrase and then a code, and to sign out."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts import authentication, operations, queries
from helpdesk.accounts.forms import AuthenticatorCodeForm, SignInForm
from helpdesk.accounts.models import SignInSession
from helpdesk.accounts.views.blueprints import bp, home_url
from helpdesk.accounts.views.sign_in_limits import spend_device_try, spend_sign_in_try
from helpdesk.web.current_app_context import current_context, current_surface
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.error_pages import parent_page_of
from helpdesk.web.form_tokens import allow_other_persons_form, issue_page_tokens_to
from helpdesk.web.interrupted_forms import InterruptedForm, local_page_or_none, requested_page
from helpdesk.web.known_devices import current_device, remember_device
from helpdesk.web.login import public_view
from helpdesk.web.refusal_log import log_refusal
from helpdesk.web.request_work import current_identity, work
from helpdesk.web.session_cookies import (
    delete_session_cookie,
    session_cookie_name,
    set_session_cookie,
)

NOT_YOURS = "This form was filled in by someone else, whose session has ended."
# The same for a name that is not known, a wrong passphrase and a door that is closed.
NOT_RIGHT = "The name or the passphrase isn’t right."
CODE_NOT_RIGHT = (
    "The code isn’t right, or has already been used. Wait until your app shows the next one. "
    "If that doesn’t work either, check the clock on your phone: it must be right to within 30 "
    "seconds."
)


@bp.get("/sign-in")
@public_view
def new_sign_in() -> ResponseReturnValue:
    """The sign-in form: name and passphrase."""
    form = SignInForm()
    form.to.data = local_page_or_none(request.args.get("to", "")) or ""
    return render_template("accounts/sign_in.html", form=form)


def ask_to_sign_in() -> ResponseReturnValue:
    """Send a stranger to the sign-in page, which leads on to what they wanted."""
    interrupted = InterruptedForm.now() if request.method == "POST" else None
    if interrupted is None:
        return redirect(url_for("accounts.new_sign_in", to=requested_page()), 303)
    form = SignInForm(None, kept=interrupted.kept)
    return render_template("accounts/sign_in.html", form=form), 403


@bp.post("/sign-in")
@public_view
@allow_other_persons_form
@allow_double_submit
def create_sign_in() -> ResponseReturnValue:
    """Check name and passphrase, then ask for the second factor."""
    if "begin" in request.form:  # once more from the second half, with what comes along
        form = SignInForm(None, to=request.form.get("to"), kept=request.form.get("kept"))
        return render_template("accounts/sign_in.html", form=form)
    form, token = SignInForm(), None
    if form.validate_on_submit() and not _waits(form):
        token = authentication.try_passphrase(
            current_context(),
            handle=form.handle.data or "",
            passphrase=form.passphrase.data or "",
            surface=current_surface(),
            is_known=current_device().has_signed_in(form.handle.data or ""),
        )
        if token is None:
            log_refusal("passphrase refused")
            form.form_errors.append(NOT_RIGHT)
    if token is None:
        return render_template("accounts/sign_in.html", form=form), 422
    if form.kept.data:  # too long for an address, and nobody else's business
        code = AuthenticatorCodeForm(None, kept=form.kept.data)
        response = make_response(render_template("accounts/code.html", form=code, has_cookie=True))
    else:
        to = local_page_or_none(form.to.data or "")
        response = make_response(redirect(url_for(".new_sign_in_code", to=to), 303))
    set_session_cookie(response, token)
    return response


@bp.get("/sign-in/code")
@public_view
def new_sign_in_code() -> ResponseReturnValue:
    """The form for the six digits of the second factor."""
    form = AuthenticatorCodeForm()
    form.to.data = local_page_or_none(request.args.get("to", "")) or ""
    return _code_page(form)


@bp.post("/sign-in/code")
@public_view
@allow_other_persons_form
@allow_double_submit
def create_sign_in_code() -> ResponseReturnValue:
    """Check the second factor and sign in."""
    form, came_in = AuthenticatorCodeForm(), None
    if form.validate_on_submit():
        came_in = authentication.try_second_factor(
            current_context(),
            token=request.cookies.get(session_cookie_name(), ""),
            code=form.code.data or "",
            surface=current_surface(),
            is_known=spend_device_try,
        )
        if came_in is None:
            log_refusal("second factor refused")
            form.form_errors.append(CODE_NOT_RIGHT)
    if came_in is None:
        return _code_page(form), 422
    response = make_response(_what_was_wanted(form, came_in.token))
    set_session_cookie(response, came_in.token)
    remember_device(response, came_in.handle)
    return response


def _code_page(form: AuthenticatorCodeForm) -> str:
    has_cookie = session_cookie_name() in request.cookies
    return render_template("accounts/code.html", form=form, has_cookie=has_cookie)


def _what_was_wanted(form: AuthenticatorCodeForm, token: str) -> ResponseReturnValue:
    """The form that was interrupted, for whom it belongs to; or the page; or the first page."""
    interrupted = InterruptedForm.read(form.kept.data or "")
    if interrupted is None:
        return redirect(local_page_or_none(form.to.data or "") or home_url(), 303)
    who = authentication.actor_id_of_session_token(
        current_context(), token, surface=current_surface()
    )
    if who is None or not interrupted.is_issued_to(who):
        flash(NOT_YOURS)
        return redirect(home_url(), 303)
    issue_page_tokens_to(who)
    above = parent_page_of(interrupted.address)
    return render_template("accounts/interrupted.html", interrupted=interrupted, above=above)


@bp.post("/sign-out")
@allow_double_submit
def create_sign_out() -> ResponseReturnValue:
    """Sign out in this browser."""
    operations.sign_out(work, work.session.get_one(SignInSession, current_identity().session_id))
    return _signed_out("You are signed out.")


@bp.post("/sign-out-everywhere")
@allow_double_submit
def create_sign_out_everywhere() -> ResponseReturnValue:
    """Sign out in every browser."""
    operations.sign_out_everywhere(work, queries.current_person(work))
    return _signed_out("You are signed out, here and everywhere else.")


def _signed_out(sentence: str) -> ResponseReturnValue:
    flash(sentence)
    response = make_response(redirect(url_for(".new_sign_in"), 303))
    delete_session_cookie(response)
    return response


def _waits(form: SignInForm) -> bool:
    wait = spend_sign_in_try("accounts.sign_in", form.handle.data or "")
    form.form_errors += [wait] if wait else []
    return bool(wait)
