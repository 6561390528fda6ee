"""Locations of findings: the file and line where a sentence is written."""

from collections.abc import Mapping
from typing import Any

from helpdesk.authoring.source import Node

# Lists whose entries are found by one of these keys.
NAMES = ("id", "use", "slug", "tag", "key", "to", "platform")
# Where a name ends at an entry, the sentence stands under one of these keys.
WORDS = ("say", "dont", "why", "label", "says", "ask", "name")
VOCABULARY = {
    "questions": ("playbooks/vocab/questions.yml", True),
    "answers": ("playbooks/vocab/questions.yml", True),
    "platform_forms": ("playbooks/vocab/platform_forms.yml", False),
    "platforms": ("playbooks/vocab/platforms.yml", False),
    "evidence": ("playbooks/vocab/evidence.yml", False),
    "services": ("playbooks/vocab/services.yml", False),
    "causes": ("playbooks/vocab/causes.yml", False),
}


def file_and_line_of(name: str, files: Mapping[str, Node]) -> tuple[str, int]:
    """The file and the line of a sentence, or of whatever bears this name."""
    file, way = _file_of(name.split("."))
    node = files.get(file)
    if node is None:
        return file, 1
    for word in way:
        inner = _inside(node, word)
        if inner is None:
            break
        node = inner
    return file, _sentence_in(node).line


def scalar_values(node: Node, key: str = "") -> list[tuple[str, Node]]:
    """Every scalar value inside a node, each with the key that it stands under."""
    value: Any = node.value
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in scalar_values(inner, name)]
    if isinstance(value, list):
        return [one for inner in value for one in scalar_values(inner, key)]
    return [(key, node)]


def _file_of(words: list[str]) -> tuple[str, list[str]]:
    first, *rest = words
    if first == "vocab":
        file, keeps = VOCABULARY[rest[0]]
        return file, rest if keeps else rest[1:]
    if first == "common":
        return f"playbooks/common/{rest[0]}.yml", rest[1:]
    if first in ("triage", "collection"):
        return f"playbooks/{first}.yml", rest
    return f"playbooks/types/{first}.yml", rest


def _inside(node: Node, word: str) -> Node | None:
    value: Any = node.value
    if isinstance(value, dict):
        return value.get(word)
    if isinstance(value, list):
        if word.isdigit() and 0 < int(word) <= len(value):
            return Node(value[int(word) - 1].value, node.file, value[int(word) - 1].line)
        return next((item for item in value if _is_called(item, word)), None)
    return None


def _is_called(item: Node, word: str) -> bool:
    return isinstance(item.value, dict) and any(
        key in item.value and item.value[key].value == word for key in NAMES
    )


def _sentence_in(node: Node) -> Node:
    if isinstance(node.value, dict):
        return next((node.value[key] for key in WORDS if key in node.value), node)
    return node
