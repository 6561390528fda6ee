"""Tools for those who write playbooks: check, try out, compare, export and translate them.

Every tool ends with status 0 if all is well, 1 if it found something, 2 if it could not run.
"""

import traceback

import click

from helpdesk.cli.commands import LoadedWhenCalled
from helpdesk.cli.playbooks.telling import CannotRun
from helpdesk.playbooks.source import BadPlaybook


class Tools(LoadedWhenCalled):
    """Finds a tool; whatever keeps it from running ends with status 2, never with 1."""

    where = {
        "diff": "helpdesk.cli.playbooks.diff:diff",
        "export": "helpdesk.cli.playbooks.export:export",
        "graph": "helpdesk.cli.playbooks.export:graph",
        "helplines": "helpdesk.cli.playbooks.publish:helplines",
        "i18n": "helpdesk.cli.playbooks.i18n:i18n",
        "ids": "helpdesk.cli.playbooks.ids:ids",
        "lint": "helpdesk.cli.playbooks.lint:lint",
        "publish": "helpdesk.cli.playbooks.publish:publish",
        "level": "helpdesk.cli.playbooks.levels:level",
        "search": "helpdesk.cli.playbooks.search:search",
        "simulate": "helpdesk.cli.playbooks.simulate:simulate",
        "table": "helpdesk.cli.playbooks.levels:table",
    }

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BadPlaybook as problem:
            raise CannotRun(f"The playbooks do not read. {problem}") from None
        except BrokenPipeError:
            raise
        except OSError as trouble:
            raise CannotRun(str(trouble)) from None
        except Exception as fault:  # noqa: BLE001 - a fault of ours is not a finding about a page
            raise CannotRun("".join(traceback.format_exception(fault))) from None


@click.group(cls=Tools)
def playbooks() -> None:
    """Check the playbooks and try them out. No programming needed."""
