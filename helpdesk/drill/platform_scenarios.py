"""Drill scenarios in which a partner is asked: it answers, it is silent, it asks back."""

from collections.abc import Generator
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.drill.actions import DrillActions
from helpdesk.drill.organisation import BY_FORM, BY_LINK, PARTNER
from helpdesk.drill.sample_reports import SampleReport
from helpdesk.drill.scenario_schedule import Scenario
from helpdesk.escalations import operations as escalations
from helpdesk.escalations import packet_sources
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, PartnerAction, Reason
from helpdesk.partners.models import Partner
from helpdesk.runs.models import Run

WorkedOn = Generator[datetime, datetime, tuple[Case, Run, datetime]]

RESPONDER, COORDINATOR = "responder", "coordinator"
LEAD, AGENT = "platform-lead", "platform-agent"


def play_decided_request(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request that was decided; now the reporter has to say whether it is true."""
    case, run, at = yield from _worked_on(actions, story, at)
    request = _ask(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="The account of a festival was taken. It asks followers for money by message.",
        harm="Visitors lose money, and trust in the festival, while it goes on.",
    )
    at = yield at + timedelta(hours=5)
    _acknowledge(actions, LEAD, request, at)
    at = yield at + timedelta(hours=26)
    escalations.record_partner_decision(
        actions.past.person_work(LEAD, at),
        request,
        action=PartnerAction.ACCESS_RESTORED,
        reason=Reason.POLICY_BREACH,
        note="Access goes to the address that was on the account before the change.",
    )
    at = yield at + timedelta(hours=2)
    actions.write_to_reporter(
        RESPONDER,
        case,
        at,
        "The platform says that the account is yours again. Please look, and tell us here whether "
        "that is true for you.",
    )


def play_request_in_time(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request that is with the platform, and has no answer yet."""
    _, run, at = yield from _worked_on(actions, story, at)
    _ask(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="A page that looked like yours took a password and a code. The picture, the "
        "email address and the password were changed within the hour.",
        harm="Messages in it name people who asked for legal advice in confidence.",
    )


def play_silent_partner(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request about which the platform says nothing: how far the follow-ups are depends on
    how long ago it was."""
    _, run, at = yield from _worked_on(actions, story, at)
    _ask(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="The account was taken after a call that asked for a code. It writes to people "
        "who trust its owners.",
        harm="People are asked for money, and told to meet at places that the owners never named.",
    )


def play_partner_question(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request about which the platform has a question, and the case is awake again."""
    _, run, at = yield from _worked_on(actions, story, at)
    request = _ask(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="A false notice about copyright led to a sign-in page. All who ran the page were "
        "removed, and it shows another name.",
        harm="Three people lose the work of years, and readers are sent to another seller.",
    )
    at = yield at + timedelta(hours=9)
    _acknowledge(actions, AGENT, request, at)
    at = yield at + timedelta(hours=14)
    escalations.ask_for_information(
        actions.past.person_work(AGENT, at),
        request,
        question="On which day was one of the former administrators last able to sign in?",
    )


def play_request_awaiting_approval(
    actions: DrillActions, story: SampleReport, at: datetime
) -> Scenario:
    """Play a request that is written, and waits for a second person to approve it."""
    case, run, at = yield from _worked_on(actions, story, at)
    # For people there another team of the platform answers: its page says so, and a person picks.
    actions.record_region(RESPONDER, case, at, "011")
    actions.write_note(
        RESPONDER, case, at, "The hearing is tomorrow at ten; an answer helps until nine."
    )
    at = yield at + timedelta(hours=1)
    actions.write_as_reporter(
        story, at, "Our chair can confirm it all; please call the office number."
    )
    _draft(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="Someone changed the password overnight and is publishing false measurements.",
        harm="A hearing relies on the measurements, and people along the river do, too.",
    )


def play_request_to_fill_in(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request that was approved, and that one of us has to copy into the platform's own
    form."""
    _, run, at = yield from _worked_on(actions, story, at)
    request = _draft(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="The account of a youth radio was taken. It shows false dates for the next show.",
        harm="Listeners meet at places that it names, and nobody of the radio will be there.",
        whom=BY_FORM,
    )
    _approve(actions, request, at + timedelta(minutes=15))


def play_request_by_link(actions: DrillActions, story: SampleReport, at: datetime) -> Scenario:
    """Play a request that was approved, and that its partner opens with a link and a code, once one
    of us has made them."""
    _, run, at = yield from _worked_on(actions, story, at)
    request = _draft(
        actions,
        run,
        at,
        ask=Ask.RESTORE,
        happened="The channel of a cycling club was taken. It asks readers for phone numbers.",
        harm="Anyone who answers gives their number to a stranger.",
        whom=BY_LINK,
    )
    _approve(actions, request, at + timedelta(minutes=15))


def _worked_on(actions: DrillActions, story: SampleReport, at: datetime) -> WorkedOn:
    """From the report to the point where only the platform can help."""
    case = actions.submit_report(story, at)
    at = yield at + timedelta(minutes=20)
    actions.claim(RESPONDER, case, at)
    actions.write_to_reporter(
        RESPONDER,
        case,
        at,
        "Thank you for telling us. I have read what you wrote, and I am on it. I will write again "
        "today.",
    )
    run = actions.start_run(RESPONDER, case, at)
    at = yield at + timedelta(hours=2)
    actions.take_takeover_steps(RESPONDER, run, at)
    actions.finish_step(
        RESPONDER, run, at, "public-form", "filed", form_receipt=f"DRILL-{case.ref[-4:]}"
    )
    return case, run, (yield at + timedelta(minutes=30))


def _draft(
    actions: DrillActions,
    run: Run,
    at: datetime,
    *,
    ask: Ask,
    happened: str,
    harm: str,
    whom: str = PARTNER,
) -> Escalation:
    """The responder writes a request from what the playbook has gathered."""
    partner = actions.past.session.scalars(select(Partner).where(Partner.slug == whom)).one()
    writer = actions.past.person_work(RESPONDER, at)
    typed = packet_sources.suggested_fields(writer, run.case, run.edition.playbook) | {
        "target_kind": "account",
        "restore_address": "fresh-start@drill.example",
        "happened": happened,
        "harm": harm,
        "rule": "Accounts may not be used by others against their owner’s will.",
    }
    return escalations.write_draft(
        writer, run.case, partner, ask=ask, typed=typed, playbook=run.edition.playbook
    )


def _ask(
    actions: DrillActions, run: Run, at: datetime, *, ask: Ask, happened: str, harm: str
) -> Escalation:
    """The same, and the coordinator reads and approves it."""
    request = _draft(actions, run, at, ask=ask, happened=happened, harm=harm)
    later = at + timedelta(minutes=15)
    _approve(actions, request, later)
    actions.finish_step(RESPONDER, run, later, "ask-platform", "sent")
    return request


def _approve(actions: DrillActions, request: Escalation, at: datetime) -> None:
    reader = actions.past.person_work(COORDINATOR, at)
    escalations.approve_request(reader, request, seen_hash=request.packet_hash)


def _acknowledge(actions: DrillActions, who: str, request: Escalation, at: datetime) -> None:
    escalations.open_packet_and_record(actions.past.person_work(who, at), request)
    escalations.acknowledge_request(actions.past.person_work(who, at), request)
