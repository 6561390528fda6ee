"""The pepper: a database alone lets nobody check a guess at a passphrase, however many they try."""

import logging
import secrets
from dataclasses import replace

import pytest

from helpdesk.accounts import authentication, operations, passphrases
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations import passphrase_and_recovery_key
from helpdesk.accounts.passphrases import derive_key_from_passphrase, rederive_key_from_passphrase
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.key_files import PEPPERS
from helpdesk.settings import Surface
from tests.conftest import SERVICE
from tests.factories import CHEAP, PASSPHRASE, a_person, a_team, work_as

NEW_WORDS = "other words than those of before here"
STAFF = SERVICE.peppers_for_surface(Surface.STAFF)
NEWER = Secret(b"n" * 32)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setitem(passphrases.COSTS, passphrases.CURRENT, passphrases.HashCost(1, 8192))


@pytest.fixture
def somebody(context):
    with context.begin() as work:
        return a_person(work, teams=[a_team(work)])


def with_peppers(context, *peppers):
    """The same process after a restart with other lines in the file."""
    return replace(
        context, service=replace(context.service, peppers={Surface.STAFF.value: peppers})
    )


def locked_before(context, somebody, *peppers):
    """An account whose lock was made with these peppers, or before there was any."""
    salt = bytes([CHEAP]) + secrets.token_bytes(16)
    lock = (
        derive_key_from_passphrase(PASSPHRASE, peppers, cost=CHEAP)
        if peppers
        else rederive_key_from_passphrase(PASSPHRASE, salt, ())
    )
    with context.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        passphrase_and_recovery_key.rewrap_with_current_pepper(work, person, somebody.secret, lock)


def comes_in(context, somebody, passphrase=PASSPHRASE):
    handle = somebody.person.handle
    return authentication.try_passphrase(
        context, handle=handle, passphrase=passphrase, surface=Surface.STAFF
    )


def stored(context, somebody):
    with context.begin() as work:
        person = work.session.get(Person, somebody.person.id, populate_existing=True)
        return person.salt, person.under_passphrase, person.envelope_place_of("under_passphrase")


def opens(context, somebody, passphrase, *peppers):
    """Whether who has the row and these peppers can tell that this is the passphrase."""
    salt, sealed, place = stored(context, somebody)
    try:
        rederive_key_from_passphrase(passphrase, salt, peppers).secret.open(sealed, place)
    except CannotOpen:
        return False
    return True


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.PARTNER])
def test_the_right_passphrase_opens_nothing_without_the_pepper_of_the_door(context, role):
    with context.begin() as work:
        somebody = a_person(work, role)
    own, other = (Surface.STAFF, Surface.PARTNER)[:: -1 if role is Role.PARTNER else 1]

    assert opens(context, somebody, PASSPHRASE, *SERVICE.peppers_for_surface(own))
    assert not opens(context, somebody, PASSPHRASE)
    assert not opens(context, somebody, PASSPHRASE, *SERVICE.peppers_for_surface(other))
    assert not opens(context, somebody, PASSPHRASE, NEWER)


def test_a_changed_passphrase_and_a_recovered_one_are_peppered_too(context, somebody):
    with work_as(context, somebody) as work:
        person = work.session.get(Person, somebody.person.id)
        current = rederive_key_from_passphrase(PASSPHRASE, person.salt, STAFF)
        new = derive_key_from_passphrase(NEW_WORDS, STAFF)
        operations.change_passphrase(work, person, current=current, new=new, session_id="")
    assert opens(context, somebody, NEW_WORDS, *STAFF)
    assert not opens(context, somebody, NEW_WORDS)

    with context.begin() as work:
        at = work.at
    key = authentication.try_recovery(
        context,
        handle=somebody.person.handle,
        recovery_key=somebody.recovery_key,
        code=somebody.code(at),
        passphrase=PASSPHRASE,
        surface=Surface.STAFF,
    )
    assert key is not None
    assert opens(context, somebody, PASSPHRASE, *STAFF)
    assert not opens(context, somebody, PASSPHRASE)


def test_a_recovery_key_needs_no_pepper(context, somebody):
    with context.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        secret = passphrase_and_recovery_key.unlock_with_recovery_key(person, somebody.recovery_key)
    assert secret == somebody.secret


def test_who_was_locked_before_there_was_a_pepper_comes_in_and_is_peppered_from_then_on(
    context, somebody
):
    locked_before(context, somebody)
    assert opens(context, somebody, PASSPHRASE)

    assert comes_in(context, somebody, NEW_WORDS) is None
    assert opens(context, somebody, PASSPHRASE), "a wrong passphrase renews nothing"
    assert comes_in(context, somebody) is not None

    assert not opens(context, somebody, PASSPHRASE)
    assert comes_in(context, somebody) is not None


def test_a_newer_pepper_takes_the_older_ones_place_when_somebody_comes(context, somebody):
    both, newest = with_peppers(context, NEWER, *STAFF), with_peppers(context, NEWER)
    assert comes_in(newest, somebody) is None

    assert comes_in(both, somebody) is not None

    assert comes_in(newest, somebody) is not None
    assert not opens(context, somebody, PASSPHRASE, *STAFF)


def test_a_lock_that_is_current_is_left_as_it_is(context, somebody):
    before = stored(context, somebody)

    assert comes_in(context, somebody) is not None

    assert stored(context, somebody) == before


def test_a_lost_pepper_is_said_in_the_log_and_lets_nobody_in(context, somebody, caplog):
    with caplog.at_level(logging.ERROR):
        assert comes_in(with_peppers(context, NEWER), somebody) is None

    assert "a pepper that this process does not have" in caplog.text
    assert somebody.person.handle not in caplog.text


def test_a_passphrase_changed_while_somebody_signs_in_stays_changed(context, somebody):
    locked_before(context, somebody)
    with context.begin() as work:
        attempt = operations.find_person_signing_in(
            work, handle=somebody.person.handle, surface=Surface.STAFF
        )
    lock = rederive_key_from_passphrase(PASSPHRASE, attempt.salt, STAFF)
    with work_as(context, somebody) as work:
        person, new = (
            work.session.get(Person, somebody.person.id),
            derive_key_from_passphrase(NEW_WORDS, STAFF),
        )
        operations.change_passphrase(work, person, current=lock, new=new, session_id="")

    with context.begin() as work:
        assert operations.begin_sign_in(work, attempt, lock, surface=Surface.STAFF) is None

    assert comes_in(context, somebody, NEW_WORDS) is not None


def test_where_nobody_signs_in_no_passphrase_is_kept():
    with pytest.raises(Conflict, match="no pepper"):
        derive_key_from_passphrase(PASSPHRASE, ())


def test_each_door_that_people_come_in_by_has_a_pepper():
    assert set(PEPPERS) == set(Surface) - {Surface.PUBLIC}
