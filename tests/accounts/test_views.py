"""Coming in through the pages: invited, enrolled, signed in, recovered; and managing people."""

import logging
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from helpdesk.accounts import operations, queries, second_factor
from helpdesk.accounts.models import Person, SignInSession, TeamKind
from helpdesk.core.actors import Role, operator
from helpdesk.core.job_runner import run_due_jobs
from tests.factories import PASSPHRASE, a_person, a_team, sign_in
from tests.intake.browser import mark_in

WORDS = "seven other words that nobody knows yet"


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work, slug="first-line")


@pytest.fixture
def coordinator(context, queue):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [queue])


@pytest.fixture
def browser(staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    return staff


def hidden(page, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)[1]


# Seconds in which a form is answered, on a busy machine too.
ENOUGH = 8


def code_now(seed, seconds=0):
    # A code of the step before is taken until this one ends, so there has to be some of it left.
    left = second_factor.SECONDS - time.time() % second_factor.SECONDS
    if seconds < 0 and left < ENOUGH:
        time.sleep(left)
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return second_factor.totp_code_at(seed, int(at.timestamp()) // 30)


def invited(context, queue, role=Role.RESPONDER):
    with context.begin(operator("shell")) as work:
        person, code = operations.invite_person(
            work, handle="fresh", name="Fresh", role=role, teams=[queue] if queue else []
        )
    return person, code


def enrolled(browser, code, passphrase=None):
    page = browser.post("/enrol", data={"code": code})
    seed = hidden(page, "seed")
    phrase = passphrase or hidden(page, "suggested")
    answer = browser.post(
        "/enrolment",
        data={
            "code": code,
            "seed": seed,
            "suggested": phrase,
            "passphrase": phrase,
            "again": phrase,
            "first_code": code_now(seed, -30),
        },
    )
    return answer, seed, phrase


def test_from_an_enrolment_code_to_a_page_of_ones_own(context, browser, queue):
    _, code = invited(context, queue)

    answer, seed, phrase = enrolled(browser, code)
    assert answer.status_code == 201
    assert len(phrase.split()) == 7
    halfway = browser.post("/sign-in", data={"handle": "fresh", "passphrase": phrase})
    assert halfway.location == "/sign-in/code"
    inside = browser.post("/sign-in/code", data={"code": code_now(seed)})
    assert inside.location == "/duty"

    assert "Fresh" in browser.get("/account").text


def test_the_token_of_the_cookie_changes_with_the_second_factor(context, browser, queue):
    _, code = invited(context, queue)
    _, seed, phrase = enrolled(browser, code)
    name = browser.application.config["DOOR_COOKIE_NAME"]

    browser.post("/sign-in", data={"handle": "fresh", "passphrase": phrase})
    before = browser.get_cookie(name).value
    browser.post("/sign-in/code", data={"code": code_now(seed)})

    assert browser.get_cookie(name).value != before
    assert browser.get_cookie(name).http_only
    assert browser.get_cookie(name).same_site == "Strict"


def logged(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "helpdesk.web.refusal_log"]


def test_refused_enrolment_codes_are_logged_and_a_flood_of_them_is_not(
    context, browser, queue, caplog
):
    caplog.set_level(logging.WARNING)
    _person, code = invited(context, queue)
    page = browser.post("/enrol", data={"code": code})
    answers = {"passphrase": WORDS, "again": WORDS, "seed": hidden(page, "seed")}

    browser.post("/enrol", data={"code": "0" * 26})
    browser.post("/enrolment", data={"code": "1" * 26, "first_code": "123456", **answers})
    assert logged(caplog) == ["enrolment code refused at staff"] * 2
    browser.post("/enrolment", data={"code": code, "first_code": "000000", **answers})
    assert logged(caplog)[2:] == ["second factor of enrolment refused at staff"]

    for _ in range(100):
        browser.post("/enrol", data={"code": "0" * 26})
    assert len(logged(caplog)) < 70
    assert not any("0000" in line or "fresh" in line for line in logged(caplog))


def test_an_enrolment_code_works_once(context, browser, queue):
    _, code = invited(context, queue)
    enrolled(browser, code)

    assert browser.post("/enrol", data={"code": code}).status_code == 422


def test_an_enrolment_code_ends_after_seven_days(context, queue):
    _, code = invited(context, queue)

    for days, found in ((6, True), (8, False)):
        with context.begin(at=datetime.now(UTC) + timedelta(days=days)) as work:
            person = operations.person_by_enrolment_code(work, code, surface="staff")
            assert (person is not None) is found


def test_an_enrolment_code_of_staff_is_unknown_at_the_partners_door(context, partner_desk, queue):
    partner_desk.application.config["WTF_CSRF_ENABLED"] = False
    _, code = invited(context, queue)

    assert partner_desk.post("/enrol", data={"code": code}).status_code == 422


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"first_code": "000000"}, "The six digits aren’t right"),
        ({"passphrase": "short", "again": "short"}, "at least 20 characters"),
        ({"again": "something else"}, "aren’t the same"),
        (
            {"passphrase": "fresh fresh fresh 2026", "again": "fresh fresh fresh 2026"},
            "Use the seven",
        ),
    ],
)
def test_a_slip_while_enrolling_loses_nothing(context, browser, queue, changed, said):
    _, code = invited(context, queue)
    page = browser.post("/enrol", data={"code": code})
    seed = hidden(page, "seed")
    data = {"code": code, "seed": seed, "suggested": WORDS, "passphrase": WORDS, "again": WORDS}

    answer = browser.post("/enrolment", data={**data, "first_code": code_now(seed, -30), **changed})

    assert answer.status_code == 422
    assert said in answer.text
    assert hidden(answer, "seed") == seed
    assert hidden(answer, "suggested") == WORDS


