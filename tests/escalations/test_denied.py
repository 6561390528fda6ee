"""Nothing leaves, and nothing more is said to a partner, while the reporter denies our record, nor
from a page that has not what they let us know last.

Somebody phones as the reporter, and what they told us is asked for: the one alarm that the reporter
has is “This wasn’t me”. Until somebody who had not recorded it has written to them, or they have
said the same themselves since, it holds everything back.
"""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from helpdesk.accounts.models import Person
from helpdesk.cases import operations as cases
from helpdesk.cases.disputed_conversations import (
    newest_reporter_activity_ids,
    unanswered_dispute_message,
)
from helpdesk.cases.models import Case, Consent, ConversationChannel
from helpdesk.cases.past_disputes import cases_with_dispute_answered_only_by_recorder
from helpdesk.cases.states import CaseOutcome, ConsentKind
from helpdesk.core.errors import Conflict
from helpdesk.duty import case_closing
from helpdesk.duty.queries import history_page, load_board
from helpdesk.escalations import operations, queries
from helpdesk.escalations.states import Ask, DeliveryState, EscalationState
from helpdesk.intake import operations as intake
from helpdesk.intake.queries import current_consents
from tests.conftest import become
from tests.escalations.test_gates_again import is_refused_by_mail_server, send_again
from tests.escalations.test_stopped_at_the_desk import not_taken_yet
from tests.escalations.test_views import page_of, send, token_of
from tests.factories import sign_in
from tests.intake.browser import FROM_US, mark_in, shown

DENIES = r"wasn’t them you spoke to|didn’t tell us what we recorded"


def case_of(work, house):
    return work.session.get(Case, house.case.id)


def phoned_by_somebody_else(house):
    """A responder writes a call down, and the reporter says that it was not them."""
    with house.as_(house.writer) as work:
        one = cases.record_conversation(
            work,
            case_of(work, house),
            way=ConversationChannel.TELEPHONE,
            spoke_at=work.at,
            reached=True,
            summary="Give it back at fresh@mailbox.test, they say.",
        )
    said_by_reporter(house, lambda work, case: intake.dispute_conversation(work, case, one.id))


def agreed_to_by_somebody_else(house):
    """A responder writes an agreement down, and the reporter denies it. What they agreed to
    themselves stands."""
    with house.as_(house.writer) as work:
        one = cases.record_consent(
            work, case_of(work, house), kind=ConsentKind.PLATFORM, platform="another"
        )

    def deny(work, case):
        intake.dispute_consent(work, case, work.session.get(Consent, one.id))

    said_by_reporter(house, deny)


def said_by_reporter(house, verb):
    become(house.context, "postgres")
    with house.as_reporter() as work:
        verb(work, case_of(work, house))
    become(house.context, "helpdesk_app")


def write_to_them(house, seen=None, who=None):
    with house.as_(who or house.lead) as work:
        case = case_of(work, house)
        marks = newest_reporter_activity_ids(work, case) if seen is None else seen
        cases.send_message(work, case, "Was it you?", seen=marks)


denial = pytest.mark.parametrize("denies", [phoned_by_somebody_else, agreed_to_by_somebody_else])


@denial
def test_nothing_is_approved_while_the_reporter_denies_it(house, denies):
    escalation = house.ask()
    denies(house)

    with pytest.raises(Conflict, match=DENIES):
        house.approve(escalation)

    write_to_them(house)
    assert house.approve(escalation).state is EscalationState.APPROVED


@denial
def test_who_had_recorded_it_settles_it_for_the_clock_alone(house, denies):
    escalation = house.ask()
    denies(house)
    write_to_them(house, who=house.writer)
    with house.as_(house.second) as work:
        assert not unanswered_dispute_message(work, case_of(work, house))

    with pytest.raises(Conflict, match="someone else has to"):
        house.approve(escalation)

    write_to_them(house, who=house.second)
    assert house.approve(escalation, who=house.lead).state is EscalationState.APPROVED


@denial
def test_that_somebody_else_has_to_write_stands_on_the_board_and_beside_the_request(
    house, staff, denies
):
    escalation = house.ask()
    denies(house)
    client = sign_in(staff, house.second)
    pages = "/duty", "/approvals", f"/cases/{house.case.ref}", page_of(house, escalation)
    told = (
        "Someone else has to write to these reporters",
        "denies something that we recorded",
        "Someone else has to write to them here",
        "If nobody else can open the case",
    )
    write_to_them(house, who=house.writer)
    with house.as_(house.second) as work:
        assert [one.ref for one in load_board(work).left_to_others] == [house.case.ref]

    for words, page in zip(told, pages, strict=True):
        assert words in client.get(page).text, page

    write_to_them(house, who=house.lead)
    with house.as_(house.second) as work:
        assert not load_board(work).left_to_others
    for words, page in zip(told, pages, strict=True):
        assert words not in client.get(page).text


