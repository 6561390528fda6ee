"""What the report did not ask is asked in the mailbox, and comes to us as a message."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Message
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import reporter
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake import operations, queries, report_form_rules
from helpdesk.intake.report_form_rules import ReportContent
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage import operations as triage
from tests.intake.test_reports import cases, code_on, go_to, send

LIBRARY = load_current_library()
LATER = report_form_rules.deferred_questions(LIBRARY, ["account-takeover"])


@pytest.fixture
def inside(browser):
    """A mailbox that the page of advice opened, at its questions."""
    go_to(browser, 4)
    send(browser)
    assert code_on(browser)
    browser.open("/report/received/advice")
    [led] = re.findall(r'name="then" value="(\w+)"', browser.text)
    browser.send("/mailbox", answers={"then": led})
    return browser


def told(house):
    with house.inside() as work:
        return [
            work.keys.open(one, "body")
            for one in work.session.scalars(select(Message))
            if one.is_from_reporter
        ]


def test_the_receipt_leads_to_the_questions_that_were_left_out(inside):
    assert inside.answer.request.path == "/mailbox/case/questions"
    asked = list(dict.fromkeys(re.findall(r'name="q_(\w+)"', inside.text)))
    assert asked == [one.id for one in LATER]
    assert {"danger", "inside", "platform"}.isdisjoint(asked)


def test_answers_arrive_as_a_message_in_our_words_and_do_not_show_again(house, inside):
    inside.send(
        "/mailbox/case/questions",
        answers={"q_profile": "@the_name", "q_whose": "group", "q_changed": ["password", "posts"]},
    )

    assert inside.answer.request.path == "/mailbox/case"
    assert "Answers sent." in inside.text
    assert "@the_name" not in inside.text
    [body] = told(house)
    whose = LIBRARY.question("whose")
    assert f"{whose.ask}\n{whose.option('group').label}" in body
    assert "@the_name" in body
    assert [one.reply_due_at is not None for one in cases(house)] == [True]
    inside.open("/mailbox/case/questions")
    assert "@the_name" not in inside.text


def test_nothing_answered_sends_nothing(house, inside):
    inside.send("/mailbox/case/questions")

    assert inside.answer.request.path == "/mailbox/case"
    assert told(house) == []


def test_what_is_too_long_is_kept_and_its_writer_told(house, inside):
    inside.send("/mailbox/case/questions", answers={"q_profile": "x" * 501, "q_whose": "group"})

    assert inside.status == 422
    assert ("q_profile", "x" * 501) in inside.form("/mailbox/case/questions").fields
    assert ("q_whose", "group") in inside.form("/mailbox/case/questions").fields
    assert told(house) == []


def test_a_stranger_sees_no_questions(browser):
    browser.open("/mailbox/case/questions")

    assert browser.status == 303
    assert browser.answer.location == "/mailbox"


def test_a_message_that_speaks_of_danger_is_answered_with_help_at_once(house, inside):
    inside.open("/mailbox/case")
    inside.send("/mailbox/case/messages", answers={"body": "I do not want to live, I want to die."})

    assert inside.status == 200
    assert "Message sent." in inside.text
    assert 'href="/help-now#too-much"' in inside.text
    assert "want to die" not in inside.text
    assert told(house) == ["I do not want to live, I want to die."]


def test_another_message_brings_none(inside):
    inside.open("/mailbox/case")
    inside.send("/mailbox/case/messages", answers={"body": "They wrote again."})

    assert "Message sent." in inside.text
    assert "/help-now#" not in inside.text


def test_that_agreements_are_saved_is_said_where_they_stand(inside):
    inside.open("/mailbox/case")
    inside.send("/mailbox/case/consents", answers={"agreed": ["help", "keep"]})

    assert inside.text.count("Saved.") == 1
    assert inside.text.index('id="consents"') < inside.text.index("Saved.")
    assert inside.text.index("Saved.") < inside.text.index('name="agreed"')


def questions_on(page):
    return list(dict.fromkeys(re.findall(r'name="q_(\w+)"', page)))


def test_the_mailbox_asks_only_for_what_is_left_and_what_was_answered_can_be_changed(house, inside):
    inside.open("/mailbox/case")
    assert f"Answer {len(LATER)} more questions" in inside.text

    inside.open("/mailbox/case/questions")
    inside.send("/mailbox/case/questions", answers={"q_profile": "@the_name", "q_whose": "group"})

    assert f"Answer {len(LATER) - 2} more questions" in inside.text
    inside.open("/mailbox/case/advice")
    assert f"Answer {len(LATER) - 2} more questions" in inside.text
    inside.open("/mailbox/case/questions")
    left, answered = inside.text.split("Change an answer")
    assert questions_on(answered) == [one.id for one in LATER if one.id in {"profile", "whose"}]
    assert questions_on(left) == [one.id for one in LATER if one.id not in {"profile", "whose"}]
    assert not re.search(r"checked|@the_name", answered)


def test_once_all_is_answered_changing_an_answer_is_what_the_page_is_about(inside, monkeypatch):
    inside.open("/mailbox/case/questions")
    monkeypatch.setattr(
        "helpdesk.intake.views.deferred_questions.questions_answered_later",
        lambda _work, _case: frozenset(one.id for one in LATER),
    )

    inside.open("/mailbox/case/questions")

    assert "<h1>Change an answer</h1>" in inside.text
    assert "<details" not in inside.text.split("<h1>")[1].split("q_")[0]
    assert questions_on(inside.text) == [one.id for one in LATER]


def test_what_was_answered_stays_so_when_a_colleague_corrects_an_answer(house, inside):
    inside.send("/mailbox/case/questions", answers={"q_profile": "@the_name", "q_whose": "group"})
    with house.inside() as work:
        triage.correct_reporter_answers(work, work.session.scalar(select(Case)), {"hold": "ended"})

    inside.open("/mailbox/case")

    assert f"Answer {len(LATER) - 2} more questions" in inside.text
    inside.open("/mailbox/case/questions")
    inside.send("/mailbox/case/questions", answers={"q_whose": "mine"})
    assert f"Answer {len(LATER) - 2} more questions" in inside.text


# Four kinds of trouble, of which the last is asked about in the mailbox alone.
FOUR = (
    "blocked-or-shutdown", "harassment-threats", "workspace-or-payment-fraud", "intimate-images",
)  # fmt: skip
URGENT_LATER = {"blocked_around": ("violence",), "blocked_what": ("everything",)}
NO_DANGER = {"danger": "none_known", "hold": "running", "clock": "open", "capacity": "can_act"}


@pytest.fixture
def four(house, code):
    """A case about four kinds of trouble that waits like any other."""
    content = ReportContent(
        kinds=report_form_rules.selected_kinds(LIBRARY, FOUR),
        answers=NO_DANGER,
        story="s",
        consents=frozenset({ConsentKind.HELP}),
    )
    keys = operations.ReportLookupKeys(b"form", code, code.tag(b"i" * 32))
    with house.at_the_door() as work:
        return operations.submit_report(work, content, keys=keys).case


def answer_later(house, case, code, answers):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        operations.record_deferred_answers(
            work, queries.own_case(work), body="Words.", answers=answers
        )


def called(house, case):
    with house.inside() as work:
        jobs = work.session.scalars(select(OutboxJob).where(OutboxJob.job == "triage.call_on_duty"))
        return [one for one in jobs if one.arguments["case_id"] == case.id]


def test_what_the_report_had_no_room_for_raises_the_case_when_it_is_answered(house, four, code):
    asked = report_form_rules.deferred_questions(LIBRARY, four.kinds)
    assert set(URGENT_LATER) <= {one.id for one in asked}
    assert (four.level, called(house, four)) == (Level.SOON, [])

    answer_later(house, four, code, URGENT_LATER)

    with house.inside() as work:
        found = work.session.get(Case, four.id)
        assert (found.level, found.rule) == (Level.IMMEDIATE, "answered-later")
        assert found.reply_due_at - work.at <= timedelta(hours=1)
    assert len(called(house, four)) == 1


def test_answers_that_lead_no_higher_move_nothing(house, four, code):
    answer_later(house, four, code, {"blocked_what": ("one",), "blocked_around": ("none",)})

    with house.inside() as work:
        found = work.session.get(Case, four.id)
        assert found.level is Level.SOON
        assert found.rule != "answered-later"
    assert called(house, four) == []


@pytest.mark.parametrize("wanted", [-1, 3, 4])
def test_the_public_pages_raise_their_own_case_and_lower_none(house, four, code, wanted):
    with house.at_the_door(reporter(four.id), own=code.secret()) as work:
        work.session.execute(
            text("SELECT raise_own_level_to(CAST(:to AS smallint))"), {"to": wanted}
        )

    with house.inside() as work:
        assert work.session.get(Case, four.id).level is Level.SOON


@pytest.mark.parametrize(
    "kind", ["intimate-images", "messenger-hijack", "doxing", "arrest-detention", "being-watched"]
)
def test_all_that_a_kind_asks_is_asked_once_a_colleague_lets_the_mailbox_show_it(kind):
    reported = ("account-takeover",)
    pages = report_form_rules.playbooks_to_ask(LIBRARY, reported)
    in_report = {one.id for one in report_form_rules.urgency_questions(LIBRARY, pages)}
    later = report_form_rules.deferred_questions(LIBRARY, (*reported, kind), reported=reported)

    own = {one.id for one in LIBRARY.playbook(kind).questions}

    assert own - in_report - {one.id for one in later} <= {"story", *report_form_rules.CONTACT}


def test_the_mailbox_of_a_case_asks_what_its_report_was_not_asked(house, browser, inside):
    [case] = cases(house)
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.other_types = ("intimate-images",)
        found.told_types = found.kinds
        work.record("test.shown", found)

    inside.open("/mailbox/case/questions")

    assert 'name="q_img_age"' in inside.text


def test_who_answers_that_they_are_under_18_finds_help_for_children_beside_the_advice(
    house, inside
):
    [case] = cases(house)
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.other_types = ("intimate-images",)
        found.told_types = found.kinds
        work.record("test.shown", found)

    inside.open("/mailbox/case/advice")
    assert "/help-now#child" not in inside.text
    inside.open("/mailbox/case/questions")
    inside.send("/mailbox/case/questions", answers={"q_img_age": "yes"})

    assert inside.answer.request.path == "/mailbox/case/advice"
    assert 'href="/help-now#child"' in inside.text
