"""Publishing the playbooks: what was read and checked is written down whole, for every process."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.reading.helplines import read_helplines_at
from helpdesk.authoring.translation.files import read_translation_files
from helpdesk.authoring.translation.shown_translations import shown_sentences
from helpdesk.authoring.translation.status import translation_status
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.playbooks.published import FORMAT, WRITTEN, published_path, source_file_hashes
from helpdesk.playbooks.serialization import serialize
from helpdesk.triage.repository import TRIAGE
from helpdesk.triage.repository import WRITTEN as TABLE_WRITTEN


def publish_playbooks(folder: Path, languages: Iterable[str]) -> tuple[str, ...]:
    """Publish the playbooks: write what has changed, and say which files. A page that does not read
    refuses all of it."""
    contents = files_to_publish(folder, languages)
    changed = tuple(name for name in contents if contents[name] != _as_it_is(folder, name))
    for name in changed:
        path = published_path(folder, name)
        path.parent.mkdir(exist_ok=True)
        _write_whole(path, contents[name])
    return changed


def outdated_files(folder: Path, languages: Iterable[str]) -> tuple[str, ...]:
    """The published files that are outdated: publishing would change them."""
    contents = files_to_publish(folder, languages)
    return tuple(name for name in contents if contents[name] != _as_it_is(folder, name))


def files_to_publish(folder: Path, languages: Iterable[str]) -> Mapping[str, str]:
    """The files to publish, by name: the library, and each translation."""
    library = read_library(folder)
    whole, table = serialize(library), serialize(library.table)
    # for those who write playbooks; no process of the helpdesk needs them
    del whole["table"]
    whole.pop("advice_checks", None)
    return {
        "library": _as_json({"made_from": source_file_hashes(folder, WRITTEN), "library": whole}),
        TRIAGE: _as_json({"made_from": source_file_hashes(folder, TABLE_WRITTEN), TRIAGE: table}),
        **{name: published_translation(library, folder, name) for name in languages},
    }


def published_helplines(path: Path) -> str:
    """An operator's own helplines as they are published, from the file in which they are
    written."""
    return _as_json({"helplines": serialize(read_helplines_at(path))})


def published_translation(library: WrittenLibrary, folder: Path, language: str) -> str:
    """A translation as it is published."""
    parts = read_translation_files(folder, language)
    said, how_far = shown_sentences(library, parts), translation_status(library, language, parts)
    return _as_json(
        {
            "made_from": source_file_hashes(folder, (f"i18n/{language}/*.yml",)),
            "is_reviewed": how_far.is_reviewed,
            "waits_for": how_far.waits_for,
            "older": [name for name, text in said.items() if text.is_older],
            "texts": {name: text.text for name, text in said.items()},
        }
    )


def _write_whole(path: Path, content: str) -> None:
    """Beside it, then in its place: whoever starts meanwhile finds the old one or the new one."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _as_it_is(folder: Path, name: str) -> str:
    path = published_path(folder, name)
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _as_json(content: Mapping[str, Any]) -> str:
    """Always the same bytes for the same content, and lines that a diff can show."""
    return json.dumps({"format": FORMAT, **content}, ensure_ascii=False, indent=0) + "\n"
