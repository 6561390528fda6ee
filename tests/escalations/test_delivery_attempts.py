"""Carrying: at least once, always under one id, every attempt a row; stopped at the last moment."""

import smtplib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core import emails, job_runner, send_hold
from helpdesk.core.actors import operator
from helpdesk.core.app_context import Email
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import Envelope
from helpdesk.duty import restored_backup
from helpdesk.escalations import jobs, operations, queries, request_lists
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.operations.delivery_attempts import BACKOFF, LEASE
from helpdesk.escalations.states import Ask, DeliveryState, EscalationState
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.conftest import become
from tests.escalations.conftest import MAILBOX

DAY = timedelta(days=1)


def results(house, escalation):
    return [attempt.result for attempt in house.delivery(escalation).attempts]


def outbox_jobs(house, job="escalations.deliver"):
    with house.context.begin() as work:
        found = select(OutboxJob).where(OutboxJob.job == job).order_by(OutboxJob.due_at)
        return work.session.scalars(found).all()


def told(house, action):
    with house.context.begin() as work:
        found = select(HistoryEntry).where(HistoryEntry.action == action)
        return [one.details for one in work.session.scalars(found)]


def take_up(house, escalation, moment=None):
    with house.context.begin(at=moment) as work:
        return operations.begin_attempt(work, house.delivery(escalation).id)


def settle(house, parcel, result, moment=None):
    with house.context.begin(at=moment) as work:
        operations.record_attempt_result(work, parcel, result=result)


def test_the_letter_holds_an_id_a_priority_and_a_link_and_nothing_else(house):
    escalation = house.carried()

    [letter] = house.context.mailer.sent
    assert letter.to == MAILBOX
    assert letter.subject == f"P3: request {escalation.ref}"
    assert f"http://partner.test/requests/{escalation.ref}" in letter.body
    assert letter.message_id == f"<{house.delivery(escalation).id}@helpdesk.test>"
    for word in ("marker", house.case.ref, house.case.id, "restore", "platform.test", "account"):
        assert word not in letter.body.replace(MAILBOX, "")
        assert word not in letter.subject


def test_however_often_the_job_runs_the_partner_hears_once(house):
    escalation = house.approved()

    for _ in range(3):
        house.carry(escalation)
    house.carry(escalation, later=DAY)

    assert len(house.context.mailer.sent) == 1
    assert results(house, escalation) == [DeliveryState.ACCEPTED]


def test_the_worker_finds_the_promise_and_keeps_it(house):
    escalation = house.approved()

    job_runner.run_due_jobs(house.context, "deliveries")

    assert len(house.context.mailer.sent) == 1
    [outbox_job] = outbox_jobs(house)
    assert outbox_job.state is OutboxJobState.DONE
    assert house.now(escalation).state is EscalationState.WITH_PARTNER


@pytest.mark.parametrize(
    ("trouble", "result"),
    [
        (TemporaryMailError(451), DeliveryState.DEFERRED),
        (UncertainMailError(), DeliveryState.UNCERTAIN),
        (TimeoutError(), DeliveryState.UNCERTAIN),
    ],
)
def test_trouble_is_tried_again_later_under_the_same_id(house, trouble, result):
    escalation = house.approved()
    house.context.mailer.trouble.append(trouble)

    house.carry(escalation)

    delivery = house.delivery(escalation)
    assert delivery.state is result
    assert house.now(escalation).state is EscalationState.DISPATCHING
    assert house.case_now().state is CaseState.OPEN
    again = outbox_jobs(house)[-1]
    assert again.due_at == delivery.retry_at
    wait = delivery.retry_at - datetime.now(UTC)
    assert BACKOFF[0] / 2 - timedelta(seconds=5) < wait <= BACKOFF[0]

    house.carry(escalation)
    assert len(results(house, escalation)) == 1, "it ran too early"
    later = outbox_jobs(house)[-1]
    assert later.id != again.id, "the one that came early has queued another"
    assert abs(later.due_at - delivery.retry_at) < timedelta(seconds=5)
    house.carry(escalation, later=BACKOFF[0])

    [letter] = house.context.mailer.sent
    assert letter.message_id == f"<{delivery.id}@helpdesk.test>"
    assert results(house, escalation) == [result, DeliveryState.ACCEPTED]
    assert ("same request" in letter.body) is (result is DeliveryState.UNCERTAIN)


