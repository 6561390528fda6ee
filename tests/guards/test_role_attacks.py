"""Each process's role, taken over: what it may not do is tried with that role's own connection."""

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from helpdesk.adapters.embedded.postgres import ROLES
from helpdesk.core import address_emails

PARTNER, WORKER, TICKER = "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker"
BESIDE_THE_STAFF = (PARTNER, WORKER, TICKER)
ENTRY = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) "
    "VALUES ({at}, '{actor}', 'case.claimed', 'cases', 'x', '{{}}')"
)

# A queue with a key, a person in it, a case; a partner with one person.
HOUSE = """
INSERT INTO teams VALUES ('q', 'queue', 'Queue', 'queue', true), ('p', 'p', 'P', 'partner', false);
INSERT INTO keys VALUES ('kq', 'team', 'q', 1, 'key'), ('kr', 'person', 'r', 1, 'key'),
    ('kp', 'person', 'pp', 1, 'key'), ('kc', 'case', 'c', 1, 'key');
INSERT INTO people (id, handle, name, role, invited_at, totp_last_step, failures, key_id) VALUES
    ('r', 'r', 'Responder', 'responder', now(), 0, 0, 'kr'),
    ('pp', 'pp', 'Partner', 'partner', now(), 0, 0, 'kp');
INSERT INTO memberships VALUES ('r', 'q', now()), ('pp', 'p', now());
INSERT INTO key_copies VALUES ('kq', 'kr', 'sealed'), ('kc', 'kq', 'sealed');
INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at,
    in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token)
    VALUES ('c', 'ABC-123', 'q', 'open', 1, 'R1', 'x', 'en', now(), false, false,
    'kc', 'key', sha256('what a return code gives'), 'key', 'form');
INSERT INTO sign_ins (id, person_id, surface, unlocked, is_complete, begun_at, seen_at)
    VALUES ('s', 'r', 'staff', 'sealed', true, now(), now());
UPDATE teams SET takes_reports = true WHERE id = 'q';
"""


# A report as the public pages bring it.
REPORT = """INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language,
    opened_at, in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half,
    form_token, region, platform)
    VALUES (%(id)s, 'NEW-123', 'q', 'new', 3, 'R1', 'x', 'en', date_trunc('hour', now()), false,
    false, %(id)s, 'key', %(tag)s, 'key', %(token)s, %(region)s, 'platform')"""


@pytest.fixture(scope="module")
def furnished(postgres):
    with psycopg.connect(plain(postgres, "postgres"), autocommit=True) as database:
        if database.execute("SELECT FROM teams WHERE id = 'q'").fetchone() is None:
            database.execute(HOUSE)
    return postgres


def plain(postgres, role):
    return postgres.url(role, "strict").replace("+psycopg", "")


@pytest.fixture
def as_role(furnished):
    opened = []

    def connect(role):
        opened.append(psycopg.connect(plain(furnished, role)))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


KEYS = [
    "INSERT INTO keys VALUES ('mine', 'team', 'q', 2, 'mine')",
    "INSERT INTO keys VALUES ('mine', 'person', 'r', 2, 'mine')",
    "INSERT INTO keys VALUES ('mine', 'team', 'p', 2, 'mine')",
    "INSERT INTO keys VALUES ('mine', 'case', 'c', 2, 'mine')",
    "INSERT INTO key_copies VALUES ('kq', 'kp', 'mine')",
    "INSERT INTO key_copies VALUES ('kc', 'kp', 'mine')",
    "UPDATE keys SET public_half = 'mine'",
    "DELETE FROM key_copies",
]


@pytest.mark.parametrize("attack", KEYS)
@pytest.mark.parametrize("role", BESIDE_THE_STAFF)
def test_no_process_beside_the_staffs_pages_plants_a_key(as_role, role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)


