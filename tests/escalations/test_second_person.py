"""The second person had no part in what they approve: no word, evidence, fact, consent or level."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.escalations import jobs, operations
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.intake import operations as intake
from helpdesk.playbooks.model import Step, StepPerformer, StepPhase, Text
from helpdesk.runs import storage
from helpdesk.triage import operations as triage
from tests.escalations.conftest import TYPED
from tests.factories import a_person, sign_in


def refused(house, escalation, who):
    """What approving is refused with; empty if it was not."""
    try:
        house.approve(escalation, who=who)
    except Conflict as refusal:
        return refusal.sentence
    return ""


def write_evidence(house, who, kind="restore-address", value="attacker@elsewhere.test"):
    """What a step does when it writes something down."""
    with house.as_(who) as work:
        case = work.session.get(Case, house.case.id)
        step = replace(STEP, evidence=(kind,))
        storage.store_evidence(work, case, step, {kind: value}, playbook=case.incident_type)
        work.record("test.evidence", case)


def write_fact(house, who, name="owner_confirmed", value="confirmed"):
    with house.as_(who) as work:
        case = work.session.get(Case, house.case.id)
        account = TYPED["target_url"]
        storage.store_facts(
            work, case, {name: value}, literal=[name], account=account, playbook=case.incident_type
        )
        work.record("test.fact", case)


STEP = Step(
    id="made-up",
    title=Text("", ""),
    do=Text("", ""),
    phase=StepPhase.VERIFY,
    who=StepPerformer.RESPONDER,
    outcomes=(),
)


def test_who_wrote_the_address_down_and_took_it_up_is_no_second_person(house):
    escalation = house.ask()
    write_evidence(house, house.second)
    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        operations.add_findings_to_draft(work, found, seen_hash=found.packet_hash)

    said = refused(house, escalation, house.second)

    assert "you recorded" in said
    assert "Address to return the account to" in said
    assert house.now(escalation).state is EscalationState.DRAFT
    assert refused(house, escalation, house.lead) == ""


def test_who_only_pressed_take_up_is_no_second_person(house):
    escalation = house.ask()
    write_evidence(house, house.lead)
    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        operations.add_findings_to_draft(work, found, seen_hash=found.packet_hash)

    assert "were involved" in refused(house, escalation, house.second)


PARTS = {
    "evidence": lambda house, who: write_evidence(house, who, "harm-statement", "Others too."),
    "an answer that fills a field": lambda house, who: correct_answer(house, who),
    "who is asking": lambda house, who: write_fact(house, who, "vetted", "known"),
    "whose account it is": write_fact,
    "the form": lambda house, who: write_fact(house, who, "public_form", "filed"),
    "level": lambda house, who: raise_level(house, who),
    "consent": lambda house, who: consent_by_hand(house, who),
    "confirming consent": lambda house, who: confirm(
        house, who, consent_by_hand(house, house.writer)
    ),
}


def correct_answer(house, who, address="https://platform.test/another"):
    with house.as_(who) as work:
        case = work.session.get(Case, house.case.id)
        triage.correct_reporter_answers(work, case, {"profile": address})


def raise_level(house, who, level=Level.URGENT):
    with house.as_(who) as work:
        triage.raise_case_level(
            work, work.session.get(Case, house.case.id), level=level, reason="!"
        )


def consent_by_hand(house, who, kind=ConsentKind.PLATFORM):
    """The reporter's own is taken back, and a colleague writes one down."""
    house.withdraw_consent(kind)
    with house.as_(who) as work:
        case = work.session.get(Case, house.case.id)
        return casework.record_consent(work, case, kind=kind, platform="platform").id


def confirm(house, who, consent_id):
    with house.as_(who) as work:
        case = work.session.get(Case, house.case.id)
        casework.confirm_consent(work, case, work.session.get(Consent, consent_id))


@pytest.mark.parametrize("part", PARTS)
def test_whoever_had_a_part_in_it_is_no_second_person(house, part):
    PARTS[part](house, house.second)
    escalation = house.ask()
    if part == "consent":
        with house.context.begin() as work:
            other = a_person(work, teams=[work.session.merge(house.queue)])
        [consent_id] = current(house, ConsentKind.PLATFORM)
        confirm(house, other, consent_id)

    said = refused(house, escalation, house.second)

    assert "you were involved in it" in said
    assert refused(house, escalation, house.lead) == ""


def current(house, kind):
    with house.context.begin() as work:
        found = select(Consent.id).where(
            Consent.case_id == house.case.id,
            Consent.kind == kind,
            Consent.withdrawn_at.is_(None),
        )
        return list(work.session.scalars(found))


def test_undoing_ones_own_part_makes_nobody_a_second_person(house):
    write_fact(house, house.second)
    write_fact(house, house.writer)
    escalation = house.ask()

    assert "whose account it is" in refused(house, escalation, house.second)


def test_whoever_waived_the_form_is_no_second_person(house):
    escalation = house.ask()
    with house.as_(house.lead) as work:
        operations.waive_public_form(work, house.mine(work, escalation), reason="No time.")

    assert "waived" in refused(house, escalation, house.lead)
    assert refused(house, escalation, house.second) == ""


