"""What waits for a second person and hangs on a colleague who leaves: requests and answers."""

from helpdesk.accounts import queries as accounts
from helpdesk.cases.levels import Level
from helpdesk.duty import offboarding
from helpdesk.escalations import operations
from tests.escalations.conftest import TYPED
from tests.escalations.test_answers import asked, send_answer, write_answer


def hanging_on(house, somebody):
    """What the lead reads of it: what they asked for, and what they could have been second for."""
    with house.as_(house.lead) as work:
        person = accounts.person_by_id(work, somebody.person.id)
        hanging = offboarding.open_work_of_leaver(
            work, person, [one.team for one in person.memberships]
        )
        return (
            {one.what: one.others for one in hanging.asked},
            {one.what: one.others for one in hanging.to_agree},
        )


def test_an_answer_that_waits_hangs_on_who_wrote_it_not_on_who_wrote_the_request(house):
    escalation = asked(house)
    write_answer(house, escalation, who=house.lead)
    answer = f"The answer on request {escalation.ref}"

    # The second person approved the request, and had no part in what it says.
    assert hanging_on(house, house.writer) == ({}, {answer: 1})
    assert hanging_on(house, house.lead) == ({answer: 1}, {})


def test_an_answer_that_left_alone_hangs_on_who_sent_it_until_it_is_read(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = asked(house)
    wording = write_answer(house, escalation, who=house.lead)
    send_answer(house, escalation, house.lead, wording)
    to_read = f"Request {escalation.ref}, to read again"

    # Of the others one wrote the request, and one approved it: neither may read it.
    assert hanging_on(house, house.lead) == ({to_read: 0}, {})
    assert hanging_on(house, house.second) == ({}, {to_read: 0})


def test_who_had_a_part_is_not_counted_among_those_who_could_agree(house):
    draft = house.ask()
    assert hanging_on(house, house.writer)[0] == {f"Request {draft.ref}": 2}

    with house.as_(house.second) as work:
        found = house.mine(work, draft)
        operations.change_draft(work, found, typed=TYPED, seen_hash=found.packet_hash)

    assert hanging_on(house, house.second)[0] == {f"Request {draft.ref}": 1}
