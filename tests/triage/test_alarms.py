"""An alarm reaches somebody, or says in red that it did not: one odd address silences nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from helpdesk.accounts.models import Person
from helpdesk.adapters.mailer import FolderMailer
from helpdesk.cases import clocks, response_targets
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ConversationChannel, LowerLevelRequest
from helpdesk.core.actors import Role, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.emails import PermanentMailError, TemporaryMailError
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import Envelope
from helpdesk.intake import operations as intake
from helpdesk.intake.queries import own_case
from helpdesk.key_files import KeyFile
from helpdesk.triage import alarm_timing, danger_alerts, jobs, operations
from tests.escalations.conftest import at as desk_at
from tests.factories import a_person, a_team, sign_in, work_as
from tests.triage.test_operations import RUNNING, history, reported

ODD = ["lead@[drill.example", "anna@example[.]org", "anna@example,org", "@", "\u200b"]


@pytest.fixture
def house(context, now):
    """Two responders on duty and a coordinator who is not, each with a mailbox."""
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
        for name in ("asha", "bo"):
            people[name].person.on_duty_until = now + timedelta(days=400)
            work.record("person.on_duty", people[name].person)
    return type("House", (), {"team": team, **people})


@pytest.fixture
def posting(context, tmp_path):
    """The same desk with a post that builds real letters and keeps them in a folder."""
    return replace(context, mailer=FolderMailer(tmp_path, "helpdesk@house.test"))


def store(context, somebody, address):
    """What an earlier version took and sealed, unread."""
    with context.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        place = person.envelope_place_of("email")
        person.email = work.keys.service.seal(KeyFile.DUTY_ADDRESSES, address, place)
        person.email_confirmed_at = work.at
        work.record("person.mailbox_given", person)


def who_got_mail(folder):
    kept = [one.read_bytes() for one in folder.glob("*.eml")]
    letters = [message_from_bytes(one, policy=policy.default) for one in kept]
    return sorted(str(one["To"]) for one in letters)


def failing(context, *kinds):
    context.mailer.trouble.extend(kinds)


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_from_before_keeps_no_other_letter_back(
    context, posting, house, now, address, tmp_path
):
    store(context, house.asha, address)
    case = reported(context, house, now, RUNNING)

    run_due_jobs(posting, "notices", at=now)

    assert who_got_mail(tmp_path) == ["bo@house.test"]
    [told] = history(context, case, "triage.duty_called")
    assert (told.details["told"], told.details["untold"]) == (
        [house.bo.person.id],
        [house.asha.person.id],
    )


def test_a_spoilt_row_keeps_no_other_letter_back(context, posting, house, now, tmp_path):
    with context.begin() as work:
        spoilt = update(Person).where(Person.id == house.asha.person.id)
        work.session.execute(spoilt.values(email=Envelope(b"\1" + b"x" * 90)))
    reported(context, house, now, RUNNING)

    run_due_jobs(posting, "notices", at=now)

    assert who_got_mail(tmp_path) == ["bo@house.test"]


def test_with_nobody_of_the_first_circle_reached_the_next_hears_at_once(context, house, now):
    case = reported(context, house, now, RUNNING)
    failing(context, PermanentMailError(), TemporaryMailError())

    run_due_jobs(context, "notices", at=now)

    assert [letter.to for letter in context.mailer.sent] == ["cleo@house.test"]
    [told] = history(context, case, "triage.duty_called")
    assert sorted(told.details["untold"]) == sorted([house.asha.person.id, house.bo.person.id])


def test_an_alarm_that_reached_no_one_is_red_on_the_board_until_somebody_hears(
    context, house, staff, now
):
    with context.begin(at=now) as work:
        a_person(work, Role.OPERATOR, email="ops@house.test")
    case = reported(context, house, now, RUNNING)
    failing(context, *[TemporaryMailError()] * 3)

    run_due_jobs(context, "notices", at=now)

    assert [letter.to for letter in context.mailer.sent] == ["ops@house.test"]
    board = sign_in(staff, house.bo).get("/duty").text
    assert "Nobody could be alerted" in board
    red = board.split("Nobody could be alerted")[-1].split("</table>")[0]
    assert case.ref in red
    [again] = waiting(context, "triage.call_on_duty")
    assert again.state is OutboxJobState.WAITING, "it is tried again"
    assert again.due_at <= now + timedelta(minutes=1)

    run_due_jobs(context, "notices", at=now + timedelta(hours=3))

    assert "Nobody could be alerted" not in staff.get("/duty").text


def test_the_board_is_red_too_where_nobody_gave_an_address(context, house, staff, now):
    with context.sessions.begin() as session:
        session.execute(update(Person).values(email=None))
    sign_in(staff, house.bo)
    assert "Nobody in" in staff.get("/duty").text, "before anything has come"
    case = reported(context, house, now, RUNNING)

    run_due_jobs(context, "notices", at=now)

    assert "Nobody could be alerted" in staff.get("/duty").text
    assert case.ref in staff.get("/duty").text


def test_the_first_answer_ends_the_red(context, house, staff, now):
    case = reported(context, house, now, RUNNING)
    failing(context, *[PermanentMailError()] * 3)
    run_due_jobs(context, "notices", at=now)
    with work_as(context, house.asha, now + timedelta(minutes=5)) as work:
        case = work.session.get(Case, case.id)
        clocks.stop_reply_clock(work, case)
        work.record("case.answered", case)

    assert "Nobody could be alerted" not in sign_in(staff, house.bo).get("/duty").text


def test_an_alarm_that_waits_too_long_in_the_outbox_is_red(context, house, staff, now):
    """No worker and no ticker: nothing fails, and nothing goes out either."""
    case = reported(context, house, now, RUNNING)

    board = sign_in(staff, house.bo).get("/duty").text

    assert "Nobody could be alerted" in board
    assert case.ref in board.split("Nobody could be alerted")[-1].split("</table>")[0]


def test_nobody_of_another_queue_learns_of_an_unheard_alarm(context, house, staff, now):
    with context.begin(at=now) as work:
        elsewhere = a_person(work, Role.COORDINATOR, [a_team(work)], email="e@house.test")
    case = reported(context, house, now, RUNNING)
    failing(context, *[PermanentMailError()] * 3)
    run_due_jobs(context, "notices", at=now)

    board = sign_in(staff, elsewhere).get("/duty").text

    assert case.ref not in board
    assert "Nobody could be alerted" not in board


def waiting(context, job):
    with context.sessions() as session:
        return list(session.scalars(select(OutboxJob).where(OutboxJob.job == job)))


def test_history_names_ids_and_never_an_address(context, house, now):
    case = reported(context, house, now, RUNNING)
    failing(context, *[PermanentMailError()] * 3)
    run_due_jobs(context, "notices", at=now)

    with context.sessions() as session:
        entries = session.scalars(select(HistoryEntry).where(HistoryEntry.case_id == case.id))
        assert not [one for one in entries if "@" in str(one.details)]


def enqueue(context, now, job, **arguments):
    with context.begin(at=now) as work:
        work.enqueue(job, **arguments)
    run_due_jobs(context, "notices", at=now)


def test_an_arrival_is_told_once_however_often_it_is_queued(context, house, now):
    case = reported(context, house, now, RUNNING)
    run_due_jobs(context, "notices", at=now)
    heard = len(context.mailer.sent)
    assert heard > 0

    for _ in range(3):
        enqueue(context, now, "triage.call_on_duty", case_id=case.id)

    assert len(context.mailer.sent) == heard


def owed_at(context, case, moment):
    """The public pages' role may say when a reply is owed."""
    with context.sessions.begin() as session:
        session.execute(update(Case).where(Case.id == case.id).values(reply_due_at=moment))
    return int(moment.timestamp())


