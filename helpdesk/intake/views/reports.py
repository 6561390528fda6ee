"""Telling us: three pages that carry their answers along, and the receipt."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.cases.models import Case
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import StorageFull, translatable
from helpdesk.intake import operations, queries
from helpdesk.intake.form_token import FormToken
from helpdesk.intake.forms import FIRST, LAST, PAGES, Paper
from helpdesk.intake.load import load_lately
from helpdesk.intake.operations import Receipt, WayBack
from helpdesk.intake.report import has_long_list, hints_of
from helpdesk.intake.slow_lane import DECOY, belongs_in_slow_lane
from helpdesk.intake.views import drafts
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.receipts import (
    MARK,
    has_left,
    keeps_cookies,
    kept_receipt,
    may_be_kept,
    note_cookies,
    on_its_own_page,
)
from helpdesk.playbooks.merging import advice_of, pages_of
from helpdesk.settings import LANGUAGES
from helpdesk.triage.judging import Judgement, judge_report
from helpdesk.triage.repository import the_table
from helpdesk.web.app_context import current_context
from helpdesk.web.double_submit import repeatable
from helpdesk.web.form_tokens import anonymous_form
from helpdesk.web.languages import current_language
from helpdesk.web.login import public_view
from helpdesk.web.work import autocommit, current_work, work

SEND = "send"
WAIT_A_MINUTE = translatable(
    "Very many reports are arriving at this moment, and this one was sent very soon after its page "
    "was opened. Nothing was sent. Please wait a minute, then send it again."
)
# Cases know the hour of their arrival, not the minute: so this is half an hour at least.
CODE_SHOWN_FOR = timedelta(minutes=90)


@bp.get("/report")
@public_view
def new_report() -> ResponseReturnValue:
    """A page of the report, with what was typed; without a number, an empty form."""
    if "page" not in request.args:
        note_cookies()
        drafts.begin(FormToken.new())
        return drafts.page(FIRST)
    token = drafts.token_here()
    fields = drafts.kept(token) if token else None
    paper = Paper(fields or MultiDict(), current_language())
    number = _asked(request.args, "page", FIRST) if fields is not None else FIRST
    if "check" in request.args:
        paper.first_fault()
    page = _page(paper, number, token or FormToken.new())
    return (page, 422) if paper.page(number).errors else page


@bp.post("/report")
@public_view
@autocommit
@anonymous_form
@repeatable
def create_report() -> ResponseReturnValue:
    """Go on to the next page, or take the report in. Before that nobody can read any of it."""
    paper = Paper(request.form, current_language())
    token = FormToken.read(request.form.get("token", ""))
    if request.form.get("to") != SEND:
        return _turn(paper, token)
    fault = paper.first_fault()
    if fault is not None:
        return _go(paper, fault, token, check=True)
    way_back = _way_back(token)
    in_slow_lane = _lane_with_room(token)
    receipt = operations.submit(
        current_work(),
        paper.told(),
        way_back=way_back,
        in_slow_lane=in_slow_lane,
        is_drill=current_context().settings.drill,
        show=lambda receipt: _receipt(receipt, paper, way_back.code),
        keep=lambda shown: kept_receipt(token, shown),
    )
    drafts.end()
    if receipt.is_new:
        return on_its_own_page(token) if may_be_kept(token) else (receipt.shown, 201)
    return _receipt(receipt, paper, _code_again(receipt.case, token))


def _lane_with_room(token: FormToken) -> bool:
    """Whether it goes to the second lane. Without room in its lane, only what is here already is
    answered."""
    load = load_lately(current_work())
    is_slow = belongs_in_slow_lane(request.form, token, is_crowd=load.is_crowd)
    quota = current_context().settings.reports_quota
    if load.has_room(quota, in_second_lane=is_slow):
        return is_slow
    if queries.by_form_token(current_work(), token.fingerprint) is None:
        raise StorageFull(WAIT_A_MINUTE if load.has_room(quota) else "")
    return is_slow


def _turn(paper: Paper, token: FormToken) -> ResponseReturnValue:
    """On to another page. Only going forward asks whether this one can be taken as it is."""
    here, there = _asked(request.form, "page", FIRST), _asked(request.form, "to", FIRST)
    if there > here == FIRST and paper.search.is_worth_a_look:
        return _go(paper, FIRST, token)
    if there > here and not paper.page(here).validate():
        return _go(paper, here, token, check=True)
    return _go(paper, there, token)


def _go(paper: Paper, number: int, token: FormToken, *, check: bool = False) -> ResponseReturnValue:
    """By a redirect, so that Back and Reload ask nothing; where that cannot be, the page itself."""
    if drafts.keep(token):
        return drafts.page(number, check=check)
    page = _page(paper, number, token)
    return (page, 422) if check else page


def _page(paper: Paper, number: int, token: FormToken) -> str:
    return render_template(
        f"intake/report_{number}.html",
        paper=paper,
        form=paper.page(number),
        number=number,
        carried=[*_marks(paper, number, token), *paper.carried(number)],
        decoy=DECOY,
        hints_of=hints_of,
        has_long_list=has_long_list,
        given=paper.given() if number == LAST else [],
    )


def _marks(paper: Paper, number: int, token: FormToken) -> list[tuple[str, str]]:
    """What travels along besides the answers: the token, the page, what was looked for."""
    marks = [("token", token.text), ("page", str(number))]
    if keeps_cookies():
        marks.append((MARK, "yes"))
    return [*marks, ("looked", paper.search.words)] if number == FIRST else marks


def _receipt(receipt: Receipt, paper: Paper, code: ReturnCode | None) -> str:
    case = receipt.case
    return render_template(
        "intake/received.html",
        case=case,
        is_new=receipt.is_new,
        code=code,
        may_help=paper.may_help,
        promise=the_table(paper.language).plan(case.level).promise,
        judgement=_judgement(receipt, paper),
        advice=advice_of(pages_of(paper.library, paper.kinds), paper.answers),
        is_draft=paper.is_draft,
        danger_signs=paper.danger_signs,
    )


def _judgement(receipt: Receipt, paper: Paper) -> Judgement | None:
    """The reasons in the language of the page: what is kept is in the words of the house."""
    if receipt.judgement is None or paper.language == LANGUAGES[0]:
        return receipt.judgement
    pages = pages_of(paper.library, paper.kinds)
    return judge_report(the_table(paper.language), pages, paper.answers)


def _way_back(token: FormToken) -> WayBack:
    intake_key = current_context().settings.intake_keys[0]
    code = token.return_code(intake_key)
    return WayBack(token.fingerprint, code, code.tag(intake_key))


def _code_again(case: Case, token: FormToken) -> ReturnCode | None:
    """The code of a form that was sent twice: the first answer may never have reached anybody."""
    if has_left() or work.at - case.opened_at > CODE_SHOWN_FOR:
        return None
    keys = current_context().settings.intake_keys
    codes = ((token.return_code(key), key) for key in keys)
    return next((code for code, key in codes if code.tag(key) == case.reporter_tag), None)


def _asked(fields: MultiDict[str, str], name: str, otherwise: int) -> int:
    number = fields.get(name, otherwise, type=int)
    return number if number in PAGES else otherwise
