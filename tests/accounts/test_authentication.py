"""The way in: passphrase, second factor, sessions, recovery; and that nothing else opens."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import authentication, operations, queries
from helpdesk.accounts.models import Person, SignInSession
from helpdesk.accounts.operations import (
    passphrase_and_recovery_key,
    sessions,
    signed_in_person,
    signing_in,
)
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.keys import KeyKind, new_key
from helpdesk.core.sealing import Secret
from helpdesk.settings import Surface
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import PASSPHRASE, a_case, a_person, a_team, sign_in, work_as
from tests.intake.test_sending_twice import database_of_its_own

STAFF, PARTNER = Surface.STAFF, Surface.PARTNER


@pytest.fixture
def responder(context):
    with context.begin() as work:
        return a_person(work, teams=[a_team(work)])


def both_halves(context, somebody, passphrase=PASSPHRASE, surface=STAFF, code=None):
    token = authentication.try_passphrase(
        context, handle=somebody.person.handle, passphrase=passphrase, surface=surface
    )
    code = code or somebody.code(datetime.now(UTC))
    came_in = token and authentication.try_second_factor(
        context, token=token, code=code, surface=surface
    )
    return came_in and came_in.token


def test_passphrase_and_code_open_a_session_that_opens_the_key(context, responder):
    token = both_halves(context, responder)

    with context.begin() as work:
        row = sessions.find_session(work.session, token, surface=STAFF, at=work.at)
        assert row.is_complete
        assert sessions.secret_of_session(row, token) == responder.secret


def test_a_code_used_while_our_clock_was_ahead_keeps_nobody_out(context, responder):
    ahead = int(datetime.now(UTC).timestamp()) // 30 + 1_000_000
    with context.begin() as work:
        work.session.get(Person, responder.person.id).totp_last_step = ahead
        work.record("person.changed_by_test", responder.person)

    code = responder.code(datetime.now(UTC))
    assert both_halves(context, responder, code=code) is not None
    assert both_halves(context, responder, code=code) is None, "it is used now"


@pytest.mark.parametrize(
    "passphrase", ["", "wrong words only these seven here", PASSPHRASE.upper(), PASSPHRASE[:-1]]
)
def test_no_other_passphrase_opens(context, responder, passphrase):
    assert both_halves(context, responder, passphrase) is None


def test_the_same_words_open_however_they_are_spaced(context, responder):
    assert both_halves(context, responder, "  " + PASSPHRASE.replace(" ", " \n ")) is not None


def test_a_code_works_once(context, responder):
    code = responder.code(datetime.now(UTC))

    assert both_halves(context, responder, code=code) is not None
    assert both_halves(context, responder, code=code) is None


def test_a_code_from_before_the_last_used_one_is_refused(context, responder):
    now = datetime.now(UTC)
    assert both_halves(context, responder, code=responder.code(now)) is not None

    assert both_halves(context, responder, code=responder.code(now - timedelta(seconds=30))) is None


def test_half_a_session_opens_no_page(context, responder, staff):
    token = authentication.try_passphrase(
        context, handle=responder.person.handle, passphrase=PASSPHRASE, surface=STAFF
    )
    staff.set_cookie(staff.application.config["DOOR_COOKIE_NAME"], token)

    answer = staff.get("/account")

    assert answer.status_code == 303
    assert answer.location == "/sign-in?to=/account"


def without_token(page):
    """A form's token changes with the second; nothing else may differ."""
    return re.sub(r'name="csrf_token"[^>]*', "", page)


