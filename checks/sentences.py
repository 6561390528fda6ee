"""Every sentence that people read, and where it is: pages, emails, errors, commands, playbooks."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import yaml
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.lexer import TOKEN_DATA, TOKEN_STRING

from helpdesk.authoring.translation.files import collapse_whitespace

CATALOGUE = "helpdesk/translations/messages.pot"
# These hold what people say or type, and lists of words: no sentences of ours.
PEOPLES_OWN_WORDS = (
    "helpdesk/accounts/passphrases.py",
    "helpdesk/playbooks/word_normalization.py",
    "helpdesk/playbooks/danger_signs.py",
    "helpdesk/core/code_words.py",
)
PLAYBOOKS = ("types/*.yml", "common/*.yml", "vocab/*.yml", "*.yml")
TRANSLATED_PLAYBOOKS = "playbooks/i18n/*/*.yml"
TRANSLATED_PAGES = "helpdesk/translations/*/LC_MESSAGES/messages.po"
LISTS_OF_WORDS = ("danger_signs.yml", "synonyms.yml", "words.yml", "ids.lock.yml")
KEYS_OF_PEOPLES_WORDS = frozenset({"also_called"})
COMMANDS = frozenset({"command", "group"})

_TAG = re.compile(r"<[^<>]*>")
_SHOWN_ATTRIBUTE = re.compile(r"\b(?:aria-label|alt|title|placeholder|data-label)=\"([^\"]*)\"")
_SENTENCE = re.compile(r"[A-Z][a-z]+$|.*[a-z]{2}.* .*|.* .*[a-z]{2}.*", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """Text that a person reads, and the file it is written in."""

    file: str
    text: str


def sentences(root: Path) -> Iterator[Sentence]:
    """What people read, from every kind of file. Whatever is no sentence is left out."""
    for path in sorted((root / "helpdesk" / "templates").rglob("*.*")):
        yield from _in(root, path, in_template(path.read_text()))
    for path in sorted((root / "helpdesk").rglob("*.py")):
        if path.relative_to(root).as_posix() not in PEOPLES_OWN_WORDS:
            yield from _in(root, path, in_python(path.read_text()))
    for pattern in PLAYBOOKS:
        for path in sorted((root / "playbooks").glob(pattern)):
            if path.name not in LISTS_OF_WORDS:
                yield from _in(root, path, in_yaml(path.read_text()))
    yield from _in(root, root / CATALOGUE, in_catalogue(root / CATALOGUE))


def translations(root: Path) -> Iterator[Sentence]:
    """What people read in another language: of the playbooks, and of the pages and emails."""
    for path in sorted(root.glob(TRANSLATED_PLAYBOOKS)):
        yield from _in(root, path, _texts(_read(path.read_text())))
    for path in sorted(root.glob(TRANSLATED_PAGES)):
        yield from _in(root, path, in_translated_catalogue(path))


def phrases_shown(root: Path) -> Iterator[Sentence]:
    """How people say it, as the playbooks give it: the search shows them the nearest."""
    for path in sorted((root / "playbooks").glob("types/*.yml")):
        yield from _in(root, path, _texts(_read(path.read_text()).get("also_called")))


def in_template(source: str) -> Iterator[str]:
    """The text of a page or an email, and the strings in its expressions."""
    for _line, kind, value in Environment(autoescape=True).lex(source):
        if kind == TOKEN_DATA:
            yield from _SHOWN_ATTRIBUTE.findall(value)
            yield from _TAG.split(value)
        elif kind == TOKEN_STRING:
            yield value[1:-1]


def in_python(source: str) -> Iterator[str]:
    """The strings of a module, and the help of its commands; other docstrings are for engineers."""
    tree = ast.parse(source)
    nodes = tuple(ast.walk(tree))
    skipped = {id(text) for node in nodes for text in _docstring(node)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(value) for value in node.values)
            yield "".join(
                str(value.value) if isinstance(value, ast.Constant) else "{}"
                for value in node.values
            )
        elif _is_text(node) and id(node) not in skipped:
            yield str(node.value)


def in_yaml(source: str) -> Iterator[str]:
    """The texts of a playbook or a vocabulary, but for the names that people have for things."""
    yield from _texts(_read(source))


def in_catalogue(path: Path) -> Iterator[str]:
    """The sentences that are translated."""
    with path.open("rb") as file:
        for message in read_po(file):
            yield from (message.id,) if isinstance(message.id, str) else message.id


def in_translated_catalogue(path: Path) -> Iterator[str]:
    """The sentences of a language."""
    with path.open("rb") as file:
        for message in read_po(file):
            said = message.string or ()
            yield from (said,) if isinstance(said, str) else said


def _in(root: Path, path: Path, texts: Iterator[str]) -> Iterator[Sentence]:
    name = path.relative_to(root).as_posix()
    for text in texts:
        if _SENTENCE.fullmatch(text.strip()):
            yield Sentence(name, collapse_whitespace(text))


def _docstring(node: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
        return
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    if isinstance(first, ast.Expr) and _is_text(first.value):
        yield first.value


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _makes_command(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in COMMANDS


def _read(source: str) -> Any:
    """The content of a file; by the parser in C, since there are a hundred of them."""
    return yaml.load(source, Loader=yaml.CSafeLoader)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key not in KEYS_OF_PEOPLES_WORDS:
                yield from _texts(value)