@pytest.mark.parametrize(
    ("seconds", "said"), [(-150, "minutes slow"), (180, "minutes fast"), (-70, "1 minute slow")]
)
def test_a_phone_whose_clock_is_off_is_told_so_while_enrolling(
    context, browser, queue, seconds, said
):
    _, code = invited(context, queue)
    page = browser.post("/enrol", data={"code": code})
    seed = hidden(page, "seed")
    data = {"code": code, "seed": seed, "suggested": WORDS, "passphrase": WORDS, "again": WORDS}

    answer = browser.post("/enrolment", data={**data, "first_code": code_now(seed, seconds)})

    assert answer.status_code == 422
    assert "clock on your phone" in answer.text
    assert said in answer.text


def test_an_enrolment_code_out_of_a_letter_is_found_in_it(context, browser, queue):
    _, code = invited(context, queue)

    copied = "Your code:\u200e " + code.replace("-", "\u2011") + "."
    page = browser.post("/enrol", data={"code": copied})

    assert page.status_code == 200


def test_the_picture_for_the_phone_needs_nothing_from_elsewhere(context, browser, queue):
    _, code = invited(context, queue)

    page = browser.post("/enrol", data={"code": code})

    assert 'src="data:image/svg+xml' in page.text


def test_recovering_through_the_page(context, browser, queue):
    _, code = invited(context, queue)
    answer, seed, _ = enrolled(browser, code)
    key = re.search(r'class="code-letters"[^>]*>([^<]+)<', answer.text)[1]
    data = {"handle": "fresh", "recovery_key": key.lower(), "second_factor": code_now(seed)}

    wrong = browser.post(
        "/recover", data={**data, "recovery_key": "0" * 26, "passphrase": WORDS, "again": WORDS}
    )
    right = browser.post("/recover", data={**data, "passphrase": WORDS, "again": WORDS})

    assert (wrong.status_code, right.status_code) == (422, 201)
    assert key not in right.text
    answer = browser.post("/sign-in", data={"handle": "fresh", "passphrase": WORDS})
    assert answer.status_code == 303


def test_changing_the_passphrase_signs_other_browsers_out(context, browser, coordinator):
    sign_in(browser, coordinator)
    other = sign_in(browser.application.test_client(), coordinator)

    wrong = browser.post(
        "/account/passphrase", data={"current": WORDS, "passphrase": WORDS, "again": WORDS}
    )
    right = browser.post(
        "/account/passphrase", data={"current": PASSPHRASE, "passphrase": WORDS, "again": WORDS}
    )

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert browser.get("/account").status_code == 200
    assert other.get("/account").location == "/sign-in?to=/account"


def test_a_new_recovery_key_is_shown_once_and_voids_the_old(context, browser, coordinator):
    sign_in(browser, coordinator)

    assert browser.post("/account/recovery-key", data={"current": WORDS}).status_code == 422
    shown = browser.post("/account/recovery-key", data={"current": PASSPHRASE})

    assert shown.status_code == 201
    assert coordinator.recovery_key not in shown.text


