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
from helpdesk.core.outbox import Promise, Standing
from helpdesk.core.performing import drain
from helpdesk.core.sealing import Envelope
from helpdesk.key_files import KeyFile
from tests.factories import a_person, a_team, sign_in, work_as
from tests.triage.test_operations import RUNNING, history, reported

ODD = ["lead@[drill.example", "anna@example[.]org", "anna@example,org", "@", "\u200b"]


@pytest.fixture
def house(desk, now):
    """Two responders on duty and a coordinator who is not, each with a mailbox."""
    with desk.begin(at=now) as work:
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
def posting(desk, tmp_path):
    """The same desk with a post that builds real letters and keeps them in a folder."""
    return replace(desk, mailer=FolderMailer(tmp_path, "helpdesk@house.test"))


def store(desk, somebody, address):
    """What an earlier version took and sealed, unread."""
    with desk.begin() as work:
        person = work.session.get(Person, somebody.person.id)
        place = person.place_of("email")
        person.email = work.keys.service.seal(KeyFile.DUTY_ADDRESSES, address, place)
        person.email_confirmed_at = work.at
        work.record("person.mailbox_given", person)


def who_got_mail(folder):
    kept = [one.read_bytes() for one in folder.glob("*.eml")]
    letters = [message_from_bytes(one, policy=policy.default) for one in kept]
    return sorted(str(one["To"]) for one in letters)


def failing(desk, *kinds):
    desk.mailer.trouble.extend(kinds)


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_from_before_keeps_no_other_letter_back(
    desk, posting, house, now, address, tmp_path
):
    store(desk, house.asha, address)
    case = reported(desk, house, now, RUNNING)

    drain(posting, "notices", at=now)

    assert who_got_mail(tmp_path) == ["bo@house.test"]
    [told] = history(desk, case, "triage.duty_called")
    assert (told.details["told"], told.details["untold"]) == (
        [house.bo.person.id],
        [house.asha.person.id],
    )


def test_a_spoilt_row_keeps_no_other_letter_back(desk, posting, house, now, tmp_path):
    with desk.begin() as work:
        spoilt = update(Person).where(Person.id == house.asha.person.id)
        work.session.execute(spoilt.values(email=Envelope(b"\1" + b"x" * 90)))
    reported(desk, house, now, RUNNING)

    drain(posting, "notices", at=now)

    assert who_got_mail(tmp_path) == ["bo@house.test"]


def test_with_nobody_of_the_first_circle_reached_the_next_hears_at_once(desk, house, now):
    case = reported(desk, house, now, RUNNING)
    failing(desk, PermanentMailError(), TemporaryMailError())

    drain(desk, "notices", at=now)

    assert [letter.to for letter in desk.mailer.sent] == ["cleo@house.test"]
    [told] = history(desk, case, "triage.duty_called")
    assert sorted(told.details["untold"]) == sorted([house.asha.person.id, house.bo.person.id])


def test_an_alarm_that_reached_no_one_is_red_on_the_board_until_somebody_hears(
    desk, house, staff, now
):
    with desk.begin(at=now) as work:
        a_person(work, Role.OPERATOR, email="ops@house.test")
    case = reported(desk, house, now, RUNNING)
    failing(desk, *[TemporaryMailError()] * 3)

    drain(desk, "notices", at=now)

    assert [letter.to for letter in desk.mailer.sent] == ["ops@house.test"]
    board = sign_in(staff, house.bo).get("/duty").text
    assert "No one could be told" in board
    red = board.split("No one could be told")[-1].split("</table>")[0]
    assert case.ref in red
    [again] = waiting(desk, "triage.call_on_duty")
    assert again.standing is Standing.WAITING, "it is tried again"
    assert again.due_at <= now + timedelta(minutes=1)

    drain(desk, "notices", at=now + timedelta(hours=3))

    assert "No one could be told" not in staff.get("/duty").text


def test_the_board_is_red_too_where_nobody_gave_an_address(desk, house, staff, now):
    with desk.sessions.begin() as session:
        session.execute(update(Person).values(email=None))
    sign_in(staff, house.bo)
    assert "Nobody in" in staff.get("/duty").text, "before anything has come"
    case = reported(desk, house, now, RUNNING)

    drain(desk, "notices", at=now)

    assert "No one could be told" in staff.get("/duty").text
    assert case.ref in staff.get("/duty").text


def test_the_first_answer_ends_the_red(desk, house, staff, now):
    case = reported(desk, house, now, RUNNING)
    failing(desk, *[PermanentMailError()] * 3)
    drain(desk, "notices", at=now)
    with work_as(desk, house.asha, now + timedelta(minutes=5)) as work:
        case = work.session.get(Case, case.id)
        clocks.stop_first_reply(work, case)
        work.record("case.answered", case)

    assert "No one could be told" not in sign_in(staff, house.bo).get("/duty").text


def test_an_alarm_that_waits_too_long_in_the_outbox_is_red(desk, house, staff, now):
    """No worker and no ticker: nothing fails, and nothing goes out either."""
    case = reported(desk, house, now, RUNNING)

    board = sign_in(staff, house.bo).get("/duty").text

    assert "No one could be told" in board
    assert case.ref in board.split("No one could be told")[-1].split("</table>")[0]


def test_nobody_of_another_queue_learns_of_an_unheard_alarm(desk, house, staff, now):
    with desk.begin(at=now) as work:
        elsewhere = a_person(work, Role.COORDINATOR, [a_team(work)], email="e@house.test")
    case = reported(desk, house, now, RUNNING)
    failing(desk, *[PermanentMailError()] * 3)
    drain(desk, "notices", at=now)

    board = sign_in(staff, elsewhere).get("/duty").text

    assert case.ref not in board
    assert "No one could be told" not in board


def waiting(desk, job):
    with desk.sessions() as session:
        return list(session.scalars(select(Promise).where(Promise.job == job)))


def test_history_names_ids_and_never_an_address(desk, house, now):
    case = reported(desk, house, now, RUNNING)
    failing(desk, *[PermanentMailError()] * 3)
    drain(desk, "notices", at=now)

    with desk.sessions() as session:
        entries = session.scalars(select(HistoryEntry).where(HistoryEntry.case_id == case.id))
        assert not [one for one in entries if "@" in str(one.details)]
