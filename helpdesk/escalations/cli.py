"""Commands about partners: print what one would receive."""

import click

from helpdesk.escalations.sample_request import SAMPLES

KINDS = "|".join(SAMPLES)


@click.group("partners")
def partner_commands() -> None:
    """What partners receive from us."""


@partner_commands.command("sample")
@click.argument("kind", metavar=f"[{KINDS}]")
def print_sample_command(kind: str) -> None:
    """Print an invented request as a partner would receive it."""
    if kind not in SAMPLES:
        raise click.UsageError(f"There is no sample called “{kind}”. Choose {_either()}.")
    click.echo(SAMPLES[kind]().rstrip("\n"))


def _either() -> str:
    *others, last = SAMPLES
    return f"{', '.join(others)} or {last}"
