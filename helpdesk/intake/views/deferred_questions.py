"""Mailbox pages: deferred questions at the reporter's pace, and advice by the answers."""

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.cases.models import Case
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import (
    answers_as_message,
    answers_from_form,
    deferred_questions_form,
    list_deferred_questions,
)
from helpdesk.intake.intake_volume import refuse_if_day_volume_full
from helpdesk.intake.report_form_rules import (
    has_collapsed_options,
    has_draft_playbook,
    option_hints,
)
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.danger_signs import signs_in_answers
from helpdesk.playbooks.model import Advice, Question
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage.case_advice import (
    advice_for,
    answers_for_advice,
    kinds_reported,
    questions_answered_later,
)
from helpdesk.web.current_app_context import current_context
from helpdesk.web.languages import current_language
from helpdesk.web.request_work import work


@bp.get("/mailbox/case/advice")
@mailbox_required
def show_case_advice() -> ResponseReturnValue:
    """The advice for the case, by the newest answers; printed, it says nothing of the code."""
    case = queries.own_case(work)
    return render_template(
        "mailbox/advice.html",
        case=case,
        advice=_advice(case),
        danger_signs=signs_in_answers(answers_for_advice(work, case)),
        is_unreadable=bool(work.keys.unreadable),
        is_draft=has_draft_playbook(load_current_library(), case.kinds_for_reporter),
        left_for_later=len(unanswered_deferred_questions(case)),
    )


@bp.get("/mailbox/case/questions")
@mailbox_required
def show_questions() -> ResponseReturnValue:
    """The form with the deferred questions."""
    case = queries.own_case(work)
    return _page(_form_for(case))


@bp.post("/mailbox/case/questions")
@mailbox_required
def create_answers() -> ResponseReturnValue:
    """Record answers to the deferred questions."""
    case = queries.own_case(work)
    form = _form_for(case)
    if not form.validate_on_submit():
        return _page(form), 422
    answers = answers_from_form(form)
    if not answers:
        return redirect(url_for(".show_case"), 303)
    refuse_if_day_volume_full(work, current_context().settings.reports_quota)
    before = _advice(case)
    body = answers_as_message(answers, case.kinds_for_reporter, kinds_reported(work, case))
    operations.record_deferred_answers(work, case, body=body, answers=answers)
    flash(_("Answers sent. Only the people who work on your case can read them."))
    what_changed = describe_change(before, _advice(case))
    if what_changed:
        flash(what_changed)
        return redirect(url_for(".show_case_advice"), 303)
    return redirect(url_for(".show_case"), 303)


def unanswered_deferred_questions(case: Case) -> list[Question]:
    """The deferred questions that nobody has answered yet."""
    answered = questions_answered_later(work, case)
    return [one for one in _asked_in_mailbox(case) if one.id not in answered]


def describe_change(before: SafeNowAdvice, now: SafeNowAdvice) -> str:
    """What to say of advice that answers have changed, if there is anything to see: that lines only
    went, or took another's place, behind the first ones, is nothing."""
    if _texts(now.first_lines) != _texts(before.first_lines):
        return str(_("Your answers change what is safe to do now."))
    if _texts(now.more_lines) - _texts(before.more_lines):
        return str(_("Your answers add something under “More advice”."))
    return ""


def _asked_in_mailbox(case: Case) -> tuple[Question, ...]:
    reported = kinds_reported(work, case)
    return list_deferred_questions(case.kinds_for_reporter, reported, current_language())


def _form_for(case: Case) -> Any:
    reported = kinds_reported(work, case)
    return deferred_questions_form(case.kinds_for_reporter, reported, current_language())


def _advice(case: Case) -> SafeNowAdvice:
    return advice_for(work, case, load_current_library(current_language()))


def _texts(lines: Iterable[Advice]) -> frozenset[str]:
    return frozenset(str(one.text) for one in lines)


def _page(form: Any) -> str:
    case = queries.own_case(work)
    left = unanswered_deferred_questions(case)
    asked = _asked_in_mailbox(case)
    return render_template(
        "mailbox/questions.html",
        form=form,
        questions=left,
        answered=[one for one in asked if one not in left],
        option_hints=option_hints,
        has_collapsed_options=has_collapsed_options,
    )
