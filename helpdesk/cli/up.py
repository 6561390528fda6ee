"""Commands that start a whole drill helpdesk on one machine, or delete it."""

import os
import sys
from pathlib import Path

import click

from helpdesk.adapters.embedded import EmbeddedPostgres
from helpdesk.supervisor.instance_folder import InstanceFolder
from helpdesk.supervisor.run_everything import StopRequested
from helpdesk.supervisor.run_everything import run_everything as start_everything

instance_option = click.option(
    "--instance",
    envvar="INSTANCE",
    default="instance",
    show_default=True,
    # Programs of the instance work in folders of their own, so a way from here would lead astray.
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="The folder with keys, data and logs.",
)


@click.command("up")
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, help="The first of three ports."
)
@instance_option
def start_drill_helpdesk_command(port: int, instance: Path) -> None:
    """Start a complete drill helpdesk on this machine. Press Ctrl-C to stop."""
    try:
        start_everything(InstanceFolder(instance), port, print_ignoring_closed_output, os.environ)
    except StopRequested:
        sys.exit(130)


@click.command("forget-instance")
@instance_option
@click.confirmation_option(prompt="This deletes every case, key and log of the instance. Continue?")
def delete_instance_command(instance: Path) -> None:
    """Delete an instance made by `up`, with all its parts."""
    if not instance.exists():
        click.echo("There is nothing to delete.")
        return
    place = InstanceFolder(instance)
    place.refuse_other_folder()
    with place.lock():
        EmbeddedPostgres(instance / "postgres", passwords=place.database_passwords_folder).remove()
        place.remove()
    click.echo(f"{instance} has been deleted.")


def print_ignoring_closed_output(sentence: str) -> None:
    """Print a sentence for whoever watches; if nobody does any more, go on."""
    try:
        click.echo(sentence)
        sys.stdout.flush()
    except OSError:
        return
