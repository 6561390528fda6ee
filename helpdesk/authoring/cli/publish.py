"""`helpdesk playbooks publish` and `helplines`: what processes load, written down whole."""

from pathlib import Path

import click

from helpdesk.authoring.cli import output
from helpdesk.authoring.cli.i18n.language_option import TRANSLATED
from helpdesk.authoring.publishing import outdated_files, published_helplines
from helpdesk.authoring.publishing import publish_playbooks as write_published
from helpdesk.playbooks.published import PUBLISHED


@click.command("publish")
@click.option("--check", is_flag=True, help="Change nothing; show what publishing would change.")
@output.folder_option
@output.as_json_option
def publish_command(folder: Path, *, check: bool, as_json: bool) -> None:
    """Publish all playbooks and translations, for the helpdesk to load.

    The helpdesk loads nothing else. After a change, publish it, then restart the helpdesk.
    """
    names = outdated_files(folder, TRANSLATED) if check else write_published(folder, TRANSLATED)
    said = "needs to be published again" if check else "is published"
    lines = [f"playbooks/{PUBLISHED}/{name}.json {said}." for name in names]
    output.print_and_exit(
        lines or ["Everything written is published."],
        {"unpublished" if check else "published": list(names)},
        findings=check and bool(names),
        as_json=as_json,
    )


@click.command("helplines")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@output.as_json_option
def publish_helplines_command(file: Path, out: Path, *, as_json: bool) -> None:
    """Check your own list of helplines, and publish it for HELPLINES."""
    out.write_text(published_helplines(file), encoding="utf-8")
    output.print_and_exit(
        [f"{out} now has the helplines of {file}. Set HELPLINES to it."],
        {"helplines": str(out)},
        findings=False,
        as_json=as_json,
    )
