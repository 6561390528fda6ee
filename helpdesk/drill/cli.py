"""Commands about the drill: seed it once, and show how to sign in."""

import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import select

from helpdesk import key_files
from helpdesk.accounts.models import Person
from helpdesk.context_assembly import open_context
from helpdesk.drill.organisation import create_organisation
from helpdesk.drill.past_moments import past_in_one_transaction
from helpdesk.drill.scenarios import run_all_scenarios
from helpdesk.drill.sign_in_sheet import DrillReporter, DrillUrls, SignInSheet
from helpdesk.settings import Settings

# Whose return codes are worth printing: there is something new in their mailboxes.
COME_BACK = ("water-festival", "legal-clinic", "false-profile")
FOUNDED_BEFORE = timedelta(days=14)


@click.group("drill")
def drill_commands() -> None:
    """A drill: an organisation that exists on this machine only."""


@drill_commands.command("seed")
def seed_drill_command() -> None:
    """Make the drill’s people and cases, once: all of them or none."""
    settings = _settings()
    context = open_context(settings)
    now = datetime.now(UTC)
    with past_in_one_transaction(context) as past:
        if past.session.scalar(select(Person.id).limit(1)):
            click.echo("The drill already exists.")
            return
        players = create_organisation(past, now - FOUNDED_BEFORE)
        told = run_all_scenarios(past, beginning=now - FOUNDED_BEFORE, now=now)
        reporters = [
            DrillReporter(one.story.trouble, " ".join(one.code.words))
            for one in told.values()
            if one.story.id in COME_BACK
        ]
        past.session.flush()
        # Before the commit: a drill whose people nobody knows would be of no use.
        SignInSheet(tuple(players), tuple(reporters)).save(settings.instance)
    click.echo(f"The drill has {len(players)} people and {len(told)} cases.")


@drill_commands.command("people")
@click.option("--instance", envvar="INSTANCE", type=click.Path(path_type=Path), default="instance")
@click.option("--public", envvar="PUBLIC_URL", default="")
@click.option("--staff", envvar="STAFF_URL", default="")
@click.option("--partner", envvar="PARTNER_URL", default="")
def show_sign_ins_command(instance: Path, public: str, staff: str, partner: str) -> None:
    """Show how everyone in the drill can sign in right now."""
    sheet = SignInSheet.load(instance)
    if sheet is None:
        raise click.ClickException("There is no drill in this instance. To make one: make run")
    if public or staff or partner:
        DrillUrls(public, staff, partner).save(instance)
    click.echo(sheet.as_text(datetime.now(UTC), **asdict(DrillUrls.load(instance))))


def _settings() -> Settings:
    settings = Settings.from_environment(os.environ, holds=key_files.ALL)
    if not settings.drill:
        raise click.ClickException("This helpdesk is not a drill: DRILL is not 1.")
    return settings
