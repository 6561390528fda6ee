"""Commands after a backup was restored: nothing is sent until an operator says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import click

from helpdesk.cli.maintenance import command_context, database_warnings
from helpdesk.cli.name_parameter_types import OPERATOR_NAME
from helpdesk.core.actors import operator
from helpdesk.core.send_hold import HoldReason
from helpdesk.duty import restored_backup

WHY: Final[Mapping[HoldReason, str]] = {
    HoldReason.MOVED: (
        "This is not the database that sent the last emails. It was restored or copied, or "
        "took over from it. Or it is, and its ticker was given another INSTANCE."
    ),
    HoldReason.OLDER: "This is an older copy of the database that sent the last emails.",
    HoldReason.SAID: "An operator said that this database was restored.",
}
# A backup knows nothing of what was ended after it.
BACK: Final = (
    "Anything undone since then is back: withdrawn consents, blocked or reset colleagues, and old"
    " passphrases. Deal with these first. Releasing signs everyone out and closes every open"
    " mailbox."
)
NEEDS: Final = {"DATABASE_URL"}


@click.command("restored")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
def pause_sending_after_restore_command(operator_name: str) -> None:
    """Mark this database as restored. Nothing is sent until you release it."""
    with command_context(NEEDS) as context, context.begin(operator(operator_name)) as work:
        restored_backup.hold_sending(work)
    click.echo("Sending is paused. To start it again, run: helpdesk release")


@click.command("release")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
@click.option("--skip-due", is_flag=True, help="Do not send what was due before the backup.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def release_sending_command(operator_name: str, *, skip_due: bool, yes: bool) -> None:
    """Show what is due in a restored database, then start sending again."""
    with command_context(NEEDS) as context:
        with context.begin(operator(operator_name)) as work:
            for line in describe_due_jobs(restored_backup.due_jobs(work), skip_due=skip_due):
                click.echo(line)
        # What only a superuser can give is not in every restored database.
        for warning in database_warnings(context.settings.database_url):
            click.echo(warning, err=True)
        if not yes:
            click.confirm("Start sending again?", abort=True)
        with context.begin(operator(operator_name)) as work:
            skipped = restored_backup.release_sending(work, skip_due=skip_due)
    click.echo(f"Sending has started again. {skipped} jobs were skipped. The history shows which.")


def describe_due_jobs(due: restored_backup.DueJobs, *, skip_due: bool) -> list[str]:
    """Describe the jobs that are due, by kind and number, and the requests that may arrive a second
    time."""
    lines = [WHY[due.held.because], f"It was last in use at {_moment(due.held.as_of)}.", BACK, ""]
    if not due.by_job:
        lines.append("Nothing is due.")
    for job, number in sorted(due.by_job.items()):
        before = due.before_the_backup.get(job, 0)
        fate = "left out" if skip_due else "sent"
        lines.append(f"  {job}: {number} due, {before} of them well before then ({fate})")
    if due.requests:
        lines += ["", "A partner may already have these requests:"]
        lines += [
            f"  {one.escalation.ref} to {one.escalation.partner.name}" for one in due.requests
        ]
    return [*lines, ""]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "an unknown time"
