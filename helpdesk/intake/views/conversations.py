"""The view by which a reporter says that a recorded conversation was not with them."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.intake import operations, queries
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.web.request_work import work


@bp.post("/mailbox/case/conversations/<conversation_id>/objection")
@mailbox_required
def create_conversation_dispute(conversation_id: str) -> ResponseReturnValue:
    """Dispute a recorded conversation."""
    operations.dispute_conversation(work, queries.own_case(work), conversation_id)
    flash(_("Thank you for telling us. One of us will write to you here."))
    return redirect(url_for(".show_case", _anchor="conversations"), 303)
