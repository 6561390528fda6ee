"""Maintenance commands of an operator: migrate the database, make the first people, verify
history."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from alembic import command as alembic
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import NullPool, create_engine

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.models import Team
from helpdesk.accounts.queries import team_by_slug
from helpdesk.adapters import database_hardening
from helpdesk.adapters.child_processes import CannotStart
from helpdesk.cli.name_parameter_types import NAME, OPERATOR_NAME, SHORT
from helpdesk.context_assembly import close_database_connections, open_context
from helpdesk.core import history as chain
from helpdesk.core.actors import Role, operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import NotFound
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile
from helpdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@click.command("migrate")
@click.option(
    "--tries",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="How many times to wait 2 s for a lock.",
)
def migrate_command(tries: int) -> None:
    """Bring the tables up to date. Run it as the owner of the database."""
    settings = Settings.from_environment(os.environ, needs={"DATABASE_URL"})
    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / "migrations"))
    configuration.attributes["url"] = settings.database_url
    configuration.attributes["tries"] = tries
    try:
        alembic.upgrade(configuration, "head")
    except CommandError as error:
        if "locate revision" not in str(error):
            raise
        # It knows no way from the tables' version, which it never heard of.
        raise CannotStart(
            "The tables are of a newer version than this program. Use the version that last"
            " migrated them."
        ) from None
    for warning in database_warnings(settings.database_url):
        click.echo(warning, err=True)
    click.echo("The tables are up to date.")


def database_warnings(url: str) -> Iterator[str]:
    """Warnings about the database, in sentences: what only a superuser can put right."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if not database_hardening.are_schema_changes_blocked(connection):
            yield (
                f"Warning: the event trigger {database_hardening.NAME} is missing. Without it, any"
                " process that is taken over can lock every table. A superuser can add it: see"
                " “First start” in docs/running.md."
            )
        if still := database_hardening.rights_of_public_role(connection):
            yield (
                f"Warning: everyone may still use {', '.join(still)}. Any process"
                " that is taken over can fill the disk or stop the others that way. A superuser"
                " can revoke it: see “First start” in docs/running.md."
            )
        if not database_hardening.can_end_lock_hoarders(connection):
            yield (
                f"Warning: the function {database_hardening.ENDS} is missing, is not a"
                " superuser’s or is not the one of this version. Without it, any process that is"
                " taken over can hold every lock there is, and nobody can write or connect. A"
                " superuser can add it: see “First start” in docs/running.md."
            )
        if not database_hardening.has_room_for_locks(connection):
            yield (
                "Warning: max_locks_per_transaction is below"
                f" {database_hardening.MOST_LOCKS}. Set it to 512 in postgresql.conf and restart"
                " PostgreSQL: see “First start” in docs/running.md."
            )
        for role, setting in database_hardening.role_settings(connection):
            yield (
                f"Warning: {role} has a setting of its own: {setting}. The helpdesk sets none. If"
                f" you did not set it, find out who used this role’s password, change it, and run"
                f" ALTER ROLE {role} RESET ALL as a superuser."
            )


@click.command("setup")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
@click.option("--handle", required=True, type=SHORT, help="The coordinator’s sign-in name.")
@click.option("--name", required=True, type=NAME, help="The name colleagues see.")
@click.option("--email", default="", help="Email address for alerts. Stored encrypted.")
@click.option(
    "--queue",
    type=SHORT,
    default="front-line",
    show_default=True,
    help="Short name of the first queue, used in addresses.",
)
@click.option(
    "--queue-name",
    type=NAME,
    default="Front line",
    show_default=True,
    help="Name of the first queue.",
)
def setup_command(
    operator_name: str, handle: str, name: str, email: str, queue: str, queue_name: str
) -> None:
    """Set up a real helpdesk: its first queue and its first coordinator."""
    needs, holds = {"DATABASE_URL", "STAFF_URL"}, {KeyFile.DUTY_ADDRESSES_PUBLIC}
    with command_context(needs, holds) as context, context.begin(operator(operator_name)) as work:
        founded = accounts.set_up_helpdesk(
            work, queue=queue, queue_name=queue_name, handle=handle, name=name, email=email
        )
    click.echo(f"{name} has a week to enrol with this code, at {context.settings.staff_url}/enrol:")
    click.echo(f"\n    {founded.enrolment_code}\n")
    click.echo("It is not shown again. The helpdesk can’t take reports until they have enrolled.")


@click.command("invite")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
@click.option("--handle", required=True, type=SHORT, help="Their sign-in name.")
@click.option("--name", required=True, type=NAME, help="The name colleagues see.")
@click.option("--role", type=click.Choice(["operator", "coordinator", "responder"]), required=True)
@click.option("--queue", "queues", multiple=True, help="Short name of a queue they work in.")
def invite_command(
    operator_name: str, handle: str, name: str, role: str, queues: tuple[str, ...]
) -> None:
    """Give someone a code to enrol with, when nobody else in their queue can.

    The code alone opens no cases. A colleague in the queue gives them access.
    """
    with (
        command_context({"DATABASE_URL", "STAFF_URL"}) as context,
        context.begin(operator(operator_name)) as work,
    ):
        teams = [_queue(work, slug) for slug in queues]
        _person, code = accounts.invite_person(
            work, handle=handle, name=name, role=Role(role), teams=teams
        )
    click.echo(f"{name} has a week to enrol with this code, at {context.settings.staff_url}/enrol:")
    click.echo(f"\n    {code}\n")
    click.echo("It is not shown again.")


def _queue(work: Work, slug: str) -> Team:
    try:
        return team_by_slug(work, slug)
    except NotFound:
        raise click.ClickException(f"There is no queue called {slug}.") from None


@click.group("history")
def history_commands() -> None:
    """Check the history of what was done."""


@history_commands.command("verify")
def verify_history_command() -> None:
    """Check that nothing in the history was changed or removed."""
    with (
        command_context({"DATABASE_URL"}, {KeyFile.HISTORY_PUBLIC}) as context,
        context.begin() as work,
    ):
        witness = context.service.publics[KeyFile.HISTORY]
        findings = list(chain.verify_history_chain(work.session, witness=witness, at=work.at))
        length, digest = chain.chain_head(work.session)
    for finding in findings:
        click.echo(f"{finding.position}: {finding.sentence}")
    click.echo(f"{length} entries are chained and signed. The last digest is {digest}.")
    if findings:
        raise click.ClickException(f"History is not intact: {len(findings)} problems.")
    click.echo("History is intact. Keep a copy of the line above somewhere else.")


@contextmanager
def command_context(
    needs: Collection[str], holds: Collection[KeyFile] = ()
) -> Iterator[AppContext]:
    """The app context of a command: the desk that the environment describes, while it runs."""
    settings = Settings.from_environment(os.environ, needs=needs, holds=holds)
    context = open_context(settings)
    try:
        yield context
    finally:
        close_database_connections(context)