def test_a_new_phone_takes_over_only_with_the_passphrase_and_its_first_code(
    context, browser, coordinator
):
    sign_in(browser, coordinator)
    other = sign_in(browser.application.test_client(), coordinator)
    seed = hidden(browser.get("/account/second-factor"), "seed")
    right = {"seed": seed, "current": PASSPHRASE, "first_code": code_now(seed)}

    for wrong in ({"current": WORDS}, {"first_code": "000000"}, {"seed": "short"}):
        answer = browser.post("/account/second-factor", data={**right, **wrong})
        assert answer.status_code == 422
        assert "data:image/svg+xml" in answer.text
    assert other.get("/account").status_code == 200

    assert browser.post("/account/second-factor", data=right).status_code == 303
    assert browser.get("/account").status_code == 200
    assert other.get("/account").location == "/sign-in?to=/account"

    with context.begin() as work:
        person = work.session.get(Person, coordinator.person.id)
        old = code_now(coordinator.seed, 30)
        assert not operations.use_second_factor_code(work, person, old)
        assert not operations.use_second_factor_code(work, person, right["first_code"])
        assert operations.use_second_factor_code(work, person, code_now(seed, 30))


def test_signing_out_ends_the_row_and_takes_the_cookie(context, browser, coordinator):
    sign_in(browser, coordinator)

    answer = browser.post("/sign-out")

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    with context.begin() as work:
        assert work.session.scalars(select(SignInSession)).all() == []
    assert browser.get_cookie(browser.application.config["DOOR_COOKIE_NAME"]) is None


@pytest.mark.parametrize(
    "address", ["/sign-in?next=https://evil.example", "/sign-in/code?next=//e"]
)
def test_signing_in_leads_home_and_nowhere_else(context, browser, coordinator, address):
    browser.post("/sign-in", data={"handle": coordinator.person.handle, "passphrase": PASSPHRASE})
    answer = browser.post(
        "/sign-in/code?next=//evil.example", data={"code": coordinator.code(datetime.now(UTC))}
    )

    assert answer.location == "/duty"
    assert "evil" not in browser.get(address).text


def test_a_coordinator_invites_somebody_into_a_queue(context, browser, queue, coordinator):
    sign_in(browser, coordinator)
    data = {"handle": "mo", "name": "Mo", "role": "responder", "teams": ["first-line"]}
    assert "Their email address for alerts" in browser.get("/people/invitation").text

    shown = browser.post("/people/invitation", data=data)

    assert shown.status_code == 201
    with context.begin() as work:
        person = work.session.scalar(select(Person).where(Person.handle == "mo"))
        assert [one.team_id for one in person.memberships] == [queue.id]

    taken = browser.post("/people/invitation", data=data | {"name": "Another Mo"})
    assert taken.status_code == 422
    assert "The name mo is already taken" in taken.text
    assert 'value="Another Mo"' in taken.text
    assert re.search(r'value="responder"[^>]* checked', taken.text)
    assert re.search(r'value="first-line"[^>]* checked', taken.text)


@pytest.mark.parametrize("name", ["Ada Lead", "ada  lead", "Ada\u200b Lead", "\uff21da Lead"])
def test_nobody_is_invited_under_a_name_that_looks_like_a_colleagues(context, browser, queue, name):
    """Pages and history name people by it alone: "Approved the request · Ada Lead"."""
    with context.begin() as work:
        lead = a_person(work, Role.COORDINATOR, [queue], name="Ada Lead")
    sign_in(browser, lead)

    shown = browser.post(
        "/people/invitation", data={"handle": "ada-2", "name": name, "role": "responder"}
    )

    assert shown.status_code == 422
    assert "Someone here is already called" in shown.text
    assert 'href="#name"' in shown.text
    with context.begin() as work:
        assert work.session.scalar(select(Person.id).where(Person.handle == "ada-2")) is None


def test_a_queue_whose_short_name_is_taken_is_typed_once_more(browser, queue, coordinator):
    sign_in(browser, coordinator)

    taken = browser.post("/people/queue", data={"name": "Kept as typed", "slug": "first-line"})

    assert taken.status_code == 422
    assert "already a team called first-line" in taken.text
    assert 'value="Kept as typed"' in taken.text


def test_a_coordinator_cannot_invite_an_operator(context, browser, coordinator):
    sign_in(browser, coordinator)
    data = {"handle": "mo", "name": "Mo", "role": "operator"}

    assert browser.post("/people/invitation", data=data).status_code == 422


