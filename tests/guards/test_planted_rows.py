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
from helpdesk.core import job_runner
from helpdesk.core.actors import SYSTEM
from helpdesk.intake import intake_volume
from helpdesk.triage import surge_alerts
from tests.conftest import become
from tests.factories import sign_in
from tests.triage.test_alarms import RUNNING, house, reported
from tests.triage.test_surge_alerts import flood, live

ODD = [
    {},
    {"second": False},
    {"second": False, "tell": "nobody", "came": {}},
    {"second": False, "tell": "duty"},
    {"second": False, "tell": "duty", "came": "none"},
    {"second": False, "tell": "duty", "came": {"immediate": "many"}},
    {"second": False, "tell": ["duty"], "came": {}},
]


def plant(context, sql, **values):
    """As the owner of the tables, who is asked nothing."""
    before = become(context, "helpdesk_owner")
    with context.begin(SYSTEM) as work:
        work.session.execute(text(sql), values)
    become(context, before)


def say(context, action, subject, details, *, at, actor="nobody", case_id=None):
    plant(
        context,
        "INSERT INTO history (at, actor_id, action, subject_type, subject_id, details, case_id) "
        "VALUES (:at, :actor, :action, 'teams', :subject, CAST(:details AS jsonb), :case_id)",
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        details=json.dumps(details),
        case_id=case_id,
    )


def enqueue(context, job, arguments, *, at, queue="notices"):
    plant(
        context,
        "INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence) "
        "VALUES (md5(random()::text), :job, :queue, CAST(:arguments AS jsonb), 'waiting', :at, "
        "0, 0)",
        job=job,
        queue=queue,
        arguments=json.dumps(arguments),
        at=at,
    )


def tick(context, at):
    before = become(context, "helpdesk_ticker")
    ticker.tick(context, at=at)
    become(context, before)


@pytest.mark.parametrize("details", ODD)
def test_an_odd_entry_about_letters_stops_neither_ticker_nor_board_nor_alarm(
    context, house, staff, now, details
):
    say(context, "triage.many_told", house.team.id, details, at=now, actor="system")
    reported(context, house, now, RUNNING)

    tick(context, now)
    sign_in(staff, house.asha)

    assert context.queue_notifier.rung
    assert staff.get("/duty").status_code == 200
    assert len(live(context, now)) == 2


@pytest.mark.parametrize("actor", ["nobody", "person:of a partner"])
def test_only_we_say_that_somebody_was_told(context, house, now, actor):
    told = {"second": False, "tell": "duty", "came": {}}
    say(context, "triage.many_told", house.team.id, told, at=now, actor=actor)
    say(context, "team.unheard", house.team.id, {}, at=now, actor=actor)
    reported(context, house, now, RUNNING)

    heard = sorted(letter.to for letter in live(context, now))
    assert heard == ["asha@house.test", "bo@house.test"]


@pytest.mark.parametrize("second", ["zz", None, 0.5, [0], True])
def test_an_odd_promise_of_a_letter_about_many_stops_no_ticker(context, house, now, second):
    enqueue(context, surge_alerts.JOB, {"team_id": house.team.id, "second": second}, at=now)
    flood(context, house, now, second=True)

    tick(context, now)

    assert context.queue_notifier.rung


def test_a_letter_that_is_promised_for_next_year_is_no_reason_to_write_none(context, house, now):
    later = now + timedelta(days=399)
    enqueue(context, surge_alerts.JOB, {"team_id": house.team.id, "second": 1}, at=later)
    flood(context, house, now, second=True)

    assert len(live(context, now)) == 2


@pytest.mark.parametrize("percent", ["x", None, [], "100"])
def test_an_odd_entry_about_the_quota_stops_no_ticker(context, house, now, percent, monkeypatch):
    monkeypatch.setattr(intake_volume.IntakeVolume, "percent_of", lambda *_: 80)
    plant(context, "UPDATE teams SET takes_reports = true")
    say(context, "intake.quota_told", house.team.id, {"percent": percent}, at=now, actor="system")
    reported(context, house, now, RUNNING)

    tick(context, now)

    assert context.queue_notifier.rung


def test_what_is_wrong_in_one_part_of_a_tick_keeps_no_other_from_its_work(
    context, house, now, monkeypatch
):
    def breaks(*_):
        raise KeyError("odd")

    parts = (
        "history.extend_history_chain",
        "surge_alerts.enqueue_surge_alerts",
        "storage_quota.enqueue_quota_warning",
        "stored_responses.delete_older_responses",
    )
    for part in parts:
        monkeypatch.setattr(f"helpdesk.ticker.{part}", breaks)
    reported(context, house, now, RUNNING)

    tick(context, now)

    assert context.queue_notifier.rung


def test_what_is_wrong_with_one_queue_keeps_no_other_from_its_letters(
    context, house, now, monkeypatch
):
    drain = job_runner.run_due_jobs

    def breaks_on_deliveries(context, queue, **how):
        if queue == "deliveries":
            raise ValueError("odd")
        return drain(context, queue, **how)

    monkeypatch.setattr("helpdesk.ticker.job_runner.run_due_jobs", breaks_on_deliveries)
    monkeypatch.setattr(context.queue_notifier, "notify", lambda _queue: False)
    enqueue(context, "escalations.tell_partner", {}, at=now, queue="deliveries")
    reported(context, house, now, RUNNING)

    tick(context, now)

    assert sorted(letter.to for letter in context.mailer.sent) == [
        "asha@house.test",
        "bo@house.test",
    ]
