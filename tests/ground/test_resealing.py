"""One key of before becomes a key for each purpose: at every moment all of it can be read."""

import base64
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts.models import Person, Team, UnconfirmedEmailAddress
from helpdesk.accounts.operations import (
    confirm_email_address,
    propose_own_email_address,
    use_second_factor_code,
)
from helpdesk.accounts.queries import email_address_of, own_email_address
from helpdesk.cli.key_rotation import (
    KINDS,
    ResealCounts,
    _kept,
    reseal_everything,
    reseal_steps,
)
from helpdesk.core import history
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.database import Base, SealedColumn
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Key, KeyKind
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.core.service_keys import ServiceKeys, second_factor_key_of
from helpdesk.intake.models import EmailReminder, ReminderState, reminder_envelope_place
from helpdesk.key_files import PUBLIC_HALF, KeyFile
from helpdesk.key_files import SIGNING as SIGNING_KEYS
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner, UnconfirmedPartnerEmailAddress
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import a_case, a_person, a_team, work_as
from tests.intake.test_sending_twice import database_of_its_own

OLD = Secret(b"o" * 32)
# Three second factors, an address of ours and one of a partner, and one that waits with its code.
VALUES = 7
OF_THE_HOUSE = {
    "people",
    "partners",
    "email_reminders",
    "new_mailboxes",
    "new_partner_mailboxes",
}
# What a process of before had: one key for everything.
SIGNING = {one: SERVICE.secrets[one] for one in SIGNING_KEYS}
BEFORE = ServiceKeys(dict.fromkeys(SERVICE.secrets, OLD) | SIGNING, peppers=SERVICE.peppers)


@pytest.fixture
def house(postgres, settings):
    """A house of before on a database of its own, and the desk of the command, as its owner."""
    with database_of_its_own(postgres) as engine_for:
        staff, owner = (
            sessionmaker(engine_for(role), expire_on_commit=False)
            for role in ("helpdesk_app", "helpdesk_owner")
        )
        before = AppContext(settings, staff, FakeQueueNotifier(), FakeMailer(), BEFORE)
        command = AppContext(settings, owner, FakeQueueNotifier(), FakeMailer(), SERVICE)
        furnish(before)
        put_news_where_it_was(command)
        link(command, OLD)
        yield before, command


def furnish(context):
    with context.begin() as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue], email="lead@house.test")
        a_person(work, Role.RESPONDER, [queue])
    with work_as(context, lead) as work:
        partner = partners.register_partner(
            work,
            slug="example",
            name="Example",
            platform="example",
            mailbox="trust@example.test",
            is_new_platform=True,
        )
    with context.begin() as work:
        a_person(work, Role.PARTNER, [work.session.get(Partner, partner.id).team])
        partner = work.session.get(Partner, partner.id)
        # As it was before there were test letters.
        place = partner.envelope_place_of("mailbox")
        address = work.keys.service.seal(KeyFile.PARTNER_ADDRESSES, "trust@example.test", place)
        partner.mailbox, partner.mailbox_used_until = address, work.at + timedelta(days=30)
        work.enqueue("escalations.tell_partner", escalation_id="nobody", about="x")


def put_news_where_it_was(context):
    """In the queue of before. The staff's pages may not move a promise."""
    with context.begin() as work:
        told = update(OutboxJob).where(OutboxJob.job == "escalations.tell_partner")
        work.session.execute(told.values(queue="notices"))


def link(context, signer):
    with context.begin() as work:
        history.extend_history_chain(work.session, at=datetime.now(UTC), signer=signer)