def test_for_responders_the_people_pages_do_not_exist(context, browser, queue, coordinator):
    with context.begin() as work:
        responder = a_person(work, teams=[queue])
    sign_in(browser, responder)

    for address in ("/people", "/people/invitation", f"/people/{coordinator.person.id}"):
        assert browser.get(address).status_code == 404
    assert browser.post(f"/people/{coordinator.person.id}/closing").status_code == 404


def test_a_colleague_is_let_in_on_the_page(context, browser, queue, coordinator):
    with context.begin() as work:
        waiting = a_person(work, teams=[queue], let_in=False)
    sign_in(browser, coordinator)
    page = browser.get("/colleagues")
    assert "give them access" in page.text

    address = f"/colleagues/{waiting.person.id}/{queue.id}/key"
    answer = browser.post(address, data=mark_in(page, address))

    assert answer.status_code == 303
    assert "let them in" not in browser.get("/colleagues").text


def test_both_see_the_same_fingerprint(context, browser, queue, coordinator):
    with context.begin() as work:
        waiting = a_person(work, teams=[queue], let_in=False)
    theirs = sign_in(browser.application.test_client(), waiting).get("/account")
    words = re.search(r'six words.*?translate="no">([a-z ]+)<', theirs.text, re.DOTALL)[1]

    sign_in(browser, coordinator)

    assert len(words.split()) == 6
    assert words in browser.get("/colleagues").text


def test_every_page_about_people_opens(context, browser, queue, coordinator):
    with context.begin() as work:
        other = a_person(work, teams=[queue])
    sign_in(browser, coordinator)

    for address in (
        "/people",
        "/people/invitation",
        "/people/queue",
        f"/people/{other.person.id}",
        "/colleagues",
        "/account",
        "/account/passphrase",
        "/account/recovery-key",
        "/account/second-factor",
    ):
        assert browser.get(address).status_code == 200, address


def test_closing_and_opening_the_door_and_starting_over(context, browser, queue, coordinator):
    with context.begin() as work:
        other = a_person(work, teams=[queue])
    sign_in(browser, coordinator)
    base = f"/people/{other.person.id}"

    def press(act, page=base, **answers):
        marked = mark_in(browser.get(page), f"{base}/{act}")
        return browser.post(f"{base}/{act}", data={**marked, **answers})

    assert press("closing").status_code == 303
    assert press("reopening").status_code == 303
    old_page = press("enrolment")
    assert (old_page.status_code, old_page.location) == (303, f"{base}/reset")
    assert press("reset", f"{base}/reset").status_code == 201
    assert press(f"memberships/{queue.id}/end").status_code == 303
    assert press("memberships", team="first-line").status_code == 303
    own = browser.post(f"/people/{coordinator.person.id}/closing")
    assert own.status_code == 403


def test_a_new_queue_has_its_maker_as_first_member_who_can_read_it(context, browser, coordinator):
    sign_in(browser, coordinator)

    answer = browser.post("/people/queue", data={"name": "Second line", "slug": "second-line"})

    assert answer.status_code == 303
    assert "Second line" in browser.get("/duty").text
    assert browser.get("/queues/second-line").status_code == 200


def test_partners_look_after_their_own_team_at_their_own_door(context, partner_desk):
    partner_desk.application.config["WTF_CSRF_ENABLED"] = False
    with context.begin() as work:
        team = a_team(work, kind=TeamKind.PARTNER)
        first = a_person(work, Role.PARTNER, [team])
        second = a_person(work, Role.PARTNER, [team], let_in=False)
    sign_in(partner_desk, first)

    page = partner_desk.get("/colleagues")
    assert second.person.name in page.text
    address = f"/colleagues/{second.person.id}/{team.id}/key"
    let_in = partner_desk.post(address, data=mark_in(page, address))

    assert let_in.status_code == 303
    assert partner_desk.get("/account").status_code == 200
    assert partner_desk.get("/people").status_code == 404


def test_a_session_is_noted_as_seen_and_lives_on(context, browser, coordinator):
    sign_in(browser, coordinator, at=datetime.now(UTC) - timedelta(minutes=20))

    browser.get("/account")

    with context.begin() as work:
        [row] = work.session.scalars(select(SignInSession)).all()
        assert work.at - row.seen_at < timedelta(minutes=1)
        assert work.at - row.begun_at > timedelta(minutes=19)


