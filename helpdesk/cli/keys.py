"""Commands about the keys of the house: make them, and seal again what an older one sealed."""

from pathlib import Path

import click

from helpdesk import key_files
from helpdesk.cli import key_rotation
from helpdesk.cli.maintenance import command_context
from helpdesk.cli.signing import sign
from helpdesk.core.sealing import Secret
from helpdesk.settings import NotConfigured, Settings
from helpdesk.supervisor.key_folder import make_missing

NEW = key_files.SECRETS - key_files.SEVERAL - key_files.SIGNING
# Whether a person's key is theirs, before a copy of their address is sealed to it.
CHECKS = frozenset(key_files.PUBLIC_HALF[one] for one in key_files.SIGNING)


@click.group()
def keys() -> None:
    """Make the keys of the house, change them, and sign keys with them."""


keys.add_command(sign)


@keys.command()
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path))
def make(folder: Path) -> None:
    """Make each key that FOLDER does not have yet. Give each process those that it needs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make_missing(folder)
    for path in made:
        click.echo(f"made {path}")
    click.echo("docs/running.md says which process is given which." if made else "All are there.")


@keys.command()
@click.option("--as", "operator_name", required=True, help="Who history will name.")
@click.option(
    "--from", "older", required=True, type=click.Path(), help="The file with the older key."
)
def reseal(operator_name: str, older: str) -> None:
    """Seal under today's keys what an older one sealed, until that opens nothing any more.

    Stop pages, workers and ticker first. Stopped in between, it goes on where it was.
    """
    with command_context({"DATABASE_URL"}, NEW | CHECKS) as context:
        old = Secret(_older_key(older, context.settings))
        done = key_rotation.reseal(context, old, operator_name=operator_name)
    click.echo(f"{done.resealed} were sealed again, {done.current} were sealed under these keys.")
    if done.closed:
        raise click.ClickException(
            f"{done.closed} open neither with the older key nor with these: "
            "was there another one? Nothing about them was changed."
        )
    click.echo("The older key opens nothing any more. Keep it with backups from before, or not.")


def _older_key(path: str, settings: Settings) -> bytes:
    try:
        [old] = key_files.read(path)
    except ValueError:
        raise NotConfigured(f"{path} does not name a file with one key.") from None
    for name, [now, *_others] in settings.service_keys.items():
        if now == old:
            raise NotConfigured(f"{path} holds the key that {name} names: make a new one first.")
    return old
