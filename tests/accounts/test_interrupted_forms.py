"""A session that ended while somebody wrote: signing in leads on, and every word is still there."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.accounts.models import SignInSession
from helpdesk.cases.models import Message, Note
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.escalations.models import Escalation
from helpdesk.settings import Surface
from helpdesk.web import interrupted_forms
from helpdesk.web.interrupted_forms import InterruptedForm, local_page_or_none
from helpdesk.web.refused_form_contents import RefusedForm
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import Browser

WORDS = "They wrote: “stop”.\n\nI answer <b>tomorrow</b> & call."


@pytest.fixture
def two(context):
    with context.begin() as work:
        queue = a_team(work, slug="line-of-two")
        people = [a_person(work, Role.COORDINATOR, [queue]) for _ in range(2)]
        case = a_case(work, queue, state=CaseState.OPEN, owner=people[0], platform="google")
    return people, case


def idle(context, minutes=31):
    with context.begin() as work:
        earlier = datetime.now(UTC) - timedelta(minutes=minutes)
        work.session.execute(update(SignInSession).values(seen_at=earlier))


def come_in(browser, somebody):
    browser.send(
        "/sign-in", answers={"handle": somebody.person.handle, "passphrase": somebody.passphrase}
    )
    digits = somebody.code(datetime.now(UTC))
    browser.send("/sign-in/code", answers={"code": digits}, follow=False)
    return browser.answer


def written(context, table):
    with context.begin() as work:
        return len(work.session.scalars(select(table)).all())


@pytest.mark.parametrize(
    ("noun", "name", "table"),
    [("messages", "message_text", Message), ("notes", "note_text", Note)],
)
def test_words_come_back_after_signing_in_and_are_sent_once(context, staff, two, noun, name, table):
    (writer, _), case = two
    browser = Browser(sign_in(staff, writer))
    browser.open(f"/cases/{case.ref}")
    idle(context)

    browser.send(f"/cases/{case.ref}/{noun}", answers={name: WORDS})
    assert browser.status == 403
    assert "Your session has ended" in browser.text
    assert "tomorrow" not in browser.text
    answer = come_in(browser, writer)

    assert answer.status_code == 200
    assert "You are signed in again" in answer.text
    assert (name, WORDS.replace("\n", "\r\n")) in browser.form(f"/cases/{case.ref}/{noun}").fields
    assert written(context, table) == 0
    browser.send(f"/cases/{case.ref}/{noun}")
    assert browser.status == 200
    assert written(context, table) == 1


def test_a_wrong_try_and_a_new_beginning_keep_the_words(context, staff, two):
    (writer, _), case = two
    browser = Browser(sign_in(staff, writer))
    browser.open(f"/cases/{case.ref}")
    idle(context)
    browser.send(f"/cases/{case.ref}/notes", answers={"note_text": WORDS})

    browser.send("/sign-in", answers={"handle": writer.person.handle, "passphrase": "wrong"})
    assert browser.status == 422
    browser.send(
        "/sign-in", answers={"handle": writer.person.handle, "passphrase": writer.passphrase}
    )
    browser.send("/sign-in/code", answers={"code": "000 000"})
    assert browser.status == 422
    browser.send("/sign-in")
    answer = come_in(browser, writer)

    assert "tomorrow" in answer.text


def test_another_person_does_not_see_the_words(context, staff, two):
    (writer, other), case = two
    browser = Browser(sign_in(staff, writer))
    browser.open(f"/cases/{case.ref}")
    idle(context)
    browser.send(f"/cases/{case.ref}/notes", answers={"note_text": WORDS})

    answer = come_in(browser, other)
    browser.open(answer.location)

    assert answer.status_code == 303
    assert "tomorrow" not in browser.text
    assert "This form was filled in by someone else" in browser.text
    assert written(context, Note) == 0


def test_what_travels_is_sealed_and_opens_at_its_own_surface_alone(
    context, staff, partner_desk, two
):
    (writer, _), case = two
    browser = Browser(sign_in(staff, writer))
    browser.open(f"/cases/{case.ref}")
    idle(context)
    browser.send(f"/cases/{case.ref}/notes", answers={"note_text": WORDS})
    kept = dict(browser.form("/sign-in").fields)["kept"]

    with staff.application.test_request_context("/"):
        assert InterruptedForm.read(kept).form.fields[-1][0]
        for other in ("", "x", kept[:-4], kept[:-8] + "AAAA" + kept[-4:], "é"):
            assert InterruptedForm.read(other) is None
    with partner_desk.application.test_request_context("/"):
        assert InterruptedForm.read(kept) is None


def test_after_a_day_it_opens_no_more(staff, monkeypatch):
    with staff.application.test_request_context("/"):
        kept = InterruptedForm("/cases/A/notes", RefusedForm((("note_text", "x"),)), "w").kept
        later = interrupted_forms.time.time() + interrupted_forms.LASTS + 60
        monkeypatch.setattr(interrupted_forms.time, "time", lambda: later)
        assert InterruptedForm.read(kept) is None


def test_a_link_followed_while_signed_out_leads_there(staff, two):
    (writer, _), case = two
    browser = Browser(staff)
    answer = browser.open(f"/cases/{case.ref}")
    browser.open(answer.location)

    assert come_in(browser, writer).location == f"/cases/{case.ref}"


def test_a_form_that_holds_a_passphrase_is_not_carried_and_leads_back_to_its_page(
    context, staff, two
):
    (writer, _), _ = two
    browser = Browser(sign_in(staff, writer))
    browser.open("/account/recovery-key")
    idle(context)

    browser.send("/account/recovery-key", answers={"current": writer.passphrase})

    assert writer.passphrase not in browser.text
    assert come_in(browser, writer).location == "/account/recovery-key"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/duty",
    "/\\evil.example/duty",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/%2f/evil.example",
    "/duty\r\nLocation: https://evil.example",
    "/duty\u202e",
    "javascript:alert(1)",
    "https:/duty",
    "https:duty",
    "/duty@evil.example",
    "duty",
    "./duty",
    "",
    "/sign-in",
    "/sign-out",
    "/static/css/base.css",
    "/no-such-page",
    "/queues/first-line/next",
    "/" + "x" * 3_000,
]


@pytest.mark.parametrize("to", ELSEWHERE)
def test_signing_in_leads_to_no_place_outside(staff, to):
    with staff.application.test_request_context("/"):
        assert local_page_or_none(to) is None
    browser = Browser(staff)
    browser.answer = staff.get("/sign-in", query_string={"to": to})
    assert dict(browser.form("/sign-in").fields)["to"] == ""


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/duty"])
def test_a_target_that_was_put_into_the_form_leads_home(staff, two, to):
    (writer, _), _ = two
    browser = Browser(staff)
    browser.open("/sign-in")
    browser.send(
        "/sign-in",
        answers={
            "handle": writer.person.handle,
            "passphrase": writer.passphrase,
            "to": to,
        },
    )
    digits = writer.code(datetime.now(UTC))
    browser.send("/sign-in/code", answers={"code": digits, "to": to}, follow=False)

    assert browser.answer.location == "/duty"


def test_a_page_of_ours_with_its_question_is_one(staff):
    with staff.application.test_request_context("/"):
        for address in ("/duty", "/cases/ABC-2345", "/queues/a?show=open&after=1"):
            assert local_page_or_none(address) == address


def test_without_cookies_signing_in_says_that_they_are_the_reason(staff, two):
    (writer, _), _ = two
    client = staff.application.test_client(use_cookies=False)
    browser = Browser(client)
    browser.open("/sign-in")

    browser.send(
        "/sign-in", answers={"handle": writer.person.handle, "passphrase": writer.passphrase}
    )

    assert "You need a cookie to sign in" in browser.text


def test_every_form_of_staff_comes_back_filled_in(context, staff, two):
    """The words of whatever form is on the page of a case are in the sealed answer."""
    (writer, _), case = two
    browser = Browser(sign_in(staff, writer))
    browser.open(f"/cases/{case.ref}")
    page = browser.answer
    tokens = re.findall(r'action="(/cases/[^"]+)"', page.text)
    assert len(tokens) > 5
    idle(context)
    token = dict(browser.form(f"/cases/{case.ref}/notes").fields)["csrf_token"]

    for address in sorted(set(tokens)):
        browser.answer = browser.post(
            address, [("csrf_token", token), ("words_of_any_form", "two words")]
        )
        assert browser.status == 403, address
        kept = dict(browser.form("/sign-in").fields)["kept"]
        with staff.application.test_request_context("/"):
            found = InterruptedForm.read(kept)
        assert found.address == address
        assert ("words_of_any_form", "two words") in found.form.fields
    assert staff.application.extensions["surface"] is Surface.STAFF
    assert written(context, Escalation) == 0
