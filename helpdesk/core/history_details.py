"""Reading the details of history entries: what is not of the shape that we write says nothing.

Entries stay for ever, and the processes of reporters, partners and jobs write some: one that is odd
must stop no page and no alarm.
"""

from collections.abc import Mapping
from typing import Any


def text_in(details: Mapping[str, Any], name: str) -> str:
    """The text under a name; empty where there is none, or something else."""
    found = details.get(name)
    return found if isinstance(found, str) else ""


def texts_in(details: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts in the list under a name; none where there is no list."""
    found = details.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
