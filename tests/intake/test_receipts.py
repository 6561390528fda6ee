"""The receipt has a page of its own, which can be reloaded, and leaving ends it."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.core.codes import ReturnCode
from helpdesk.core.stored_responses import KEPT, StoredResponse
from helpdesk.intake.views import reports
from tests.factories import a_case
from tests.intake.browser import Browser
from tests.intake.test_reports import FIRST, cases, code_on, go_to, send


@pytest.fixture
def received(browser):
    """A browser that shows the receipt, and the pages that lie behind it."""
    go_to(browser, 4)
    last_page = browser.answer
    send(browser)
    assert code_on(browser)
    return last_page


def test_the_receipt_follows_a_redirect_and_can_be_reloaded(received, browser):
    code = code_on(browser)
    assert browser.answer.request.method == "GET"
    assert browser.answer.headers["Cache-Control"] == "no-store"

    browser.open("/report/received")

    assert browser.status == 200
    assert code_on(browser) == code


def test_its_address_says_nothing(received, browser):
    assert browser.answer.request.full_path.rstrip("?") == "/report/received"


def test_the_code_comes_first_and_the_advice_on_a_page_that_names_no_code(received, browser):
    code = code_on(browser)
    assert "What to do now" not in browser.text
    assert 'href="/report/received/advice"' in browser.text

    browser.open("/report/received/advice")

    assert browser.status == 200
    assert "What to do now" in browser.text
    assert "code-words" not in browser.text
    assert code.letters not in browser.text.replace(" ", "")
    shown = re.sub(r'value="[^"]*"', "", browser.text)
    assert " ".join(code.words) not in shown


def test_the_page_of_advice_opens_the_mailbox_without_typing_the_code(received, browser):
    browser.open("/report/received/advice")

    browser.send("/mailbox")

    assert "/mailbox/case" in browser.answer.request.path
    assert browser.open("/report/received/advice").status_code == 404


def next_steps(browser, danger):
    """The buttons of the page of advice, the one that stands out first named so."""
    go_to(browser, 4, first=FIRST | {"q_danger": danger, "q_hold": "ended"})
    send(browser)
    browser.open("/report/received/advice")
    return re.findall(
        r'class="(button(?: button-quiet)?)">(Answer|Open your mailbox)', browser.text
    )


def test_the_questions_that_decide_the_advice_are_the_next_step(browser):
    assert next_steps(browser, "none_known") == [
        ("button", "Answer"),
        ("button button-quiet", "Open your mailbox"),
    ]


def test_in_an_emergency_the_next_step_is_the_mailbox_where_the_answer_comes(browser):
    assert next_steps(browser, "imminent") == [
        ("button", "Open your mailbox"),
        ("button button-quiet", "Answer"),
    ]


@pytest.mark.parametrize(
    ("kind", "is_watched"),
    [
        ("spyware-alert", True),
        ("device-suspicious", True),
        ("being-watched", True),
        ("account-takeover", False),
    ],
)
def test_who_may_be_watched_on_this_device_reads_it_before_they_answer_and_with_the_code(
    browser, kind, is_watched
):
    go_to(browser, 2, first={"what": kind})
    warned = "write to us from another device" in browser.text
    before = warned and browser.text.index("another device") < browser.text.index("q_danger")
    go_to(browser, 4, first={"what": kind}, own={})
    send(browser)

    assert (warned, before) == (is_watched, is_watched)
    assert code_on(browser)
    assert ("Write it on paper, and come back from another device" in browser.text) == (is_watched)


def open_mailbox_from_receipt(browser):
    browser.open("/report/received/advice")
    browser.send("/mailbox")
    browser.open("/mailbox/case")


def ref_on(browser):
    return re.search(r"<h1>Your case .*?</h1>", browser.text, re.DOTALL)[0]


def test_a_new_report_ends_the_mailbox_of_another_case_that_was_open_in_this_browser(
    received, browser
):
    """Who helps two others on one phone does not write into the wrong case."""
    open_mailbox_from_receipt(browser)
    first, old_tab = ref_on(browser), browser.answer

    go_to(browser, 4)
    send(browser)
    code = code_on(browser)

    browser.open("/mailbox")
    assert browser.status == 200
    assert 'name="code"' in browser.text
    open_mailbox_from_receipt(browser)
    second = ref_on(browser)
    assert second != first
    browser.client.delete_cookie("hd_public_door")
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": code.letters})
    assert ref_on(browser) == second

    browser.answer = old_tab
    browser.send("/mailbox/case/messages", answers={"body": "For the first."})
    assert "Message sent." not in browser.text
    assert "For the first." in browser.text


def test_what_is_written_in_an_old_tab_after_it_waits_for_the_code_of_that_case(
    received, browser, house
):
    open_mailbox_from_receipt(browser)
    old_tab = browser.answer
    go_to(browser, 4)
    send(browser)
    code = code_on(browser)

    browser.answer = old_tab
    browser.send("/mailbox/case/messages", answers={"body": "For the first."})

    assert "when a new report is sent from this browser" in browser.text
    browser.send("/mailbox", answers={"code": code.letters})
    assert "This code is for a different mailbox" in html.unescape(browser.text)
    assert "For the first." in browser.text


def test_a_form_that_is_sent_twice_leaves_the_mailbox_of_its_own_case_open(received, browser):
    open_mailbox_from_receipt(browser)
    first = ref_on(browser)

    browser.answer = received
    send(browser)
    assert "already sent this form" in browser.text

    browser.open("/mailbox/case")
    assert ref_on(browser) == first


def test_another_mailbox_opened_in_this_browser_leaves_the_receipt_where_it_is(
    house, received, browser
):
    """A colleague's code, or that of an older report: the new one may not be written down yet."""
    code, other = code_on(browser), ReturnCode.new()
    with house.inside() as work:
        a_case(work, work.session.merge(house.team), code=other)

    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": other.letters})
    assert "/mailbox/case" in browser.answer.request.path

    browser.open("/report/received")
    assert code_on(browser) == code
    browser.open("/report/received/advice")
    assert browser.status == 200