@pytest.mark.parametrize("role", [WORKER, TICKER])
@pytest.mark.parametrize("table", ["keys", "key_copies", "people", "memberships", "teams"])
def test_workers_and_ticker_change_nothing_about_people_and_keys(as_role, role, table):
    for attack in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}"):  # noqa: S608 - ours
        with pytest.raises(InsufficientPrivilege):
            as_role(role).execute(attack)


@pytest.mark.parametrize("role", BESIDE_THE_STAFF)
@pytest.mark.parametrize(
    "attack",
    [
        "SELECT body FROM messages",
        "SELECT body FROM notes",
        "SELECT * FROM visits",
        "INSERT INTO messages (id) VALUES ('x')",
        "UPDATE cases SET owner_id = NULL",
        "UPDATE cases SET public_half = 'mine'",
        "UPDATE escalations SET packet_for_partner = 'mine'",
        "UPDATE partners SET mailbox = 'mine'",
        "INSERT INTO consents (id) VALUES ('x')",
        "DELETE FROM closures",
        "DELETE FROM sign_ins",
        "DELETE FROM news",
        "LOCK TABLE closures",
        "LOCK TABLE history IN SHARE MODE",
        "INSERT INTO history OVERRIDING SYSTEM VALUE SELECT 9223372036854775807, now(), 'system', "
        "'x', 'x', 'x', NULL, '{}'",
        ENTRY.format(at="now()", actor="person:r"),
        ENTRY.format(at="now() - interval '1 day'", actor="system"),
        ENTRY.format(at="'infinity'", actor="system"),
    ],
)
def test_what_is_no_work_of_theirs_is_refused(as_role, role, attack):
    with pytest.raises((InsufficientPrivilege, CheckViolation)):
        as_role(role).execute(attack)


@pytest.mark.parametrize(
    ("question", "seen"),
    [
        ("SELECT id FROM people", [("pp",)]),
        ("SELECT person_id FROM memberships", [("pp",)]),
        ("SELECT id FROM cases", []),
        ("SELECT key_id FROM key_copies", []),
        ("SELECT id FROM sign_ins", []),
    ],
)
def test_the_partner_desk_sees_partners_people_and_what_was_sent_to_them(as_role, question, seen):
    assert as_role(PARTNER).execute(question).fetchall() == seen


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE people SET failures = 9 WHERE id = 'r'",
        "UPDATE cases SET state = 'closed'",
    ],
)
def test_the_partner_desk_changes_nothing_of_the_staffs(as_role, attack):
    assert as_role(PARTNER).execute(attack).rowcount == 0


def test_the_partner_desk_promises_nothing_that_was_due_before_all_else(as_role):
    outbox_job = (
        "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
        "VALUES ('x', 'triage.tell_owner', 'notices', '{}', 'waiting', %s, 0, 0)"
    )

    with pytest.raises((InsufficientPrivilege, CheckViolation)):
        as_role(PARTNER).execute(outbox_job, ["-infinity"])
    with pytest.raises(InsufficientPrivilege):
        as_role(PARTNER).execute(outbox_job, ["2000-01-01"])


@pytest.mark.parametrize("role", [one for one in ROLES if one != "helpdesk_owner"])
@pytest.mark.parametrize("moment", ["infinity", "-infinity"])
def test_no_role_writes_a_moment_that_is_never(as_role, role, moment):
    with pytest.raises((InsufficientPrivilege, CheckViolation)):
        as_role(role).execute(
            "INSERT INTO clock_events VALUES ('x', 'c', 'first_reply', 'stopped', %s)", [moment]
        )


@pytest.mark.parametrize("role", [one for one in ROLES if one != "helpdesk_owner"])
def test_no_role_chooses_the_number_of_an_entry(as_role, role):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(
            "INSERT INTO history (id, at, actor_id, action, subject_type, subject_id, details) "
            "OVERRIDING SYSTEM VALUE VALUES (9223372036854775807, now(), 'system', 'x', 'x', 'x', "
            "'{}')"
        )


SIGNATURE = "INSERT INTO key_signatures VALUES ('{key}', 'mine', 'mine')"