ALONE = {
    "consent": lambda house: confirm(house, house.second, consent_by_hand(house, house.writer)),
    "leave to help": lambda house: confirm(
        house, house.second, consent_by_hand(house, house.writer, ConsentKind.HELP)
    ),
    "ownership": lambda house: write_fact(house, house.writer),
    "who asks": lambda house: write_fact(house, house.writer, "vetted", "known"),
    "level": lambda house: raise_level(house, house.writer, Level.IMMEDIATE),
}


@pytest.mark.parametrize("part", ALONE)
def test_nothing_leaves_on_one_word_where_a_gate_was_opened_by_who_asks(house, part):
    if part != "level":
        house.change_case(level=Level.IMMEDIATE)
    ALONE[part](house)
    escalation = house.ask()

    said = refused(house, escalation, house.writer)

    assert "One person’s approval" in said
    assert house.now(escalation).state is EscalationState.DRAFT


def test_who_sends_alone_cannot_lean_on_gates_that_the_writer_opened(house):
    house.change_case(level=Level.IMMEDIATE)
    write_fact(house, house.writer)
    write_evidence(house, house.second, "profile-url", "https://x.test/y")
    escalation = house.ask()

    assert "One person’s approval" in refused(house, escalation, house.second)


def test_what_left_alone_is_read_by_somebody_without_a_part(house):
    house.change_case(level=Level.IMMEDIATE)
    write_evidence(house, house.second)
    escalation = house.approve(house.ask(), who=house.writer)

    with house.as_(house.second) as work, pytest.raises(Conflict, match="were involved"):
        operations.confirm_read_afterwards(work, house.mine(work, escalation))
    with house.as_(house.lead) as work:
        operations.confirm_read_afterwards(work, house.mine(work, escalation))


def test_a_call_for_a_second_person_reaches_nobody_who_had_a_part(house):
    write_fact(house, house.lead)
    escalation = house.ask()

    with house.as_(house.writer) as work:
        operations.alert_second_person(work, house.mine(work, escalation))
    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    assert [letter.to for letter in house.context.mailer.sent] == ["second@helpdesk.test"]


# --- consents written down by hand ---------------------------------------------------------------


@pytest.mark.parametrize("kind", [ConsentKind.HELP, ConsentKind.PLATFORM])
def test_a_consent_written_down_by_hand_opens_no_gate_before_it_is_confirmed(house, kind):
    consent_id = consent_by_hand(house, house.writer, kind)
    escalation = house.ask()
    assert "hasn’t agreed" in refused(house, escalation, house.lead)

    with pytest.raises(Conflict, match="someone else"):
        confirm(house, house.writer, consent_id)
    confirm(house, house.second, consent_id)

    assert refused(house, escalation, house.lead) == ""


def test_the_reporter_confirms_it_in_the_mailbox_and_nobody_speaks_for_them_then(house):
    consent_id = consent_by_hand(house, house.second)
    escalation = house.ask()

    with house.as_reporter() as work:
        case, consent = work.session.get(Case, house.case.id), work.session.get(Consent, consent_id)
        intake.confirm_consent(work, case, consent)
        with pytest.raises(Conflict, match="no longer"):
            intake.confirm_consent(work, case, consent)

    assert refused(house, escalation, house.second) == ""


def test_the_reporter_denies_it_and_it_never_counts(house):
    consent_id = consent_by_hand(house, house.second)
    escalation = house.ask()

    with house.as_reporter() as work:
        case, consent = work.session.get(Case, house.case.id), work.session.get(Consent, consent_id)
        intake.dispute_consent(work, case, consent)

    with pytest.raises(Conflict, match="withdrawn"):
        confirm(house, house.lead, consent_id)
    assert "hasn’t agreed" in refused(house, escalation, house.lead)


def test_ticking_it_in_the_mailbox_confirms_it(house):
    consent_id = consent_by_hand(house, house.second)

    with house.as_reporter() as work:
        case = work.session.get(Case, house.case.id)
        agreement = (ConsentKind.PLATFORM, "platform")
        assert intake.set_consents(work, case, agreements=[agreement], shown=[])

    with house.context.begin() as work:
        assert work.session.get(Consent, consent_id).is_by_reporter


def test_who_is_not_let_in_neither_confirms_nor_waives(house):
    consent_id = consent_by_hand(house, house.writer)
    escalation = house.ask()
    with house.context.begin() as work:
        queue = work.session.merge(house.queue)
        outside = a_person(work, house.lead.person.role, [queue], let_in=False)

    with pytest.raises(NotAllowed):
        confirm(house, outside, consent_id)
    with house.as_(outside) as work, pytest.raises(NotFound):
        operations.waive_public_form(work, house.mine(work, escalation), reason="?")


def test_a_request_that_needs_no_second_person_is_not_held_up(house):
    write_fact(house, house.writer)

    assert house.approve(house.ask(Ask.PRESERVE), who=house.writer).second_read_due_at is None


def test_who_let_it_leave_alone_is_named_not_who_wrote_it(house, staff):
    house.change_case(level=Level.IMMEDIATE)
    write_evidence(house, house.second, "harm-statement", "marker")
    escalation = house.ask()
    house.approve(escalation, who=house.second)  # alone: they had a part in it

    page = " ".join(sign_in(staff, house.lead).get("/approvals").text.split())

    said = page.partition("was approved and sent by ")[2].partition(" alone")[0]
    assert house.second.person.name in said
    assert house.writer.person.name not in said
