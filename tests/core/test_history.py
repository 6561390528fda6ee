"""History cannot be changed through the application's roles, and tampering below them shows."""

import random

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from helpdesk.core import history
from helpdesk.core.actors import SYSTEM
from helpdesk.core.sealing import Secret

SIGNER = Secret(b"h" * 32)
SEED = 20261122
TRIALS = 60
ALL = range(1, 10**9)


def write(context, many):
    with context.begin(SYSTEM) as work:
        for number in range(many):
            work.record_about("case.tested", "cases", f"case-{number}", number=number)


def findings(context):
    with context.begin(SYSTEM) as work:
        witness = history.verification_key_of(SIGNER)
        return [
            found.sentence for found in history.verify_history_chain(work.session, witness=witness)
        ]


@pytest.fixture
def chained(owners_desk, now):
    """Three signed stretches of history, on a desk that could change anything."""
    for _ in range(3):
        write(owners_desk, 7)
        with owners_desk.begin(SYSTEM) as work:
            assert history.extend_history_chain(work.session, at=now, signer=SIGNER) == 7
    return owners_desk


def test_an_untouched_chain_has_no_finding(chained):
    assert findings(chained) == []


def test_linking_twice_adds_nothing(chained, now):
    with chained.begin(SYSTEM) as work:
        assert history.extend_history_chain(work.session, at=now, signer=SIGNER) == 0
        assert history.chain_head(work.session)[0] == 21


def test_heavy_entries_are_chained_in_pieces_of_bounded_weight(chained, now):
    """Whoever has taken over the public pages' role can write thousands of the heaviest entries."""
    with chained.begin(SYSTEM) as work:
        work.session.execute(
            text(
                "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) "
                "SELECT now(), 'nobody', 'case.submitted', 'cases', 'x', jsonb_build_object("
                "'a', (SELECT jsonb_agg('[]'::jsonb) FROM generate_series(1, 4000))) "
                "FROM generate_series(1, 200)"
            )
        )
    pieces = []
    while not pieces or pieces[-1]:
        with chained.begin(SYSTEM) as work:
            pieces.append(history.extend_history_chain(work.session, at=now, signer=SIGNER))

    assert sum(pieces) == 200
    assert max(pieces) <= 1 + history.HEAVIEST_PIECE // 12_000  # each is that heavy, at least
    assert findings(chained) == []


def test_what_is_committed_very_late_is_chained_all_the_same(chained, now):
    """Some process has taken ten thousand numbers in between: whoever writes one takes a number."""
    with chained.begin(SYSTEM) as work:
        newest = work.session.scalar(text("SELECT max(id) FROM history"))
        work.session.execute(
            text(
                "INSERT INTO history (id, at, actor_id, action, subject_type, subject_id, details) "
                "OVERRIDING SYSTEM VALUE VALUES "
                "(:far, now(), 'nobody', 'case.submitted', 'cases', 'x', '{}')"
            ),
            {"far": newest + 3 * history.OVERLAP},
        )
        assert history.extend_history_chain(work.session, at=now, signer=SIGNER) == 1
    write(chained, 5)
    assert len(findings(chained)) == 5

    with chained.begin(SYSTEM) as work:
        assert history.extend_history_chain(work.session, at=now, signer=SIGNER, ids=ALL) == 5
        assert history.extend_history_chain(work.session, at=now, signer=SIGNER, ids=ALL) == 0

    assert findings(chained) == []


def test_a_signature_of_somebody_else_shows(chained):
    with chained.begin(SYSTEM) as work:
        witness = history.verification_key_of(Secret.new())
        assert list(history.verify_history_chain(work.session, witness=witness))


@pytest.mark.parametrize("role", ["helpdesk_app", "helpdesk_intake", "helpdesk_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET action = 'nothing'",
        "DELETE FROM history",
        "TRUNCATE history",
        "UPDATE history_links SET digest = ''",
        "DELETE FROM history_checkpoints",
    ],
)
def test_no_role_can_change_history(postgres, role, statement):
    engine = create_engine(postgres.url(role))
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"denied|append-only"):
        connection.execute(text(statement))
    engine.dispose()


def _edit(session, chance):
    one = chance.randint(1, 21)
    session.execute(
        text(
            "UPDATE history SET details = '{\"number\": 99}' WHERE id ="
            " (SELECT entry_id FROM history_links WHERE position = :one)"
        ),
        {"one": one},
    )


def _edit_and_restamp(session, chance):
    """Change an entry and compute every digest behind it anew, as one who knows the code would."""
    _edit(session, chance)
    digest = history.BEGINNING
    links = session.query(history.HistoryLink).order_by(history.HistoryLink.position).all()
    for link in links:
        entry = session.get(history.HistoryEntry, link.entry_id, populate_existing=True)
        digest = history.next_digest(digest, entry.as_bytes())
        session.execute(
            text("UPDATE history_links SET digest = :digest WHERE position = :position"),
            {"digest": digest, "position": link.position},
        )
        session.execute(
            text("UPDATE history_checkpoints SET digest = :digest WHERE position = :position"),
            {"digest": digest, "position": link.position},
        )