def test_a_refused_letter_waits_for_a_person(house):
    escalation = house.approved()
    house.context.mailer.trouble.append(PermanentMailError(550))

    house.carry(escalation)
    house.carry(escalation, later=DAY)

    assert house.context.mailer.sent == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert results(house, escalation) == [DeliveryState.REJECTED]
    with house.as_(house.second) as work:
        [waiting] = request_lists.failed_deliveries(work)
        assert waiting.escalation.drafted_by == house.writer.actor.id
    assert outbox_jobs(house, "triage.tell_owner")

    with house.as_(house.writer) as work:
        operations.resend_request(work, house.mine(work, escalation))
    house.carry(escalation)
    assert house.now(escalation).state is EscalationState.WITH_PARTNER
    assert (
        house.context.mailer.sent[0].message_id
        == f"<{house.delivery(escalation).id}@helpdesk.test>"
    )


def test_after_every_pause_is_used_up_a_person_has_to_look(house):
    escalation = house.approved()
    house.context.mailer.trouble += [TemporaryMailError(451) for _ in range(len(BACKOFF) + 3)]

    for days in range(len(BACKOFF) + 3):
        house.carry(escalation, later=days * DAY)

    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert len(results(house, escalation)) == len(BACKOFF) + 1


def test_a_trouble_is_kept_by_its_kind_and_never_by_its_words(house):
    escalation = house.approved()
    trouble = TemporaryMailError()
    trouble.__cause__ = smtplib.SMTPServerDisconnected("marker-words")
    house.context.mailer.trouble.append(trouble)

    house.carry(escalation)

    [attempt] = house.delivery(escalation).attempts
    assert attempt.trouble == "SMTPServerDisconnected"


def test_a_worker_that_dies_while_sending_leaves_an_uncertain_attempt_and_a_repeat(house):
    escalation = house.approved()
    take_up(house, escalation)  # and the worker is gone

    house.carry(escalation)
    assert house.context.mailer.sent == [], "it may still be alive"
    assert outbox_jobs(house)[-1].due_at > datetime.now(UTC) + LEASE - timedelta(seconds=30)

    house.carry(escalation, later=LEASE + timedelta(seconds=2))
    assert results(house, escalation) == [DeliveryState.UNCERTAIN, DeliveryState.ACCEPTED]
    [letter] = house.context.mailer.sent
    assert "same request" in letter.body


def test_a_worker_that_dies_each_time_leaves_it_to_a_person_in_the_end(house):
    escalation = house.approved()
    moment, tries = datetime.now(UTC), 0
    while take_up(house, escalation, moment) is not None:
        moment, tries = moment + LEASE + timedelta(seconds=1), tries + 1

    assert tries == len(BACKOFF) + 1
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER


def test_a_partner_cannot_open_what_the_person_took_back_even_before_the_worker_comes(house):
    escalation = house.carried()
    house.withdraw_consent()

    with (
        house.as_(house.theirs) as work,
        pytest.raises(Conflict, match="was withdrawn"),
    ):
        operations.open_packet_and_record(work, house.mine(work, escalation))


def test_a_dead_mailbox_keeps_no_second_reader_from_being_called(context):
    post = {name: Email(f"{name}@x.test", "s", "b", f"<{name}@x.test>") for name in "ab"}
    context.mailer.trouble.append(PermanentMailError())

    sent = emails.send_emails(context, post)

    assert (sent.told, sent.untold) == (["b"], ["a"])


def test_if_nobody_could_be_told_the_trouble_is_known(context):
    context.mailer.trouble.append(PermanentMailError())

    sent = emails.send_emails(context, {"a": Email("a@x.test", "s", "b", "<a@x.test>")})

    assert (sent.told, sent.untold) == ([], ["a"])
    assert isinstance(sent.trouble, PermanentMailError)


