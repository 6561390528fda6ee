"""The page of everything that waits for a second person. Nothing is decided here: it leads to what
has to be read."""

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.accounts import queries as accounts
from helpdesk.cases.disputed_conversations import (
    ids_of_cases_with_unanswered_activity,
)
from helpdesk.cases.past_disputes import (
    ids_of_cases_with_past_disputes,
    why_dispute_bars_requests,
)
from helpdesk.core.errors import NotFound
from helpdesk.duty import case_closing
from helpdesk.duty.views.blueprint import bp
from helpdesk.escalations import request_lists
from helpdesk.escalations import staff_and_partner_labels as request_words
from helpdesk.escalations.contributors import contributions_to
from helpdesk.triage import queries as triage
from helpdesk.web.request_work import work


@bp.get("/approvals")
def approvals() -> ResponseReturnValue:
    """The list of what waits for a second person."""
    if not work.actor.works_on_cases:
        raise NotFound
    requests = [
        one for one in triage.pending_lower_level_requests(work) if work.keys.holds(one.case.key_id)
    ]
    drafts, to_read = (
        request_lists.requests_to_approve(work),
        request_lists.requests_to_read_afterwards(work),
    )
    closings = case_closing.pending_closing_requests(work)
    actors = [one.asked_by for one in closings]
    actors += [one.asked_by for one in requests] + [one.drafted_by for one in drafts]
    actors += [one.approved_by for one in to_read if one.approved_by is not None]
    actors += [one.reply_by for one in drafts if one.reply_by is not None]
    return render_template(
        "duty/approvals.html",
        lowerings=[(one, work.keys.open(one, "reason")) for one in requests],
        closings=closings,
        drafts=drafts,
        to_read=to_read,
        disputed={
            one.case_id for one in (*drafts, *to_read) if why_dispute_bars_requests(work, one.case)
        },
        once_disputed=ids_of_cases_with_past_disputes(work, {one.case_id for one in drafts}),
        unanswered=ids_of_cases_with_unanswered_activity(work, {one.case_id for one in drafts}),
        request_words=request_words,
        parts={one.id: contributions_to(work, one) for one in drafts},
        names=accounts.names_of_actors(work.session, actors),
        now=work.at,
        actor=work.actor,
    )
