"""Pages that move a run to today's edition: first what that would change, then the move."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.queries import names_of_actors
from helpdesk.cases.models import Case
from helpdesk.cases.queries import case_by_ref
from helpdesk.duty.views.blueprint import runs_bp
from helpdesk.runs import operations, queries
from helpdesk.runs.forms import MoveRunForm
from helpdesk.runs.models import Run
from helpdesk.runs.policy import may_work_on_run
from helpdesk.web.request_work import work


@runs_bp.get("/runs/<run_id>/edition")
def new_edition_move(ref: str, run_id: str) -> ResponseReturnValue:
    """The page that shows what a move to today's edition would change."""
    case = case_by_ref(work, ref)
    run = queries.run_by_id(work, case, run_id)
    work.require(may_work_on_run, run)
    return _page(case, run, MoveRunForm(formdata=None))


@runs_bp.post("/runs/<run_id>/edition")
def create_edition_move(ref: str, run_id: str) -> ResponseReturnValue:
    """Move a run to today's edition of its playbook."""
    case = case_by_ref(work, ref)
    run, form = queries.run_by_id(work, case, run_id), MoveRunForm()
    if not form.validate_on_submit():
        return _page(case, run, form), 422
    follower = operations.move_run(work, run, reason=form.why_move.data or "")
    flash("The playbook continues in the current version. You can still read the old run.")
    return redirect(url_for(".show", ref=ref, run_id=follower.id), 303)


def _page(case: Case, run: Run, form: MoveRunForm) -> str:
    return render_template(
        "playbooks/move.html",
        case=case,
        run=run,
        form=form,
        move=queries.preview_move(work, run),
        records={record.step: record for record in run.records},
        names=names_of_actors(work.session, {record.by for record in run.records}),
    )
