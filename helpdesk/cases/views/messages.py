"""POST views that send a message to the reporter or add a note."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases import operations, queries
from helpdesk.cases.forms import MessageToReporterForm, NoteForm
from helpdesk.cases.states import WaitsOn
from helpdesk.cases.views.blueprint import bp, redirect_to_case, show_form_again
from helpdesk.core.plausible_days import format_plain_day
from helpdesk.web.request_work import work


@bp.post("/cases/<ref>/messages")
def create_message(ref: str) -> ResponseReturnValue:
    """Send a message to the reporter."""
    case, form = queries.case_by_ref(work, ref), MessageToReporterForm()
    if not form.validate_on_submit():
        return show_form_again("cases/_message_form.html", case, message_form=form)
    operations.send_message(work, case, form.message_text.data or "", seen=form.seen.data or "")
    # Where an answer is still owed, the move is ours.
    if form.then_wait.data and case.reply_due_at is None:
        operations.pause_case(work, case, waits_on=WaitsOn.REPORTER)
    sentence = "The message is in the reporter’s mailbox."
    if form.then_wait.data and case.waits_until is not None:
        sentence += (
            f" The case is waiting for their answer until {format_plain_day(case.waits_until)}."
        )
    if case.reply_due_at is not None:
        sentence += " They have written something you may not have seen: read it next."
    if form.back_to.data:
        flash(sentence)
        return redirect(url_for("playbooks.show", ref=ref, run_id=form.back_to.data), 303)
    return redirect_to_case(case, sentence, part="messages")


@bp.post("/cases/<ref>/messages/reading")
def create_no_reply_needed(ref: str) -> ResponseReturnValue:
    """Mark the reporter's last message as needing no reply."""
    case = queries.case_by_ref(work, ref)
    operations.mark_no_reply_needed(work, case, seen=request.form.get("seen", ""))
    return redirect_to_case(case, "Recorded: this needs no answer.", part="messages")


@bp.post("/cases/<ref>/notes")
def create_note(ref: str) -> ResponseReturnValue:
    """Add a note for colleagues."""
    case, form = queries.case_by_ref(work, ref), NoteForm()
    if not form.validate_on_submit():
        return show_form_again("cases/_note_form.html", case, note_form=form)
    operations.add_case_note(work, case, form.note_text.data or "")
    return redirect_to_case(case, "The note is saved.", part="notes")
