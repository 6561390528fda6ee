"""The database in hand: every sealed value of every table, and what a bunch of keys opens of it."""

from dataclasses import dataclass

from sqlalchemy import inspect, select

from helpdesk.accounts import passphrases
from helpdesk.accounts.models import Person
from helpdesk.accounts.operations import passphrase_and_recovery_key, sessions
from helpdesk.cases.models import Case
from helpdesk.core.database import SealedColumn
from helpdesk.core.keys import KeyCopy
from helpdesk.core.sealing import SECRET_BYTES, CannotOpen, Envelope, EnvelopePlace, Secret
from helpdesk.models import Base


@dataclass(frozen=True)
class Value:
    """Something sealed, and where it belongs."""

    place: EnvelopePlace
    envelope: Envelope

    @property
    def where(self):
        return self.place.table, self.place.column


@dataclass(frozen=True)
class Opened:
    """What a bunch of keys led to: values with their text and opener, and all keys in the end."""

    texts: dict
    openers: dict
    keys: frozenset

    @property
    def where(self):
        return {value.where for value in self.texts}


def sealed_columns():
    """Every column that holds envelopes, whatever the feature: by the class of its rows."""
    return {
        mapper.class_: [one.key for one in mapper.column_attrs if _is_sealed(one)]
        for mapper in Base.registry.mappers
        if any(_is_sealed(one) for one in mapper.column_attrs)
    }


def sealed_values(session):
    """Every envelope in the database."""
    return [
        Value(_place_of(row, name), getattr(row, name))
        for kind, names in sealed_columns().items()
        for row in session.scalars(select(kind))
        for name in names
        if getattr(row, name) is not None
    ]


def opened_by(values, keys):
    """Try every key on every envelope, and what comes out as a key again, until nothing new does.

    Whoever has the database knows all places: each envelope is tried where it belongs.
    """
    texts, openers, known, fresh = {}, {}, set(keys), set(keys)
    while fresh:
        closed, found = [one for one in values if one not in texts], set()
        for value in closed:
            for key in fresh:
                try:
                    plain = key.open(value.envelope, value.place)
                except CannotOpen:
                    continue
                texts[value], openers[value] = plain, key
                if len(plain) == SECRET_BYTES:
                    found.add(Secret(plain))
        fresh = found - known
        known |= fresh
    return Opened(texts, openers, frozenset(known))


def keys_of_member(session, member):
    """What a person has: passphrases, recovery keys, and the cookies of their browser.

    Together with the pepper of the door, without which a passphrase opens nothing.
    """
    peppers = member.peppers
    person = session.scalar(select(Person).where(Person.handle == member.handle))
    return {
        *(
            passphrases.rederive_key_from_passphrase(words, person.salt, peppers).secret
            for words in member.passphrases
        ),
        *(passphrase_and_recovery_key._recovery_secret(key) for key in member.recovery_keys),
        *(sessions._secret_of(token) for token in member.cookies),
    }


def keys_of_reporter(reporter):
    """What a reporter has: the return code, and the cookies of their browser."""
    return {reporter.code.secret(), *(Secret(bytes.fromhex(one)) for one in reporter.cookies)}


def wrong_places(value, values, cases):
    """Everywhere else in the database, and the same place as if it were of another case."""
    others = {one.place for one in values}
    others |= {value.place._replace(case_id=case_id) for case_id in cases}
    others |= {value.place._replace(row_id=one.place.row_id) for one in values}
    return others - {value.place}


def case_called(session, ref):
    return session.scalar(select(Case).where(Case.ref == ref))


def _is_sealed(attribute):
    return isinstance(attribute.columns[0].type, SealedColumn)


def _place_of(row, name):
    if isinstance(row, KeyCopy):
        return EnvelopePlace("key_copies", name, "", f"{row.key_id}/{row.holder_id}")
    assert inspect(row).persistent
    return row.envelope_place_of(name)
