"""Does the catalogue hold every sentence of the pages, and no other? `--write` mends it."""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "helpdesk" / "translations" / "messages.pot"
FEW = 10
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {"lazy_gettext": None, "_l": None}


def main(arguments: list[str]) -> int:
    found = extract()
    if "--write" in arguments:
        CATALOGUE.parent.mkdir(exist_ok=True)
        CATALOGUE.write_bytes(as_bytes(found))
        return 0
    if not CATALOGUE.exists():
        kept = Catalog()
    else:
        with CATALOGUE.open("rb") as file:
            kept = read_po(file)
    new, gone = sentences(found) - sentences(kept), sentences(kept) - sentences(found)
    _tell("not in the catalogue", new)
    _tell("on no page any more", gone)
    if new or gone:
        sys.stderr.write("Bring it up to date with: make catalogue\n")
    return 1 if new or gone else 0


def _tell(trouble: str, found: set[object]) -> None:
    """The first few, and how many there are in all."""
    for sentence in sorted(found, key=str)[:FEW]:
        sys.stderr.write(f"{trouble}: {sentence!r}\n")
    if len(found) > FEW:
        sys.stderr.write(f"{trouble}: {len(found) - FEW} more\n")


def extract() -> Catalog:
    """Every sentence marked for translation, from code and templates."""
    catalogue = Catalog(project="helpdesk", charset="utf-8")
    for name, line, message, comments, context in extract_from_dir(
        ROOT / "helpdesk",
        METHODS,
        keywords=DEFAULT_KEYWORDS | KEYWORDS,
        comment_tags=("Translators:",),
    ):
        catalogue.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalogue


def sentences(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) for message in catalogue if message.id}


def as_bytes(catalogue: Catalog) -> bytes:
    """Sorted, without dates and line numbers: it changes only when a sentence does."""
    output = io.BytesIO()
    write_po(output, catalogue, sort_output=True, include_lineno=False, omit_header=True)
    return output.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
