"""What answers a form has an address of its own: Reload sends nothing twice, and it ends."""

from datetime import timedelta

import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from helpdesk.accounts.models import TeamKind
from helpdesk.app import create_app
from helpdesk.cases.models import Note
from helpdesk.cases.states import CaseState
from helpdesk.core import stored_responses
from helpdesk.core.actors import Role
from helpdesk.core.stored_responses import KEPT, StoredResponse
from helpdesk.settings import Surface
from helpdesk.web import kept_result_pages
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import FROM_US, Browser, token_in

TYPED = "https://platform.example/an-account-of-theirs"


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work)


@pytest.fixture
def lead(context, queue):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [queue])


@pytest.fixture
def staff(context):
    app = create_app(context, Surface.STAFF)
    app.testing = True
    return app


@pytest.fixture
def browser(staff, lead):
    return Browser(sign_in(staff.test_client(), lead))


def invited(browser):
    """Somebody is invited: the page shows a code, once."""
    browser.open("/people/invitation")
    answers = {"handle": "asha", "name": "Asha", "role": "responder"}
    browser.send("/people/invitation", answers=answers)
    return browser.answer.request.full_path.rstrip("?")


def refused(browser):
    browser.open("/people/invitation")
    browser.send("/people/invitation", answers={"handle": "asha", "name": "", "role": "responder"})
    return browser.answer.request.full_path.rstrip("?")


@pytest.mark.parametrize(("way", "status"), [(invited, 201), (refused, 422)])
def test_a_form_is_answered_at_an_address_of_its_own_that_can_be_reloaded(browser, way, status):
    address = way(browser)
    page = browser.text

    assert address.startswith("/results/")
    assert browser.answer.headers["Cache-Control"] == "no-store"
    for _reload in range(2):
        browser.open(address)
        assert browser.status == status
        assert browser.text == page


def test_what_was_typed_stands_on_the_page_and_its_form_can_be_sent(browser):
    refused(browser)
    assert ("handle", "asha") in browser.form("/people/invitation").fields

    browser.send("/people/invitation", answers={"name": "Asha"})

    assert browser.status == 201
    assert 'class="code-letters"' in browser.text


def test_what_was_refused_has_changed_nothing(browser, context, queue, lead):
    with context.begin() as work:
        case = a_case(work, queue, state=CaseState.OPEN, owner=lead)
    browser.open(f"/cases/{case.ref}")

    browser.send(f"/cases/{case.ref}/notes", answers={"note_text": "x" * 200_001})

    assert browser.status in (413, 422)
    with context.begin() as work:
        assert work.session.scalars(select(Note)).all() == []


@pytest.mark.parametrize(
    "end", ["sign out", "another browser", "Someone else was signed in", "no cookie"]
)
def test_it_opens_for_this_browser_and_this_person_alone(browser, staff, context, queue, end):
    address = invited(browser)
    if end == "sign out":
        browser.open("/account")
        browser.send("/sign-out")
    elif end == "another browser":
        with context.begin() as work:
            colleague = a_person(work, Role.COORDINATOR, [work.session.merge(queue)])
            browser = Browser(sign_in(staff.test_client(), colleague))
        invited_form = browser.open("/people/invitation")
        assert invited_form.status_code == 200
    elif end == "Someone else was signed in":
        with context.begin() as work:
            sign_in(browser.client, a_person(work, Role.COORDINATOR))
    else:
        browser.client.delete_cookie("hd_staff_form")

    browser.open(address)

    assert browser.status == 404
    assert "This page has expired" in browser.text
    assert 'class="code-letters"' not in browser.text


@pytest.mark.parametrize(
    ("way", "kept"),
    [(invited, KEPT), (refused, kept_result_pages.REFUSED_LASTS)],
    ids=["done", "refused"],
)
def test_it_goes_after_a_while(browser, monkeypatch, way, kept):
    address, minute = way(browser), timedelta(minutes=1)

    for passed, status in ((kept - minute, {201, 422}), (kept + minute, {404})):
        # No role of pages may change a row: what was kept less long is as what is looked for later.
        monkeypatch.setattr(stored_responses, "KEPT", KEPT - passed)
        browser.open(address)
        assert browser.status in status


def test_the_database_holds_neither_the_page_nor_what_opens_it(browser, context):
    address = refused(browser)

    with context.begin() as work:
        rows = work.session.scalars(select(StoredResponse)).all()
        assert rows
        for row in rows:
            assert b"asha" not in row.answer.raw
            assert address.rpartition("/")[2] != row.id


