"""Nothing is approved but what was read, by whom it may be, with every gate open (P9)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.queries import members_with_key
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, Fact
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.keys import KeyKind, new_key
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import CannotOpen, Envelope
from helpdesk.escalations import jobs, operations, queries, request_lists, second_person_alerts
from helpdesk.escalations.decision_rules import OUTCOMES
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations import partner_responses
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.queries import keys_of_partner
from tests.escalations.conftest import EVIDENCE, TYPED, a_partner, a_ready_case
from tests.factories import a_person, a_team


def gates(house, escalation):
    with house.as_(house.second) as work:
        try:
            found = house.mine(work, escalation)
            operations.approve_request(work, found, seen_hash=found.packet_hash)
        except Conflict as refused:
            return refused.sentence
    return ""


def by_lead(house, verb, **how):
    with house.as_(house.lead) as work:
        verb(work, work.session.get(Partner, house.partner.id), **how)


def without_fact(house, name):
    with house.context.begin() as work:
        fact = work.session.scalar(
            select(Fact).where(Fact.case_id == house.case.id, Fact.name == name)
        )
        work.session.delete(fact)
        work.record("fact.taken_back", house.case)


def test_a_partner_in_doubt_gets_nothing(house):
    escalation = house.ask()
    by_lead(house, partners.suspend_vetting)

    assert "is not vetted" in gates(house, escalation)


@pytest.mark.parametrize(
    ("fact", "said"), [("vetted", "who is asking"), ("owner_confirmed", "whose account it is")]
)
def test_an_unconfirmed_person_gets_nothing_sent(house, fact, said):
    escalation = house.ask()
    without_fact(house, fact)

    assert said in gates(house, escalation)


def test_a_withdrawn_consent_shuts_the_gate_and_a_new_one_opens_it(house):
    escalation = house.ask()
    house.withdraw_consent()
    assert "t agreed to us asking" in gates(house, escalation)

    house.give_consent()
    assert gates(house, escalation) == ""


def test_who_has_not_agreed_that_we_work_on_it_gets_nothing_sent(house):
    escalation = house.ask()
    house.withdraw_consent(ConsentKind.HELP)
    assert "hasn’t agreed to us working on the case" in gates(house, escalation)

    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        consent = casework.record_consent(work, case, kind=ConsentKind.HELP)
    with house.as_(house.lead) as work:
        case = work.session.get(Case, house.case.id)
        casework.confirm_consent(work, case, work.session.get(Consent, consent.id))
    assert gates(house, escalation) == ""


def test_consent_for_one_platform_is_none_for_another(house):
    with house.context.begin() as work:
        other = a_partner(work, house.lead, platform="elsewhere")
        a_person(work, Role.PARTNER, [other.team])
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        escalation = operations.write_draft(
            work,
            case,
            work.session.get(Partner, other.id),
            ask=Ask.RESTORE,
            typed=TYPED,
            platform="elsewhere",
        )

    whom = "\u2068Trust team of elsewhere\u2069"
    assert f"hasn’t agreed to us asking {whom}" in gates(house, escalation)


def test_only_a_coordinator_of_the_queue_can_waive_the_public_form(house):
    without_fact(house, "public_form_ref")
    escalation = house.ask()
    assert "number for the platform’s own form" in gates(house, escalation)
    with house.context.begin() as work:
        far_lead = a_person(work, Role.COORDINATOR, [a_team(work)])

    with house.as_(house.second) as work, pytest.raises(NotAllowed):
        operations.waive_public_form(work, house.mine(work, escalation), reason="No time.")
    with house.as_(far_lead) as work, pytest.raises(NotFound):
        house.mine(work, escalation)
    with house.as_(house.lead) as work:
        operations.waive_public_form(work, house.mine(work, escalation), reason="marker-waiver")

    assert gates(house, escalation) == ""
    with house.as_(house.writer) as work:
        assert work.keys.open(house.mine(work, escalation), "waiver") == "marker-waiver"


def test_a_narrowed_allow_list_holds_for_what_is_written_already(house):
    escalation = house.ask()
    by_lead(
        house,
        partners.change_allow_list,
        fields=["target_url", "happened", "ownership", "restore_address"],
    )
    assert "can’t receive" in gates(house, escalation)

    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        operations.change_draft(work, found, typed=TYPED, seen_hash=found.packet_hash)
    assert gates(house, escalation) == ""


def test_what_was_changed_after_reading_is_not_approved(house):
    escalation = house.ask()
    read_hash = escalation.packet_hash
    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        operations.change_draft(work, found, typed={**TYPED, "harm": "More."}, seen_hash=read_hash)

    with house.as_(house.second) as work, pytest.raises(Conflict, match="just changed"):
        operations.approve_request(work, house.mine(work, escalation), seen_hash=read_hash)


def test_a_packet_that_was_swapped_in_the_database_is_not_approved(house):
    escalation, other = house.ask(Ask.RESTORE), house.ask(Ask.LOCK)
    with house.context.begin() as work:
        one = work.session.get(Escalation, escalation.id)
        one.packet = other.packet
        work.record("tampered", one)

    with pytest.raises(CannotOpen):
        house.approve(escalation, who=house.second)


def test_other_words_under_the_same_key_are_not_approved(house):
    escalation = house.ask()
    with house.as_(house.writer) as work:
        one = house.mine(work, escalation)
        text = work.keys.open(one, "packet").replace("marker-harm", "marker-harmless")
        one.packet = work.keys.seal(one, "packet", text)
        work.record("tampered", one)

    assert "This isn’t what was written" in gates(house, escalation)


def test_one_envelope_byte_changed_is_not_approved(house):
    escalation = house.ask()
    with house.context.begin() as work:
        one = work.session.get(Escalation, escalation.id)
        raw = bytearray(one.packet.raw)
        raw[-1] ^= 1
        one.packet = Envelope(bytes(raw))
        work.record("tampered", one)

    with pytest.raises(CannotOpen):
        house.approve(escalation, who=house.second)


def test_two_cannot_approve_the_same_thing(house):
    escalation = house.ask()
    house.approve(escalation)

    with pytest.raises(Conflict, match="already"):
        house.approve(escalation, who=house.lead)


def test_the_writer_cannot_approve_what_asks_for_access(house):
    escalation = house.ask()

    with pytest.raises(Conflict, match="second person"):
        house.approve(escalation, who=house.writer)


def test_who_changes_a_draft_writes_it_too(house):
    escalation = house.ask()
    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        operations.change_draft(
            work, found, typed={**TYPED, "harm": "Their sources."}, seen_hash=found.packet_hash
        )

    with pytest.raises(Conflict, match="second person"):
        house.approve(escalation, who=house.second)
    with pytest.raises(Conflict, match="second person"):
        house.approve(escalation, who=house.writer)
    assert house.approve(escalation, who=house.lead).state is EscalationState.APPROVED


def test_every_request_after_which_access_can_be_given_back_needs_a_second_person(house):
    for ask in [one for one in Ask if PartnerAction.ACCESS_RESTORED in OUTCOMES[one]]:
        escalation = house.ask(ask)

        with pytest.raises(Conflict, match="second person"):
            house.approve(escalation, who=house.writer)
        assert house.approve(escalation).second_read_due_at is None


def test_no_other_request_says_where_access_can_be_given_back(house):
    for ask in [one for one in Ask if PartnerAction.ACCESS_RESTORED not in OUTCOMES[one]]:
        escalation = house.ask(ask, typed={**TYPED, "rule": "Yours."})

        with house.as_(house.writer) as work:
            packet = queries.packet_of(work, house.mine(work, escalation))
        assert "restore_address" not in packet.fields


def test_a_request_about_something_else_needs_no_second_person(house):
    escalation = house.ask(Ask.PRESERVE)

    assert house.approve(escalation, who=house.writer).second_read_due_at is None


def test_an_immediate_one_may_go_alone_and_is_read_by_another_within_the_hour(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)

    assert escalation.second_read_due_at - escalation.approved_at == timedelta(hours=1)
    with house.context.begin() as work:
        called = work.session.scalars(
            select(OutboxJob).where(OutboxJob.job == "escalations.call_second_reader")
        ).all()
        assert [one.arguments for one in called] == [{"escalation_id": escalation.id}]
    with house.as_(house.second) as work:
        assert [one.id for one in request_lists.requests_to_read_afterwards(work)] == [
            escalation.id
        ]
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="Someone else"):
        operations.confirm_read_afterwards(work, house.mine(work, escalation))
    with house.as_(house.second) as work:
        operations.confirm_read_afterwards(work, house.mine(work, escalation))
        assert request_lists.requests_to_read_afterwards(work) == []
    with house.as_(house.lead) as work, pytest.raises(Conflict, match="is not waiting"):
        operations.confirm_read_afterwards(work, house.mine(work, escalation))


@pytest.mark.parametrize("level", [Level.SOON, Level.IMMEDIATE])
def test_its_writer_can_call_a_second_person_before_anything_leaves(house, level):
    house.change_case(level=level)
    escalation = house.ask()

    with house.as_(house.writer) as work:
        operations.alert_second_person(work, house.mine(work, escalation))
    jobs.alert_second_person(house.context, escalation_id=escalation.id)
    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    assert house.now(escalation).state is EscalationState.DRAFT
    assert [letter.to for letter in house.context.mailer.sent] == ["lead@helpdesk.test"]
    assert "marker" not in house.context.mailer.sent[0].body
    house.approve(escalation)
    house.context.mailer.sent.clear()
    jobs.alert_second_person(house.context, escalation_id=escalation.id)
    assert house.context.mailer.sent == []


def test_a_second_person_is_not_called_where_more_is_missing_or_none_is_needed(house):
    unready = house.ask(typed={"target_url": TYPED["target_url"]})
    harmless = house.ask(Ask.PRESERVE)
    for escalation in (unready, harmless):
        with house.as_(house.writer) as work, pytest.raises(Conflict, match="second person"):
            operations.alert_second_person(work, house.mine(work, escalation))


def test_whoever_could_approve_it_themselves_calls_nobody(house):
    escalation = house.ask()

    with house.as_(house.second) as work, pytest.raises(Conflict, match="second person"):
        operations.alert_second_person(work, house.mine(work, escalation))


def test_where_nobody_leads_the_rest_of_the_queue_is_called_and_never_the_writer(house):
    escalation = house.ask(who=house.lead)

    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    told = {letter.to for letter in house.context.mailer.sent}
    assert told == {"writer@helpdesk.test", "second@helpdesk.test"}


def asked(house, escalation, times=1):
    """The writer presses, and the worker does what was promised."""
    house.context.mailer.sent.clear()
    for _ in range(times):
        with house.as_(house.writer) as work:
            operations.alert_second_person(work, house.mine(work, escalation))
    run_due_jobs(house.context, "notices", at=datetime.now(UTC) + timedelta(minutes=1))
    with house.as_(house.writer) as work:
        return second_person_alerts.last_alert_for_approval(work, house.mine(work, escalation))


def without_mailbox(house, *people):
    with house.context.sessions.begin() as session:
        ids = [somebody.person.id for somebody in people]
        session.execute(update(Person).where(Person.id.in_(ids)).values(email=None))


def test_two_presses_for_the_same_words_are_one_letter(house):
    escalation = house.ask()

    call = asked(house, escalation, times=2)

    assert [letter.to for letter in house.context.mailer.sent] == ["lead@helpdesk.test"]
    assert call.told == (house.lead.person.id,)
    asked(house, escalation)
    assert house.context.mailer.sent == []


def test_for_other_words_a_second_person_is_called_again(house):
    escalation = house.ask()
    asked(house, escalation)
    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        typed = {**TYPED, "harm": "Their sources."}
        operations.change_draft(work, found, typed=typed, seen_hash=found.packet_hash)

    assert asked(house, escalation).told == (house.lead.person.id,)
    assert [letter.to for letter in house.context.mailer.sent] == ["lead@helpdesk.test"]


def test_that_nobody_could_be_called_is_noted_told_to_operators_and_may_be_tried_again(house):
    without_mailbox(house, house.second, house.lead)
    with house.context.begin() as work:
        a_person(work, Role.RESPONDER, [], email="no-member@helpdesk.test")
        a_person(
            work,
            Role.COORDINATOR,
            [work.session.get(Team, house.queue.id)],
            email="not-let-in@helpdesk.test",
            let_in=False,
        )
        a_person(work, Role.OPERATOR, email="ops@helpdesk.test")
    escalation = house.ask()

    call = asked(house, escalation)

    assert call.reached_nobody
    assert call.told == ()
    [letter] = house.context.mailer.sent
    assert letter.to == "ops@helpdesk.test"
    assert escalation.ref not in letter.body + letter.subject + letter.message_id
    assert asked(house, escalation).reached_nobody
    assert house.context.mailer.sent == [], "operators hear it once an hour"
    with house.context.begin() as work:
        team = work.session.get(Team, house.queue.id)
        third = a_person(work, Role.RESPONDER, [team], email="third@helpdesk.test")
    assert asked(house, escalation).told == (third.person.id,)


def test_what_left_alone_says_that_nobody_could_be_called_to_read_it(house):
    without_mailbox(house, house.second, house.lead)
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)

    jobs.alert_second_reader(house.context, escalation_id=escalation.id)

    with house.as_(house.writer) as work:
        assert second_person_alerts.last_alert_to_read_afterwards(
            work, house.mine(work, escalation)
        ).reached_nobody


def test_outside_the_queue_there_is_no_request(house):
    escalation = house.ask()
    with house.context.begin() as work:
        stranger = a_person(work, Role.COORDINATOR, [a_team(work)])

    with house.as_(stranger) as work:
        with pytest.raises(NotFound):
            house.mine(work, escalation)
        assert request_lists.requests_to_approve(work) == []
        with pytest.raises(NotAllowed):
            operations.write_draft(
                work,
                work.session.get(Case, house.case.id),
                work.session.get(Partner, house.partner.id),
                ask=Ask.LOCK,
                typed=TYPED,
            )


def test_facts_and_evidence_of_another_case_do_not_count(house, context):
    with context.begin() as work:
        bare = a_ready_case(work, house.queue, "platform", None, owner=house.writer)
        for fact in work.session.scalars(select(Fact).where(Fact.case_id == bare.id)):
            work.session.delete(fact)
    with house.as_(house.writer) as work:
        escalation = operations.write_draft(
            work,
            work.session.get(Case, bare.id),
            work.session.get(Partner, house.partner.id),
            ask=Ask.RESTORE,
            typed=TYPED,
        )

    said = gates(house, escalation)
    assert "who is asking" in said
    assert "whose account it is" in said
    assert EVIDENCE["form-receipt"] not in said
    assert datetime.now(UTC) > escalation.drafted_at


def plant(house):
    """A newer key under the partner's team, by somebody who can write into the database."""
    with house.context.begin() as work:
        return new_key(work.session, KeyKind.TEAM, house.partner.team_id, epoch=2)[0].id