def values(work):
    """Each sealed value with its place and whose key it is for."""
    for person in work.session.scalars(select(Person)):
        yield (
            person.totp_seed,
            person.envelope_place_of("totp_seed"),
            second_factor_key_of(person.role),
        )
        if person.email is not None:
            yield person.email, person.envelope_place_of("email"), KeyFile.DUTY_ADDRESSES
    for partner in work.session.scalars(select(Partner)):
        yield partner.mailbox, partner.envelope_place_of("mailbox"), KeyFile.PARTNER_ADDRESSES
    for kind in (UnconfirmedEmailAddress, UnconfirmedPartnerEmailAddress):
        for new in work.session.scalars(select(kind)):
            for field in ("address", "old", "code"):
                if getattr(new, field) is not None:
                    yield getattr(new, field), new.envelope_place_of(field), new.SEALED_TO


def opened(context, key_for):
    """What opens with the key that is given for a purpose, and what stays closed."""
    texts, closed = set(), 0
    with context.begin() as work:
        for envelope, place, purpose in values(work):
            try:
                texts.add(key_for(purpose).open_text(envelope, place))
            except CannotOpen:
                closed += 1
    return texts, closed


def with_older(_purpose):
    return OLD


def with_todays(purpose):
    return SERVICE.secrets[purpose]


def findings(context):
    with context.begin() as work:
        witness = SERVICE.publics[KeyFile.HISTORY]
        return [one.sentence for one in history.verify_history_chain(work.session, witness=witness)]


def test_the_older_key_opens_nothing_any_more_and_todays_open_all(house):
    before, command = house
    all_of_it, _ = opened(before, with_older)
    assert {"lead@house.test", "trust@example.test"} < all_of_it

    done = reseal_everything(command, OLD, operator_name="ada")

    assert opened(command, with_older) == (set(), VALUES)
    assert opened(command, with_todays) == (all_of_it, 0)
    assert (done.resealed, done.current, done.closed) == (VALUES, 0, 0)


def test_no_key_of_one_purpose_opens_what_is_sealed_for_another(house):
    _, command = house
    reseal_everything(command, OLD, operator_name="ada")

    with command.begin() as work:
        for envelope, place, purpose in values(work):
            for other in set(SERVICE.secrets) - {purpose}:
                with pytest.raises(CannotOpen):
                    SERVICE.secrets[other].open(envelope, place)


@pytest.mark.parametrize("stopped_after", range(8))
def test_stopped_after_any_step_all_is_readable_and_the_next_run_goes_on(house, stopped_after):
    before, command = house
    all_of_it, _ = opened(before, with_older)

    walk = reseal_steps(command, OLD, ResealCounts(), operator_name="ada")
    for _ in range(stopped_after):
        next(walk)
    walk.close()

    assert opened(command, with_older)[0] | opened(command, with_todays)[0] == all_of_it
    reseal_everything(command, OLD, operator_name="ada")
    assert opened(command, with_todays) == (all_of_it, 0)
    again = reseal_everything(command, OLD, operator_name="ada")
    assert (again.resealed, again.current) == (0, VALUES)
    assert findings(command) == []


def test_what_another_key_sealed_is_counted_and_left_alone(house):
    _, command = house

    done = reseal_everything(command, Secret(b"x" * 32), operator_name="ada")

    assert (done.resealed, done.current, done.closed) == (0, 0, VALUES)
    assert opened(command, with_older)[1] == 0


def test_people_see_their_own_address_which_pages_open_no_more(house):
    _, command = house
    reseal_everything(command, OLD, operator_name="ada")
    with command.begin() as work:
        lead = work.session.scalars(select(Person).where(Person.email.is_not(None))).one()
        assert lead.email_for_self is not None
        assert own_email_address(work, lead) == ""  # without the person's key


def test_where_a_reporter_asked_to_be_told_is_sealed_again(house):
    before, command = house
    with before.begin() as work:
        case = a_case(work, work.session.scalars(select(Team).where(Team.kind == "queue")).one())
    with command.begin() as work:
        place = reminder_envelope_place(case.id, "address")
        address = OLD.seal_text("zoe@post.test", place)
        row = EmailReminder(
            case_id=case.id,
            state=ReminderState.READY,
            address=address,
            ask_id="0" * 32,
            subject="list",
            sender="notes",
            language="en",
            names_site=False,
            asks=1,
            asked_since=work.at,
            tries=0,
        )
        work.session.add(row)

    reseal_everything(command, OLD, operator_name="ada")

    with command.begin() as work:
        kept = work.session.get_one(EmailReminder, case.id).address
    todays = SERVICE.secrets[KeyFile.REMINDER_ADDRESSES]
    assert todays.open_text(kept, place) == "zoe@post.test"
    with pytest.raises(CannotOpen):
        OLD.open_text(kept, place)


