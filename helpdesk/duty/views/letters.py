"""In a drill, where no mail leaves the machine: the letters that would have gone out."""

from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

from flask import render_template
from flask.typing import ResponseReturnValue

from helpdesk.core.errors import NotFound
from helpdesk.duty.views.blueprint import bp
from helpdesk.web.desk import current_desk

SHOWN = 50


@bp.get("/outbox")
def outbox() -> ResponseReturnValue:
    settings = current_desk().settings
    address = urlsplit(settings.mail_url)
    if not settings.drill or address.scheme != "folder":
        raise NotFound
    newest = sorted(Path(address.path).glob("*.eml"), key=_written, reverse=True)
    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in newest[:SHOWN]
    ]
    return render_template(
        "duty/outbox.html",
        letters=[(one["To"], one["Subject"], one.get_content()) for one in letters],
    )


def _written(path: Path) -> float:
    return path.stat().st_mtime
