"""The library: everything the content folder holds; never changed while the process lives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.danger_signs import DangerPhrase
from helpdesk.playbooks.helplines import Helpline
from helpdesk.playbooks.model import DataSensitivity, Playbook, Question, Text, texts_in
from helpdesk.playbooks.platform_forms import PlatformForms
from helpdesk.playbooks.synonyms import SynonymGroup

PLATFORM_QUESTION = "platform"
OTHER_PLATFORM = "other"


@dataclass(frozen=True)
class FactSetByHelpdesk:
    """A fact that the helpdesk itself puts on a case, such as a consent; pages may ask for it."""

    id: str
    says: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class PublishingDetails:
    """The publisher of the playbooks, as the id of a STIX identity; the first day, and the
    latest."""

    owner: str
    identity: str
    first: date
    latest: date


@dataclass(frozen=True)
class IncidentGroup:
    """A group of incidents: a heading of the public form, and the kinds of trouble that stand under
    it."""

    id: str
    title: Text
    playbooks: tuple[str, ...]


@dataclass(frozen=True)
class PlaybookCollection:
    """The collection of playbooks: what holds for all of them together."""

    name: str
    version: str
    licence: str
    language: str
    publishing: PublishingDetails
    taxonomies: dict[str, int]
    facts: tuple[FactSetByHelpdesk, ...]
    sources: dict[str, str]
    groups: tuple[IncidentGroup, ...] = ()
    # what most people come with: it stands in sight on the first page of the form
    common: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformFact:
    """A fact about a platform that we were told. `verified_on` is empty until a person has
    looked."""

    id: str
    text: Text
    source: str
    link: str | None = None
    verified_on: date | None = None


@dataclass(frozen=True)
class Platform:
    """A platform: a service where accounts live."""

    slug: str
    name: Text
    objects: tuple[str, ...]
    facts: tuple[PlatformFact, ...] = ()
    written: tuple[str, ...] = ()


@dataclass(frozen=True)
class EvidenceKind:
    """A kind of evidence, how to take it, and how careful to be with it."""

    id: str
    name: Text
    how: Text
    sensitivity: DataSensitivity
    may_hold_pictures: bool = False


@dataclass(frozen=True)
class ReferralServiceType:
    """A type of service that others offer to people in trouble; who they are stands in no page."""

    slug: str
    name: Text
    says: Text


@dataclass(frozen=True)
class OrganisationCause:
    """A cause: what an organisation works on."""

    slug: str
    name: Text


@dataclass(frozen=True)
class SearchPhrase:
    """A phrase that people type when they mean a kind of incident. Only the search reads it."""

    kind: str
    language: str
    text: str


@dataclass(frozen=True, eq=False)
class Library:
    """The library: the playbooks and the vocabulary. One that was read again is another one."""

    collection: PlaybookCollection
    # the ids of the questions that settle the level; they are asked first
    decision_questions: tuple[str, ...]
    platforms: tuple[Platform, ...]
    evidence_kinds: tuple[EvidenceKind, ...]
    questions: tuple[Question, ...]
    playbooks: tuple[Playbook, ...]
    services: tuple[ReferralServiceType, ...] = ()
    causes: tuple[OrganisationCause, ...] = ()
    searches: tuple[SearchPhrase, ...] = ()
    synonyms: tuple[SynonymGroup, ...] = ()
    helplines: tuple[Helpline, ...] = ()
    danger_signs: tuple[DangerPhrase, ...] = ()
    platform_forms: tuple[PlatformForms, ...] = ()

    def playbook(self, playbook_id: str) -> Playbook | None:
        """The page of that kind of trouble, or the one that stands in its place since."""
        return self._by_name.get(playbook_id)

    def question(self, question_id: str) -> Question | None:
        """The shared question of that id, if there is one."""
        return next((one for one in self.questions if one.id == question_id), None)

    def service(self, slug: str) -> ReferralServiceType | None:
        """The referral service of that slug, if there is one."""
        return next((one for one in self.services if one.slug == slug), None)

    def platform(self, slug: str) -> Platform | None:
        """The platform of that slug, if we know it."""
        return next((one for one in self.platforms if one.slug == slug), None)

    def named_platform(self, answers: Context) -> Platform | None:
        """The platform that the answers name, if it is one that can be asked to act."""
        slug = answers.get(PLATFORM_QUESTION)
        return self.platform(slug) if isinstance(slug, str) and slug != OTHER_PLATFORM else None

    @cached_property
    def _by_name(self) -> dict[str, Playbook]:
        """The pages by their names of today, and by those that they had before."""
        before = {page.replaces: page for page in reversed(self.playbooks) if page.replaces}
        return before | {page.id: page for page in self.playbooks}

    def texts(self) -> Iterator[Text]:
        """Every sentence a person meets, each once, in a stable order."""
        seen: set[str] = set()
        for text in texts_in(self.parts()):
            if text.id not in seen:
                seen.add(text.id)
                yield text

    def parts(self) -> tuple[Any, ...]:
        """Whatever holds sentences, in the order in which they are told."""
        vocabulary = (
            self.platforms,
            self.evidence_kinds,
            self.services,
            self.questions,
            self.causes,
        )
        return (self.collection.groups, vocabulary, self.playbooks)
