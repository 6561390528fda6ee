"""Strangers who try a name keep nobody out: counted by browser and name, never by address."""

import logging
import re
import threading
from datetime import UTC, datetime

import pytest

from helpdesk.accounts import authentication, passphrases
from helpdesk.accounts.operations.signing_in import FREE_TRIES
from helpdesk.accounts.views.sign_in_limits import OWN_TRIES, STRANGERS_TRIES, _in_words
from helpdesk.core.errors import TooBusy
from tests.factories import PASSPHRASE, a_person, a_team

WRONG = "not these words, whatever they are"


@pytest.fixture
def responder(context):
    with context.begin() as work:
        return a_person(work, teams=[a_team(work)], handle="asha")


@pytest.fixture
def browser(staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    return staff


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """What a hash costs is tested elsewhere; here they are many."""
    monkeypatch.setitem(passphrases.COSTS, passphrases.CURRENT, passphrases.HashCost(1, 8192))


def come_in(browser, somebody, seconds=0):
    half = try_it(browser, somebody.person.handle, PASSPHRASE)
    if half.status_code != 303:
        return half
    at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC)
    return browser.post("/sign-in/code", data={"code": somebody.code(at)})


def try_it(browser, handle, passphrase=WRONG):
    return browser.post("/sign-in", data={"handle": handle, "passphrase": passphrase})


def another(browser):
    return browser.application.test_client()


def hammer(browser, handle, times=STRANGERS_TRIES + 20):
    return [try_it(another(browser), handle) for _ in range(times)]


def test_a_browser_that_was_let_in_before_gets_in_while_others_hammer_the_name(browser, responder):
    assert come_in(browser, responder).location == "/duty"
    browser.post("/sign-out")
    hammer(browser, "asha")

    assert come_in(browser, responder, seconds=30).location == "/duty"


def test_another_browser_is_told_exactly_how_long_it_must_wait(browser, responder):
    hammer(browser, "asha")

    answer = come_in(another(browser), responder)

    assert answer.status_code == 422
    assert re.search(
        r"You can try again here in (1 minute|2 minutes)( \d+ seconds?)?\.", answer.text
    )
    assert 'value="asha"' in answer.text


def test_a_name_that_nobody_has_is_made_to_wait_just_the_same(browser, responder):
    known, unknown = hammer(browser, "asha"), hammer(browser, "nobody-here")

    def seen(answers):
        plain = [re.sub(r'name="(csrf_)?token"[^>]*', "", one.text) for one in answers]
        return [
            re.sub(r"again here in [^.]*", "", one.replace("nobody-here", "asha")) for one in plain
        ]

    assert seen(known) == seen(unknown)


def test_one_name_that_is_hammered_costs_no_other_name_anything(browser, responder):
    hammer(browser, "nobody-here", times=150)

    assert come_in(another(browser), responder).location == "/duty"


def test_empty_forms_spend_nothing(browser, responder, monkeypatch):
    monkeypatch.setattr(
        passphrases,
        "rederive_key_from_passphrase",
        lambda *_a, **_k: pytest.fail("a hash was spent"),
    )
    for _ in range(150):
        assert browser.post("/sign-in", data={}).status_code == 422
    monkeypatch.undo()

    assert come_in(browser, responder).location == "/duty"


def test_a_form_without_a_valid_token_spends_nothing(staff, responder, monkeypatch):
    monkeypatch.setattr(
        passphrases,
        "rederive_key_from_passphrase",
        lambda *_a, **_k: pytest.fail("a hash was spent"),
    )

    for _ in range(150):
        answer = staff.post("/sign-in", data={"handle": "asha", "passphrase": WRONG})
        assert answer.status_code == 400
    monkeypatch.undo()

    staff.application.config["WTF_CSRF_ENABLED"] = False
    assert come_in(staff, responder).location == "/duty"


def test_the_cookie_of_a_browser_is_signed_closed_to_scripts_and_names_nobody(browser, responder):
    come_in(browser, responder)
    name = browser.application.config["DEVICE_COOKIE_NAME"]
    cookie = browser.get_cookie(name)

    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert "asha" not in cookie.value
    forged = another(browser)
    forged.set_cookie(name, cookie.value[:-2] + "AA")
    hammer(browser, "asha")
    assert come_in(forged, responder).status_code == 422


