"""The level of a case at work: judged, judged again, raised, lowered by two people."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.accounts.models import Person
from helpdesk.cases import clocks, report_content
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, LowerLevelRequest
from helpdesk.cases.states import CaseState
from helpdesk.core import emails
from helpdesk.core.actors import NOBODY, Role
from helpdesk.core.emails import PermanentMailError, TemporaryMailError
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.duty.timeline import sentence_for_entry
from helpdesk.triage import jobs, operations, queries
from tests.factories import a_case, a_person, a_team, work_as

NO = {
    "danger": "none_known",
    "hold": "ended",
    "reach": "self",
    "clock": "open",
    "capacity": "can_act",
}
RUNNING = {**NO, "hold": "running", "reach": "others"}


@pytest.fixture
def house(context, now):
    """A queue with two responders and a coordinator, who have mailboxes; nobody is on duty."""
    with context.begin(at=now) as work:
        team = a_team(work)
        people = {
            name: a_person(work, role, [team], name=name.title(), email=f"{name}@house.test")
            for name, role in (
                ("asha", Role.RESPONDER),
                ("bo", Role.RESPONDER),
                ("cleo", Role.COORDINATOR),
            )
        }
    return type("House", (), {"team": team, **people})


def reported(context, house, now, answers, **facts):
    """A case as the report form leaves it: judged, with its clock and alarms."""
    with context.begin(at=now) as work:
        case = a_case(work, house.team, state=CaseState.OPEN, answers=answers, **facts)
        case.state = CaseState.NEW
        operations.judge_new_case(work, case, answers)
    return case


def outbox_jobs(context, job):
    with context.sessions() as session:
        return [
            (one.arguments, one.due_at)
            for one in session.scalars(
                select(OutboxJob).where(OutboxJob.job == job).order_by(OutboxJob.due_at)
            )
        ]


def history(context, case, action):
    with context.sessions() as session:
        entries = select(HistoryEntry).where(
            HistoryEntry.case_id == case.id, HistoryEntry.action == action
        )
        return list(session.scalars(entries))


def test_a_new_case_gets_its_level_its_clock_and_its_alarms(context, house, now):
    case = reported(context, house, now, RUNNING)

    assert (case.level, case.rule) == (Level.URGENT, "R6")
    assert case.reply_due_at == now + timedelta(hours=2)
    alarms = outbox_jobs(context, "triage.alarm")
    assert [(args["percent"], due - now) for args, due in alarms] == [
        (50, timedelta(minutes=60)),
        (75, timedelta(minutes=90)),
        (100, timedelta(minutes=120)),
    ]
    assert len(outbox_jobs(context, "triage.call_on_duty")) == 1


def test_a_calm_case_calls_nobody(context, house, now):
    reported(context, house, now, NO)

    assert outbox_jobs(context, "triage.call_on_duty") == []


def test_judging_a_new_case_asks_the_database_nothing(context, house, now):
    """The public door may insert a case and read next to nothing; an early flush would break it."""
    with context.begin(NOBODY, at=now) as work:
        case = a_case(work, house.team, state=CaseState.OPEN)
        with work.session.no_autoflush:
            work.session.execute = work.session.scalars = None
            operations.judge_new_case(work, case, RUNNING)
            del work.session.execute, work.session.scalars


def test_the_public_door_cannot_read_what_was_judged(context, house, now):
    with context.begin(NOBODY, at=now) as work:
        case = a_case(work, house.team, state=CaseState.OPEN, answers=RUNNING)
        operations.judge_new_case(work, case, RUNNING)
    with work_as(context, house.asha, now) as work:
        [evaluation] = queries.level_evaluations_newest_first(work, work.session.get(Case, case.id))

        told = json.loads(work.keys.open(evaluation, "inputs"))

    assert told["answers"] == RUNNING
    assert b"running" not in evaluation.inputs.raw


def test_a_red_flag_shows_in_the_rule_without_naming_itself(context, house, now):
    case = reported(context, house, now, {**NO, "owner_state": "held"})

    assert (case.level, case.rule) == (Level.IMMEDIATE, "R12+flag")
    [entry] = history(context, case, "case.judged")
    assert "held" not in json.dumps(entry.details)


def test_a_corrected_answer_is_judged_again_and_the_old_level_is_kept(context, house, now):
    case = reported(context, house, now, {})
    later = now + timedelta(hours=1)

    with work_as(context, house.asha, later) as work:
        case = work.session.get(Case, case.id)
        before = queries.judge_current_answers(work, case)
        operations.correct_reporter_answers(work, case, {"danger": "imminent"})
        after = queries.judge_current_answers(work, case)
        levels = [
            (one.level, one.rule) for one in queries.level_evaluations_newest_first(work, case)
        ]

    assert before.assumed == ("danger", "hold")
    assert after.assumed == ("hold",)
    assert (case.level, case.rule) == (Level.IMMEDIATE, "R1")
    assert levels == [(Level.IMMEDIATE, "R1"), (Level.SOON, "R9")]


def test_time_that_has_passed_counts_when_the_level_rises(context, house, now):
    case = reported(context, house, now, NO)
    later = now + timedelta(minutes=45)

    with work_as(context, house.asha, later) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"hold": "running", "reach": "others"})

    assert case.reply_due_at == now + timedelta(hours=2)
    fresh = [
        (args["percent"], due - now)
        for args, due in outbox_jobs(context, "triage.alarm")
        if args["due"] == int(case.reply_due_at.timestamp())
    ]
    assert fresh == [
        (50, timedelta(minutes=60)),
        (75, timedelta(minutes=90)),
        (100, timedelta(minutes=120)),
    ]
    assert len(outbox_jobs(context, "triage.call_on_duty")) == 1


def test_what_was_missed_by_rising_is_said_once_and_at_once(context, house, now):
    case = reported(context, house, now, NO)
    later = now + timedelta(hours=5)

    with work_as(context, house.asha, later) as work:
        operations.correct_reporter_answers(
            work, work.session.get(Case, case.id), {"danger": "imminent"}
        )

    due = [args for args, at in outbox_jobs(context, "triage.alarm") if at == later]
    assert [one["percent"] for one in due] == [100]


def test_no_clock_is_started_again_once_somebody_has_answered(context, house, now):
    case = reported(context, house, now, NO)
    with work_as(context, house.asha, now + timedelta(minutes=5)) as work:
        case = work.session.get(Case, case.id)
        clocks.stop_reply_clock(work, case)
        work.record("case.answered", case)

    with work_as(context, house.asha, now + timedelta(minutes=9)) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"danger": "imminent"})

    assert case.level is Level.IMMEDIATE
    assert case.reply_due_at is None


def test_answers_to_questions_that_a_correction_hides_are_dropped(context, house, now):
    told = {**NO, "about": ["device"], "noticed": "a strange icon"}
    case = reported(context, house, now, told, incident_type="something-else")

    with work_as(context, house.asha, now) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"about": ("advice",)})
        answers = json.loads(work.keys.open(case, "answers"))

    # Beside the answers stands what the mailbox goes on with: it was corrected in confidence.
    assert json.loads(answers.pop(report_content.IN_MAILBOX)) == told
    assert answers == {**NO, "about": ["advice"]}


@pytest.mark.parametrize("level", [Level.SOON, Level.URGENT, Level.IMMEDIATE])
def test_anyone_of_the_queue_may_raise_a_level(context, house, now, level):
    case = reported(context, house, now, NO)

    with work_as(context, house.asha, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.raise_case_level(work, case, level=level, reason="They wrote again.")
        newest = queries.level_evaluations_newest_first(work, case)[0]
        reason = json.loads(work.keys.open(newest, "inputs"))

    assert (case.level, case.rule) == (level, operations.RAISED)
    assert reason == {"reason": "They wrote again."}
    assert "wrote again" not in json.dumps(history(context, case, "case.level_raised")[0].details)


def test_a_level_is_not_raised_to_where_it_is(context, house, now):
    case = reported(context, house, now, RUNNING)

    with pytest.raises(Conflict), work_as(context, house.asha, now) as work:
        operations.raise_case_level(
            work, work.session.get(Case, case.id), level=Level.SOON, reason="?"
        )


def test_a_raised_level_stands_when_an_answer_makes_no_difference(context, house, now):
    case = reported(context, house, now, NO)
    with work_as(context, house.asha, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.raise_case_level(work, case, level=Level.URGENT, reason="A feeling.")

    with work_as(context, house.bo, now + timedelta(minutes=2)) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"reach": "others"})
        assert case.level is Level.URGENT
        operations.correct_reporter_answers(work, case, {"clock": "within_72h"})

    assert queries.judge_current_answers(work, case).level is Level.SOON
    assert case.level is Level.URGENT, "what a person raised stays the least that holds"


def lowering_asked(context, house, case, now, level):
    with work_as(context, house.asha, now) as work:
        return operations.request_lower_level(
            work, work.session.get(Case, case.id), level=level, reason="It was a colleague."
        ).id


def request_of(work, request_id):
    return next(one for one in queries.pending_lower_level_requests(work) if one.id == request_id)


def test_lowering_takes_a_second_person(context, house, now):
    case = reported(context, house, now, RUNNING)
    asked = lowering_asked(context, house, case, now, Level.SOON)

    with work_as(context, house.cleo, now + timedelta(minutes=3)) as work:
        operations.decide_lower_level_request(work, request_of(work, asked), granted=True)
        case = work.session.get(Case, case.id)

    assert (case.level, case.rule) == (Level.SOON, operations.LOWERED)
    assert case.reply_due_at == now + timedelta(hours=8)


def test_who_asked_cannot_also_agree(context, house, now):
    case = reported(context, house, now, RUNNING)
    asked = lowering_asked(context, house, case, now, Level.SOON)

    with pytest.raises(NotAllowed), work_as(context, house.asha, now) as work:
        operations.decide_lower_level_request(work, request_of(work, asked), granted=True)


def test_a_refusal_changes_nothing_and_is_remembered(context, house, now):
    case = reported(context, house, now, RUNNING)
    asked = lowering_asked(context, house, case, now, Level.SOON)

    with work_as(context, house.bo, now) as work:
        request = request_of(work, asked)
        operations.decide_lower_level_request(work, request, granted=False)
        assert queries.pending_lower_level_request(work, request.case) is None
        with pytest.raises(Conflict):
            operations.decide_lower_level_request(work, request, granted=True)

    assert case.level is Level.URGENT
    assert history(context, case, "case.lowering_decided")[0].details["granted"] is False


@pytest.mark.parametrize("news", ["raised by hand", "in danger now"])
def test_what_a_colleague_says_at_this_moment_is_not_lowered_over(context, house, now, news):
    case = reported(context, house, now, RUNNING)
    asked = lowering_asked(context, house, case, now, Level.SOON)

    with work_as(context, house.bo, now) as work:
        request = request_of(work, asked)
        assert request.case.level is Level.URGENT
        with work_as(context, house.cleo, now) as other:
            same = other.session.get(Case, case.id)
            if news == "in danger now":
                operations.correct_reporter_answers(other, same, {"danger": "imminent"})
            else:
                operations.raise_case_level(other, same, level=Level.IMMEDIATE, reason="A call.")

        with pytest.raises(Conflict, match="one level at a time"):
            operations.decide_lower_level_request(work, request, granted=True)

    with context.begin() as work:
        assert work.session.get(Case, case.id).level is Level.IMMEDIATE


def test_a_lowered_level_gives_way_when_the_answers_lead_higher(context, house, now):
    case = reported(context, house, now, RUNNING)
    asked = lowering_asked(context, house, case, now, Level.SOON)
    with work_as(context, house.bo, now + timedelta(minutes=1)) as work:
        operations.decide_lower_level_request(work, request_of(work, asked), granted=True)

    with work_as(context, house.bo, now + timedelta(minutes=2)) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"clock": "within_72h"})
        assert case.level is Level.SOON, "the table says URGENT, as it did before"
        operations.correct_reporter_answers(work, case, {"danger": "imminent"})

    assert case.level is Level.IMMEDIATE


def test_corrected_answers_that_lead_lower_change_no_level_and_call_a_second_person(
    context, house, now
):
    case = reported(context, house, now, {**RUNNING, "danger": "imminent"})
    due = case.reply_due_at

    with work_as(context, house.asha, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, NO)
        request = queries.pending_lower_level_request(work, case)

    assert queries.judge_current_answers(work, case).level is Level.ROUTINE
    assert (case.level, case.reply_due_at) == (Level.IMMEDIATE, due)
    assert (request.level, request.asked_by) == (Level.URGENT, house.asha.actor.id)
    with pytest.raises(NotAllowed), work_as(context, house.asha, now) as work:
        operations.decide_lower_level_request(work, request_of(work, request.id), granted=True)


def test_corrected_answers_lower_a_case_by_one_level_for_each_second_person(context, house, now):
    case = reported(context, house, now, {**RUNNING, "danger": "imminent"})
    with work_as(context, house.asha, now) as work:
        operations.correct_reporter_answers(work, work.session.get(Case, case.id), NO)

    with work_as(context, house.bo, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.decide_lower_level_request(
            work, queries.pending_lower_level_request(work, case), granted=True
        )
        assert queries.pending_lower_level_request(work, case) is None

    assert case.level is Level.URGENT


def test_correcting_twice_asks_one_second_person(context, house, now):
    case = reported(context, house, now, {**RUNNING, "danger": "imminent"})

    for danger in ("possible", "none_known"):
        with work_as(context, house.asha, now) as work:
            case = work.session.get(Case, case.id)
            operations.correct_reporter_answers(work, case, {**NO, "danger": danger})

    assert case.level is Level.IMMEDIATE
    assert len(history(context, case, "case.lowering_asked")) == 1


@pytest.mark.parametrize("level", [Level.ROUTINE, Level.URGENT, Level.IMMEDIATE])
def test_a_level_is_lowered_by_one(context, house, now, level):
    case = reported(context, house, now, RUNNING)

    with pytest.raises(Conflict, match="one level at a time"):
        lowering_asked(context, house, case, now, level)


def test_while_someone_is_in_danger_nothing_is_lowered(context, house, now):
    case = reported(context, house, now, {**NO, "danger": "imminent"})

    with pytest.raises(Conflict, match="while someone is in danger"):
        lowering_asked(context, house, case, now, Level.URGENT)


def test_danger_that_came_up_meanwhile_stops_the_second_person_too(context, house, now):
    case = reported(context, house, now, {**NO, "owner_state": "held"})
    asked = lowering_asked(context, house, case, now, Level.URGENT)
    with work_as(context, house.asha, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.correct_reporter_answers(work, case, {"danger": "imminent"})

    with pytest.raises(Conflict), work_as(context, house.bo, now) as work:
        operations.decide_lower_level_request(work, request_of(work, asked), granted=True)


def test_one_wish_to_lower_at_a_time(context, house, now):
    case = reported(context, house, now, RUNNING)
    lowering_asked(context, house, case, now, Level.SOON)

    with pytest.raises(Conflict, match="second person"):
        lowering_asked(context, house, case, now, Level.SOON)


@pytest.fixture
def stranger(context, now):
    with context.begin(at=now) as work:
        return a_person(work, Role.COORDINATOR, [a_team(work)])


@pytest.mark.parametrize(
    "verb",
    [
        lambda work, case: operations.correct_reporter_answers(
            work, case, {"danger": "none_known"}
        ),
        lambda work, case: operations.raise_case_level(
            work, case, level=Level.IMMEDIATE, reason="!"
        ),
        lambda work, case: operations.request_lower_level(work, case, level=Level.SOON, reason="?"),
    ],
    ids=["correct", "raise", "lower"],
)
def test_nobody_outside_the_queue_judges(context, house, stranger, now, verb):
    case = reported(context, house, now, RUNNING)

    with pytest.raises(NotAllowed), work_as(context, stranger, now) as work:
        verb(work, work.session.get(Case, case.id))


def test_a_closed_case_is_not_judged(context, house, now):
    case = reported(context, house, now, RUNNING)
    with work_as(context, house.asha, now) as work:
        case = work.session.get(Case, case.id)
        case.state = CaseState.CLOSED
        work.record("case.closed", case)

    with pytest.raises(NotAllowed), work_as(context, house.asha, now) as work:
        operations.raise_case_level(
            work, work.session.get(Case, case.id), level=Level.IMMEDIATE, reason="!"
        )


# --- the worker ----------------------------------------------------------------------------------


def on_duty(context, person, until):
    with context.begin() as work:
        row = work.session.get(type(person.person), person.person.id)
        row.on_duty_until = until
        work.record_about("test.on_duty", "people", row.id)


def drained(context, at):
    run_due_jobs(context, "notices", at=at)
    sent, context.mailer.sent[:] = list(context.mailer.sent), []
    return sent


def test_whoever_is_on_duty_hears_at_half_and_at_three_quarters_then_the_coordinator(
    context, house, now
):
    on_duty(context, house.asha, now + timedelta(days=400))
    case = reported(context, house, now, RUNNING)

    at = {
        minutes: drained(context, now + timedelta(minutes=minutes))
        for minutes in (0, 59, 61, 91, 121)
    }

    assert {minutes: [letter.to for letter in sent] for minutes, sent in at.items()} == {
        0: ["asha@house.test"],
        59: [],
        61: ["asha@house.test"],
        91: ["cleo@house.test"],
        121: ["cleo@house.test"],
    }
    assert "is late" in at[121][0].body
    assert len(history(context, case, "triage.alarm_sent")) == 3


def test_with_nobody_on_duty_the_coordinators_are_called(context, house, now):
    reported(context, house, now, RUNNING)

    assert [letter.to for letter in drained(context, now)] == ["cleo@house.test"]


def without_mailbox(context, *people):
    with context.sessions.begin() as session:
        ids = [somebody.person.id for somebody in people]
        session.execute(update(Person).where(Person.id.in_(ids)).values(email=None))


def test_without_a_coordinator_to_reach_everybody_in_the_queue_is_called(context, house, now):
    without_mailbox(context, house.cleo)
    reported(context, house, now, RUNNING)

    assert {letter.to for letter in drained(context, now)} == {"asha@house.test", "bo@house.test"}


def test_an_alarm_that_reaches_nobody_goes_to_operators_without_a_word_of_the_case(
    context, house, now
):
    without_mailbox(context, house.asha, house.bo, house.cleo)
    with context.begin(at=now) as work:
        a_person(work, Role.OPERATOR, email="ops@house.test")
        a_person(work, Role.COORDINATOR, [a_team(work)], email="elsewhere@house.test")
    case = reported(context, house, now, RUNNING)

    [letter] = drained(context, now)

    assert letter.to == "ops@house.test"
    assert house.team.name in letter.body
    assert case.ref not in letter.body + letter.subject + letter.message_id
    assert "URGENT" not in letter.subject
    [unheard] = history(context, case, "triage.unheard")
    assert len(unheard.details["told"]) == 1
    assert history(context, case, "triage.duty_called") == []
    with context.begin() as work:
        of_queue = select(HistoryEntry).where(HistoryEntry.action == "team.unheard")
        [said] = work.session.scalars(of_queue)
        assert (said.at.minute % 5, said.at.second, said.at.microsecond) == (0, 0, 0)


def test_a_circle_that_a_slow_server_refuses_keeps_the_next_from_none_of_its_emails(
    context, house, now, monkeypatch
):
    """The coordinator's email takes longer than all of a call may; then those behind are called."""
    monkeypatch.setattr(emails, "BEGUN_WITHIN", 0.1)
    send = context.mailer.send

    def sends(email):
        if email.to == "cleo@house.test":
            time.sleep(0.2)
            raise TemporaryMailError
        send(email)

    monkeypatch.setattr(context.mailer, "send", sends)
    reported(context, house, now, RUNNING)

    assert {letter.to for letter in drained(context, now)} == {"asha@house.test", "bo@house.test"}


