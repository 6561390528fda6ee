"""What looks sent by a machine goes to the second lane, by what it does itself, and arrives."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from helpdesk.intake import intake_volume, machine_sent_reports, report_form_token
from helpdesk.intake.report_form_token import ReportFormToken
from tests.intake.test_reports import LAST, cases, go_to, send


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test moves: tokens have the age that it says."""
    moved = {"by": 0.0}
    real = time.time
    monkeypatch.setattr(report_form_token.time, "time", lambda: real() + moved["by"])
    return moved


@pytest.fixture
def crowd(house, monkeypatch):
    """Very many reports have come in these minutes, and every process knows it at once."""
    monkeypatch.setattr(intake_volume, "BELIEVED", 0)
    house._become("postgres")
    count(house, reports=intake_volume.CROWD)
    house._become("helpdesk_intake")


def count(house, *, reports=0, megabytes=0, slow=False):
    """As the database counts what comes."""
    house.staff.sessions.kw["bind"].execute(
        text("SELECT count_intake(:slow, :reports, :bytes)"),
        {"slow": slow, "reports": reports, "bytes": megabytes * intake_volume.MEGABYTE},
    )


def test_what_was_counted_while_the_clock_was_ahead_is_no_crowd(house, crowd):
    house._become("postgres")
    with house.staff.begin() as work:
        assert intake_volume.current_intake_volume(work).is_flood
        work.session.execute(text("UPDATE intake_load SET at = at + interval '1 day'"))

        volume = intake_volume.current_intake_volume(work)

    assert (volume.is_flood, volume.reports) == (False, 0)


@pytest.fixture
def filled_in(browser):
    go_to(browser, 4)
    return browser


def lanes(house):
    return [case.in_slow_lane for case in cases(house)]


def test_a_person_who_took_a_minute_is_in_the_first_lane_in_any_crowd(
    house, crowd, filled_in, clock
):
    clock["by"] = 61

    send(filled_in)

    assert lanes(house) == [False]


def test_in_a_crowd_what_comes_seconds_after_its_page_goes_to_the_second_lane(
    house, crowd, filled_in, clock
):
    clock["by"] = 30

    send(filled_in)

    assert filled_in.status in (200, 201)
    assert lanes(house) == [True]


def test_without_a_crowd_nobody_has_to_wait(house, filled_in):
    send(filled_in)

    assert lanes(house) == [False]


def test_other_peoples_number_puts_nobody_into_the_second_lane(house, browser, clock, monkeypatch):
    """All from one address, as every visitor of an onion service; each had a minute."""
    monkeypatch.setattr(intake_volume, "BELIEVED", 0)
    for _ in range(intake_volume.CROWD + 5):
        go_to(browser, 4)
        clock["by"] += 61
        send(browser)
        assert browser.status == 200

    assert set(lanes(house)) == {False}


def test_a_flood_puts_itself_into_the_second_lane_from_the_first_that_makes_the_crowd(
    house, browser, monkeypatch
):
    monkeypatch.setattr(intake_volume, "BELIEVED", 0)
    monkeypatch.setattr(intake_volume, "CROWD", 3)
    for _ in range(6):
        go_to(browser, 4)
        send(browser)

    assert sorted(lanes(house)) == [False] * 3 + [True] * 3


def test_each_token_makes_one_case_however_often_it_is_sent(house, crowd, filled_in, clock):
    clock["by"] = 61
    pairs = filled_in.form("/report").fields
    for _ in range(3):
        filled_in.post("/report", [*pairs, ("to", "send"), ("story", "Words.")])

    assert lanes(house) == [False]


def test_the_field_that_nobody_sees_marks_it(house, filled_in, clock):
    clock["by"] = 61

    send(filled_in, LAST | {machine_sent_reports.DECOY: "http://spam.example"})

    assert filled_in.status in (200, 201)
    assert lanes(house) == [True]


def test_a_made_up_token_marks_it(house, filled_in, clock):
    clock["by"] = 61

    send(filled_in, LAST | {"token": "made up"})

    assert lanes(house) == [True]


def test_a_token_from_the_future_or_of_another_form_is_none(app):
    with app.test_request_context():
        ours = ReportFormToken.new().text
        assert ReportFormToken.read(ours).age is not None
        # Not the last letter: some of its bits mean nothing.
        altered = ours[:-2] + ("B" if ours[-2] == "A" else "A") + ours[-1]
        assert ReportFormToken.read(altered).age is None
        assert ReportFormToken.read(ours.rsplit(".", 1)[0]).age is None


def test_what_comes_is_counted_by_the_database_and_the_door_cannot_change_the_count(
    house, filled_in
):
    with house.at_the_door() as work:  # others that commit may have sent some in this hour
        before = intake_volume.current_intake_volume(work)
    send(filled_in)

    with house.at_the_door() as work:
        counted = intake_volume.current_intake_volume(work)
    assert counted.lately == before.lately + 1
    assert counted.reports == before.reports + 1
    assert counted.bytes > before.bytes + 9_000
    for statement in (
        "UPDATE intake_load SET reports = 0",
        "DELETE FROM intake_load",
        "SELECT count_intake(false, -5, 0)",
        "INSERT INTO intake_load VALUES (now(), false, 9, 1, 1)",
    ):
        with (
            house.at_the_door() as work,
            pytest.raises(ProgrammingError, match="permission"),
            work.session.begin_nested(),
        ):
            work.session.execute(text(statement))


def test_what_is_counted_says_nothing_of_who_sent_it(house, filled_in):
    send(filled_in)

    with house.at_the_door() as work:
        columns = work.session.execute(text("SELECT * FROM intake_load")).keys()
    assert set(columns) == {"at", "in_slow_lane", "part", "reports", "bytes"}
