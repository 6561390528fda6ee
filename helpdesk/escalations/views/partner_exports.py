"""The partner desk: download all requests of one's teams as a file."""

from flask import Response
from flask.typing import ResponseReturnValue

from helpdesk.escalations import export_files, operations
from helpdesk.escalations.views.blueprints import partner_bp
from helpdesk.web.request_work import work


@partner_bp.get("/requests.csv")
def show_csv() -> ResponseReturnValue:
    """Download one's requests as CSV."""
    exported = operations.export_requests(work)
    return _file(export_files.export_requests_as_csv(exported), "csv", "text/csv; charset=utf-8")


@partner_bp.get("/requests.json")
def show_json() -> ResponseReturnValue:
    """Download one's requests as JSON."""
    exported = operations.export_requests(work)
    return _file(export_files.export_as_json(exported, at=work.at), "json", "application/json")


def _file(content: bytes, kind: str, mimetype: str) -> Response:
    """To keep, never to show: a browser that opened it in a tab would leave it in its history."""
    named = {"Content-Disposition": f'attachment; filename="requests.{kind}"'}
    return Response(content, content_type=mimetype, headers=named)
