"""The status of a translation: what is fresh, older than its source, a draft, or missing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from helpdesk.authoring.translation.files import (
    SHARED_PARTS,
    TranslatedSentence,
    TranslationFile,
    part_name_of,
)
from helpdesk.authoring.translation.sentence_kinds import SentenceKind, classify_sentences
from helpdesk.authoring.written_library import WrittenLibrary


class SentenceState(StrEnum):
    """The states of a sentence's translation."""

    FRESH = "fresh"
    STALE = "stale"
    DRAFT = "draft"
    MISSING = "missing"


@dataclass(frozen=True)
class TranslatableSentence:
    """A translatable sentence, and what there is of it in a language."""

    id: str
    source: str
    kind: SentenceKind
    said: TranslatedSentence | None = None

    @property
    def state(self) -> SentenceState:
        if self.said is None:
            return SentenceState.MISSING
        if not self.said.is_fresh(self.source):
            return SentenceState.STALE
        return SentenceState.DRAFT if self.said.is_draft else SentenceState.FRESH


@dataclass(frozen=True)
class TranslationPartCounts:
    """The counts of one part by state; those that a language must have, apart."""

    part: str
    all: Mapping[SentenceState, int]
    needed: Mapping[SentenceState, int]


@dataclass(frozen=True)
class TranslationStatus:
    """The status of a language's translation."""

    language: str
    parts: tuple[TranslationPartCounts, ...]
    orphans: tuple[str, ...]
    is_reviewed: bool
    waits_for: tuple[str, ...] = field(repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether every sentence that a frightened person has to rely on is there and fresh."""
        return not self.waits_for


def translatable_sentences(
    library: WrittenLibrary, parts: Mapping[str, TranslationFile]
) -> tuple[TranslatableSentence, ...]:
    """The sentences to translate: everything a reporter can meet, in the order of the library."""
    return tuple(
        TranslatableSentence(text_id, meant.text.text, meant.kind, _said(text_id, parts))
        for text_id, meant in classify_sentences(library).items()
        if meant.kind.priority
    )


def translation_status(
    library: WrittenLibrary, language: str, parts: Mapping[str, TranslationFile]
) -> TranslationStatus:
    """Work out the status of a language's translation of this library."""
    met = translatable_sentences(library, parts)
    ids = classify_sentences(library)
    return TranslationStatus(
        language=language,
        parts=_counts(part_names(library), met),
        orphans=tuple(sorted(i for one in parts.values() for i in one.texts if i not in ids)),
        is_reviewed=bool(parts) and all(one.reviewed for one in parts.values()),
        waits_for=tuple(
            one.id for one in met if one.kind.is_needed and one.state is not SentenceState.FRESH
        ),
    )


def part_names(library: WrittenLibrary) -> tuple[str, ...]:
    """The names of all parts: what is shared, then each kind of trouble."""
    return (*SHARED_PARTS, *(page.id for page in library.playbooks))


def _said(text_id: str, parts: Mapping[str, TranslationFile]) -> TranslatedSentence | None:
    part = parts.get(part_name_of(text_id))
    return part.texts.get(text_id) if part else None


def _counts(
    parts: Iterable[str], met: Iterable[TranslatableSentence]
) -> tuple[TranslationPartCounts, ...]:
    by_part: dict[str, list[TranslatableSentence]] = {part: [] for part in parts}
    for one in met:
        by_part[part_name_of(one.id)].append(one)
    return tuple(
        TranslationPartCounts(
            part, _by_state(some), _by_state(one for one in some if one.kind.is_needed)
        )
        for part, some in by_part.items()
    )


def _by_state(some: Iterable[TranslatableSentence]) -> dict[SentenceState, int]:
    found = Counter(one.state for one in some)
    return {state: found[state] for state in SentenceState}
