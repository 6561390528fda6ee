"""The POST view that records a conversation outside the mailbox."""

from flask.typing import ResponseReturnValue

from helpdesk.cases import operations, queries
from helpdesk.cases.forms import ConversationForm
from helpdesk.cases.models import Case, ConversationChannel
from helpdesk.cases.views.blueprint import bp, redirect_to_case, show_form_again
from helpdesk.web.request_work import work


@bp.post("/cases/<ref>/conversations")
def create_conversation(ref: str) -> ResponseReturnValue:
    """Record a conversation with the reporter."""
    case, form = queries.case_by_ref(work, ref), ConversationForm()
    form.not_before = operations.earliest_conversation(case, at=work.at)
    if not form.validate_on_submit():
        return show_form_again("cases/_conversation_form.html", case, conversation_form=form)
    reached = form.reached.data == "yes"
    operations.record_conversation(
        work,
        case,
        way=ConversationChannel(form.way.data),
        spoke_at=form.moment(),
        reached=reached,
        summary=form.summary.data or "",
        seen=form.seen.data or "",
    )
    return redirect_to_case(case, _recorded(case, reached=reached), part="conversations")


def _recorded(case: Case, *, reached: bool) -> str:
    if not reached:
        return "Your attempt is recorded. The reporter still needs an answer."
    sentence = "The conversation is recorded. The reporter’s mailbox shows which day it was."
    if case.reply_due_at is not None:
        sentence += (
            " The reporter still needs an answer, because they wrote after that conversation, or "
            "may have. Write to them in the mailbox, even if only briefly."
        )
    return sentence
