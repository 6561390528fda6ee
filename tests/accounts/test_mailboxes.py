"""Duty relies on an address once the code of its test letter was typed; until then on the old."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from helpdesk.accounts import jobs, operations, queries
from helpdesk.accounts.models import Person, TeamKind, UnconfirmedEmailAddress
from helpdesk.accounts.on_call import email_addresses_by_tier
from helpdesk.core import unconfirmed_addresses
from helpdesk.core.actors import Role, operator
from helpdesk.core.address_emails import EMAILS_A_DAY, TRIES_A_DAY
from helpdesk.core.database_clock import DatabaseClock
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.unconfirmed_addresses import CODE_HOLDS, CODE_TRIES
from tests.factories import PASSPHRASE, a_person, a_team, enrolled, sign_in, work_as

NEW, OLD = "new@house.test", "old@house.test"


@pytest.fixture
def team(context, now):
    with context.begin(at=now) as work:
        return a_team(work)


@pytest.fixture
def anna(context, team, now):
    """She leads, and has an address that she confirmed."""
    with context.begin(at=now) as work:
        return a_person(work, Role.COORDINATOR, [team], name="Anna", email=OLD)


@pytest.fixture
def ben(context, team, anna, now):
    """He has given no address."""
    with context.begin(at=now) as work:
        return a_person(work, Role.RESPONDER, [team], name="Ben")


def gives(context, somebody, address, at):
    with work_as(context, somebody, at) as work:
        operations.propose_own_email_address(work, queries.current_person(work), address)


def confirms(context, somebody, code, at):
    with work_as(context, somebody, at) as work:
        return operations.confirm_email_address(work, queries.current_person(work), code)


def mailbox(context, somebody, at):
    with context.begin(at=at) as work:
        return queries.email_address_of(work, work.session.get(Person, somebody.person.id))


def codes_sent(context, at, to=NEW):
    run_due_jobs(context, "notices", at=at)
    letters = [
        one
        for one in context.mailer.sent
        if one.to == to and "code for alert emails" in one.subject
    ]
    return [re.search(r"\d{6}", one.body)[0] for one in letters]


@pytest.mark.parametrize("typed", ["{0}", " {1} {2}", "\u202a{0}\u202c", "{1}-{2}", "code: {0}"])
def test_an_address_is_used_when_the_code_of_its_letter_was_typed(context, ben, team, now, typed):
    gives(context, ben, NEW, now)
    assert mailbox(context, ben, now) == ""
    [code] = codes_sent(context, now)

    assert confirms(context, ben, typed.format(code, code[:3], code[3:]), now)

    assert mailbox(context, ben, now) == NEW
    with context.begin(at=now) as work:
        called = [
            one for circle in email_addresses_by_tier(work, team.id) for one in circle.values()
        ]
    assert called == [OLD, NEW]


def test_the_old_address_is_told_and_stays_in_use_until_the_new_one_is_confirmed(
    context, anna, now
):
    gives(context, anna, NEW, now)
    [code] = codes_sent(context, now)

    [told] = [one for one in context.mailer.sent if one.to == OLD]
    assert "address for alert emails" in told.body
    assert NEW not in told.body
    assert mailbox(context, anna, now) == OLD
    assert confirms(context, anna, code, now)
    assert mailbox(context, anna, now) == NEW
    with context.begin() as work:
        assert work.session.get(UnconfirmedEmailAddress, anna.person.id).old is None


def test_an_address_that_is_taken_back_is_told(context, anna, now):
    gives(context, anna, "", now)
    run_due_jobs(context, "notices", at=now)

    assert [one.to for one in context.mailer.sent] == [OLD]
    assert mailbox(context, anna, now) == ""


def test_after_some_wrong_codes_the_right_one_is_none(context, ben, now):
    gives(context, ben, NEW, now)
    [code] = codes_sent(context, now)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert not any(confirms(context, ben, wrong, now) for _ in range(CODE_TRIES))

    assert not confirms(context, ben, code, now)
    with work_as(context, ben, now) as work:
        operations.resend_email_address_code(work, queries.current_person(work))
    assert confirms(context, ben, codes_sent(context, now)[-1], now)


def test_a_code_ends_a_day_after_its_letter_and_never_before_it_left(context, ben, now):
    context.mailer.trouble.append(TemporaryMailError())
    gives(context, ben, NEW, now)
    assert codes_sent(context, now) == []
    [code] = codes_sent(context, now + timedelta(days=3))
    with context.begin() as work:
        left = work.session.get(UnconfirmedEmailAddress, ben.person.id).sent_at

    assert not confirms(context, ben, code, left + CODE_HOLDS)
    assert confirms(context, ben, code, left + CODE_HOLDS - timedelta(seconds=1))


def test_a_new_code_ends_the_one_before_and_a_used_one_is_used(context, ben, now):
    gives(context, ben, NEW, now)
    [first] = codes_sent(context, now)
    later = now + timedelta(minutes=1)
    with work_as(context, ben, later) as work:
        operations.resend_email_address_code(work, queries.current_person(work))
    second = codes_sent(context, later)[-1]

    assert first == second or not confirms(context, ben, first, later)
    assert confirms(context, ben, second, later)
    with pytest.raises(Conflict, match="already be confirmed"):
        confirms(context, ben, second, later)


def test_a_letter_that_was_sent_is_not_sent_again_and_its_code_is_kept_as_a_hash(context, ben, now):
    gives(context, ben, NEW, now)
    [code] = codes_sent(context, now)

    jobs.send_email_address_code(context, person_id=ben.person.id, at=int(now.timestamp()))

    assert len(codes_sent(context, now)) == 1
    with context.begin() as work:
        new = work.session.get(UnconfirmedEmailAddress, ben.person.id)
        assert new.code is None
        assert code.encode() not in new.code_tag
        entries = work.session.scalars(select(HistoryEntry.details))
        assert not [one for one in entries if code in str(one) or "@" in str(one)]


def test_whoever_was_invited_with_an_address_gets_the_letter_when_they_have_enrolled(
    context, anna, team, now
):
    with work_as(context, anna, now) as work:
        person, _code = operations.invite_person(
            work, handle="cleo", name="Cleo", role=Role.RESPONDER, teams=[team], email=NEW
        )
    assert codes_sent(context, now) == []
    with context.begin(at=now) as work:
        cleo = enrolled(work, work.session.get(Person, person.id))

    [code] = codes_sent(context, now)

    assert mailbox(context, cleo, now) == ""
    assert confirms(context, cleo, code, now)
    assert mailbox(context, cleo, now) == NEW


def test_an_address_from_before_is_used_until_its_day(context, anna, now):
    day = now + timedelta(days=30)
    with context.sessions.begin() as session:
        session.execute(update(Person).values(email_confirmed_at=None, email_used_until=day))

    assert mailbox(context, anna, day - timedelta(seconds=1)) == OLD
    assert mailbox(context, anna, day) == ""

    with work_as(context, anna, now) as work:
        operations.resend_email_address_code(work, queries.current_person(work))
    assert confirms(context, anna, codes_sent(context, now, to=OLD)[0], now)
    assert mailbox(context, anna, day) == OLD


def test_nobody_confirms_for_somebody_else(context, anna, ben, now):
    gives(context, ben, NEW, now)
    [code] = codes_sent(context, now)

    with work_as(context, anna, now) as work:
        person = work.session.get(Person, ben.person.id)
        with pytest.raises(NotAllowed):
            operations.confirm_email_address(work, person, code)
        with pytest.raises(NotAllowed):
            operations.resend_email_address_code(work, person)


def test_the_board_says_whose_duty_mail_is_not_confirmed(context, staff, anna, ben):
    with work_as(context, ben) as work:
        operations.propose_own_email_address(work, queries.current_person(work), NEW)

    board = sign_in(staff, anna).get("/duty").text
    assert re.search(r"Ben.*confirmed their email address for alerts yet", board)
    assert "confirmed your email address for alerts yet" in sign_in(staff, ben).get("/duty").text


def test_a_queue_in_which_no_address_is_confirmed_is_red(context, staff, anna):
    with context.sessions.begin() as session:
        session.execute(update(Person).values(email_confirmed_at=None))

    board = sign_in(staff, anna).get("/duty").text

    assert "can be alerted to waiting cases" in board
    assert "has confirmed an email address" in board


def test_wrong_codes_are_counted_though_the_page_says_no(context, staff, ben):
    with work_as(context, ben) as work:
        operations.propose_own_email_address(work, queries.current_person(work), NEW)
    staff.application.config["WTF_CSRF_ENABLED"] = False
    browser = sign_in(staff, ben)
    assert "t sent the code to" in browser.get("/account/mailbox").text
    run_due_jobs(context, "notices")
    page = browser.get("/account/mailbox").text
    assert "We sent an email with six digits to" in page

    for _ in range(CODE_TRIES):
        answer = browser.post("/account/mailbox/confirmation", data={"code": "000000"})
        assert answer.status_code == 303

    with context.begin() as work:
        assert work.session.get(UnconfirmedEmailAddress, ben.person.id).tries == CODE_TRIES
    ended = browser.get("/account/mailbox").text
    assert "The code no longer works" in ended
    assert "Confirm this address" not in ended
    assert browser.post("/account/mailbox/confirmation", data={"code": "12"}).status_code == 422
    assert browser.post("/account/mailbox/code").status_code == 303
    assert "Confirm this address" in browser.get("/account/mailbox").text


def test_a_changed_address_asks_for_the_passphrase(staff, ben):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    browser = sign_in(staff, ben)
    right = {"email": NEW, "current": PASSPHRASE}

    assert browser.post("/account/mailbox", data={**right, "current": "x"}).status_code == 422
    assert browser.post("/account/mailbox", data=right).location == "/account/mailbox"


def test_at_the_partner_desk_nothing_speaks_of_duty(context, partner_desk, now):
    with context.begin() as work:
        theirs = a_person(work, Role.PARTNER, [a_team(work, kind=TeamKind.PARTNER)])
    sign_in(partner_desk, theirs)
    partner_desk.application.config["WTF_CSRF_ENABLED"] = False

    assert "/account/mailbox" in partner_desk.get("/account").text
    before = partner_desk.get("/account/mailbox").text
    given = {"email": NEW, "current": PASSPHRASE}
    answer = partner_desk.post("/account/mailbox", data=given, follow_redirects=True)
    pages = [before, answer.text, partner_desk.get("/account").text]
    assert not [one for one in pages if "duty" in one.lower()]
    assert "Emails about your account" in before

    run_due_jobs(context, "notices", at=datetime.now(UTC) + timedelta(minutes=1))
    [letter] = [one for one in context.mailer.sent if one.to == NEW]
    assert "duty" not in (letter.subject + letter.body).lower()


def starts_over(context, somebody, at):
    with context.begin(operator("shell"), at=at) as work:
        operations.require_new_enrolment(work, work.session.get(Person, somebody.person.id))
    with context.begin(at=at) as work:
        return enrolled(work, work.session.get(Person, somebody.person.id))


def test_an_address_that_waits_is_forgotten_when_its_person_starts_over(context, anna, ben, now):
    """Whoever had the account may have typed it."""
    gives(context, anna, NEW, now)

    again = starts_over(context, anna, now)

    with work_as(context, again, now) as work:
        new = work.session.get(UnconfirmedEmailAddress, anna.person.id)
        assert (new.address, new.code) == (None, None)


def test_the_address_in_use_is_to_be_confirmed_once_more_by_who_starts_over(
    context, anna, ben, now
):
    starts_over(context, anna, now)

    def is_used(at):
        with context.begin(at=at) as work:
            return work.session.get(Person, anna.person.id).gets_alert_emails(at)

    with work_as(context, ben, now) as work:
        unconfirmed = [one.id for one in queries.people_with_unconfirmed_email_address(work)]
    assert anna.person.id in unconfirmed
    assert is_used(now), "most have lost a phone"
    assert not is_used(now + timedelta(days=3, seconds=1))


def test_who_starts_over_twice_is_not_called_at_that_address_for_longer(context, anna, ben, now):
    again = starts_over(context, anna, now)
    later = now + timedelta(days=4)
    starts_over(context, again, later)

    with context.begin(at=later) as work:
        assert not work.session.get(Person, anna.person.id).gets_alert_emails(later)


def promises_by_itself(context, somebody, at, code):
    """A process of pages that was taken over seals what it likes to the worker."""
    gives(context, somebody, NEW, at)
    with work_as(context, somebody, at) as work:
        new = work.session.get(UnconfirmedEmailAddress, somebody.person.id)
        new.code = work.keys.service.seal(new.SEALED_TO, code, new.envelope_place_of("code"))
        work.record("test", work.session.get(Person, somebody.person.id))


@pytest.mark.parametrize(
    "code",
    ["of no use. Go to https://elsewhere.example", "123456 or call us", "123456\n", "", "١٢٣٤٥٦"],
)
def test_a_letter_holds_six_digits_and_no_words_that_pages_chose(context, ben, now, code):
    promises_by_itself(context, ben, now, code)

    run_due_jobs(context, "notices", at=now)

    assert [one for one in context.mailer.sent if one.to == NEW] == []


def test_so_many_letters_about_one_address_leave_in_a_day_and_no_more(context, ben, now):
    for number in range(EMAILS_A_DAY + 5):
        at = now + timedelta(minutes=number)
        gives(context, ben, f"new-{number}@house.test", at)
        run_due_jobs(context, "notices", at=at)

    codes = [one for one in context.mailer.sent if "code for alert emails" in one.subject]
    assert len(codes) == EMAILS_A_DAY


def test_what_an_address_before_is_told_is_bounded_as_well(context, ben, now):
    """A process of pages that was taken over names any address as the one before."""
    for number in range(EMAILS_A_DAY + 5):
        at = now + timedelta(minutes=number)
        with work_as(context, ben, at) as work:
            operations.propose_own_email_address(work, queries.current_person(work), NEW)
            new = work.session.get(UnconfirmedEmailAddress, ben.person.id)
            place = new.envelope_place_of("old")
            new.old = work.keys.service.seal(new.SEALED_TO, f"any-{number}@house.test", place)
            work.enqueue("accounts.tell_old_mailbox", person_id=ben.person.id, at=number)
        run_due_jobs(context, "notices", at=at)

    assert len(context.mailer.sent) == EMAILS_A_DAY


def test_an_email_that_cannot_be_noted_afterwards_was_counted(context, ben, now, monkeypatch):
    """Whoever holds the row of the address keeps the worker from writing there."""

    def held(*_arguments):
        raise OperationalError("UPDATE", {}, LockNotAvailable())

    monkeypatch.setattr(unconfirmed_addresses, "record_code_sent", held)
    gives(context, ben, NEW, now)
    for hours in range(EMAILS_A_DAY + 5):
        run_due_jobs(context, "notices", at=now + timedelta(hours=hours))
        with work_as(context, ben, now) as work:
            new = work.session.get(UnconfirmedEmailAddress, ben.person.id)
            at = int(new.asked_at.timestamp())
            work.enqueue("accounts.send_mailbox_code", person_id=ben.person.id, at=at)

    assert len(context.mailer.sent) == EMAILS_A_DAY


@pytest.fixture
def clock(context, monkeypatch):
    """What time it is also for jobs; moved on by `at`."""

    class Clock:
        def at(self, moment):
            monkeypatch.setattr(DatabaseClock, "now", lambda _clock: moment)

    return Clock()


def asks_again(context, somebody, at):
    with work_as(context, somebody, at) as work:
        operations.resend_email_address_code(work, queries.current_person(work))


def asks_during_an_outage(context, somebody, clock, at, times):
    """A code each two hours, each with all its tries."""
    gives(context, somebody, NEW, at)
    for number in range(times):
        asked = at + timedelta(hours=2 * (number + 1))
        asks_again(context, somebody, asked)
        for minutes in (0, 1, 11, 71):
            clock.at(asked + timedelta(minutes=minutes))
            run_due_jobs(context, "notices", at=asked + timedelta(minutes=minutes))


@pytest.mark.parametrize("refusal", [TemporaryMailError, PermanentMailError])
def test_what_a_mail_server_refused_is_not_counted_as_sent(context, ben, now, clock, refusal):
    times = 1 + EMAILS_A_DAY // 4
    context.mailer.trouble += [refusal() for _ in range(4 * times)]
    asks_during_an_outage(context, ben, clock, now, times)
    assert context.mailer.trouble == []
    assert context.mailer.sent == []

    later = now + timedelta(hours=2 * (times + 1))
    asks_again(context, ben, later)
    clock.at(later)

    [code] = codes_sent(context, later)
    assert confirms(context, ben, code, later)


def test_an_email_that_may_have_arrived_is_counted(context, ben, now):
    for number in range(EMAILS_A_DAY + 5):
        context.mailer.trouble.append(UncertainMailError())
        at = now + timedelta(minutes=number)
        gives(context, ben, NEW, at)
        run_due_jobs(context, "notices", at=at)

    assert len(context.mailer.trouble) == 5


def test_a_server_that_refuses_is_not_asked_without_end(context, ben, now):
    """A process of pages that was taken over chooses addresses that it refuses."""
    for number in range(TRIES_A_DAY + 5):
        context.mailer.trouble.append(PermanentMailError())
        at = now + timedelta(hours=2 * number)
        gives(context, ben, NEW, at)
        run_due_jobs(context, "notices", at=at)

    assert len(context.mailer.trouble) == 5


def test_past_the_bound_the_code_waits_leaves_by_itself_and_the_page_says_when(
    context, staff, ben, now, clock
):
    clock.at(now)
    browser = sign_in(staff, ben)
    for number in range(EMAILS_A_DAY):
        gives(context, ben, f"new-{number}@house.test", now)
        run_due_jobs(context, "notices", at=now)
    assert len(context.mailer.sent) == EMAILS_A_DAY

    gives(context, ben, NEW, now + timedelta(minutes=1))
    assert codes_sent(context, now + timedelta(minutes=1)) == []

    page = browser.get("/account/mailbox").text
    assert re.search(r"the next one has to wait.*on .*3 Nov 2026, 09:30 UTC", page)
    tomorrow = now + timedelta(days=1)
    assert codes_sent(context, tomorrow - timedelta(seconds=1)) == []
    clock.at(tomorrow)
    [code] = codes_sent(context, tomorrow)
    assert confirms(context, ben, code, tomorrow)


def test_past_the_bound_the_address_before_is_told_later(context, anna, now, clock):
    clock.at(now)
    for number in range(EMAILS_A_DAY // 2 + 1):
        at = now + timedelta(minutes=number)
        clock.at(at)
        gives(context, anna, f"new-{number}@house.test", at)
        run_due_jobs(context, "notices", at=at)
    with context.begin() as work:
        assert work.session.get(UnconfirmedEmailAddress, anna.person.id).old is not None
    told = len([one for one in context.mailer.sent if one.to == OLD])

    clock.at(now + timedelta(days=1))
    run_due_jobs(context, "notices", at=now + timedelta(days=1))

    assert len([one for one in context.mailer.sent if one.to == OLD]) == told + 1
    with context.begin() as work:
        assert work.session.get(UnconfirmedEmailAddress, anna.person.id).old is None
