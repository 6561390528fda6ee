"""Everything is seized cold, and nobody can read it; and stolen keys open what was theirs, no more.

The whole story is told through the pages, on real parts with real commits. Then every file of the
house is searched for every word that was typed, every code and every key (F23, F30 of the security
targets). Not searched: the two key files, which lie outside what the proof is about, because the
second half assumes that whoever has the database has them as well; and the `To:` of a letter in the
outbox, which stands in for a mail that has left.
"""

import base64
import gzip
import hashlib
import json
import logging
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk import key_files
from helpdesk.accounts import passphrases
from helpdesk.adapters.queue_notifier import connect_to_redis, wake_up_list_of
from helpdesk.core.app_context import Email
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.key_files import KeyFile
from tests.journeys.house import House
from tests.journeys.markers import Markers
from tests.journeys.opening import (
    Opened,
    case_called,
    keys_of_member,
    keys_of_reporter,
    opened_by,
    sealed_columns,
    sealed_values,
    wrong_places,
)
from tests.journeys.seizure import Loot, search, seize
from tests.journeys.story import Story

pytestmark = pytest.mark.slow

AT_LEAST = 200
SALT = re.compile(rb'"salt":"[0-9a-f]{32}"')
KEYS = ("key", "key of forms")
# Sealed for where they go: pages move them there, and cannot open them.
MOVED = {("new_mailboxes", one) for one in ("address", "old", "address_for_self")}
MOVED |= {("new_partner_mailboxes", one) for one in ("address", "old")}
# No request of the story goes by a link. What opens one, and that nothing stored does, is tried in
# tests/escalations/test_by_link.py.
BY_LINK = {("partner_links", one) for one in ("address", "unlocks")}
# What must work while nobody is signed in: each key opens what it is for, and nothing else.
SERVICE_OPENS = {
    KeyFile.STAFF_FACTORS: {("people", "totp_seed")},
    KeyFile.PARTNER_FACTORS: {("people", "totp_seed")},
    KeyFile.DUTY_ADDRESSES: {
        ("people", "email"),
        ("new_mailboxes", "code"),
    },
    KeyFile.PARTNER_ADDRESSES: {
        ("partners", "mailbox"),
        ("new_partner_mailboxes", "code"),
    },
    KeyFile.REMINDER_ADDRESSES: {("email_reminders", "address")},
    KeyFile.HISTORY: set(),
}


@dataclass
class Told:
    """The house after the story, what its people can open together, and what was seized of it."""

    house: House
    story: Story
    plant: Markers
    opened: Opened
    loot: Loot


