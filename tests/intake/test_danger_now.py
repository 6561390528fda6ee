"""Someone is in danger now: said in the mailbox, asked once more, and heard at once."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk.cases import operations as casework
from helpdesk.cases import report_content
from helpdesk.cases.disputed_conversations import newest_reporter_activity_ids
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Agreement, Case, ConversationChannel, Message
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind, WaitsOn
from helpdesk.core.actors import NOBODY, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import case_closing as duty
from helpdesk.intake import operations, queries
from helpdesk.triage import first_reply_clock
from helpdesk.triage import jobs as triage_jobs
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as judged
from tests.factories import a_case

BUTTON = "Someone is in danger now"
ADDRESS = "/mailbox/case/danger"
HELPER = Agreement(ConsentKind.HELPER)
AGO = timedelta(hours=3)


def is_said_of_sending(house, what):
    """What the tickers have left in the database."""
    house._become("postgres")
    connection = house.staff.sessions.kw["bind"]
    connection.execute(text(f"UPDATE sending SET {what}"))  # noqa: S608 - ours, from below
    house._become("helpdesk_intake")


@pytest.fixture(autouse=True)
def alarms_leave(house):
    """Tickers of other tests, whose work is committed, may have ticked here an hour ago."""
    is_said_of_sending(
        house, "house = 'ours', database = this_database(), ticked_at = now(), held_since = NULL"
    )


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    """A case that can wait, of three hours ago; its owner has answered."""
    with house.inside(at=datetime.now(UTC) - AGO) as work:
        return a_case(
            work,
            house.team,
            code=code,
            level=Level.ROUTINE,
            state=CaseState.OPEN,
            owner=house.responder,
            answers={"danger": "none_known", "hold": "ended"},
        )


@pytest.fixture
def mailbox(browser, case, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    return browser


def press(browser):
    browser.open(ADDRESS)
    return browser.send(ADDRESS)


def test_pressed_when_the_mailbox_had_closed_it_is_asked_again_after_the_code(
    house, mailbox, case, code
):
    mailbox.open(ADDRESS)
    mailbox.client.delete_cookie("hd_public_door")
    mailbox.send(ADDRESS)
    assert "Enter your return code again" in mailbox.text

    mailbox.send("/mailbox", answers={"code": " ".join(code.words)})
    mailbox.send(ADDRESS)

    assert now_of(house, case).level is Level.IMMEDIATE


def told(house, case, code, at=None):
    with house.at_the_door(reporter(case.id), own=code.secret(), at=at) as work:
        operations.report_danger(work, queries.own_case(work))


def now_of(house, case):
    with house.inside() as work:
        return work.session.get(Case, case.id)


def calls(house):
    with house.inside() as work:
        jobs = work.session.scalars(select(OutboxJob).where(OutboxJob.job == "triage.call_on_duty"))
        return [one.arguments for one in jobs]


def messages(house, case):
    with house.inside() as work:
        return work.session.scalars(select(Message).where(Message.case_id == case.id)).all()


def settled_danger(house, case):
    with house.inside() as work:
        return judged.judge_current_answers(work, work.session.get(Case, case.id)).settled["danger"]


def test_every_mailbox_has_a_way_to_say_it_which_asks_once_more_and_changes_nothing_yet(
    house, mailbox, case
):
    assert f'href="{ADDRESS}"' in mailbox.text

    mailbox.open(ADDRESS)

    assert 'class="button button-alarm">Alert the team now<' in mailbox.text
    assert now_of(house, case).level is Level.ROUTINE
    assert not messages(house, case)
    assert not calls(house)


def test_who_presses_it_is_heard_at_once(house, mailbox, case):
    press(mailbox)

    assert "alerting the people on duty" in mailbox.text
    found = now_of(house, case)
    assert (found.level, found.rule) == (Level.IMMEDIATE, triage.DANGER_TOLD)
    assert found.reply_due_at - datetime.now(UTC) <= timedelta(minutes=30)
    [call] = calls(house)
    assert call["case_id"] == case.id
    assert call["in_danger"]
    assert settled_danger(house, case) == "imminent"


def test_before_and_right_after_it_stands_what_to_do_meanwhile(mailbox):
    first = "We can’t send anyone. If you can, first call someone who can come now."
    mailbox.open(ADDRESS)
    before = mailbox.text
    mailbox.send(ADDRESS)
    after, address = mailbox.text, mailbox.answer.request.full_path
    mailbox.open(address)

    assert first in before
    assert f'<div class="notice notice-warn" role="status"><p>{first}' in after
    assert "Urgent help</a>" in before
    assert first not in mailbox.text, "by Reload it is gone"
    assert "alerting the people on duty" not in mailbox.text


def test_after_a_message_that_shows_danger_it_comes_first(mailbox):
    mailbox.send("/mailbox/case/messages", answers={"body": "They are at my door."})

    assert mailbox.text.index(BUTTON) < mailbox.text.index("Is someone at the door?")
    assert f'class="button button-alarm" href="{ADDRESS}"' in mailbox.text


def test_what_a_message_showed_is_not_read_again_by_back_or_reload(mailbox):
    mailbox.send("/mailbox/case/messages", answers={"body": "They are at my door."})
    address = mailbox.answer.request.full_path
    assert "Is someone at the door?" in mailbox.text

    mailbox.open(address)

    assert "Is someone at the door?" not in mailbox.text


def test_a_message_without_signs_of_danger_brings_no_red_button(mailbox):
    mailbox.send("/mailbox/case/messages", answers={"body": "Thank you, that helped."})

    assert "button-alarm" not in mailbox.text
    assert f'href="{ADDRESS}"' in mailbox.text


def test_pressed_again_it_does_nothing_twice(house, mailbox, case):
    press(mailbox)
    due = now_of(house, case).reply_due_at
    press(mailbox)

    assert "alerting the people on duty" in mailbox.text
    assert len(messages(house, case)) == 1
    assert len(calls(house)) == 1
    assert now_of(house, case).reply_due_at == due


def test_once_one_of_us_has_written_it_can_be_said_again(house, case, code):
    told(house, case, code)
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Are you safe?")
    told(house, case, code)

    assert len(calls(house)) == 2
    assert now_of(house, case).reply_due_at is not None


def test_it_can_be_said_again_though_the_reporter_wrote_meanwhile(house, mailbox, case, code):
    told(house, case, code)
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Are you safe?")
    mailbox.open("/mailbox/case")
    mailbox.send("/mailbox/case/messages", answers={"body": "Yes, for now."})
    told(house, case, code)

    assert len(calls(house)) == 2


def test_who_says_it_again_an_hour_later_is_heard_again(house, case, code):
    told(house, case, code, at=datetime.now(UTC) - timedelta(hours=2))
    told(house, case, code)

    assert len(calls(house)) == 2


def answers_a_question(house, case, code):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        answered = {"way_in": "none"}
        operations.record_deferred_answers(
            work, queries.own_case(work), body="Which way in? None.", answers=answered
        )


def test_a_question_that_was_answered_in_the_same_hour_swallows_no_press(house, case, code):
    told(house, case, code, at=datetime.now(UTC) - timedelta(hours=5))
    answers_a_question(house, case, code)

    told(house, case, code)

    assert len(calls(house)) == 2


def test_nor_does_it_make_two_of_one_press(house, case, code):
    told(house, case, code)
    answers_a_question(house, case, code)

    told(house, case, code)

    assert len(calls(house)) == 1


def test_advice_and_questions_in_the_mailbox_are_as_they_were(mailbox):
    token = re.compile(r'name="csrf_token"[^>]*')

    def shown():
        pages = ("/mailbox/case/advice", "/mailbox/case/questions")
        return [token.sub("", mailbox.open(page).text) for page in pages]

    before = shown()
    press(mailbox)

    assert shown() == before


def in_words(page):
    """The page without its markup, and without by when or how often we aim to write."""
    page = re.sub(r"<p>We aim to write to you.*?</p>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def make_emergency(house, case):
    """One of us has found that it cannot wait; nobody pressed anything."""
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.level = Level.IMMEDIATE
        first_reply_clock.start_first_reply_clock(work, found)
        work.record("case.level_raised", found)


@pytest.mark.parametrize("says", ["nothing", "something"])
def test_the_mailbox_says_nothing_of_it_afterwards_but_that_it_is_an_emergency_as_any_is(
    house, mailbox, case, says
):
    """However it became one. Who sits beside them does not read that they pressed."""
    make_emergency(house, case)
    if says == "something":
        mailbox.send("/mailbox/case/messages", answers={"body": "Thank you."})
    mailbox.open("/mailbox/case")
    before = in_words(mailbox.text)

    press(mailbox)
    mailbox.open("/mailbox/case")

    assert in_words(mailbox.text) == before


def test_who_pressed_it_reads_until_one_of_us_has_written_that_it_was_heard(house, mailbox, case):
    heard = "We’re treating your case as an emergency. It comes before other cases, and we alert"
    press(mailbox)

    mailbox.open("/mailbox/case")

    assert heard in in_words(mailbox.text)
    assert "The next person who is free" not in mailbox.text
    assert "Has it become more dangerous?" not in mailbox.text
    assert f'If it gets worse, tell us again: <a class="button button-quiet" href="{ADDRESS}">' in (
        html.unescape(mailbox.text)
    )
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), "Are you safe?")
    mailbox.open("/mailbox/case")
    assert heard not in in_words(mailbox.text)
    assert "Has it become more dangerous?" in mailbox.text


def test_while_no_alert_can_be_sent_the_mailbox_does_not_say_that_people_are_told(house, mailbox):
    is_said_of_sending(house, "held_since = now()")
    press(mailbox)

    mailbox.open("/mailbox/case")

    words = in_words(mailbox.text)
    assert "as an emergency. Because of a fault, we can’t alert anyone right now." in words
    assert "people on duty are told" not in words


@pytest.mark.parametrize("level", list(Level))
def test_whatever_the_level_was_those_on_duty_are_called_whoever_has_it(house, case, code, level):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.level = level
        work.record("case.level_raised", found)
    told(house, case, code)
    with house.backstage() as context:
        triage_jobs.alert_on_duty(context, case_id=case.id, risen=1, in_danger=1)

    assert now_of(house, case).level is Level.IMMEDIATE
    with house.inside() as work:
        heard = select(HistoryEntry.action).where(
            HistoryEntry.case_id == case.id, HistoryEntry.actor_id == "system"
        )
        assert set(work.session.scalars(heard)) & {"triage.duty_called", "triage.unheard"}


def test_a_case_that_waited_or_was_closed_is_ours_again(house, case, code):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        duty.close_case(work, found, outcome=CaseOutcome.RESOLVED)
    told(house, case, code)

    found = now_of(house, case)
    assert (found.state, found.level) == (CaseState.OPEN, Level.IMMEDIATE)


def test_a_case_that_rested_until_a_day_is_ours_again(house, case, code):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        day = (work.at + timedelta(days=3)).date()
        casework.pause_case(work, found, waits_on=WaitsOn.DATE, until=day)
    told(house, case, code)

    assert now_of(house, case).state is CaseState.OPEN


def test_one_that_was_immediate_in_the_second_lane_has_its_alarms(house, case, code):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.level, found.in_slow_lane, found.owner_id = Level.IMMEDIATE, True, None
        first_reply_clock.start_first_reply_clock(work, found)
        work.record("case.released", found)
    told(house, case, code)

    with house.inside() as work:
        alarms = work.session.scalar(
            select(func.count()).where(
                OutboxJob.job == "triage.alarm", OutboxJob.state == "waiting"
            )
        )
    assert alarms > 0


def test_it_leaves_the_second_lane(house, case, code):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        found.in_slow_lane, found.owner_id = True, None
        first_reply_clock.start_first_reply_clock(work, found)
        work.record("case.released", found)
    told(house, case, code)

    assert not now_of(house, case).in_slow_lane
    assert calls(house)


def test_it_counts_over_the_report_until_one_of_us_corrects_it_and_again_when_told_again(
    house, case, code
):
    told(house, case, code)
    assert settled_danger(house, case) == "imminent"

    with house.inside() as work:
        found = work.session.get(Case, case.id)
        with pytest.raises(Conflict):
            triage.request_lower_level(work, found, level=Level.URGENT, reason="It is over.")
        triage.correct_reporter_answers(work, found, {"danger": "none_known"})
    assert settled_danger(house, case) == "none_known"
    assert now_of(house, case).level is Level.IMMEDIATE  # two lower it, step by step

    told(house, case, code)
    assert settled_danger(house, case) == "imminent"


def test_a_correction_of_something_else_keeps_it(house, case, code):
    told(house, case, code)
    with house.inside() as work:
        triage.correct_reporter_answers(work, work.session.get(Case, case.id), {"hold": "running"})

    assert settled_danger(house, case) == "imminent"
    with house.inside() as work:
        assert report_content.CORRECTED_AFTER not in report_content.answers_of(
            work, work.session.get(Case, case.id)
        )


def leave_unanswered(house, case):
    with house.inside() as work:
        found = work.session.get(Case, case.id)
        casework.mark_no_reply_needed(work, found, seen=newest_reporter_activity_ids(work, found))


def write_to_them(house, case, text="Are you safe?", seen=None):
    with house.inside() as work:
        casework.send_message(work, work.session.get(Case, case.id), text, seen=seen)


def speak_with_them(house, case):
    with house.inside() as work:
        casework.record_conversation(
            work,
            work.session.get(Case, case.id),
            way=ConversationChannel.TELEPHONE,
            spoke_at=work.at,
            reached=True,
            summary="They are safe.",
        )


def test_nobody_says_that_it_needs_no_answer_until_one_of_us_has_answered(house, case, code):
    write_to_them(house, case, "Hello.")
    told(house, case, code, at=datetime.now(UTC) - timedelta(hours=2))

    with pytest.raises(Conflict, match="someone is in danger"):
        leave_unanswered(house, case)
    write_to_them(house, case, "Hello again.", seen="")  # who has not seen it
    with pytest.raises(Conflict, match="someone is in danger"):
        leave_unanswered(house, case)

    write_to_them(house, case)
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        operations.send_message_as_reporter(work, queries.own_case(work), body="Thank you.")
    leave_unanswered(house, case)
    assert now_of(house, case).reply_due_at is None


def test_who_was_spoken_with_was_answered(house, case, code):
    told(house, case, code, at=datetime.now(UTC) - timedelta(hours=2))
    speak_with_them(house, case)
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        operations.send_message_as_reporter(work, queries.own_case(work), body="Thank you.")

    leave_unanswered(house, case)
    assert now_of(house, case).reply_due_at is None


def test_what_the_report_said_of_danger_keeps_no_case_from_closing(house, code):
    """Its level and the playbook's question see to that; nobody has said it anew."""
    with house.inside() as work:
        case = a_case(
            work,
            house.team,
            code=code,
            state=CaseState.OPEN,
            owner=house.responder,
            answers={"danger": "imminent"},
        )
        duty.close_case(work, case, outcome=CaseOutcome.RESOLVED)
        assert case.is_closed


