"""The plays in which the platform is asked: it answers, it is silent, it asks back."""

from collections.abc import Generator
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.drill.cast import Cast
from helpdesk.drill.organisation import PARTNER
from helpdesk.drill.rehearsal import Play
from helpdesk.drill.stories import Story
from helpdesk.escalations import operations as escalations
from helpdesk.escalations import sources
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.standing import Action, Ask, Reason
from helpdesk.partners.models import Partner
from helpdesk.runs.models import Run

WorkedOn = Generator[datetime, datetime, tuple[Case, Run, datetime]]

RESPONDER, COORDINATOR = "responder", "coordinator"
LEAD, AGENT = "platform-lead", "platform-agent"


def water_festival(cast: Cast, story: Story, at: datetime) -> Play:
    """Asked and decided; now the reporter has to say whether it is true."""
    case, run, at = yield from _worked_on(cast, story, at)
    request = _ask(
        cast,
        run,
        at,
        ask=Ask.RESTORE,
        happened="The account of a festival was taken. It asks followers for money by message.",
        harm="Visitors lose money, and trust in the festival, while it goes on.",
    )
    at = yield at + timedelta(hours=5)
    _acknowledge(cast, LEAD, request, at)
    at = yield at + timedelta(hours=26)
    escalations.decide(
        cast.stage.person(LEAD, at),
        request,
        action=Action.ACCESS_RESTORED,
        reason=Reason.POLICY_BREACH,
        note="Access goes to the address that stood in the account before the change.",
    )
    at = yield at + timedelta(hours=2)
    cast.write(
        RESPONDER,
        case,
        at,
        "The platform says that the account is yours again. Please look, and tell us here whether "
        "that is true for you.",
    )


def legal_clinic(cast: Cast, story: Story, at: datetime) -> Play:
    """With the platform, and no answer yet."""
    _, run, at = yield from _worked_on(cast, story, at)
    _ask(
        cast,
        run,
        at,
        ask=Ask.RESTORE,
        happened="A page that looked like yours took a password and a code. Picture, mail address "
        "and password were changed within the hour.",
        harm="Messages in it name people who asked for legal advice in confidence.",
    )


def poetry_page(cast: Cast, story: Story, at: datetime) -> Play:
    """The platform has a question, and the case is awake again."""
    _, run, at = yield from _worked_on(cast, story, at)
    request = _ask(
        cast,
        run,
        at,
        ask=Ask.RESTORE,
        happened="A false notice about copyright led to a sign-in page. All who ran the page were "
        "removed, and it shows another name.",
        harm="Three people lose the work of years, and readers are sent to another seller.",
    )
    at = yield at + timedelta(hours=9)
    _acknowledge(cast, AGENT, request, at)
    at = yield at + timedelta(hours=14)
    escalations.ask_for_information(
        cast.stage.person(AGENT, at),
        request,
        question="On which day was one of the former administrators last able to sign in?",
    )


def river_watch(cast: Cast, story: Story, at: datetime) -> Play:
    """The request is written, and waits for a second person to read and approve it."""
    case, run, at = yield from _worked_on(cast, story, at)
    cast.note(RESPONDER, case, at, "The hearing is tomorrow at ten; an answer helps until nine.")
    at = yield at + timedelta(hours=1)
    cast.write_in(story, at, "Our chair can confirm it all; please call the office number.")
    _draft(
        cast,
        run,
        at,
        ask=Ask.RESTORE,
        happened="Somebody changed the password at night and publishes false measurements.",
        harm="A hearing relies on the measurements, and people along the river do, too.",
    )


def _worked_on(cast: Cast, story: Story, at: datetime) -> WorkedOn:
    """From the report to the point where only the platform can help."""
    case = cast.report(story, at)
    at = yield at + timedelta(minutes=20)
    cast.claim(RESPONDER, case, at)
    cast.write(
        RESPONDER,
        case,
        at,
        "Thank you for telling us. I have read what you wrote, and I am on it. I will write again "
        "today.",
    )
    run = cast.run(RESPONDER, case, at)
    at = yield at + timedelta(hours=2)
    cast.confirmed_takeover(RESPONDER, run, at)
    cast.step(RESPONDER, run, at, "public-form", "filed", form_receipt=f"DRILL-{case.ref[-4:]}")
    return case, run, (yield at + timedelta(minutes=30))


def _draft(cast: Cast, run: Run, at: datetime, *, ask: Ask, happened: str, harm: str) -> Escalation:
    """The responder writes a request from what the playbook has gathered."""
    partner = cast.stage.session.scalars(select(Partner).where(Partner.slug == PARTNER)).one()
    writer = cast.stage.person(RESPONDER, at)
    typed = sources.suggested(writer, run.case) | {
        "target_kind": "account",
        "restore_address": "fresh-start@drill.example",
        "happened": happened,
        "harm": harm,
        "rule": "Accounts may not be used by others against their owner's will.",
    }
    return escalations.draft(writer, run.case, partner, ask=ask, typed=typed)


def _ask(cast: Cast, run: Run, at: datetime, *, ask: Ask, happened: str, harm: str) -> Escalation:
    """The same, and the coordinator reads and approves it."""
    request = _draft(cast, run, at, ask=ask, happened=happened, harm=harm)
    later = at + timedelta(minutes=15)
    reader = cast.stage.person(COORDINATOR, later)
    escalations.approve(reader, request, seen_hash=request.packet_hash)
    cast.step(RESPONDER, run, later, "ask-platform", "sent")
    return request


def _acknowledge(cast: Cast, who: str, request: Escalation, at: datetime) -> None:
    escalations.note_reading(cast.stage.person(who, at), request)
    escalations.acknowledge(cast.stage.person(who, at), request)
