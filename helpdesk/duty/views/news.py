"""The news page of the signed-in person, and marking all news as seen."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.cases import news as case_news
from helpdesk.core.errors import NotFound
from helpdesk.duty import news_lines
from helpdesk.duty.views.blueprint import bp
from helpdesk.web.request_work import work


@bp.get("/news")
def show_news() -> ResponseReturnValue:
    """The list of one's news."""
    if not work.actor.works_on_cases:
        raise NotFound
    return render_template("duty/news.html", lines=news_lines.all_news(work))


@bp.post("/news/seen")
def create_news_seen() -> ResponseReturnValue:
    """Mark all one's news as seen."""
    if not work.actor.works_on_cases:
        raise NotFound
    case_news.mark_news_seen(work)
    flash("All news is marked as seen.")
    return redirect(url_for(".board"), 303)
