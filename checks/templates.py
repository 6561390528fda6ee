"""Does every template compile, and does everything it speaks of exist? Is it plain, and used?"""

import sys
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, meta

from tests.guards import rules

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "helpdesk" / "templates"

WORDS = ("as_written", "exact", "name", "isolated", "harmless", "visible", "is_defanged", "said")
CLOCK = ("moment", "happened", "in_hour", "day", "part_of_day", "when", "time_left")


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
    for path in sorted(path for path in TEMPLATES.rglob("*.*") if path.is_file()):
        troubles += troubles_of(environment, path)
    for trouble in troubles:
        sys.stderr.write(trouble + "\n")
    return 1 if troubles else 0


def troubles_of(environment: Environment, path: Path) -> Iterator[str]:
    """What keeps one template from being rendered, in words."""
    name = path.relative_to(TEMPLATES)
    try:
        tree = environment.parse(path.read_text())
        environment.compile(tree)
    except TemplateSyntaxError as error:
        yield f"{name}, line {error.lineno}: {error.message}"
        return
    for other in meta.find_referenced_templates(tree):
        if other is not None and not (TEMPLATES / other).exists():
            yield f"{name} speaks of {other}, which does not exist"


if __name__ == "__main__":
    sys.exit(main())