def test_nothing_is_sealed_to_a_partners_key_that_the_house_did_not_sign(house):
    with house.as_(house.writer) as work:
        good = keys_of_partner(work, work.session.get(Partner, house.partner.id)).current.id
    planted = plant(house)

    escalation = house.approved()

    assert escalation.partner_key_id == good != planted


def test_a_partner_with_no_key_but_a_planted_one_gets_nothing(house):
    with house.context.begin() as work:
        other = a_team(work, kind=TeamKind.PARTNER)
        new_key(work.session, KeyKind.TEAM, other.id)
        partner = work.session.get(Partner, house.partner.id)
        partner.team_id = other.id
        work.record("partner.changed_by_test", partner)
    escalation = house.ask()

    assert "can open requests at the moment" in gates(house, escalation)


def test_an_answer_is_sealed_to_no_other_key_than_the_partners(house):
    escalation = house.carried()
    planted = plant(house)
    with house.as_(house.writer) as work:
        house.mine(work, escalation).partner_key_id = planted
        work.record("escalation.changed_by_test", escalation)

    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        with pytest.raises(Conflict, match="does not have our signature"):
            partner_responses.seal_for_partner(work, found, found, "ticket_for_partner", "words")


def block_everyone_there(house):
    with house.as_(house.lead) as work:
        team_id = work.session.get(Partner, house.partner.id).team_id
        for person in members_with_key(work.session, team_id):
            accounts.disable_person(work, work.session.get(Person, person.id))


def test_a_partner_whose_people_are_all_blocked_gets_nothing(house):
    """Its key lies here, but nobody holds it who could act on the request."""
    escalation = house.ask()
    block_everyone_there(house)

    assert "can open requests at the moment" in gates(house, escalation)
    with pytest.raises(Conflict, match="can open requests at the moment"):
        house.approve(escalation)
