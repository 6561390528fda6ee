"""Keys planted: who may write keys writes their own for others, and nothing is sealed to them."""

import random
import secrets
from collections.abc import Callable, Mapping

import psycopg
from sqlalchemy import select

from bench.faults.trial import Trial, dice
from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key, verified_key_of_person
from helpdesk.accounts.models import Person, Team
from helpdesk.core.app_context import AppContext
from helpdesk.core.database import new_id
from helpdesk.core.errors import Conflict
from helpdesk.core.key_signatures import sign_key
from helpdesk.core.keys import Key, KeyKind, seal_key_for
from helpdesk.core.sealing import Secret
from helpdesk.intake.queries import receiving_team

ROLES = (
    "helpdesk_app", "helpdesk_intake", "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker",
)  # fmt: skip
KEY = "INSERT INTO keys (id, kind, owner_id, epoch, public_half) VALUES (%s, %s, %s, %s, %s)"
COPY = "INSERT INTO key_copies (key_id, holder_id, sealed) VALUES (%s, %s, %s)"
SIGNATURE = "INSERT INTO key_signatures (key_id, signature, half) VALUES (%s, %s, %s)"
SAID = "SELECT signature, half FROM key_signatures ORDER BY random() LIMIT 1"
REFUSED = "refused"


def trial(context: AppContext, address: Callable[[str], str], *, seed: int, tries: int) -> Trial:
    """So many keys of teams and people, by every role in turn; `desk` is who would seal to them."""
    result = Trial(f"{tries} keys planted by roles that were taken over", seed)
    chance = dice(f"{seed} planted")
    with result.timed():
        before, owns = sealed_to(context), _own_keys(address)
        for number in range(tries):
            role = ROLES[number % len(ROLES)]
            with psycopg.connect(address(role)) as connection:
                try:
                    _plant(context, connection, chance)
                    connection.commit()
                except psycopg.Error as error:
                    connection.rollback()
                    result.done[f"{role} {type(error).__name__}"] += 1
                else:
                    result.done[f"{role} planted"] += 1
        after = sealed_to(context)
        _give_back(address, owns)
        result.faults += [
            f"Something would be sealed to another key than before: {owner}."
            for owner, key in after.items()
            if key not in (before.get(owner, REFUSED), REFUSED)
        ]
        result.faults += [
            f"Nothing is sealed to a team any more that had a key: {owner}."
            for owner, key in before.items()
            if owner.startswith("team") and after[owner] == REFUSED != key
        ]
    return result


def sealed_to(context: AppContext) -> Mapping[str, str]:
    """For each team and person, and for a report, the key that something would be sealed to."""
    found = {}
    with context.begin() as work:
        found["team that takes reports"] = receiving_team(work, refresh=True).key.id
        for team in work.session.scalars(select(Team)):
            current = epochs_of_team_key(work, team).current
            found[f"team {team.id}"] = current.id if current else REFUSED
        for person in work.session.scalars(select(Person).where(Person.key_id.is_not(None))):
            try:
                found[f"person {person.id}"] = verified_key_of_person(work, person).id
            except Conflict:
                found[f"person {person.id}"] = REFUSED
    return found


def _own_keys(address: Callable[[str], str]) -> list[tuple[str, str]]:
    with psycopg.connect(address("postgres")) as database:
        found = database.execute("SELECT key_id, id FROM people WHERE key_id IS NOT NULL")
        return found.fetchall()


def _give_back(address: Callable[[str], str], owns: list[tuple[str, str]]) -> None:
    """Who was given another's key cannot come in, and is needed by the trials that follow."""
    with psycopg.connect(address("postgres")) as database:
        database.cursor().executemany("UPDATE people SET key_id = %s WHERE id = %s", owns)


def _plant(context: AppContext, connection: psycopg.Connection, chance: random.Random) -> None:
    """A key of our own for a team, with copies for everybody; or for a person, in their place."""
    with context.begin() as work:
        teams = list(work.session.scalars(select(Team)))
        people = list(work.session.scalars(select(Person).where(Person.key_id.is_not(None))))
        holders = [person.key for person in people if person.key is not None]
    mine, team = Secret(secrets.token_bytes(32)), chance.choice(teams)
    person = chance.choice(people)
    is_of_team = chance.random() < 0.7
    kind, owner = (KeyKind.TEAM, team.id) if is_of_team else (KeyKind.PERSON, person.id)
    key = Key(
        id=new_id(), kind=kind, owner_id=owner, epoch=chance.randrange(2, 10**6),
        public_half=mine.public.raw,
    )  # fmt: skip
    connection.execute(KEY, (key.id, kind.value, owner, key.epoch, key.public_half))
    for row in _said(connection, key, mine, chance):
        connection.execute(SIGNATURE, row)
    if not is_of_team:
        connection.execute("UPDATE people SET key_id = %s WHERE id = %s", (key.id, person.id))
        return
    copies = _Rows()
    for holder in holders:
        seal_key_for(copies, key, mine, holder)
    for copy in copies:
        connection.execute(COPY, (copy.key_id, copy.holder_id, copy.sealed.raw))


def _said(
    connection: psycopg.Connection, key: Key, mine: Secret, chance: random.Random
) -> list[tuple[str, bytes, bytes]]:
    """No signature, one by ourselves, one that is there already, or noise."""
    match chance.randrange(4):
        case 0:
            return []
        case 1:
            rows = _Rows()
            sign_key(rows, key, by=mine, secret=mine)
            return [(key.id, one.signature, one.half) for one in rows]
        case 2:
            found = connection.execute(SAID).fetchone()
            return [(key.id, found[0], found[1])] if found else []
        case _:
            return [(key.id, chance.randbytes(64), chance.randbytes(32))]


class _Rows(list):  # type: ignore[type-arg]  # rows of several tables
    """Takes rows as a session does."""

    def add(self, row: object) -> None:
        self.append(row)
