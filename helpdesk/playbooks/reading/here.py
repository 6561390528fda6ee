"""What a page may build on, and what it refers to: every reader of one of its parts holds this."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.library import Collection, EvidenceKind
from helpdesk.playbooks.pages import Text
from helpdesk.playbooks.reading.conditions import read_condition
from helpdesk.playbooks.reading.entries import Fragment
from helpdesk.playbooks.reading.options import Vocabulary
from helpdesk.playbooks.reading.references import Kind, References
from helpdesk.playbooks.source import Piece


@dataclass(frozen=True)
class Shelf:
    """The collection, the vocabulary, the fragments, and the names of the neighbours."""

    collection: Collection
    words: Vocabulary
    evidence_kinds: Mapping[str, EvidenceKind]
    fragments: Mapping[str, Fragment]
    playbook_ids: tuple[str, ...]
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Here:
    """One page while it is read: its name, what it may build on, and whatever it named so far."""

    home: str
    shelf: Shelf
    references: References = field(default_factory=References)

    def condition(self, piece: Piece) -> Condition:
        """A condition, with every name it asks about noted."""
        return read_condition(piece, self.shelf.words.scales, self.references)

    def text(self, name: str, piece: Piece) -> Text:
        """A sentence under its name within the page."""
        return Text(f"{self.home}.{name}", piece.text())

    def service(self, piece: Piece) -> str:
        """The name of a referral service, noted for checking."""
        return self.references.to(Kind.SERVICE, piece.id(), piece)

    def playbook(self, piece: Piece) -> str:
        """The name of another page, noted for checking."""
        return self.references.to(Kind.PLAYBOOK, piece.id(), piece)
