"""The helpdesk command: what an operator does from a shell. The third door.

A command is loaded when it is called: the supervisor and the workers live long, and carry nothing
that only another command needs.
"""

import logging
from importlib import import_module

import click

from helpdesk.adapters.processes import Trouble
from helpdesk.core.errors import Refusal
from helpdesk.settings import NotConfigured

COMMANDS = {
    "drill": "helpdesk.drill.cli:drill",
    "forget-instance": "helpdesk.cli.running:forget_instance",
    "history": "helpdesk.cli.tending:history",
    "migrate": "helpdesk.cli.tending:migrate",
    "setup": "helpdesk.cli.tending:setup",
    "ticker": "helpdesk.cli.working:ticker",
    "up": "helpdesk.cli.running:up",
    "worker": "helpdesk.cli.working:worker",
}


class Doorkeeper(click.Group):
    """Finds a command, and says in a sentence what keeps it from working."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotConfigured as missing:
            raise click.ClickException(
                f"The helpdesk is only half configured.\n{missing}"
            ) from None
        except (Refusal, Trouble) as trouble:
            raise click.ClickException(str(trouble)) from None


@click.group(cls=Doorkeeper)
def main() -> None:
    """Run a helpdesk, or look after one."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
