"""The helpdesk command: what an operator does from a shell. The third entry point."""

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from helpdesk import core_dumps, logs
from helpdesk.adapters.child_processes import CannotStart
from helpdesk.cli import connection_errors
from helpdesk.core.errors import DomainError
from helpdesk.lazy_group import LazyGroup
from helpdesk.playbooks.published import NotPublished
from helpdesk.settings import NotConfigured


class ErrorExplainingGroup(LazyGroup):
    """Finds a command, and says in a sentence what keeps it from working."""

    where = {
        "drill": "helpdesk.drill.cli:drill_commands",
        "forget-instance": "helpdesk.cli.up:delete_instance_command",
        "history": "helpdesk.cli.maintenance:history_commands",
        "invite": "helpdesk.cli.maintenance:invite_command",
        "keys": "helpdesk.cli.keys:key_commands",
        "migrate": "helpdesk.cli.maintenance:migrate_command",
        "partners": "helpdesk.escalations.cli:partner_commands",
        "playbooks": "helpdesk.authoring.cli:playbook_commands",
        "release": "helpdesk.cli.after_restore:release_sending_command",
        "restored": "helpdesk.cli.after_restore:pause_sending_after_restore_command",
        "setup": "helpdesk.cli.maintenance:setup_command",
        "ticker": "helpdesk.cli.workers:ticker_command",
        "up": "helpdesk.cli.up:start_drill_helpdesk_command",
        "worker": "helpdesk.cli.workers:worker_command",
    }

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotConfigured as missing:
            raise CommandCannotRun(f"Some settings are missing or wrong.\n{missing}") from None
        except NotPublished as behind:
            raise CommandCannotRun(f"The playbooks cannot be loaded. {behind}") from None
        except (DBAPIError, RedisError) as away:
            raise CommandCannotRun(connection_errors.explain_connection_error(away)) from None
        except CannotStart as trouble:
            raise CommandCannotRun(str(trouble)) from None
        except BrokenPipeError:
            raise  # who reads us has had enough, as `head` has: click ends quietly
        except OSError as trouble:
            raise CommandCannotRun(connection_errors.explain_os_error(trouble)) from None
        except DomainError as refused:
            raise click.ClickException(str(refused)) from None


class CommandCannotRun(click.ClickException):
    """Something outside the helpdesk keeps the command from running at all."""

    exit_code = 2


@click.group(cls=ErrorExplainingGroup)
@click.pass_context
def main(context: click.Context) -> None:
    """Run a helpdesk, or look after one."""
    core_dumps.disable_core_dumps()
    logs.configure_logging(context.invoked_subcommand or "helpdesk")