@pytest.mark.parametrize(
    ("role", "attack"),
    [
        *[
            (role, SIGNATURE.format(key=key))
            for role in ("helpdesk_intake", *BESIDE_THE_STAFF)
            for key in ("kq", "kr", "kc")
        ],
        *[
            (role, attack)
            for role in ROLES
            if role != "helpdesk_owner"
            for attack in (
                "UPDATE keys SET public_half = 'mine'",
                "UPDATE keys SET epoch = 2",
                "DELETE FROM keys",
                "UPDATE key_signatures SET half = 'mine'",
                "DELETE FROM key_signatures",
                "UPDATE cases SET public_half = 'mine'",
                "UPDATE cases SET reporter_public_half = 'mine'",
                "UPDATE cases SET key_id = 'kq'",
            )
        ],
    ],
)
def test_no_role_moves_what_is_sealed_to_or_who_signed_it(as_role, role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(attack)


INTAKE = "helpdesk_intake"
MESSAGE = (
    "INSERT INTO messages (id, case_id, is_from_reporter, author, sent_at, body, for_reporter) "
    "VALUES ('m', 'c', {mine}, '{author}', {at}, 'x', {copy})"
)
PROMISE = (
    "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
    "VALUES ('x', '{job}', 'notices', '{{}}', '{state}', {due}, 0, 0)"
)
FORGED = {
    "a false copy of a case's key for a person": "INSERT INTO key_copies VALUES ('kc', 'kr', 'x')",
    "a copy of a queue's key": "INSERT INTO key_copies VALUES ('kq', 'kp', 'x')",
    "a queue's newer key": "INSERT INTO keys VALUES ('x', 'team', 'q', 2, 'x')",
    "another key of a case": "INSERT INTO keys VALUES ('x', 'case', 'c', 2, 'x')",
    "a message as a responder": MESSAGE.format(
        mine="false", author="person:r", at="now()", copy="'x'"
    ),
    "a reporter's message in a responder's name": MESSAGE.format(
        mine="true", author="person:r", at="now()", copy="NULL"
    ),
    "a message that was never": MESSAGE.format(
        mine="true", author="reporter:c", at="'infinity'", copy="NULL"
    ),
    "a message of last year": MESSAGE.format(
        mine="true", author="reporter:c", at="now() - interval '1 year'", copy="NULL"
    ),
    "an entry in a coordinator's name": ENTRY.format(at="now()", actor="person:r"),
    "an entry of ours": ENTRY.format(at="now()", actor="system"),
    "an entry dated back": ENTRY.format(at="now() - interval '1 day'", actor="nobody"),
    "a promise before all others": PROMISE.format(
        job="triage.alarm", state="waiting", due="'-infinity'"
    ),
    "a promise of long ago": PROMISE.format(
        job="triage.alarm", state="waiting", due="'2000-01-01'"
    ),
    "a promise that was kept": PROMISE.format(job="triage.alarm", state="kept", due="now()"),
    "a promise of a delivery": PROMISE.format(
        job="escalations.deliver", state="waiting", due="now()"
    ),
    "a consent that a responder was told": "INSERT INTO consents (id, case_id, kind, given_at, "
    "given_by) VALUES ('x', 'c', 'help', now(), 'person:r')",
    "a closure in a responder's name": "INSERT INTO closures (case_id, outcome, at, by) "
    "VALUES ('c', 'withdrawn', now(), 'person:r')",
    "a closure that says it is solved": "INSERT INTO closures (case_id, outcome, at, by) "
    "VALUES ('c', 'resolved', now(), 'reporter:c')",
    "a clock that is never": "INSERT INTO clock_events VALUES ('x', 'c', 'first_reply', "
    "'started', 'infinity', 60)",
    "a judgement of a case that is there": "INSERT INTO evaluations (id, case_id, at, by, level, "
    "rule, table_version, inputs) VALUES ('x', 'c', now(), 'nobody', 3, 'R9', '1', 'x')",
}


@pytest.mark.parametrize("attack", FORGED.values(), ids=FORGED)
def test_the_public_pages_forge_nothing(as_role, attack):
    with pytest.raises((InsufficientPrivilege, CheckViolation)):
        as_role(INTAKE).execute(attack)


@pytest.mark.parametrize("region", ["zzz", "011"])
def test_the_public_pages_bring_no_region_with_a_report(as_role, region):
    """Whom a request goes to is proposed by it: one of us writes it down."""
    public = as_role("helpdesk_intake")
    told = {"id": "new", "tag": b"t" * 32, "token": b"t" * 16, "region": region}
    public.execute("INSERT INTO keys VALUES ('new', 'case', 'new', 1, 'key')")

    with pytest.raises(InsufficientPrivilege):
        public.execute(REPORT, told)


def test_the_public_pages_bring_a_report_that_says_no_region(as_role):
    public = as_role("helpdesk_intake")
    told = {"id": "new", "tag": b"t" * 32, "token": b"t" * 16, "region": None}
    public.execute("INSERT INTO keys VALUES ('new', 'case', 'new', 1, 'key')")

    assert public.execute(REPORT, told).rowcount == 1


def test_a_case_waits_for_no_day_that_is_never(as_role):
    with pytest.raises(CheckViolation):
        as_role("helpdesk_app").execute("UPDATE cases SET waits_until = 'infinity'")


# A case that the public pages bring in the very statement that follows.
BRINGING = (
    "WITH brought AS ("
    "INSERT INTO cases (id, ref, team_id, state, level, rule, incident_type, language, opened_at, "
    "in_slow_lane, is_drill, key_id, public_half, reporter_tag, reporter_public_half, form_token) "
    "VALUES ('new', 'NEW-0001', 'q', 'new', 0, 'R1', 'x', 'en', now(), false, false, 'kc', 'key', "
    "'new', 'key', 'new')) "
)
SUBMITTED = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details) "
    "VALUES (now(), 'nobody', 'case.submitted', 'cases', 'new', 'new', '{}')"
)


