"""The mailbox: open to the code alone, and silent about what was told."""

import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, text, update

from helpdesk.accounts import operations as people
from helpdesk.accounts import queries as accounts
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, Message
from helpdesk.cases.queries import newest_reporter_message_id
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind, WaitsOn
from helpdesk.core.actors import Role
from helpdesk.core.code_words import word_list
from helpdesk.core.codes import ReturnCode
from helpdesk.core.edit_distance import variants_within_one_edit
from helpdesk.core.errors import Conflict
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import case_closing as duty
from helpdesk.intake.models import MailboxSession
from tests.core.test_code_input import as_copied
from tests.factories import a_case, a_person


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    """An open case of somebody who has the code."""
    with house.inside() as work:
        return a_case(
            work,
            house.team,
            code=code,
            state=CaseState.OPEN,
            platform="google",
            owner=house.responder,
            consents=(ConsentKind.HELP,),
        )


def enter(browser, typed):
    browser.open("/mailbox")
    return browser.send("/mailbox", answers={"code": typed})


def test_refused_return_codes_are_logged_without_the_code_and_a_flood_of_them_is_not(
    browser, caplog
):
    caplog.set_level(logging.WARNING)
    wrong = ReturnCode.new()

    enter(browser, " ".join(wrong.words))
    enter(browser, " ".join(wrong.words[:8]))
    lines = [one.getMessage() for one in caplog.records if one.name == "helpdesk.web.refusal_log"]
    assert lines == ["return code refused at public"] * 2

    for _ in range(100):
        enter(browser, " ".join(wrong.words))
    lines = [one.getMessage() for one in caplog.records if one.name == "helpdesk.web.refusal_log"]
    assert len(lines) < 70
    said = {
        *["return", "code", "refused", "at", "public"]
    }  # a few of these are words of codes, too
    assert not any(word in line.split() for line in lines for word in {*wrong.words} - said)


@pytest.fixture
def inside(browser, case, code):
    """A browser whose mailbox is open."""
    enter(browser, " ".join(code.words))
    assert "happening with your case" in browser.text
    return browser


def slipped(word):
    """The word with one slip in it that leaves no doubt what was meant."""
    known = {*word_list("en")}
    slips = (
        slip for slip in variants_within_one_edit(word) if slip.isalpha() and slip not in known
    )
    beginnings = {one[:4] for one in known if one != word}
    return next(
        slip
        for slip in slips
        if known & set(variants_within_one_edit(slip)) == {word} and slip[:4] not in beginnings
    )


@pytest.mark.parametrize(
    "written",
    [
        lambda code: " ".join(code.words),
        lambda code: "-".join(code.words).upper(),
        lambda code: "\n".join(f"{n}. {word}" for n, word in enumerate(code.words, 1)),
        lambda code: " ".join(code.words_in("fr")),
        lambda code: " ".join(word[:4] for word in code.words),
        lambda code: code.digits,
        lambda code: code.letters,
        lambda code: code.letters.replace("-", "").lower(),
        lambda code: " ".join(code.letters.replace("0", "o").replace("1", "l")),
        lambda code: " ".join(map(slipped, code.words)),
    ],
)
def test_either_form_of_the_code_opens_it_however_it_is_typed(browser, case, code, written):
    enter(browser, written(code))

    assert browser.status == 200
    assert case.ref in browser.text


def test_a_wrong_code_looks_and_weighs_the_same_whatever_is_wrong(browser, case, code):
    other = ReturnCode.new()
    one_word_wrong = [*code.words[:9], "zoom" if code.words[9] != "zoom" else "zone"]
    pages = set()
    for typed in (
        " ".join(other.words),
        other.letters,
        " ".join(one_word_wrong),
        "not one of these ten words is in the list",
        "x" * 26,
        "",
    ):
        enter(browser, typed)
        assert browser.status == 422
        page = re.sub(r'name="csrf_token" value="[^"]*"', "", browser.text)
        pages.add(re.sub(r"<textarea(.*?)>.*?</textarea>", r"<textarea\1>", page, flags=re.S))

    assert len(pages) == 1