def test_a_case_does_not_close_while_danger_that_was_told_is_not_corrected(house, case, code):
    told(house, case, code)
    for outcome in CaseOutcome:
        with house.inside() as work, pytest.raises(Conflict, match="someone is in danger, and"):
            duty.close_case(work, work.session.get(Case, case.id), outcome=outcome)

    write_to_them(house, case)
    for outcome in set(CaseOutcome) - {CaseOutcome.SPAM}:
        with house.inside() as work, pytest.raises(Conflict, match="correct the answers first"):
            duty.close_case(work, work.session.get(Case, case.id), outcome=outcome)

    with house.inside() as work:
        found = work.session.get(Case, case.id)
        triage.correct_reporter_answers(work, found, {"danger": "none_known"})
        duty.close_case(work, found, outcome=CaseOutcome.RESOLVED)
    assert now_of(house, case).is_closed


def test_history_and_the_page_of_the_case_know_who_said_it(house, case, code):
    told(house, case, code)

    with house.inside() as work:
        said = select(HistoryEntry).where(HistoryEntry.action == "case.danger_told")
        [entry] = work.session.scalars(said)
    assert entry.actor_id == f"reporter:{case.id}"
    assert entry.details == {"was": "routine", "level": "immediate"}


def test_nobody_says_it_for_another_case(house, case):
    with house.at_the_door(NOBODY) as work, pytest.raises(NotAllowed):
        operations.report_danger(work, work.session.get(Case, case.id))


