"""The command that signs older keys without a signature, which an operator looks at first."""

from typing import Any, Final

import click
from sqlalchemy import func, select

from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.accounts.keys_signed_by_helpdesk import team_signing_key_file
from helpdesk.accounts.models import Person, Team
from helpdesk.cli.maintenance import command_context
from helpdesk.cli.name_parameter_types import OPERATOR_NAME
from helpdesk.core.actors import operator
from helpdesk.core.key_signatures import (
    KEYS_WITH_SIGNATURES,
    KeySignature,
    check_signatures,
    sign_key,
)
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.service_keys import signing_key_of
from helpdesk.core.work import Work
from helpdesk.key_files import SIGNING, KeyFile

ALL_OF_THEM: Final = (
    "Everyone sees the six words of their key on their account page. Has each person read "
    "theirs to you, and is there one key for each team? Sign them all?"
)


@click.command("sign")
@click.option(
    "--as", "operator_name", required=True, type=OPERATOR_NAME, help="Your name, for the history."
)
@click.option(
    "--first",
    is_flag=True,
    help="Do not ask. Refused if any key has been signed before, because unsigned keys were "
    "then added later.",
)
def sign_keys_command(operator_name: str, *, first: bool) -> None:
    """List the keys of teams and people that have no valid signature, and sign them if you agree.

    Only for a helpdesk that was set up before keys were signed. A key that turns up later was
    planted.
    """
    with (
        command_context({"DATABASE_URL"}, SIGNING) as context,
        context.begin(operator(operator_name)) as work,
    ):
        unsigned = list_unsigned_keys(work)
        for name, key, _purpose in unsigned:
            click.echo(f"{name}, epoch {key.epoch}: {key_fingerprint(key)}")
        if not unsigned:
            click.echo("Every key has a valid signature.")
            return
        _refuse_two_of_one_team(unsigned)
        if first:
            _refuse_if_signed_before(work)
        else:
            click.confirm(ALL_OF_THEM, abort=True)
        for _name, key, purpose in unsigned:
            sign_key(work.session, key, by=context.service.secrets[purpose])
            work.record_about("key.signed", "keys", key.id, owner_id=key.owner_id)
    click.echo(f"{len(unsigned)} keys signed.")


def _refuse_if_signed_before(work: Work) -> None:
    if work.session.scalar(select(func.count()).select_from(KeySignature)):
        raise click.ClickException("Keys have been signed before. Check each one, without --first.")


def _refuse_two_of_one_team(unsigned: list[tuple[str, Key, KeyFile]]) -> None:
    """No version before signatures made a second key for a team."""
    teams = [name for name, key, _purpose in unsigned if key.kind is KeyKind.TEAM]
    for name in sorted({one for one in teams if teams.count(one) > 1}):
        raise click.ClickException(
            f"{name} has several keys, but the helpdesk made only one of them. Find out where "
            "the others came from before you sign anything: see “Keys that nobody signed” in "
            "docs/running.md."
        )


def list_unsigned_keys(work: Work) -> list[tuple[str, Key, KeyFile]]:
    """List the keys of teams and people without a valid signature, each with its owner's name and
    whose key signs it."""
    owners: dict[str, tuple[str, KeyFile]] = {}
    for team in work.session.scalars(select(Team)):
        owners[team.id] = (f"Team {team.slug}", team_signing_key_file(team.kind))
    for person in work.session.scalars(select(Person).where(Person.key_id.is_not(None))):
        owners[person.id] = (f"Person {person.handle}", signing_key_of(person.role))
    lines: dict[str, list[Any]] = {}
    asked = KEYS_WITH_SIGNATURES.where(Key.kind.in_((KeyKind.TEAM, KeyKind.PERSON)))
    for line in work.session.execute(asked):
        lines.setdefault(line.owner_id, []).append(line)
    found = []
    for owner_id, (name, purpose) in owners.items():
        house = work.keys.service.public_half(purpose)
        refused = check_signatures(lines.get(owner_id, ()), house=house).refused
        found += [(name, key, purpose) for key in refused]
    return found
