"""In a drill, where no mail leaves the machine: a page of the emails that would have been sent."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.accounts import queries as accounts
from helpdesk.core.errors import NotFound
from helpdesk.duty import queries
from helpdesk.duty.views.blueprint import bp
from helpdesk.web.current_app_context import current_context
from helpdesk.web.request_work import work

SHOWN = 50
# A case or a request, as letters name them.
NAME = re.compile(r"\b(?:R-)?[0-9A-Z]{3}-[0-9A-Z]{4}\b")


@bp.get("/outbox")
def show_drill_emails() -> ResponseReturnValue:
    """The list of emails of a drill."""
    settings = current_context().settings
    address = urlsplit(settings.mail_url)
    if not settings.drill or address.scheme != "folder":
        raise NotFound
    newest = sorted(Path(address.path).glob("*.eml"), key=_written, reverse=True)
    written = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in newest)
    letters = list(islice((one for one in written if _is_for(one)), SHOWN))
    return render_template(
        "duty/outbox.html",
        letters=[(one["To"], one["Subject"], one.get_content()) for one in letters],
    )


def _is_for(letter: EmailMessage) -> bool:
    """One's own letters, and those about cases and requests of one's own queues.

    In a drill the page stands for a mail server: an operator reads no more there than anywhere.
    """
    myself = accounts.current_person(work)
    own = {
        accounts.own_email_address(work, myself),
        accounts.proposed_email_address_of(work, myself),
    }
    if letter["To"] in own:
        return True
    words = set(NAME.findall(f"{letter['Subject']}\n{letter.get_content()}"))
    return queries.is_visible_case_named(work, words)


def _written(path: Path) -> float:
    return path.stat().st_mtime