def test_a_browser_known_for_one_person_is_a_strangers_for_another(browser, context, responder):
    with context.begin() as work:
        other = a_person(work, teams=[a_team(work)], handle="bo")
    come_in(browser, responder)
    browser.post("/sign-out")
    hammer(browser, "bo")

    assert come_in(browser, other).status_code == 422


def test_who_has_a_known_browser_and_the_passphrase_does_not_guess_codes_for_ever(
    browser, responder
):
    come_in(browser, responder)
    browser.post("/sign-out")
    try_it(browser, "asha", PASSPHRASE)
    for _ in range(OWN_TRIES + FREE_TRIES + 1):
        assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 422

    assert come_in(browser, responder, seconds=30).status_code == 422


def test_a_known_browser_does_not_try_for_ever(browser, responder):
    come_in(browser, responder)
    browser.post("/sign-out")

    answers = [try_it(browser, "asha") for _ in range(15)]

    assert "in this browser. You can try again in" in answers[-1].text


@pytest.mark.parametrize("wait", [0.2, 1, 59.1, 60, 61, 119.5])
def test_a_wait_is_never_said_shorter_than_it_is(wait):
    minutes, seconds = (
        int(found[1]) if (found := re.search(rf"(\d+) {unit}", _in_words(wait))) else 0
        for unit in ("minute", "second")
    )

    assert wait <= 60 * minutes + seconds < wait + 1


def test_too_many_strangers_at_once_are_asked_to_come_again_and_the_known_are_not(monkeypatch):
    begun, goes_on, busy = threading.Semaphore(0), threading.Event(), []

    def slow(*_args, **_kwargs):
        begun.release()
        goes_on.wait(20)
        return b"x" * 32

    def stranger():
        try:
            passphrases.rederive_key_from_passphrase(
                "words", passphrases.NOBODYS_SALT, (), slots=passphrases.STRANGERS
            )
        except TooBusy:
            busy.append(1)
            begun.release()

    monkeypatch.setattr(passphrases.argon2id, "kdf", slow)
    threads = [threading.Thread(target=stranger) for _ in range(7)]
    for one in threads:
        one.start()
    for _ in range(5):  # one at work, two waiting, four sent away
        begun.acquire(timeout=20)
    known = threading.Thread(
        target=passphrases.rederive_key_from_passphrase,
        args=("words", passphrases.NOBODYS_SALT, ()),
    )
    known.start()
    assert begun.acquire(timeout=20), "the known had to wait for strangers"
    goes_on.set()
    for one in (*threads, known):
        one.join(20)

    assert len(busy) == 4


def test_a_full_pool_says_so_and_keeps_the_name_that_was_typed(browser, monkeypatch):
    def busy(*_args, **_kwargs):
        raise TooBusy

    monkeypatch.setattr(authentication.passphrases, "rederive_key_from_passphrase", busy)

    answer = browser.post(
        "/sign-in",
        data={"handle": "asha", "passphrase": WRONG},
        headers={"Origin": "http://localhost"},
        follow_redirects=True,
    )

    assert answer.status_code == 503
    assert "try again in a moment" in answer.text
    assert ">asha</textarea>" in answer.text.replace("\n", "")
    assert WRONG not in answer.text


def test_a_wrong_recovery_key_costs_no_hash(browser, responder, monkeypatch):
    monkeypatch.setattr(
        passphrases, "derive_key_from_passphrase", lambda *_a, **_k: pytest.fail("a hash was spent")
    )
    words = "seven other words that nobody knows yet"
    data = {"handle": "asha", "recovery_key": "0" * 26, "passphrase": words, "again": words}

    answer = browser.post("/recover", data={**data, "second_factor": "123456"})

    assert answer.status_code == 422


def test_refused_sign_ins_and_pages_are_logged_without_names_or_addresses_and_no_flood_of_them(
    browser, responder, caplog
):
    caplog.set_level(logging.WARNING)
    come_in(browser, responder)
    browser.get("/people/nobody-here")
    hammer(browser, "asha", times=STRANGERS_TRIES)
    for number in range(120):
        try_it(another(browser), f"name-{number}")

    lines = [one.getMessage() for one in caplog.records if one.name == "helpdesk.web.refusal_log"]
    assert "passphrase refused at staff" in lines
    assert "access refused at staff: people.show" in lines
    assert 0 < len(lines) < 100
    assert not [one for one in lines if "asha" in one or "127.0.0.1" in one]
