"""Merging what a translator returned: what is wrong is said and left out, the rest is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from helpdesk.authoring.translation.checks import find_translation_faults
from helpdesk.authoring.translation.files import (
    TranslatedSentence,
    TranslationFile,
    part_name_of,
    source_fingerprint,
)
from helpdesk.authoring.translation.status import TranslatableSentence
from helpdesk.authoring.translation.translator_files import SAME, ReturnedTranslation


@dataclass(frozen=True)
class MergeResult:
    """The result of a merge: the parts as they are now, which sentences are new in them, and what
    was not taken."""

    parts: Mapping[str, TranslationFile]
    taken: tuple[str, ...]
    refused: tuple[str, ...]


def merge_translations(
    language: str,
    parts: Mapping[str, TranslationFile],
    met: Iterable[TranslatableSentence],
    answers: Iterable[ReturnedTranslation],
    *,
    drafts: bool = False,
) -> MergeResult:
    """Merge returned translations into the parts of a language. A part that changes has to be read
    again."""
    known = {one.id: one for one in met}
    now, taken, refused = dict(parts), list[str](), list[str]()
    for answer in answers:
        sentence = known.get(answer.id)
        if not _says_anything(sentence, answer):
            continue
        is_draft = drafts or answer.is_draft
        words = sentence.source if sentence and answer.said == SAME else answer.said
        fault = _fault(sentence, answer, words, is_draft=is_draft)
        if fault or sentence is None:
            refused.append(f"{answer.id} (line {answer.line}): {fault}")
            continue
        said = TranslatedSentence(words, source_fingerprint(sentence.source), is_draft)
        if said != sentence.said:
            name = part_name_of(answer.id)
            part = now.get(name) or TranslationFile(name, language)
            now[name] = replace(part, texts={**part.texts, answer.id: said}, reviewed=None)
            taken.append(answer.id)
    return MergeResult(now, tuple(taken), tuple(refused))


def _says_anything(sentence: TranslatableSentence | None, answer: ReturnedTranslation) -> bool:
    """Whether somebody wrote something: not nothing, not the source, not what we gave out."""
    if sentence is None:
        return bool(answer.said)
    given_out = sentence.said.text if sentence.said else None
    untouched = answer.is_draft and answer.said == given_out
    return answer.said not in ("", sentence.source) and not untouched


def _fault(
    sentence: TranslatableSentence | None,
    answer: ReturnedTranslation,
    words: str,
    *,
    is_draft: bool,
) -> str:
    if sentence is None:
        return "there is no such sentence, or no reporter meets it"
    if not answer.is_made_from(sentence.source):
        return "the source has changed since; extract it again"
    if is_draft and sentence.kind.falls_back_to_source:
        return "a draft is not good enough for what is said to people in danger"
    return "; ".join(find_translation_faults(sentence.source, words))
