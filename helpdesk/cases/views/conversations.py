"""Writing down words by another way: a call, Signal, a meeting, another desk."""

from flask.typing import ResponseReturnValue

from helpdesk.cases import operations, queries
from helpdesk.cases.forms import ConversationForm
from helpdesk.cases.models import Way
from helpdesk.cases.views.blueprint import bp, done, once_more
from helpdesk.web.work import work


@bp.post("/cases/<ref>/conversations")
def create_conversation(ref: str) -> ResponseReturnValue:
    case, form = queries.by_ref(work, ref), ConversationForm()
    form.not_before = case.opened_at
    if not form.validate_on_submit():
        return once_more("cases/_conversation_form.html", case, conversation_form=form)
    reached = form.reached.data == "yes"
    operations.record_conversation(
        work,
        case,
        way=Way(form.way.data),
        spoke_at=form.moment(),
        reached=reached,
        summary=form.summary.data or "",
        seen=form.seen.data or "",
    )
    sentence = "The conversation is written down, and the reporter's mailbox shows its day."
    if not reached:
        sentence = "It is written down that you tried. An answer is owed as before."
    elif case.reply_due_at is not None:
        sentence += " We still owe an answer: they have written since, or were not answered by it."
    return done(case, sentence, part="conversations")