@pytest.fixture(scope="module")
def told():
    # Not under pytest's own folder: as root, PostgreSQL runs as somebody who may not enter there.
    with tempfile.TemporaryDirectory(prefix="hd-seizure-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        house = House(folder)
        # What a guess costs is tested where it is tested; here people come in quickly.
        quick = pytest.MonkeyPatch()
        quick.setitem(passphrases.COSTS, passphrases.CURRENT, passphrases.HashCost(1, 8192))
        try:
            house.start()
            plant = Markers(seed=secrets.randbits(32))
            with house.all_ears():
                story = Story(house, plant).tell()
            with house.every_row() as session:
                everybody = everybodys_keys(house, story, session)
                opened = opened_by(sealed_values(session), everybody)
            plant_keys(house, plant, opened)
            yield Told(house, story, plant, opened, seize(house))
        finally:
            quick.undo()
            house.remove()


def everybodys_keys(house, story, session):
    keys = {Secret(house.keys[key][0]) for key in key_files.SECRETS}
    for member in story.members:
        keys |= keys_of_member(session, member)
    for reporter in story.reporters:
        keys |= keys_of_reporter(reporter)
    return keys


def plant_keys(house, plant, opened):
    """No key may lie about either: not the house's own, and none that opens anything."""
    for key in opened.keys:
        plant.add(KEYS[0], key.raw, key.derive("aead"), key.derive("box"))
    for surface in ("public", "staff", "partner"):
        for key in key_files.SECRETS:
            plant.add(KEYS[1], Secret(house.keys[key][0]).derive(f"forms of {surface}"))


@pytest.fixture
def say(capsys):
    """Figures are for whoever runs it, also when all is well."""

    def out_loud(sentence):
        with capsys.disabled():
            print(f"\n{sentence}", end="")  # noqa: T201 - a claim goes with its figures

    return out_loud


def test_the_story_carried_every_marker(told, say):
    texts = "\n".join(plain.decode(errors="ignore") for plain in told.opened.texts.values())
    met, pages = "\n".join(told.house.met), told.story.pages
    cookies = {token for one in told.story.everybody for token in one.cookies}
    # A passphrase that opens nothing comes back on no page.
    typed = "\n".join(words for one in told.story.everybody for words in one.typed)
    seen, sealed, reached = [], [], []
    for marker in told.plant:
        if marker.kind in KEYS:
            continue
        if marker.text in pages:
            seen.append(marker)
        elif marker.text in texts or json.dumps(marker.text)[1:-1] in texts:
            sealed.append(marker)
        else:
            assert marker.text in met or marker.text in cookies or marker.text in typed, marker
            reached.append(marker)

    assert len(seen) >= AT_LEAST
    say(
        f"story: {len(told.plant)} markers of seed {told.plant.seed}: {len(seen)} on the pages they"
        f" are for, {len(sealed)} on none but opened with the right key, {len(reached)} that only"
        f" reached us, and {len(told.opened.keys)} keys"
    )


def test_everything_seized_cold_holds_no_marker(told, say):
    found = search(told.loot, told.plant)

    say(
        f"seizure: {len(told.plant)} markers, {len(told.loot.places)} places"
        f" ({told.loot.files} files, {told.loot.size // 1_000_000} MB), {len(found)} found"
    )
    assert sorted(found, key=str) == []
    assert len(told.plant) >= AT_LEAST


def test_nothing_seized_lets_anybody_check_a_guess(told, say):
    """A plain hash of a short secret is the secret, for whoever can guess: an address, a name."""
    prints, salted = Markers(seed=0), set()
    for value, plain in told.opened.texts.items():
        if SALT.search(plain):
            salted.add(value.place.table)
            continue
        for text in {plain, plain.lower()}:
            for kind in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s"):
                prints.add(f"{kind} of {value.where}", hashlib.new(kind, text).digest())
            short = hashlib.blake2b(text, digest_size=32)
            prints.add(f"short blake2b of {value.where}", short.digest())

    found = search(told.loot, prints)

    assert salted == {"escalations"}, "what holds 128 random bits cannot be guessed"
    assert sorted({(one.kind, one.place) for one in found}) == []
    say(f"fingerprints: {len(prints)} plain hashes of what is sealed, {len(found)} found")


def test_the_search_sees_what_lies_in_clear(told):
    """Names of staff may: choose pseudonyms. So they show that every place was really read."""
    found = search(told.loot, told.story.in_clear)

    for marker in told.story.in_clear:
        places = {one.place for one in found if one.marker == marker.text}
        assert {"a dump of the database", "PostgreSQL's folder"} <= places
    assert any(one.file.startswith("data/pg_wal/") for one in found)
    redis = told.loot.places["Redis's folder"].values()
    assert any(wake_up_list_of("deliveries").encode() in data for data in redis), "Redis was used"
    letters = told.loot.places["the instance folder"]
    request_ref = told.story.request.rsplit("/", 1)[1]
    assert any(request_ref.encode() in data for data in letters.values())
    assert b"RuntimeError" in told.loot.places["logs and output"]["helpdesk.log"]


def test_a_planted_leak_is_found_wherever_it_lies(told, say):
    house, words = told.house, iter(told.plant)
    history, line, wakeup, letter, spool, gone = (next(words) for _ in range(6))
    with house.desk().begin() as work:
        work.record_about("test.leak", "cases", "none", why=history.text)
    with house.all_ears():
        logging.getLogger("helpdesk.cases").debug("took in %s", line.text)
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(gzip.compress(base64.b64encode(b"a" + spool.raw)))
    with connect_to_redis(house.redis.url()) as redis:
        redis.rpush(wake_up_list_of("notices"), wakeup.text)
    mail = Email(
        "leak@partner.example",
        f"Case {letter.text}",
        f"About {letter.text.upper()}",
        "<leak@helpdesk.example>",
    )
    house.desk().mailer.send(mail)
    with house.as_superuser() as connection:
        connection.execute("CREATE TABLE gone (word text)")
        connection.execute("INSERT INTO gone VALUES (%s)", [gone.text])
        connection.execute("DROP TABLE gone")

    found = search(seize(house), told.plant)

    places = {}
    for one in found:
        places.setdefault(one.marker, set()).add(one.place)
    assert places == {
        history.text: {"a dump of the database", "PostgreSQL's folder"},
        line.text: {"logs and output"},
        wakeup.text: {"Redis's folder"},
        letter.text: {"the instance folder"},
        spool.text: {"temporary files"},
        gone.text: {"PostgreSQL's folder"},
    }
    say(f"seizure, with six leaks planted: {len(places)} markers found, {len(found)} times")


def test_stolen_keys_open_nothing_of_a_case_that_is_not_theirs(told, say):
    """An outsider, an operator, another platform, another reporter and both keys of the house."""
    house, story = told.house, told.story
    with house.every_row() as session:
        values = sealed_values(session)
        case = case_called(session, story.reporter.ref)
        other = case_called(session, story.neighbour.ref)
        outside = {
            who: keys_of_member(session, getattr(story, who))
            for who in ("outsider", "operator", "other_trust")
        }
    outside["neighbour"] = keys_of_reporter(story.neighbour)
    outside |= {key: {Secret(house.keys[key][0])} for key in SERVICE_OPENS}
    outside["intake key"] = {Secret(house.intake_key)}

    each = {who: opened_by(values, keys) for who, keys in outside.items()}
    together = opened_by(values, set().union(*outside.values()))

    assert set(together.texts) == set().union(*(one.texts for one in each.values()))
    of_cases = {value for value in together.texts if value.place.case_id}
    # Where somebody asked to be told opens with the key for that, and not with their own.
    reminders = {value for value in of_cases if value.place.table == "email_reminders"}
    theirs = of_cases - reminders
    assert len(reminders) == 1
    assert reminders <= set(each[KeyFile.REMINDER_ADDRESSES].texts)
    assert {value.place.case_id for value in theirs} == {other.id}
    assert {key: each[key].where for key in SERVICE_OPENS} == SERVICE_OPENS
    factors = [set(each[key].texts) for key in (KeyFile.STAFF_FACTORS, KeyFile.PARTNER_FACTORS)]
    assert not set.intersection(*factors)
    assert each["intake key"].where == set()
    assert {value.where for value in theirs} <= {
        ("cases", "for_advice"),
        ("messages", "for_reporter"),
        ("escalations", "packet_for_reporter"),
        ("visits", "unlocked"),
    }
    assert set(each["neighbour"].texts) == theirs
    lock = {("people", "under_passphrase"), ("people", "under_recovery"), ("sign_ins", "unlocked")}
    assert each["operator"].where == lock
    assert each["outsider"].where == each["other_trust"].where == lock | {("key_copies", "sealed")}
    of_case = [value for value in values if value.place.case_id == case.id]
    assert len(of_case) >= 50
    assert not set(of_case) & set(together.texts)
    assert case.key_id not in {one.place.row_id.split("/")[0] for one in together.texts}
    say(
        f"stolen keys: {sum(map(len, outside.values()))} keys of {len(outside)} thieves,"
        f" {len(values)} envelopes: 0 of the {len(of_case)} of the case opened"
    )


def test_the_right_people_together_open_everything(told, say):
    """So nothing above was shut only because it opens for nobody."""
    with told.house.every_row() as session:
        values = sealed_values(session)
        responder = keys_of_member(session, told.story.responder)
        case = case_called(session, told.story.reporter.ref)

    # What a form was answered opens with that form's own token, and nobody's key.
    shut = {one.where for one in values if one not in told.opened.texts}
    assert shut <= {("presses", "answer")}
    tables = {value.where for value in values}
    columns = {
        (kind.__tablename__, name) for kind, names in sealed_columns().items() for name in names
    }
    told_of = columns - MOVED - BY_LINK
    assert tables == told_of, "the story wrote into every sealed column that there is"
    alone = opened_by(values, responder)
    shut = {value.where for value in values if value.place.case_id == case.id} - alone.where
    assert shut == {
        ("cases", "for_advice"),
        ("messages", "for_reporter"),
        ("escalations", "packet_for_reporter"),
        ("escalations", "packet_for_partner"),
        ("escalations", "ticket_for_partner"),
        ("exchanges", "for_partner"),
        ("decisions", "note_for_partner"),
        ("visits", "unlocked"),
    }
    say(f"right keys: {len(told.opened.texts)} of {len(values)} envelopes in {len(tables)} columns")


def test_a_sealed_value_opens_nowhere_else(told, say):
    """Moved to any other place in the database, or to another case, with the right key at hand."""
    values = list(told.opened.texts)
    cases = {value.place.case_id for value in values}
    tried = 0
    for value in values:
        key = told.opened.openers[value]
        for place in wrong_places(value, values, cases):
            tried += 1
            with pytest.raises(CannotOpen):
                key.open(value.envelope, place)

    tables = {value.place.table for value in values}
    say(f"moved: {len(values)} envelopes of {len(tables)} tables, {tried} other places, 0 opened")