def test_nobody_keeps_reports_out_by_a_lock(as_role):
    holds, writes = as_role(INTAKE), as_role(INTAKE)
    with pytest.raises(InsufficientPrivilege), holds.transaction():
        holds.execute("SELECT pg_advisory_lock(7243001)")
    for table in ("history", "outbox", "cases", "keys", "messages", "closures", "consents"):
        with pytest.raises(InsufficientPrivilege), holds.transaction():
            holds.execute(f"LOCK TABLE {table} IN SHARE MODE")

    writes.execute("SET LOCAL lock_timeout = '2s'")
    writes.execute(BRINGING + SUBMITTED)


OWN_MESSAGE = MESSAGE.format(mine="true", author="reporter:c", at="now()", copy="NULL")
IN_A_REPORTERS_NAME = {
    "a message": OWN_MESSAGE,
    "a consent": "INSERT INTO consents (id, case_id, kind, given_at, given_by) "
    "VALUES ('x', 'c', 'help', now(), 'reporter:c')",
    "a closure": "INSERT INTO closures (case_id, outcome, at, by) "
    "VALUES ('c', 'withdrawn', now(), 'reporter:c')",
    "a clock": "INSERT INTO clock_events VALUES ('x', 'c', 'first_reply', 'stopped', now(), NULL)",
    "an entry": ENTRY.replace("details)", "details, case_id)")
    .replace("'{{}}')", "'{{}}', 'c')")
    .format(at="now()", actor="reporter:c"),
    "a visit": "INSERT INTO visits VALUES ('x', 'c', 'x', now(), now())",
}
TOKEN, PROOF = "the token of a browser", b"what a return code gives"
OPEN = "SELECT open_visit(%s, %s, 'sealed', now())"