def test_an_address_that_waits_for_its_code_is_used_once_it_is_confirmed(house):
    before, command = house
    with before.begin() as work:
        lead = work.session.scalar(select(Person).where(Person.email.is_not(None)))
    with before.begin(lead.as_actor()) as work:
        propose_own_email_address(work, work.session.get(Person, lead.id), "new@house.test")
        new = work.session.get(UnconfirmedEmailAddress, lead.id)
        code = work.keys.service.open(new.SEALED_TO, new.code, new.envelope_place_of("code"))

    done = reseal_everything(command, OLD, operator_name="ada")

    assert (done.resealed, done.closed) == (VALUES + 3, 0)
    with replace(before, service=SERVICE).begin(lead.as_actor()) as work:
        assert confirm_email_address(work, work.session.get(Person, lead.id), code)
    with command.begin() as work:
        assert email_address_of(work, work.session.get(Person, lead.id)) == "new@house.test"


def test_each_field_that_a_key_of_the_house_opens_is_sealed_again():
    """Whatever else is sealed opens for a person, a team, a case or a browser."""
    fields = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedColumn)
    }
    rows = [kind(role=Role.RESPONDER) if kind is Person else kind() for kind, _ in KINDS]
    kept = {f"{row.__tablename__}.{one.field}" for row in rows for one in _kept(row)}

    assert kept < fields
    assert {one for one in fields - kept if one.partition(".")[0] in OF_THE_HOUSE} == {
        "new_mailboxes.address_for_self",
        "people.email_for_self",
        "people.under_passphrase",
        "people.under_recovery",
    }


def test_a_second_factor_that_still_needs_the_older_key_is_said_in_the_log(house, caplog):
    _, command = house
    with command.begin() as work:
        person = work.session.scalars(select(Person).where(Person.role == Role.RESPONDER)).one()

        assert not use_second_factor_code(work, person, "000000")

    assert "Did helpdesk keys reseal finish?" in caplog.text
    assert person.handle not in caplog.text


def test_what_partners_are_told_waits_with_who_has_their_addresses(house):
    _, command = house

    reseal_everything(command, OLD, operator_name="ada")

    with command.begin() as work:
        queues = set(work.session.scalars(select(OutboxJob.queue)))
    assert queues == {"deliveries"}


def test_history_goes_on_under_another_signature(house):
    _, command = house
    assert "A checkpoint does not have our signature." in findings(command)

    reseal_everything(command, OLD, operator_name="ada")
    assert findings(command) == []
    with command.begin() as work:
        changes = select(HistoryEntry).where(HistoryEntry.action == history.KEY_CHANGED)
        [change] = work.session.scalars(changes)
        assert (change.actor_id, change.details["former"]) == (
            "shell:ada",
            history.verification_key_of(OLD).hex(),
        )


def test_history_is_handed_over_where_the_ticker_signed_between_two_runs(house):
    """Somebody started it with the new key before the command was done."""
    _, command = house
    walk = reseal_steps(command, OLD, ResealCounts(), operator_name="ada")
    next(walk)
    walk.close()
    link(command, SERVICE.secrets[KeyFile.HISTORY])
    assert "A checkpoint does not have our signature." in findings(command)

    for _ in range(2):
        reseal_everything(command, OLD, operator_name="ada")
        assert findings(command) == []
    with command.begin() as work:
        changes = select(HistoryEntry).where(HistoryEntry.action == history.KEY_CHANGED)
        assert len(work.session.scalars(changes).all()) == 1


