"""The report form: four pages that carry their answers along, and the receipt."""

from datetime import timedelta

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import DailyQuotaUsedUp, mark_translatable
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import FIRST, LAST, OWN, PAGES, ReportFormSteps
from helpdesk.intake.intake_volume import cached_intake_volume
from helpdesk.intake.machine_sent_reports import DECOY, belongs_in_second_lane
from helpdesk.intake.operations import ReportLookupKeys, SubmissionResult
from helpdesk.intake.report_form_rules import has_collapsed_options, option_hints
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.intake.views import draft_between_steps
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.receipts import (
    MARK,
    browser_keeps_cookies,
    can_keep_receipt_under,
    has_cleared_cookies,
    probe_cookie_support,
    save_receipt_pages,
)
from helpdesk.intake.views.return_code import close_mailbox_of_another_case
from helpdesk.playbooks.several_kinds_of_trouble import merged_advice, playbooks_of_kinds
from helpdesk.settings import LANGUAGES
from helpdesk.triage.judgement import Judgement, judge_report
from helpdesk.triage.repository import load_decision_table
from helpdesk.web.current_app_context import current_context
from helpdesk.web.double_submit import allow_double_submit
from helpdesk.web.form_tokens import allow_other_persons_form
from helpdesk.web.kept_result_pages import needs_no_database
from helpdesk.web.languages import current_language
from helpdesk.web.login import public_view
from helpdesk.web.refused_form_contents import declare_form_reader
from helpdesk.web.request_work import current_work, work

SEND = "send"
# The receipt on its two pages, and both in one.
BOTH = ("intake/received_code.html", "intake/received_advice.html")
WHOLE = "intake/received.html"
WAIT_A_MINUTE = mark_translatable(
    "We’re getting a lot of reports right now, and this one came very soon after the page "
    "was opened. It hasn’t been accepted. Please wait a minute, then send it again."
)
# Cases know the hour of their arrival, not the minute: so this is half an hour at least.
CODE_SHOWN_FOR = timedelta(minutes=90)


@bp.get("/report")
@public_view
def new_report() -> ResponseReturnValue:
    """A page of the report form, with what was typed; without a number, an empty form."""
    if "page" not in request.args:
        probe_cookie_support()
        draft_between_steps.start_draft(ReportFormToken.new())
        return draft_between_steps.redirect_to_step(FIRST)
    token = draft_between_steps.current_draft_token()
    fields = draft_between_steps.load_draft(token) if token else None
    paper = ReportFormSteps(fields or MultiDict(), current_language())
    number = _asked(request.args, "page", FIRST) if fields is not None else FIRST
    if "check" in request.args:
        paper.first_invalid_page()
    page = _page(paper, number, token or ReportFormToken.new())
    return (page, 422) if paper.page(number).errors else page


@bp.post("/report")
@public_view
@declare_form_reader(lambda: ReportFormSteps(request.form, current_language()))
@allow_other_persons_form
@allow_double_submit
@needs_no_database
def create_report() -> ResponseReturnValue:
    """Go on to the next page of the form, or submit the report. Before that nobody can read any of
    it."""
    paper = ReportFormSteps(request.form, current_language())
    token = ReportFormToken.read(request.form.get("token", ""))
    if draft_between_steps.OPENING in request.form and browser_keeps_cookies():
        draft_between_steps.start_draft(token)
    if request.form.get("to") != SEND:
        return _turn(paper, token)
    fault = paper.first_invalid_page()
    if fault is not None:
        return _go(paper, fault, token, check=True)
    way_back = _way_back(token)
    in_second_lane = _lane_with_room(token)
    receipt = operations.submit_report(
        current_work(),
        paper.content(),
        keys=way_back,
        in_second_lane=in_second_lane,
        is_drill=current_context().settings.drill,
    )
    draft_between_steps.end_draft()
    response = make_response(_receipt_pages(receipt, paper, token, way_back.code))
    close_mailbox_of_another_case(response, receipt.case)
    return response


def _receipt_pages(
    receipt: SubmissionResult, paper: ReportFormSteps, token: ReportFormToken, code: ReturnCode
) -> ResponseReturnValue:
    """The receipt on its two pages, where the browser can find them again; else both in one."""
    if not receipt.is_new:
        return _receipt(WHOLE, receipt, paper, _code_again(receipt.case, token))
    if can_keep_receipt_under(token):
        pages = [_receipt(page, receipt, paper, code) for page in BOTH]
        kept = save_receipt_pages(token, pages, code)
        if kept is not None:
            return kept
    return _receipt(WHOLE, receipt, paper, code), 201


