"""A form that makes something makes it once, however often and however quickly it is sent."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import second_factor
from helpdesk.accounts.models import Person
from helpdesk.app import create_app
from helpdesk.cases.models import Case, Message, Note
from helpdesk.cases.states import CaseState
from helpdesk.core import stored_responses
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.codes import ReturnCode
from helpdesk.core.history import HistoryEntry
from helpdesk.core.stored_responses import StoredResponse
from helpdesk.settings import Surface
from tests import factories
from tests.conftest import AT_THE_DOOR, SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import FROM_US, Browser

# Seconds between two presses of one button: at once, on a slow line, by an unsure hand.
APART = (0.0, 0.05, 0.5)


@pytest.fixture(scope="module")
def engines(postgres):
    """A database of its own, with the roles of production."""
    admin = create_engine(postgres.url("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    made = []
    with admin.connect() as connection:
        connection.execute(
            text("CREATE DATABASE pressed TEMPLATE strict_empty OWNER helpdesk_owner")
        )

    def engine_of(role):
        made.append(create_engine(postgres.url(role, "pressed"), pool_size=12))
        return made[-1]

    yield {role: engine_of(role) for role in ("helpdesk_app", "helpdesk_intake", "helpdesk_ticker")}
    for engine in made:
        engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE pressed WITH (FORCE)"))
    admin.dispose()


@dataclass
class House:
    context: AppContext
    intake: AppContext
    staff: object
    public: object
    queue: object
    lead: object


@pytest.fixture
def house(engines, settings):
    def desk_on(role, service):
        return AppContext(
            settings=settings,
            sessions=sessionmaker(engines[role], expire_on_commit=False),
            queue_notifier=FakeQueueNotifier(),
            mailer=FakeMailer(),
            service=service,
        )

    context, intake = desk_on("helpdesk_app", SERVICE), desk_on("helpdesk_intake", AT_THE_DOOR)
    with context.begin() as work:
        queue = a_team(work, slug=f"queue-{time.time_ns()}")
        lead = a_person(work, Role.COORDINATOR, [queue], handle=f"lead-{time.time_ns()}")
    staff, public = create_app(context, Surface.STAFF), create_app(intake, Surface.PUBLIC)
    staff.testing = public.testing = True
    return House(context, intake, staff, public, queue, lead)


def counted(house, table, *where):
    with house.context.begin() as work:
        return work.session.scalar(select(func.count()).select_from(table).where(*where))


def browser_of(house, somebody):
    return Browser(sign_in(house.staff.test_client(), somebody))


def cookies_of(client):
    return [(one.key, one.value) for one in client._cookies.values()]


def press_twice(browser, action, answers, *, apart):
    """Two presses of one form from one browser: the second is not held up by the first."""
    form = browser.form(action)
    fields = [pair for pair in form.fields if pair[0] not in answers] + list(answers.items())
    app, cookies = browser.client.application, cookies_of(browser.client)

    def press(wait):
        client = app.test_client()
        for key, value in cookies:
            client.set_cookie(key, value)
        time.sleep(wait)
        data = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return client.post(action, data=data, headers=FROM_US)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(press, (0, apart)))


def page_of(browser, answer):
    """The page that both presses were led to."""
    return browser.client.get(answer.location).get_data(as_text=True)


def same(first, second):
    assert first.status_code == second.status_code
    assert first.location == second.location
    return True


@pytest.mark.parametrize("apart", APART)
@pytest.mark.parametrize(
    ("noun", "answers", "table"),
    [
        ("messages", {"message_text": "We are on it."}, Message),
        ("notes", {"note_text": "Called them."}, Note),
    ],
)
def test_words_are_written_once(house, noun, answers, table, apart):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")

    answered = press_twice(browser, f"/cases/{case.ref}/{noun}", answers, apart=apart)

    assert same(*answered)
    assert answered[0].status_code == 303
    assert counted(house, table, table.case_id == case.id) == 1


@pytest.mark.parametrize("apart", APART)
def test_the_next_case_is_taken_once(house, apart):
    with house.context.begin() as work:
        for _ in range(3):
            a_case(work, house.queue)
    browser = browser_of(house, house.lead)
    browser.open(f"/queues/{house.queue.slug}")

    answered = press_twice(browser, f"/queues/{house.queue.slug}/next", {}, apart=apart)

    assert same(*answered)
    mine = (Case.team_id == house.queue.id, Case.owner_id == house.lead.person.id)
    assert counted(house, Case, *mine) == 1


@pytest.mark.parametrize("apart", APART)
def test_a_person_is_invited_once_and_both_answers_show_the_code(house, apart):
    handle = f"new-{time.time_ns()}"
    browser = browser_of(house, house.lead)
    browser.open("/people/invitation")
    answers = {"handle": handle, "name": f"New {handle}", "role": "responder"}

    answered = press_twice(browser, "/people/invitation", answers, apart=apart)

    assert same(*answered)
    assert 'class="code-letters"' in page_of(browser, answered[1])
    assert counted(house, Person, Person.handle == handle) == 1


@pytest.mark.parametrize("apart", APART)
def test_whoever_enrols_sees_the_recovery_key_whichever_answer_arrives(house, apart):
    with house.context.begin() as work:
        by_operator = factories._as_operator(work)
        _person, code = accounts.invite_person(
            by_operator,
            handle=(handle := f"new-{time.time_ns()}"),
            name=f"New {handle}",
            role=Role.RESPONDER,
            teams=[house.queue],
        )
    browser = Browser(house.staff.test_client())
    browser.open("/enrol")
    browser.send("/enrol", answers={"code": code})
    seed = dict(browser.form("/enrolment").fields)["seed"]
    step = int(datetime.now(UTC).timestamp()) // second_factor.SECONDS
    words = "seven entirely different words stand here today"
    answers = {"passphrase": words, "again": words}
    answers["first_code"] = second_factor.totp_code_at(seed, step)

    answered = press_twice(browser, "/enrolment", answers, apart=apart)

    assert same(*answered)
    assert 'class="code-letters"' in page_of(browser, answered[1])


@pytest.mark.parametrize("apart", APART)
def test_a_reporters_words_arrive_once(house, apart):
    code = ReturnCode.new()
    with house.context.begin() as work:
        case = a_case(work, house.queue, code=code, state=CaseState.OPEN, owner=house.lead)
    browser = Browser(house.public.test_client())
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": code.letters})

    answered = press_twice(
        browser, "/mailbox/case/messages", {"body": "It is worse now."}, apart=apart
    )

    assert same(*answered)
    assert counted(house, Message, Message.case_id == case.id) == 1


def test_other_words_from_the_same_page_are_another_message(house):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")
    form = browser.form(f"/cases/{case.ref}/notes")
    rest = [pair for pair in form.fields if pair[0] != "note_text"]

    for words in ("One.", "Two.", "Two."):
        browser.post(form.action, [*rest, ("note_text", words)])

    assert counted(house, Note, Note.case_id == case.id) == 2


def test_what_was_refused_may_be_pressed_again(house):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")

    answered = press_twice(browser, f"/cases/{case.ref}/notes", {"note_text": " "}, apart=0)

    assert all("Type a note." in page_of(browser, one) for one in answered)
    assert counted(house, StoredResponse) == 0 or counted(house, Note, Note.case_id == case.id) == 0


def test_the_sentence_is_said_once_whichever_answer_arrives(house):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")
    form = browser.form(f"/cases/{case.ref}/notes")
    fields = [pair for pair in form.fields if pair[0] != "note_text"] + [("note_text", "Once.")]

    for _ in range(2):
        answer = browser.post(form.action, fields)
    browser.open(answer.location)

    assert browser.text.count("The note is saved.") == 1


def test_what_the_first_was_told_opens_with_the_form_alone_and_goes_after_a_while(house, engines):
    browser = browser_of(house, house.lead)
    browser.open("/people/invitation")
    handle = f"new-{time.time_ns()}"
    answers = {"handle": handle, "name": f"New {handle}", "role": "responder"}
    first, _ = press_twice(browser, "/people/invitation", answers, apart=0)
    page = page_of(browser, first)
    code = re.search(r'class="code-letters"[^>]*>([^<]+)<', page)[1]

    with house.context.begin() as work:
        rows = work.session.scalars(select(StoredResponse)).all()
        assert rows
        assert not any(code.encode() in (one.answer.raw if one.answer else b"") for one in rows)
        before = max(one.at for one in rows)
        ids = [one.id for one in rows]
    with sessionmaker(engines["helpdesk_ticker"]).begin() as session:
        stored_responses.delete_older_responses(session, before=before + timedelta(minutes=1))
    assert counted(house, StoredResponse, StoredResponse.id.in_(ids)) == 0


def test_history_names_one_act(house):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")

    press_twice(browser, f"/cases/{case.ref}/notes", {"note_text": "Once."}, apart=0)

    noted = (HistoryEntry.case_id == case.id, HistoryEntry.action == "note.added")
    assert counted(house, HistoryEntry, *noted) == 1


def test_many_presses_at_once_are_one(house):
    with house.context.begin() as work:
        case = a_case(work, house.queue, state=CaseState.OPEN, owner=house.lead)
    browser = browser_of(house, house.lead)
    browser.open(f"/cases/{case.ref}")
    form = browser.form(f"/cases/{case.ref}/notes")
    fields = dict(form.fields) | {"note_text": "Once."}
    cookies, gate = cookies_of(browser.client), threading.Barrier(10)

    def press(_number):
        client = house.staff.test_client()
        for key, value in cookies:
            client.set_cookie(key, value)
        gate.wait()
        return client.post(form.action, data=fields, headers=FROM_US).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(press, range(10))) == {303}
    assert counted(house, Note, Note.case_id == case.id) == 1
