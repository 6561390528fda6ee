"""`helpdesk playbooks publish` and `helplines`: what processes load, written down whole."""

from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.i18n.languages import TRANSLATED
from helpdesk.authoring.publishing import helplines_in, unpublished
from helpdesk.authoring.publishing import publish as write_published
from helpdesk.playbooks.published import PUBLISHED


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; say what publishing would change.")
@output.folder
@output.as_json
def publish(folder: Path, *, check: bool, as_json: bool) -> None:
    """Read all pages and translations, and write them down for the processes of the helpdesk.

    They load nothing else. After a change, publish it and start them again.
    """
    names = unpublished(folder, TRANSLATED) if check else write_published(folder, TRANSLATED)
    said = "has to be published again" if check else "is published"
    lines = [f"playbooks/{PUBLISHED}/{name}.json {said}." for name in names]
    output.tell(
        lines or ["What is published is what is written."],
        {"unpublished" if check else "published": list(names)},
        findings=check and bool(names),
        as_json=as_json,
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@output.as_json
def helplines(file: Path, out: Path, *, as_json: bool) -> None:
    """Check your own lines that help at once, and write them down for HELPLINES."""
    out.write_text(helplines_in(file), encoding="utf-8")
    output.tell(
        [f"{out} holds the lines of {file}; HELPLINES may name it."],
        {"helplines": str(out)},
        findings=False,
        as_json=as_json,
    )
