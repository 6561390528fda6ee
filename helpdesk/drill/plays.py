"""The plays of the drill: what became of each report, told scene by scene."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from helpdesk.cases import operations as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.status import Outcome, WaitsOn
from helpdesk.drill.cast import FRONT_LINE, QUIET_ROOM, Cast, Told
from helpdesk.drill.organisation import one_more_partner
from helpdesk.drill.platform_plays import (
    legal_clinic,
    poetry_page,
    river_watch,
    water_festival,
)
from helpdesk.drill.rehearsal import Play, rehearse
from helpdesk.drill.stage import Stage
from helpdesk.drill.stories import STORIES, Story
from helpdesk.triage import operations as triage

RESPONDER, NEWCOMER, COORDINATOR = "responder", "newcomer", "coordinator"
DAY = timedelta(days=1)


def play_all(stage: Stage, *, beginning: datetime, now: datetime) -> dict[str, Told]:
    """Play every story up to now; what was told, by the story's id."""
    cast = Cast(stage, {})
    plays = [_told_at(cast, story, now - story.ago) for story in STORIES]
    rehearse(
        stage,
        [*plays, _shifts(cast, now), _one_more_partner(cast, now)],
        beginning=beginning,
        until=now,
    )
    return cast.told


def _told_at(cast: Cast, story: Story, at: datetime) -> Play:
    yield at
    yield from PLAYS.get(story.id, _only_reported)(cast, story, at)


def _only_reported(cast: Cast, story: Story, at: datetime) -> Play:
    cast.report(story, at)
    yield from ()


def _shifts(cast: Cast, now: datetime) -> Play:
    """Coordinator and responder take turns; both are on duty today."""
    at = now - 12 * DAY - timedelta(hours=1)
    for day in range(13):
        at = yield at
        cast.on_duty(RESPONDER if day % 2 else COORDINATOR, at)
        at += DAY


def _one_more_partner(cast: Cast, now: datetime) -> Play:
    """Registered a while ago: nobody there has answered for their mail address yet."""
    at = yield now - timedelta(hours=3)
    one_more_partner(cast.stage, at)


def _site_down(cast: Cast, story: Story, at: datetime) -> Play:
    """In work with the newcomer, somewhere in the middle of the playbook."""
    case = cast.report(story, at)
    at = yield at + timedelta(minutes=50)
    cast.claim(NEWCOMER, case, at)
    cast.write(
        NEWCOMER,
        case,
        at,
        "I have read your report, and I will stay with it today. Is there a second place where "
        "your number can stand until the site is back?",
    )
    run = cast.run(NEWCOMER, case, at)
    for step, outcome in (
        ("acknowledge", "written"),
        ("safe-channel", "mailbox"),
        ("danger-again", "possible"),
    ):
        cast.step(NEWCOMER, run, at, f"first-contact.{step}", outcome)
    at = yield at + timedelta(hours=2)
    cast.write_in(story, at, "Yes, another shelter shows our number on its site for now.")


def _union_mail(cast: Cast, story: Story, at: datetime) -> Play:
    """Nobody has answered, and the last alarm has reached no one: it is red on the board."""
    case = cast.report(story, at)
    at = yield at + timedelta(minutes=91)
    cast.alarm_reaches_no_one(case, at, percent=75)


def _false_profile(cast: Cast, story: Story, at: datetime) -> Play:
    """Answered, and waiting for the reporter."""
    case = cast.report(story, at)
    at = yield at + timedelta(minutes=35)
    cast.claim(RESPONDER, case, at)
    run = cast.run(RESPONDER, case, at)
    cast.step(RESPONDER, run, at, "first-contact.acknowledge", "written")
    cast.write(
        RESPONDER,
        case,
        at,
        "I have read what you wrote. Please do not answer the false profile. Could you tell me its "
        "address, and write down which people it has asked so far? Roles are enough, no names.",
    )
    cases.wait(cast.stage.person(RESPONDER, at), case, on=WaitsOn.REPORTER)


def _old_laptop(cast: Cast, story: Story, at: datetime) -> Play:
    """From the report to the end."""
    case = cast.report(story, at)
    at = yield at + timedelta(hours=9)
    cast.claim(NEWCOMER, case, at)
    cast.write(NEWCOMER, case, at, "Is the disk of the laptop encrypted? Here is how to find out.")
    run = cast.run(NEWCOMER, case, at)
    at = yield at + timedelta(hours=20)
    cast.write_in(story, at, "It is. The police have the number, and the accounts are signed out.")
    at = yield at + timedelta(hours=2)
    cast.first_contact(NEWCOMER, run, at)
    known = "They have the bill and the box, with the same serial number."
    cast.step(NEWCOMER, run, at, "safety-and-law", "free_to_act")
    cast.step(NEWCOMER, run, at, "confirm-owner", "confirmed", ownership_statement=known)
    for step, outcome in (
        ("list-accounts", "listed"),
        ("sign-it-out", "out"),
        ("change-passwords", "done"),
        ("close.read-back", "agreed"),
        ("close.keep-or-erase", "default"),
        ("close.way-out", "cut-off"),
    ):
        cast.step(NEWCOMER, run, at, step, outcome)
    cases.close(
        cast.stage.person(NEWCOMER, at),
        case,
        outcome=Outcome.RESOLVED,
        follow_up_on=_a_month_after(at),
    )


def _prize(cast: Cast, story: Story, at: datetime) -> Play:
    """No person in trouble."""
    case = cast.report(story, at)
    at = yield at + timedelta(hours=5)
    cast.claim(COORDINATOR, case, at)
    cases.close(cast.stage.person(COORDINATOR, at), case, outcome=Outcome.SPAM)


def _choir(cast: Cast, story: Story, at: datetime) -> Play:
    """New; a responder thinks that it can wait, and somebody else must agree."""
    case = cast.report(story, at)
    at = yield at + timedelta(hours=2)
    cast.claim(RESPONDER, case, at)
    work = cast.stage.person(RESPONDER, at)
    triage.ask_to_lower(
        work, case, level=Level.ROUTINE, reason="Nothing has changed for three weeks."
    )


def _quiet(cast: Cast, story: Story, at: datetime) -> Play:
    """In the quiet room, which the newcomer cannot open."""
    case = cast.report(story, at, to=QUIET_ROOM)
    cast.send_reports_to(FRONT_LINE)
    at = yield at + timedelta(minutes=40)
    cast.claim(COORDINATOR, case, at)
    cast.write(
        COORDINATOR,
        case,
        at,
        "Only two of us can read this. You decide what happens next; nothing leaves this mailbox "
        "without your word.",
    )
    cast.run(COORDINATOR, case, at)


def _a_month_after(at: datetime) -> date:
    return (at + 30 * DAY).date()


PLAYS: dict[str, Callable[[Cast, Story, datetime], Play]] = {
    "water-festival": water_festival,
    "legal-clinic": legal_clinic,
    "poetry-page": poetry_page,
    "river-watch": river_watch,
    "site-down": _site_down,
    "union-mail": _union_mail,
    "false-profile": _false_profile,
    "old-laptop": _old_laptop,
    "prize": _prize,
    "choir": _choir,
    "quiet": _quiet,
}