@pytest.mark.parametrize(
    ("many", "said"),
    [(9, "You typed 9 of the 12 words"), (13, "You typed 13 words, but a code has 12")],
)
def test_what_is_missing_of_a_code_is_counted_and_never_judged(browser, case, many, said):
    pages = set()
    for words in (ReturnCode.new().words * 2, ["notaword"] * 20):
        enter(browser, " ".join(words[:many]))
        assert browser.status == 422
        assert said in browser.text
        page = re.sub(r'name="csrf_token" value="[^"]*"', "", browser.text)
        pages.add(re.sub(r"<textarea(.*?)>.*?</textarea>", r"<textarea\1>", page, flags=re.S))

    assert len(pages) == 1


def test_letters_and_digits_are_counted_too(browser, case, code):
    enter(browser, "K7F3M-QABCD-EFGHJ-KMNPQ-RSTVW")

    assert "You typed 25 letters and digits, but a code has 26" in browser.text


def test_the_whole_box_of_the_receipt_opens_the_mailbox(browser, case, code):
    enter(browser, f"You have your order. {as_copied(code)}")

    assert browser.status == 200
    assert case.ref in browser.text


@pytest.mark.parametrize("form", ["words", "letters", "box"])
def test_a_code_in_a_message_is_stopped_and_the_words_are_kept(house, inside, case, code, form):
    written = {"words": " ".join(code.words), "letters": code.letters, "box": as_copied(code)}[form]

    inside.send("/mailbox/case/messages", answers={"body": f"My code is {written}, please help"})

    assert inside.status == 422
    assert "looks like a private code" in inside.text
    assert "please help" in inside.text
    with house.inside() as work:
        assert work.session.scalars(select(Message)).all() == []


def test_a_wrong_code_costs_one_look_up_whatever_is_wrong(house, browser):
    counted = []
    for typed in (" ".join(ReturnCode.new().words), "garbled"):
        browser.open("/mailbox")
        statements = []
        with watched(house, statements):
            browser.send("/mailbox", answers={"code": typed})
        counted.append([line for line in statements if "FROM cases" in line])

    assert len(counted[0]) == len(counted[1]) == 1


def test_many_wrong_codes_are_asked_to_wait_but_the_right_one_always_opens(browser, case, code):
    for _ in range(12):
        enter(browser, ReturnCode.new().letters)
    assert "wait a minute" in browser.text

    enter(browser, code.letters)

    assert browser.status == 200
    assert case.ref in browser.text


def test_the_cookie_opens_what_the_row_holds_and_the_row_alone_does_not(house, inside, code):
    with house.inside() as work:
        [visit] = work.session.scalars(select(MailboxSession)).all()

    cookie = inside.client.get_cookie("hd_public_door")
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    assert cookie.expires is None
    assert cookie.value.encode() not in visit.unlocked.raw
    assert cookie.value != visit.id
    assert code.secret().raw not in visit.unlocked.raw


def test_after_half_an_hour_without_a_click_the_code_is_asked_again(house, inside):
    _age_visits(house, timedelta(minutes=40))

    inside.open("/mailbox/case")

    assert inside.status == 303
    assert inside.answer.headers["Location"] == "/mailbox"


def test_a_visit_of_a_day_ahead_is_none_and_the_next_one_sweeps_it(house, inside, code):
    """The clock was ahead, and was put right."""
    _age_visits(house, timedelta(days=-1))

    inside.open("/mailbox/case")

    assert inside.status == 303
    assert inside.answer.headers["Location"] == "/mailbox"
    (ahead,) = _visits(house)
    inside.open("/mailbox")
    inside.send("/mailbox", answers={"code": " ".join(code.words)})
    assert ahead.id not in {one.id for one in _visits(house)}


def test_each_click_keeps_it_open_and_writes_every_five_minutes_at_most(house, inside):
    _age_visits(house, timedelta(minutes=20))
    statements = []
    inside.open("/mailbox/case")
    with watched(house, statements):
        inside.open("/mailbox/case")

    assert inside.status == 200
    assert not [line for line in statements if line.startswith("UPDATE visits")]