def test_who_was_not_let_in_yet_is_told_nothing_though_nobody_else_can_be(context, house, now):
    without_mailbox(context, house.asha, house.bo, house.cleo)
    with context.begin(at=now) as work:
        a_person(work, Role.OPERATOR, email="ops@house.test")
        for name, role in (("new", Role.RESPONDER), ("lead", Role.COORDINATOR)):
            one = a_person(work, role, [house.team], email=f"{name}@house.test", let_in=False)
            one.person.on_duty_until = now + timedelta(days=400)
    case = reported(context, house, now, RUNNING)

    assert [letter.to for letter in drained(context, now)] == ["ops@house.test"]
    assert history(context, case, "triage.duty_called") == []


def test_operators_hear_at_most_once_an_hour_that_nobody_in_a_queue_can_be_told(
    context, house, now
):
    without_mailbox(context, house.asha, house.bo, house.cleo)
    with context.begin(at=now) as work:
        a_person(work, Role.OPERATOR, email="ops@house.test")
        other = a_team(work)
        a_person(work, Role.RESPONDER, [other])
    cases = [reported(context, house, now, RUNNING) for _ in range(3)]
    reported(context, type("Other", (), {"team": other}), now, RUNNING)

    sent = drained(context, now + timedelta(hours=3))  # with every alarm of theirs

    assert sorted(letter.subject for letter in sent) == sorted(
        f"Nobody in {team.name} can be alerted" for team in (house.team, other)
    )
    for case in cases:
        told = [entry.details["told"] for entry in history(context, case, "triage.unheard")]
        assert len(told) == 4, "each case says that nobody heard"


