"""Whose key it is: asked of the signatures before anything is sealed to a team or to a person."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.core.errors import NotNow
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.markup import isolated
from helpdesk.core.service_keys import signing_of
from helpdesk.core.signatures import KEYS_WITH_SIGNATURES, SignedKeys, check_signatures, keys_of
from helpdesk.core.work import Work
from helpdesk.key_files import KeyFile

NOT_SIGNED: Final = (
    " does not bear our signature, so nothing is sealed to it. Someone may have put it there:"
    " tell the people who run this helpdesk."
)


def signing_of_team(kind: TeamKind) -> KeyFile:
    """The key that says whose the first key of such a team is."""
    return KeyFile.PARTNER_SIGNING if kind is TeamKind.PARTNER else KeyFile.STAFF_SIGNING


def keys_of_team(work: Work, team: Team) -> SignedKeys:
    """Every epoch of a team's key, oldest first, and what was slipped in among them."""
    return keys_of_team_by_id(work, team.id, team.kind)


def keys_of_team_by_id(work: Work, team_id: str, kind: TeamKind) -> SignedKeys:
    house = work.keys.service.half(signing_of_team(kind))
    return keys_of(work.session, team_id, KeyKind.TEAM, house=house)


def key_of_person(work: Work, person: Person) -> Key:
    """The key of somebody who has enrolled, if it is theirs; else NotNow, in a sentence."""
    house = work.keys.service.half(signing_of(person.role))
    signed = keys_of(work.session, person.id, KeyKind.PERSON, house=house)
    for key in signed.good:
        if key.id == person.key_id:
            return key
    raise NotNow(f"The key of {isolated(person.name)}{NOT_SIGNED}")


def teams_with_a_false_key(work: Work) -> list[Team]:
    """Every team under which a key lies that nobody signed who could: for the duty board."""
    lines = work.session.execute(KEYS_WITH_SIGNATURES.where(Key.kind == KeyKind.TEAM)).all()
    of_team: dict[str, list[object]] = {}
    for line in lines:
        of_team.setdefault(line.owner_id, []).append(line)
    found: Sequence[Team] = work.session.scalars(select(Team).order_by(Team.name)).all()
    return [
        team
        for team in found
        if check_signatures(
            of_team.get(team.id, ()), house=work.keys.service.half(signing_of_team(team.kind))
        ).refused
    ]
