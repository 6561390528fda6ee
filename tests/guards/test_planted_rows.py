"""What is planted in history or the outbox silences no alarm, and stops neither ticker nor board.

The database refuses these rows to the roles of the doors (`test_what_each_process_may_say.py`).
Here they stand there all the same.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from helpdesk import ticker
from helpdesk.core import performing
from helpdesk.core.actors import SYSTEM
from helpdesk.intake import load
from helpdesk.triage import crowds
from tests.conftest import become
from tests.factories import sign_in
from tests.triage.test_alarms import RUNNING, house, reported
from tests.triage.test_crowds import flood, live

ODD = [
    {},
    {"second": False},
    {"second": False, "tell": "nobody", "came": {}},
    {"second": False, "tell": "duty"},
    {"second": False, "tell": "duty", "came": "none"},
    {"second": False, "tell": "duty", "came": {"immediate": "many"}},
    {"second": False, "tell": ["duty"], "came": {}},
]


def plant(desk, sql, **values):
    """As the owner of the tables, who is asked nothing."""
    before = become(desk, "helpdesk_owner")
    with desk.begin(SYSTEM) as work:
        work.session.execute(text(sql), values)
    become(desk, before)


def say(desk, action, subject, details, *, at, actor="nobody", case_id=None):
    plant(
        desk,
        "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details, case_id) "
        "VALUES (:at, :actor, :action, 'teams', :subject, CAST(:details AS jsonb), :case_id)",
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        details=json.dumps(details),
        case_id=case_id,
    )


def promise(desk, job, arguments, *, at, queue="notices"):
    plant(
        desk,
        "INSERT INTO outbox (id, job, queue, arguments, standing, due_at, attempts, fence) "
        "VALUES (md5(random()::text), :job, :queue, CAST(:arguments AS jsonb), 'waiting', :at, "
        "0, 0)",
        job=job,
        queue=queue,
        arguments=json.dumps(arguments),
        at=at,
    )


def tick(desk, at):
    before = become(desk, "helpdesk_ticker")
    ticker.tick(desk, at=at)
    become(desk, before)


@pytest.mark.parametrize("details", ODD)
def test_an_odd_entry_about_letters_stops_neither_ticker_nor_board_nor_alarm(
    desk, house, staff, now, details
):
    say(desk, "triage.many_told", house.team.id, details, at=now, actor="system")
    reported(desk, house, now, RUNNING)

    tick(desk, now)
    sign_in(staff, house.asha)

    assert desk.bell.rung
    assert staff.get("/duty").status_code == 200
    assert len(live(desk, now)) == 2


@pytest.mark.parametrize("actor", ["nobody", "person:of a partner"])
def test_only_we_say_that_somebody_was_told(desk, house, now, actor):
    told = {"second": False, "tell": "duty", "came": {}}
    say(desk, "triage.many_told", house.team.id, told, at=now, actor=actor)
    say(desk, "team.unheard", house.team.id, {}, at=now, actor=actor)
    reported(desk, house, now, RUNNING)

    heard = sorted(letter.to for letter in live(desk, now))
    assert heard == ["asha@house.test", "bo@house.test"]


@pytest.mark.parametrize("second", ["zz", None, 0.5, [0], True])
def test_an_odd_promise_of_a_letter_about_many_stops_no_ticker(desk, house, now, second):
    promise(desk, crowds.JOB, {"team_id": house.team.id, "second": second}, at=now)
    flood(desk, house, now, second=True)

    tick(desk, now)

    assert desk.bell.rung


def test_a_letter_that_is_promised_for_next_year_is_no_reason_to_write_none(desk, house, now):
    later = now + timedelta(days=399)
    promise(desk, crowds.JOB, {"team_id": house.team.id, "second": 1}, at=later)
    flood(desk, house, now, second=True)

    assert len(live(desk, now)) == 2


@pytest.mark.parametrize("percent", ["x", None, [], "100"])
def test_an_odd_entry_about_the_quota_stops_no_ticker(desk, house, now, percent, monkeypatch):
    monkeypatch.setattr(load.Load, "percent_of", lambda *_: 80)
    plant(desk, "UPDATE teams SET takes_reports = true")
    say(desk, "intake.quota_told", house.team.id, {"percent": percent}, at=now, actor="system")
    reported(desk, house, now, RUNNING)

    tick(desk, now)

    assert desk.bell.rung


def test_what_is_wrong_in_one_part_of_a_tick_keeps_no_other_from_its_work(
    desk, house, now, monkeypatch
):
    def breaks(*_):
        raise KeyError("odd")

    parts = ("history.link", "crowds.promise_letters", "quota.promise_warning", "presses.forget")
    for part in parts:
        monkeypatch.setattr(f"helpdesk.ticker.{part}", breaks)
    reported(desk, house, now, RUNNING)

    tick(desk, now)

    assert desk.bell.rung


def test_what_is_wrong_with_one_queue_keeps_no_other_from_its_letters(
    desk, house, now, monkeypatch
):
    drain = performing.drain

    def breaks_on_deliveries(desk, queue, **how):
        if queue == "deliveries":
            raise ValueError("odd")
        return drain(desk, queue, **how)

    monkeypatch.setattr("helpdesk.ticker.performing.drain", breaks_on_deliveries)
    monkeypatch.setattr(desk.bell, "ring", lambda _queue: False)
    promise(desk, "escalations.tell_partner", {}, at=now, queue="deliveries")
    reported(desk, house, now, RUNNING)

    tick(desk, now)

    assert sorted(letter.to for letter in desk.mailer.sent) == ["asha@house.test", "bo@house.test"]
