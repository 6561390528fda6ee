"""Export of a partner's requests as files: CSV and JSON.

Both say the same in the same codes. docs/partners.md has their columns; a test compares it.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from helpdesk.core.csv_cells import write_csv
from helpdesk.escalations.operations.exporting import ExportedRequest
from helpdesk.escalations.packets import SHARING
from helpdesk.partners.packet_fields import FIELDS

SCHEMA: Final = "helpdesk-export/1"
# What both files say of each request, and what it is.
ABOUT: Final = {
    "ref": "The ID of the request",
    "who_must_not_know": "Who must not know about it, in a sentence: this comes before all else",
    "partner": "Which of your teams it was sent to, by its short name",
    "platform": "The platform it is about, by its short name",
    "ask": "What we ask you to do: a code from the table of asks",
    "priority": "`p1` to `p4`, as it is now: a request can become more urgent",
    "state": "Where it is, as a code",
    "state_in_words": "The same, in the words of your inbox",
    "who_has_it": "The name of the person in your team who acted on it last",
    "sent_at": "When we approved it, in UTC: `2026-11-23T09:40:00Z`",
    "answer_due_at": "By when we ask you to answer, in UTC",
    "your_reference": "The reference that you noted",
    "drill": "`true` if nothing in it is real",
    "sharing": "How far you can share it",
    "not_shown_because": "Why there is no content, in a sentence; empty if there is",
}
KEEP_QUIET: Final = next(field for field in FIELDS if field.name == "keep_quiet")
# Beside these, the table has a column for each field of a packet.
COLUMNS: Final = (*ABOUT, *(field.name for field in FIELDS))


def export_requests_as_csv(exported: Sequence[ExportedRequest]) -> bytes:
    """Export requests as CSV, one request to a row."""
    return write_csv(COLUMNS, [csv_row(one) for one in exported])


def export_as_json(exported: Sequence[ExportedRequest], *, at: datetime) -> bytes:
    """Export requests as JSON, with each packet as it was approved."""
    said = {
        "schema": SCHEMA,
        "made_at": _moment(at),
        "requests": [_facts(one) | {"packet": _packet(one)} for one in exported],
    }
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def csv_row(one: ExportedRequest) -> list[str]:
    """The CSV row of a request, in the order of `COLUMNS`."""
    fields = one.packet.fields if one.packet is not None else {}
    about = [_cell(value) for value in _facts(one).values()]
    return about + [fields.get(field.name, "") for field in FIELDS]


def _facts(one: ExportedRequest) -> dict[str, Any]:
    request = one.request
    values = (
        request.ref,
        _who_must_not_know(one),
        request.partner.slug,
        request.partner.platform,
        request.ask.value,
        request.priority.value,
        one.state.value,
        one.state_in_words,
        one.holder,
        _moment(request.approved_at),
        _moment(request.answer_due_at),
        one.own_reference,
        request.partner.is_drill,
        SHARING,
        one.why_not_shown,
    )
    return dict(zip(ABOUT, values, strict=True))


def _who_must_not_know(one: ExportedRequest) -> str:
    said = one.packet.fields.get(KEEP_QUIET.name, "") if one.packet is not None else ""
    return KEEP_QUIET.in_words(said)


def _packet(one: ExportedRequest) -> Any:
    return json.loads(one.packet.as_text()) if one.packet is not None else None


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else value or ""


def _moment(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at is not None else None