def test_founding_a_helpdesk_once(context):
    with context.begin(operator("shell")) as work:
        founded = operations.set_up_helpdesk(
            work, queue="first-line", queue_name="First line", handle="ada", name="Ada"
        )
        assert founded.team.takes_reports
        assert founded.coordinator.role is Role.COORDINATOR
        assert operations.person_by_enrolment_code(work, founded.enrolment_code, surface="staff")


@pytest.mark.parametrize("address", ["/sign-in", "/sign-in/code", "/enrol", "/recover"])
def test_the_pages_for_strangers_open_for_strangers(browser, address):
    page = browser.get(address)

    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]


def test_people_say_themselves_where_their_duty_mail_goes(context, browser, coordinator):
    sign_in(browser, coordinator)
    assert "t given an address, so we can" in browser.get("/account").text
    right = {"email": "new@house.test", "current": PASSPHRASE}

    for wrong in ({"current": WORDS}, {"email": "no address"}):
        assert browser.post("/account/mailbox", data={**right, **wrong}).status_code == 422
    assert browser.post("/account/mailbox", data=right).status_code == 303

    assert "t confirmed yet" in browser.get("/account").text
    assert "new@house.test" not in browser.get("/account").text
    assert "new@house.test" in browser.get("/account/mailbox").text
    assert email_address_of(context, coordinator) == ""
    run_due_jobs(context, "notices")
    code = re.search(r"\d{6}", context.mailer.sent[-1].body)[0]
    assert context.mailer.sent[-1].to == "new@house.test"
    confirmed = browser.post("/account/mailbox/confirmation", data={"code": code})
    assert confirmed.location == "/account"
    assert email_address_of(context, coordinator) == "new@house.test"
    assert "the address you gave" in browser.get("/account").text
    assert browser.post("/account/mailbox", data={**right, "email": ""}).status_code == 303
    assert email_address_of(context, coordinator) == ""


def email_address_of(context, somebody):
    with context.begin() as work:
        return queries.email_address_of(work, work.session.get(Person, somebody.person.id))


@pytest.fixture
def lose_the_answer(context, browser):
    """From when it is called: the commit that changes a person is made, and its answer lost."""
    browser.application.testing = False
    armed, changing = [], []

    def look(session, *_more):
        changing.extend(one for one in session.dirty if armed and isinstance(one, Person))

    def lose(_session):
        if changing:
            changing.clear()
            armed.clear()
            raise OperationalError("COMMIT", {}, AdminShutdown())

    event.listen(context.sessions, "before_flush", look)
    event.listen(context.sessions, "after_commit", lose)
    yield lambda: armed.append(True)
    event.remove(context.sessions, "before_flush", look)
    event.remove(context.sessions, "after_commit", lose)


def assert_says_to_sign_in_first(answer):
    assert answer.status_code == 503
    assert "Nothing was sent" not in answer.text
    assert "tell whether this was saved" in answer.text
    assert "try to sign in with the passphrase that you have just chosen" in answer.text
    assert 'href="/sign-in"' in answer.text


def test_who_cannot_be_told_that_they_enrolled_is_told_to_sign_in_first(
    context, browser, queue, lose_the_answer
):
    _, code = invited(context, queue)
    lose_the_answer()

    answer, _seed, phrase = enrolled(browser, code)

    assert_says_to_sign_in_first(answer)
    assert "create a new recovery key" in answer.text
    halfway = browser.post("/sign-in", data={"handle": "fresh", "passphrase": phrase})
    assert halfway.location == "/sign-in/code"


def test_who_cannot_be_shown_the_next_recovery_key_is_told_to_sign_in_first(
    context, browser, queue, lose_the_answer
):
    _, code = invited(context, queue)
    answer, seed, _ = enrolled(browser, code)
    key = re.search(r"([0-9A-Z]{5}(-[0-9A-Z]{1,5}){5})", answer.text)[1]
    data = {"handle": "fresh", "recovery_key": key, "second_factor": code_now(seed)}
    lose_the_answer()

    answer = browser.post("/recover", data={**data, "passphrase": WORDS, "again": WORDS})

    assert_says_to_sign_in_first(answer)
    assert "create a new recovery key" in answer.text


def test_so_is_who_cannot_be_told_that_their_passphrase_changed(
    browser, coordinator, lose_the_answer
):
    sign_in(browser, coordinator)
    lose_the_answer()

    answer = browser.post(
        "/account/passphrase", data={"current": PASSPHRASE, "passphrase": WORDS, "again": WORDS}
    )

    assert_says_to_sign_in_first(answer)
    assert "create a new recovery key" not in answer.text
