"""Once it was approved, who wrote a request does not say alone what a colleague took back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpdesk.cases.levels import Level
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.duty import operations as duty
from helpdesk.escalations import operations
from helpdesk.escalations.states import DeliveryState, EscalationState
from helpdesk.runs import operations as steps
from helpdesk.runs import queries
from tests.escalations.test_gates_again import send_again
from tests.escalations.test_lost_basis import on_board
from tests.escalations.test_views import page_of
from tests.escalations.test_whose_account import BEFORE, MINE, confirm, playbook_at_work
from tests.factories import a_person, sign_in
from tests.runs.conftest import showing

STEPS = ["confirm-owner", "vetting.vouch"]
SAID = "Only someone who wrote, approved or read this request has confirmed again"


def record(house, who, outcome, minutes, step="confirm-owner"):
    """Someone does the step again, in the playbook's run or in a new one."""
    with house.as_(who, datetime.now(UTC) + timedelta(minutes=minutes)) as work:
        run = playbook_at_work(work, house, "account-takeover")
        if any(one.step == step for one in run.records):
            steps.reopen_step(work, run, step)
        page = queries.pinned_playbook_of(run)
        for before, ended in BEFORE.items():
            now = queries.progress_with_shared_steps(work, run).progress
            if before != step and now.of(before).may_be_recorded:
                duty.finish_step(work, run, before, outcome=ended, **showing(page, before, ended))
        shown = showing(page, step, outcome)
        if step == "confirm-owner" and outcome == "confirmed":
            shown["evidence"] = {**shown["evidence"], "profile-url": MINE}
        duty.finish_step(work, run, step, outcome=outcome, has_read=True, **shown)


def found_out_by_its_writer(house, asked, step):
    record(house, house.lead, "refused", 2, step)
    record(house, house.writer, "confirmed", 4, step)
    house.carry(asked)


@pytest.mark.parametrize("step", STEPS)
def test_it_leaves_neither_by_itself_nor_by_who_wrote_it(house, staff, step):
    confirm(house)
    asked = house.approved(playbook="account-takeover")

    found_out_by_its_writer(house, asked, step)

    assert house.now(asked).state is EscalationState.APPROVED
    assert house.delivery(asked).state is DeliveryState.DEAD_LETTER
    assert SAID in sign_in(staff, house.second).get(page_of(house, asked)).text
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="second person"):
        operations.resend_request(work, house.mine(work, asked))


def test_a_second_person_reads_it_and_sends_it(house):
    confirm(house)
    asked = house.approved(playbook="account-takeover")
    found_out_by_its_writer(house, asked, "confirm-owner")

    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=6)) as work:
        operations.resend_request(work, house.mine(work, asked))
    house.carry(asked)

    assert house.now(asked).state is EscalationState.WITH_PARTNER
    assert house.now(asked).approved_by == house.second.actor.id


def test_a_colleague_who_did_not_write_it_finds_it_out_and_its_writer_sends_it(house):
    confirm(house)
    asked = house.approved(playbook="account-takeover")
    found_out_by_its_writer(house, asked, "confirm-owner")

    for step in STEPS:
        record(house, house.lead, "confirmed", 6, step)

    assert send_again(house, asked, house.writer) is EscalationState.WITH_PARTNER


def test_of_what_a_partner_has_its_writer_does_not_take_the_alarm_away(house, staff):
    confirm(house)
    asked = house.carried(playbook="account-takeover")

    found_out_by_its_writer(house, asked, "confirm-owner")

    assert on_board(house) == [asked.ref]
    assert SAID in sign_in(staff, house.second).get(page_of(house, asked)).text
    for step in STEPS:
        record(house, house.lead, "confirmed", 6, step)
    assert on_board(house) == []


def test_what_its_writer_found_not_to_be_theirs_is_not_said_to_be_confirmed(house, staff):
    confirm(house)
    asked = house.carried(playbook="account-takeover")

    record(house, house.writer, "refused", 2)

    page = sign_in(staff, house.second).get(page_of(house, asked)).text
    assert SAID not in page
    assert "We can no longer be sure who is asking, or whose account it is" in page