def test_operators_hear_again_when_the_hour_is_over(context, house, now):
    without_mailbox(context, house.asha, house.bo, house.cleo)
    with context.begin(at=now) as work:
        ops = a_person(work, Role.OPERATOR, email="ops@house.test")
    with context.begin(at=datetime.now(UTC) - timedelta(minutes=61)) as work:
        work.record_about("team.unheard", "teams", house.team.id, told=[ops.person.id])
    reported(context, house, now, RUNNING)

    assert [letter.to for letter in drained(context, now)] == ["ops@house.test"]


def test_an_alarm_of_which_no_letter_came_out_is_not_called_heard(context, house, now):
    """Without the service key no mailbox opens, whoever is on duty."""
    case = reported(context, house, now, RUNNING)
    blind = replace(context, service=ServiceKeys())

    jobs.alert_on_duty(blind, case_id=case.id)

    assert context.mailer.sent == []
    assert history(context, case, "triage.duty_called") == []
    [unheard] = history(context, case, "triage.unheard")
    assert unheard.details["told"] == []


def test_a_letter_holds_an_id_a_priority_and_a_link_and_nothing_else(context, house, now):
    case = reported(context, house, now, {**RUNNING, "profile": "@marker"}, story="marker marker")

    [letter] = drained(context, now)

    assert letter.subject == f"URGENT: new case {case.ref}"
    assert f"http://staff.test/cases/{case.ref}" in letter.body
    assert "marker" not in letter.body + letter.subject + letter.message_id
    assert "account" not in letter.body


