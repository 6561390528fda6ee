"""What the mailbox says of where a case stands: each sentence is true in each state, at any time.

Every state is shown with the page itself. A sentence has a rule here that says when it is true, and
one that is shown while its rule says no is a fault.
"""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import product
from types import SimpleNamespace

import pytest
from flask import render_template
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, LoggedConversation, News
from helpdesk.cases.states import CaseOutcome, CaseState, WaitsOn
from helpdesk.core import jobs
from helpdesk.core.codes import ReturnCode
from helpdesk.core.outbox import OutboxJob
from helpdesk.triage.first_reply_clock import is_treated_as_emergency
from tests.conftest import WORKER
from tests.factories import a_case
from tests.intake.test_conversations import call, mailbox, object_to  # noqa: F401 - a fixture

NOW = datetime(2026, 11, 29, 14, 30, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(hours=3), NOW + timedelta(hours=3)
DAYS = [NOW.date() + timedelta(days=off) for off in (-1, 0, 4)]

# Where a case can be: state, what it waits for, until when.
PLACES = [
    (CaseState.NEW, None, None),
    (CaseState.OPEN, None, None),
    *((CaseState.WAITING, on, day) for on, day in product(WaitsOn, DAYS)),
    (CaseState.CLOSED, None, None),
]
# When an answer and the next word are due, if they are.
DUE = list(product((None, BEFORE, AFTER), (None, BEFORE, AFTER)))
STATES = [
    SimpleNamespace(
        state=state,
        waits_on=on,
        waits_until=until,
        is_closed=state is CaseState.CLOSED,
        owner_id=owner,
        reply_due_at=None if state is CaseState.CLOSED else reply,
        word_due_at=None if state is CaseState.CLOSED else word,
        closure=SimpleNamespace(outcome=outcome, by=by),
        with_platform=with_platform,
        level=level,
    )
    for (state, on, until), owner, (reply, word), with_platform, outcome, by, level in product(
        PLACES,
        ("person", None),
        DUE,
        (True, False),
        CaseOutcome,
        ("person:a", "reporter:a"),
        (Level.IMMEDIATE, Level.ROUTINE),
    )
    if state is CaseState.CLOSED or (outcome, by) == (CaseOutcome.RESOLVED, "person:a")
]


def rests(one):
    """Nothing is to be done before a day that is still to come."""
    on = (WaitsOn.REPORTER, WaitsOn.DATE)
    return one.state is CaseState.WAITING and one.waits_on in on and one.waits_until >= NOW.date()


def is_late(one):
    return any(due is not None and due <= NOW for due in (one.reply_due_at, one.word_due_at))


def is_with_platform(one):
    return one.waits_on is WaitsOn.PARTNER and one.with_platform


# What is said, and when it is true.
RULES = {
    "It was solved": lambda one: one.is_closed and one.closure.outcome is CaseOutcome.RESOLVED,
    "solve it": lambda one: one.is_closed and one.closure.outcome is CaseOutcome.UNRESOLVED,
    "another group is helping you": lambda one: (
        one.is_closed and one.closure.outcome is CaseOutcome.REFERRED
    ),
    "You withdrew your case": lambda one: (
        one.is_closed
        and one.closure.outcome is CaseOutcome.WITHDRAWN
        and one.closure.by.startswith("reporter:")
    ),
    "want us to continue": lambda one: (
        one.is_closed
        and one.closure.outcome is CaseOutcome.WITHDRAWN
        and not one.closure.by.startswith("reporter:")
    ),
    "thought it was advertising": lambda one: (
        one.is_closed and one.closure.outcome is CaseOutcome.SPAM
    ),
    "it will be reopened": lambda one: one.is_closed,
    "waiting for your answer": lambda one: one.waits_on is WaitsOn.REPORTER and rests(one),
    "wait until this date": lambda one: one.waits_on is WaitsOn.REPORTER and rests(one),
    "do anything yet": lambda one: one.waits_on is WaitsOn.DATE and rests(one),
    "only write if something changes": lambda one: rests(one) and one.reply_due_at is None,
    "asked a platform to act": is_with_platform,
    "is working on your case": lambda one: one.owner_id is not None and not rests(one),
    "No one has your case": lambda one: one.owner_id is None and not one.is_closed,
    "treating your case as an emergency": is_treated_as_emergency,
    "It comes before other cases": is_treated_as_emergency,
    "received your report": lambda one: one.owner_id is None and one.state is CaseState.NEW,
    "The next person who is free": lambda one: (
        one.owner_id is None and not is_treated_as_emergency(one)
    ),
    "We aim to write to you within": lambda one: (
        one.reply_due_at is not None and one.reply_due_at > NOW
    ),
    "We meant to write to you by now": is_late,
    "our team will be told": is_late,
    "at least every": lambda one: one.word_due_at is not None and one.word_due_at > NOW,
}


def said_of(app, one, *, awaits_verdict=False):
    escalation = SimpleNamespace(
        ref="REF", partner=SimpleNamespace(name="Social"), ask=SimpleNamespace(value="restore")
    )
    requests = [
        SimpleNamespace(
            is_with_platform=one.with_platform, awaits_verdict=awaits_verdict, escalation=escalation
        )
    ]
    with app.test_request_context("/mailbox/case"):
        page = render_template(
            "mailbox/_state.html",
            case=one,
            requests=requests,
            accounts={},
            now=NOW,
            our_last_word_at=None,
            next_word=timedelta(hours=4),
            is_emergency=is_treated_as_emergency(one),
            can_alert=True,
        )
    return unescape(" ".join(re.sub("<[^>]+>", " ", page).split()))


def test_no_sentence_is_shown_in_a_state_in_which_it_is_not_true(app):
    wrong = {
        (words, one.state, one.waits_on, one.waits_until, one.reply_due_at, one.word_due_at)
        for one in STATES
        for said in [said_of(app, one)]
        for words, is_true in RULES.items()
        if words in said and not is_true(one)
    }

    assert wrong == set()


def test_each_sentence_of_the_rules_is_one_of_the_page(app):
    pages = " ".join(said_of(app, one) for one in STATES)

    assert [words for words in RULES if words not in pages] == []


def test_a_page_says_nothing_that_has_no_rule(app):
    """Sentence by sentence: what is new on the page needs its line above."""
    without_a_rule = ("sorry", "You can see", "take it", "look at it again", "Your case is closed")
    known = (*RULES, *without_a_rule, "Until then", "Take the time", "Your turn", "your case")
    found = {
        sentence
        for one in STATES
        for sentence in re.split(
            r"(?<=[.:]) ", said_of(app, one).partition("happening with your case ")[2]
        )
        if re.search("[A-Z][a-z]+ [a-z]+ [a-z]+", sentence)
    }

    assert {one for one in found if not any(words in one for words in known)} == set()


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=30), "right now."),
        (timedelta(minutes=30), "within 30 minutes."),
        (timedelta(hours=23, minutes=59), "within 23 hours 59 minutes."),
        (
            timedelta(days=2),
            "within 2 days. That’s by 1 December 2026, in the afternoon (UTC) .",
        ),
    ],
)
def test_below_a_day_only_the_time_left_is_said_and_no_day_that_others_live_tomorrow(
    app, left, said
):
    one = SimpleNamespace(**{**vars(STATES[0]), "reply_due_at": NOW + left})

    assert said_of(app, one).endswith(f"We aim to write to you {said}")