def test_a_message_that_was_being_written_when_it_closed_is_not_lost(house, inside, code):
    _age_visits(house, timedelta(minutes=40))
    words = "What I wrote\r\nfor forty minutes."

    inside.send("/mailbox/case/messages", answers={"body": words})
    assert inside.status == 403
    inside.send("/mailbox", answers={"code": code.letters})
    inside.send("/mailbox/case/messages")

    assert inside.status == 200
    with house.inside() as work:
        [message] = work.session.scalars(select(Message)).all()
        assert work.keys.open(message, "body").split() == words.split()


def test_closing_it_ends_the_visit_and_the_next_one_needs_the_code(house, inside):
    inside.send("/mailbox/sign-out", follow=False)
    assert inside.answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    inside.open(inside.answer.headers["Location"])
    assert "Your mailbox is closed in this browser." in inside.text
    inside.open("/mailbox/case")

    assert inside.status == 303
    assert _visits(house) == []


def test_visits_that_ended_by_themselves_are_deleted_with_the_next(house, inside, browser, code):
    _age_visits(house, timedelta(minutes=40))
    inside.client.delete_cookie("hd_public_door")

    enter(browser, code.letters)

    assert len(_visits(house)) == 1


def test_our_words_can_be_read_and_theirs_cannot(house, inside, case):
    inside.send("/mailbox/case/messages", answers={"body": "My secret."})
    assert "Message sent" in inside.text
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Our <b>answer</b>.")

    inside.open("/mailbox/case")

    assert "Our &lt;b&gt;answer&lt;/b&gt;." in inside.text
    assert "You sent us a message on" in inside.text
    assert "My secret." not in inside.text
    assert "They took my account." not in inside.text


def test_what_was_written_on_one_day_is_one_line(house, inside, case):
    for words in ("One.", "Two.", "Three."):
        inside.send("/mailbox/case/messages", answers={"body": words})
    assert "You sent us 3 messages on" in inside.text
    assert inside.text.count("You sent us") == 1

    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Our answer.")
    inside.send("/mailbox/case/messages", answers={"body": "Four."})

    before, _answer, after = inside.text.partition("Our answer.")
    assert "You sent us 3 messages on" in before
    assert "You sent us a message on" in after


def test_an_answer_within_the_hour_stands_behind_the_question(house, inside, case, now):
    with house.inside(at=now) as work:
        casework.send_message(work, work.session.get(Case, case.id), "A question?")
    with house.inside() as work:
        work.session.execute(update(Message).values(sent_at=work.at - timedelta(seconds=1)))

    inside.send("/mailbox/case/messages", answers={"body": "An answer."})

    assert inside.text.index("A question?") < inside.text.index("You sent us")


def test_an_empty_message_is_told_so(inside):
    inside.send("/mailbox/case/messages", answers={"body": "  "})

    assert inside.status == 422
    assert "Write something before you send it." in inside.text


def test_a_message_wakes_a_case_that_waited_for_it(house, inside, case):
    _ask(house, case)

    inside.send("/mailbox/case/messages", answers={"body": "Here."})

    assert (_case(house, case).state, _case(house, case).waits_until) == (CaseState.OPEN, None)
    assert "triage.tell_owner" in _promised(house, case)


def test_a_message_does_not_end_the_waiting_for_a_partner(house, inside, case):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.wait(WaitsOn.PARTNER, work.at.date() + timedelta(days=9))
        work.record("case.waits", found)

    inside.send("/mailbox/case/messages", answers={"body": "Here."})

    assert _case(house, case).waits_on is WaitsOn.PARTNER


def test_an_answer_is_owed_to_every_message_once(house, inside, case):
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Hello.")
    assert _case(house, case).reply_due_at is None

    inside.send("/mailbox/case/messages", answers={"body": "They are in again."})
    due = _case(house, case).reply_due_at
    inside.send("/mailbox/case/messages", answers={"body": "And again."})

    assert due is not None
    assert _case(house, case).reply_due_at == due
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "I am looking.")
    assert _case(house, case).reply_due_at is None


