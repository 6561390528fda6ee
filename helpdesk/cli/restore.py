"""Commands after a backup was restored: nothing is sent until an operator says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import click

from helpdesk.cli.maintenance import command_context
from helpdesk.core.actors import operator
from helpdesk.core.send_hold import HoldReason
from helpdesk.duty import restored_backup

WHY: Final[Mapping[HoldReason, str]] = {
    HoldReason.MOVED: (
        "This database isn't the one that sent last: it was restored or copied. Or it is, and its"
        " ticker was given another INSTANCE."
    ),
    HoldReason.OLDER: "This database is an older copy of the one that sent last.",
    HoldReason.SAID: "An operator said that this database was restored.",
}
# A backup knows nothing of what was ended after it.
BACK: Final = (
    "What was taken back since then is back: agreements of reporters, blocked or reset colleagues,"
    " old passphrases. See to that first."
)
NEEDS: Final = {"DATABASE_URL"}


@click.command()
@click.option("--as", "operator_name", required=True, help="Who history will name.")
def restored(operator_name: str) -> None:
    """Say that this database was restored: nothing is sent until it is released."""
    with command_context(NEEDS) as context, context.begin(operator(operator_name)) as work:
        restored_backup.hold_sending(work)
    click.echo("Nothing is sent from now on. To let it send again: helpdesk release")


@click.command()
@click.option("--as", "operator_name", required=True, help="Who history will name.")
@click.option("--skip-due", is_flag=True, help="Leave out what was due before the backup.")
@click.option("--yes", is_flag=True, help="Don't ask before it is released.")
def release(operator_name: str, *, skip_due: bool, yes: bool) -> None:
    """Say what is due in a restored database, and let it send again."""
    with command_context(NEEDS) as context:
        with context.begin(operator(operator_name)) as work:
            for line in due_in_words(restored_backup.due_promises(work), skip_due=skip_due):
                click.echo(line)
        if not yes:
            click.confirm("Let it send again?", abort=True)
        with context.begin(operator(operator_name)) as work:
            skipped = restored_backup.release_sending(work, skip_due=skip_due)
    click.echo(f"It sends again. {skipped} were left out; history says which.")


def due_in_words(due: restored_backup.DuePromises, *, skip_due: bool) -> list[str]:
    """What is due, by kind and number, and the requests that may arrive a second time."""
    lines = [WHY[due.held.because], f"It was last at work at {_moment(due.held.as_of)}.", BACK, ""]
    if not due.by_job:
        lines.append("Nothing is due.")
    for job, number in sorted(due.by_job.items()):
        before = due.before_the_backup.get(job, 0)
        fate = "left out" if skip_due else "sent"
        lines.append(f"  {job}: {number} due, {before} of them before that ({fate})")
    if due.requests:
        lines += ["", "A partner may have had these requests already:"]
        lines += [
            f"  {one.escalation.ref} to {one.escalation.partner.name}" for one in due.requests
        ]
    return [*lines, ""]


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at is not None else "no time that is known"