def test_nor_where_who_is_asking_was_found_unknown_by_a_colleague_besides(house, staff):
    confirm(house)
    asked = house.carried(playbook="account-takeover")
    found_out_by_its_writer(house, asked, "confirm-owner")

    record(house, house.lead, "refused", 6, "vetting.vouch")

    page = sign_in(staff, house.second).get(page_of(house, asked)).text
    assert SAID not in page
    assert "We can no longer be sure who is asking, or whose account it is" in page


def test_who_approves_it_again_is_its_second_reader_too_where_one_was_missing(house):
    confirm(house)
    house.change_case(level=Level.IMMEDIATE)
    asked = house.approve(house.ask(playbook="account-takeover"), who=house.writer)
    found_out_by_its_writer(house, asked, "confirm-owner")

    with house.as_(house.second, datetime.now(UTC) + timedelta(minutes=6)) as work:
        operations.resend_request(work, house.mine(work, asked))

    now = house.now(asked)
    assert (now.approved_by, now.second_reader) == (house.second.actor.id,) * 2
    assert not now.is_unread
    with house.as_(house.second) as work:
        of_it = select(HistoryEntry.action).where(HistoryEntry.subject_id == asked.id)
        said = work.session.scalars(of_it.order_by(HistoryEntry.id)).all()
    assert said[-2:] == ["escalation.approved_again", "escalation.second_read"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("was_tried", [True, False])
def test_who_approved_it_is_no_second_person_for_what_they_find_out_since(
    house, staff, step, was_tried
):
    confirm(house)
    asked = house.approved(playbook="account-takeover")
    record(house, house.lead, "refused", 2, step)
    if was_tried:
        house.carry(asked)

    record(house, house.second, "confirmed", 4, step)
    house.carry(asked)

    assert house.delivery(asked).state is DeliveryState.DEAD_LETTER
    assert SAID in sign_in(staff, house.lead).get(page_of(house, asked)).text
    for who in (house.writer, house.second):
        later = datetime.now(UTC) + timedelta(minutes=6)
        with house.as_(who, later) as work, pytest.raises(Conflict, match="second person"):
            operations.resend_request(work, house.mine(work, asked))


def test_who_approved_it_first_stands_behind_it_once_another_approved_it_again(house):
    with house.context.begin() as work:
        third = a_person(work, teams=[work.session.merge(house.queue)])
    confirm(house)
    asked = house.approved(playbook="account-takeover")
    record(house, house.writer, "refused", 2)
    record(house, house.second, "confirmed", 4)
    house.carry(asked)
    with house.as_(third, datetime.now(UTC) + timedelta(minutes=6)) as work:
        operations.resend_request(work, house.mine(work, asked))
    assert house.now(asked).approved_by == third.actor.id

    record(house, house.writer, "refused", 8)
    record(house, house.second, "confirmed", 10)
    house.carry(asked)

    assert house.now(asked).state is EscalationState.APPROVED
    assert house.delivery(asked).state is DeliveryState.DEAD_LETTER


def test_who_read_an_earlier_answer_stands_behind_it_once_a_later_one_waits_to_be_read(house):
    confirm(house)
    house.change_case(level=Level.IMMEDIATE)
    asked = house.approve(house.ask(playbook="account-takeover"), who=house.writer)
    with house.as_(house.second) as work:
        operations.confirm_read_afterwards(work, house.mine(work, asked))
    with house.as_(house.writer) as work:
        found = house.mine(work, asked)
        operations.approving.require_later_reading(work, found)
        work.record("test.left_alone_again", found)

    assert house.now(asked).second_reader is None
    assert house.second.actor.id in behind(house, asked)


def behind(house, asked):
    with house.as_(house.writer) as work:
        return set(work.session.scalars(select(func.people_behind_request(asked.id))))


def test_one_function_says_who_stands_for_a_request(house):
    confirm(house)
    asked = house.approved(playbook="account-takeover")

    assert behind(house, asked) == {house.writer.actor.id, house.second.actor.id}
