"""The second lane stands below the first on every list of the staff, and is never mixed into it."""

import re
from datetime import timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ConversationChannel
from helpdesk.cases.states import CaseOutcome, CaseState, WaitsOn
from helpdesk.core.actors import Role, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import NotFound
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty import case_closing
from helpdesk.duty.operations import start_playbook_and_judge_again
from helpdesk.intake import operations as intake
from helpdesk.triage import operations as triage
from helpdesk.triage.first_reply_clock import start_first_reply_clock
from tests.conftest import become
from tests.factories import a_case, a_person, a_team, sign_in, work_as
from tests.intake.browser import mark_in


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work, slug="first-line", takes_reports=True)


@pytest.fixture
def browser(context, staff, queue):
    with context.begin() as work:
        responder = a_person(work, teams=[queue])
    staff.application.config["WTF_CSRF_ENABLED"] = False
    return sign_in(staff, responder)


@pytest.fixture
def flood(context, queue, browser):
    """Seven IMMEDIATE cases that look sent by a machine, and one honest one that can wait."""
    with context.begin() as work:
        machine = [
            a_case(work, queue, state=CaseState.NEW, level=Level.IMMEDIATE, in_slow_lane=True)
            for _ in range(7)
        ]
        honest = a_case(work, queue, state=CaseState.NEW, level=Level.ROUTINE)
    return honest, machine


def halves(page):
    """What stands in the first list, and what below."""
    above, _, below = page.partition('class="second-lane"')
    return re.findall(r"/cases/([A-Z0-9-]+)\"", above), re.findall(r"/cases/([A-Z0-9-]+)\"", below)


@pytest.mark.parametrize("address", ["/duty", *(
    f"/queues/first-line?show={show}" for show in ("open", "unclaimed", "new")
)])  # fmt: skip
def test_it_has_a_list_of_its_own_below(browser, flood, address):
    honest, machine = flood

    above, below = halves(browser.get(address).text)

    assert above == [honest.ref]
    assert len(below) == 5
    assert set(below) <= {case.ref for case in machine}


def test_nothing_is_said_of_it_while_it_is_empty(context, queue, browser):
    with context.begin() as work:
        a_case(work, queue)

    for address in ("/duty", "/queues/first-line"):
        assert "econd lane</a>" not in browser.get(address).text.split("</nav>")[-1]
        assert 'class="second-lane"' not in browser.get(address).text


def test_the_next_case_is_one_of_the_first_lane_and_the_second_has_a_button(
    context, browser, flood
):
    honest, machine = flood

    taken = browser.post("/queues/first-line/next").location
    nothing_left = browser.post("/queues/first-line/next")
    from_second = browser.post("/queues/first-line/second-lane/next").location

    assert taken == f"/cases/{honest.ref}"
    assert nothing_left.status_code == 409
    assert from_second.removeprefix("/cases/") in {case.ref for case in machine}


def test_a_case_that_somebody_has_taken_is_in_the_second_lane_no_more(context, browser, flood):
    ref = browser.post("/queues/first-line/second-lane/next").location.removeprefix("/cases/")

    assert ref in halves(browser.get("/queues/first-line").text)[0]
    assert ref not in browser.get("/queues/first-line?show=second-lane").text
    seen = mark_in(browser.get(f"/cases/{ref}"), f"/cases/{ref}/release")
    browser.post(f"/cases/{ref}/release", data=seen)
    with context.sessions() as session:
        assert session.query(Case).where(Case.in_slow_lane).count() == 6
    assert (
        "Took the case from the list of possibly automated reports."
        in browser.get(f"/cases/{ref}").text
    )


def test_its_own_page_lists_all_of_it(browser, flood):
    _honest, machine = flood

    page = browser.get("/queues/first-line?show=second-lane").text

    assert set(re.findall(r"/cases/([A-Z0-9-]+)\"", page)) == {case.ref for case in machine}


def test_what_is_late_in_it_pushes_nothing_off_the_list_of_what_is_late(
    context, queue, browser, flood, now
):
    with context.begin() as work:
        late = a_case(work, queue, level=Level.ROUTINE)
        for case in (late, *flood[1]):
            found = work.session.get_one(Case, case.id)
            found.reply_due_at = now
            work.record("case.judged", found)

    page = browser.get("/duty").text

    red = page.split("Our answer or update is late")[-1].split("</table>")[0]
    assert late.ref in red
    assert not [case.ref for case in flood[1] if case.ref in red]


def test_a_second_click_when_the_lane_is_empty_says_so(browser, queue):
    answer = browser.post("/queues/first-line/second-lane/next")

    assert answer.status_code == 409
    assert "There are no possibly automated cases" in answer.text


def test_who_is_not_in_the_queue_finds_no_such_page(context, staff, queue):
    with context.begin() as work:
        other = a_person(work, teams=[a_team(work)])
    staff.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(staff, other)

    answer = staff.post("/queues/first-line/second-lane/next")

    assert answer.status_code == 404
    assert escape(NotFound.sentence) in answer.text


