"""What reports may store in a day: who hears, and what is said when it is used up."""

# ruff: noqa: F401, F811 - fixtures of other files

from dataclasses import replace

import pytest
from sqlalchemy import text

from helpdesk import ticker
from helpdesk.core.actors import Role
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.intake import intake_volume, storage_quota
from helpdesk.intake.startup_check import log_if_no_queue_takes_reports
from tests.conftest import STAFF, become
from tests.factories import a_person, a_team, sign_in
from tests.intake.test_reports import LAST, cases, go_to, send
from tests.intake.test_second_lane import clock, count

QUOTA = 1000


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Every look at the count is a fresh one."""
    monkeypatch.setattr(intake_volume, "BELIEVED", 0)


def used(house, megabytes, *, slow=False):
    house._become("postgres")
    count(house, megabytes=megabytes, slow=slow)
    house._become("helpdesk_intake")


def test_past_the_quota_a_report_is_answered_honestly_and_nothing_typed_is_lost(
    house,
    browser,
    clock,
):
    go_to(browser, 4)
    clock["by"] = 61
    used(house, QUOTA)

    send(browser, follow=False)

    assert browser.status == 503
    assert "we have no room for more" in browser.text.replace("\n", " ")
    assert "What to do if someone is in danger now" in browser.text
    assert cases(house) == []
    fields = dict(browser.form("/report").fields)
    assert fields["story"].replace("\r", "") == LAST["story"]
    assert fields["q_platform"] == "google"


def test_where_no_key_counts_other_ways_are_named_and_nothing_typed_is_lost(
    house, browser, clock, caplog
):
    """Such as by a process that was given the wrong half of the signing key."""
    go_to(browser, 4)
    clock["by"] = 61
    house._become("postgres")
    with house.intake.begin() as work:
        work.session.execute(text("UPDATE teams SET takes_reports = false"))
    house._become("helpdesk_intake")

    send(browser, follow=False)

    assert browser.status == 503
    assert "something isn’t set up correctly on our side" in browser.text.replace("\n", " ")
    assert "What to do if someone is in danger now" in browser.text
    assert dict(browser.form("/report").fields)["story"].replace("\r", "") == LAST["story"]
    assert "STAFF_SIGNING_PUBLIC_FILE" in caplog.text

    caplog.clear()
    log_if_no_queue_takes_reports(house.intake)
    assert "Reports are refused" in caplog.text


def test_what_could_not_be_taken_can_be_sent_again_from_that_page(
    house,
    browser,
    clock,
    monkeypatch,
):
    go_to(browser, 4)
    clock["by"] = 61
    used(house, QUOTA)
    send(browser, follow=False)
    monkeypatch.setattr(intake_volume.IntakeVolume, "has_room", lambda *_, **__: True)

    browser.send("/report")

    assert browser.status == 200
    assert len(cases(house)) == 1


def test_the_operators_words_say_where_else_there_is_help(house, browser, app, clock):
    context = app.extensions["context"]
    app.extensions["context"] = replace(
        context, settings=replace(context.settings, other_ways="Call +00 000 <b>now</b>.")
    )
    go_to(browser, 4)
    used(house, QUOTA)

    send(browser, follow=False)

    assert "Call +00 000 &lt;b&gt;now&lt;/b&gt;." in browser.text


def test_the_second_lane_has_half_and_closes_the_door_to_nobody_else(
    house,
    browser,
    clock,
    monkeypatch,
):
    monkeypatch.setattr(intake_volume, "CROWD", 0)
    used(house, QUOTA // 2, slow=True)
    go_to(browser, 4)

    send(browser, follow=False)

    assert browser.status == 503
    assert "Please wait a minute, then send it again" in browser.text.replace("\n", " ")
    clock["by"] = 61
    browser.send("/report")
    assert browser.status == 200
    assert [case.in_slow_lane for case in cases(house)] == [False]


def test_a_form_that_was_taken_is_answered_again_without_room(house, browser, clock):
    go_to(browser, 4)
    clock["by"] = 61
    pairs = [*browser.form("/report").fields, ("to", "send"), ("story", "Words.")]
    browser.post("/report", pairs)
    used(house, QUOTA)

    answer = browser.post("/report", [*pairs, ("again", "yes")])

    assert answer.status_code in (200, 201, 303)
    assert len(cases(house)) == 1


def test_below_the_marks_nobody_is_told_and_at_each_of_them_once(context, now):
    with context.begin(at=now) as work:
        team = a_team(work, takes_reports=True)
        a_person(work, Role.COORDINATOR, [team], email="cleo@house.test")
        a_person(work, Role.OPERATOR, email="ops@house.test")

    heard = []
    for megabytes in (499, 1, 0, 300, 0, 200, 0):
        with context.begin() as work:
            as_owner(context, megabytes)
            storage_quota.enqueue_quota_warning(work, QUOTA)
        run_due_jobs(context, "notices")
        heard.append(sorted(letter.to for letter in context.mailer.sent))
        context.mailer.sent.clear()

    both = ["cleo@house.test", "ops@house.test"]
    assert heard == [[], both, [], both, [], both, []]


def as_owner(context, megabytes):
    connection = context.sessions.kw["bind"]
    connection.exec_driver_sql("SET ROLE postgres")
    count(type("House", (), {"staff": context}), megabytes=megabytes)
    connection.exec_driver_sql("SET ROLE helpdesk_app")


@pytest.mark.parametrize(
    ("megabytes", "says"),
    [
        (499, None),
        (500, "have used 50%"),
        (1000, "accepting any more reports or messages for now"),
    ],
)
def test_the_board_says_how_much_is_used(context, staff, megabytes, says):
    with context.begin() as work:
        responder = a_person(work, teams=[a_team(work, takes_reports=True)])
    as_owner(context, megabytes)

    page = sign_in(staff, responder).get("/duty").text

    assert ("of their storage" in page) == (says is not None)
    assert says is None or says in page


def test_the_ticker_looks_at_the_quota(context):
    with context.begin() as work:
        team = a_team(work, takes_reports=True)
        a_person(work, Role.COORDINATOR, [team], email="cleo@house.test")
    as_owner(context, 800)

    become(context, "helpdesk_ticker")
    ticker.tick(context)
    become(context, STAFF)
    run_due_jobs(context, "notices")

    [letter] = context.mailer.sent
    assert letter.subject == "Reports have used 80% of their storage"
    assert "800 MB of the" in letter.body
