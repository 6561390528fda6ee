"""The board of all requests: what waits for what, how many of each, and no statement for each."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.emails import PermanentMailError, UncertainMailError
from helpdesk.core.errors import NotFound
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.request_board import SHOWN, request_board
from helpdesk.escalations.staff_and_partner_labels import (
    BOARD_HINTS,
    BOARD_PILES,
    BOARD_SINCE,
    EMPTY_BOARD,
)
from helpdesk.escalations.states import (
    Ask,
    DeliveryState,
    EscalationState,
    PartnerAction,
    Reason,
    RequestPile,
    Verdict,
)
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.partner_terms import ABOUT
from tests.escalations.conftest import a_partner
from tests.escalations.test_inbox import do
from tests.factories import a_case, a_person, a_team, sign_in

HOUR = timedelta(hours=1)
ARABIC = "فريق الثقة"


@pytest.fixture
def lead(staff, house):
    return sign_in(staff, house.lead)


def piles(house, who=None, at=None, **how):
    """The refs in each pile."""
    with house.as_(who or house.lead, at) as work:
        boards = {pile: request_board(work, pile, **how) for pile in RequestPile}
    for board in boards.values():
        assert {one: len(each.lines) for one, each in boards.items()} == dict(board.sizes)
    return {
        pile: [line.request.ref for line in board.lines]
        for pile, board in boards.items()
        if board.lines
    }


def test_a_draft_about_access_waits_for_a_second_person_and_another_does_not(house):
    access, removal = house.ask(), house.ask(Ask.REMOVE)

    assert piles(house) == {
        RequestPile.OPEN: [access.ref, removal.ref],
        RequestPile.SECOND_PERSON: [access.ref],
    }


def test_silence_begins_when_their_time_is_over_and_ends_with_their_question(house):
    one = house.carried()
    assert piles(house) == {RequestPile.OPEN: [one.ref]}
    late = one.answer_due_at + HOUR

    assert piles(house, at=late)[RequestPile.SILENT] == [one.ref]

    do(house, one, operations.ask_for_information, question="Since when?")
    assert RequestPile.SILENT not in piles(house, at=late)


def test_a_partners_question_waits_for_us_until_it_is_answered(house):
    one = house.carried(ask=Ask.PRESERVE)
    do(house, one, operations.ask_for_information, question="Since when?")

    assert piles(house) == {RequestPile.OPEN: [one.ref], RequestPile.ASKED: [one.ref]}
    with house.as_(house.lead) as work:
        [line] = request_board(work, RequestPile.ASKED).lines
        [question] = queries.partner_messages_of(work, line.request)
        assert line.since == question.at

    house.answer(one)
    assert piles(house) == {RequestPile.OPEN: [one.ref]}


def test_a_draft_that_a_closed_case_left_behind_waits_for_nobody(house):
    house.ask()

    house.change_case(state=CaseState.CLOSED)

    assert piles(house) == {}


def test_a_partner_who_was_given_up_is_silent_until_the_case_is_closed(house):
    one = house.carried()
    with house.as_(house.writer, one.answer_due_at + HOUR) as work:
        operations.record_partner_silence(work, house.mine(work, one))

    assert piles(house)[RequestPile.SILENT] == [one.ref]

    house.change_case(state=CaseState.CLOSED)
    assert RequestPile.SILENT not in piles(house)


@pytest.mark.parametrize(
    ("trouble", "pile"),
    [
        (UncertainMailError(), RequestPile.UNCERTAIN),
        (PermanentMailError(), RequestPile.UNDELIVERED),
    ],
)
def test_what_may_not_have_arrived_and_what_could_not_be_sent_are_two_piles(house, trouble, pile):
    one = house.approved()
    house.context.mailer.trouble = [trouble]
    house.carry(one)

    assert piles(house) == {RequestPile.OPEN: [one.ref], pile: [one.ref]}

    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, one))
    assert piles(house) == {}


def test_an_answer_about_access_waits_for_a_second_person_until_it_is_sent(house):
    one = house.carried()
    do(house, one, operations.ask_for_information, question="Since when?")
    with house.as_(house.writer) as work:
        operations.answer_question(work, house.mine(work, one), words="Since Monday.")

    assert piles(house)[RequestPile.SECOND_PERSON] == [one.ref]

    with house.as_(house.second) as work:
        found = house.mine(work, one)
        operations.approve_answer(work, found, seen_wording=found.wording_to_approve)
    assert RequestPile.SECOND_PERSON not in piles(house)


def test_what_was_sent_on_one_persons_word_waits_to_be_read(house):
    one = house.carried()
    with house.context.begin() as work:
        work.session.get(Escalation, one.id).second_read_due_at = work.at + HOUR
        work.record("test", house.case)

    assert piles(house)[RequestPile.SECOND_PERSON] == [one.ref]


def test_a_decision_is_to_be_verified_until_the_reporter_has_said_so(house):
    one = house.carried()
    do(
        house,
        one,
        operations.record_partner_decision,
        action=PartnerAction.ACCESS_RESTORED,
        reason=Reason.POLICY_BREACH,
    )

    assert piles(house)[RequestPile.TO_VERIFY] == [one.ref]

    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, one), verdict=Verdict.CONFIRMED)
    assert piles(house) == {}


@pytest.mark.parametrize("who", ["writer", "theirs", "operator", "waits"])
def test_only_a_coordinator_who_was_let_in_sees_the_board(house, context, staff, who):
    house.ask()
    with context.begin() as work:
        somebody = {
            "operator": lambda: a_person(work, Role.OPERATOR),
            "waits": lambda: a_person(work, Role.COORDINATOR, [house.queue], let_in=False),
        }.get(who, lambda: getattr(house, who))()

    with house.as_(somebody) as work, pytest.raises(NotFound):
        request_board(work, RequestPile.OPEN)
    if who != "theirs":
        client = sign_in(staff, somebody)
        assert client.get("/requests").status_code == 404
        assert 'href="/requests"' not in client.get("/partners").text


def test_another_queues_requests_are_on_nobodys_board(house, context):
    house.ask()
    with context.begin() as work:
        other = a_person(work, Role.COORDINATOR, [a_team(work)])

    assert piles(house, who=other) == {}


def test_the_address_picks_a_pile_and_a_partner(house, lead, context):
    one = house.ask()
    with context.begin() as work:
        a_partner(work, house.lead, platform="elsewhere")

    page = lead.get("/requests?show=second-person&partner=trust-platform").text
    assert one.ref in page
    assert "Waiting for a second person (1)" in page
    other = html.unescape(lead.get("/requests?show=second-person&partner=trust-elsewhere").text)
    assert one.ref not in other
    assert "Waiting for a second person (0)" in other
    assert "There are no requests to" in other
    assert "show=open&partner=trust-elsewhere" in other, "a pile keeps the partner"
    assert lead.get("/requests?partner=nobody-we-know").status_code == 404
    for odd in ("show=nothing-we-know", "from=-1", "from=٣", "from=" + "9" * 400, "from="):
        assert lead.get(f"/requests?{odd}").status_code == 200, odd


@pytest.mark.parametrize("pile", RequestPile)
def test_an_empty_pile_says_so(house, lead, pile):
    page = html.unescape(lead.get(f"/requests?show={pile}").text)

    assert EMPTY_BOARD[pile] in page
    assert f"{BOARD_PILES[pile]} (0)" in page
    assert "<table" not in page
    assert BOARD_HINTS[pile]
    assert BOARD_SINCE[pile]


def test_names_stand_apart_from_the_words_around_them(house, lead):
    house.ask()
    with house.as_(house.lead) as work:
        found = work.session.get(Partner, house.partner.id)
        partners.change_partner(work, found, name=ARABIC, about=ABOUT)

    page = lead.get("/requests?partner=trust-platform").text

    assert len(re.findall(rf"<bdi[^>]*>{ARABIC}</bdi>", page)) == 1
    assert f"\u2068{ARABIC}\u2069</option>" in page
    other = lead.get("/requests?show=silent&partner=trust-platform").text
    assert re.search(rf"There are no requests to <bdi[^>]*>{ARABIC}</bdi>\.", other)


def test_the_menu_leads_there_and_so_does_what_the_duty_board_has_no_room_for(house, lead):
    many(house, house.ask(), range(12))
    rest = "and 2 more"

    page = lead.get("/duty").text
    assert '<a href="/requests">' in page
    assert f'<a href="/requests?show=silent">{rest}</a>' in page

    theirs = sign_in(lead, house.writer).get("/duty").text
    assert rest in theirs
    assert '"/requests' not in theirs


def many(house, pattern, numbers):
    """Requests like one, each of a case of its own, all late and carried so that nobody knows."""
    with house.context.begin() as work:
        queue = work.session.merge(house.queue)
        columns = {
            one.key: getattr(pattern, one.key)
            for one in Escalation.__table__.columns
            if one.key not in ("id", "ref", "case_id", "answer_due_at", "state")
        }
        for number in numbers:
            case = a_case(work, queue, state=CaseState.OPEN, owner=house.writer)
            one = Escalation(
                **columns,
                case_id=case.id,
                ref=f"R-{number:03}-AAAA",
                state=EscalationState.WITH_PARTNER,
                answer_due_at=datetime.now(UTC) - HOUR * (number + 1),
            )
            work.session.add(one)
            work.session.flush()
            work.session.add(
                Delivery(
                    escalation_id=one.id,
                    packet_hash="0" * 64,
                    sealed_hash="0" * 64,
                    state=DeliveryState.UNCERTAIN,
                )
            )
        work.record("test", work.session.get(Case, house.case.id))


def statements(house, client, address):
    seen = []
    connection = house.context.sessions.kw["bind"]

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    page = client.get(address)
    event.remove(connection, "before_cursor_execute", note)
    assert page.status_code == 200
    return len(seen), page.text


def test_two_hundred_requests_take_as_many_statements_as_one(house, lead):
    pattern = house.ask()
    many(house, pattern, range(1))
    addresses = [f"/requests?show={pile}" for pile in ("open", "silent", "uncertain")]
    few = {address: statements(house, lead, address)[0] for address in addresses}
    many(house, pattern, range(1, 200))

    for address in addresses:
        count, page = statements(house, lead, address)
        assert count == few[address], address
        assert page.count('<tr role="row"><th role="rowheader"') == SHOWN
    assert "No answer in time (200)" in page
    assert "May not have arrived (200)" in page


def test_what_does_not_fit_on_a_page_is_on_the_next_and_nothing_is_lost(house, lead):
    many(house, house.ask(), range(SHOWN + 3))

    first = lead.get("/requests?show=silent").text
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = lead.get(following).text

    seen = [re.findall(r">(R-\d{3}-AAAA)<", page) for page in (first, second)]
    assert [len(one) for one in seen] == [SHOWN, 3]
    assert len({*seen[0], *seen[1]}) == SHOWN + 3
    assert seen[0][0] == f"R-{SHOWN + 2:03}-AAAA", "the longest silence comes first"
    assert "First page" in second
    assert 'rel="next"' not in second
    assert "There are no more requests." in lead.get("/requests?show=silent&from=5000").text


def test_the_board_of_one_region_has_the_requests_of_its_cases_alone(house, lead):
    asked = house.ask()
    assert piles(house, region="011") == {}
    assert asked.ref in piles(house, region="unknown")[RequestPile.OPEN]

    house.change_case(region="011")

    assert asked.ref in piles(house, region="011")[RequestPile.OPEN]
    assert piles(house, region="unknown") == {}
    page = lead.get("/requests?region=011").text
    assert asked.ref in page
    assert '<option value="011" selected>Western Africa</option>' in page
    assert "show=asked&amp;region=011" in page, "a pile keeps the region"
    elsewhere = lead.get("/requests?region=145").text
    assert asked.ref not in elsewhere
    assert "There are no requests here about cases in this region." in elsewhere
    assert asked.ref in lead.get("/requests?region=mars").text, "a region that is none is no filter"
