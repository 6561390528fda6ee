"""An answer to what a partner asks about access leaves as the request did: by a second person."""

import pytest
from sqlalchemy import select

from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ContributionKind, Evidence
from helpdesk.cases.report_content import seal_report
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.escalations import jobs, operations, queries, request_lists
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason, Verdict
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from tests.escalations.conftest import CONTACT, TYPED
from tests.escalations.test_second_person import write_fact
from tests.factories import sign_in


def asked(house, ask=Ask.RESTORE, question="Where shall we give it back to?", typed=None):
    escalation = house.carried(ask=ask, typed=typed)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question=question)
    return escalation


def write_answer(house, escalation, who=None, words="To the address in the request."):
    with house.as_(who or house.writer) as work:
        operations.answer_question(work, house.mine(work, escalation), words=words)
    return house.now(escalation).wording_to_approve


def send_answer(house, escalation, who, wording):
    with house.as_(who) as work:
        operations.approve_answer(work, house.mine(work, escalation), seen_wording=wording)


def said_to_partner(house, escalation):
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        exchanges = queries.partner_messages_of(work, found)
        return [queries.open_for_partner(work, found, one, "for_partner") for one in exchanges][1:]


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.LOCK, Ask.REVIEW])
def test_an_answer_about_access_leaves_only_when_a_second_person_sends_it(house, ask):
    escalation = asked(house, ask)

    wording = write_answer(house, escalation)

    assert house.now(escalation).state is EscalationState.NEED_INFORMATION
    assert said_to_partner(house, escalation) == []
    with pytest.raises(Conflict, match="you were involved in it: you wrote"):
        send_answer(house, escalation, house.writer, wording)

    send_answer(house, escalation, house.second, wording)

    assert said_to_partner(house, escalation) == ["To the address in the request."]
    assert house.now(escalation).state is EscalationState.IN_REVIEW
    with house.as_(house.writer) as work:
        [_, answer] = queries.partner_messages_of(work, house.mine(work, escalation))
        assert answer.by == house.writer.actor.id


@pytest.mark.parametrize("ask", [Ask.PRESERVE])
def test_an_answer_that_gives_nobody_an_account_leaves_at_once(house, ask):
    escalation = asked(house, ask)

    write_answer(house, escalation, words="Since Monday.")

    assert said_to_partner(house, escalation) == ["Since Monday."]


def test_who_changes_an_answer_is_no_second_person_for_it(house):
    escalation = asked(house)
    write_answer(house, escalation)
    wording = write_answer(house, escalation, who=house.second, words="To me@elsewhere.test.")

    with pytest.raises(Conflict, match="you were involved in it"):
        send_answer(house, escalation, house.second, wording)
    with pytest.raises(Conflict, match="you were involved in it"):
        send_answer(house, escalation, house.writer, wording)
    send_answer(house, escalation, house.lead, wording)


def test_an_answer_changed_after_it_was_read_does_not_leave(house):
    escalation = asked(house)
    read = write_answer(house, escalation)
    write_answer(house, escalation, words="To me@elsewhere.test.")

    with pytest.raises(Conflict, match="changed the answer"):
        send_answer(house, escalation, house.second, read)
    assert said_to_partner(house, escalation) == []


def test_an_answer_to_an_earlier_question_is_not_sent_to_a_later_one(house):
    escalation = asked(house)
    wording = write_answer(house, escalation)
    with house.as_(house.theirs) as work:
        found = house.mine(work, escalation)
        operations.record_partner_decision(
            work, found, action=PartnerAction.NONE, reason=Reason.OTHER
        )
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, escalation), verdict=Verdict.NOT_EFFECTIVE)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="And now?")

    with pytest.raises(Conflict, match="There is no answer here to send"):
        send_answer(house, escalation, house.second, wording)
    with house.as_(house.second) as work:
        assert request_lists.requests_to_approve(work) == []


def test_taking_a_consent_back_keeps_an_answer_that_waits_here(house):
    escalation = asked(house)
    wording = write_answer(house, escalation)
    house.withdraw_consent()

    with pytest.raises(Conflict, match="withdrawn their consent"):
        send_answer(house, escalation, house.second, wording)


