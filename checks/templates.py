"""Does every template compile, and does none carry a script or a style of its own?"""

import re
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, meta

TEMPLATES = Path(__file__).resolve().parents[1] / "helpdesk" / "templates"
FORBIDDEN = {
    "a script": re.compile(r"<script\b", re.IGNORECASE),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}
POST_FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.IGNORECASE | re.DOTALL)


def main() -> int:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.filters["plain"] = environment.filters["markdown"] = str
    troubles = [
        f"{path.relative_to(TEMPLATES)}: {trouble}"
        for path in sorted(TEMPLATES.rglob("*"))
        if path.suffix in {".html", ".txt"}
        for trouble in troubles_of(environment, path)
    ]
    for trouble in troubles:
        sys.stderr.write(trouble + "\n")
    return 1 if troubles else 0


def troubles_of(environment: Environment, path: Path) -> list[str]:
    """What is wrong with one template, in words."""
    source = path.read_text()
    try:
        tree = environment.parse(source)
        environment.compile(source)
    except TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    missing = [
        f"speaks of {name}, which does not exist"
        for name in meta.find_referenced_templates(tree)
        if name is not None and not (TEMPLATES / name).exists()
    ]
    return (
        missing
        + [f"has {thing}" for thing, pattern in FORBIDDEN.items() if pattern.search(source)]
        + [
            "has a form without its token"
            for form in POST_FORM.findall(source)
            if "csrf_token" not in form and "token()" not in form and "hidden(" not in form
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
