"""The blueprint of POST views on a case, and the two answers that all of them give."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases.models import Case

bp = Blueprint("cases", __name__)


def redirect_to_case(case: Case, sentence: str, *, part: str = "") -> ResponseReturnValue:
    """Redirect to the case page, at the part where it happened, with a sentence."""
    flash(sentence)
    return redirect(url_for("duty.show_case", ref=case.ref, _anchor=part or None), 303)


def show_form_again(partial: str, case: Case, **facts: Any) -> ResponseReturnValue:
    """Render a refused form again on a page of its own, with its errors and everything that was
    typed."""
    return render_template("cases/once_more.html", partial=partial, case=case, **facts), 422
