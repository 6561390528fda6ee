"""The database fails for a moment while somebody sends: no word is lost, none is there twice."""

import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from helpdesk.cases.models import Message

WORDS = "They are at the door again."
SENT = "Message sent"


@pytest.fixture
def mailbox(browser, case, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    browser.open("/mailbox/case")
    return browser


@pytest.fixture
def lose_the_answer(house, app):
    """From when it is called: the next commit is made, and its answer is lost on the way."""
    app.testing = False
    armed = []

    def lose(_session):
        if armed:
            armed.pop()
            raise OperationalError("COMMIT", {}, AdminShutdown())

    event.listen(house.intake.sessions, "after_commit", lose)
    yield lambda: armed.append(True)
    event.remove(house.intake.sessions, "after_commit", lose)


@pytest.fixture
def lose_the_connection(house, app):
    """From when it is called: the next statement with these words finds its connection closed, and
    the one after it finds another."""
    app.testing = False
    armed = []

    def lose(_connection, _cursor, statement, *_more):
        if any(words in statement for words in armed):
            armed.clear()
            raise OperationalError(statement, {}, AdminShutdown())

    engine = house.intake.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lose)
    yield armed.append
    event.remove(engine, "before_cursor_execute", lose)


def messages_of(house, case):
    with house.inside() as work:
        counted = select(func.count()).select_from(Message).where(Message.case_id == case.id)
        return work.session.scalar(counted)


def test_words_come_back_to_whose_mailbox_is_open(mailbox, lose_the_connection):
    lose_the_connection("max(messages.sent_at)")

    mailbox.send("/mailbox/case/messages", answers={"body": WORDS})

    assert mailbox.status == 503
    assert WORDS in mailbox.text
    assert "Nothing was sent" in mailbox.text


def test_what_was_saved_with_an_answer_that_was_lost_is_not_there_twice(
    house, mailbox, case, lose_the_answer
):
    lose_the_answer()
    mailbox.send("/mailbox/case/messages", answers={"body": WORDS})
    assert "be there twice" in mailbox.text
    assert SENT not in mailbox.text
    assert messages_of(house, case) == 1

    mailbox.send("/mailbox/case/messages")  # the button of that page

    assert mailbox.status == 200
    assert "You sent us a message on" in mailbox.text
    assert SENT in mailbox.text
    assert messages_of(house, case) == 1


@pytest.mark.parametrize(
    ("address", "said", "at"),
    [
        ("messages", "Message sent", "note_press_answer"),
        ("danger", "alerting the people on duty", "raise_own_level"),
    ],
)
def test_what_was_rolled_back_with_a_lost_connection_is_not_said_to_be_done(
    house, mailbox, case, lose_the_connection, address, said, at
):
    """Whoever reads that people are being alerted stops calling for help."""
    if address == "danger":
        mailbox.open("/mailbox/case/danger")
    lose_the_connection(at)

    answers = {"body": WORDS} if address == "messages" else {}
    mailbox.send(f"/mailbox/case/{address}", answers=answers)

    assert mailbox.status == 503
    assert "Nothing was sent" in mailbox.text
    assert said not in mailbox.text
    assert messages_of(house, case) == 0
    mailbox.open("/mailbox/case")
    assert said not in mailbox.text


def test_nor_when_the_database_fails_at_the_next_press_too(
    house, mailbox, case, lose_the_answer, lose_the_connection
):
    lose_the_answer()
    mailbox.send("/mailbox/case/messages", answers={"body": WORDS})
    lose_the_connection("INSERT INTO presses")
    mailbox.send("/mailbox/case/messages")
    assert mailbox.status == 503

    mailbox.send("/mailbox/case/messages")

    assert messages_of(house, case) == 1


def test_a_mailbox_that_was_not_opened_with_the_commit_leaves_the_words_to_a_stranger(
    browser, case, code, lose_the_connection
):
    """The words were sent after the session had ended, and with the code they come along: the page
    was to be theirs, but they did not get in."""
    browser.open("/mailbox")
    lose_the_connection("add_press_answer")
    answers = {"code": " ".join(code.words), "body": WORDS}
    fields = [*dict(browser.form("/mailbox").fields, **answers).items()]

    browser.answer = browser.post("/mailbox", fields)

    assert browser.status == 503
    assert WORDS in browser.text


def test_who_leaves_with_a_lost_commit_reads_that_nobody_knows(mailbox, lose_the_answer):
    """The next request is a stranger's: kept for who came, the page would not be found."""
    lose_the_answer()

    mailbox.send("/mailbox/sign-out")

    assert mailbox.status == 503
    assert mailbox.answer.request.method == "POST"
    assert "We can’t tell whether this was saved" in mailbox.text