def test_alarms_fall_silent_with_the_first_answer(context, house, now):
    case = reported(context, house, now, RUNNING)
    drained(context, now)
    with work_as(context, house.asha, now + timedelta(minutes=5)) as work:
        case = work.session.get(Case, case.id)
        clocks.stop_reply_clock(work, case)
        work.record("case.answered", case)

    assert drained(context, now + timedelta(days=1)) == []


def test_alarms_of_a_clock_that_was_restarted_say_nothing(context, house, now):
    case = reported(context, house, now, NO)
    with work_as(context, house.asha, now + timedelta(minutes=1)) as work:
        case = work.session.get(Case, case.id)
        operations.raise_case_level(work, case, level=Level.SOON, reason="?")

    assert len(drained(context, now + timedelta(hours=4, minutes=30))) == 1
    assert len(drained(context, now + timedelta(hours=9))) == 2
    assert drained(context, now + timedelta(days=5)) == []


def test_an_alarm_whose_sending_was_not_written_down_is_the_same_letter(
    context, house, now, monkeypatch
):
    case = reported(context, house, now, RUNNING)
    drained(context, now)
    due = int(case.reply_due_at.timestamp())
    jobs.alert_first_reply(context, case_id=case.id, percent=50, due=due)
    jobs.alert_first_reply(context, case_id=case.id, percent=50, due=due)
    assert len(context.mailer.sent) == 1, "it was heard"
    monkeypatch.setattr(jobs, "is_alert_heard", lambda *_: False)
    jobs.alert_first_reply(context, case_id=case.id, percent=50, due=due)

    one, two = context.mailer.sent
    assert one == two


