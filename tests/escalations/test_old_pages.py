"""Old pages: who decides, answers or changes by one that shows another state is asked to look."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts.models import Person
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import operations as casework
from helpdesk.cases.disputed_conversations import newest_reporter_activity_ids
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, ConversationChannel
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import CHANGED, mark_of
from helpdesk.duty import case_closing
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, EscalationState, PartnerAction, Reason, Verdict
from helpdesk.intake import operations as mailbox
from helpdesk.intake.forms import list_deferred_questions
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.partner_terms import PartnerTerms
from helpdesk.runs import operations as steps
from helpdesk.runs import storage
from helpdesk.runs.condition_context import answers_of
from helpdesk.runs.queries import pinned_playbook_of, unfinished_run_of
from helpdesk.settings import Surface
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as levels
from tests.conftest import app_of
from tests.escalations.test_whose_account import confirm
from tests.factories import a_person, sign_in
from tests.intake.browser import Browser, mark_in


@pytest.fixture
def browse(context):
    """A browser of somebody of ours."""
    app = app_of(context, Surface.STAFF)
    return lambda somebody: sign_in(app.test_client(), somebody)


def with_page(client, page):
    """A browser in which this page is open, however old it is."""
    browser = Browser(client)
    browser.answer = page
    return browser


def press(client, page, address, **typed):
    """Send the form of this page as it was made then, with what is typed."""
    return with_page(client, page).send(address, answers=typed)


def refuses(answer):
    return answer.status_code == 409 and CHANGED.replace("'", "&#39;") in answer.text


def address_of(house, escalation):
    return f"/cases/{house.case.ref}/requests/{escalation.ref}"


def case_in(work, house):
    return work.session.get(Case, house.case.id)


def decided(house):
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work,
            queries.visible_request_by_ref(work, escalation.ref),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )
    return escalation


def correct(house, escalation):
    with house.as_(house.theirs) as work:
        found = queries.visible_request_by_ref(work, escalation.ref)
        operations.record_partner_decision(
            work,
            found,
            action=PartnerAction.NONE,
            reason=Reason.OWNER_NOT_VERIFIED,
            corrects=queries.decisions_of(work, found)[-1].id,
        )


def ask(house, escalation, question):
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, escalation), question=question)


def answer_alone(house, escalation, words):
    with house.as_(house.writer) as work:
        operations.answer_question(work, house.mine(work, escalation), words=words)
    with house.as_(house.writer) as work:
        found = house.mine(work, escalation)
        operations.approve_answer(work, found, seen_wording=found.wording_to_approve)


# what left on one person's word


@pytest.fixture
def left_alone(house):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()
    house.approve(escalation, who=house.writer)
    house.carry(escalation)
    return escalation


def test_who_read_the_request_has_not_read_a_later_answer(house, browse, left_alone):
    second, address = browse(house.second), address_of(house, left_alone)
    old = second.get(address)
    ask(house, left_alone, "Where to?")
    answer_alone(house, left_alone, "To another address.")

    answer = press(second, old, f"{address}/reading")

    assert refuses(answer)
    assert house.now(left_alone).second_read_at is None


def test_who_read_what_is_there_has_read_it(house, browse, left_alone):
    second, address = browse(house.second), address_of(house, left_alone)

    answer = press(second, second.get(address), f"{address}/reading")

    assert answer.status_code == 200
    assert house.now(left_alone).second_reader == house.second.actor.id


# a lower level, and no report


def wish(house, reason, level=Level.SOON):
    with house.as_(house.writer) as work:
        triage.request_lower_level(work, case_in(work, house), level=level, reason=reason)


def settle(house, *, granted):
    with house.as_(house.lead) as work:
        asked = levels.pending_lower_level_request(work, case_in(work, house))
        triage.decide_lower_level_request(work, asked, granted=granted)


@pytest.mark.parametrize("asking", ["lowering", "closure"])
def test_nobody_agrees_on_a_list_where_the_reporter_is_not_heard(house, browse, asking):
    house.change_case(level=Level.URGENT, reply_due_at=None)
    wish(house, "It is quiet.") if asking == "lowering" else ask_for_no_report(house)
    write_in(house, "They are at my door.")
    second, case = browse(house.second), f"/cases/{house.case.ref}"

    listed, shown = second.get("/approvals"), second.get(case)

    assert mark_in(listed, f"{case}/{asking}/decision") == {}
    assert f'href="{case}"' in listed.text
    assert mark_in(shown, f"{case}/{asking}/decision")["seen"]
    assert "They are at my door." in shown.text
    assert f'href="#{"lowering" if asking == "lowering" else "closing"}"' in shown.text


def test_a_wish_is_granted_by_who_has_seen_it(house, browse):
    house.change_case(level=Level.URGENT)
    wish(house, "first reason")
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    settle(house, granted=False)
    wish(house, "another reason")

    late = press(second, old, f"{case}/lowering/decision", granted="yes")

    assert (late.status_code, house.case_now().level) == (409, Level.URGENT)
    now = press(second, second.get(case), f"{case}/lowering/decision", granted="yes")
    assert (now.status_code, house.case_now().level) == (200, Level.SOON)


def test_one_look_lowers_by_one_level(house, browse):
    house.change_case(level=Level.IMMEDIATE)
    wish(house, "to urgent", Level.URGENT)
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    settle(house, granted=True)
    wish(house, "to soon", Level.SOON)

    answer = press(second, old, f"{case}/lowering/decision", granted="yes")

    assert (answer.status_code, house.case_now().level) == (409, Level.URGENT)


@pytest.mark.parametrize("granted", ["yes", "no"])
def test_closing_as_no_report_is_agreed_by_who_has_seen_the_wish(house, browse, granted):
    house.change_case(level=Level.URGENT, reply_due_at=None)
    with house.as_(house.writer) as work:
        case_closing.request_closing(work, case_in(work, house))
    second, page = browse(house.second), f"/cases/{house.case.ref}"
    address = f"{page}/closure/decision"
    old = second.get(page)
    with house.as_(house.lead) as work:
        asked = case_closing.pending_closing_request(work, case_in(work, house))
        case_closing.decide_closing_request(work, asked, granted=False)
    with house.as_(house.writer) as work:
        case_closing.request_closing(work, case_in(work, house))

    late = press(second, old, address, granted=granted)

    assert late.status_code == 409
    assert not house.case_now().is_closed
    now = press(second, second.get(page), address, granted="yes")
    assert now.status_code == 200
    assert house.case_now().is_closed


def write_in(house, words="They are at my door."):
    with house.as_reporter() as work:
        mailbox.send_message_as_reporter(work, case_in(work, house), body=words)


def write_to(house):
    with house.as_(house.writer) as work:
        casework.send_message(work, case_in(work, house), "How is it now?")


def test_a_lower_level_is_agreed_to_by_who_has_the_newest_message_before_them(house, browse):
    house.change_case(level=Level.URGENT)
    wish(house, "It is quiet.")
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    write_in(house)

    assert refuses(press(second, old, f"{case}/lowering/decision", granted="yes"))

    assert house.case_now().level is Level.URGENT
    press(second, second.get(case), f"{case}/lowering/decision", granted="yes")
    assert house.case_now().level is Level.SOON


def test_no_report_is_agreed_to_by_who_has_the_newest_message_before_them(house, browse):
    house.change_case(level=Level.URGENT)
    write_to(house)
    with house.as_(house.writer) as work:
        case_closing.request_closing(work, case_in(work, house))
    second, page = browse(house.second), f"/cases/{house.case.ref}"
    address = f"{page}/closure/decision"
    old = second.get(page)
    write_in(house, "I am real. Please help.")
    with house.as_(house.writer) as work:
        case = case_in(work, house)
        casework.mark_no_reply_needed(work, case, seen=newest_reporter_activity_ids(work, case))

    assert refuses(press(second, old, address, granted="yes"))

    assert not house.case_now().is_closed
    press(second, second.get(page), address, granted="yes")
    assert house.case_now().is_closed


def raised(house):
    with house.as_(house.second) as work:
        triage.raise_case_level(work, case_in(work, house), level=Level.URGENT, reason="A threat.")


def written_and_waved_away(house):
    write_in(house)
    with house.as_(house.writer) as work:
        case = case_in(work, house)
        casework.mark_no_reply_needed(work, case, seen=newest_reporter_activity_ids(work, case))


def phoned(house):
    with house.as_(house.lead) as work:
        casework.record_conversation(
            work,
            case_in(work, house),
            way=ConversationChannel.TELEPHONE,
            spoke_at=work.at,
            reached=True,
            summary="They called: he is at the door now.",
        )


def noted(house):
    with house.as_(house.lead) as work:
        casework.add_case_note(work, case_in(work, house), "Do not lower this.")


def found_out(house):
    with house.as_(house.lead) as work:
        run = steps.start_run(work, case_in(work, house), "account-takeover")
        for name in ("first-contact.acknowledge", "first-contact.safe-channel"):
            ending = pinned_playbook_of(run).step(name).outcomes[0]
            steps.finish_step(work, run, name, outcome=ending.id, note="So it was.")


BY_COLLEAGUES = [phoned, noted, found_out]


@pytest.mark.parametrize("meanwhile", BY_COLLEAGUES)
def test_a_lower_level_is_agreed_to_by_who_has_what_colleagues_wrote_down(house, browse, meanwhile):
    house.change_case(level=Level.URGENT, reply_due_at=None)
    wish(house, "It is quiet.")
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    meanwhile(house)

    assert refuses(press(second, old, f"{case}/lowering/decision", granted="yes"))

    assert house.case_now().level is Level.URGENT
    press(second, second.get(case), f"{case}/lowering/decision", granted="yes")
    assert house.case_now().level is Level.SOON


@pytest.mark.parametrize("meanwhile", BY_COLLEAGUES)
def test_no_report_is_agreed_to_by_who_has_what_colleagues_wrote_down(house, browse, meanwhile):
    house.change_case(level=Level.URGENT)
    write_to(house)
    ask_for_no_report(house)
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    meanwhile(house)

    assert refuses(press(second, old, f"{case}/closure/decision", granted="yes"))
    assert not house.case_now().is_closed


@pytest.mark.parametrize("meanwhile", [raised, written_and_waved_away, *BY_COLLEAGUES])
@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ("closure", {"outcome": "unresolved"}),
        ("closure", {"outcome": "spam"}),
        ("wait", {"wait_on": "reporter"}),
    ],
)
def test_a_case_is_closed_or_paused_by_who_has_seen_how_it_is_now(
    house, browse, meanwhile, form, typed
):
    house.change_case(level=Level.SOON)
    write_to(house)
    owner, case = browse(house.writer), f"/cases/{house.case.ref}"
    old = owner.get(case)
    meanwhile(house)

    late = press(owner, old, f"{case}/{form}", **typed)

    # A playbook that was begun meanwhile is itself in the way of closing.
    assert late.status_code == 409 if meanwhile is found_out else refuses(late)
    assert house.case_now().state is CaseState.OPEN


# a wish ends with its case, and with who wished


def ask_for_no_report(house):
    with house.as_(house.writer) as work:
        case_closing.request_closing(work, case_in(work, house))


def ask_for_less(house):
    wish(house, "It is quiet.")


def still_wished(house):
    with house.as_(house.second) as work:
        case = case_in(work, house)
        return case_closing.pending_closing_request(
            work, case
        ) or levels.pending_lower_level_request(work, case)


def opened_by_us(house):
    with house.as_(house.lead) as work:
        casework.reopen_case(work, case_in(work, house))


@pytest.mark.parametrize("asking", [ask_for_no_report, ask_for_less])
@pytest.mark.parametrize("opening", [opened_by_us, write_in])
def test_a_wish_ends_with_the_case_that_it_was_about(house, browse, asking, opening):
    house.change_case(level=Level.URGENT)
    write_to(house)
    asking(house)
    assert still_wished(house)
    with house.as_(house.lead) as work:
        case_closing.close_case(work, case_in(work, house), outcome=CaseOutcome.UNRESOLVED)

    opening(house)

    assert still_wished(house) is None
    assert "Nothing is waiting for a second person." in browse(house.second).get("/approvals").text
    write_to(house)
    asking(house)
    assert still_wished(house), "it can be asked for again"


@pytest.mark.parametrize("asking", [ask_for_no_report, ask_for_less])
def test_a_wish_ends_with_whoever_wished(house, asking):
    house.change_case(level=Level.URGENT)
    write_to(house)
    asking(house)
    with house.as_(house.lead) as work:
        person = work.session.get(Person, house.writer.person.id)
        accounts.disable_person(work, person, Reassignment({house.queue.id: QUEUE}, ""))

    assert still_wished(house) is None


# answers, consents


def answered_in_mailbox(house):
    """Answer a question that was left for later; which, and how."""
    with house.as_reporter() as work:
        case = case_in(work, house)
        asked = list_deferred_questions(case.kinds, (), "en")
        one = next(one for one in asked if one.options and not one.kind.name.startswith("MANY"))
        told = {one.id: one.options[0].id}
        mailbox.record_deferred_answers(work, case, body="later", answers=told)
    return told


def test_an_old_page_of_answers_takes_back_nothing_that_the_mailbox_was_told(house, browse):
    second, address = browse(house.second), f"/cases/{house.case.ref}/answers"
    old = second.get(address)
    told = answered_in_mailbox(house)

    assert refuses(press(second, old, address, **{"q-danger": "imminent"}))

    with house.as_(house.second) as work:
        assert answers_of(work, case_in(work, house)).items() >= told.items()


def test_an_old_page_of_answers_takes_nothing_back(house, browse):
    before = {"danger": "none_known", "profile": "https://a.test/x"}
    with house.as_(house.writer) as work:
        triage.correct_reporter_answers(work, case_in(work, house), before)
    second, address = browse(house.second), f"/cases/{house.case.ref}/answers"
    old = second.get(address)
    with house.as_(house.writer) as work:
        triage.correct_reporter_answers(work, case_in(work, house), {"danger": "imminent"})

    typed = {"q-danger": "none_known", "q-profile": "https://a.test/y"}
    answer = press(second, old, address, **typed)

    assert refuses(answer)
    assert "https://a.test/y" in answer.text, "what was typed is not lost"
    with house.as_(house.writer) as work:
        assert answers_of(work, case_in(work, house))["danger"] == "imminent"
    fresh = press(second, second.get(address), address, **typed | {"q-danger": "imminent"})
    assert fresh.status_code == 200
    with house.as_(house.writer) as work:
        assert answers_of(work, case_in(work, house))["profile"] == "https://a.test/y"


def test_a_form_of_answers_that_was_refused_is_still_of_its_page(house, browse):
    """What is shown once more with its faults has not seen more than before."""
    second, address = browse(house.second), f"/cases/{house.case.ref}/answers"
    old = second.get(address)
    with house.as_(house.writer) as work:
        triage.correct_reporter_answers(work, case_in(work, house), {"danger": "imminent"})

    again = press(second, old, address, **{"q-profile": "x" * 60_000})

    assert again.status_code == 422
    assert mark_in(again, address) == mark_in(old, address) != {}


def test_an_agreement_is_about_the_platform_on_the_page(house, browse):
    second, case = browse(house.second), f"/cases/{house.case.ref}"
    old = second.get(case)
    with house.as_(house.writer) as work:
        triage.correct_reporter_answers(work, case_in(work, house), {"platform": "facebook"})

    answer = press(second, old, f"{case}/consents", consent_kind="platform")

    assert refuses(answer)
    with house.as_(house.writer) as work:
        assert "facebook" not in set(work.session.scalars(select(Consent.platform)))
    now = press(second, second.get(case), f"{case}/consents", consent_kind="platform")
    assert now.status_code == 200
    with house.as_(house.writer) as work:
        assert "facebook" in set(work.session.scalars(select(Consent.platform)))


def test_an_agreement_about_no_platform_does_not_ask_which_was_on_the_page(house):
    with house.as_(house.second) as work:
        case = case_in(work, house)
        casework.record_consent(work, case, kind=ConsentKind.HELPER, seen="of another platform")


# requests


def test_an_answer_is_to_the_question_on_the_page(house, browse):
    escalation = house.carried(ask=Ask.PRESERVE)
    ask(house, escalation, "Since when?")
    writer, address = browse(house.writer), address_of(house, escalation)
    old = writer.get(address)
    with house.as_(house.second) as work:
        operations.answer_question(work, house.mine(work, escalation), words="Since Monday.")
    ask(house, escalation, "Is it still so?")

    late = press(writer, old, f"{address}/answer", words="Since Tuesday.")

    assert refuses(late)
    assert "Since Tuesday." in late.text
    assert house.now(escalation).state is EscalationState.NEED_INFORMATION
    now = press(writer, writer.get(address), f"{address}/answer", words="Yes.")
    assert now.status_code == 200


def test_an_answer_that_a_colleague_has_written_meanwhile_is_not_overwritten(house, browse):
    escalation = house.carried()
    ask(house, escalation, "Since when?")
    writer, address = browse(house.writer), address_of(house, escalation)
    old = writer.get(address)
    with house.as_(house.second) as work:
        operations.answer_question(work, house.mine(work, escalation), words="Since Monday.")

    assert refuses(press(writer, old, f"{address}/answer", words="Since Tuesday."))
    with house.as_(house.writer) as work:
        waiting = queries.answer_awaiting_approval(work, house.mine(work, escalation))
        assert waiting.words == "Since Monday."


def test_what_we_note_of_a_verdict_is_about_the_decision_on_the_page(house, browse):
    escalation = decided(house)
    writer, address = browse(house.writer), address_of(house, escalation)
    old = writer.get(address)
    correct(house, escalation)

    late = press(writer, old, f"{address}/verdict", verdict="confirmed")

    assert refuses(late)
    assert house.now(escalation).state is EscalationState.DECIDED
    now = press(writer, writer.get(address), f"{address}/verdict", verdict="not_effective")
    assert now.status_code == 200
    assert house.now(escalation).state is EscalationState.IN_REVIEW


def at_mailbox(house, client):
    browser = Browser(client)
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(house.code.words)})
    return client


def test_a_reporter_says_of_the_answer_on_the_page_whether_it_is_fixed(house, public):
    escalation = decided(house)
    reporter = at_mailbox(house, public)
    address = f"/mailbox/case/requests/{escalation.ref}"
    old = reporter.get(address)
    correct(house, escalation)

    late = press(reporter, old, f"{address}/verification", verdict="confirmed")

    assert refuses(late)
    assert house.now(escalation).state is EscalationState.DECIDED
    now = press(reporter, reporter.get(address), f"{address}/verification", verdict="confirmed")
    assert now.status_code == 200
    assert house.now(escalation).state is EscalationState.CLOSED


def test_that_they_know_is_about_the_news_on_the_page(house, browse):
    escalation = house.carried()
    second, address = browse(house.second), address_of(house, escalation)
    untold(house, escalation)
    old = second.get(address)
    with house.as_(house.writer) as work:
        operations.record_partner_told_another_way(work, house.mine(work, escalation))
    untold(house, escalation)

    late = press(second, old, f"{address}/telling")

    assert refuses(late)
    assert house.now(escalation).untold_since is not None
    assert press(second, second.get(address), f"{address}/telling").status_code == 200
    assert house.now(escalation).untold_since is None


def untold(house, escalation):
    with house.as_(house.writer) as work:
        work.session.get(Escalation, escalation.id).untold_since = work.at
        work.record("escalation.changed_by_test", house.case)


def test_a_draft_that_was_withdrawn_on_its_page_is_not_a_request_that_was_sent(house, browse):
    draft = house.ask()
    writer, address = browse(house.writer), address_of(house, draft)
    old = writer.get(address)
    house.approve(draft)
    house.carry(draft)

    late = press(writer, old, f"{address}/withdrawal")

    assert refuses(late)
    assert house.now(draft).state is EscalationState.WITH_PARTNER
    assert press(writer, writer.get(address), f"{address}/withdrawal").status_code == 200
    assert house.now(draft).state is EscalationState.WITHDRAWN


# who has it


@pytest.mark.parametrize("what", ["release", "handover"])
def test_a_case_is_taken_from_whom_the_page_named(house, browse, what):
    lead, case = browse(house.lead), f"/cases/{house.case.ref}"
    old = lead.get(case)
    typed = {"hand_to": house.writer.person.id, "handover_note": "!"} if what == "handover" else {}
    with house.as_(house.writer) as work:
        second = house.second.person
        casework.hand_over_case(work, case_in(work, house), to=second, note="Yours.")

    late = press(lead, old, f"{case}/{what}", **typed)

    assert late.status_code == 409
    assert house.case_now().owner_id == house.second.person.id
    assert press(lead, lead.get(case), f"{case}/{what}", **typed).status_code == 200
    assert house.case_now().owner_id != house.second.person.id


# the partner's desk


@pytest.fixture
def judged(house):
    """A request whose decision did not help, and the page that showed it before that was said."""
    escalation = decided(house)
    with house.as_(house.theirs) as work:
        found = queries.visible_request_by_ref(work, escalation.ref)
        last = queries.decisions_of(work, found)[-1].id
    with house.as_reporter() as work:
        found = work.session.get(Escalation, escalation.id)
        operations.record_verdict(work, found, verdict=Verdict.NOT_EFFECTIVE)
    return escalation, last


def test_what_the_reporter_has_judged_is_corrected_no_more(house, judged):
    escalation, last = judged
    how = {"action": PartnerAction.NONE, "reason": Reason.OTHER}

    with house.as_(house.theirs) as work:
        found = queries.visible_request_by_ref(work, escalation.ref)
        with pytest.raises(Conflict):
            operations.record_partner_decision(work, found, corrects=last, **how)
        operations.record_partner_decision(work, found, **how)
    assert house.now(escalation).state is EscalationState.DECIDED


def test_a_desk_decides_after_what_was_said_of_its_last_decision(house, partner_desk):
    escalation = house.carried()
    desk = sign_in(partner_desk, house.theirs)
    address = f"/requests/{escalation.ref}"
    old = desk.get(address)
    with house.as_(house.colleague) as work:
        found = queries.visible_request_by_ref(work, escalation.ref)
        operations.record_partner_decision(
            work, found, action=PartnerAction.NONE, reason=Reason.OTHER
        )
    with house.as_reporter() as work:
        found = work.session.get(Escalation, escalation.id)
        operations.record_verdict(work, found, verdict=Verdict.NOT_EFFECTIVE)
    typed = {"action": "access_restored", "reason": "policy_breach"}

    assert refuses(press(desk, old, f"{address}/decision", **typed))
    assert house.now(escalation).state is EscalationState.IN_REVIEW
    assert press(desk, desk.get(address), f"{address}/decision", **typed).status_code == 200
    assert house.now(escalation).state is EscalationState.DECIDED


@pytest.mark.parametrize("act", ["acknowledgement", "question", "decision", "ticket"])
def test_a_desk_answers_nothing_more_when_the_agreement_is_gone(house, partner_desk, act):
    """The worker that takes the request back may be late; who has its page open is told."""
    escalation = house.carried()
    desk, address = sign_in(partner_desk, house.theirs), f"/requests/{escalation.ref}"
    old = desk.get(address)
    house.withdraw_consent()
    typed = {"question": "Which?", "ticket": "4711"}
    typed |= {"action": "none", "reason": "other"}

    late = press(desk, old, f"{address}/{act}", **typed)

    assert late.status_code == 409
    assert "This request was withdrawn." in late.text
    assert house.now(escalation).state is EscalationState.WITH_PARTNER


SEND_IT_AGAIN = "Send it again"


@pytest.mark.parametrize(
    ("act", "then", "said"),
    [
        ("acknowledgement", "acknowledgement", "This request has already been acknowledged."),
        ("question", "question", "A question about this request has already been asked"),
        ("decision", "acknowledgement", "This request has already been decided."),
        ("decision", "question", "This request has already been decided."),
    ],
)
def test_a_desk_that_was_faster_than_an_old_page_is_what_that_says(
    house, partner_desk, act, then, said
):
    """In two tabs, or two people: the same again helps nobody, so no button offers it."""
    escalation = house.carried()
    desk, address = sign_in(partner_desk, house.theirs), f"/requests/{escalation.ref}"
    old = desk.get(address)
    typed = {
        "acknowledgement": {},
        "question": {"question": "Whose is it?"},
        "decision": {"action": "access_restored", "reason": "policy_breach"},
    }
    assert press(desk, desk.get(address), f"{address}/{act}", **typed[act]).status_code == 200

    late = press(desk, old, f"{address}/{then}", **typed[then])

    assert late.status_code == 409
    assert said in late.text
    assert SEND_IT_AGAIN not in late.text
    assert ("Whose is it?" in late.text) == (then == "question"), "what was typed comes back"


@pytest.mark.parametrize("act", ["acknowledgement", "question", "ticket"])
def test_a_desk_is_told_that_what_it_answers_was_withdrawn_by_us(house, partner_desk, act):
    escalation = house.carried()
    desk, address = sign_in(partner_desk, house.theirs), f"/requests/{escalation.ref}"
    old = desk.get(address)
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, escalation))

    late = press(desk, old, f"{address}/{act}", question="Which?", ticket="4711")

    assert late.status_code == 409
    assert "This request was withdrawn. Please take no further action on it." in late.text
    assert SEND_IT_AGAIN not in late.text


def test_what_was_withdrawn_or_given_up_by_another_page_is_said_as_it_is(house, browse):
    escalation = house.carried()
    writer, address = browse(house.writer), address_of(house, escalation)
    old = writer.get(address)
    assert press(writer, writer.get(address), f"{address}/withdrawal").status_code == 200

    late = press(writer, old, f"{address}/withdrawal")

    assert late.status_code == 409
    assert "This request has already been withdrawn." in late.text
    assert SEND_IT_AGAIN not in late.text


def test_that_a_partner_does_not_answer_is_recorded_once(house):
    escalation = house.carried()
    with house.as_(house.writer) as work:
        late = house.mine(work, escalation).answer_due_at + timedelta(minutes=1)
    with house.as_(house.writer, late) as work:
        operations.record_partner_silence(work, house.mine(work, escalation))

    with (
        house.as_(house.second, late) as work,
        pytest.raises(
            StalePage, match="It has already been recorded that the partner didn’t answer"
        ),
    ):
        operations.record_partner_silence(work, house.mine(work, escalation))


def test_what_was_said_of_the_answer_in_another_tab_is_not_offered_again(house, public):
    escalation = decided(house)
    reporter = at_mailbox(house, public)
    address = f"/mailbox/case/requests/{escalation.ref}"
    old = reporter.get(address)
    press(reporter, reporter.get(address), f"{address}/verification", verdict="confirmed")

    late = press(reporter, old, f"{address}/verification", verdict="confirmed")

    assert late.status_code == 409
    assert "There is no decision waiting for your answer." in late.text
    assert SEND_IT_AGAIN not in late.text


# partners


@pytest.fixture
def other_lead(house):
    with house.context.begin() as work:
        return a_person(work, Role.COORDINATOR, [work.session.merge(house.queue)])


def test_an_old_allow_list_gives_nothing_back(house, browse, other_lead):
    lead, address = browse(house.lead), f"/partners/{house.partner.slug}/allow-list"
    old = lead.get(address)
    with house.as_(other_lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        fields = list(partner.allowed_fields)
        less = [one for one in fields if one != "harm"]
        partners.change_allow_list(work, partner, fields=less)

    late = press(lead, old, address, fields=[one for one in fields if one != "region"])

    assert refuses(late)
    with house.as_(house.lead) as work:
        assert work.session.get(Partner, house.partner.id).allowed_fields == less
    assert press(lead, lead.get(address), address, fields=["target_url"]).status_code == 200


def test_old_terms_of_a_partner_overwrite_no_newer_ones(house, browse, other_lead):
    lead, address = browse(house.lead), f"/partners/{house.partner.slug}/about"
    old = lead.get(address)
    with house.as_(other_lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.change_partner(
            work, partner, name=partner.name, about=PartnerTerms(asks=("lock",), reach_us="Us.")
        )

    typed = {"name": "Theirs", "timezone": "UTC", "asks": ["restore"], "reach_us": "Them."}
    late = press(lead, old, address, **typed)

    assert refuses(late)
    with house.as_(house.lead) as work:
        assert work.session.get(Partner, house.partner.id).reach_us == "Us."
    assert press(lead, lead.get(address), address, **typed).status_code == 200


@pytest.mark.parametrize("change", ["people", "terms", "list", "address"])
def test_whoever_vets_a_partner_vouches_for_what_is_on_the_page(house, context, browse, change):
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))
    with context.begin() as work:
        vouching = a_person(work, Role.COORDINATOR, [work.session.merge(house.queue)])
    client, page = browse(vouching), f"/partners/{house.partner.slug}"
    old = client.get(page)
    with context.begin() as work:
        partner = work.session.get(Partner, house.partner.id)
        if change == "people":
            a_person(work, Role.PARTNER, [partner.team])
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        if change == "terms":
            about = PartnerTerms(reach_us=partner.reach_us)
            partners.change_partner(work, partner, name="Another organisation", about=about)
        elif change == "address":
            partners.set_partner_email_address(work, partner, "other@platform.test")
        elif change == "list":
            partners.change_allow_list(work, partner, fields=["target_url"])

    day = house.case.opened_at.date().isoformat()
    late = press(client, old, f"{page}/vetting", on=day)

    assert refuses(late)
    with house.as_(house.lead) as work:
        assert not work.session.get(Partner, house.partner.id).is_vetted
    assert press(client, client.get(page), f"{page}/vetting", on=day).status_code == 200


# the mark


def test_a_mark_tells_states_apart_and_says_nothing_of_them():
    marks = {mark_of(), mark_of(None), mark_of(""), mark_of("a", "b"), mark_of("ab"), mark_of("b")}

    assert len(marks) == 6
    assert mark_of("a", "b") == mark_of("a", "b")
    assert "secret" not in mark_of("secret")


def test_nobody_lets_it_leave_over_what_a_colleague_recorded_since(house, browse):
    """The mailbox to give the account back to may be read by who took it: a step says which is."""
    confirm(house)
    escalation, second = house.ask(), browse(house.second)
    old = second.get(address_of(house, escalation))
    assert "Approve and send exactly this" in old.text
    with house.as_(house.lead) as work:
        case = case_in(work, house)
        run = unfinished_run_of(work, case, escalation.playbook)
        kind = "restore-address"
        step = next(one for one in pinned_playbook_of(run).steps if kind in one.evidence)
        told = {kind: "another@mailbox.test"}
        storage.store_evidence(work, case, step, told, playbook=escalation.playbook)

    answer = press(second, old, f"{address_of(house, escalation)}/approval")

    assert answer.status_code == 409
    assert "A colleague has recorded something about this" in answer.text
    assert house.now(escalation).state is EscalationState.DRAFT


def test_what_a_request_does_not_show_makes_no_page_of_it_old(house, browse):
    """The step that asks the platform is recorded while the second person reads."""
    confirm(house)
    escalation, second = house.ask(), browse(house.second)
    old = second.get(address_of(house, escalation))
    with house.as_(house.lead) as work:
        told = {"platform_asked": "sent"}
        playbook = escalation.playbook
        storage.store_facts(work, case_in(work, house), told, literal=told, playbook=playbook)

    press(second, old, f"{address_of(house, escalation)}/approval")

    assert house.now(escalation).state is EscalationState.APPROVED