def test_a_key_that_signed_nothing_is_not_vouched_for(house):
    _, command = house
    reseal_everything(command, Secret(b"x" * 32), operator_name="ada")
    with command.begin() as work:
        changes = select(HistoryEntry).where(HistoryEntry.action == history.KEY_CHANGED)
        assert work.session.scalars(changes).all() == []


def test_what_the_older_key_signs_afterwards_is_found(house):
    _, command = house
    reseal_everything(command, OLD, operator_name="ada")
    with command.begin() as work:
        work.record_about("test.happened", "tests", "1")

    link(command, OLD)

    assert findings(command) == ["A checkpoint does not have our signature."]


def test_the_older_key_cannot_name_itself_the_former_one_of_a_history_it_wrote(house):
    """Whoever has it and the database can chain what they like; the end bears no right name."""
    before, command = house
    with before.begin() as work:
        former = history.verification_key_of(OLD).hex()
        work.record_about(history.KEY_CHANGED, "history", "key", former=former)
    link(command, OLD)

    assert "A checkpoint does not have our signature." in findings(command)


@pytest.fixture
def environment(house, place):
    _before, command = house
    for key, secret in SERVICE.secrets.items():
        (place / key.file_name).write_text(base64.b64encode(secret.raw).decode())
    older = place / "service.key"
    older.write_text(base64.b64encode(OLD.raw).decode())
    halves = {
        half: SERVICE.public_half(of) for of, half in PUBLIC_HALF.items() if of in SIGNING_KEYS
    }
    for key, public in halves.items():
        (place / key.file_name).write_text(base64.b64encode(public).decode())
    url = command.sessions.kw["bind"].url.render_as_string(hide_password=False)
    told = {key.value: str(place / key.file_name) for key in (*SERVICE.secrets, *halves)}
    told |= {"PATH": os.environ["PATH"], "DATABASE_URL": url, "PYTHONWARNINGS": "error"}
    return told, older


def command_for(older):
    words = ["keys", "reseal", "--as", "ada", "--from", str(older)]
    return [sys.executable, "-m", "helpdesk.cli", *words]


def test_the_command_killed_with_no_warning_leaves_all_readable(house, environment):
    """Killed as soon as the first, second, third … value is sealed again."""
    before, command = house
    told, older = environment
    all_of_it, _ = opened(before, with_older)
    root = Path(__file__).resolve().parents[2]

    for wanted in range(1, 5):
        process = subprocess.Popen(command_for(older), cwd=root, env=told, stdout=subprocess.PIPE)
        while process.poll() is None and len(opened(command, with_todays)[0]) < wanted:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert opened(command, with_older)[0] | opened(command, with_todays)[0] == all_of_it

    done = subprocess.run(
        command_for(older), cwd=root, env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no longer needed" in done.stdout
    assert opened(command, with_todays) == (all_of_it, 0)
    assert opened(command, with_older)[0] == set()


def test_the_key_in_use_is_no_older_one(environment):
    told, _older = environment
    done = subprocess.run(
        command_for(told["HISTORY_KEY_FILE"]),
        cwd=Path(__file__).resolve().parents[2],
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "holds the same key as HISTORY_KEY_FILE" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_copy_of_an_address_is_sealed_to_a_key_that_nobody_signed(house):
    """Somebody with the database has put a key of their own under a person's name."""
    before, command = house
    theirs = Secret.new()
    with before.begin() as work:
        lead = work.session.scalars(select(Person).where(Person.email.is_not(None))).one()
        planted = Key(kind=KeyKind.PERSON, owner_id=lead.id, epoch=9, public_half=theirs.public.raw)
        work.session.add(planted)
        work.session.flush()
        lead.key_id, lead.email_for_self = planted.id, None
        work.record("test.planted", lead)

    reseal_everything(command, OLD, operator_name="ops")

    with command.begin() as work:
        person = work.session.get(Person, lead.id)
        assert person.email_for_self is None
        assert email_address_of(work, person) == "lead@house.test"
