"""Kinds of sentences in the playbooks: who meets one, and how grave it is if it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.model import Playbook, Text, texts_in


class SentenceKind(StrEnum):
    """The kinds of sentences: what one is for."""

    DECISION = "decision"  # the five questions that say how urgent a case is, with their answers
    SAFE_NOW = "safe_now"  # what is safe to do now, what better not, and what it risks
    END = "end"  # what the reporter is told when a run ends
    FINDING = "finding"  # by which people find their kind of trouble
    RECEIPT = "receipt"  # why this urgent, and when we write
    EVERYWHERE = "everywhere"  # questions and words that every report meets
    QUESTION = "question"  # what only some kinds of trouble ask
    WORDS = "words"  # words for the responder to send, and what we cannot do
    RED_FLAG = "red_flag"  # why answers must not wait, told to responders
    RESPONDER = "responder"  # everything else that only responders read

    @property
    def falls_back_to_source(self) -> bool:
        """Whether old words could harm: then the source is shown instead, in its own language."""
        return self in FALL_BACK

    @property
    def is_needed(self) -> bool:
        """Whether a language is only offered when every sentence of this kind is fresh."""
        return self in NEEDED

    @property
    def priority(self) -> int:
        """In which round a translator meets it: 1, 2, 3, or 0 for what reporters never see."""
        return next((number for number, kinds in ROUNDS.items() if self in kinds), 0)


FALL_BACK = frozenset({SentenceKind.SAFE_NOW, SentenceKind.RED_FLAG})
NEEDED = frozenset({SentenceKind.DECISION, SentenceKind.SAFE_NOW, SentenceKind.END})
ROUNDS = {
    1: NEEDED | {SentenceKind.FINDING, SentenceKind.RECEIPT, SentenceKind.EVERYWHERE},
    2: frozenset({SentenceKind.QUESTION}),
    3: frozenset({SentenceKind.WORDS}),
}


@dataclass(frozen=True)
class ClassifiedSentence:
    """A sentence of the source, with its kind."""

    text: Text
    kind: SentenceKind


_latest: list[tuple[WrittenLibrary, Mapping[str, ClassifiedSentence]]] = []


def classify_sentences(library: WrittenLibrary) -> Mapping[str, ClassifiedSentence]:
    """Classify every sentence by its id, in the order of the library.

    Each language asks this of one and the same library: the answer is kept until another is asked.
    """
    for known, meant in _latest:
        if known is library:
            return meant
    kinds = kind_by_sentence_id(library)
    meant = {text.id: ClassifiedSentence(text, kinds[text.id]) for text in library.texts()}
    _latest[:] = [(library, meant)]
    return meant


@lru_cache(maxsize=2)
def kind_by_sentence_id(library: WrittenLibrary) -> dict[str, SentenceKind]:
    """The kind of each sentence, by its id. Where it is used twice, the graver use counts."""
    found: dict[str, SentenceKind] = {}

    def note(kind: SentenceKind, *things: Any) -> None:
        for text in texts_in(things):
            found.setdefault(text.id, kind)

    points = {point.id for point in library.table.points}
    pages = library.playbooks
    asked = (*library.questions, *(one for page in pages for one in page.questions))
    note(SentenceKind.DECISION, tuple(one for one in asked if one.id in points))
    note(SentenceKind.SAFE_NOW, tuple(page.safe_now for page in pages))
    note(SentenceKind.END, tuple(end.say for page in pages for end in page.ends))
    note(
        SentenceKind.FINDING,
        library.collection,
        tuple(_by_which_it_is_found(page) for page in pages),
    )
    note(SentenceKind.RECEIPT, tuple(rule.reporter for rule in library.table.rules))
    note(SentenceKind.RECEIPT, tuple(plan.promise for plan in library.table.levels))
    note(SentenceKind.RECEIPT, library.table.left_open, library.table.raised)
    values = (value for point in library.table.points for value in point.values)
    note(SentenceKind.RECEIPT, *(one.reporter for one in values if one.reporter is not None))
    # Names of services first: most are the same in every language.
    note(SentenceKind.QUESTION, tuple(one.name for one in library.platforms))
    note(SentenceKind.EVERYWHERE, library.questions)
    note(SentenceKind.QUESTION, asked)
    note(SentenceKind.WORDS, tuple(step.words for page in pages for step in page.steps))
    note(SentenceKind.WORDS, tuple((page.scope_limit, page.not_for) for page in pages))
    note(SentenceKind.RED_FLAG, tuple(page.red_flags for page in pages))
    note(SentenceKind.RESPONDER, tuple(library.texts()))
    return found


def _by_which_it_is_found(page: Playbook) -> tuple[Any, ...]:
    return page.title, page.trigger, page.also_called
