"""The pages of a queue, and claiming its next case."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.accounts.queries import queue_by_slug
from helpdesk.cases.operations import claim_next_case, claim_next_second_lane_case
from helpdesk.cases.queue_pages import QueueFilter, queue_page
from helpdesk.duty.views.blueprint import bp
from helpdesk.web.request_work import current_work, work


@bp.get("/queues/<slug>")
def show_queue(slug: str) -> ResponseReturnValue:
    """One page of a queue."""
    show = _shown()
    page = queue_page(current_work(), slug, show=show, after=request.args.get("after", ""))
    return render_template(
        "duty/queue.html",
        team=page.team,
        page=page,
        show=show,
        shows=list(QueueFilter),
        names={case.owner_id: case.owner for case in page.cases if case.owner_id},
        second_lane=QueueFilter.SECOND,
        is_first="after" not in request.args,
        now=work.at,
    )


@bp.post("/queues/<slug>/next")
def create_next_claim(slug: str) -> ResponseReturnValue:
    """Claim the next case of a queue."""
    case = claim_next_case(work, queue_by_slug(work, slug))
    flash("You have taken the case.")
    return redirect(url_for(".show_case", ref=case.ref), 303)


@bp.post("/queues/<slug>/second-lane/next")
def create_next_second_lane_claim(slug: str) -> ResponseReturnValue:
    """Claim the next case of the second lane."""
    case = claim_next_second_lane_case(work, queue_by_slug(work, slug))
    flash("You have taken the case. It is no longer listed as possibly automated.")
    return redirect(url_for(".show_case", ref=case.ref), 303)


def _shown() -> QueueFilter:
    """The filter in the address; one that we do not know is none."""
    asked = request.args.get("show", "")
    return QueueFilter(asked) if asked in set(QueueFilter) else QueueFilter.OPEN
