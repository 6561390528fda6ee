"""Does every template compile, and does everything it speaks of exist? Is it plain, and used?"""

import ast
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, meta, nodes

from tests.guards import rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "helpdesk"
TEMPLATES = PACKAGE / "templates"

WORDS = (
    "as_written",
    "exact",
    "name",
    "isolated",
    "harmless",
    "visible",
    "is_changed_by_defanging",
    "said",
)
CLOCK = ("moment", "happened", "in_hour", "day", "part_of_day", "when", "time_left_with_tone")


# What WTForms, Jinja, Babel and Python give to those that templates speak to.
ELSEWHERE = frozenset({
    "append", "args", "checked", "choices", "count", "data", "errors", "field_id",
    "form_errors", "get", "hidden_tag", "id", "index", "index0", "items", "iter_choices",
    "iter_groups", "label", "last", "length", "loop", "lower", "method", "path",
    "removesuffix", "render_kw", "rsplit", "selected", "split", "startswith", "strftime",
    "text", "type", "values",
})  # fmt: skip


def main() -> int:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    for name in (*WORDS, "kinds", "platform_name", "country", "spoken", "md", *CLOCK):
        environment.filters[name] = str
    troubles = [*rules.templates_are_plain(ROOT), *rules.unused_templates(ROOT)]
    known = ELSEWHERE | names_in_python(PACKAGE)
    for path in sorted(path for path in TEMPLATES.rglob("*.*") if path.is_file()):
        troubles += troubles_of(environment, path, known)
    for trouble in troubles:
        sys.stderr.write(trouble + "\n")
    return 1 if troubles else 0


def names_in_python(package: Path) -> frozenset[str]:
    """Everything that a template's word after a dot may be called by in our code."""
    trees = [ast.parse(path.read_text()) for path in package.rglob("*.py")]
    return frozenset(name for tree in trees for node in ast.walk(tree) for name in _names(node))


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.keyword(arg=str(name)):
            yield name
        case ast.Constant(value=str(name)) if name.isidentifier():
            yield name


def troubles_of(environment: Environment, path: Path, known: Collection[str]) -> Iterator[str]:
    """What keeps one template from being rendered, in words."""
    name = path.relative_to(TEMPLATES)
    try:
        tree = environment.parse(path.read_text())
        environment.compile(tree)
    except TemplateSyntaxError as error:
        yield f"{name}, line {error.lineno}: {error.message}"
        return
    own = {pair.key for call in tree.find_all(nodes.Call) for pair in call.kwargs}
    own |= {node.attr for node in tree.find_all(nodes.NSRef)}
    for node in tree.find_all(nodes.Getattr):
        if node.attr not in known and node.attr not in own:
            yield f"{name}, line {node.lineno}: nothing of ours has .{node.attr}"
    for other in meta.find_referenced_templates(tree):
        if other is not None and not (TEMPLATES / other).exists():
            yield f"{name} speaks of {other}, which does not exist"


if __name__ == "__main__":
    sys.exit(main())
