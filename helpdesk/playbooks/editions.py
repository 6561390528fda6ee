"""Editions of a playbook as JSON: stored beside the runs that stand on one, named by its hash."""

import hashlib
import json

from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.serialization import deserialize, serialize

FORMAT = 1


def playbook_to_json(playbook: Playbook) -> str:
    """Serialize a playbook as canonical JSON: the same page gives the same bytes, always."""
    return json.dumps(
        {"format": FORMAT, "playbook": serialize(playbook)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def playbook_from_json(text: str) -> Playbook:
    """Deserialize the playbook of a stored edition."""
    stored = json.loads(text)
    if stored["format"] != FORMAT:
        raise ValueError(f"This version has format {stored['format']}; we read {FORMAT}.")
    playbook: Playbook = deserialize(Playbook, stored["playbook"])
    return playbook


def content_hash(playbook: Playbook) -> str:
    """The hash that names an edition: SHA-256 over the canonical JSON."""
    return hash_of_stored_edition(playbook_to_json(playbook))


def hash_of_stored_edition(content: str) -> str:
    """The hash of an edition as it is stored."""
    return hashlib.sha256(content.encode()).hexdigest()
