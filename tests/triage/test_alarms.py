"""An alarm reaches somebody, or says in red that it did not: one odd address silences nobody."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from helpdesk.accounts.models import Person
from helpdesk.adapters.mailer import FolderMailer
from helpdesk.cases import clocks
from helpdesk.cases.models import Case
from helpdesk.core.actors import Role
from helpdesk.core.emails import PermanentMailError, TemporaryMailError
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import Envelope
from helpdesk.key_files import KeyFile
from helpdesk.triage import case_alerts
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


def test_one_case_brings_so_many_letters_within_the_hour(context, house, now):
    case = reported(context, house, now, RUNNING)
    run_due_jobs(context, "notices", at=now)
    due = int(case.reply_due_at.timestamp())

    for percent in range(1, 41):
        enqueue(context, now, "triage.alarm", case_id=case.id, percent=percent, due=due)

    sent = [one for name in case_alerts.ALERTS for one in history(context, case, name)]
    assert len(sent) == case_alerts.AN_HOUR