def test_a_result_counts_only_while_the_fence_matches(house):
    escalation = house.approved()
    slow = take_up(house, escalation)
    later = datetime.now(UTC) + LEASE + timedelta(seconds=1)
    quick = take_up(house, escalation, later)

    settle(house, slow, DeliveryState.REJECTED)
    assert house.delivery(escalation).state is DeliveryState.SENDING
    assert told(house, "delivery.result_came_late") == [{"fence": slow.fence, "result": "rejected"}]

    settle(house, quick, DeliveryState.ACCEPTED, later)
    settle(house, quick, DeliveryState.REJECTED, later)
    assert house.delivery(escalation).state is DeliveryState.ACCEPTED
    assert results(house, escalation) == [DeliveryState.UNCERTAIN, DeliveryState.ACCEPTED]


def test_a_consent_taken_back_before_sending_cancels(house):
    escalation = house.approved()
    house.withdraw_consent()

    house.carry(escalation)

    assert house.context.mailer.sent == []
    assert house.now(escalation).state is EscalationState.WITHDRAWN
    assert house.delivery(escalation).state is DeliveryState.CANCELLED
    assert results(house, escalation) == []
    assert house.case_now().state is CaseState.OPEN
    house.give_consent()
    house.carry(escalation, later=DAY)
    assert house.context.mailer.sent == []


def test_a_consent_taken_back_between_two_attempts_stops_the_second(house):
    escalation = house.approved()
    house.context.mailer.trouble.append(UncertainMailError())
    house.carry(escalation)
    house.withdraw_consent()

    house.carry(escalation, later=DAY)

    assert house.context.mailer.sent == []
    assert house.now(escalation).state is EscalationState.WITHDRAWN


@pytest.mark.parametrize(
    ("trouble", "leaves"),
    [(None, False), (TemporaryMailError(451), False), (UncertainMailError(), True)],
)
def test_without_leave_to_help_nothing_begins_to_leave(house, trouble, leaves):
    escalation = house.approved()
    if trouble is not None:
        house.context.mailer.trouble.append(trouble)
        house.carry(escalation)
    house.withdraw_consent(ConsentKind.HELP)

    house.carry(escalation, later=DAY)

    assert bool(house.context.mailer.sent) is leaves
    assert (house.now(escalation).state is EscalationState.WITHDRAWN) is not leaves


def cancel_unsent(house):
    jobs.cancel_requests_without_consent(house.context, case_id=house.case.id)


@pytest.mark.parametrize("trouble", [None, TemporaryMailError(451), UncertainMailError()])
def test_the_job_after_a_withdrawal_cancels_what_has_not_left(house, trouble):
    escalation = house.approved()
    if trouble is not None:
        house.context.mailer.trouble.append(trouble)
        house.carry(escalation)
    house.withdraw_consent()

    cancel_unsent(house)
    cancel_unsent(house)
    house.carry(escalation, later=DAY)

    assert house.context.mailer.sent == []
    assert house.now(escalation).state is EscalationState.WITHDRAWN
    assert house.delivery(escalation).state is DeliveryState.CANCELLED
    # Who may have it in hand is told that it is taken back; who cannot have it hears nothing.
    assert len(outbox_jobs(house, "escalations.tell_partner")) == (1 if trouble else 0)


def test_the_job_after_a_withdrawal_takes_back_what_has_left_and_tells_the_partner(house):
    escalation = house.carried()
    house.withdraw_consent()

    cancel_unsent(house)
    cancel_unsent(house)

    assert house.now(escalation).state is EscalationState.WITHDRAWN
    [outbox_job] = outbox_jobs(house, "escalations.tell_partner")
    jobs.email_partner_news(house.context, **outbox_job.arguments)
    jobs.email_partner_news(house.context, **outbox_job.arguments)
    news = house.context.mailer.sent[1:]
    assert {letter.message_id for letter in news} == {f"<{escalation.id}.withdrawal@helpdesk.test>"}
    assert "marker" not in news[0].body