def test_where_life_may_depend_on_it_an_answer_leaves_alone_and_is_read_within_the_hour(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = asked(house)
    wording = write_answer(house, escalation)

    send_answer(house, escalation, house.writer, wording)

    now = house.now(escalation)
    assert (now.state, now.second_read_at) == (EscalationState.IN_REVIEW, None)
    assert now.second_read_due_at is not None
    with house.as_(house.writer) as work, pytest.raises(Conflict, match="were involved"):
        operations.confirm_read_afterwards(work, house.mine(work, escalation))
    jobs.alert_second_reader(house.context, escalation_id=escalation.id)
    assert "Please read request" in house.context.mailer.sent[-1].subject


def test_no_answer_leaves_alone_where_who_asks_opened_a_gate(house):
    house.change_case(level=Level.IMMEDIATE)
    write_fact(house, house.writer)
    escalation = asked(house)
    wording = write_answer(house, escalation)

    with pytest.raises(Conflict, match="One person’s approval"):
        send_answer(house, escalation, house.writer, wording)


def test_a_second_person_is_called_for_an_answer_once_for_each_wording(house):
    escalation = asked(house)
    sent = len(house.context.mailer.sent)
    for words in ("Since Monday.", "Since Tuesday."):
        write_answer(house, escalation, words=words)
        for _ in range(2):
            jobs.alert_second_person(house.context, escalation_id=escalation.id)

    letters = house.context.mailer.sent[sent:]

    assert len({one.message_id for one in letters}) == len(letters) > 0
    assert {one.to for one in letters} <= {"second@helpdesk.test", "lead@helpdesk.test"}
    assert len({one.to for one in letters}) * 2 == len(letters)
    assert all("before it is sent" in one.subject for one in letters)
    assert not any("Monday" in one.body for one in letters)


def test_an_answer_that_waits_stands_with_the_approvals_and_on_the_page(house, staff):
    escalation = asked(house)
    write_answer(house, escalation, words="To the <address> in the request.")

    client = sign_in(staff.application.test_client(), house.second)
    address = f"/cases/{house.case.ref}/requests/{escalation.ref}"
    assert f"Our answer on {escalation.ref}" in client.get("/approvals").text
    assert "Send exactly this answer" in client.get(address).text
    assert "To the &lt;address&gt; in the request." in client.get(address).text
    own = sign_in(staff.application.test_client(), house.writer).get(address).text
    assert "Send exactly this answer" not in own
    assert "you were involved in it" in own


def test_no_answer_leaves_where_the_reporter_no_longer_agrees_that_we_work_on_it(house):
    escalation = asked(house)
    wording = write_answer(house, escalation)
    house.withdraw_consent(ConsentKind.HELP)

    with pytest.raises(Conflict, match="hasn’t agreed to us working on the case"):
        send_answer(house, escalation, house.second, wording)
    with pytest.raises(Conflict, match="hasn’t agreed to us working on the case"):
        write_answer(house, escalation)

    assert said_to_partner(house, escalation) == []


def test_what_two_people_found_less_urgent_leaves_no_more_on_one_persons_word(house):
    house.change_case(level=Level.IMMEDIATE)
    draft = house.ask(Ask.LOCK)
    escalation = asked(house)
    wording = write_answer(house, escalation)
    house.change_case(level=Level.URGENT)

    for send in (
        lambda: send_answer(house, escalation, house.writer, wording),
        lambda: house.approve(draft, who=house.writer),
    ):
        with pytest.raises(Conflict, match="A second person, who wasn’t involved"):
            send()

    send_answer(house, escalation, house.second, wording)
    assert house.approve(draft, who=house.second).second_read_due_at is None


def test_a_further_answer_does_not_put_off_what_nobody_has_read_yet(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)
    house.carry(escalation)
    due = house.now(escalation).second_read_due_at
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Where to?")

    send_answer(house, escalation, house.writer, write_answer(house, escalation))

    now = house.now(escalation)
    assert (now.second_read_due_at, now.second_read_at) == (due, None)


def test_history_says_that_a_second_person_was_asked_to_read_an_answer(house):
    escalation = asked(house)
    write_answer(house, escalation)
    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    with house.as_(house.writer) as work:
        entries = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.subject_id == escalation.id)
        )
        said = [one.details["words"] for one in entries if "second_person" in one.action]

    assert said == ["answer", "answer"]


def test_who_approved_the_request_is_called_to_read_an_answer_too(house, staff):
    escalation = asked(house)
    write_answer(house, escalation, who=house.lead)
    house.context.mailer.sent.clear()

    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    assert house.now(escalation).approved_by == house.second.actor.id
    assert "second@helpdesk.test" in {letter.to for letter in house.context.mailer.sent}
    page = sign_in(staff, house.lead).get(f"/cases/{house.case.ref}/requests/{escalation.ref}")
    assert house.second.person.name in page.text.split("t involved in it and can approve it")[1]


@pytest.mark.parametrize(
    ("fact", "value"), [("owner_confirmed", "not_theirs"), ("vetted", "unknown")]
)
@pytest.mark.parametrize("level", [Level.IMMEDIATE, Level.URGENT])
def test_no_answer_leaves_once_what_the_request_rests_on_is_gone(house, staff, fact, value, level):
    escalation = asked(house)
    wording = write_answer(house, escalation)
    house.change_case(level=level)
    write_fact(house, house.lead, fact, value)

    for who in (house.second, house.writer):
        with pytest.raises(Conflict, match="We can no longer be sure who is asking"):
            send_answer(house, escalation, who, wording)
    with pytest.raises(Conflict, match="We can no longer be sure who is asking"):
        write_answer(house, escalation, words="Give it to other@mailbox.test.")

    page = sign_in(staff, house.second).get(f"/cases/{house.case.ref}/requests/{escalation.ref}")
    assert "We can no longer be sure who is asking" in page.text
    assert said_to_partner(house, escalation) == []


