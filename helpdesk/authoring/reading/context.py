"""The contexts of reading: what a page may build on, and what it refers to; every reader of one of
its parts holds this."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.authoring.reading.conditions import read_condition
from helpdesk.authoring.reading.fragments import Fragment
from helpdesk.authoring.reading.options import QuestionVocabulary
from helpdesk.authoring.reading.references import ReferenceCollector, ReferenceKind
from helpdesk.authoring.source import Node
from helpdesk.playbooks.conditions import Condition
from helpdesk.playbooks.library import EvidenceKind, PlaybookCollection
from helpdesk.playbooks.model import Text


@dataclass(frozen=True)
class SharedContentContext:
    """What all pages share while they are read: the collection, the vocabulary, the fragments, and
    the names of the neighbours."""

    collection: PlaybookCollection
    words: QuestionVocabulary
    evidence_kinds: Mapping[str, EvidenceKind]
    fragments: Mapping[str, Fragment]
    playbook_ids: tuple[str, ...]
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaybookReferenceContext:
    """The context of one playbook while it is read: its name, what it may build on, and every
    reference so far."""

    home: str
    content: SharedContentContext
    references: ReferenceCollector = field(default_factory=ReferenceCollector)

    def condition(self, node: Node) -> Condition:
        """A condition, with every name it asks about noted."""
        return read_condition(node, self.content.words.scales, self.references)

    def text(self, name: str, node: Node) -> Text:
        """A sentence under its name within the page."""
        return Text(f"{self.home}.{name}", node.text())

    def service(self, node: Node) -> str:
        """The name of a referral service, noted for checking."""
        return self.references.add(ReferenceKind.SERVICE, node.id(), node)

    def playbook(self, node: Node) -> str:
        """The name of another page, noted for checking."""
        return self.references.add(ReferenceKind.PLAYBOOK, node.id(), node)
