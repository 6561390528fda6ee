"""The playbooks this process works with: read once, held for as long as it lives."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpdesk.playbooks.editions import content_hash, from_json, to_json
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.pages import Playbook
from helpdesk.playbooks.reading.folder import read_library

CONTENT = Path(__file__).parents[2] / "playbooks"


@dataclass(frozen=True)
class CurrentEdition:
    """A page as it reads today, ready to be pinned by a run."""

    playbook: Playbook
    content_hash: str
    content: str


@cache
def the_library() -> Library:
    """The content folder beside this package. The first call reads it and refuses a bad page."""
    return read_library(CONTENT)


@cache
def current(playbook_id: str) -> CurrentEdition | None:
    """Today's edition of a page, or None if there is no such page."""
    playbook = the_library().playbook(playbook_id)
    if playbook is None:
        return None
    return CurrentEdition(playbook, content_hash(playbook), to_json(playbook))


_pinned: dict[str, Playbook] = {}


def pinned(content_hash: str, load: Callable[[], str]) -> Playbook:
    """The page of a stored edition. A hash names one content for ever, so it is built once."""
    if content_hash not in _pinned:
        today = (current(page.id) for page in the_library().playbooks)
        same = (one.playbook for one in today if one and one.content_hash == content_hash)
        _pinned[content_hash] = next(same, None) or from_json(load())
    return _pinned[content_hash]
