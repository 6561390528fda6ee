"""The published playbooks: read and checked by `helpdesk playbooks publish`, loaded by all
processes.

One file holds the library, and one each translation. They name the files from which they were made,
each with its hash: if one was changed since, nothing is loaded. So nobody works with a page
that was written and never checked, and no process of the pages knows how playbooks are written.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from helpdesk.playbooks.helplines import Helpline
from helpdesk.playbooks.library import Library
from helpdesk.playbooks.model import Text
from helpdesk.playbooks.serialization import deserialize

T = TypeVar("T")

PUBLISHED = "published"
FORMAT = 1
# What the library is made of. Walk-throughs, word lists and identifiers are for writers only.
WRITTEN = (
    "collection.yml",
    "triage.yml",
    "common/*.yml",
    "types/*.yml",
    "vocab/causes.yml",
    "vocab/danger_signs.yml",
    "vocab/evidence.yml",
    "vocab/helplines.yml",
    "vocab/platform_forms.yml",
    "vocab/platforms.yml",
    "vocab/questions.yml",
    "vocab/services.yml",
    "vocab/searches/*.yml",
    "vocab/synonyms.yml",
)


class NotPublished(Exception):
    """Raised if the published playbooks are missing, not of what is written now, or not for this
    program."""

    def __init__(self, reason: str, command: str = "publish") -> None:
        super().__init__(f"{reason}. Run `helpdesk playbooks {command}`.")


@dataclass(frozen=True)
class Translation:
    """A translation of the library: what is said in another language, by the id of the sentence.

    `waits_for` names what a person in danger would have to rely on and is not there, or not fresh.
    """

    texts: Mapping[str, Text]
    is_reviewed: bool
    waits_for: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every sentence that a frightened person has to rely on is there and fresh."""
        return not self.waits_for


def load_library(folder: Path) -> Library:
    """Load the published library of a content folder. Raises NotPublished."""
    return load_published_part(folder, "library", Library, WRITTEN)


def load_published_part(folder: Path, name: str, kind: type[T], patterns: tuple[str, ...]) -> T:
    """Load what is published under a name, made from the files of these patterns. Raises
    NotPublished."""
    part: T = deserialize(kind, _load(folder, name, patterns)[name])
    return part


def load_translation(folder: Path, language: str) -> Translation:
    """Load the published translation of the library in a content folder. Raises NotPublished."""
    stored = _load(folder, language, (f"i18n/{language}/*.yml",))
    older = frozenset(stored["older"])
    return Translation(
        texts={
            name: Text(name, said, is_older=name in older) for name, said in stored["texts"].items()
        },
        is_reviewed=stored["is_reviewed"],
        waits_for=tuple(stored["waits_for"]),
    )


def load_helplines(path: Path) -> tuple[Helpline, ...]:
    """Load the helplines that an operator published instead of ours. Raises NotPublished."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        lines: tuple[Helpline, ...] = deserialize(tuple[Helpline, ...], stored["helplines"])
    except (ValueError, TypeError, LookupError, OSError):
        reason = f"{path.name} holds no published lines"
        raise NotPublished(reason, "helplines FILE.yml --out FILE.json") from None
    return lines


def published_path(folder: Path, name: str) -> Path:
    """The path of the published library, or of its translation into a language."""
    return folder / PUBLISHED / f"{name}.json"


def source_file_hashes(folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """The hash of each file of a content folder that bears such a name."""
    files = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in files
    }


def _load(folder: Path, name: str, patterns: tuple[str, ...]) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = json.loads(
            published_path(folder, name).read_text(encoding="utf-8")
        )
        made_as, was = stored["format"], stored["made_from"]
    except FileNotFoundError:
        raise NotPublished(f"playbooks/{PUBLISHED}/{name}.json is missing") from None
    except (ValueError, TypeError, LookupError):  # what was published was cut off
        raise NotPublished(f"playbooks/{PUBLISHED}/{name}.json is not whole") from None
    if made_as != FORMAT:
        raise NotPublished(f"playbooks/{PUBLISHED}/{name}.json has another format")
    now = source_file_hashes(folder, patterns)
    for file in sorted(was.keys() | now.keys()):
        if was.get(file) != now.get(file):
            raise NotPublished(f"playbooks/{file} was changed and not published since")
    return stored
