"""Stale-page marks: what a page has shown, so that nobody decides by an old page about something
else.

A form that decides, agrees, confirms, corrects or waves away carries the mark of what stood on its
page. The operation, which holds the record by then, makes the mark once more and refuses another.
Which form carries which is listed in `tests/guards/test_page_marks.py` (decision 0055).
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Final

from helpdesk.core.errors import StalePage, mark_translatable
from helpdesk.core.sealing import Envelope

Fact = str | int | datetime | StrEnum | Envelope | None
CHANGED: Final = mark_translatable(
    "Something here changed after you opened the page, so nothing was saved. Please look at it "
    "again."
)


def mark_of(*facts: Fact) -> str:
    """Make a mark of these facts: it tells two states apart and says nothing of either."""
    said = json.dumps([_as_text(one) for one in facts])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def refuse_if_changed_since(seen: str | None, *, now: str) -> None:
    """Refuse with StalePage if the mark is not the current one. None says that no page stood in
    between."""
    if seen is not None and seen != now:
        raise StalePage(CHANGED)


def _as_text(fact: Fact) -> str | None:
    if isinstance(fact, Envelope):
        return fact.raw.hex()
    return fact.isoformat() if isinstance(fact, datetime) else None if fact is None else str(fact)
