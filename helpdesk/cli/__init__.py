"""The helpdesk command: what an operator does from a shell. The third entry point."""

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from helpdesk import core_dumps, logs
from helpdesk.adapters.child_processes import StartError
from helpdesk.cli import connection_errors
from helpdesk.core.errors import DomainError
from helpdesk.lazy_group import LazyGroup
from helpdesk.playbooks.published import NotPublished
from helpdesk.settings import NotConfigured


class ErrorExplainingGroup(LazyGroup):
    """Finds a command, and says in a sentence what keeps it from working."""

    where = {
        "drill": "helpdesk.drill.cli:drill",
        "forget-instance": "helpdesk.cli.up:forget_instance",
        "history": "helpdesk.cli.maintenance:history",
        "invite": "helpdesk.cli.maintenance:invite",
        "keys": "helpdesk.cli.keys:keys",
        "migrate": "helpdesk.cli.maintenance:migrate",
        "playbooks": "helpdesk.authoring.cli:playbooks",
        "release": "helpdesk.cli.restore:release",
        "restored": "helpdesk.cli.restore:restored",
        "setup": "helpdesk.cli.maintenance:setup",
        "ticker": "helpdesk.cli.workers:ticker",
        "up": "helpdesk.cli.up:up",
        "worker": "helpdesk.cli.workers:worker",
    }

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotConfigured as missing:
            raise CommandCannotRun(f"Some settings are missing or wrong.\n{missing}") from None
        except NotPublished as behind:
            raise CommandCannotRun(f"The playbooks cannot be loaded. {behind}") from None
        except (DBAPIError, RedisError) as away:
            raise CommandCannotRun(connection_errors.explain_error(away)) from None
        except StartError as trouble:
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
    logs.configure(context.invoked_subcommand or "helpdesk")