@denial
def test_nobody_else_has_to_write_while_nobody_has_written(house, denies):
    denies(house)

    with house.as_(house.second) as work:
        board = load_board(work)
        assert ([one.ref for one in board.disputed], board.left_to_others) == (
            [house.case.ref],
            (),
        )


def close(house, who):
    with house.as_(who) as work:
        case_closing.close_case(work, case_of(work, house), outcome=CaseOutcome.RESOLVED)


CLOSED_ALONE = "The reporter disputed something that the same person had recorded"


@denial
def test_who_had_recorded_it_does_not_close_the_case_over_it(house, denies):
    denies(house)
    write_to_them(house, who=house.writer)

    with pytest.raises(Conflict, match="Someone else has to write to them, or close the case"):
        close(house, house.writer)

    write_to_them(house, who=house.second)
    close(house, house.writer)
    assert house.case_now().is_closed


@denial
def test_a_second_person_closes_it_without_writing_to_them_as_well(house, denies):
    denies(house)
    write_to_them(house, who=house.writer)

    close(house, house.lead)

    with house.as_(house.lead) as work:
        said = [one.sentence for one in history_page(work, case_of(work, house)).lines]
    assert house.case_now().is_closed
    assert CLOSED_ALONE not in " ".join(said)


@denial
def test_alone_in_a_queue_they_close_it_and_history_says_so(house, denies):
    with house.context.begin() as work:
        for one in (house.second, house.lead):
            work.session.get(Person, one.actor.person_id).disabled_at = datetime.now(UTC)
        work.record("test.blocked", house.case)
    denies(house)
    write_to_them(house, who=house.writer)

    close(house, house.writer)

    with house.as_(house.writer) as work:
        said = [one.sentence for one in history_page(work, case_of(work, house)).lines]
    assert CLOSED_ALONE in " ".join(said)


def test_the_board_finds_what_was_ever_disputed_by_the_small_indexes_of_that(house):
    with house.as_(house.writer) as work:
        asked, connection = [], work.session.connection()

        def note(_connection, _cursor, statement, parameters, *_others):
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        cases_with_dispute_answered_only_by_recorder(work)
        statement, parameters = asked[-1]
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        lines = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()

    # Spelt out, or a plan for any parameters passes the index over.
    assert statement.count("action IN ('escalation.verdict_denied', 'consent.denied')") == 2
    plan = "\n".join(lines)
    assert plan.count("ix_history_denials") == 2, plan
    assert plan.count("ix_conversations_disputed") == 2, plan


def agrees(house, platform):
    def give(work, case):
        before = {(one.kind, one.platform) for one in current_consents(work, case)}
        intake.set_consents(
            work, case, agreements={*before, (ConsentKind.PLATFORM, platform)}, shown=before
        )

    said_by_reporter(house, give)


def lets_us_help_again(house):
    def give(work, case):
        before = {(one.kind, one.platform) for one in current_consents(work, case)}
        without = before - {(ConsentKind.HELP, None)}
        intake.set_consents(work, case, agreements=without, shown=before)
        intake.set_consents(work, case, agreements=before, shown=without)

    said_by_reporter(house, give)


SETTLING = [
    (phoned_by_somebody_else, lets_us_help_again),
    (agreed_to_by_somebody_else, lambda house: agrees(house, "another")),
]


@pytest.mark.parametrize(("denies", "settles"), SETTLING)
def test_alone_in_a_queue_it_is_settled_by_what_the_reporter_agrees_to_since(
    house, denies, settles
):
    escalation = house.ask()
    denies(house)
    write_to_them(house, who=house.writer)
    writes(house)
    write_to_them(house, who=house.writer)
    # What they write may say once more that it was not them.
    with pytest.raises(Conflict, match="someone else has to"):
        house.approve(escalation)

    settles(house)

    assert house.approve(escalation).state is EscalationState.APPROVED


def test_a_call_is_not_settled_by_a_tick_about_anything_else(house):
    escalation = house.ask()
    phoned_by_somebody_else(house)
    write_to_them(house, who=house.writer)

    agrees(house, "another")

    with pytest.raises(Conflict, match="someone else has to"):
        house.approve(escalation)


