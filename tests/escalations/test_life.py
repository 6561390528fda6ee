"""The life of a request: drafted, approved, carried, answered, verified."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, WaitsOn
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import CannotOpen
from helpdesk.escalations import operations, packets, queries
from helpdesk.escalations.states import (
    Ask,
    DeliveryState,
    EscalationState,
    PartnerAction,
    Reason,
    Verdict,
)
from tests.escalations.conftest import CONTACT, STORY, TYPED


def promised(context, job):
    with context.begin() as work:
        return [
            one.arguments
            for one in work.session.scalars(select(OutboxJob).where(OutboxJob.job == job))
        ]


def actions(house, escalation):
    with house.context.begin() as work:
        found = select(HistoryEntry).where(HistoryEntry.subject_id == escalation.id)
        return [one.action for one in work.session.scalars(found.order_by(HistoryEntry.id))]


def act(house, who, escalation, verb, **how):
    with house.as_(who) as work:
        verb(work, house.mine(work, escalation), **how)


def asked(house, escalation, question="Since when?"):
    act(house, house.theirs, escalation, operations.ask_for_information, question=question)


def decided(
    house, escalation, action=PartnerAction.ACCESS_RESTORED, reason=Reason.POLICY_BREACH, note=""
):
    act(
        house,
        house.theirs,
        escalation,
        operations.record_partner_decision,
        action=action,
        reason=reason,
        note=note,
    )


def verified(house, escalation, verdict):
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, escalation), verdict=verdict)


def test_the_hash_of_a_request_says_nothing_to_whoever_guesses_its_words(house):
    """It stands in clear. The same words written twice have two hashes: no guess can be tried."""
    escalation = house.ask()
    act(
        house,
        house.writer,
        escalation,
        operations.change_draft,
        typed=TYPED,
        seen_hash=escalation.packet_hash,
    )

    assert house.now(escalation).packet_hash != escalation.packet_hash


def test_a_draft_is_read_by_the_queue_and_previewed_by_the_reporter_and_by_nobody_else(house):
    escalation = house.ask()

    with house.as_(house.second) as work:
        packet = queries.packet_of(work, house.mine(work, escalation))
    with house.as_reporter() as work:
        preview = work.keys.open_own(house.mine(work, escalation), "packet_for_reporter")

    assert packet.fields["happened"] == TYPED["happened"]
    assert packet.fields["requester_check"] == "confirmed"
    assert preview == packet.as_text()
    assert escalation.packet_for_partner is None
    with house.as_(house.theirs) as work, pytest.raises(NotFound):
        house.mine(work, escalation)
    with house.context.begin() as work, pytest.raises(CannotOpen):
        work.keys.open(escalation, "packet")


def test_nothing_of_the_reporter_is_in_a_packet(house):
    text = packets_text(house, house.ask())

    assert CONTACT["safe_channel"] not in text
    assert STORY not in text


def packets_text(house, escalation):
    with house.as_(house.writer) as work:
        return work.keys.open(house.mine(work, escalation), "packet")


def test_a_draft_can_be_changed_by_whoever_saw_its_newest_state(house):
    escalation = house.ask()
    first = escalation.packet_hash

    act(
        house,
        house.second,
        escalation,
        operations.change_draft,
        typed={**TYPED, "happened": "It is worse now."},
        seen_hash=first,
    )

    assert house.now(escalation).packet_hash != first
    with pytest.raises(Conflict):
        act(house, house.writer, escalation, operations.change_draft, typed=TYPED, seen_hash=first)


def test_one_thing_is_asked_of_a_partner_once_at_a_time(house):
    house.ask(Ask.RESTORE)
    house.ask(Ask.LOCK)

    with pytest.raises(Conflict):
        house.ask(Ask.RESTORE)


def test_a_request_may_not_be_written_for_a_closed_case(house):
    house.change_case(state=CaseState.CLOSED)

    with pytest.raises(Conflict):
        house.ask()


def test_an_approved_packet_is_sealed_to_the_partner_and_promised_not_sent(house):
    escalation = house.approved()

    assert escalation.state is EscalationState.APPROVED
    assert escalation.consent_id is not None
    delivery = house.delivery(escalation)
    assert delivery.state is DeliveryState.PENDING
    assert {"delivery_id": delivery.id} in promised(house.context, "escalations.deliver")
    assert house.context.mailer.sent == []
    with house.as_(house.theirs) as work, pytest.raises(NotFound):
        house.mine(work, escalation)


def test_what_was_approved_is_what_the_partner_opens(house):
    escalation = house.carried()

    with house.as_(house.theirs) as work:
        packet = operations.open_packet_and_record(work, house.mine(work, escalation))

    assert packet.as_text() == packets_text(house, escalation)
    assert packets.hash_packet_text(packet.as_text()) == escalation.packet_hash
    with house.as_(house.theirs) as work:
        operations.open_packet_and_record(work, house.mine(work, escalation))
    with house.as_(house.colleague) as work:
        operations.open_packet_and_record(work, house.mine(work, escalation))
    with house.as_(house.writer) as work:
        readers = [one.actor_id for one in queries.packet_readings_of(work, escalation)]
    assert readers == [house.theirs.actor.id, house.colleague.actor.id], "once an hour for each"


def test_an_approved_packet_cannot_be_changed(house):
    escalation = house.approved()

    with pytest.raises(Conflict):
        act(
            house,
            house.writer,
            escalation,
            operations.change_draft,
            typed=TYPED,
            seen_hash=escalation.packet_hash,
        )


def test_a_carried_request_waits_for_the_partner_and_starts_their_clock(house):
    escalation = house.carried()

    assert escalation.state is EscalationState.WITH_PARTNER
    assert escalation.answer_due_at > datetime.now(UTC) + timedelta(hours=47)
    case = house.case_now()
    assert (case.state, case.waits_on) == (CaseState.WAITING, WaitsOn.PARTNER)


def test_an_acknowledgement_needs_a_person_and_moves_the_clock_to_a_decision(house):
    escalation = house.carried()
    act(house, house.theirs, escalation, operations.acknowledge_request)

    now = house.now(escalation)
    assert now.state is EscalationState.ACKNOWLEDGED
    assert now.answer_due_at > escalation.answer_due_at


def test_a_question_wakes_the_case_and_the_answer_goes_back(house):
    escalation = house.carried()
    asked(house, escalation, "Since when?")

    assert house.now(escalation).state is EscalationState.NEED_INFORMATION
    assert house.now(escalation).answer_due_at is None
    assert house.case_now().state is CaseState.OPEN
    told = promised(house.context, "triage.tell_owner")
    assert house.case.id in [one["case_id"] for one in told]

    house.answer(escalation)

    now = house.now(escalation)
    assert (now.state, house.case_now().waits_on) == (EscalationState.IN_REVIEW, WaitsOn.PARTNER)
    assert now.answer_due_at is not None
    with house.as_(house.colleague) as work:
        exchanges = queries.partner_messages_of(work, house.mine(work, escalation))
        secret = work.keys.secret(escalation.partner_key_id)
        said = [
            secret.open_text(one.for_partner, one.envelope_place_of("for_partner"))
            for one in exchanges
        ]
    assert said == ["Since when?", "Since Monday."]
    with house.as_(house.second) as work:
        exchanges = queries.partner_messages_of(work, escalation)
        assert [work.keys.open(one, "body") for one in exchanges] == said
    [told] = promised(house.context, "escalations.tell_partner")
    assert told["about"] == exchanges[-1].id


def test_nothing_more_is_said_after_the_consent_is_gone(house):
    escalation = house.carried()
    asked(house, escalation)
    house.withdraw_consent()

    with pytest.raises(Conflict):
        act(house, house.writer, escalation, operations.answer_question, words="Since Monday.")


def test_what_leads_to_the_reporter_is_not_said_in_an_answer_either(house):
    escalation = house.carried()
    asked(house, escalation)

    with pytest.raises(Conflict, match="remove it"):
        act(
            house,
            house.writer,
            escalation,
            operations.answer_question,
            words=f"Write to {CONTACT['safe_channel']}.",
        )


def test_a_decision_wakes_the_case_and_the_reporter_closes_the_request(house):
    escalation = house.carried()
    decided(house, escalation, note="Done at noon.")

    assert house.now(escalation).state is EscalationState.DECIDED
    assert house.case_now().state is CaseState.OPEN
    with house.as_(house.writer) as work:
        [decision] = queries.decisions_of(work, escalation)
        assert work.keys.open(decision, "note") == "Done at noon."

    verified(house, escalation, Verdict.CONFIRMED)

    assert house.now(escalation).state is EscalationState.CLOSED
    with house.as_(house.theirs) as work, pytest.raises(Conflict):
        operations.open_packet_and_record(work, house.mine(work, escalation))


@pytest.mark.parametrize("verdict", [Verdict.PARTIAL, Verdict.NOT_EFFECTIVE])
def test_a_disputed_decision_goes_back_and_their_clock_runs_again(house, verdict):
    escalation = house.carried()
    decided(house, escalation)
    verified(house, escalation, verdict)

    now = house.now(escalation)
    assert now.state is EscalationState.IN_REVIEW
    assert now.answer_due_at > datetime.now(UTC)
    assert promised(house.context, "escalations.tell_partner")

    decided(house, escalation, action=PartnerAction.ACCESS_LOCKED)
    verified(house, escalation, Verdict.CONFIRMED)
    with house.as_(house.writer) as work:
        assert len(queries.decisions_of(work, escalation)) == 2
        assert [one.verdict for one in queries.verdicts_of(work, escalation)] == [
            verdict,
            Verdict.CONFIRMED,
        ]


def test_who_cannot_tell_yet_can_say_so_later(house):
    escalation = house.carried()
    decided(house, escalation)
    verified(house, escalation, Verdict.CANNOT_TELL)
    assert house.now(escalation).state is EscalationState.DECIDED

    verified(house, escalation, Verdict.CONFIRMED)
    assert house.now(escalation).state is EscalationState.CLOSED


def test_a_verdict_needs_a_decision_and_the_right_reporter(house):
    escalation = house.carried()

    with pytest.raises(Conflict):
        verified(house, escalation, Verdict.CONFIRMED)
    decided(house, escalation)
    with pytest.raises(NotAllowed):
        act(house, house.theirs, escalation, operations.record_verdict, verdict=Verdict.CONFIRMED)


def test_a_silent_partner_is_unanswered_only_after_their_time_and_may_still_answer(house):
    escalation = house.carried()
    with pytest.raises(Conflict):
        act(house, house.writer, escalation, operations.record_partner_silence)

    with house.as_(house.writer, datetime.now(UTC) + timedelta(days=3)) as work:
        operations.record_partner_silence(work, house.mine(work, escalation))
    assert house.now(escalation).state is EscalationState.UNANSWERED
    assert house.case_now().state is CaseState.OPEN

    decided(house, escalation)
    assert house.now(escalation).state is EscalationState.DECIDED


def test_a_late_answer_opens_a_closed_case(house):
    escalation = house.carried()
    house.change_case(state=CaseState.CLOSED, waits_on=None, waits_until=None)

    decided(house, escalation)

    assert house.case_now().state is CaseState.OPEN


def test_a_withdrawn_request_is_over_and_the_partner_is_told_if_it_had_left(house):
    draft = house.ask(Ask.LOCK)
    act(house, house.writer, draft, operations.withdraw_request)
    assert promised(house.context, "escalations.tell_partner") == []

    escalation = house.carried()
    act(house, house.writer, escalation, operations.withdraw_request)

    assert house.now(escalation).state is EscalationState.WITHDRAWN
    assert house.case_now().state is CaseState.OPEN
    [told] = promised(house.context, "escalations.tell_partner")
    assert told["escalation_id"] == escalation.id
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        with pytest.raises(Conflict):
            operations.open_packet_and_record(work, found)
    with house.as_(house.theirs) as work, pytest.raises(NotFound):
        house.mine(work, draft)


@pytest.mark.parametrize(
    "verb",
    [
        operations.acknowledge_request,
        lambda work, one: operations.ask_for_information(work, one, question="?"),
        lambda work, one: operations.record_partner_decision(
            work, one, action=PartnerAction.NONE, reason=Reason.NO_BREACH_FOUND
        ),
        operations.open_packet_and_record,
    ],
)
def test_another_partner_finds_nothing_and_our_own_people_may_not_answer(house, verb):
    escalation = house.carried()

    with house.as_(house.writer) as work, pytest.raises(NotAllowed):
        verb(work, house.mine(work, escalation))


@pytest.mark.parametrize(
    "verb",
    [
        lambda work, one: operations.change_draft(
            work, one, typed=TYPED, seen_hash=one.packet_hash
        ),
        lambda work, one: operations.approve_request(work, one, seen_hash=one.packet_hash),
        lambda work, one: operations.waive_public_form(work, one, reason="It is down."),
        operations.withdraw_request,
        operations.confirm_read_afterwards,
        operations.resend_request,
        operations.record_partner_silence,
        lambda work, one: operations.answer_question(work, one, words="?"),
    ],
)
def test_a_partner_may_not_make_our_moves(house, verb):
    escalation = house.carried()

    with house.as_(house.theirs) as work, pytest.raises(NotAllowed):
        verb(work, house.mine(work, escalation))


def test_history_tells_the_whole_life_without_a_word_of_it(house):
    escalation = house.carried()
    asked(house, escalation, "marker-question")
    house.answer(escalation, "marker-answer")
    decided(house, escalation, note="marker-note")
    verified(house, escalation, Verdict.CONFIRMED)

    assert actions(house, escalation) == [
        "escalation.drafted",
        "escalation.approved",
        "escalation.with_partner",
        "escalation.asked",
        "escalation.answer_written",
        "escalation.second_person_called",
        "escalation.answered",
        "escalation.decided",
        "escalation.verified",
    ]
    with house.context.begin() as work:
        entries = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.case_id == house.case.id)
        )
        assert "marker" not in json.dumps([one.details for one in entries])


def test_the_case_of_a_request_is_found_through_the_queue_only(house):
    escalation = house.ask()

    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        found = queries.requests_of_case(work, case)
    assert [one.id for one in found] == [escalation.id]


def test_a_partner_was_asked_once_a_request_about_the_same_was_approved(house):
    def was_asked(playbook=None):
        with house.as_(house.writer) as work:
            case = work.session.get(Case, house.case.id)
            return queries.was_partner_asked_about(work, case, playbook or case.incident_type)

    assert not was_asked()
    request = house.ask()
    assert not was_asked()
    house.approve(request)
    assert was_asked()
    assert not was_asked("doxing")
    act(house, house.writer, request, operations.withdraw_request)
    assert not was_asked()