def test_a_promise_that_was_not_kept_is_not_made_again_while_it_is_their_turn(app):
    one = SimpleNamespace(
        **{**vars(STATES[0]), "reply_due_at": None, "word_due_at": NOW - timedelta(days=7)}
    )

    words = said_of(app, one, awaits_verdict=True)

    assert "Your turn" in words
    assert "We aim to write to you" not in words
    assert "We meant to write to you" not in words


def test_what_is_owed_is_said_in_each_state(app):
    silent = {
        (one.state, one.waits_on, one.reply_due_at, one.word_due_at)
        for one in STATES
        if one.reply_due_at is not None or one.word_due_at is not None
        if not re.search(
            "We meant to write|to write to you within|at least every", said_of(app, one)
        )
    }

    assert silent == set()


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("has_owner", [True, False])
@pytest.mark.parametrize("in_slow_lane", [True, False])
def test_who_writes_while_we_are_late_reaches_somebody(
    house, browser, level, has_owner, in_slow_lane
):
    code = ReturnCode.new()
    with house.inside(at=datetime.now(UTC) - timedelta(days=9)) as work:
        owner = house.responder if has_owner else None
        case = a_case(work, house.team, code=code, level=level, owner=owner)
        case.in_slow_lane = in_slow_lane
        work.record("case.changed_by_test", case)
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": code.letters})
    assert "our team will be told" in browser.text

    browser.send("/mailbox/case/messages", answers={"body": "Please."})

    with house.backstage() as context:
        with context.begin() as work:
            told = select(OutboxJob).where(OutboxJob.job == "triage.tell_owner")
            [outbox_job] = work.session.scalars(told)
        house._become(WORKER)
        jobs.job_by_name(outbox_job.job).function(context, **outbox_job.arguments)
        house._become("helpdesk_app")
        with context.begin() as work:
            seen = work.session.scalars(select(News.person_id)).all()
            called = work.session.scalars(
                select(OutboxJob.job).where(OutboxJob.job == "triage.tell_duty")
            ).all()
    assert seen if has_owner else called


# --- what is said of a call that was not with them


PROMISED = "One of us will write to you here."


def test_who_said_that_it_was_not_them_is_promised_a_word_until_it_is_there(
    house,
    mailbox,  # noqa: F811
    case,
    code,
):
    heard = call(house, case)
    object_to(house, case, code, heard)
    assert PROMISED in mailbox.open("/mailbox/case").text

    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Who was it?", seen=heard)

    page = mailbox.open("/mailbox/case").text
    assert PROMISED not in page
    assert "alerting" not in page
    assert "This wasn’t me" not in page
    assert "You told us that this wasn’t you, and we’ve written to you since." in page


def test_no_word_is_promised_once_the_case_was_taken_back(house, mailbox, case, code):  # noqa: F811
    object_to(house, case, code, call(house, case))
    mailbox.open("/mailbox/case/withdrawal")

    mailbox.send("/mailbox/case/withdrawal")

    assert PROMISED not in mailbox.text
    assert "You told us that this wasn’t you." in mailbox.text
    with house.inside() as work:
        assert work.session.scalar(select(LoggedConversation.settled_at)) is None