def alarms_sent(context, case):
    return [one for name in alarm_timing.ALERTS for one in history(context, case, name)]


def test_one_case_brings_so_many_letters_within_the_hour_and_others_are_put_off(
    context, house, now
):
    case = reported(context, house, now, RUNNING)
    run_due_jobs(context, "notices", at=now)

    for minutes in range(40):
        due = owed_at(context, case, now + timedelta(minutes=minutes))
        enqueue(context, now, "triage.alarm", case_id=case.id, percent=100, due=due)

    assert len(alarms_sent(context, case)) == alarm_timing.AN_HOUR
    [last] = [
        one
        for one in waiting(context, "triage.alarm")
        if one.arguments["due"] == due and one.state is OutboxJobState.WAITING
    ]
    assert timedelta(minutes=50) < last.due_at - datetime.now(UTC) <= timedelta(hours=1)


def test_one_that_has_come_while_there_is_no_room_is_put_off_too(context, house, now):
    case = reported(context, house, now, RUNNING)
    for minutes in range(alarm_timing.AN_HOUR):
        due = owed_at(context, case, now + timedelta(minutes=minutes))
        jobs.alert_first_reply(context, case_id=case.id, percent=100, due=due)

    jobs.alert_on_duty(context, case_id=case.id, risen=1)

    assert len(alarms_sent(context, case)) == alarm_timing.AN_HOUR
    assert {"case_id": case.id, "risen": 1} in [
        one.arguments for one in waiting(context, "triage.call_on_duty")
    ]


