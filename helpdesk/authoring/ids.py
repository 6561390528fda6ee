"""One identifier for each page, for other programs: made once by chance, and kept for ever."""

from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Node, read_file

LOCK = "ids.lock.yml"
HEAD = """\
# The identifier of each page for other programs. `helpdesk playbooks ids` writes what is missing;
# nobody edits this by hand, and what stands here never changes.
"""


def read_ids(folder: Path) -> dict[str, str]:
    """The identifiers by page. A folder that has no lock yet has none."""
    if not (folder / LOCK).exists():
        return {}
    file = read_file(folder / LOCK, f"playbooks/{LOCK}")
    ids = {page: _identifier(said) for page, said in file.pairs().items()}
    for page, said in file.pairs().items():
        if list(ids.values()).count(ids[page]) > 1:
            said.refuse(f"two pages have the identifier {ids[page]}", rule=LintRule.IDS)
    return ids


def write_missing_ids(folder: Path, pages: Iterable[str]) -> tuple[str, ...]:
    """Give an identifier to every page that has none; says which. One that is there stays."""
    ids = read_ids(folder)
    missing = tuple(page for page in pages if page not in ids)
    ids |= {page: str(uuid4()) for page in missing}
    if missing:
        lines = "".join(f"{page}: {ids[page]}\n" for page in sorted(ids))
        (folder / LOCK).write_text(HEAD + lines, encoding="utf-8")
    return missing


def _identifier(node: Node) -> str:
    written = node.text()
    try:
        identifier = UUID(written)
    except ValueError:
        node.refuse(
            f"'{written}' is not an identifier; take the line out and run `helpdesk playbooks ids`",
            rule=LintRule.IDS,
        )
    if identifier.version != 4 or str(identifier) != written:
        node.refuse(f"'{written}' is not a UUIDv4 in small letters", rule=LintRule.IDS)
    return written
