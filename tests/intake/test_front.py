"""The first page, the way out, and what every public page keeps to."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import sessionmaker

from helpdesk.app import create_app
from helpdesk.context_assembly import open_engine
from helpdesk.settings import Surface
from tests.intake.browser import Browser
from tests.intake.test_reports import LAST, go_to, send

HEAVIEST = 50 * 1024


@pytest.fixture
def app_without_database(house):
    """Everything else is away: the database, and with it workers, mail and the staff's pages."""
    nowhere = create_engine("postgresql+psycopg://nobody@/nothing?host=/nowhere")
    app = create_app(replace(house.intake, sessions=sessionmaker(nowhere)), Surface.PUBLIC)
    app.testing = True
    return app


def test_the_first_page_has_a_box_to_say_what_happened_and_a_way_to_the_mailbox(browser):
    browser.open("/")

    assert ("story", "") in browser.form("/report").fields
    assert "Choose from a list" in browser.text
    assert 'href="/mailbox">' in browser.text
    assert 'href="/help-now">' in browser.text
    assert "keep your IP address" in browser.text
    assert "Nobody reads them until you send them." in browser.text


def say(browser, words):
    """Send the box of the first page."""
    browser.open("/")
    return browser.send("/report", button=("to", "1"), answers={"story": words})


def test_words_of_the_first_page_bring_what_they_may_mean_and_are_in_no_address(browser):
    say(browser, "they took my phone")

    assert browser.answer.request.full_path == "/report?page=1"
    assert browser.answer.request.method == "GET"
    assert "Tick all that apply" in browser.text
    assert "A device was lost, stolen or taken" in browser.text
    assert ("story", "they took my phone") in browser.form("/report").fields


def test_the_list_is_one_press_away_and_what_was_typed_goes_along(browser):
    say(browser, "")
    assert "<legend>Tick all that apply</legend>" in browser.text

    say(browser, "?!?")
    assert "Choose from the list" in browser.text
    assert ("story", "?!?") in browser.form("/report").fields


def test_a_browser_without_cookies_carries_the_words_of_the_first_page(app):
    browser = Browser(app.test_client(use_cookies=False))

    say(browser, "they took my phone")

    assert browser.answer.request.method == "POST"
    assert "Tick all that apply" in browser.text
    assert ("story", "they took my phone") in browser.form("/report").fields


def test_a_look_at_the_first_page_ends_no_report_that_is_being_filled_in(browser):
    go_to(browser, 3)

    browser.open("/")
    browser.open("/report?page=3")

    assert "Page 3 of 4" in browser.text


def test_words_of_the_first_page_begin_a_report_of_their_own(browser):
    go_to(browser, 3)

    say(browser, "they took my phone")

    assert not any(name == "what" for name, _ in browser.form("/report").fields)


def test_leaving_goes_away_at_once_and_takes_what_the_browser_kept(browser, settings):
    browser.open("/report")
    browser.client.set_cookie("hd_public_door", "00" * 32)

    browser.open("/leave")

    assert browser.status == 303
    assert browser.answer.headers["Location"] == settings.exit_url
    assert browser.answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.answer.headers["Referrer-Policy"] == "no-referrer"
    assert browser.client.get_cookie("hd_public_door") is None
    assert browser.client.get_cookie("hd_public_form") is None


ELSEWHERE = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of this site": {"Sec-Fetch-Site": "same-site"},
    "an older browser, from another site": {"Referer": "https://evil.example/page"},
    "a form of another site": {"Origin": "https://evil.example"},
    "a page that hides what it is": {"Origin": "null"},
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_other_site_closes_a_mailbox_or_takes_a_receipt(app, where):
    client = app.test_client()
    client.set_cookie("hd_public_door", "open")

    for answer in (
        client.get("/leave", headers=ELSEWHERE[where]),
        client.get("/es/leave", headers=ELSEWHERE[where]),
        client.post("/leave", headers=ELSEWHERE[where]),
    ):
        assert not answer.headers.getlist("Set-Cookie"), answer.status
        assert answer.status_code in (303, 405)


FROM_HERE = {
    "a link of ours": {"Sec-Fetch-Site": "same-origin"},
    "typed, or a bookmark": {"Sec-Fetch-Site": "none"},
    "an older browser, which says nothing": {},
}


