"""More questions, after the report was sent: at the reporter's pace, and none of them decides."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.intake import operations, queries
from helpdesk.intake.forms import (
    answers_as_message,
    deferred_questions_form,
    list_deferred_questions,
)
from helpdesk.intake.report import has_collapsed_options, option_hints
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.intake.volume import refuse_if_full
from helpdesk.web.app_context import current_context
from helpdesk.web.languages import current_language
from helpdesk.web.work import work


@bp.get("/mailbox/case/questions")
@mailbox_required
def show_questions() -> ResponseReturnValue:
    case = queries.own_case(work)
    return _page(deferred_questions_form(case.kinds, current_language()))


@bp.post("/mailbox/case/questions")
@mailbox_required
def create_answers() -> ResponseReturnValue:
    case = queries.own_case(work)
    form = deferred_questions_form(case.kinds, current_language())
    if not form.validate_on_submit():
        return _page(form), 422
    answers = answers_as_message(form, case.kinds)
    if not answers:
        return redirect(url_for(".show_case"), 303)
    refuse_if_full(work, current_context().settings.reports_quota)
    operations.write_message(work, case, body=answers)
    flash(_("Answers sent. Only the people who work on your case can read them."))
    return redirect(url_for(".show_case"), 303)


def _page(form: Any) -> str:
    case = queries.own_case(work)
    return render_template(
        "mailbox/questions.html",
        form=form,
        questions=list_deferred_questions(case.kinds, current_language()),
        option_hints=option_hints,
        has_collapsed_options=has_collapsed_options,
    )
