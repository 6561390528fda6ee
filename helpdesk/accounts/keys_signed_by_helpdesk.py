"""Keys of teams and people whose signatures were checked, before anything is sealed to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.queries import visible_people
from helpdesk.core.errors import Conflict
from helpdesk.core.key_signatures import (
    KEYS_WITH_SIGNATURES,
    CheckedKeys,
    check_signatures,
    checked_keys_of,
)
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.service_keys import signing_key_of
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile

NOT_SIGNED: Final = (
    " does not have our signature, so nothing is encrypted to it. Someone may have planted it: "
    "tell the people who run this helpdesk."
)


def team_signing_key_file(kind: TeamKind) -> KeyFile:
    """The key file that signs the first key of a team of this kind."""
    return KeyFile.PARTNER_SIGNING if kind is TeamKind.PARTNER else KeyFile.STAFF_SIGNING


def epochs_of_team_key(work: Work, team: Team) -> CheckedKeys:
    """Every epoch of a team's key with its signatures checked, oldest first, and those that were
    refused."""
    return epochs_of_team_key_by_id(work, team.id, team.kind)


def epochs_of_team_key_by_id(work: Work, team_id: str, kind: TeamKind) -> CheckedKeys:
    """Every epoch of a team's key, by the team's id."""
    house = work.keys.service.public_half(team_signing_key_file(kind))
    return checked_keys_of(work.session, team_id, KeyKind.TEAM, house=house)


def verified_key_of_person(work: Work, person: Person) -> Key:
    """The signed key of a person who has enrolled; Conflict, in a sentence, if it is not theirs."""
    house = work.keys.service.public_half(signing_key_of(person.role))
    signed = checked_keys_of(work.session, person.id, KeyKind.PERSON, house=house)
    for key in signed.good:
        if key.id == person.key_id:
            return key
    raise Conflict(f"The key of {bidi_isolate(person.name)}{NOT_SIGNED}")


class HoldersOfUntrustedKeys(NamedTuple):
    """The teams and people with an untrusted key: one that nobody signed who could, or
    another's."""

    teams: Sequence[Team] = ()
    # Of people, those whom the actor may see; and how many there are besides.
    people: Sequence[Person] = ()
    unseen: int = 0


def holders_of_untrusted_keys(work: Work) -> HoldersOfUntrustedKeys:
    """Find every team and person with an untrusted key, for the duty board."""
    lines = work.session.execute(KEYS_WITH_SIGNATURES.where(Key.kind != KeyKind.CASE)).all()
    owned: dict[str, list[Any]] = {}
    for line in lines:
        owned.setdefault(line.owner_id, []).append(line)
    teams = work.session.scalars(select(Team).order_by(Team.name)).all()
    people, unseen = _with_a_false_key(work, owned)
    return HoldersOfUntrustedKeys(
        teams=[
            team
            for team in teams
            if _checked(work, owned.get(team.id, ()), team_signing_key_file(team.kind)).refused
        ],
        people=people,
        unseen=unseen,
    )


def _with_a_false_key(
    work: Work, owned: Mapping[str, Sequence[Any]]
) -> tuple[Sequence[Person], int]:
    """People under whose name one lies, or who were given the key of somebody else."""
    false = []
    for one in work.session.execute(select(Person.id, Person.role, Person.key_id)):
        keys = _checked(work, owned.get(one.id, ()), signing_key_of(one.role))
        good = {key.id for key in keys.good} | {None}
        if keys.refused or one.key_id not in good:
            false.append(one.id)
    if not false:
        return (), 0
    seen = visible_people(work.actor).where(Person.id.in_(false))
    people = work.session.scalars(seen).all()
    return people, len(false) - len(people)


def _checked(work: Work, lines: Sequence[Any], signer: KeyFile) -> CheckedKeys:
    return check_signatures(lines, house=work.keys.service.public_half(signer))
