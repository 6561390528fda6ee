"""A partner's inbox: what waits for them, what they asked, what is over; and who there has it."""

import pytest

from helpdesk.cases.levels import Level
from helpdesk.escalations import operations, partner_inbox
from helpdesk.escalations.states import (
    OPEN_TO_PARTNER,
    PILES,
    Ask,
    EscalationState,
    InboxFilter,
    PartnerAction,
    Priority,
    Reason,
    Verdict,
)
from tests.escalations.conftest import TYPED
from tests.escalations.test_views import send


def lying(house, pile):
    with house.as_(house.colleague) as work:
        return partner_inbox.partner_inbox(work, pile)


def refs(house, pile):
    return [one.ref for one in lying(house, pile).requests]


def do(house, escalation, verb, who=None, **how):
    with house.as_(who or house.theirs) as work:
        verb(work, house.mine(work, escalation), **how)


def test_whatever_a_partner_can_see_lies_in_one_pile():
    piled = [state for states in PILES.values() for state in states]

    assert sorted(piled) == sorted(
        OPEN_TO_PARTNER | {EscalationState.CLOSED, EscalationState.WITHDRAWN}
    )


def test_a_request_goes_from_pile_to_pile_and_the_piles_are_counted(house):
    one = house.carried()
    assert refs(house, InboxFilter.WAITING) == [one.ref]

    do(house, one, operations.ask_for_information, question="Since when?")
    assert (refs(house, InboxFilter.WAITING), refs(house, InboxFilter.ASKED)) == ([], [one.ref])

    house.answer(one)
    do(
        house,
        one,
        operations.record_partner_decision,
        action=PartnerAction.NONE,
        reason=Reason.OTHER,
    )
    assert refs(house, InboxFilter.DECIDED) == [one.ref]
    sizes = lying(house, InboxFilter.WAITING).sizes
    assert sizes == {InboxFilter.WAITING: 0, InboxFilter.ASKED: 0, InboxFilter.DECIDED: 1}


def test_the_gravest_comes_first_however_much_time_is_left_for_it(house):
    normal = house.carried(ask=Ask.LOCK)
    house.change_case(level=Level.IMMEDIATE)
    grave = house.carried()
    # A decision has more time than a first sign: the grave one is due after the other.
    do(house, normal, operations.ask_for_information, question="Since when?")
    house.answer(normal)
    do(house, grave, operations.acknowledge_request)

    assert grave.priority is Priority.P1
    assert refs(house, InboxFilter.WAITING) == [grave.ref, normal.ref]


def test_who_there_moved_it_last_has_it(house):
    one = house.carried()
    assert lying(house, InboxFilter.WAITING).holders == {}

    do(house, one, operations.acknowledge_request)
    do(house, one, operations.ask_for_information, house.colleague, question="Since when?")
    house.answer(one)

    assert lying(house, InboxFilter.WAITING).holders == {one.id: house.colleague.person.name}


def test_an_answer_and_a_wish_to_look_again_are_told_apart(house, theirs):
    one = house.carried()
    do(house, one, operations.ask_for_information, question="Since when?")
    house.answer(one)
    assert "We have answered" in theirs.get("/inbox").text

    do(
        house,
        one,
        operations.record_partner_decision,
        action=PartnerAction.NONE,
        reason=Reason.OTHER,
    )
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, one), verdict=Verdict.NOT_EFFECTIVE)

    for address in ("/inbox", f"/requests/{one.ref}"):
        page = theirs.get(address).text
        assert "Please look at it again" in page
        assert "We have answered" not in page


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict.CONFIRMED, "Closed: the person says it’s fixed"),
        (Verdict.NOT_EFFECTIVE, "Closed: you don’t need to do anything more"),
        (Verdict.PARTIAL, "Closed: you don’t need to do anything more"),
    ],
)
def test_only_what_the_person_called_fixed_is_said_to_be(house, theirs, verdict, said):
    one = house.carried()
    do(
        house,
        one,
        operations.record_partner_decision,
        action=PartnerAction.NONE,
        reason=Reason.OTHER,
    )
    house.withdraw_consent()
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, one), verdict=Verdict.CANNOT_TELL)
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, one), verdict=verdict)

    for address in ("/inbox?show=decided", f"/requests/{one.ref}"):
        page = theirs.get(address).text
        assert said in page
        assert page.count("Closed: ") == 1
        assert ("tag-done" in page) is (verdict is Verdict.CONFIRMED)


def test_the_inbox_opens_on_what_waits_and_says_no_word_of_a_packet(house, theirs):
    one = house.carried()

    page = theirs.get("/inbox").text
    send(theirs, f"/requests/{one.ref}", f"/requests/{one.ref}/question", question="Since when?")

    assert one.ref in page
    assert "Waiting for you (1)" in page
    assert "nobody yet" in page
    assert not any(words in page for words in TYPED.values())
    assert "Nothing is waiting for you." in theirs.get("/inbox?show=nothing-we-know").text
    assert one.ref in theirs.get("/inbox?show=asked").text