def test_without_cookies_the_page_stands_in_place(staff):
    client = staff.test_client(use_cookies=False)
    form = Browser(client)
    form.open("/sign-in")

    form.send("/sign-in", answers={"handle": "asha", "passphrase": "wrong"})

    assert form.status == 422
    assert form.answer.request.method == "POST"
    assert "The name or the passphrase isn’t right." in form.text


def test_a_result_of_a_stranger_is_over_when_somebody_comes_in(context, staff, lead):
    browser = Browser(staff.test_client())
    browser.open("/sign-in")
    browser.send("/sign-in", answers={"handle": "asha", "passphrase": "wrong"})
    address = browser.answer.request.path
    sign_in(browser.client, lead)

    assert browser.open(address).status_code == 404


def test_too_many_results_at_once_stand_in_place(browser, monkeypatch):
    monkeypatch.setattr(kept_result_pages, "BURST", 0)

    browser.open("/people/invitation")
    fields = [*browser.form("/people/invitation").fields, ("name", "")]
    answer = browser.client.post("/people/invitation", data=dict(fields), headers=FROM_US)

    assert answer.status_code == 422


def stored(context):
    with context.begin() as work:
        return len(work.session.scalars(select(StoredResponse.id)).all())


def refused_code(public, body):
    browser = Browser(public)
    browser.open("/mailbox")
    return browser.send("/mailbox", answers={"code": "no code", "body": body})


def test_of_a_stranger_no_long_page_that_refuses_is_kept(context, public):
    before = stored(context)

    assert refused_code(public, "short").status_code == 422
    assert stored(context) == before + 1
    assert refused_code(public, "<" * 92_000).status_code == 422
    assert stored(context) == before + 1


def test_what_is_kept_of_strangers_is_bounded_for_all_of_them_together(
    context, public, monkeypatch, browser
):
    monkeypatch.setattr(kept_result_pages, "STRANGERS_KB_BURST", 100)
    monkeypatch.setattr(kept_result_pages, "STRANGERS_KB_PER_MINUTE", 1)  # however long it takes
    before = stored(context)

    for number in range(30):
        public.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert refused_code(public, "x" * 20_000).status_code == 422

    assert stored(context) - before < 10
    assert refused(browser).startswith("/results/"), "who is signed in is counted by themselves"


@pytest.fixture(params=["staff", "partner"])
def signed_in(request, context, queue, lead):
    """Somebody who is signed in, on the two surfaces where one is."""
    if request.param == "staff":
        surface, somebody = Surface.STAFF, lead
    else:
        surface = Surface.PARTNER
        with context.begin() as work:
            somebody = a_person(work, Role.PARTNER, [a_team(work, kind=TeamKind.PARTNER)])
    app = create_app(context, surface)
    return Browser(sign_in(app.test_client(), somebody))


def sent_as_the_database_fails(browser):
    """They send words that they typed, and the view finds its connection closed."""

    def lost(**_values):
        raise OperationalError("SELECT", {}, AdminShutdown())

    browser.client.application.view_functions["accounts.create_sign_out_everywhere"] = lost
    browser.open("/account")
    fields = [("csrf_token", token_in(browser.text)), ("body", TYPED)]
    browser.answer = browser.post("/sign-out-everywhere", fields)


def test_words_come_back_to_who_is_signed_in_when_the_database_fails_for_a_moment(signed_in):
    sent_as_the_database_fails(signed_in)

    assert signed_in.status == 503
    assert TYPED in signed_in.text


def test_a_refusal_to_somebody_who_could_not_be_recognised_stands_in_place(signed_in, context):
    """Whom it could be kept for is not known, and as a stranger's it would not be found again."""
    armed = [True]

    def lose(_connection, _cursor, statement, *_more):
        if armed and "FROM sign_ins" in statement:
            armed.clear()
            raise OperationalError(statement, {}, AdminShutdown())

    signed_in.open("/account")
    fields = [("csrf_token", token_in(signed_in.text)), ("body", TYPED)]
    engine = context.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lose)
    signed_in.answer = signed_in.post("/sign-out-everywhere", fields)
    event.remove(engine, "before_cursor_execute", lose)

    assert not armed, "it was not asked who is there"
    assert signed_in.status == 503
    assert TYPED in signed_in.text