def test_what_they_agree_to_before_we_write_or_of_another_thing_settles_no_agreement(house):
    escalation = house.ask()
    agreed_to_by_somebody_else(house)
    agrees(house, "another")
    write_to_them(house, who=house.writer)
    agrees(house, "a-third")

    with pytest.raises(Conflict, match="someone else has to"):
        house.approve(escalation)


@denial
def test_nor_does_it_let_an_answer_go(house, denies):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Which?")
    denies(house)
    write_to_them(house, who=house.writer)

    with pytest.raises(Conflict, match="recorded it"):
        house.answer(escalation)


@denial
def test_nor_does_it_let_go_what_was_approved(house, denies):
    escalation = house.approved()
    denies(house)
    write_to_them(house, who=house.writer)

    house.carry(escalation)

    assert house.delivery(escalation).state is DeliveryState.DEAD_LETTER


def test_a_message_whose_writer_had_not_seen_it_settles_nothing(house):
    escalation = house.ask()
    phoned_by_somebody_else(house)
    write_to_them(house, seen="an older page")

    with pytest.raises(Conflict, match=DENIES):
        house.approve(escalation)


@denial
def test_what_was_approved_is_stopped_at_the_last_moment(house, denies):
    escalation = house.approved()
    denies(house)

    house.carry(escalation)

    delivery = house.delivery(escalation)
    assert delivery.state is DeliveryState.DEAD_LETTER
    assert house.context.mailer.sent == []
    with house.as_(house.writer) as work:
        assert queries.failure_code_of_delivery(work, delivery) == "denied_by_reporter"
    with pytest.raises(Conflict, match=DENIES):
        send_again(house, escalation, house.writer)
    write_to_them(house)
    assert send_again(house, escalation, house.writer) is EscalationState.WITH_PARTNER


def test_what_may_have_arrived_is_not_opened_at_the_desk(house, partner_desk):
    escalation = not_taken_yet(house)
    phoned_by_somebody_else(house)

    page = sign_in(partner_desk, house.theirs).get(f"/requests/{escalation.ref}")

    assert page.status_code == 409
    assert "was stopped before it reached you" in page.text
    assert "marker-happened" not in page.text


def test_what_was_not_taken_is_not_sent_again(house):
    escalation = house.approved()
    is_refused_by_mail_server(house, escalation)
    phoned_by_somebody_else(house)

    with pytest.raises(Conflict, match=DENIES):
        send_again(house, escalation, house.second)


def send_answer(house, escalation, *, is_written):
    with house.as_(house.second) as work:
        found = house.mine(work, escalation)
        if is_written:
            operations.approve_answer(work, found, seen_wording=found.wording_to_approve)
        else:
            operations.answer_question(work, found, words="At the new address.")


@pytest.mark.parametrize("when", ["before it is written", "before it is sent"])
def test_no_answer_goes_to_the_partner(house, when):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        operations.ask_for_information(work, found, question="Where shall we give it back?")
    if when == "before it is sent":
        with house.as_(house.writer) as work:
            operations.answer_question(work, house.mine(work, escalation), words="As it says.")
    phoned_by_somebody_else(house)

    with pytest.raises(Conflict, match=DENIES):
        send_answer(house, escalation, is_written=when == "before it is sent")

    assert house.now(escalation).state is EscalationState.NEED_INFORMATION


def test_the_pages_of_the_second_person_say_so(house, staff):
    escalation = house.ask()
    phoned_by_somebody_else(house)
    client, address = sign_in(staff, house.second), page_of(house, escalation)

    page = client.get(address).text

    assert "The reporter says it wasn’t them you spoke to." in page
    assert "Approve and send" not in page
    assert "denies something that we recorded" in client.get("/approvals").text


def test_the_page_of_what_is_with_the_partner_says_so(house, staff):
    escalation = house.carried()
    phoned_by_somebody_else(house)
    client, address = sign_in(staff, house.second), page_of(house, escalation)

    assert "withdraw the request" in client.get(address).text
    write_to_them(house)
    assert "Someone else may have spoken for them" not in client.get(address).text


@denial
def test_who_approves_sees_what_was_denied_though_somebody_has_written_since(house, staff, denies):
    escalation = house.ask()
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    nothing = "The reporter doesn’t dispute anything we recorded"
    assert nothing in client.get(address).text
    denies(house)
    write_to_them(house)

    page, approvals = client.get(address).text, client.get("/approvals").text

    assert nothing not in page
    assert "The reporter has disputed something that we recorded" in page
    assert "had recorded it" in page
    assert "wrote to the reporter" in page
    assert "Check what in the request depends on it." in approvals