@pytest.mark.parametrize("attack", IN_A_REPORTERS_NAME.values(), ids=IN_A_REPORTERS_NAME)
def test_nothing_is_written_for_a_reporter_who_is_not_here(as_role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(INTAKE).execute(attack)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE cases SET state = 'closed'",
        "UPDATE consents SET withdrawn_at = now()",
        "UPDATE escalations SET state = 'withdrawn'",
    ],
)
def test_no_case_is_closed_and_no_consent_ended_for_a_reporter_who_is_not_here(as_role, attack):
    assert as_role(INTAKE).execute(attack).rowcount == 0


@pytest.mark.parametrize("told", ["", "c", "tag", "\\x746167"])
def test_what_stands_in_the_tables_opens_no_mailbox(as_role, told):
    connection = as_role(INTAKE)
    [tag] = connection.execute("SELECT reporter_tag FROM cases WHERE id = 'c'").fetchone()

    for proof in (tag, told.encode()):
        assert connection.execute(OPEN, [proof, TOKEN]).fetchone() == (None,)
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute(OWN_MESSAGE)


def test_with_the_code_a_reporter_writes_in_their_case_alone(as_role, furnished):
    connection = as_role(INTAKE)

    assert connection.execute(OPEN, [PROOF, TOKEN]).fetchone() == ("c",)

    connection.execute(OWN_MESSAGE)
    assert connection.execute("UPDATE cases SET reply_due_at = now()").rowcount == 1
    with pytest.raises(InsufficientPrivilege):
        connection.execute(OWN_MESSAGE.replace("'m', 'c'", "'n', 'd'").replace(":c", ":d"))


WAITING_ADDRESS = """
INSERT INTO partners (id, slug, name, platform, team_id, allowed_fields, answer_within,
    decide_within, is_drill, mailbox)
    VALUES ('pa', 'pa', 'Partner', 'pa', 'p', '[]', '{}', '{}', false, 'in use');
INSERT INTO new_partner_mailboxes (partner_id, address, code, code_tag, tries, asked_at)
    VALUES ('pa', 'given by a coordinator', 'code', 'tag', 0, now());
UPDATE new_partner_mailboxes SET tries = 4 WHERE partner_id = 'pa';
"""
ENTRY_OF_PARTNER = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) "
    "VALUES (now(), '{actor}', '{action}', 'partners', 'pa', '{{}}')"
)
TOLD_AGAIN = (
    "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
    "VALUES ('x', '{job}', 'deliveries', '{arguments}', 'waiting', now(), 0, 0)"
)
NO_WORK_OF_THE_PARTNER_DESK = {
    "an address of its own": "UPDATE partners SET mailbox = 'mine'",
    "an address that counts as confirmed": "UPDATE partners SET mailbox_confirmed_at = now()",
    "an address that is used for ever": "UPDATE partners SET mailbox_used_until = '2999-01-01'",
    "another address that waits": "UPDATE new_partner_mailboxes SET address = 'mine'",
    "a code of its own": "UPDATE new_partner_mailboxes SET code_tag = 'mine'",
    "a letter that was sent": "UPDATE new_partner_mailboxes SET sent_at = now()",
    "an address for who has none": "INSERT INTO new_partner_mailboxes (partner_id, tries, "
    "asked_at) VALUES ('pa', 0, now())",
    "no address at all": "DELETE FROM new_partner_mailboxes",
    "an address that a coordinator gave": ENTRY_OF_PARTNER.format(
        actor="person:pp", action="partner.mailbox_given"
    ),
    "a code that a coordinator typed": ENTRY_OF_PARTNER.format(
        actor="person:r", action="partner.mailbox_confirmed"
    ),
    "that a partner was told": ENTRY_OF_PARTNER.format(
        actor="system", action="partner.mailbox_letter_sent"
    ),
    "a test letter": TOLD_AGAIN.format(
        job="partners.send_mailbox_code", arguments='{"partner_id": "pa", "at": 1}'
    ),
    "news for a partner that there is not": TOLD_AGAIN.format(
        job="escalations.tell_what_waited", arguments='{"partner_id": "none", "at": 1}'
    ),
}