def test_somebody_says_that_a_message_needs_no_answer_but_never_that_the_first_needs_none(
    house, inside, case
):
    inside.send("/mailbox/case/messages", answers={"body": "Are you there?"})
    with pytest.raises(Conflict, match="Nobody has answered"):
        _leave_unanswered(house, case)
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Yes.")
    inside.send("/mailbox/case/messages", answers={"body": "Thank you."})

    _leave_unanswered(house, case)

    assert _case(house, case).reply_due_at is None
    with pytest.raises(Conflict, match="doesn’t need an answer"):
        _leave_unanswered(house, case)


def test_what_came_behind_the_back_of_a_responder_is_not_answered_by_what_they_send(
    house, inside, case
):
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Hello.")
    inside.send("/mailbox/case/messages", answers={"body": "Thank you."})
    seen = _newest(house, case)
    inside.send("/mailbox/case/messages", answers={"body": "They are at my door."})
    due = _case(house, case).reply_due_at

    with pytest.raises(Conflict, match="written again"):
        _leave_unanswered(house, case, seen=seen)
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "You are welcome.", seen=seen)

    assert _case(house, case).reply_due_at == due is not None
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.send_message(
            work, found, "I call now.", seen=newest_reporter_message_id(work, found)
        )
    assert _case(house, case).reply_due_at is None


def test_a_case_does_not_close_over_a_message_that_nobody_has_answered(house, inside, case):
    inside.send("/mailbox/case/messages", answers={"body": "One more thing."})

    for outcome in CaseOutcome:
        with house.inside() as work, pytest.raises(Conflict, match="nobody has answered"):
            duty.close_case(work, work.session.get(Case, case.id), outcome=outcome)


def _newest(house, case):
    with house.inside() as work:
        return newest_reporter_message_id(work, case)


def _leave_unanswered(house, case, seen=None):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.mark_no_reply_needed(
            work, found, seen=seen or newest_reporter_message_id(work, found)
        )


def test_an_older_window_gives_nothing_again_that_was_taken_back_in_another(house, inside, case):
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:google"]})
    inside.open("/mailbox/case")
    [shown] = re.findall(r'name="shown" value="([^"]*)"', inside.text)
    inside.send("/mailbox/case/consents", answers={"agreed": ["help"]})

    older = {"agreed": ["help", "keep", "platform:google"], "shown": shown}
    inside.send("/mailbox/case/consents", answers=older)

    assert set(shown.split()) == {"help", "platform:google"}
    assert _current(house, case) == {("help", None), ("keep", None)}


def test_nor_does_it_take_back_what_was_given_since(house, inside, case):
    inside.open("/mailbox/case")
    [shown] = re.findall(r'name="shown" value="([^"]*)"', inside.text)
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:google"]})

    inside.send("/mailbox/case/consents", answers={"agreed": [], "shown": shown})

    assert _current(house, case) == {("platform", "google")}


def test_a_closed_case_says_so_and_writing_opens_it_again(house, inside, case):
    with house.inside() as work:
        casework.end_case_work(work, work.session.get(Case, case.id), outcome=CaseOutcome.RESOLVED)
    inside.open("/mailbox/case")
    assert "Your case is closed. It was solved." in inside.text

    inside.send("/mailbox/case/messages", answers={"body": "It is back."})

    opened = _case(house, case)
    assert opened.state is CaseState.OPEN
    assert opened.reply_due_at is not None
    assert "Your case is closed" not in inside.text


def test_consents_are_given_and_taken_back_one_by_one(house, inside, case):
    inside.send("/mailbox/case/consents", answers={"agreed": ["keep", "platform:google"]})
    assert _current(house, case) == {("keep", None), ("platform", "google")}
    assert "escalations.cancel_unsent" not in _promised(house, case)

    inside.send("/mailbox/case/consents", answers={"agreed": ["keep"]})

    assert _current(house, case) == {("keep", None)}
    assert "escalations.cancel_unsent" in _promised(house, case)


