"""The form for the return code, which opens the mailbox; and closing it again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from helpdesk.cases.models import Case
from helpdesk.core.actors import Role, reporter
from helpdesk.core.code_words import WORDS_IN_CODE
from helpdesk.core.codes import ReturnCode, count_code_parts, has_bad_checksum
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import ReporterMessageForm, ReturnCodeForm
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.receipts import end_receipt_of_code
from helpdesk.web import languages
from helpdesk.web.current_app_context import current_context
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.form_tokens import (
    allow_other_persons_form,
    is_token_tag_for,
    issue_page_tokens_to,
    submitted_token,
)
from helpdesk.web.login import public_view
from helpdesk.web.rate_limits import is_within_limit
from helpdesk.web.refusal_log import log_refusal
from helpdesk.web.request_work import current_identity, work
from helpdesk.web.session_cookies import (
    delete_session_cookie,
    session_cookie_name,
    set_session_cookie,
)

# Wrong codes only. A right one always opens: behind an onion address all the world is one visitor.
TRIES = 10
TRIES_PER_MINUTE = 6
# In the address that follows a right code: who comes there as a stranger keeps no cookies.
JUST_OPENED = "opened=yes"
# Where a right code leads besides: to the questions that the receipt left out, and to the button
# that was pressed when the mailbox had closed.
QUESTIONS, DANGER = "questions", "danger"
LEADS_TO = {QUESTIONS: ".show_questions", DANGER: ".new_danger"}


@bp.get("/mailbox")
@public_view
def new_return() -> ResponseReturnValue:
    """The form for the return code."""
    if current_identity().actor.role is Role.REPORTER:
        return redirect(url_for(".show_case"), 303)
    return render_template("mailbox/enter.html", form=ReturnCodeForm())


@bp.post("/mailbox")
@public_view
@allow_other_persons_form
@allow_double_submit
def create_return() -> ResponseReturnValue:
    """Open the mailbox with the return code."""
    form = ReturnCodeForm()
    typed = tuple(ReturnCode.find_all(form.code.data or ""))
    keys = current_context().settings.intake_keys
    found = queries.case_by_return_code(work, typed, keys)
    if found is None:
        return _not_found(form)
    case, code = found
    if (
        form.body.data
        and form.whose.data
        and not is_token_tag_for(form.whose.data, reporter(case.id).id)
    ):
        form.code.errors = [
            _(
                "This code is for a different mailbox from the one you were writing in. "
                "Enter the code for that one, or open this one without what you wrote."
            )
        ]
        return render_template("mailbox/enter.html", form=form), 422
    if form.body.data:
        issue_page_tokens_to(reporter(case.id).id)
        response = make_response(render_template("mailbox/draft.html", form=ReporterMessageForm()))
    else:
        where = LEADS_TO.get(form.then.data or "", ".show_case")
        response = make_response(redirect(f"{_mailbox_of(case, where)}?{JUST_OPENED}", 303))
    end_receipt_of_code(code)
    set_session_cookie(response, operations.open_mailbox(work, case, code, intake_keys=keys))
    return response


@bp.post("/mailbox/sign-out")
@public_view
@allow_double_submit
def create_sign_out() -> ResponseReturnValue:
    """Close the mailbox in this browser."""
    current_identity()  # by which the database knows whose mailbox it is
    operations.close_mailbox(work)
    flash(_("Your mailbox is closed in this browser."))
    response = make_response(redirect(url_for(".home"), 303))
    delete_session_cookie(response)
    return response


def close_mailbox_of_another_case(response: Response, case: Case) -> None:
    """Close the mailbox that is open in this browser, unless it is that of this case, which was
    just reported here: who then comes with a code means the new one, or whose it is by its code."""
    actor = current_identity().actor
    if actor.role is Role.REPORTER and actor.case_id != case.id:
        operations.close_mailbox(work)
        delete_session_cookie(response)


def mailbox_required(
    view: Callable[..., ResponseReturnValue],
) -> Callable[..., ResponseReturnValue]:
    """A decorator: only for a reporter whose mailbox is open; others are asked for their code
    first."""

    @wraps(view)
    def checked(**values: Any) -> ResponseReturnValue:
        is_just_opened = request.query_string.decode() == JUST_OPENED
        if current_identity().actor.role is Role.REPORTER:
            # Nothing of it stays in the history, where it would tell that a code was right.
            return (
                redirect(request.root_path + request.path, 303)
                if is_just_opened
                else view(**values)
            )
        if request.method == "GET" and not is_just_opened:
            return redirect(url_for(".new_return"), 303)
        if request.method == "GET":
            page = render_template("mailbox/enter.html", form=ReturnCodeForm(None), is_let_in=True)
            return page, 403
        # The mailbox closed while somebody was writing: what they wrote is carried along.
        form, token = ReturnCodeForm(), submitted_token()
        form.whose.data = token.whose if token else ""
        # Else it would open as if nothing had been pressed, and who pressed it would wait.
        form.then.data = DANGER if request.endpoint == "intake.create_danger" else ""
        kept_cookie = bool(request.cookies.get(session_cookie_name()))
        page = render_template(
            "mailbox/enter.html", form=form, was_open=True, kept_cookie=kept_cookie
        )
        return page, 403

    return public_view(checked)


def _mailbox_of(case: Case, where: str) -> str:
    """The mailbox speaks as the report did, unless the address says that another is wanted now."""
    address = url_for(where)
    wanted = languages.language_in_address() or case.language
    if wanted == languages.current_language() or wanted not in languages.offered_languages():
        return address
    return languages.url_in_language(wanted, languages.path_without_language(address))


def _not_found(form: ReturnCodeForm) -> ResponseReturnValue:
    """One page for every code that opens nothing, whatever is wrong with it."""
    log_refusal("return code refused")
    many = count_code_parts(form.code.data or "")
    if many is not None:
        sentence = _how_many(*many)
    elif has_bad_checksum(form.code.data or ""):
        sentence = _(
            "This code isn’t quite right: part of it is different from what we showed you. "
            "Check each part and the order they’re in, then try again."
        )
    elif is_within_limit("mailbox", size=TRIES, per_minute=TRIES_PER_MINUTE):
        sentence = _(
            "There is no mailbox for this code. Check each word and the order they’re in, "
            "then try again."
        )
    else:
        sentence = _(
            "There is no mailbox for this code. There have been many attempts just now. "
            "Check each word and the order they’re in, wait a minute, then try again."
        )
    form.code.errors = [sentence]
    return render_template("mailbox/enter.html", form=form), 422


def _how_many(typed: int, whole: int) -> str:
    """That a code is not whole: counted, and never whether a word is in the list."""
    numbers = {"typed": format_decimal(typed), "whole": format_decimal(whole)}
    if whole != WORDS_IN_CODE:
        sentence = _(
            "You typed %(typed)s letters and digits, but a code has %(whole)s. Check that "
            "none are missing or repeated.",
            **numbers,
        )
    elif typed < whole:
        sentence = _(
            "You typed %(typed)s of the %(whole)s words. Find the missing ones.", **numbers
        )
    else:
        sentence = _("You typed %(typed)s words, but a code has %(whole)s.", **numbers)
    return str(sentence)
