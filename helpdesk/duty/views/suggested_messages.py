"""The page of a message that a playbook suggests: nothing is sent before somebody presses."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.cases.forms import MessageToReporterForm
from helpdesk.cases.policy import may_see_case
from helpdesk.cases.queries import case_by_ref
from helpdesk.core.errors import NotFound
from helpdesk.duty.views.blueprint import runs_bp
from helpdesk.playbooks.repository import translate_text
from helpdesk.runs import queries
from helpdesk.web.request_work import work


@runs_bp.get("/runs/<run_id>/words")
def new_message(ref: str, run_id: str) -> ResponseReturnValue:
    """The form for a message that a step suggests, or without one the end of the run, to be changed
    and sent: in the language of the reporter, where somebody has put it into that language."""
    case = case_by_ref(work, ref)
    work.require(may_see_case, case)
    run = queries.run_by_id(work, case, run_id)
    step = request.args.get("step", "")
    words = queries.message_suggested_by_step(run, step)
    if words is None:
        raise NotFound
    theirs = translate_text(words, case.language)
    form = MessageToReporterForm(formdata=None, message_text=str(theirs), back_to=run.id)
    return render_template(
        "playbooks/words.html",
        case=case,
        run=run,
        step=step,
        words=words,
        theirs=theirs,
        message_form=form,
    )
