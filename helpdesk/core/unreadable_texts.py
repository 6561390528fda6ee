"""Unreadable texts: what stands in place of a sealed text that cannot be opened, or is none of
ours."""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from helpdesk.core.errors import mark_translatable
from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, Secret

log = logging.getLogger(__name__)


class Unreadable(str):
    """A sentence in place of an unreadable text. Pages show it in red; nothing is judged or filled
    in by it."""

    __slots__ = ()


UNREADABLE: Final = Unreadable(
    mark_translatable(
        "This can’t be opened. It may be damaged, or it may not have come from our own pages."
    )
)


def open_or_unreadable(secret: Secret, envelope: Envelope | None, place: EnvelopePlace) -> str:
    """Open a sealed text, or UNREADABLE: one row that somebody planted or spoilt must not take the
    others with it. An empty field is an empty text."""
    if envelope is None:
        return ""
    try:
        return secret.open_text(envelope, place)
    except CannotOpen:
        return UNREADABLE


def parse_mapping_or_none(text: str) -> Mapping[str, Any] | None:
    """Parse a JSON object of texts and lists of texts; None for anything that we do not write.

    Whoever has a public half can seal what they like to it.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or lists in lists without end
        return None
    if not isinstance(said, dict) or not all(map(_is_text, said)):
        return None
    return said if all(map(_is_answer, said.values())) else None


def log_unreadable(place: EnvelopePlace) -> None:
    """Log for the operator which row cannot be read, and none of what is in it."""
    log.warning(
        "cannot be opened or read: %s.%s of row %s", place.table, place.column, place.row_id
    )


def _is_answer(said: Any) -> bool:
    return said is None or _is_text(said) or (isinstance(said, list) and all(map(_is_text, said)))


def _is_text(said: Any) -> bool:
    """Not half a character, which no page can show."""
    return isinstance(said, str) and said.encode(errors="replace").decode() == said
