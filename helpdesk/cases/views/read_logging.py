"""The read log of pages: after each request, history records which cases' sealed content was
shown."""

from flask import Flask, Response, g

from helpdesk.cases.operations import record_cases_read
from helpdesk.core.work import Work
from helpdesk.web.current_app_context import current_context


def init_app(app: Flask) -> None:
    """Log the cases that each page showed, before its work ends. Must come after all else that
    looks at a page."""
    app.after_request(_note_what_was_read)


def mark_read_already_logged(case_id: str) -> None:
    """Mark a case whose reading history has already, so that it is not asked again in this
    request."""
    g.cases_read_lately = {case_id}


def _note_what_was_read(response: Response) -> Response:
    work: Work | None = g.get("work")
    # A redirect shows nothing, and the page that says that something failed does not either.
    if (
        work is None
        or not work.actor.works_on_cases
        or response.location
        or response.status_code >= 500
    ):
        return response
    opened = work.keys.opened_cases - g.get("cases_read_lately", set())
    if not opened:
        return response
    if response.status_code < 400:
        record_cases_read(work, opened)
    else:  # a form that is refused, beside what it is about: what it would have done is rolled back
        work.session.rollback()
        with current_context().begin(work.actor) as own:
            record_cases_read(own, opened)
    return response