def test_the_mailbox_says_what_needs_no_consent_and_what_a_tick_is_for(inside):
    assert "Whatever you choose, our team reads what you write and answers here." in inside.text
    assert "we’ll ask you first." in inside.text


def test_to_agree_may_be_the_answer_that_a_case_waited_for(house, inside, case):
    _ask(house, case)

    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:google"]})

    assert _case(house, case).state is CaseState.OPEN


def test_a_consent_that_was_not_on_offer_is_none(house, inside, case):
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:nowhere", "x"]})

    assert _current(house, case) == {("help", None)}


def test_saving_without_a_change_tells_nobody(house, inside, case):
    inside.send("/mailbox/case/consents")

    assert _promised(house, case) == set()


def test_taking_the_case_back_closes_it_and_every_consent(house, inside, case):
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:google"]})
    inside.open("/mailbox/case/withdrawal")

    inside.send("/mailbox/case/withdrawal")

    closed = _case(house, case)
    assert closed.state is CaseState.CLOSED
    assert "You withdrew your case" in inside.text
    assert _current(house, case) == set()
    assert "escalations.cancel_unsent" in _promised(house, case)


def test_taking_it_back_twice_is_taking_it_back(house, inside, case):
    inside.open("/mailbox/case/withdrawal")
    inside.send("/mailbox/case/withdrawal")
    inside.open("/mailbox/case/withdrawal")

    inside.send("/mailbox/case/withdrawal")

    assert inside.status == 200
    assert "You withdrew your case" in inside.text


def test_on_a_closed_case_a_consent_can_still_be_taken_back(house, inside, case):
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "platform:google"]})
    with house.inside() as work:
        closed = work.session.get(type(case), case.id)
        closed.close(outcome=CaseOutcome.RESOLVED, at=work.at, by=work.actor.id)
        work.record("case.closed", closed)
    inside.open("/mailbox/case")

    inside.send("/mailbox/case/consents", answers={"agreed": ["help"]})

    assert _current(house, case) == {("help", None)}


def test_the_mailbox_knows_one_case_and_no_other(house, inside, code):
    with house.inside() as work:
        other = a_case(work, house.team, story="Another.")

    inside.open("/mailbox/case")

    assert other.ref not in inside.text


def test_a_report_sent_while_the_mailbox_is_open_is_tied_to_nothing(house, inside, case):
    inside.open("/report")
    inside.send("/report", button=("to", "2"), answers={"what": "account-takeover"})
    inside.send("/report", button=("to", "3"))
    inside.send("/report", button=("to", "4"))
    inside.send("/report", button=("to", "send"), answers={"consents": ["help"]})
    assert inside.status == 200

    with house.inside() as work:
        entries = work.session.execute(
            text("SELECT actor_id, case_id FROM history WHERE action = 'case.submitted'")
        ).all()
        other = [row for row in entries if row.case_id != case.id]
        assert [row.actor_id for row in other] == ["nobody"]
        consent = work.session.scalars(select(Consent).where(Consent.case_id != case.id)).one()
        assert consent.given_by == f"reporter:{consent.case_id}"


def _age_visits(house, by):
    with house.inside() as work:
        work.session.execute(update(MailboxSession).values(seen_at=work.at - by))


def _visits(house):
    with house.inside() as work:
        return list(work.session.scalars(select(MailboxSession)))


def _case(house, case):
    with house.inside() as work:
        return work.session.get(Case, case.id, populate_existing=True)


def _promised(house, case):
    with house.inside() as work:
        jobs = select(OutboxJob.job).where(OutboxJob.arguments["case_id"].astext == case.id)
        return set(work.session.scalars(jobs)) - {"triage.alarm", "triage.call_on_duty"}


def _current(house, case):
    with house.inside() as work:
        current = select(Consent.kind, Consent.platform).where(
            Consent.case_id == case.id, Consent.withdrawn_at.is_(None)
        )
        return {(kind.value, platform) for kind, platform in work.session.execute(current)}


