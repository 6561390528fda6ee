"""The judge: looks into the database and through the doors, and says what is not as promised."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bench.browser import Browser
from bench.faults.sent_forms import SentForm
from bench.house import House
from bench.people import Somebody
from helpdesk.cases.models import Case
from helpdesk.core import history
from helpdesk.core.codes import ReturnCode
from helpdesk.key_files import KeyFile

MAILBOXES = 20

# Each finds rows that are not whole: what must be there with every case, and nothing without one.
HALVES = {
    "a case has no copy of its key for its queue": """SELECT c.ref FROM cases c WHERE NOT EXISTS
        (SELECT FROM key_copies k JOIN keys t ON t.id = k.holder_id
         WHERE k.key_id = c.key_id AND t.owner_id = c.team_id)""",
    "a case was never judged": """SELECT ref FROM cases c WHERE NOT EXISTS
        (SELECT FROM evaluations e WHERE e.case_id = c.id)""",
    "a case has no clock": """SELECT ref FROM cases c WHERE NOT EXISTS
        (SELECT FROM clock_events e WHERE e.subject_id = c.id)""",
    "a case is not in history": """SELECT ref FROM cases c WHERE 1 <> (SELECT count(*) FROM history
        h WHERE h.case_id = c.id AND h.action = 'case.submitted')""",
    "a case has no promises": """SELECT ref FROM cases c WHERE NOT in_slow_lane AND NOT EXISTS
        (SELECT FROM outbox o WHERE o.arguments->>'case_id' = c.id)""",
    "a case has no consents": """SELECT ref FROM cases c WHERE NOT EXISTS
        (SELECT FROM consents o WHERE o.case_id = c.id)""",
    "a key belongs to no case": """SELECT id FROM keys k WHERE kind = 'case' AND NOT EXISTS
        (SELECT FROM cases c WHERE c.key_id = k.id)""",
    "a clock belongs to nothing": """SELECT subject_id FROM clock_events e WHERE
        NOT EXISTS (SELECT FROM cases c WHERE c.id = e.subject_id) AND
        NOT EXISTS (SELECT FROM escalations r WHERE r.id = e.subject_id)""",
    "history speaks of a case that is not there": """SELECT DISTINCT case_id FROM history h WHERE
        case_id IS NOT NULL AND NOT EXISTS (SELECT FROM cases c WHERE c.id = h.case_id)""",
    "a promise speaks of a case that is not there": """SELECT arguments->>'case_id' FROM outbox o
        WHERE arguments ? 'case_id' AND NOT EXISTS
        (SELECT FROM cases c WHERE c.id = o.arguments->>'case_id')""",
}


def reports(house: House, reader: Somebody, sent: Sequence[SentForm]) -> list[str]:
    """Whether every acknowledged report is there, whole, once, and found by its code."""
    stories, by_tag = _read_all(house, reader), _stories_by_tag(house)
    # What others made before, each with the same words, is no repeat of a form that was sent here.
    told = Counter(stories.values())
    words_sent = dict.fromkeys(one.words for one in sent)
    faults = [f"“{words}” is {told[words]} cases." for words in words_sent if told[words] > 1]
    for one in sent:
        if len(set(one.codes)) > 1:
            faults.append(f"“{one.words}” was given {len(set(one.codes))} different codes.")
        for code in set(one.codes):
            case_id = by_tag.get(code.tag(house.context.settings.intake_keys[0]))
            if case_id is None:
                faults.append(f"“{one.words}” was acknowledged, and its code finds no case.")
            elif stories.get(case_id) != one.words:
                faults.append(f"“{one.words}” was acknowledged, and its case tells something else.")
    acknowledged = [code for one in sent for code in one.codes[:1]]
    return [*faults, *halves(house), *_mailboxes(house, acknowledged), *chain(house)]


def claims(
    house: House, claimed: Mapping[str, Sequence[str]], *, wanted: Iterable[str]
) -> list[str]:
    """Whether each case has the one owner to whom it was acknowledged, and history says so once.

    `claimed` names, by the case's reference, the people who were told that it is theirs.
    """
    faults = []
    with psycopg.connect(house.database()) as connection:
        owners = dict(_pairs(connection, "SELECT ref, owner_id FROM cases"))
        written = defaultdict(list)
        for ref, actor in _pairs(
            connection,
            "SELECT c.ref, h.actor_id FROM history h JOIN cases c ON c.id = h.case_id "
            "WHERE h.action = 'case.claimed'",
        ):
            written[ref].append(actor.removeprefix("person:"))
    for ref in wanted:
        told, owner = claimed.get(ref, ()), owners.get(ref)
        if len(told) > 1:
            faults.append(f"Case {ref} was given to {len(told)} people.")
        if owner is None:
            faults.append(f"Case {ref} has no owner.")
        elif told and list(told) != [owner]:
            faults.append(f"Case {ref} belongs to somebody else than who was told so.")
        if written[ref] != [owner]:
            faults.append(f"History tells of {len(written[ref])} claims of case {ref}.")
    return [*faults, *chain(house)]


def deliveries(
    house: House, arrived: Mapping[str, Sequence[str]], *, wanted: Iterable[str]
) -> list[str]:
    """Whether each request came at least once, always under its id, with a row for each repeat.

    `arrived` has, by the request's reference, the Message-ID of every mail that came.
    """
    faults = []
    with psycopg.connect(house.database()) as connection:
        rows = connection.execute(
            "SELECT e.ref, d.id, d.state, count(a.id), coalesce(max(a.number), 0) "
            "FROM escalations e JOIN deliveries d ON d.escalation_id = e.id "
            "LEFT JOIN delivery_attempts a ON a.delivery_id = d.id GROUP BY e.ref, d.id"
        ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    for ref in wanted:
        if ref not in found:
            faults.append(f"Request {ref} was approved and has no delivery.")
            continue
        delivery_id, state, attempts, highest = found[ref]
        mails = arrived.get(ref, ())
        if not mails:
            faults.append(f"Request {ref} never came to the partner.")
        if len(set(mails)) > 1:
            faults.append(f"Request {ref} came under {len(set(mails))} different ids.")
        if any(delivery_id not in one for one in mails):
            faults.append(f"Request {ref} came under an id that is not its delivery's.")
        if len(mails) > attempts:
            faults.append(
                f"Request {ref} came {len(mails)} times, and {attempts} are written down."
            )
        if attempts != highest:
            faults.append(f"The attempts of request {ref} are not numbered one by one.")
        if state != "accepted":
            faults.append(f"The delivery of request {ref} stands as {state}.")
    return [*faults, *chain(house)]


def unsettled(house: House) -> int:
    """How many deliveries are still on their way."""
    with psycopg.connect(house.database()) as connection:
        row = connection.execute(
            "SELECT count(*) FROM deliveries WHERE state NOT IN "
            "('accepted', 'receipted', 'rejected', 'dead_letter', 'cancelled')"
        ).fetchone()
    return row[0] if row else 0


def halves(house: House) -> list[str]:
    """Rows that stand without what belongs to them."""
    faults = []
    with psycopg.connect(house.database()) as connection:
        for sentence, query in HALVES.items():
            found = connection.execute(query).fetchall()
            faults += [f"Half a case: {sentence} ({row[0]})." for row in found]
    return faults


def chain(house: House) -> list[str]:
    """Whether history is as it was written."""
    context = house.overseer
    signer = context.service.secrets[KeyFile.HISTORY]
    linked = 1
    while linked:
        with suppress(IntegrityError), context.begin() as work:  # the house's ticker was quicker
            linked = history.extend_history_chain(work.session, at=datetime.now(UTC), signer=signer)
    with context.begin() as work:
        findings = list(
            history.verify_history_chain(work.session, witness=history.verification_key_of(signer))
        )
    return [f"History: {one.sentence}" for one in findings]


def _read_all(house: House, reader: Somebody) -> dict[str, str]:
    """Every story by the id of its case, opened by somebody of the queue."""
    with house.context.begin(reader.actor, secrets=reader.secrets) as work:
        cases = work.session.scalars(select(Case)).all()
        return {case.id: work.keys.open(case, "story") for case in cases}


def _stories_by_tag(house: House) -> dict[bytes, str]:
    with psycopg.connect(house.database()) as connection:
        found = connection.execute("SELECT reporter_tag, id FROM cases").fetchall()
        return {bytes(tag): str(case_id) for tag, case_id in found}


def _mailboxes(house: House, codes: Sequence[ReturnCode]) -> Iterator[str]:
    """Some codes through the door itself: the first ones and the last ones."""
    half = MAILBOXES // 2
    for code in dict.fromkeys([*codes[:half], *codes[-half:]]):
        with Browser(house.port("public")) as browser:
            answer = browser.send_form("/mailbox", code=code.letters)
            if answer.status != 303 or browser.get(answer.location).status != 200:
                yield f"A return code was answered with {answer.status} at the mailbox."


def _pairs(connection: psycopg.Connection, query: str) -> Sequence[tuple[str, str]]:
    return connection.execute(query).fetchall()