def test_an_open_page_approves_nothing_that_is_denied_by_now(house, staff):
    escalation = house.ask()
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/approval"
    phoned_by_somebody_else(house)

    answer = sends_from(client, to, page, seen_hash=escalation.packet_hash)
    assert answer.status_code == 409
    assert house.now(escalation).state is EscalationState.DRAFT


def writes(house):
    said_by_reporter(
        house,
        lambda work, case: intake.send_message_as_reporter(
            work, case, body="That address is not mine any more. Do not send it!"
        ),
    )


UNANSWERED = "The reporter has written to us, and nobody has answered yet."
SINCE = "The reporter has let us know something since you opened the page"


def sends_from(client, to, page, **typed):
    fields = {"csrf_token": token_of(page), **mark_in(page, to), **typed}
    return shown(client, client.post(to, data=fields, headers=FROM_US))


def test_who_approves_is_told_that_the_reporter_has_written(house, staff):
    escalation = house.ask()
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    before = client.get(address).text, client.get("/approvals").text
    writes(house)

    after = client.get(address).text, client.get("/approvals").text

    assert not any(UNANSWERED in page for page in before)
    assert "The reporter has written to us, and nobody has answered yet" in after[0]
    assert f"/cases/{house.case.ref}#messages" in after[0]
    assert UNANSWERED in after[1]
    write_to_them(house)
    assert "nobody has answered yet" not in client.get(address).text


def test_a_page_from_before_they_wrote_approves_nothing(house, staff):
    escalation = house.ask()
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/approval"
    writes(house)

    answer = sends_from(client, to, page, seen_hash=escalation.packet_hash)

    assert answer.status_code == 409
    assert SINCE in answer.text
    assert house.now(escalation).state is EscalationState.DRAFT
    assert send(client, address, to, seen_hash=escalation.packet_hash, heard="").status_code == 409
    assert send(client, address, to, seen_hash=escalation.packet_hash).status_code == 303


def speaks_with_a_colleague(house):
    with house.as_(house.writer) as work:
        cases.record_conversation(
            work,
            case_of(work, house),
            way=ConversationChannel.TELEPHONE,
            spoke_at=work.at,
            reached=True,
            summary="Do not ask them: somebody there would tell.",
        )


def test_nor_does_a_page_from_before_they_spoke_with_a_colleague(house, staff):
    escalation = house.ask()
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/approval"
    said = "Someone here has spoken with the reporter since"
    assert said not in page.text
    speaks_with_a_colleague(house)

    answer = sends_from(client, to, page, seen_hash=escalation.packet_hash)

    assert answer.status_code == 409
    assert SINCE in answer.text
    assert house.now(escalation).state is EscalationState.DRAFT
    assert said in client.get(address).text


def asked(house, ask=Ask.RESTORE):
    escalation = house.carried(ask=ask)
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        operations.ask_for_information(work, found, question="Where shall we give it back?")
    return escalation


def test_an_answer_from_before_they_wrote_is_not_sent_and_not_lost(house, staff):
    escalation = asked(house, Ask.PRESERVE)
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/answer"
    writes(house)

    answer = sends_from(client, to, page, words="To the old address.")

    assert answer.status_code == 409
    assert SINCE in answer.text
    assert "To the old address." in answer.text
    assert house.now(escalation).state is EscalationState.NEED_INFORMATION
    assert "nobody has answered yet" in client.get(address).text


def test_an_answer_that_waits_is_not_sent_by_a_page_from_before_they_wrote(house, staff):
    escalation = asked(house)
    with house.as_(house.writer) as work:
        operations.answer_question(work, house.mine(work, escalation), words="As it says.")
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/answer/approval"
    wording = house.now(escalation).wording_to_approve
    writes(house)

    assert sends_from(client, to, page, seen_wording=wording).status_code == 409
    assert "nobody has answered yet" in client.get(address).text
    assert send(client, address, to, seen_wording=wording).status_code == 303


def test_it_is_not_sent_again_by_a_page_from_before_they_wrote(house, staff):
    escalation = house.approved()
    is_refused_by_mail_server(house, escalation)
    client, address = sign_in(staff, house.second), page_of(house, escalation)
    page, to = client.get(address), f"{address}/delivery"
    writes(house)

    assert sends_from(client, to, page).status_code == 409
    assert send(client, address, to).status_code == 303