def leave(browser):
    browser.open("/leave")
    # as browsers do with what that answer says
    browser.client._cookies.clear()


def test_after_leaving_back_and_reload_show_no_code(received, browser):
    code = code_on(browser)
    leave(browser)

    for page in ("", "/advice") * 2:
        browser.open(f"/report/received{page}")
        assert browser.status == 404
        assert "This page can no longer be shown" in browser.text
        assert not any(word in browser.text.split() for word in (" ".join(code.words),))


def test_after_leaving_the_last_page_sent_again_shows_no_code_either(received, browser):
    leave(browser)
    browser.answer = received

    browser.send("/report", button=("to", "send"), answers={"story": "Again."})

    assert "You’ve already sent this form" in browser.text
    assert 'class="code-words"' not in browser.text


def test_the_way_out_takes_the_cookie_that_opens_it(received, browser):
    answer = browser.open("/leave")

    assert "hd_public_form=;" in str(answer.headers.getlist("Set-Cookie"))
    assert browser.open("/report/received").status_code == 404


def test_whoever_has_used_the_code_finds_no_receipt_behind(received, browser):
    code = code_on(browser)
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": code.letters})
    assert "happening with your case" in browser.text

    assert browser.open("/report/received").status_code == 404


def test_it_goes_after_a_quarter_of_an_hour(house, received, browser):
    with house.inside() as work:
        earlier = work.at - KEPT - timedelta(minutes=6)
        house._become("postgres")
        work.session.execute(update(StoredResponse).values(at=earlier))

    assert browser.open("/report/received").status_code == 404


def test_what_is_kept_opens_with_the_form_alone(house, received, browser):
    code = code_on(browser)
    with house.inside() as work:
        rows = work.session.scalars(select(StoredResponse)).all()
        assert rows
        assert not any(code.words[0].encode() in row.answer.raw for row in rows)

    another = Browser(browser.client.application.test_client())
    assert another.open("/report/received").status_code == 404


def test_pressed_twice_on_a_slow_line_the_receipt_is_there(browser):
    go_to(browser, 4)
    form = browser.form("/report")
    fields = [*form.fields, ("story", "Help."), ("to", "send")]
    browser.post("/report", fields)  # its answer never arrived

    browser.answer = browser.post("/report", fields)

    assert "Report sent" in browser.text
    assert code_on(browser)


def test_the_receipt_names_them_in_place_of_something_else(browser):
    go_to(
        browser,
        4,
        first={"what": "doxing", "q_danger": "none_known", "q_hold": "ended"},
        own={"q_dox_tonight": "no", "q_dox_calls": "yes"},
    )
    send(browser, {"story": "Help."})
    browser.open("/report/received/advice")

    assert "It’s more urgent because you answered:" in browser.text
    assert "Something else in your answers" not in browser.text


def test_a_report_whose_receipt_cannot_be_shown_is_not_taken_in(house, browser, monkeypatch):
    def fail(*_told):
        raise RuntimeError("no page")

    go_to(browser, 4)
    before = cases(house)
    with monkeypatch.context() as broken:
        broken.setattr(reports, "_receipt", fail)
        with pytest.raises(RuntimeError):
            send(browser)
    assert cases(house) == before

    go_to(browser, 4)
    send(browser)
    assert len(cases(house)) == len(before) + 1