def test_the_job_leaves_alone_what_still_has_its_consent_and_what_never_left(house):
    escalation, draft = house.carried(), house.ask(Ask.LOCK)

    cancel_unsent(house)
    assert house.now(escalation).state is EscalationState.WITH_PARTNER
    house.withdraw_consent()
    cancel_unsent(house)
    assert house.now(draft).state is EscalationState.DRAFT


def test_a_partner_in_doubt_since_the_approval_gets_nothing(house):
    escalation = house.approved()
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))

    house.carry(escalation)

    assert house.context.mailer.sent == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert told(house, "delivery.dead_letter") == [{"trouble": "partner_not_vetted"}]


@pytest.mark.parametrize("change", ["retired", "asks"])
def test_a_partner_whom_we_ask_for_it_no_more_since_the_approval_gets_nothing(house, change):
    escalation = house.approved()
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        if change == "retired":
            partners.retire_partner(work, partner)
        else:
            partner.asks = [ask for ask in partner.asks if ask != escalation.ask]
            work.record("partner.changed", partner)

    house.carry(escalation)

    assert house.context.mailer.sent == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert told(house, "delivery.dead_letter") == [{"trouble": "partner_takes_it_no_more"}]


def test_a_partner_without_a_mailbox_gets_nothing(house):
    escalation = house.approved()
    with house.context.begin() as work:
        work.session.get(Partner, house.partner.id).mailbox = None
        work.record("tampered", house.case)

    house.carry(escalation)

    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER


def change_envelope(one, delivery):
    one.packet_for_partner = Envelope(one.packet_for_partner.raw[:-1] + b"x")


def change_hash(one, delivery):
    one.packet_hash = delivery.packet_hash = "0" * 64


def change_everything_but_history(one, delivery):
    change_envelope(one, delivery)
    one.packet_hash = delivery.packet_hash = "0" * 64
    delivery.sealed_hash = "1" * 64


def take_envelope_away(one, delivery):
    one.packet_for_partner = None


@pytest.mark.parametrize(
    "tamper",
    [change_envelope, change_hash, change_everything_but_history, take_envelope_away],
)
def test_anything_else_than_the_approved_bytes_does_not_leave(house, tamper):
    escalation = house.approved()
    with house.context.begin() as work:
        one = work.session.get(Escalation, escalation.id)
        tamper(one, queries.delivery_of_request(work, one))
        work.record("tampered", one)

    house.carry(escalation)

    assert house.context.mailer.sent == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    assert told(house, "delivery.dead_letter") == [{"trouble": "packet_changed"}]


