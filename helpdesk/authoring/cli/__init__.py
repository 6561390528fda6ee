"""Tools for those who write playbooks: check, try out, compare, export and translate them.

Every tool ends with status 0 if all is well, 1 if it found something, 2 if it could not run.
"""

import traceback

import click

from helpdesk.authoring.cli.output import ToolCannotRun
from helpdesk.authoring.source import PlaybookError
from helpdesk.lazy_group import LazyGroup


class PlaybookCommands(LazyGroup):
    """Finds a tool; whatever keeps it from running ends with status 2, never with 1."""

    where = {
        "diff": "helpdesk.authoring.cli.diff:diff_editions_command",
        "export": "helpdesk.authoring.cli.export:export_playbook_command",
        "graph": "helpdesk.authoring.cli.export:draw_playbook_command",
        "helplines": "helpdesk.authoring.cli.publish:publish_helplines_command",
        "i18n": "helpdesk.authoring.cli.i18n:translation_commands",
        "ids": "helpdesk.authoring.cli.ids:write_ids_command",
        "lint": "helpdesk.authoring.cli.lint:lint_command",
        "publish": "helpdesk.authoring.cli.publish:publish_command",
        "level": "helpdesk.authoring.cli.triage_table:urgency_level_command",
        "search": "helpdesk.authoring.cli.search:try_search_command",
        "simulate": "helpdesk.authoring.cli.simulate:simulate_command",
        "table": "helpdesk.authoring.cli.triage_table:decision_table_command",
    }

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except PlaybookError as problem:
            raise ToolCannotRun(f"The playbooks can’t be read. {problem}") from None
        except BrokenPipeError:
            raise
        except OSError as trouble:
            raise ToolCannotRun(str(trouble)) from None
        except Exception as fault:  # noqa: BLE001 - a fault of ours is not a finding about a page
            raise ToolCannotRun("".join(traceback.format_exception(fault))) from None


@click.group("playbooks", cls=PlaybookCommands)
def playbook_commands() -> None:
    """Check the playbooks and try them out. No programming needed."""
