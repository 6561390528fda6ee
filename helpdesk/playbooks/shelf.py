"""The playbooks this process works with: read once, held for as long as it lives."""

from dataclasses import dataclass
from functools import cache, lru_cache
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


@lru_cache(maxsize=128)
def pinned(content_hash: str, content: str) -> Playbook:
    """The page of a stored edition. A hash names one content for ever, so it is built once."""
    for playbook in the_library().playbooks:
        edition = current(playbook.id)
        if edition is not None and edition.content_hash == content_hash:
            return edition.playbook
    return from_json(content)