def test_the_public_pages_raise_no_case_whose_mailbox_is_not_open(house, case):
    with house.at_the_door(NOBODY) as work:
        work.session.execute(select(func.raise_own_level()))
    assert now_of(house, case).level is Level.ROUTINE

    with house.at_the_door(reporter(case.id)) as work:
        raised = update(Case).where(Case.id == case.id).values(level=Level.IMMEDIATE)
        with pytest.raises(ProgrammingError), work.session.begin_nested():
            work.session.execute(raised)


def test_what_partners_were_asked_becomes_as_urgent(house, case, code):
    told(house, case, code)

    with house.inside() as work:
        found = select(OutboxJob).where(OutboxJob.job == "escalations.follow_level")
        assert [one.arguments for one in work.session.scalars(found)] == [{"case_id": case.id}]


@pytest.mark.parametrize(
    "why",
    [
        "held_since = now(), held_because = 'older'",
        "database = 'another cluster/1/2'",
        "ticked_at = now() - interval '6 minutes'",
        "ticked_at = now() + interval '6 minutes'",
        "awake_since = now() - interval '6 minutes', ticked_at = NULL",
    ],
    ids=["held", "restored", "no ticker", "a clock ahead", "released, and no ticker since"],
)
def test_where_no_alarm_leaves_nobody_reads_that_people_are_alerted(house, mailbox, case, why):
    is_said_of_sending(house, why)

    mailbox.open(ADDRESS)
    before = mailbox.text
    press(mailbox)

    for page in (before, mailbox.text):
        assert "can’t alert anyone right now" in page
        assert "alerting the people on duty" not in page
    assert now_of(house, case).level is Level.IMMEDIATE


def test_danger_is_heard_however_often_permissions_were_saved(house, mailbox, case, code):
    for agreed in ([Agreement(ConsentKind.HELP), Agreement(ConsentKind.KEEP)], [HELPER]):
        with pytest.raises(OperationalError):  # noqa: PT012 - any of them
            for number in range(400):
                with house.at_the_door(reporter(case.id), own=code.secret()) as work:
                    operations.set_consents(
                        work, queries.own_case(work), agreements=agreed if number % 2 else []
                    )

    house._become("helpdesk_intake")  # who was refused is nobody
    mailbox.open("/mailbox/case")
    mailbox.send("/mailbox/case/messages", answers={"body": "One more."})
    assert mailbox.status == 503
    assert "Too much is being sent at the moment" in html.unescape(mailbox.text)
    press(mailbox)

    assert "We’re alerting the people on duty" in html.unescape(mailbox.text)
    assert now_of(house, case).level is Level.IMMEDIATE