def test_who_sent_an_answer_alone_is_no_second_reader_when_the_list_is_shorter(house):
    house.change_case(level=Level.IMMEDIATE)
    with house.as_(house.second) as work:
        record_contribution(work, house.case.id, ContributionKind.EVIDENCE, name="last-good")
    escalation = house.approve(house.ask(), who=house.lead)
    house.carry(escalation)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question="Where to?")
    wording = write_answer(house, escalation)
    send_answer(house, escalation, house.second, wording)
    assert house.now(escalation).second_read_due_at is not None
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        fewer = [one for one in partner.allowed_fields if one != "last_good"]
        partners.change_allow_list(work, partner, fields=fewer)

    with house.as_(house.second) as work, pytest.raises(Conflict, match="were involved"):
        operations.confirm_read_afterwards(work, house.mine(work, escalation))


def told(house, **contact):
    with house.context.begin() as work:
        case = work.session.get(Case, house.case.id)
        seal_report(case, case.public, story="", answers={}, contact=CONTACT | contact)
        work.record("case.changed_by_test", case)


def write_down(house, account):
    """The account of which ownership was confirmed."""
    with house.context.begin() as work:
        of_account = select(Evidence).where(
            Evidence.case_id == house.case.id, Evidence.kind == "profile-url"
        )
        written = work.session.scalars(of_account).one()
        place = written.envelope_place_of("value")
        written.value = written.case.public.seal_text(account, place)
        work.record("case.changed_by_test", written.case)


@pytest.mark.parametrize("words", ["Call 07700900123.", "Ask family@home.test."])
def test_an_answer_names_no_way_by_which_they_must_never_be_reached(house, words):
    told(house, never_contact="Never call 07700 900123, nor write to family@home.test.")
    escalation = asked(house)

    with pytest.raises(Conflict, match="the reporter’s address or phone number"):
        write_answer(house, escalation, words=words)
    with pytest.raises(Conflict, match="the reporter’s address or phone number"):
        house.approve(house.ask(Ask.LOCK, typed=TYPED | {"happened": words}))


@pytest.mark.parametrize(
    ("account", "back"),
    [
        ("https://platform.test/nour", "Family@home.test"),
        ("nour@platform.test", "nour@platform.test"),
    ],
)
def test_access_is_not_given_back_to_where_somebody_else_reads(house, account, back):
    told(house, never_contact="Never write to family@home.test, my ex reads it.")
    escalation = house.ask(typed=TYPED | {"target_url": account, "restore_address": back})

    with pytest.raises(Conflict, match="Ask them for a new one"):
        house.approve(escalation)


@pytest.mark.parametrize(
    ("account", "never"),
    [
        ("nour@gmail.test", "My gmail nour@gmail.test, they read it."),
        ("+49 170 1234567", "Not my number +49 170 1234567"),
        ("https://photos.test/nour.k", "Never write to photos.test/nour.k"),
    ],
    ids=["an email address", "a number", "a profile"],
)
def test_the_account_that_was_taken_can_be_asked_about_and_answered(house, account, never):
    told(house, never_contact=f"{never}. Nor +49 30 7654321.", safe_times="Only after 30.11.2026")
    typed = TYPED | {"target_url": account, "happened": f"On 30.11.2026 they took {account}."}
    write_down(house, account)
    escalation = asked(house, typed=typed)

    with pytest.raises(Conflict, match="the reporter’s address or phone number"):
        write_answer(house, escalation, words=f"It is {account}, not 030 7654321.")
    wording = write_answer(house, escalation, words=f"It is {account}, since 30.11.2026.")
    send_answer(house, escalation, house.second, wording)

    assert said_to_partner(house, escalation) == [f"It is {account}, since 30.11.2026."]


def test_the_account_is_no_more_to_be_told_where_they_said_to_write_to_it(house):
    told(house, safe_channel="nour@gmail.test", never_contact="")

    with pytest.raises(Conflict, match="the reporter’s address or phone number"):
        house.approve(house.ask(typed=TYPED | {"target_url": "nour@gmail.test"}))


def test_a_date_before_which_they_are_not_to_be_reached_leads_to_nobody(house):
    told(house, safe_times="Only after 30.11.2026, from 18:00 to 20:30")
    words = "On 30.11.2026 someone changed the password."
    escalation = asked(house, typed=TYPED | {"happened": words})

    house.answer(escalation, words)

    assert said_to_partner(house, escalation) == [words]
