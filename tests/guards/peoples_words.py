"""The rule that a person's name and a person's text stand apart from the sentence around them."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

# What puts it into an element, or a pair of marks, of its own.
APART = frozenset({"name", "isolated", "as_written", "exact", "as_typed"})
# What else has a name: things of ours, whose names are words of the page's language.
OURS = frozenset({"platform", "page", "gate", "field", "form", "collection", "newer", "old", "new"})
NAMES = frozenset({"names", "writers", "holders"})
TEXTS = frozenset({"body", "story", "note", "never", "waiver", "reason", "value"})
TOLD = frozenset({"written", "contact"})


def peoples_words_stand_apart(root: Path) -> Iterator[str]:
    """A name or a text of a person comes through `name`, `isolated`, `as_written` or `exact`."""
    folder = root / "helpdesk" / "templates"
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in sorted(folder.rglob("*.html")):
        place = path.relative_to(folder)
        if place.parts[0] in ("components", "export"):  # they show what a page gives them
            continue
        for found in _bare(environment.parse(path.read_text())):
            yield f"{place}, line {found.lineno}: a person's words stand in ours"


def _bare(node: nodes.Node) -> Iterator[nodes.Node]:
    """Expressions that reach the page, or a macro, as they are."""
    if _is_a_persons(node):
        yield node
        return
    for child in _that_reach_the_page(node):
        yield from _bare(child)


def _that_reach_the_page(node: nodes.Node) -> Iterator[nodes.Node]:
    match node:
        case nodes.Filter() if node.name in APART:
            return
        case nodes.Compare() | nodes.Test() | nodes.Getattr() | nodes.Getitem():
            return
        case nodes.CondExpr():
            yield node.expr1
            if node.expr2 is not None:
                yield node.expr2
        case nodes.If():
            yield from (*node.body, *node.elif_, *node.else_)
        case nodes.For():
            yield from (*node.body, *node.else_)
        case nodes.With():
            yield from node.body
        case nodes.Call() if getattr(node.node, "name", "") in ("url_for", "as_typed"):
            return
        case nodes.Call():
            yield from (*node.args, *(one.value for one in node.kwargs))
        case nodes.Macro():
            yield from node.body
        case nodes.CallBlock():
            yield from (node.call, *node.body)
        case _:
            yield from node.iter_child_nodes()


def _is_a_persons(node: nodes.Node) -> bool:
    match node:
        case nodes.Getattr(attr="name"):
            return _last(node.node) not in OURS
        case nodes.Getattr(attr="who"):
            return _last(node.node) == "line"
        case nodes.Getattr(attr="words"):
            return _last(node.node) == "answer"
        case nodes.Getitem():
            return _last(node.node) in NAMES | TOLD
        case nodes.Call(node=nodes.Getattr(attr="get") as method):
            return _last(method.node) in NAMES | TOLD
        case nodes.Name(ctx="load"):
            return node.name in TEXTS
    return False


def _last(node: nodes.Node) -> str:
    return getattr(node, "attr", "") or getattr(node, "name", "")
