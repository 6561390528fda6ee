"""Commands about the keys of the house: make them, and seal again what an older one sealed."""

from pathlib import Path

import click

from helpdesk import key_files
from helpdesk.cli import key_rotation
from helpdesk.cli.key_signing import sign_keys_command
from helpdesk.cli.maintenance import command_context
from helpdesk.cli.name_parameter_types import OPERATOR_NAME
from helpdesk.core.sealing import Secret
from helpdesk.settings import NotConfigured, Settings
from helpdesk.supervisor.key_folder import make_missing_keys

NEW = key_files.SECRETS - key_files.SEVERAL - key_files.SIGNING
# Whether a person's key is theirs, before a copy of their address is sealed to it.
CHECKS = frozenset(key_files.PUBLIC_HALF[one] for one in key_files.SIGNING)


@click.group("keys")
def key_commands() -> None:
    """Make, change and use the keys of the server."""


key_commands.add_command(sign_keys_command)


@key_commands.command("make")
@click.option("--folder", required=True, type=click.Path(file_okay=False, path_type=Path))
def make_keys_command(folder: Path) -> None:
    """Make the keys that are missing in FOLDER. Give each process only the keys it needs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = make_missing_keys(folder)
    for path in made:
        click.echo(f"made {path}")
    click.echo(
        "docs/running.md says which process needs which." if made else "You already have them all."
    )


@key_commands.command("reseal")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
@click.option(
    "--from", "older", required=True, type=click.Path(), help="The file with the older key."
)
def reseal_command(operator_name: str, older: str) -> None:
    """Encrypt again, with the current keys, everything that an older key encrypted.

    Stop the pages, workers and ticker first. If it is interrupted, run it again.
    """
    with command_context({"DATABASE_URL"}, NEW | CHECKS) as context:
        old = Secret(_older_key(older, context.settings))
        done = key_rotation.reseal_everything(context, old, operator_name=operator_name)
    click.echo(f"{done.resealed} values encrypted again. {done.current} already used these keys.")
    if done.closed:
        raise click.ClickException(
            f"{done.closed} values can’t be opened with the older key or with these. Was there "
            "another key? They have not been changed."
        )
    click.echo("The older key is no longer needed, except to read backups made before today.")


def _older_key(path: str, settings: Settings) -> bytes:
    try:
        [old] = key_files.read_keys(path)
    except ValueError:
        raise NotConfigured(f"{path} is not a file with one key in it.") from None
    for name, [now, *_others] in settings.service_keys.items():
        if now == old:
            raise NotConfigured(f"{path} holds the same key as {name}. Make a new key first.")
    return old
