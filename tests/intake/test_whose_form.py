"""A page that is still open acts for whom it was handed out, and it needs no cookie to be ours."""

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case, Consent, Message
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.codes import ReturnCode
from tests.factories import a_case
from tests.intake.browser import Browser
from tests.intake.test_reports import LAST, OWN, cases

WORDS = "Only for the first mailbox."


class WithoutCookies:
    """A client whose browser keeps no cookie."""

    def __init__(self, app):
        self.app = app

    def get(self, *places, **more):
        return self.app.test_client(use_cookies=False).get(*places, **more)

    def post(self, *places, **more):
        return self.app.test_client(use_cookies=False).post(*places, **more)


@pytest.fixture
def two(house):
    """Two mailboxes, and the codes that open them."""
    codes = [ReturnCode.new(), ReturnCode.new()]
    with house.inside() as work:
        found = [
            a_case(
                work,
                house.team,
                code=code,
                state=CaseState.OPEN,
                owner=house.responder,
                consents=(ConsentKind.HELP,),
            )
            for code in codes
        ]
    return list(zip(found, codes, strict=True))


def enter(browser, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": code.letters})
    assert "happening with your case" in browser.text


@pytest.fixture
def old_tab(two, browser):
    """A tab with the first mailbox, while the second is open in the same browser."""
    (_, first), (_, second) = two
    enter(browser, first)
    tab = Browser(browser.client)
    tab.open("/mailbox/case")
    browser.send("/mailbox/sign-out")
    enter(browser, second)
    return tab


def state(house, case):
    with house.inside() as work:
        messages = work.session.scalars(select(Message).where(Message.case_id == case.id)).all()
        current = select(Consent.kind).where(
            Consent.case_id == case.id, Consent.withdrawn_at.is_(None)
        )
        state = work.session.scalar(select(Case.state).where(Case.id == case.id))
        return len(messages), sorted(work.session.scalars(current)), state


def test_words_of_an_old_tab_reach_no_other_mailbox_and_are_kept(house, two, old_tab):
    before = [state(house, case) for case, _ in two]

    old_tab.send("/mailbox/case/messages", answers={"body": WORDS})

    assert old_tab.status == 409
    assert "belongs to a different mailbox" in old_tab.text
    assert WORDS in old_tab.text
    assert '<a href="/mailbox/case">' in old_tab.text
    assert [state(house, case) for case, _ in two] == before


def test_one_word_of_an_old_tab_is_kept_too(old_tab):
    old_tab.send("/mailbox/case/messages", answers={"body": "Help"})

    assert old_tab.status == 409
    assert "\nHelp</textarea>" in old_tab.text


@pytest.mark.parametrize("action", ["/mailbox/case/consents", "/mailbox/sign-out"])
def test_no_form_of_an_old_tab_acts_on_the_mailbox_that_is_open(house, two, old_tab, action):
    before = [state(house, case) for case, _ in two]

    old_tab.send(action, without={"agreed"})

    assert old_tab.status == 409
    assert [state(house, case) for case, _ in two] == before
    old_tab.open("/mailbox/case")
    assert two[1][0].ref in old_tab.text


def test_taking_a_case_back_in_an_old_tab_closes_no_other(house, two, browser):
    (first, code), (second, other) = two
    enter(browser, code)
    tab = Browser(browser.client)
    tab.open("/mailbox/case/withdrawal")
    browser.send("/mailbox/sign-out")
    enter(browser, other)

    tab.send("/mailbox/case/withdrawal")

    assert tab.status == 409
    assert state(house, first)[2] is state(house, second)[2] is CaseState.OPEN


def test_the_same_mailbox_opened_again_takes_what_an_older_tab_has(house, two, browser):
    (case, code), _ = two
    enter(browser, code)
    tab = Browser(browser.client)
    tab.open("/mailbox/case")
    browser.send("/mailbox/sign-out")
    enter(browser, code)

    tab.send("/mailbox/case/messages", answers={"body": WORDS})

    assert tab.status == 200
    assert state(house, case)[0] == 1


def test_a_form_says_nothing_that_tells_a_case(two, browser):
    (case, code), _ = two
    enter(browser, code)

    token = dict(browser.form("/mailbox/case/messages").fields)["csrf_token"]

    assert case.id not in token
    assert case.ref not in token


def test_a_token_that_was_changed_or_made_up_opens_no_mailbox(house, two, browser):
    (case, code), _ = two
    enter(browser, code)
    form = browser.form("/mailbox/case/messages")
    token = dict(form.fields)["csrf_token"]
    for made_up in (
        "",
        "x",
        token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
        token.upper(),
    ):
        browser.answer = browser.post(
            "/mailbox/case/messages", [("csrf_token", made_up), ("body", WORDS)]
        )
        assert browser.status == 400
    assert state(house, case)[0] == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/public.test/"},
    ],
)
def test_another_site_cannot_use_a_token_that_it_fetched_for_itself(app, two, headers):
    (_, code), _ = two
    attacker = Browser(app.test_client())
    attacker.open("/mailbox")
    token = dict(attacker.form("/mailbox").fields)["csrf_token"]

    answer = app.test_client().post(
        "/mailbox", data={"csrf_token": token, "code": code.letters}, headers=headers
    )

    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


def test_without_cookies_a_report_is_taken(house, app):
    browser = Browser(WithoutCookies(app))
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers={"what": "account-takeover"})
    browser.send("/report", button=("to", "3"))
    browser.send("/report", button=("to", "4"), answers=OWN)
    browser.send("/report", button=("to", "send"), answers=LAST)

    assert browser.status == 201
    assert 'class="code-words"' in browser.text
    assert len(cases(house)) == 1


def test_without_cookies_the_mailbox_says_that_they_are_the_reason(app, two):
    (_, code), _ = two
    browser = Browser(WithoutCookies(app))
    browser.open("/mailbox")

    browser.send("/mailbox", answers={"code": code.letters})
    browser.open(browser.answer.headers["Location"]) if browser.status == 303 else None

    assert "open for too long" not in browser.text
    assert "cookie" in browser.text
    assert "Your code is right" in browser.text
