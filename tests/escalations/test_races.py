"""Two at one request, people or workers: one wins, the other is told, nothing is overwritten."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count as count_up
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import sessionmaker

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import CaseOutcome, ConsentKind
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.escalations import jobs, operations, request_lists
from helpdesk.escalations.models import (
    Delivery,
    Escalation,
    PartnerDecision,
    PartnerMessage,
    RequestFollowUp,
)
from helpdesk.escalations.states import Ask, DeliveryState, EscalationState, PartnerAction, Reason
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.escalations.conftest import TYPED, a_house, at
from tests.intake.test_sending_twice import database_of_its_own

ROUNDS, WORKERS = 10, 8
NUMBERS = count_up()
ASKS = list(Ask)


@pytest.fixture(scope="module")
def real_desk(postgres, settings):
    """A desk that really commits, on a database of its own."""
    with database_of_its_own(postgres) as engine_for:
        engine = engine_for("helpdesk_app", pool_size=2 * WORKERS)
        yield AppContext(
            settings,
            sessionmaker(engine, expire_on_commit=False),
            FakeQueueNotifier(),
            FakeMailer(),
            SERVICE,
        )


@pytest.fixture
def house(real_desk):
    with real_desk.begin() as work:
        house = a_house(work, real_desk, platform=f"platform-{next(NUMBERS)}")
    real_desk.mailer.sent.clear()
    return house


def race(house, escalation, *runners):
    """Everybody has read the same state; then all act at once. How each of them fared."""
    start = Barrier(len(runners))

    def run(runner):
        who, verb = runner
        try:
            with house.as_(who) as work:
                found = house.mine(work, escalation)
                start.wait()
                verb(work, found)
        except Conflict as refused:
            return refused.sentence
        return "done"

    with ThreadPoolExecutor(len(runners)) as threads:
        return Counter(threads.map(run, runners))


def approve(work, escalation):
    operations.approve_request(work, escalation, seen_hash=escalation.packet_hash)


def ask_back(work, escalation):
    operations.ask_for_information(work, escalation, question="Since when?")


def decide(work, escalation):
    operations.record_partner_decision(
        work, escalation, action=PartnerAction.NONE, reason=Reason.OTHER
    )


def count(house, kind, escalation):
    with house.context.begin() as work:
        found = select(func.count()).select_from(kind)
        return work.session.scalar(found.where(kind.escalation_id == escalation.id))


def test_two_approvals_make_one_delivery(house):
    for _ in range(ROUNDS):
        escalation = house.ask()
        fared = race(house, escalation, (house.second, approve), (house.lead, approve))

        assert fared["done"] == 1, fared
        assert "Someone else has just changed" in "".join(fared)
        assert count(house, Delivery, escalation) == 1
        with house.as_(house.writer) as work:
            operations.withdraw_request(work, house.mine(work, escalation))


def test_of_three_answers_from_one_team_at_once_one_counts(house):
    for ask in ASKS:
        escalation = house.carried(ask=ask, typed=EVERYTHING)
        fared = race(
            house,
            escalation,
            (house.theirs, decide),
            (house.colleague, ask_back),
            (house.colleague, operations.acknowledge_request),
        )

        assert fared["done"] == 1, fared
        state = house.now(escalation).state
        assert state in (
            EscalationState.DECIDED,
            EscalationState.NEED_INFORMATION,
            EscalationState.ACKNOWLEDGED,
        )
        assert count(house, PartnerDecision, escalation) == (state is EscalationState.DECIDED)
        assert count(house, PartnerMessage, escalation) == (
            state is EscalationState.NEED_INFORMATION
        )


EVERYTHING = {
    "target_url": TYPED["target_url"],  # of which ownership is confirmed
    "happened": "It was taken.",
    "ownership": "Confirmed.",
    "harm": "Sources.",
    "rule": "Your rule.",
    "restore_address": "fresh@mailbox.test",
}


def test_many_workers_at_one_delivery_write_one_letter(house):
    for ask in ASKS:
        escalation = house.approved(ask=ask, typed=EVERYTHING)
        delivery_id = house.delivery(escalation).id
        start = Barrier(WORKERS)

        def work_on_it(_number, start=start, delivery_id=delivery_id):
            start.wait()
            jobs.email_partner_request(house.context, delivery_id=delivery_id)

        with ThreadPoolExecutor(WORKERS) as threads:
            list(threads.map(work_on_it, range(WORKERS)))

        assert house.delivery(escalation).state is DeliveryState.ACCEPTED
        assert len(house.delivery(escalation).attempts) == 1
    assert len(house.context.mailer.sent) == len(ASKS)


def test_a_withdrawal_and_a_worker_at_once_never_both_win(house):
    for _ in range(ROUNDS):
        house.context.mailer.sent.clear()
        escalation = house.approved()
        delivery_id = house.delivery(escalation).id
        start = Barrier(2)

        def withdraw(escalation=escalation, start=start):
            with house.as_(house.writer) as work:
                found = house.mine(work, escalation)
                start.wait()
                operations.withdraw_request(work, found)

        def carry(start=start, delivery_id=delivery_id):
            start.wait()
            jobs.email_partner_request(house.context, delivery_id=delivery_id)

        with ThreadPoolExecutor(2) as threads:
            one, other = threads.submit(withdraw), threads.submit(carry)
        other.result()
        withdrawn = one.exception() is None

        now, delivery = house.now(escalation), house.delivery(escalation)
        if withdrawn:
            assert now.state is EscalationState.WITHDRAWN
            assert delivery.state in (DeliveryState.CANCELLED, DeliveryState.ACCEPTED)
        else:
            assert isinstance(one.exception(), Conflict)
            assert now.state is EscalationState.WITH_PARTNER
            with house.as_(house.writer) as work:
                operations.withdraw_request(work, house.mine(work, escalation))
        assert len(house.context.mailer.sent) == len(delivery.attempts)


def test_two_drafts_of_one_thing_at_once_are_one_draft(house):
    start = Barrier(2)

    def draft(who):
        start.wait()
        try:
            house.ask(who=who)
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        fared = Counter(threads.map(draft, [house.writer, house.second]))

    assert fared == {"done": 1, "refused": 1}
    with house.as_(house.writer) as work:
        drafts = [
            one for one in request_lists.requests_to_approve(work) if one.case_id == house.case.id
        ]
        assert [type(one) for one in drafts] == [Escalation]


def test_who_opens_a_request_while_its_letter_is_settled_sees_it_as_it_is_now(house):
    escalation = house.approved()
    with house.context.begin() as worker:
        parcel = operations.begin_attempt(worker, house.delivery(escalation).id)

    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        assert found.state is EscalationState.DISPATCHING
        with house.context.begin() as worker:
            operations.record_attempt_result(
                worker, parcel, result=DeliveryState.ACCEPTED, trouble=""
            )
        operations.open_packet_and_record(work, found)
        assert found.state is EscalationState.WITH_PARTNER


def test_who_opens_a_request_while_it_is_taken_back_does_not_see_it(house):
    escalation = house.carried()

    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        with house.as_(house.writer) as ours:
            operations.withdraw_request(ours, house.mine(ours, escalation))
        with pytest.raises(Conflict, match="closed"):
            operations.open_packet_and_record(work, found)


def test_a_request_of_a_case_that_ends_at_this_moment_does_not_leave(house):
    escalation = house.ask()

    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        assert not found.case.is_closed
        with house.as_(house.lead) as other:
            cases.end_case_work(
                other, other.session.get(Case, house.case.id), outcome=CaseOutcome.SPAM
            )
        with pytest.raises(Conflict, match="The case is closed"):
            approve(work, found)

    assert house.now(escalation).state is EscalationState.DRAFT


def test_who_confirms_a_consent_and_approves_at_the_same_moment_is_no_second_person(house):
    """In two windows of one person: what one window does is seen by the other, or waits for it."""
    for _ in range(ROUNDS):
        escalation = house.ask()
        house.withdraw_consent()
        with house.as_(house.writer) as work:
            case = work.session.get(Case, house.case.id)
            consent = cases.record_consent(
                work, case, kind=ConsentKind.PLATFORM, platform=house.partner.platform
            )

        def confirm(work, found, consent_id=consent.id):
            cases.confirm_consent(work, found.case, work.session.get(Consent, consent_id))

        fared = race(house, escalation, (house.second, confirm), (house.second, approve))

        assert fared["done"] == 1, fared
        assert house.now(escalation).state is EscalationState.DRAFT
        with house.as_(house.writer) as work:
            operations.withdraw_request(work, house.mine(work, escalation))


def due_follow_ups(house, escalation):
    """A context at the moment when the first follow-up is due."""
    with house.context.begin() as work:
        due = work.session.get(Escalation, escalation.id).answer_due_at
    return at(house.context, due + timedelta(seconds=1))


def tick(context):
    with context.begin() as work:
        work.session.execute(text("SET LOCAL lock_timeout = '5s'"))
        operations.enqueue_due_follow_ups(work)


def test_two_tickers_at_one_instant_make_a_follow_up_once(house):
    for ask in ASKS[:ROUNDS]:
        escalation = house.carried(ask=ask, typed=EVERYTHING)
        context, start = due_follow_ups(house, escalation), Barrier(2)

        def both(_number, context=context, start=start):
            start.wait()
            tick(context)

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(both, range(2)))

        assert count(house, RequestFollowUp, escalation) == 1


@pytest.mark.parametrize("kind", [Case, Escalation])
def test_what_somebody_holds_keeps_no_other_follow_up_from_being_made(house, kind):
    """The roles of the public pages and the partner desk can hold a row as long as they like."""
    held, other = (house.carried(ask=ask, typed=EVERYTHING) for ask in ASKS[:2])
    context = due_follow_ups(house, other)  # the later one
    with house.context.begin() as holder:
        row = house.case.id if kind is Case else held.id
        # In small letters, past the watch over our own order of locks.
        taking = text(f"SELECT id FROM {kind.__tablename__} WHERE id = :id for update")  # noqa: S608
        holder.session.execute(taking, {"id": row}).one()
        tick(context)
        assert count(house, RequestFollowUp, held) == 0
        assert count(house, RequestFollowUp, other) == (0 if kind is Case else 1)

    tick(context)
    assert count(house, RequestFollowUp, held) == count(house, RequestFollowUp, other) == 1
