"""The pepper: a database alone lets nobody check a guess at a passphrase, however many they try."""

import logging
import secrets
from dataclasses import replace

import pytest

from helpdesk.accounts import door, operations, passphrases
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations import recovery
from helpdesk.accounts.passphrases import lock_of, new_lock
from helpdesk.core.actors import Role
from helpdesk.core.errors import NotNow
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.key_files import PEPPERS
from helpdesk.settings import Surface
from tests.conftest import SERVICE
from tests.factories import CHEAP, PASSPHRASE, a_person, a_team, work_as

NEW_WORDS = "other words than those of before here"
STAFF = SERVICE.peppers_at(Surface.STAFF)
NEWER = Secret(b"n" * 32)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setitem(passphrases.COSTS, passphrases.CURRENT, passphrases.Cost(1, 8192))


@pytest.fixture
def somebody(desk):
    with desk.begin() as work:
        return a_person(work, teams=[a_team(work)])


def with_peppers(desk, *peppers):
    """The same process after a restart with other lines in the file."""
    return replace(desk, service=replace(desk.service, peppers={Surface.STAFF.value: peppers}))


def locked_before(desk, somebody, *peppers):
    """An account whose lock was made with these peppers, or before there was any."""
    salt = bytes([CHEAP]) + secrets.token_bytes(16)
    lock = new_lock(PASSPHRASE, peppers, cost=CHEAP) if peppers else lock_of(PASSPHRASE, salt, ())
    with desk.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        recovery.renew_lock(work, person, somebody.secret, lock)


def comes_in(desk, somebody, passphrase=PASSPHRASE):
    handle = somebody.person.handle
    return door.try_passphrase(desk, handle=handle, passphrase=passphrase, surface=Surface.STAFF)


def stored(desk, somebody):
    with desk.begin() as work:
        person = work.session.get(Person, somebody.person.id, populate_existing=True)
        return person.salt, person.under_passphrase, person.place_of("under_passphrase")


def opens(desk, somebody, passphrase, *peppers):
    """Whether who has the row and these peppers can tell that this is the passphrase."""
    salt, sealed, place = stored(desk, somebody)
    try:
        lock_of(passphrase, salt, peppers).secret.open(sealed, place)
    except CannotOpen:
        return False
    return True


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.PARTNER])
def test_the_right_passphrase_opens_nothing_without_the_pepper_of_the_door(desk, role):
    with desk.begin() as work:
        somebody = a_person(work, role)
    own, other = (Surface.STAFF, Surface.PARTNER)[:: -1 if role is Role.PARTNER else 1]

    assert opens(desk, somebody, PASSPHRASE, *SERVICE.peppers_at(own))
    assert not opens(desk, somebody, PASSPHRASE)
    assert not opens(desk, somebody, PASSPHRASE, *SERVICE.peppers_at(other))
    assert not opens(desk, somebody, PASSPHRASE, NEWER)


def test_a_changed_passphrase_and_a_recovered_one_are_peppered_too(desk, somebody):
    with work_as(desk, somebody) as work:
        person = work.session.get(Person, somebody.person.id)
        current = lock_of(PASSPHRASE, person.salt, STAFF)
        new = new_lock(NEW_WORDS, STAFF)
        operations.change_passphrase(work, person, current=current, new=new, session_id="")
    assert opens(desk, somebody, NEW_WORDS, *STAFF)
    assert not opens(desk, somebody, NEW_WORDS)

    with desk.begin() as work:
        at = work.at
    key = door.try_recovery(
        desk,
        handle=somebody.person.handle,
        recovery_key=somebody.recovery_key,
        code=somebody.code(at),
        passphrase=PASSPHRASE,
        surface=Surface.STAFF,
    )
    assert key is not None
    assert opens(desk, somebody, PASSPHRASE, *STAFF)
    assert not opens(desk, somebody, PASSPHRASE)


def test_a_recovery_key_needs_no_pepper(desk, somebody):
    with desk.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        secret = recovery.opened_with_recovery_key(person, somebody.recovery_key)
    assert secret == somebody.secret


def test_who_was_locked_before_there_was_a_pepper_comes_in_and_is_peppered_from_then_on(
    desk, somebody
):
    locked_before(desk, somebody)
    assert opens(desk, somebody, PASSPHRASE)

    assert comes_in(desk, somebody, NEW_WORDS) is None
    assert opens(desk, somebody, PASSPHRASE), "a wrong passphrase renews nothing"
    assert comes_in(desk, somebody) is not None

    assert not opens(desk, somebody, PASSPHRASE)
    assert comes_in(desk, somebody) is not None


def test_a_newer_pepper_takes_the_older_ones_place_when_somebody_comes(desk, somebody):
    both, newest = with_peppers(desk, NEWER, *STAFF), with_peppers(desk, NEWER)
    assert comes_in(newest, somebody) is None

    assert comes_in(both, somebody) is not None

    assert comes_in(newest, somebody) is not None
    assert not opens(desk, somebody, PASSPHRASE, *STAFF)


def test_a_lock_that_is_current_is_left_as_it_is(desk, somebody):
    before = stored(desk, somebody)

    assert comes_in(desk, somebody) is not None

    assert stored(desk, somebody) == before


def test_a_lost_pepper_is_said_in_the_log_and_lets_nobody_in(desk, somebody, caplog):
    with caplog.at_level(logging.ERROR):
        assert comes_in(with_peppers(desk, NEWER), somebody) is None

    assert "a pepper that this process does not have" in caplog.text
    assert somebody.person.handle not in caplog.text


def test_a_passphrase_changed_while_somebody_signs_in_stays_changed(desk, somebody):
    locked_before(desk, somebody)
    with desk.begin() as work:
        attempt = operations.knock(work, handle=somebody.person.handle, surface=Surface.STAFF)
    lock = lock_of(PASSPHRASE, attempt.salt, STAFF)
    with work_as(desk, somebody) as work:
        person, new = work.session.get(Person, somebody.person.id), new_lock(NEW_WORDS, STAFF)
        operations.change_passphrase(work, person, current=lock, new=new, session_id="")

    with desk.begin() as work:
        assert operations.begin_sign_in(work, attempt, lock, surface=Surface.STAFF) is None

    assert comes_in(desk, somebody, NEW_WORDS) is not None


def test_where_nobody_signs_in_no_passphrase_is_kept():
    with pytest.raises(NotNow, match="no pepper"):
        new_lock(PASSPHRASE, ())


def test_each_door_that_people_come_in_by_has_a_pepper():
    assert set(PEPPERS) == set(Surface) - {Surface.PUBLIC}