@pytest.mark.parametrize("how", FROM_HERE)
def test_leaving_by_oneself_takes_all_cookies(app, how):
    client = app.test_client()
    client.set_cookie("hd_public_door", "open")

    answer = client.get("/leave", headers=FROM_HERE[how])

    assert answer.status_code == 303
    assert any(one.startswith("hd_public_door=;") for one in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("address", ["/", "/help-now", "/leave", "/report", "/mailbox"])
def test_what_needs_no_database_works_without_one(app_without_database, address):
    browser = Browser(app_without_database.test_client())

    browser.open(address)

    assert browser.status in (200, 303)


def test_a_report_that_cannot_be_saved_is_kept_on_the_page(app_without_database):
    browser = Browser(app_without_database.test_client())
    go_to(browser, 4)

    send(browser, LAST)

    assert browser.status == 503
    assert "Nothing was sent" in browser.text
    assert ("story", LAST["story"].replace("\n", "\r\n")) in browser.form("/report").fields
    assert ("q_platform", "google") in browser.form("/report").fields


def test_a_report_whose_commit_fails_is_kept_on_the_page_and_out_of_the_log(app, house, caplog):
    app.testing = False  # as in production, where Flask would log what the error says
    browser = Browser(app.test_client())
    go_to(browser, 4)

    def break_off(_session):
        raise OperationalError("INSERT …", {"story": "sealed"}, Exception("the line is dead"))

    event.listen(house.intake.sessions, "before_commit", break_off)
    send(browser, LAST)

    assert browser.status == 503
    assert ("story", LAST["story"].replace("\n", "\r\n")) in browser.form("/report").fields
    assert "database away: Exception" in caplog.text
    assert "INSERT" not in caplog.text
    assert "the line is dead" not in caplog.text


def test_no_error_of_the_database_repeats_what_a_statement_carried(postgres):
    engine = open_engine(postgres.url("helpdesk_app"))

    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT :words FROM nowhere"), {"words": "what somebody told us"})

    assert "somebody" not in str(failed.value)
    engine.dispose()


def pages_of(browser):
    """Every public page, walked through as somebody would."""
    for address in ("/", "/help-now", "/mailbox", "/report", "/nothing-here"):
        browser.open(address)
        yield address, browser
    browser.open("/report")
    for kind in ("something-else", "account-takeover"):
        browser.send("/report", button=("to", "2"), answers={"what": kind})
        yield f"second page of {kind}", browser
        browser.send("/report", button=("to", "1"))
    browser.send("/report", button=("to", "2"))
    browser.send("/report", button=("to", "3"))
    yield "third page", browser
    browser.send("/report", button=("to", "4"), answers={"q_platform": "google"})
    yield "last page", browser
    send(browser, LAST)
    yield "receipt", browser
    browser.open("/report/received/advice")
    yield "advice", browser


def test_no_page_weighs_more_than_fifty_kilobytes_with_its_style_sheets(browser):
    weights = {}
    for name, _ in pages_of(browser):
        html = browser.answer.get_data()
        linked = re.findall(r'<link [^>]*href="([^"]+)"', html.decode())
        weights[name] = len(html) + sum(weight_of(browser, address) for address in linked)

    assert max(weights.values()) <= HEAVIEST, weights


def weight_of(browser, address):
    with browser.client.get(address) as answer:
        return len(answer.get_data())


def test_no_page_has_a_script_a_style_of_its_own_or_anything_from_elsewhere(browser):
    for name, _ in pages_of(browser):
        page = browser.text
        assert not re.search(r"<script|<style|<iframe|\sstyle=|\son[a-z]+=", page), name
        assert not re.search(r'(?:src|action)="(?:https?:)?//', page), name
        assert not re.search(r'<link [^>]*href="(?:https?:)?//', page), name
        # Whom else to ask for help is the one thing that leads elsewhere, by a tap and not before.
        leads_elsewhere = re.findall(r'<a href="(?:https?:)?//[^>]*>', page)
        assert name == "/help-now" or not leads_elsewhere, name
        assert all('rel="noopener noreferrer"' in link for link in leads_elsewhere)


def test_the_way_out_is_first_in_the_order_of_the_keyboard(browser):
    for name, _ in pages_of(browser):
        first = re.search(r"<(?:a|button|input|textarea|select)\b[^>]*>", browser.text)
        assert 'href="/leave"' in first.group(), name


def test_titles_say_nothing_to_a_stranger(browser):
    for name, _ in pages_of(browser):
        title = re.search(r"<title>(.*?)</title>", browser.text).group(1)
        assert re.fullmatch("(Error: )?(Help|List|Page [1234] of 4|Not possible)", title), name


def test_the_only_cookie_of_the_report_is_the_forms(browser):
    for _ in pages_of(browser):
        pass

    assert {cookie.key for cookie in browser.client._cookies.values()} == {"hd_public_form"}


def test_an_open_mailbox_without_a_database_says_so_and_keeps_the_words(app_without_database):
    browser = Browser(app_without_database.test_client())
    browser.open("/report")
    token = dict(browser.form("/report").fields)["csrf_token"]
    browser.client.set_cookie("hd_public_door", "00" * 32)

    browser.open("/mailbox/case")
    assert browser.status == 503
    assert "open this page right now." in browser.text
    browser.answer = browser.post(
        "/mailbox/case/messages", [("csrf_token", token), ("body", "What I wrote.")]
    )

    assert browser.status == 503
    assert ("body", "What I wrote.") in browser.form("/mailbox/case/messages").fields