def _delete(session, chance):
    session.execute(
        text(
            "DELETE FROM history WHERE id = (SELECT entry_id FROM history_links"
            " WHERE position = :one)"
        ),
        {"one": chance.randint(1, 21)},
    )


def _swap(session, chance):
    one, other = chance.sample(range(1, 22), 2)
    session.execute(
        text(
            "UPDATE history_links SET entry_id = -entry_id WHERE position IN (:one, :other);"
        ).bindparams(one=one, other=other)
    )
    ids = {
        position: -entry_id
        for position, entry_id in session.execute(
            text("SELECT position, entry_id FROM history_links WHERE entry_id < 0")
        )
    }
    for here, there in ((one, other), (other, one)):
        session.execute(
            text("UPDATE history_links SET entry_id = :id WHERE position = :here"),
            {"id": ids[there], "here": here},
        )


def _cut(session, chance):
    start = chance.randint(2, 21)
    session.execute(
        text(
            "DELETE FROM history WHERE id IN (SELECT entry_id FROM history_links"
            " WHERE position >= :start)"
        ),
        {"start": start},
    )
    session.execute(text("DELETE FROM history_links WHERE position >= :start"), {"start": start})


TAMPERINGS = [_edit, _edit_and_restamp, _delete, _swap, _cut]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_tampering_shows(chained, tamper):
    """Below the application, with the triggers off, as somebody with the whole database would."""
    caught, chance = 0, random.Random(f"{SEED}{tamper.__name__}")  # noqa: S311 - a seed
    for _ in range(TRIALS):
        with chained.begin(SYSTEM) as work:
            savepoint = work.session.begin_nested()
            _as_superuser(work.session)
            tamper(work.session, chance)
            work.session.expire_all()
            witness = history.verification_key_of(SIGNER)
            caught += bool(list(history.verify_history_chain(work.session, witness=witness)))
            savepoint.rollback()
    said = f"history: {tamper.__name__.strip('_')}: {caught} of {TRIALS} caught, seed {SEED}"
    print(said)  # noqa: T201 - a claim goes with its trials and its seed
    assert caught == TRIALS


def _as_superuser(session: Session) -> None:
    session.execute(text("SET LOCAL session_replication_role = replica"))


EVIL = Secret(b"e" * 32)


def chained_anew(context, signer, now):
    """All of history without its first entry, chained by whoever got at the tables."""
    with context.begin(SYSTEM) as work:
        for table in ("history", "history_links", "history_checkpoints"):
            work.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        work.session.execute(text("DELETE FROM history WHERE id = (SELECT min(id) FROM history)"))
        work.session.execute(text("DELETE FROM history_links"))
        work.session.execute(text("DELETE FROM history_checkpoints"))
    with context.begin(SYSTEM) as work:
        history.extend_history_chain(work.session, at=now, signer=signer)


def names_a_key(context, now, **details):
    """An entry that says that another key signed before; our own key chains it like any other."""
    with context.begin(SYSTEM) as work:
        work.record_about(history.KEY_CHANGED, "history", "key", **details)
    with context.begin(SYSTEM) as work:
        history.extend_history_chain(work.session, at=now, signer=SIGNER)


@pytest.mark.parametrize("signer", [None, EVIL])
def test_who_writes_an_entry_names_no_key_of_history(chained, now, signer):
    chained_anew(chained, EVIL, now)
    former = history.verification_key_of(EVIL)
    vouched = history.sign_key_succession(signer, former).hex() if signer else ""

    names_a_key(chained, now, former=former.hex(), vouched=vouched)

    assert findings(chained)


@pytest.mark.parametrize("former", ["zz", "", None, 7, "00", "00" * 32, ["00"]])
def test_an_odd_entry_about_keys_keeps_nobody_from_checking(chained, now, former):
    names_a_key(chained, now, former=former, vouched=former)

    assert findings(chained) == []


def test_each_key_vouches_for_the_one_before(chained, now):
    second, third = Secret(b"2" * 32), Secret(b"3" * 32)
    for new, old in ((second, SIGNER), (third, second)):
        former = history.verification_key_of(old)
        with chained.begin(SYSTEM) as work:
            vouched = history.sign_key_succession(new, former).hex()
            details = {"former": former.hex(), "vouched": vouched}
            work.record_about(history.KEY_CHANGED, "history", "key", **details)
        with chained.begin(SYSTEM) as work:
            history.extend_history_chain(work.session, at=now, signer=new)

    with chained.begin(SYSTEM) as work:
        for key, is_well in ((third, True), (second, False), (SIGNER, False)):
            found = list(
                history.verify_history_chain(work.session, witness=history.verification_key_of(key))
            )
            assert (found == []) == is_well