def test_a_wrong_name_answers_like_a_wrong_passphrase(context, responder, staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    known = staff.post("/sign-in", data={"handle": responder.person.handle, "passphrase": "x" * 30})
    unknown = staff.post("/sign-in", data={"handle": "nobody-here", "passphrase": "x" * 30})

    assert known.status_code == unknown.status_code == 422
    told_apart = known.text.replace(responder.person.handle, "nobody-here")
    assert without_token(told_apart) == without_token(unknown.text)


def test_partners_come_in_by_their_own_door_only(context, responder):
    with context.begin() as work:
        partner = a_person(work, Role.PARTNER)

    assert both_halves(context, partner, surface=STAFF) is None
    assert both_halves(context, partner, surface=PARTNER) is not None
    assert both_halves(context, responder, surface=PARTNER) is None


def test_a_staff_cookie_is_nothing_at_the_partners_door(context, responder, staff, partner_desk):
    sign_in(staff, responder)
    name = staff.application.config["DOOR_COOKIE_NAME"]
    token = staff.get_cookie(name).value
    partner_desk.set_cookie(partner_desk.application.config["DOOR_COOKIE_NAME"], token)

    assert staff.get("/account").status_code == 200
    assert partner_desk.get("/account").location == "/sign-in?to=/account"


def test_wrong_passphrases_write_nothing_that_could_keep_the_person_out(context, responder):
    for _ in range(signing_in.FREE_TRIES + 4):
        both_halves(context, responder, "not these words, whatever they are")

    with context.begin() as work:
        person = work.session.get(Person, responder.person.id)
        assert (person.failures, person.closed_until) == (0, None)
    assert both_halves(context, responder) is not None


def test_after_the_free_tries_of_codes_the_next_must_wait_but_not_in_a_known_browser(
    context, responder
):
    for _ in range(signing_in.FREE_TRIES + 1):
        both_halves(context, responder, code="000000")

    assert both_halves(context, responder) is None
    token = authentication.try_passphrase(
        context, handle=responder.person.handle, passphrase=PASSPHRASE, surface=STAFF, is_known=True
    )
    right = responder.code(datetime.now(UTC))
    assert authentication.try_second_factor(
        context, token=token, code=right, surface=STAFF, is_known=lambda _handle: True
    )


def test_codes_in_known_browsers_are_counted_for_the_person_until_they_come_in(context, responder):
    token = authentication.try_passphrase(
        context, handle=responder.person.handle, passphrase=PASSPHRASE, surface=STAFF, is_known=True
    )

    def in_known_browser(code):
        return authentication.try_second_factor(
            context, token=token, code=code, surface=STAFF, is_known=lambda _handle: True
        )

    # A process that has just begun, each time: none of them remembers another try.
    for _ in range(signing_in.TRIES_IN_KNOWN_BROWSERS + signing_in.FREE_TRIES + 1):
        assert in_known_browser("000000") is None

    assert in_known_browser(responder.code(datetime.now(UTC))) is None, "the right one waits, too"
    with context.begin() as work:  # a quarter of a minute later
        person = work.session.get(Person, responder.person.id)
        assert person.failures_in_known_browsers == signing_in.TRIES_IN_KNOWN_BROWSERS
        person.closed_until -= signing_in.FIRST_WAIT
        work.record("person.slowed", person)
    assert in_known_browser(responder.code(datetime.now(UTC)))
    with context.begin() as work:
        person = work.session.get(Person, responder.person.id)
        assert (person.failures, person.failures_in_known_browsers) == (0, 0)


def test_the_wait_doubles_and_has_an_end(context, responder):
    waits = []
    with context.begin() as work:
        person = work.session.get(Person, responder.person.id)
        for _ in range(signing_in.FREE_TRIES + 12):
            signing_in.count_sign_in_attempt(work, person)
            work.session.refresh(person)
            waits.append(person.closed_until - work.at if person.closed_until else None)

    assert waits[: signing_in.FREE_TRIES] == [None] * signing_in.FREE_TRIES
    assert waits[signing_in.FREE_TRIES] == signing_in.FIRST_WAIT
    assert waits[signing_in.FREE_TRIES + 1] == 2 * signing_in.FIRST_WAIT
    assert waits[-1] == signing_in.LONGEST_WAIT


def test_a_wait_that_began_while_the_clock_was_ahead_is_none(context, responder):
    with context.begin() as work:
        person = work.session.get(Person, responder.person.id)
        person.closed_until = work.at + signing_in.LONGEST_WAIT
        assert not signing_in.may_try_second_factor(work, person)
        person.closed_until = work.at + signing_in.LONGEST_WAIT + timedelta(days=1)
        assert signing_in.may_try_second_factor(work, person)
        work.record("person.slowed", person)


def test_coming_in_forgets_the_failures(context, responder):
    both_halves(context, responder, "not these words")
    both_halves(context, responder)

    with context.begin() as work:
        assert work.session.get(Person, responder.person.id).failures == 0


@pytest.mark.parametrize(
    ("idle", "age", "stands"),
    [
        (29, 29, True),
        (31, 31, False),
        (1, 11 * 60 + 59, True),
        (1, 12 * 60 + 1, False),
        # Of a moment in which the clock was a day ahead.
        (-24 * 60, 1, False),
        (1, -24 * 60, False),
    ],
)
def test_a_session_ends_by_time(context, responder, idle, age, stands):
    token = both_halves(context, responder)

    with context.begin() as work:
        work.session.execute(
            update(SignInSession).values(
                seen_at=work.at - timedelta(minutes=idle), begun_at=work.at - timedelta(minutes=age)
            )
        )
        found = sessions.find_session(work.session, token, surface=STAFF, at=work.at)
        here = signed_in_person.load_signed_in_person(
            work.session, token, surface=STAFF, at=work.at
        )
        assert (found is not None) is (here is not None) is stands


def test_a_session_of_a_day_ahead_is_swept(context, responder):
    both_halves(context, responder)

    with context.begin() as work:
        work.session.execute(update(SignInSession).values(seen_at=work.at + timedelta(days=1)))
        sessions.delete_expired_sessions(work)
        assert work.session.scalars(select(SignInSession)).all() == []


def test_who_is_here_is_whoever_enrolled_with_the_key_that_only_the_cookie_opens(
    context, responder
):
    token = both_halves(context, responder)

    with context.begin() as work:
        here = signed_in_person.load_signed_in_person(
            work.session, token, surface=STAFF, at=work.at
        )
        assert here.as_actor() == responder.person.as_actor()
        assert (here.key_id, here.secret) == (responder.person.key_id, responder.secret)
        assert here.name == responder.person.name


def test_who_is_halfway_disabled_or_at_another_door_is_nobody(context, responder):
    half = authentication.try_passphrase(
        context, handle=responder.person.handle, passphrase=PASSPHRASE, surface=STAFF
    )
    token = both_halves(context, responder)

    with context.begin() as work:
        ask = partial(signed_in_person.load_signed_in_person, work.session, at=work.at)
        assert ask(half, surface=STAFF) is None
        assert ask(token, surface=PARTNER) is None
        work.session.execute(update(Person).values(disabled_at=work.at))
        assert ask(token, surface=STAFF) is None


def test_a_session_row_without_its_cookie_opens_nothing(context, responder):
    both_halves(context, responder)

    with context.begin() as work:
        row = work.session.scalar(select(SignInSession).where(SignInSession.is_complete))
        assert responder.secret.raw not in row.unlocked.raw
        for token in (row.id, row.id[:43], "", responder.person.id):
            assert sessions.secret_of_session(row, token) is None
            assert sessions.find_session(work.session, token, surface=STAFF, at=work.at) is None
            assert (
                signed_in_person.load_signed_in_person(
                    work.session, token, surface=STAFF, at=work.at
                )
                is None
            )


def test_signing_out_everywhere_works_at_once(context, responder, staff):
    first = sign_in(staff, responder)
    second = sign_in(staff.application.test_client(), responder)
    assert first.get("/account").status_code == second.get("/account").status_code == 200

    with work_as(context, responder) as work:
        operations.sign_out_everywhere(work, queries.current_person(work))

    assert (
        first.get("/account").location == second.get("/account").location == "/sign-in?to=/account"
    )


def test_closing_the_door_to_somebody_ends_their_sessions_at_once(context, responder, staff):
    sign_in(staff, responder)
    with context.begin() as work:
        operator = a_person(work, Role.OPERATOR)

    with work_as(context, operator) as work:
        operations.disable_person(work, queries.person_by_id(work, responder.person.id))

    assert staff.get("/account").location == "/sign-in?to=/account"
    assert both_halves(context, responder) is None


def test_the_recovery_key_with_the_second_factor_gives_the_old_key_back(context, responder):
    with context.begin() as work:
        case = a_case(work, responder.person.memberships[0].team)
    both_halves(context, responder)
    words = "seven other words that nobody knows yet"

    code = responder.code(in_seconds(30))
    new_key = recover(context, responder, passphrase=words, code=code)

    assert new_key != responder.recovery_key
    with context.begin() as work:
        assert work.session.scalars(select(SignInSession)).all() == []
    assert both_halves(context, responder) is None
    token = both_halves(context, responder, words, code=code)
    assert token is None, "the code was used for recovering"
    half = authentication.try_passphrase(
        context, handle=responder.person.handle, passphrase=words, surface=STAFF
    )
    with context.begin() as work:
        row = sessions.find_session(work.session, half, surface=STAFF, at=work.at)
        secrets = {responder.person.key_id: Secret(sessions.secret_of_session(row, half).raw)}
    with context.begin(responder.actor, secrets=secrets) as work:
        assert work.keys.open(case, "story") == "They took my account."


def test_recovery_needs_the_second_factor_and_the_newest_recovery_key(context, responder):
    words = "seven other words that nobody knows yet"

    assert recover(context, responder, passphrase=words, code="000000") is None
    assert recover(context, responder, passphrase=words, key="0" * 26) is None
    assert recover(context, responder, passphrase=words) is not None
    assert recover(context, responder, passphrase=words, at=30) is None, "the old paper is void"


def test_wrong_codes_beside_the_recovery_key_are_counted_as_beside_a_passphrase(context, responder):
    words = "another passphrase entirely"
    for number in range(2 * signing_in.FREE_TRIES + 1):
        assert recover(context, responder, passphrase=words, code=f"{number:06}") is None

    assert recover(context, responder, passphrase=words) is None, "the right one waits, too"
    with context.begin() as work:  # a quarter of a minute later
        person = work.session.get(Person, responder.person.id)
        person.closed_until -= signing_in.FIRST_WAIT
        work.record("person.slowed", person)
    assert recover(context, responder, passphrase=words) is not None
    with context.begin() as work:
        assert work.session.get(Person, responder.person.id).failures == 0


def test_who_guesses_beside_the_passphrase_keeps_nobody_from_recovering(context, responder):
    for _ in range(signing_in.FREE_TRIES + 1):
        both_halves(context, responder, code="000000")
    with context.begin() as work:
        assert not signing_in.may_try_second_factor(
            work, work.session.get(Person, responder.person.id)
        )

    assert recover(context, responder, passphrase="another passphrase entirely") is not None


def recover(context, somebody, *, passphrase, key=None, code=None, at=0):
    return authentication.try_recovery(
        context,
        handle=somebody.person.handle,
        recovery_key=key or somebody.recovery_key,
        code=code or somebody.code(in_seconds(at)),
        passphrase=passphrase,
        surface=STAFF,
    )


def in_seconds(seconds):
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_many_codes_at_once_are_as_many_tries(postgres, settings):
    with database_of_its_own(postgres) as engine_for:
        sessions = sessionmaker(engine_for("helpdesk_app", pool_size=12), expire_on_commit=False)
        context = AppContext(settings, sessions, FakeQueueNotifier(), FakeMailer(), SERVICE)
        with context.begin() as work:
            somebody = a_person(work, teams=[a_team(work)])
        token = authentication.try_passphrase(
            context, handle=somebody.person.handle, passphrase=PASSPHRASE, surface=STAFF
        )
        start = Barrier(12)

        def guess(_number):
            start.wait()
            authentication.try_second_factor(context, token=token, code="000 000", surface=STAFF)

        with ThreadPoolExecutor(12) as threads:
            list(threads.map(guess, range(12)))

        with context.begin() as work:
            person = work.session.get(Person, somebody.person.id)
            assert person.failures == signing_in.FREE_TRIES + 1
            assert person.closed_until > work.at


def give_key_of_somebody_else(context, responder):
    """What a process with our rights could do: the row names a key whose secret it knows."""
    with context.begin() as work:
        other, _ = new_key(work.session, KeyKind.PERSON, responder.person.id, epoch=2)
        work.session.flush()
        person = work.session.get_one(Person, responder.person.id)
        person.key = other
        work.record("person.enrolled", person)


def test_a_key_that_is_not_the_persons_opens_no_session_that_stands(context, responder, staff):
    sign_in(staff, responder)
    give_key_of_somebody_else(context, responder)

    assert staff.get("/duty").status_code == 303


def test_neither_passphrase_nor_recovery_key_opens_for_a_key_that_is_not_the_persons(
    context, responder
):
    give_key_of_somebody_else(context, responder)

    assert both_halves(context, responder) is None
    with context.begin() as work:
        person = work.session.get_one(Person, responder.person.id)
        assert (
            passphrase_and_recovery_key.unlock_with_recovery_key(person, responder.recovery_key)
            is None
        )