def test_a_mail_server_that_is_away_is_tried_again(context, house, now):
    reported(context, house, now, RUNNING)
    context.mailer.trouble.extend(OSError("away") for _ in ("cleo", "asha", "bo"))

    assert drained(context, now) == []
    assert len(drained(context, now + timedelta(minutes=2))) == 1


def test_a_decision_on_a_lower_level_is_made_once_though_two_read_the_request(context, house, now):
    case = reported(context, house, now, RUNNING)
    with work_as(context, house.asha, now) as work:
        asked = operations.request_lower_level(
            work, work.session.get(Case, case.id), level=Level.SOON, reason="It is quiet."
        )
    with work_as(context, house.cleo, now) as late:
        read_before = late.session.get(LowerLevelRequest, asked.id)
        with work_as(context, house.bo, now) as work:
            again = work.session.get(LowerLevelRequest, asked.id)
            operations.decide_lower_level_request(work, again, granted=False)

        with pytest.raises(Conflict, match="already decided this"):
            operations.decide_lower_level_request(late, read_before, granted=True)


def test_the_owner_hears_that_something_is_new(context, house, now):
    case = reported(context, house, now, NO)
    with work_as(context, house.bo, now) as work:
        case = work.session.get(Case, case.id)
        case.owner_id = house.bo.person.id
        work.record("case.claimed", case)
        work.enqueue("triage.tell_owner", case_id=case.id)

    drained(context, now)
    letters = drained(context, datetime.now(UTC) + timedelta(days=1))
    new = [letter.to for letter in letters if "update on case" in letter.subject]
    assert new == ["bo@house.test"]


