"""The helpdesk command: what an operator does from a shell. The third door."""

import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import click
from alembic import command as alembic
from alembic.config import Config

from helpdesk import ticker as ticking
from helpdesk.accounts import operations as accounts
from helpdesk.adapters.bell import open_worker
from helpdesk.adapters.embedded import EmbeddedPostgres, NotStarted
from helpdesk.assembly import open_desk, open_engine
from helpdesk.core import history as chain
from helpdesk.core.actors import operator
from helpdesk.core.desk import Desk
from helpdesk.core.errors import Refusal
from helpdesk.core.jobs import Queue
from helpdesk.drill.cli import drill
from helpdesk.settings import NotConfigured, Settings
from helpdesk.supervisor.instance import AlreadyUp, Instance
from helpdesk.supervisor.ports import PortTaken
from helpdesk.supervisor.up import Stopped
from helpdesk.supervisor.up import up as start_everything

ROOT = Path(__file__).resolve().parents[1]

instance_option = click.option(
    "--instance",
    envvar="INSTANCE",
    default="instance",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder with keys, data and logs.",
)


class Doorkeeper(click.Group):
    """Says in a sentence what keeps a command from working, instead of a trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotConfigured as missing:
            raise click.ClickException(
                f"The helpdesk is only half configured.\n{missing}"
            ) from None
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from None
        except (NotStarted, PortTaken, AlreadyUp) as trouble:
            raise click.ClickException(str(trouble)) from None
        except Stopped:
            sys.exit(130)


@click.group(cls=Doorkeeper)
def main() -> None:
    """Run a helpdesk, or look after one."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command()
@click.option("--port", envvar="PORT", default=8000, show_default=True, help="The first of three.")
@instance_option
def up(port: int, instance: Path) -> None:
    """Start a whole drill helpdesk on this machine, and stay until Ctrl-C."""
    start_everything(Instance(instance), port, say, os.environ)


@main.command()
def migrate() -> None:
    """Bring the tables up to date. Runs as the owner of the database."""
    settings = Settings.from_environment(os.environ)
    configuration = Config(toml_file=str(ROOT / "pyproject.toml"))
    configuration.attributes["url"] = settings.database_url
    alembic.upgrade(configuration, "head")
    click.echo("The tables are up to date.")


@main.command()
@click.argument("queue", type=click.Choice([queue.value for queue in Queue]))
def worker(queue: str) -> None:
    """Do the work of QUEUE whenever somebody says that there is some."""
    settings = Settings.from_environment(os.environ)
    # Loaded here, once, so that the child process for each piece of work starts at once.
    import_module("helpdesk.worker")
    open_worker(settings.redis_url, queue).work(logging_level="WARNING")


@main.command()
def ticker() -> None:
    """Look every ten seconds for what is due, whether or not anybody was told."""
    settings = Settings.from_environment(os.environ)
    engine = open_engine(settings.database_url)
    ticking.tick_for_ever(open_desk(settings, engine=engine), engine)


@main.command()
@click.option("--as", "operator_name", required=True, help="Who history will name.")
@click.option("--handle", required=True, help="The name with which the coordinator signs in.")
@click.option("--name", required=True, help="The name that colleagues read.")
@click.option("--email", default="", help="Where duty mail goes; kept sealed.")
@click.option("--queue", default="front-line", show_default=True, help="The first queue's address.")
@click.option("--queue-name", default="Front line", show_default=True, help="And its name.")
def setup(
    operator_name: str, handle: str, name: str, email: str, queue: str, queue_name: str
) -> None:
    """Begin a real helpdesk: its first queue and its first coordinator."""
    desk = this_desk()
    with desk.begin(operator(operator_name)) as work:
        founded = accounts.found_helpdesk(
            work, queue=queue, queue_name=queue_name, handle=handle, name=name, email=email
        )
    click.echo(f"{name} enrols at {desk.settings.staff_url}/enrol with this code, within a week:")
    click.echo(f"\n    {founded.enrolment_code}\n")
    click.echo("It is shown only now. Until they have enrolled, no report can be taken.")


@main.group()
def history() -> None:
    """Look after the history of what was done."""


@history.command()
def verify() -> None:
    """Walk the chain of history and say what is not as it was written."""
    desk = this_desk()
    if desk.service is None:
        raise click.ClickException("SERVICE_KEY_FILE is missing: it holds the witness's key.")
    with desk.begin() as work:
        findings = list(chain.verify(work.session, witness=chain.witness_of(desk.service)))
        length, digest = chain.head(work.session)
    for finding in findings:
        click.echo(f"{finding.position}: {finding.sentence}")
    click.echo(f"{length} entries are chained and signed; the last digest is {digest}.")
    if findings:
        raise click.ClickException(f"History does not hold in {len(findings)} places.")
    click.echo("History is as it was written. Keep the line above somewhere else.")


@main.command("forget-instance")
@instance_option
@click.confirmation_option(prompt="This deletes every case, key and log of the instance. Go on?")
def forget_instance(instance: Path) -> None:
    """Delete an instance made by `up`, wherever its parts lie."""
    if not instance.exists():
        click.echo("There is nothing to forget.")
        return
    place = Instance(instance)
    with place.held():
        EmbeddedPostgres(instance / "postgres").remove()
        place.remove()
    click.echo(f"{instance} is gone.")


main.add_command(drill)


def this_desk() -> Desk:
    """The desk that the environment describes."""
    return open_desk(Settings.from_environment(os.environ))


def say(sentence: str) -> None:
    """Tell whoever watches; if nobody does any more, go on."""
    try:
        click.echo(sentence)
        sys.stdout.flush()
    except OSError:
        return


if __name__ == "__main__":
    main()