def _lane_with_room(token: ReportFormToken) -> bool:
    """Whether it goes to the second lane. Without room in its lane, only what is here already is
    answered."""
    load = cached_intake_volume(current_work())
    in_second = belongs_in_second_lane(request.form, token, is_flood=load.is_flood)
    quota = current_context().settings.reports_quota
    if load.has_room(quota, in_second_lane=in_second):
        return in_second
    if queries.case_by_form_token(current_work(), token.fingerprint) is None:
        raise DailyQuotaUsedUp(WAIT_A_MINUTE if load.has_room(quota) else "")
    return in_second


def _turn(paper: ReportFormSteps, token: ReportFormToken) -> ResponseReturnValue:
    """On to another page. Only going forward asks whether this one can be taken as it is."""
    here, there = _asked(request.form, "page", FIRST), _asked(request.form, "to", FIRST)
    if there > here == FIRST and paper.search.needs_review:
        return _go(paper, FIRST, token)
    if there > here and not paper.page(here).validate():
        return _go(paper, here, token, check=True)
    return _go(paper, paper.next_page_number(there, here=here), token)


def _go(
    paper: ReportFormSteps, number: int, token: ReportFormToken, *, check: bool = False
) -> ResponseReturnValue:
    """By a redirect, so that Back and Reload ask nothing; where that cannot be, the page itself."""
    if draft_between_steps.save_draft(token):
        return draft_between_steps.redirect_to_step(number, check=check)
    page = _page(paper, number, token)
    return (page, 422) if check else page


def _page(paper: ReportFormSteps, number: int, token: ReportFormToken) -> str:
    if number == OWN:
        paper.pick_named_service()
    return render_template(
        f"intake/report_{number}.html",
        paper=paper,
        form=paper.page(number),
        number=number,
        carried=[*_marks(paper, number, token), *paper.hidden_fields(number)],
        decoy=DECOY,
        option_hints=option_hints,
        has_collapsed_options=has_collapsed_options,
        given=paper.given_answers() if number == LAST else [],
    )


def _marks(paper: ReportFormSteps, number: int, token: ReportFormToken) -> list[tuple[str, str]]:
    """What travels along besides the answers: the token, the page, what was looked for."""
    marks = [("token", token.text), ("page", str(number))]
    if browser_keeps_cookies():
        marks.append((MARK, "yes"))
    return [*marks, ("looked", paper.search.query_hash)] if number == FIRST else marks


def _receipt(
    page: str, receipt: SubmissionResult, paper: ReportFormSteps, code: ReturnCode | None
) -> str:
    case = receipt.case
    return render_template(
        page,
        case=case,
        level=case.level.value,
        is_new=receipt.is_new,
        code=code,
        may_help=paper.allows_action,
        promise=load_decision_table(paper.language).plan(case.level).promise,
        judgement=_judgement(receipt, paper),
        advice=merged_advice(playbooks_of_kinds(paper.library, paper.kinds), paper.answers),
        is_draft=paper.is_draft,
        is_device_watched=paper.is_device_watched,
        danger_signs=paper.danger_signs,
        danger_signs_typed=paper.danger_signs_typed,
        left_for_later=paper.deferred_count,
    )


def _judgement(receipt: SubmissionResult, paper: ReportFormSteps) -> Judgement | None:
    """The reasons in the language of the page: what is kept is in the words of the house."""
    if receipt.judgement is None or paper.language == LANGUAGES[0]:
        return receipt.judgement
    pages = playbooks_of_kinds(paper.library, paper.kinds)
    return judge_report(load_decision_table(paper.language), pages, paper.answers)


def _way_back(token: ReportFormToken) -> ReportLookupKeys:
    intake_key = current_context().settings.intake_keys[0]
    code = token.return_code(intake_key)
    return ReportLookupKeys(token.fingerprint, code, code.tag(intake_key))


def _code_again(case: Case, token: ReportFormToken) -> ReturnCode | None:
    """The code of a form that was sent twice: the first answer may never have reached anybody."""
    if has_cleared_cookies() or work.at - case.opened_at > CODE_SHOWN_FOR:
        return None
    keys = current_context().settings.intake_keys
    codes = ((token.return_code(key), key) for key in keys)
    return next((code for code, key in codes if code.tag(key) == case.reporter_tag), None)


def _asked(fields: MultiDict[str, str], name: str, otherwise: int) -> int:
    number = fields.get(name, otherwise, type=int)
    return number if number in PAGES else otherwise
