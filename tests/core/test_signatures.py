"""A key counts only if the house signed it first, or the secret of the one before did."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.actors import SYSTEM
from helpdesk.core.database import new_id
from helpdesk.core.key_signatures import KeySignature, check_signatures, checked_keys_of, sign_key
from helpdesk.core.keys import Key, KeyKind, make_unsaved_key, new_key
from helpdesk.core.sealing import Secret
from helpdesk.core.signing import (
    is_signature_valid,
    key_statement,
    sign_statement,
    verification_key,
)

HOUSE = Secret(b"h" * 32)
HALF = verification_key(HOUSE)


class Rows(list):
    """Takes rows as a session does."""

    def add(self, row):
        self.append(row)


def lines_of(rows):
    """What KEYS_WITH_SIGNATURES would answer, of rows that are in no table."""
    keys = sorted((one for one in rows if isinstance(one, Key)), key=lambda one: one.epoch)
    lines = []
    for key in keys:
        said = [one for one in rows if isinstance(one, KeySignature) and one.key_id == key.id]
        for one in said or [SimpleNamespace(signature=None, half=None)]:
            lines.append(
                SimpleNamespace(
                    id=key.id, kind=key.kind, owner_id=key.owner_id, epoch=key.epoch,
                    public_half=key.public_half, signature=one.signature, half=one.half,
                )
            )  # fmt: skip
    return lines


class Team:
    """A team's keys, as its members and others write them."""

    def __init__(self, owner="q"):
        self.owner, self.rows, self.epoch = owner, Rows(), 0
        self.last, self.good = None, []

    def write(self, secret=None):
        self.epoch += 1
        key, own = make_unsaved_key(KeyKind.TEAM, self.owner, self.epoch)
        if secret is not None:
            key.public_half = secret.public.raw
        self.rows.add(key)
        return key, secret or own

    def go_on(self):
        """A member makes the next key: by the house the first, by the one before the others."""
        key, secret = self.write()
        sign_key(self.rows, key, by=self.last or HOUSE, secret=secret)
        self.last = secret
        self.good.append(key.id)

    def plant(self, how, other):
        """Somebody who can write rows, and has no secret of ours, slips in a key of their own."""
        mine = Secret.new()
        key, _ = self.write(mine)
        genuine = [one for one in self.rows if isinstance(one, KeySignature)]
        match how:
            case "unsigned":
                pass
            case "by itself":
                sign_key(self.rows, key, by=mine, secret=mine)
            case "by another secret":
                sign_key(self.rows, key, by=Secret.new(), secret=mine)
            case "with a signature of ours" if genuine:
                last = genuine[-1]
                self.rows.add(KeySignature(key_id=key.id, signature=last.signature, half=last.half))
            case "with our signature and another half" if genuine:
                last = genuine[-1]
                self.rows.add(
                    KeySignature(
                        key_id=key.id, signature=last.signature, half=verification_key(mine)
                    )
                )
            case "by another team":
                sign_key(self.rows, key, by=other.last, secret=mine)
            case "by the house, behind a chain" if self.good:
                sign_key(self.rows, key, by=HOUSE, secret=mine)
            case "a half slipped in and then used" if self.good:
                self.rows.add(
                    KeySignature(
                        key_id=self.good[-1],
                        signature=sign_statement(mine, b"anything"),
                        half=verification_key(mine),
                    )
                )
                sign_key(self.rows, key, by=mine, secret=mine)


WAYS = (
    "unsigned",
    "by itself",
    "by another secret",
    "with a signature of ours",
    "with our signature and another half",
    "by another team",
    "by the house, behind a chain",
    "a half slipped in and then used",
)


@given(st.lists(st.sampled_from(("go on", *WAYS)), max_size=12))
def test_whatever_is_slipped_in_the_newest_that_a_member_signed_is_used(acts):
    team, other = Team(), Team("other")
    other.go_on()
    for act in acts:
        team.go_on() if act == "go on" else team.plant(act, other)

    found = check_signatures(lines_of(team.rows), house=HALF)

    assert [key.id for key in found.good] == team.good
    assert (found.current.id if found.current else None) == (team.good or [None])[-1]
    assert len(found.good) + len(found.refused) == team.epoch
    assert found.next_epoch == team.epoch + 1


@pytest.mark.parametrize("field", ["owner_id", "epoch", "public_half", "kind", "id"])
def test_what_was_signed_of_one_key_is_said_of_no_other(field):
    key, secret = make_unsaved_key(KeyKind.TEAM, "q")
    said = key_statement(key, verification_key(secret))
    signature = sign_statement(HOUSE, said)
    assert is_signature_valid(said, signature, HALF)
    other = {"owner_id": "r", "epoch": 2, "public_half": b"x" * 32, "kind": "person", "id": "y"}

    setattr(key, field, other[field])

    assert not is_signature_valid(key_statement(key, verification_key(secret)), signature, HALF)


@pytest.mark.parametrize("bad", [b"", b"x", b"x" * 64, b"x" * 32])
def test_what_is_no_signature_and_no_key_refuses_and_raises_nothing(bad):
    assert not is_signature_valid(b"said", bad, HALF)
    assert not is_signature_valid(b"said", sign_statement(HOUSE, b"said"), bad)


def test_without_the_half_of_the_house_no_key_counts():
    team = Team()
    team.go_on()

    assert check_signatures(lines_of(team.rows), house=b"").current is None


def test_a_key_of_before_counts_once_the_house_signs_it_and_signs_no_other():
    """Nobody could derive from it what it signs with, so it has no half that checks that."""
    team = Team()
    old, secret = team.write()
    sign_key(team.rows, old, by=HOUSE)
    following, own = team.write()
    sign_key(team.rows, following, by=secret, secret=own)

    assert check_signatures(lines_of(team.rows), house=HALF).current.id == old.id

    sign_key(team.rows, old, by=HOUSE, secret=secret)  # by a member who opened it
    assert check_signatures(lines_of(team.rows), house=HALF).current.id == following.id


def test_a_person_who_starts_over_has_a_new_key_by_the_house(context):
    with context.begin(SYSTEM) as work:
        owner = new_id()
        for epoch in (1, 2):
            key, secret = new_key(work.session, KeyKind.PERSON, owner, epoch)
            work.session.flush()
            sign_key(work.session, key, by=HOUSE, secret=secret)
        new_key(work.session, KeyKind.CASE, owner, 3)
        work.session.flush()

        found = checked_keys_of(work.session, owner, KeyKind.PERSON, house=HALF)

    assert [one.epoch for one in found.good] == [1, 2]
    assert not found.refused
