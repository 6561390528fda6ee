"""The check of public pages at their start, so that a wrong file of keys shows in the log before
somebody has written a report that cannot be taken."""

from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import CannotTakeReports
from helpdesk.intake import queries


def log_if_no_queue_takes_reports(context: AppContext) -> None:
    """Log an error where reports would be refused, as no queue takes them. They may be taken later
    without a new start, and a database that is away now says nothing."""
    with suppress(CannotTakeReports, DBAPIError), context.begin() as work:
        queries.receiving_team(work, refresh=True)
