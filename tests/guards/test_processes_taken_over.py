"""What the threat model says of the partner desk, the workers and the ticker, tried by each role.

What other files try (`test_role_attacks.py`, `test_what_each_process_may_say.py`) is not here.
"""

# ruff: noqa: F401, F811, S608 - fixtures of other files; every word of every statement is ours

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.conftest import plain as address
from tests.guards.test_role_attacks import PARTNER, TICKER, WORKER, as_role, furnished
from tests.guards.test_what_each_process_may_say import ASKED_ABOUT, told

BESIDE_THE_STAFF = (PARTNER, WORKER, TICKER)

FOR_EVER = {
    "a lease until 2999": "until = '2999-01-01'",
    "a lease of two minutes": "until = now() + interval '2 minutes'",
    "the last number there is": "fence = 2147483647",
    "a number that is left out": "fence = fence + 2",
    "a number from before": "fence = fence - 1",
}


@pytest.mark.parametrize("attack", FOR_EVER.values(), ids=FOR_EVER)
def test_no_ticker_keeps_others_from_taking_over(as_role, attack):
    connection = as_role(TICKER)
    with connection.transaction(force_rollback=True):
        taken = "UPDATE ticker_lease SET until = now() + interval '20 seconds', fence = fence + 1"
        assert connection.execute(taken).rowcount == 1

    with pytest.raises(InsufficientPrivilege):
        connection.execute(f"UPDATE ticker_lease SET {attack}")


HELD = (
    "UPDATE sending SET house = 'ours', database = 'elsewhere', ticks = 7, awake_since = now(), "
    "held_since = {since}, held_because = {because}"
)
RELEASED = {
    "it is not held": "held_since = NULL, held_because = NULL",
    "it is held since later": "held_since = now() + interval '1 day'",
    "it lies where it should": "database = this_database()",
    "it lies nowhere": "database = ''",
    "it is another house": "house = 'mine'",
    "it is none": "house = ''",
    "it was released later": "awake_since = now() + interval '1 day'",
    "it was never released": "awake_since = NULL",
    "it has come very far": "ticks = 9223372036854775807",
    "it comes from before": "ticks = 6",
}


@pytest.fixture
def a_house(furnished):
    with psycopg.connect(address(furnished.url("postgres", "strict"))) as database:
        yield database
        database.rollback()


@pytest.mark.parametrize("attack", RELEASED.values(), ids=RELEASED)
def test_a_house_that_is_held_is_released_by_no_ticker(a_house, attack):
    a_house.execute(HELD.format(since="now()", because="'moved'"))
    a_house.execute(f"SET LOCAL ROLE {TICKER}")

    with pytest.raises(InsufficientPrivilege):
        a_house.execute(f"UPDATE sending SET {attack}")


def test_a_ticker_counts_its_ticks_and_holds_a_house(a_house):
    a_house.execute(HELD.format(since="NULL", because="NULL"))
    a_house.execute(f"SET LOCAL ROLE {TICKER}")

    a_house.execute("UPDATE sending SET ticks = ticks + 1, ticked_at = now()")
    a_house.execute("UPDATE sending SET held_since = now(), held_because = 'moved'")


# Sentence by sentence what none of the three writes, where another role may.
NOT_THEIRS = {
    "a consent": "INSERT INTO consents (id, case_id, kind, given_at, given_by) "
    "VALUES ('x', 'c', 'help', now(), 'reporter:c')",
    "the end of a consent": "UPDATE consents SET withdrawn_at = now()",
    "a word to a reporter": "INSERT INTO messages (id, case_id, is_from_reporter, author, sent_at, "
    "body) VALUES ('m', 'c', false, 'person:r', now(), 'x')",
    "a note": "INSERT INTO notes (id, case_id) VALUES ('n', 'c')",
    "a signature": "INSERT INTO key_signatures VALUES ('kq', 'mine', 'mine')",
    "who is on duty": "UPDATE memberships SET team_id = team_id",
    "a level": "UPDATE cases SET level = 3",
    "the queue of a case": "UPDATE cases SET team_id = 'p'",
    "what a case is sealed to": "UPDATE cases SET key_id = 'kp'",
    "who approved": "UPDATE escalations SET approved_by = 'person:r'",
    "what is sent": "UPDATE escalations SET packet = 'mine'",
    "what was checked of it": "UPDATE deliveries SET packet_hash = 'mine'",
    "a message": "SELECT body FROM messages",
    "what was said by another way": "SELECT * FROM conversations",
    "a mailbox that is open": "SELECT * FROM visits",
    "a request that is open by a link": "SELECT * FROM partner_link_visits",
    "what a link and its code open": "SELECT unlocks FROM partner_links",
    "a link that has ended": "UPDATE partner_links SET ended_at = NULL",
    "a case that is closed for good": "DELETE FROM cases",
    "history that is gone": "DELETE FROM history",
}


@pytest.mark.parametrize("attack", NOT_THEIRS.values(), ids=NOT_THEIRS)
@pytest.mark.parametrize("role", BESIDE_THE_STAFF)
def test_no_process_beside_the_pages_decides_tells_or_reads(as_role, role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)