@pytest.fixture
def waiting_address(furnished):
    with psycopg.connect(plain(furnished, "postgres"), autocommit=True) as database:
        database.execute(WAITING_ADDRESS)
        yield
        database.execute("DELETE FROM new_partner_mailboxes; DELETE FROM partners")


@pytest.mark.parametrize(
    "attack", NO_WORK_OF_THE_PARTNER_DESK.values(), ids=NO_WORK_OF_THE_PARTNER_DESK
)
def test_the_partner_desk_writes_no_address_of_a_partner(as_role, waiting_address, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(PARTNER).execute(attack)


def test_the_partner_desk_puts_in_use_what_waits_and_says_so(as_role, waiting_address):
    connection = as_role(PARTNER)

    connection.execute("SELECT use_partner_mailbox('pa', now())")
    connection.execute("SELECT use_partner_mailbox('pa', now())")

    found = "SELECT mailbox FROM partners WHERE mailbox_confirmed_at IS NOT NULL"
    assert connection.execute(found).fetchall() == [(b"given by a coordinator",)]
    connection.execute(
        ENTRY_OF_PARTNER.format(actor="person:pp", action="partner.mailbox_confirmed")
    )
    connection.execute(
        TOLD_AGAIN.format(
            job="escalations.tell_what_waited", arguments='{"partner_id": "pa", "at": 1}'
        )
    )
    connection.rollback()


@pytest.mark.parametrize("role", ["helpdesk_intake", WORKER, TICKER])
def test_no_other_process_confirms_a_partners_address(as_role, waiting_address, role):
    for attack in (
        "SELECT use_partner_mailbox('pa', now())",
        "UPDATE new_partner_mailboxes SET address = 'mine'",
        "UPDATE partners SET mailbox_confirmed_at = now()",
    ):
        with pytest.raises(InsufficientPrivilege), as_role(role) as connection:
            connection.execute(attack)


BY_THE_STAFFS_PAGES = {
    "yesterday": ENTRY.format(at="now() - interval '1 day'", actor="person:r"),
    "half an hour ago": ENTRY.format(at="now() - interval '30 minutes'", actor="system"),
    "tomorrow": ENTRY.format(at="now() + interval '1 day'", actor="person:r"),
    "ten minutes from now": ENTRY.format(at="now() + interval '10 minutes'", actor="shell:x"),
    "never": ENTRY.format(at="'infinity'", actor="person:r"),
    "a person who is not there": ENTRY.format(at="now()", actor="person:invented"),
    "nobody we know": ENTRY.format(at="now()", actor="someone"),
    "the reporter of another case": ENTRY.format(at="now()", actor="reporter:other"),
}


@pytest.mark.parametrize("what", BY_THE_STAFFS_PAGES)
def test_the_staffs_pages_write_history_of_now_alone_and_in_no_invented_name(as_role, what):
    with pytest.raises((InsufficientPrivilege, CheckViolation)):
        as_role("helpdesk_app").execute(BY_THE_STAFFS_PAGES[what])


ENTRY_OF_EMAILS = (
    "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details) "
    "VALUES (now(), 'system', '{action}', 'people', 'p', '{{}}')"
)


@pytest.mark.parametrize("role", ["helpdesk_app", "helpdesk_intake", PARTNER])
@pytest.mark.parametrize("action", [address_emails.EMAIL_BEGUN, address_emails.EMAIL_REFUSED])
def test_no_pages_write_what_is_counted_of_emails_about_an_address(as_role, role, action):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(ENTRY_OF_EMAILS.format(action=action))


@pytest.mark.parametrize("action", [address_emails.EMAIL_BEGUN, address_emails.EMAIL_REFUSED])
def test_the_worker_counts_emails_about_an_address(as_role, action):
    as_role(WORKER).execute(ENTRY_OF_EMAILS.format(action=action))


@pytest.mark.parametrize("actor", ["person:r", "system", "shell:root"])
def test_what_is_done_now_by_who_is_there_is_history(as_role, actor):
    as_role("helpdesk_app").execute(ENTRY.format(at="now()", actor=actor))