# What a person of ours does to a case that nobody has taken, and that takes it off the second list.
ACTS = {
    "written to": lambda work, case, house: casework.send_message(work, case, "Are you there?"),
    "called": lambda work, case, house: casework.record_conversation(
        work,
        case,
        way=ConversationChannel.SIGNAL,
        spoke_at=work.at,
        reached=True,
        summary="They are real.",
    ),
    "paused for the reporter": lambda work, case, house: (
        casework.send_message(work, case, "Are you there?"),
        casework.pause_case(work, case, waits_on=WaitsOn.REPORTER),
    ),
    "paused until a day": lambda work, case, house: casework.pause_case(
        work, case, waits_on=WaitsOn.DATE, until=work.at.date() + timedelta(days=1)
    ),
    "handed over": lambda work, case, house: casework.hand_over_case(
        work, case, to=house[1].person, note="For you."
    ),
    "raised": lambda work, case, house: triage.raise_case_level(
        work, case, level=Level.IMMEDIATE, reason="They are at the door."
    ),
    "answers corrected": lambda work, case, house: triage.correct_reporter_answers(
        work, case, {"capacity": "can_act"}
    ),
    "given a playbook": lambda work, case, house: start_playbook_and_judge_again(
        work, case, "doxing"
    ),
    "noted on": lambda work, case, house: casework.add_case_note(work, case, "I know them."),
}
LISTS = ("open", "unclaimed", "new", "waiting", "second-lane")


@pytest.mark.parametrize("act", ACTS)
def test_no_case_that_somebody_of_ours_works_on_is_in_no_list(context, staff, queue, act):
    with context.begin() as work:
        lead = a_person(work, Role.COORDINATOR, [queue])
        other = a_person(work, teams=[queue])
        case = a_case(work, queue, state=CaseState.NEW, level=Level.ROUTINE, in_slow_lane=True)
    with work_as(context, lead) as work:
        ACTS[act](work, work.session.get_one(Case, case.id), (lead, other))

    sign_in(staff, lead)
    pages = {name: staff.get(f"/queues/first-line?show={name}").text for name in LISTS}

    assert case.ref in pages["open"]
    assert case.ref not in pages["second-lane"]
    assert (case.ref in pages["waiting"]) is act.startswith("paused")
    assert "no longer listed as possibly automated" in staff.get(f"/cases/{case.ref}/history").text


def test_what_is_owed_to_it_has_alarms_from_then_on(context, queue):
    """Cases of the second lane promise none: people hear of all of them together."""
    with context.begin() as work:
        lead = a_person(work, Role.COORDINATOR, [queue])
        case = a_case(work, queue, state=CaseState.NEW, level=Level.ROUTINE, in_slow_lane=True)
    with work_as(context, lead) as work:
        tomorrow = work.at.date() + timedelta(days=1)
        found = work.session.get_one(Case, case.id)
        casework.pause_case(work, found, waits_on=WaitsOn.DATE, until=tomorrow)

    with context.sessions() as session:
        alarms = select(OutboxJob.arguments).where(OutboxJob.job == "triage.alarm")
        assert {one["case_id"] for one in session.scalars(alarms)} == {case.id}


def test_who_asks_to_close_one_as_no_report_and_says_why_wakes_it_not(context, queue):
    """Until a second person has agreed or said no, nobody of ours works on it."""
    with context.begin() as work:
        lead = a_person(work, Role.COORDINATOR, [queue])
        case = a_case(work, queue, state=CaseState.NEW, level=Level.URGENT, in_slow_lane=True)
    with work_as(context, lead) as work:
        found = work.session.get_one(Case, case.id)
        case_closing.request_closing(work, found, note="The same text came fifty times.")

    with context.sessions() as session:
        assert session.get_one(Case, case.id).in_slow_lane
        alarms = select(OutboxJob.id).where(OutboxJob.job == "triage.alarm")
        assert session.scalars(alarms).all() == []


@pytest.mark.parametrize("level", Level)
def test_one_that_we_closed_as_no_report_has_its_own_alarms_when_its_reporter_writes(
    context, queue, now, level
):
    """Two tired people in a flood close a real one; its reporter says that they are real."""
    code = ReturnCode.new()
    with context.begin(at=now - timedelta(days=4)) as work:
        lead = a_person(work, Role.COORDINATOR, [queue])
        case = a_case(work, queue, code=code, state=CaseState.NEW, level=level, in_slow_lane=True)
        start_first_reply_clock(work, case)
    with work_as(context, lead, now - timedelta(hours=90)) as work:
        found = work.session.get_one(Case, case.id)
        casework.end_case_work(work, found, outcome=CaseOutcome.SPAM)
    become(context, "postgres")
    with context.begin(reporter(case.id), own=code.secret(), at=now) as work:
        found = work.session.get_one(Case, case.id)
        intake.send_message_as_reporter(work, found, body="I am real.")

    with context.begin() as work:
        found = work.session.get_one(Case, case.id)
        alarms = select(OutboxJob).where(
            OutboxJob.job == "triage.alarm", OutboxJob.arguments["case_id"].astext == case.id
        )
        assert (found.state, found.in_slow_lane) == (CaseState.OPEN, False)
        assert work.session.scalars(alarms).all()