def test_a_packet_changed_after_it_left_is_not_shown_to_the_partner(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        one = house.mine(work, escalation)
        secret = work.keys.secret(one.partner_key_id)
        place = one.envelope_place_of("packet_for_partner")
        text = secret.open_text(one.packet_for_partner, place)
        one.packet_for_partner = secret.seal_text(text.replace("marker-harm", "else"), place)
        work.record("tampered", one)

    with house.as_(house.theirs) as work, pytest.raises(Exception, match="isn’t what we sent you"):
        operations.open_packet_and_record(work, house.mine(work, escalation))


def test_who_opens_it_has_got_it_whatever_the_mail_server_said(house):
    escalation = house.approved()
    house.context.mailer.trouble.append(UncertainMailError())
    house.carry(escalation)

    with house.as_(house.theirs) as work:
        operations.open_packet_and_record(work, house.mine(work, escalation))

    assert house.now(escalation).state is EscalationState.WITH_PARTNER
    house.carry(escalation, later=DAY)
    assert house.context.mailer.sent == []


def test_nobodys_page_may_say_that_it_was_delivered(house):
    escalation = house.approved()

    with house.as_(house.lead) as work, pytest.raises(NotAllowed):
        operations.begin_attempt(work, house.delivery(escalation).id)
    parcel = take_up(house, escalation)
    with house.as_(house.lead) as work, pytest.raises(NotAllowed):
        operations.record_attempt_result(work, parcel, result=DeliveryState.ACCEPTED)
    with house.as_(house.lead) as work, pytest.raises(NotAllowed):
        operations.withdraw_requests_without_consent(work, house.case.id)


def test_a_delivery_that_is_gone_is_nothing_to_do(house):
    jobs.email_partner_request(house.context, delivery_id="0" * 32)
    jobs.email_partner_news(house.context, escalation_id="0" * 32, about="x")
    jobs.alert_second_reader(house.context, escalation_id="0" * 32)

    assert house.context.mailer.sent == []


def test_the_second_reader_is_called_without_a_word_of_it(house):
    escalation = house.carried()
    house.context.mailer.sent.clear()

    jobs.alert_second_reader(house.context, escalation_id=escalation.id)
    jobs.alert_second_reader(house.context, escalation_id=escalation.id)

    assert [letter.to for letter in house.context.mailer.sent] == ["lead@helpdesk.test"]
    assert "marker" not in house.context.mailer.sent[0].body
    with house.as_(house.lead) as work:
        one = house.mine(work, escalation)
        one.second_read_at = work.at
        work.record("escalation.second_read", one)
    house.context.mailer.sent.clear()
    jobs.alert_second_reader(house.context, escalation_id=escalation.id)
    assert house.context.mailer.sent == []


def test_the_network_is_reached_with_no_transaction_open(house, monkeypatch):
    escalation = house.approved()
    open_works = []
    begin = type(house.context).begin

    class Watched(type(house.context.mailer)):
        def send(self, letter):
            assert not open_works, "a transaction was open while the post was talking"
            super().send(letter)

    monkeypatch.setattr(
        type(house.context), "begin", lambda *a, **k: watched(open_works, begin(*a, **k))
    )
    object.__setattr__(house.context, "post", Watched())
    house.carry(escalation)

    assert len(house.context.mailer.sent) == 1


class watched:  # noqa: N801 - a context manager around a context manager
    def __init__(self, opened, inner):
        self.opened, self.inner = opened, inner

    def __enter__(self):
        self.opened.append(self)
        return self.inner.__enter__()

    def __exit__(self, *error):
        self.opened.remove(self)
        return self.inner.__exit__(*error)


@contextmanager
def as_owner(house):
    """An operator with a shell and the database's owner."""
    before = become(house.context, "helpdesk_owner")
    with house.context.begin(operator("ada")) as work:
        yield work
    become(house.context, before)


def test_a_request_that_a_restored_house_may_have_sent_says_so_and_keeps_its_id(house):
    escalation = house.approved()
    with as_owner(house) as work:
        send_hold.hold_sending(work, send_hold.HoldReason.SAID)
        due = restored_backup.due_jobs(work)
        assert [one.escalation.ref for one in due.requests] == [escalation.ref]
        restored_backup.release_sending(work, skip_due=False)

    job_runner.run_due_jobs(house.context, "deliveries")

    [letter] = [one for one in house.context.mailer.sent if one.to == MAILBOX]
    assert "You may have had this email before" in letter.body
    assert house.delivery(escalation).id in letter.message_id
    assert results(house, escalation) == [DeliveryState.UNCERTAIN, DeliveryState.ACCEPTED]


def test_a_request_that_was_left_out_waits_for_who_wrote_it(house):
    escalation = house.approved()
    with as_owner(house) as work:
        moment = work.at + timedelta(minutes=6)
        work.session.execute(update(send_hold.SendingStateRow).values(ticked_at=moment))
        send_hold.hold_sending(work, send_hold.HoldReason.SAID)
        restored_backup.release_sending(work, skip_due=True)

    job_runner.run_due_jobs(house.context, "deliveries")

    assert [one for one in house.context.mailer.sent if one.to == MAILBOX] == []
    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER
    with house.as_(house.writer) as work:
        operations.resend_request(work, house.mine(work, escalation))
    job_runner.run_due_jobs(house.context, "deliveries")
    assert [one.to for one in house.context.mailer.sent if one.to == MAILBOX] == [MAILBOX]


def test_a_time_that_was_set_while_the_clock_was_ahead_keeps_no_request_from_being_sent(house):
    escalation = house.approved()
    house.context.mailer.trouble.append(TemporaryMailError(451))
    house.carry(escalation, later=timedelta(days=1))

    house.carry(escalation)

    assert house.delivery(escalation).state is DeliveryState.ACCEPTED
