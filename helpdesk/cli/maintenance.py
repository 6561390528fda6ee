"""Commands with which an operator looks after a helpdesk: tables, first people, history."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command as alembic
from alembic.config import Config

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.models import Team
from helpdesk.accounts.queries import team_by_slug
from helpdesk.assembly import close_context, open_context
from helpdesk.core import history as chain
from helpdesk.core.actors import Role, operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile
from helpdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@click.command()
@click.option("--tries", default=10, show_default=True, help="How often to wait 2 s for a lock.")
def migrate(tries: int) -> None:
    """Bring the tables up to date. Runs as the owner of the database."""
    settings = Settings.from_environment(os.environ, needs={"DATABASE_URL"})
    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / "migrations"))
    configuration.attributes["url"] = settings.database_url
    configuration.attributes["tries"] = tries
    alembic.upgrade(configuration, "head")
    click.echo("The tables are up to date.")


@click.command()
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
    needs, holds = {"DATABASE_URL", "STAFF_URL"}, {KeyFile.DUTY_ADDRESSES_PUBLIC}
    with command_context(needs, holds) as context, context.begin(operator(operator_name)) as work:
        founded = accounts.set_up_helpdesk(
            work, queue=queue, queue_name=queue_name, handle=handle, name=name, email=email
        )
    click.echo(
        f"{name} enrols at {context.settings.staff_url}/enrol with this code, within a week:"
    )
    click.echo(f"\n    {founded.enrolment_code}\n")
    click.echo("It is shown only now. Until they have enrolled, no report can be taken.")


@click.command()
@click.option("--as", "operator_name", required=True, help="Who history will name.")
@click.option("--handle", required=True, help="The name with which they sign in.")
@click.option("--name", required=True, help="The name that colleagues read.")
@click.option("--role", type=click.Choice(["operator", "coordinator", "responder"]), required=True)
@click.option("--queue", "queues", multiple=True, help="The address of a queue they work in.")
def invite(operator_name: str, handle: str, name: str, role: str, queues: tuple[str, ...]) -> None:
    """Give somebody a code to enrol with, where a queue has no second person who could.

    Whoever gives a code does not let in as well: a colleague in the queue does that.
    """
    with (
        command_context({"DATABASE_URL", "STAFF_URL"}) as context,
        context.begin(operator(operator_name)) as work,
    ):
        teams = [_queue(work, slug) for slug in queues]
        _person, code = accounts.invite(
            work, handle=handle, name=name, role=Role(role), teams=teams
        )
    click.echo(
        f"{name} enrols at {context.settings.staff_url}/enrol with this code, within a week:"
    )
    click.echo(f"\n    {code}\n")
    click.echo("It is shown only now.")


def _queue(work: Work, slug: str) -> Team:
    try:
        return team_by_slug(work, slug)
    except NotFound:
        raise click.ClickException(f"There is no queue with the address {slug}.") from None


@click.group()
def history() -> None:
    """Look after the history of what was done."""


@history.command()
def verify() -> None:
    """Walk the chain of history and say what is not as it was written."""
    with (
        command_context({"DATABASE_URL"}, {KeyFile.HISTORY_PUBLIC}) as context,
        context.begin() as work,
    ):
        witness = context.service.publics[KeyFile.HISTORY]
        findings = list(chain.verify(work.session, witness=witness, at=work.at))
        length, digest = chain.chain_head(work.session)
    for finding in findings:
        click.echo(f"{finding.position}: {finding.sentence}")
    click.echo(f"{length} entries are chained and signed; the last digest is {digest}.")
    if findings:
        raise click.ClickException(f"History does not hold in {len(findings)} places.")
    click.echo("History is as it was written. Keep the line above somewhere else.")


@contextmanager
def command_context(
    needs: Collection[str], holds: Collection[KeyFile] = ()
) -> Iterator[AppContext]:
    """The desk that the environment describes, with what a command needs, while it runs."""
    settings = Settings.from_environment(os.environ, needs=needs, holds=holds)
    context = open_context(settings)
    try:
        yield context
    finally:
        close_context(context)
