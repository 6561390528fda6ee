"""Redirect from a fact that is needed to the playbook step that establishes it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases.queries import case_by_ref
from helpdesk.duty.views.blueprint import runs_bp
from helpdesk.runs import queries
from helpdesk.web.request_work import work


@runs_bp.get("/facts/<fact>")
def show_step_establishing_fact(ref: str, fact: str) -> ResponseReturnValue:
    """Redirect to the step that establishes a fact, of a run or of the playbook that is named;
    where there is none, to the playbooks of the case."""
    case = case_by_ref(work, ref)
    playbook = request.args.get("playbook", "")
    found = queries.step_establishing_fact(work, case, fact, playbook=playbook)
    if found is None:
        flash("No playbook on this case has a step for that. Start one that does.")
        return redirect(url_for("duty.show_case", ref=ref, _anchor="playbooks"), 303)
    run, now = found
    anchor = "now" if now.may_be_recorded else now.step.id
    address = url_for(".show", ref=ref, run_id=run.id, step=now.step.id, _anchor=anchor)
    return redirect(address, 303)