@contextmanager
def watched(house, statements):
    """Keep every statement that reaches the database meanwhile."""
    connection = house.staff.sessions.kw["bind"]

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("level", "promise"),
    [
        (Level.IMMEDIATE, "We aim to write to you at least every 4 hours."),
        (Level.URGENT, "We aim to write to you at least once a day."),
        (Level.ROUTINE, "We aim to write to you at least every 7 days."),
    ],
)
def test_where_it_stands_says_when_we_last_wrote_and_how_often_we_mean_to(
    house, inside, case, level, promise
):
    _write(house, case, ago=timedelta(minutes=5))
    _set(house, case, level=level)

    inside.open("/mailbox/case")

    assert "We last wrote to you:" in inside.text
    assert promise in inside.text
    assert "We meant to write to you by now" not in inside.text


def test_a_next_word_that_is_overdue_is_said_to_be_late(house, inside, case):
    _set(house, case, level=Level.IMMEDIATE)
    _write(house, case, ago=timedelta(hours=5))

    inside.open("/mailbox/case")

    assert "We meant to write to you by now." in inside.text
    assert "We aim to write to you" not in inside.text


@pytest.mark.parametrize("on", [WaitsOn.REPORTER, WaitsOn.DATE])
def test_where_the_next_move_is_not_ours_no_word_is_promised(house, inside, case, on):
    _write(house, case, ago=timedelta(days=9))
    with house.inside() as work:
        until = work.at.date() + timedelta(days=9) if on is WaitsOn.DATE else None
        casework.pause_case(work, work.session.get(Case, case.id), waits_on=on, until=until)

    inside.open("/mailbox/case")

    assert "We last wrote to you:" in inside.text
    assert "only write if something changes." in inside.text
    assert "We aim to write to you" not in inside.text
    assert "We meant to write to you by now" not in inside.text


def test_while_an_answer_is_owed_its_time_is_said_and_nothing_vaguer(house, inside, case):
    _write(house, case, ago=timedelta(minutes=5))

    inside.send("/mailbox/case/messages", answers={"body": "Something new."})

    assert "We aim to write to you within" in inside.text
    assert "We aim to write to you at least" not in inside.text


def test_who_is_waited_for_reads_until_which_day(house, inside, case):
    _ask(house, case)

    inside.open("/mailbox/case")

    day = _case(house, case).waits_until
    assert "wait until this date, then look at it again:" in inside.text
    assert f"{day.day} {day:%B %Y}" in inside.text


def _ask(house, case):
    """Ask the reporter something, and wait for the answer."""
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.send_message(work, found, "Since when?")
        casework.pause_case(work, found, waits_on=WaitsOn.REPORTER)


def _write(house, case, *, ago):
    with house.inside(at=datetime.now(UTC) - ago) as work:
        casework.send_message(work, work.session.get(Case, case.id), "We are on it.")


def _set(house, case, **values):
    with house.inside() as work:
        for name, value in values.items():
            setattr(work.session.get(Case, case.id), name, value)
        work.record("case.changed_by_test", case)


def test_another_language_keeps_a_message_that_is_being_written(app, house, inside):
    app.extensions["languages"] = ("en", "es")
    inside.open("/mailbox/case")
    words = "Half of\r\nwhat I"

    inside.send(
        "/mailbox/case/messages",
        button=("to", "language"),
        answers={"body": words},
        to="/es/mailbox/case",
    )

    assert inside.status == 200
    assert 'lang="es"' in inside.text
    assert ("body", words) in inside.form("/es/mailbox/case/messages").fields
    with house.inside() as work:
        assert work.session.scalars(select(Message)).all() == []


def test_another_language_without_a_message_is_a_page_that_can_be_opened_again(app, inside):
    app.extensions["languages"] = ("en", "es")
    inside.open("/mailbox/case")

    inside.send(
        "/mailbox/case/messages", button=("to", "language"), to="/es/mailbox/case", follow=False
    )

    assert inside.status == 303
    assert inside.answer.headers["Location"] == "/es/mailbox/case"


