"""A Click group that loads each command only when somebody calls it."""

from collections.abc import Mapping
from importlib import import_module

import click


class LazyGroup(click.Group):
    """A lazy Click group, which knows where its commands stand, and loads none of them until it
    must.

    The supervisor and the workers live long, and carry nothing that only another command needs.
    """

    where: Mapping[str, str] = {}

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(self.where)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.where:
            return None
        module, _, attribute = self.where[name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command
