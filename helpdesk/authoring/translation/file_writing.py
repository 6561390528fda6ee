"""Writing translation files: always in the order of their page, so that a diff shows what has
changed."""

import json
from collections.abc import Iterable
from pathlib import Path

from helpdesk.authoring.translation.files import I18N, SCHEMA, TranslatedSentence, TranslationFile

HEAD = """\
# Written by `helpdesk playbooks i18n merge`; `of` is the fingerprint of the source sentence.
"""


def write_translation_file(folder: Path, part: TranslationFile, order: Iterable[str]) -> Path:
    """Write one translation file; sentences that the page does not have any more are left out."""
    path = folder / I18N / part.language / f"{part.id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"schema: {SCHEMA}",
        f"part: {part.id}",
        f"language: {part.language}",
        f"reviewed: {_reviewed(part)}",
        "texts:" if part.texts else "texts: {}",
        *(line for key in order if key in part.texts for line in _lines(key, part.texts[key])),
    ]
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _reviewed(part: TranslationFile) -> str:
    if part.reviewed is None:
        return "false  # until someone who speaks the language has read it all"
    names = ", ".join(_quoted(name) for name in part.reviewed.by)
    return f"{{by: [{names}], on: {part.reviewed.on.isoformat()}}}"


def _lines(key: str, said: TranslatedSentence) -> list[str]:
    draft = ["    draft: true"] if said.is_draft else []
    return [f"  {key}:", f'    of: "{said.of}"', f"    text: {_quoted(said.text)}", *draft]


def _quoted(words: str) -> str:
    """A string of JSON is one of YAML too."""
    return json.dumps(words, ensure_ascii=False)