@pytest.mark.parametrize("percent", [1, 75, 100, 1000])
def test_an_alarm_says_nothing_before_its_time_and_is_heard_then(context, house, percent):
    at = datetime.now(UTC)
    case = reported(context, house, at - timedelta(minutes=70), RUNNING)
    due = int(case.reply_due_at.timestamp())

    jobs.alert_first_reply(context, case_id=case.id, percent=percent, due=due)

    if percent == 1:  # the plan has none before half of its two hours, and those are gone
        [told] = alarms_sent(context, case)
        assert told.details["percent"] == 50
        return
    assert alarms_sent(context, case) == []
    true = case.reply_due_at - timedelta(minutes=120 - min(percent, 100) * 1.2)
    queued = [
        one.due_at
        for one in waiting(context, "triage.alarm")
        if one.arguments["percent"] == min(percent, 100)
    ]
    assert len(queued) == 2
    assert all(abs(moment - true) < timedelta(seconds=1) for moment in queued)


def test_an_alarm_of_our_next_update_says_nothing_before_its_time(context, house):
    at = datetime.now(UTC)
    case = reported(context, house, at, RUNNING)
    with context.begin(at=at) as work:
        mine = work.session.get(Case, case.id)
        response_targets.record_update_sent(work, mine)
        work.record("case.answered", mine)
    due = int(mine.word_due_at.timestamp())

    jobs.alert_next_update(context, case_id=case.id, percent=100, due=due)

    assert history(context, case, "triage.word_alarm_sent") == []
    moments = [one.due_at for one in waiting(context, "triage.word_alarm")]
    assert len([one for one in moments if abs(one - mine.word_due_at) < timedelta(minutes=1)]) == 2


def test_a_case_that_was_lowered_and_rises_again_is_heard_again(context, house, now):
    case = reported(context, house, now, RUNNING)
    run_due_jobs(context, "notices", at=now)
    context.mailer.sent.clear()
    raise_it(context, house, case, now)
    first = list(context.mailer.sent)
    assert first

    with work_as(context, house.asha, now) as work:
        asked = operations.request_lower_level(
            work, work.session.get(Case, case.id), level=Level.URGENT, reason="It is quiet."
        ).id
    with work_as(context, house.bo, now) as work:
        wish = work.session.get(LowerLevelRequest, asked)
        operations.decide_lower_level_request(work, wish, granted=True)
    context.mailer.sent.clear()
    raise_it(context, house, case, now)

    assert [one.to for one in context.mailer.sent] == [one.to for one in first]
    assert not {one.message_id for one in context.mailer.sent} & {one.message_id for one in first}


def test_what_is_owed_again_because_a_call_never_was_is_heard_again(context, house, now):
    code = ReturnCode.new()
    case = reported(context, house, now, RUNNING, code=code)
    for minutes in range(0, 130, 10):  # everyone has heard that it is late
        run_due_jobs(context, "notices", at=now + timedelta(minutes=minutes))
    heard = [one.details["percent"] for one in history(context, case, "triage.alarm_sent")]
    assert max(heard) == 100
    later = now + timedelta(minutes=140)
    with work_as(context, house.asha, later) as work:
        call = casework.record_conversation(
            work,
            work.session.get(Case, case.id),
            way=ConversationChannel.TELEPHONE,
            spoke_at=now + timedelta(minutes=20),
            reached=True,
            summary="I reached them in time.",
        ).id
    run_due_jobs(context, "notices", at=later)

    with context.begin(reporter(case.id), own=code.secret(), at=later) as work:
        intake.dispute_conversation(work, own_case(work), call)
    for minutes in range(0, 60, 10):
        run_due_jobs(context, "notices", at=later + timedelta(minutes=minutes))

    again = [one.details["percent"] for one in history(context, case, "triage.alarm_sent")]
    assert again == [*heard, 100]


def raise_it(context, house, case, now):
    with work_as(context, house.cleo, now) as work:
        operations.raise_case_level(
            work, work.session.get(Case, case.id), level=Level.IMMEDIATE, reason="They are inside."
        )
    run_due_jobs(context, "notices", at=now)


def test_danger_that_is_told_often_within_an_hour_waits_for_room_and_one_email_is_about_all_of_it(
    context, house, now
):
    code = ReturnCode.new()
    case = reported(context, house, now, RUNNING, code=code)
    asked_often = danger_alerts.AN_HOUR + 2
    at = now

    def calls_of_danger():
        called = history(context, case, "triage.duty_called")
        return [one.details["danger"] for one in called if "danger" in one.details]

    for _ in range(asked_often):
        at += timedelta(minutes=7)
        with context.begin(reporter(case.id), own=code.secret(), at=at) as work:
            intake.report_danger(work, own_case(work))
        run_due_jobs(desk_at(context, at), "notices", at=at)
        with work_as(context, house.asha, at + timedelta(minutes=3)) as work:
            casework.send_message(work, work.session.get(Case, case.id), "We come.")
    assert calls_of_danger() == [*range(1, danger_alerts.AN_HOUR + 1)]

    for minutes in range(0, 180, 10):
        later = at + timedelta(minutes=minutes)
        run_due_jobs(desk_at(context, later), "notices", at=later)

    assert calls_of_danger() == [*range(1, danger_alerts.AN_HOUR + 1), asked_often]
