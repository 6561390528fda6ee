"""The helpdesk command: what an operator does from a shell. The third door."""

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from helpdesk import logs
from helpdesk.adapters.processes import Trouble
from helpdesk.cli import unreachable
from helpdesk.core.errors import Refusal
from helpdesk.lazy_group import LazyGroup
from helpdesk.playbooks.published import NotPublished
from helpdesk.settings import NotConfigured


class Doorkeeper(LazyGroup):
    """Finds a command, and says in a sentence what keeps it from working."""

    where = {
        "drill": "helpdesk.drill.cli:drill",
        "forget-instance": "helpdesk.cli.running:forget_instance",
        "history": "helpdesk.cli.tending:history",
        "invite": "helpdesk.cli.tending:invite",
        "keys": "helpdesk.cli.keys:keys",
        "migrate": "helpdesk.cli.tending:migrate",
        "playbooks": "helpdesk.authoring.cli:playbooks",
        "release": "helpdesk.cli.restoring:release",
        "restored": "helpdesk.cli.restoring:restored",
        "setup": "helpdesk.cli.tending:setup",
        "ticker": "helpdesk.cli.working:ticker",
        "up": "helpdesk.cli.running:up",
        "worker": "helpdesk.cli.working:worker",
    }

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotConfigured as missing:
            raise CannotRun(f"The helpdesk is only half configured.\n{missing}") from None
        except NotPublished as behind:
            raise CannotRun(f"The playbooks cannot be loaded. {behind}") from None
        except (DBAPIError, RedisError) as away:
            raise CannotRun(unreachable.sentence(away)) from None
        except Trouble as trouble:
            raise CannotRun(str(trouble)) from None
        except BrokenPipeError:
            raise  # who reads us has had enough, as `head` has: click ends quietly
        except OSError as trouble:
            raise CannotRun(unreachable.of_the_machine(trouble)) from None
        except Refusal as refused:
            raise click.ClickException(str(refused)) from None


class CannotRun(click.ClickException):
    """Something outside the helpdesk keeps the command from running at all."""

    exit_code = 2


@click.group(cls=Doorkeeper)
@click.pass_context
def main(context: click.Context) -> None:
    """Run a helpdesk, or look after one."""
    logs.configure(context.invoked_subcommand or "helpdesk")