def test_one_dead_mailbox_keeps_nobody_else_from_being_told(context, house, now):
    on_duty(context, house.asha, now + timedelta(days=400))
    on_duty(context, house.bo, now + timedelta(days=401))
    case = reported(context, house, now, RUNNING)
    context.mailer.trouble.append(PermanentMailError(550))

    people = {"asha@house.test": house.asha, "bo@house.test": house.bo}
    [letter] = drained(context, now)
    [called] = history(context, case, "triage.duty_called")
    assert called.details["told"] == [people[letter.to].person.id]


def test_who_can_not_be_reached_is_told_nothing_and_somebody_else_is(context, house, now):
    with context.begin(at=now) as work:
        silent = a_person(work, Role.RESPONDER, [house.team], name="No mailbox")
    on_duty(context, silent, now + timedelta(days=400))
    reported(context, house, now, RUNNING)

    assert [letter.to for letter in drained(context, now)] == ["cleo@house.test"]


def test_history_says_from_which_level_and_which_answers_but_no_answer(context, house, now):
    case = reported(context, house, now, {})
    with work_as(context, house.asha, now + timedelta(hours=1)) as work:
        operations.correct_reporter_answers(
            work, work.session.get(Case, case.id), {"danger": "imminent"}
        )

    entry = history(context, case, "case.judged")[-1]

    assert (entry.details["was"], entry.details["corrected"]) == ("soon", ["danger"])
    said = sentence_for_entry(entry, {}, {})
    assert said.startswith("Judged immediate, after soon, by rule R1")
    assert said.endswith("Corrected answers: danger.")
    assert "imminent" not in said + json.dumps(entry.details)
