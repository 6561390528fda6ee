"""The front page, with the box to say what happened; leaving the site, and helplines for who is in
danger.

They need no database.
"""

from flask import current_app, make_response, redirect, render_template, session
from flask.typing import ResponseReturnValue

from helpdesk.intake.forms import first_step_form
from helpdesk.intake.machine_sent_reports import DECOY
from helpdesk.intake.report_form_token import ReportFormToken
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.draft_between_steps import opening_fields
from helpdesk.intake.views.receipts import probe_cookie_support
from helpdesk.playbooks.helplines import HelplinePurpose, helplines_for
from helpdesk.web.current_app_context import current_context
from helpdesk.web.form_tokens import was_sent_by_another_site
from helpdesk.web.languages import current_language
from helpdesk.web.login import public_view
from helpdesk.web.session_cookies import delete_session_cookie


@bp.get("/")
@public_view
def home() -> ResponseReturnValue:
    """The front page. A report begins when its box is sent: a look at it starts and ends none."""
    probe_cookie_support()
    return render_template(
        "intake/home.html",
        form=first_step_form(current_language())(),
        carried=opening_fields(ReportFormToken.new()),
        decoy=DECOY,
    )


@bp.get("/help-now")
@public_view
def show_urgent_help() -> ResponseReturnValue:
    """The page of helplines, for who is in danger."""
    lines = current_app.extensions["helplines"]
    return render_template(
        "intake/help_now.html",
        lines={one.value: helplines_for(lines, one) for one in HelplinePurpose},
        has_unchecked=any(one.verified_on is None for one in lines),
        has_checked=any(one.verified_on is not None for one in lines),
    )


@bp.get("/leave")
@public_view
def leave_site() -> ResponseReturnValue:
    """Leave the site at once: what the browser kept of us goes, and the next page does not learn of
    us.

    The visit's row in the database is left to end by itself: the way out asks nothing of anyone.

    Cookies go one by one. "Clear-Site-Data: cookies" would take those of every host under our
    domain: a link to here would sign staff out, and make their browser one that nobody knows. Whom
    another site has sent here leaves too, and loses nothing: they did not ask for it.
    """
    response = make_response(redirect(current_context().settings.exit_url, 303))
    response.headers["Referrer-Policy"] = "no-referrer"
    if not was_sent_by_another_site():
        session.clear()
        delete_session_cookie(response)
    return response
