"""A keyring opens what its copies lead to, and nothing beside it."""

import pytest

from helpdesk.core.actors import SYSTEM
from helpdesk.core.database import new_id
from helpdesk.core.keys import (
    COPIES,
    Key,
    KeyCopy,
    KeyKind,
    Keyring,
    new_key,
    seal_key_for,
)
from helpdesk.core.round_trips import BatchQuery
from helpdesk.core.sealing import CannotOpen, Envelope, Secret


@pytest.fixture
def chain(context):
    """A person in a team, a case of the team; another team with a case of its own."""
    with context.begin(SYSTEM) as work:
        session = work.session
        person, persons_secret = new_key(session, KeyKind.PERSON, new_id())
        team, teams_secret = new_key(session, KeyKind.TEAM, new_id())
        case, case_secret = new_key(session, KeyKind.CASE, new_id())
        other_team, _ = new_key(session, KeyKind.TEAM, new_id())
        other_case, other_secret = new_key(session, KeyKind.CASE, new_id())
        session.flush()  # the copies point at the keys
        seal_key_for(session, team, teams_secret, person)
        seal_key_for(session, case, case_secret, team)
        seal_key_for(session, other_case, other_secret, other_team)
        session.flush()
        yield session, person, persons_secret, team, case, case_secret, other_case


def test_a_person_reaches_the_cases_of_their_team(chain):
    session, person, persons_secret, _, case, case_secret, _ = chain

    keys = Keyring(session, {person.id: persons_secret})

    assert keys.secret(case.id) == case_secret


def test_a_case_of_another_team_stays_shut(chain):
    session, person, persons_secret, _, _, _, other_case = chain

    keys = Keyring(session, {person.id: persons_secret})

    assert not keys.holds(other_case.id)
    with pytest.raises(CannotOpen):
        keys.secret(other_case.id)


def test_an_empty_keyring_opens_nothing(chain):
    session, _, _, team, case, _, _ = chain

    keys = Keyring(session)

    assert not keys.holds(team.id)
    assert not keys.holds(case.id)


def test_a_copy_moved_to_another_key_does_not_open(chain):
    session, person, persons_secret, team, _, _, other_case = chain
    copy = session.get(KeyCopy, (team.id, person.id))
    session.add(KeyCopy(key_id=other_case.id, holder_id=person.id, sealed=copy.sealed))
    session.flush()

    keys = Keyring(session, {person.id: persons_secret})

    with pytest.raises(CannotOpen):
        keys.secret(other_case.id)


def test_a_copy_that_is_none_shuts_nobody_out(chain):
    session, person, persons_secret, _, case, case_secret, _ = chain
    planted, _ = new_key(session, KeyKind.TEAM, new_id())
    session.flush()
    session.add(KeyCopy(key_id=planted.id, holder_id=person.id, sealed=Envelope(b"\x02nothing")))
    session.add(KeyCopy(key_id=case.id, holder_id=person.id, sealed=Envelope(b"\x02nothing")))
    session.flush()

    assert Keyring(session, {person.id: persons_secret}).secret(case.id) == case_secret


def test_a_copy_of_another_secret_is_never_taken_for_the_key(chain):
    """Anybody can seal anything to a public half: only the secret of the key's own counts."""
    session, person, persons_secret, _, case, case_secret, _ = chain
    seal_key_for(session, case, Secret.new(), person)
    session.flush()

    assert Keyring(session, {person.id: persons_secret}).secret(case.id) == case_secret


def test_a_false_copy_of_a_teams_key_opens_nothing_behind_it(chain):
    session, person, persons_secret, _, _, _, other_case = chain
    planted, _ = new_key(session, KeyKind.TEAM, new_id())
    false = Secret.new()
    session.flush()
    seal_key_for(session, planted, false, person)
    seal_key_for(
        session, other_case, Secret.new(), Key(id=planted.id, public_half=false.public.raw)
    )
    session.flush()

    keys = Keyring(session, {person.id: persons_secret})

    assert not keys.holds(planted.id)
    assert not keys.holds(other_case.id)


def test_what_a_page_has_gathered_is_looked_at_as_closely(chain):
    session, person, persons_secret, _, case, case_secret, _ = chain
    seal_key_for(session, case, Secret.new(), person)
    session.flush()
    gathering = BatchQuery(copies=COPIES)
    keys = Keyring(session, {person.id: persons_secret})

    asked = gathering.ask(session, key_id=case.id, holders=keys.brought)
    keys.open_copies(asked["copies"])

    assert keys.secret(case.id) == case_secret