def test_a_message_that_could_not_be_sent_can_change_its_language_too(app, inside):
    app.extensions["languages"] = ("en", "es")
    inside.open("/mailbox/case")
    inside.send("/mailbox/case/messages", answers={"body": "x" * 50_001})
    assert inside.status == 422

    inside.send("/mailbox/case/messages", button=("to", "language"), to="/es/mailbox/case")

    assert inside.status == 200
    assert "x" * 50_001 in inside.text


def written_down(house, case, kind=ConsentKind.HELPER):
    """A responder writes down what they were told."""
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        return casework.record_consent(work, found, kind=kind).id


@pytest.mark.parametrize(("answer", "counts"), [("confirmation", True), ("denial", False)])
def test_what_a_responder_wrote_down_is_confirmed_or_denied_here(
    house, inside, case, answer, counts
):
    consent_id = written_down(house, case)
    inside.open("/mailbox/case")
    again = inside.form(f"/mailbox/case/consents/{consent_id}/{answer}")
    assert "Did you agree to this?" in inside.text
    assert "You may share what is needed with another helper" in inside.text

    inside.send(f"/mailbox/case/consents/{consent_id}/{answer}")

    assert "Did you agree to this?" not in inside.text
    with house.inside() as work:
        consent = work.session.get(Consent, consent_id)
        assert (consent.is_effective, consent.withdrawn_at is None) == (counts, counts)
    assert inside.post(again.action, again.fields).status_code == 303
    with house.inside() as work:
        assert work.session.get(Consent, consent_id).is_effective is counts


def test_what_a_responder_wrote_down_stands_unticked_until_it_is_confirmed(house, inside, case):
    written_down(house, case)

    inside.open("/mailbox/case")

    assert 'value="helper" checked' not in " ".join(inside.text.split())


def test_nobody_answers_for_another_persons_case(house, inside, case):
    with house.inside() as work:
        other = a_case(work, house.team, state=CaseState.OPEN, consents=())
    mine, others = written_down(house, case), written_down(house, other)
    inside.open("/mailbox/case")
    form = inside.form(f"/mailbox/case/consents/{mine}/confirmation")

    answer = inside.post(form.action.replace(mine, others), form.fields)

    assert answer.status_code == 404
    with house.inside() as work:
        assert not work.session.get(Consent, others).is_effective


def test_nobody_reads_that_someone_works_on_it_when_no_one_does(house, inside, case):
    with house.inside() as work:
        lead = a_person(work, Role.COORDINATOR, [house.team])
    assert "Someone is working on your case." in inside.open("/mailbox/case").text

    with house.inside(lead) as work:
        person = accounts.person_by_id(work, house.responder.person.id)
        people.disable_person(work, person, Reassignment({house.team.id: QUEUE}))

    page = inside.open("/mailbox/case").text
    assert "Someone is working on your case." not in page
    assert "No one has your case at the moment." in page
    with house.inside(lead) as work:
        casework.claim_case(work, work.session.get(Case, case.id))
    assert "Someone is working on your case." in inside.open("/mailbox/case").text


def test_a_case_that_its_reporter_opens_again_is_not_with_somebody_who_has_left(
    house, inside, case
):
    with house.inside() as work:
        lead = a_person(work, Role.COORDINATOR, [house.team])
        casework.end_case_work(
            work, work.session.get(Case, case.id), outcome=CaseOutcome.UNRESOLVED
        )
    with house.inside(lead) as work:
        person = accounts.person_by_id(work, house.responder.person.id)
        people.disable_person(work, person)

    inside.open("/mailbox/case")
    inside.send("/mailbox/case/messages", answers={"body": "It is back."})

    with house.inside(lead) as work:
        found = work.session.get(Case, case.id)
        assert (found.state, found.owner_id) == (CaseState.OPEN, None)
    assert "No one has your case at the moment." in inside.text
