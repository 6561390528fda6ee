"""The scenarios of the drill: what became of each report, step by step."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from helpdesk.cases import operations as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.states import CaseOutcome, WaitsOn
from helpdesk.drill.actions import FRONT_LINE, QUIET_ROOM, DrillActions, DrillReport
from helpdesk.drill.organisation import register_second_partner
from helpdesk.drill.past_moments import PastMoments
from helpdesk.drill.platform_scenarios import (
    play_decided_request,
    play_partner_question,
    play_request_awaiting_approval,
    play_request_by_link,
    play_request_in_time,
    play_request_to_fill_in,
    play_silent_partner,
)
from helpdesk.drill.sample_reports import STORIES, SampleReport
from helpdesk.drill.scenario_schedule import Scenario, run_scenarios
from helpdesk.triage import operations as triage

RESPONDER, NEWCOMER, COORDINATOR = "responder", "newcomer", "coordinator"
DAY = timedelta(days=1)


def run_all_scenarios(
    past: PastMoments, *, beginning: datetime, now: datetime
) -> dict[str, DrillReport]:
    """Run every scenario of the drill up to now; returns what was reported, by the id of the sample
    report."""
    actions = DrillActions(past, {})
    scenarios = [_told_at(actions, story, now - story.ago) for story in STORIES]
    run_scenarios(
        past,
        [*scenarios, _shifts(actions, now), _one_more_partner(actions, now)],
        beginning=beginning,
        until=now,
    )
    return actions.reports


def _told_at(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    yield at
    yield from SCENARIOS.get(story.id, _only_reported)(actions, story, at)


def _only_reported(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    actions.submit_report(story, at)
    yield from ()


def _shifts(actions: DrillActions, now: datetime) -> Scenario:
    """Coordinator and responder take turns; both are on duty today."""
    at = now - 12 * DAY - timedelta(hours=1)
    for day in range(13):
        at = yield at
        actions.start_duty(RESPONDER if day % 2 else COORDINATOR, at)
        at += DAY


def _one_more_partner(actions: DrillActions, now: datetime) -> Scenario:
    """Registered a while ago: nobody there has answered for their mail address yet."""
    at = yield now - timedelta(hours=3)
    register_second_partner(actions.past, at)


def _site_down(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """In work with the newcomer, somewhere in the middle of the playbook."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(minutes=50)
    actions.claim(NEWCOMER, case, at)
    actions.record_region(NEWCOMER, case, at, "011")
    actions.write_to_reporter(
        NEWCOMER,
        case,
        at,
        "I have read your report, and I will stay with it today. Is there a second place where "
        "your number can stand until the site is back?",
    )
    run = actions.start_run(NEWCOMER, case, at)
    for step, outcome in (
        ("acknowledge", "written"),
        ("safe-channel", "mailbox"),
        ("danger-again", "possible"),
    ):
        actions.finish_step(NEWCOMER, run, at, f"first-contact.{step}", outcome)
    at = yield at + timedelta(hours=2)
    actions.write_as_reporter(
        story, at, "Yes, another shelter shows our number on its site for now."
    )


def _union_mail(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Nobody has answered, and the last alarm has reached no one: it is red on the board."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(minutes=91)
    actions.fail_alert_emails(case, at, percent=75)


def _false_profile(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Answered, and waiting for the reporter."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(minutes=35)
    actions.claim(RESPONDER, case, at)
    run = actions.start_run(RESPONDER, case, at)
    actions.finish_step(RESPONDER, run, at, "first-contact.acknowledge", "written")
    actions.write_to_reporter(
        RESPONDER,
        case,
        at,
        "I have read what you wrote. Please do not answer the false profile. Could you tell me its "
        "address, and write down which people it has asked so far? Roles are enough, no names.",
    )
    cases.pause_case(actions.past.person_work(RESPONDER, at), case, waits_on=WaitsOn.REPORTER)


def _old_laptop(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """From the report to the end."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(hours=9)
    actions.claim(NEWCOMER, case, at)
    actions.write_to_reporter(
        NEWCOMER, case, at, "Is the disk of the laptop encrypted? Here is how to find out."
    )
    run = actions.start_run(NEWCOMER, case, at)
    at = yield at + timedelta(hours=20)
    actions.write_as_reporter(
        story, at, "It is. The police have the number, and the accounts are signed out."
    )
    at = yield at + timedelta(hours=2)
    actions.take_first_contact_steps(NEWCOMER, run, at)
    known = "They have the bill and the box, with the same serial number."
    actions.finish_step(NEWCOMER, run, at, "safety-and-law", "free_to_act")
    actions.finish_step(NEWCOMER, run, at, "confirm-owner", "confirmed", ownership_statement=known)
    for step, outcome in (
        ("list-accounts", "listed"),
        ("sign-it-out", "out"),
        ("change-passwords", "done"),
        ("close.read-back", "agreed"),
        ("close.keep-or-erase", "default"),
        ("close.way-out", "cut-off"),
    ):
        actions.finish_step(NEWCOMER, run, at, step, outcome)
    cases.end_case_work(
        actions.past.person_work(NEWCOMER, at),
        case,
        outcome=CaseOutcome.RESOLVED,
        follow_up_on=_a_month_after(at),
    )


def _prize(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """No person in trouble."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(hours=5)
    actions.claim(COORDINATOR, case, at)
    cases.end_case_work(actions.past.person_work(COORDINATOR, at), case, outcome=CaseOutcome.SPAM)


def _choir(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """New; a responder thinks that it can wait, and somebody else must agree."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(hours=2)
    actions.claim(RESPONDER, case, at)
    work = actions.past.person_work(RESPONDER, at)
    triage.request_lower_level(
        work, case, level=Level.ROUTINE, reason="Nothing has changed for three weeks."
    )


def _quiet(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """In the quiet room, which the newcomer cannot open."""
    case = actions.submit_report(story, at, to=QUIET_ROOM)
    actions.send_reports_to(FRONT_LINE)
    at = yield at + timedelta(minutes=40)
    actions.claim(COORDINATOR, case, at)
    actions.write_to_reporter(
        COORDINATOR,
        case,
        at,
        "Only two of us can read this. You decide what happens next. We send nothing to anyone "
        "unless you say so.",
    )
    actions.start_run(COORDINATOR, case, at)


def _a_month_after(at: datetime) -> date:
    return (at + 30 * DAY).date()


SCENARIOS: dict[str, Callable[[DrillActions, SampleReport, datetime], Scenario]] = {
    "water-festival": play_decided_request,
    "legal-clinic": play_request_in_time,
    "seed-library": play_silent_partner,
    "night-shelter": play_silent_partner,
    "street-paper": play_silent_partner,
    "tenants-group": play_silent_partner,
    "poetry-page": play_partner_question,
    "youth-radio": play_request_to_fill_in,
    "cycling-club": play_request_by_link,
    "river-watch": play_request_awaiting_approval,
    "site-down": _site_down,
    "union-mail": _union_mail,
    "false-profile": _false_profile,
    "old-laptop": _old_laptop,
    "prize": _prize,
    "choir": _choir,
    "quiet": _quiet,
}
