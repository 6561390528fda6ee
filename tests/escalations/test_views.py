"""The pages of a request: what is shown, which buttons are offered, what a form refuses."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.accounts.models import Person
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, Evidence, Fact
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.escalations import jobs, operations, queries
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import (
    Ask,
    DeliveryState,
    EscalationState,
    PartnerAction,
    Reason,
    Verdict,
)
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.settings import Surface
from tests.conftest import app_of
from tests.escalations.conftest import CONTACT, STORY, TYPED, a_partner
from tests.escalations.test_approving import block_everyone_there, without_fact
from tests.escalations.test_stopped_at_the_desk import doubt, retire
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import mark_in, token_in


def token_of(page):
    return token_in(page.text)


def send(client, page, to, **fields):
    shown = client.get(page)
    return client.post(to, data={"csrf_token": token_of(shown), **mark_in(shown, to), **fields})


@pytest.fixture
def writer(staff, house):
    return sign_in(staff, house.writer)


@pytest.fixture
def second(house, context):
    """A second browser at the staff's pages, with a second person."""
    app = app_of(context, Surface.STAFF)
    return sign_in(app.test_client(), house.second)


def requests_of(house):
    return f"/cases/{house.case.ref}/requests"


def page_of(house, escalation):
    return f"{requests_of(house)}/{escalation.ref}"


def test_the_whole_way_through_the_pages(house, writer, second, theirs):
    case_page = writer.get(f"/cases/{house.case.ref}")
    assert f"{requests_of(house)}/new" in case_page.text

    choice = writer.get(f"{requests_of(house)}/new")
    assert "Trust team of platform" in choice.text
    fields = writer.get(f"{requests_of(house)}/new?partner=trust-platform&ask=restore")
    assert TYPED["ownership"] in fields.text, "what is written down already is a first draft"
    made = send(
        writer,
        f"{requests_of(house)}/new?partner=trust-platform&ask=restore",
        requests_of(house),
        partner="trust-platform",
        ask="restore",
        **TYPED,
    )
    assert made.status_code == 303
    address = made.location
    shown = writer.get(address)
    assert TYPED["happened"] in shown.text
    assert "A second person, who wasn’t involved" in shown.text
    assert "Approve and send" not in shown.text

    shown = second.get(address)
    assert "Nothing is missing" in shown.text
    seen_hash = re.search(r'name="seen_hash"[^>]*value="([0-9a-f]{64})"', shown.text)[1]
    done = send(second, address, f"{address}/approval", seen_hash=seen_hash)
    assert done.status_code == 303
    with house.as_(house.writer) as work:
        [escalation] = queries.requests_of_case(work, house.case)
    house.carry(escalation)

    inbox = theirs.get("/inbox")
    assert escalation.ref in inbox.text
    asked = theirs.get(f"/requests/{escalation.ref}")
    assert TYPED["happened"] in asked.text
    assert CONTACT["safe_channel"] not in asked.text
    assert STORY not in asked.text
    assert house.writer.person.name not in asked.text
    where = f"/requests/{escalation.ref}"
    assert send(theirs, where, f"{where}/acknowledgement").status_code == 303
    assert send(theirs, where, f"{where}/question", question="Since when?").status_code == 303

    shown = writer.get(address)
    assert "Since when?" in shown.text
    assert "opened it" in shown.text
    assert send(writer, address, f"{address}/answer", words="Since Monday.").status_code == 303
    assert "Since Monday." not in theirs.get(where).text
    shown = second.get(address)
    wording = re.search(r'name="seen_wording"[^>]*value="([^"]+)"', shown.text)[1]
    done = send(second, address, f"{address}/answer/approval", seen_wording=wording)
    assert done.status_code == 303
    assert "Since Monday." in theirs.get(where).text
    decision = {"action": "access_restored", "reason": "policy_breach", "note": "At noon."}
    assert send(theirs, where, f"{where}/decision", **decision).status_code == 303

    shown = writer.get(address)
    assert "At noon." in shown.text
    assert send(writer, address, f"{address}/verdict", verdict="confirmed").status_code == 303
    over = theirs.get(where)
    assert "no longer shown" in over.text
    assert TYPED["happened"] not in over.text
    assert "It’s fixed" in writer.get(address).text
    assert "The partner decided" in writer.get(f"/cases/{house.case.ref}").text


def test_a_reason_reads_everywhere_as_it_did_where_it_was_chosen(house, writer, theirs):
    escalation = house.carried()
    where = f"/requests/{escalation.ref}"
    chosen = "Someone had taken it over, which breaks our rules"
    assert chosen in theirs.get(where).text
    send(theirs, where, f"{where}/decision", action="access_restored", reason="policy_breach")

    on_request = writer.get(page_of(house, escalation)).text
    pages = [theirs.get(where).text, on_request, writer.get(f"/cases/{house.case.ref}").text]

    assert [page.count(chosen) for page in pages] == [2, 2, 1]
    assert not any("It breaks our rules" in page for page in pages)


def test_only_what_this_partner_may_receive_is_asked_for(house, context, writer):
    with context.begin() as work:
        a_partner(work, house.lead, platform="elsewhere", fields=["happened", "language"])

    page = writer.get(
        f"{requests_of(house)}/new?platform=elsewhere&partner=trust-elsewhere&ask=lock"
    )

    assert 'name="happened"' in page.text
    assert 'name="harm"' not in page.text
    assert "Language of the account" in page.text


def test_whom_nothing_can_be_sent_to_yet_says_so_where_a_partner_is_chosen(house, context, writer):
    with context.begin() as work:
        a_partner(work, house.lead, slug="elsewhere", vetted=False, confirmed=False)
        a_partner(work, house.lead, slug="another", confirmed=False)

    page = writer.get(f"{requests_of(house)}/new").text

    hints = re.findall(r'class="hint"[^>]*>((?:Proposed. )?Acts for [^<]*)<', html.unescape(page))
    said = [hint.removeprefix("Proposed. ").partition(". ")[2] for hint in hints]
    assert sorted(said) == [
        "",
        "Nothing can be sent to them yet: their email address isn’t confirmed.",
        "Nothing can be sent to them yet: they are not vetted, and nobody there can open a request,"
        " and their email address isn’t confirmed.",
    ]


def no_address(house):
    with house.context.begin() as work:
        work.session.get(Partner, house.partner.id).mailbox_confirmed_at = None
        work.record("test.unconfirmed", house.case)


@pytest.mark.parametrize("why", [doubt, retire, block_everyone_there, no_address])
def test_the_platforms_own_partner_is_chosen_beforehand_only_if_it_could_receive_it(
    house, writer, why
):
    chosen = re.compile(r'value="trust-platform"[^>]* checked|checked[^>]* value="trust-platform"')
    assert chosen.search(writer.get(f"{requests_of(house)}/new").text)

    why(house)

    assert not chosen.search(writer.get(f"{requests_of(house)}/new").text)


def test_a_field_that_is_not_on_the_list_cannot_be_smuggled_in(house, context, writer):
    with context.begin() as work:
        a_partner(work, house.lead, platform="elsewhere", fields=["happened"])
    page = f"{requests_of(house)}/new?platform=elsewhere&partner=trust-elsewhere&ask=lock"

    made = send(
        writer,
        page,
        requests_of(house),
        platform="elsewhere",
        partner="trust-elsewhere",
        ask="lock",
        **TYPED,
    )

    shown = writer.get(made.location)
    assert TYPED["happened"] in shown.text
    assert TYPED["harm"] not in shown.text


@pytest.mark.parametrize(
    ("query", "status"),
    [("partner=trust-platform", 422), ("partner=nobody&ask=lock", 422), ("", 200)],
)
def test_the_first_page_asks_for_one_partner_and_one_thing(house, writer, query, status):
    assert writer.get(f"{requests_of(house)}/new?{query}").status_code == status


def test_a_form_that_is_not_complete_keeps_what_was_typed(house, writer, theirs):
    escalation = house.carried()
    address, where = page_of(house, escalation), f"/requests/{escalation.ref}"

    empty = send(theirs, where, f"{where}/question", question="  ")
    assert empty.status_code == 422
    assert "Type your question." in empty.text
    half = send(theirs, where, f"{where}/decision", action="none", note="marker-note")
    assert half.status_code == 422
    assert "Choose a reason." in half.text
    assert "marker-note" in half.text
    assert send(writer, address, f"{address}/answer", words="").status_code == 422
    assert send(writer, address, f"{address}/verdict").status_code == 422
    assert send(writer, address, f"{address}/approval").status_code == 422


def test_a_draft_can_be_changed_on_its_page(house, writer):
    escalation = house.ask()
    edit = f"{page_of(house, escalation)}/packet"
    page = writer.get(edit)
    assert TYPED["harm"] in page.text
    seen_hash = re.search(r'name="seen_hash"[^>]*value="([0-9a-f]{64})"', page.text)[1]

    sent = {**TYPED, "harm": "Their sources."}
    assert send(writer, edit, edit, seen_hash=seen_hash, **sent).status_code == 303
    late = send(writer, edit, edit, seen_hash=seen_hash, **TYPED)

    assert late.status_code == 409
    assert "just changed" in late.text


def test_a_text_that_is_too_long_is_said_beside_its_field(house, writer):
    escalation = house.ask()
    edit = f"{page_of(house, escalation)}/packet"

    page = send(writer, edit, edit, seen_hash="x", **{**TYPED, "harm": "x" * 10_001})

    assert page.status_code == 422
    assert "You wrote 10,001 characters" in page.text


def test_what_a_partner_decided_meanwhile_is_a_sentence_for_the_second_hand(house, theirs):
    escalation = house.carried()
    where = f"/requests/{escalation.ref}"
    decision = {"action": "none", "reason": "no_breach_found"}
    send(theirs, where, f"{where}/decision", **decision)

    page = send(theirs, where, f"{where}/decision", **decision)

    assert page.status_code == 409
    assert "has already decided" in page.text


def test_another_partner_and_another_queue_find_nothing(house, context, staff, partner_desk):
    escalation = house.carried()
    with context.begin() as work:
        other = a_partner(work, house.lead, platform="elsewhere")
        stranger = a_person(work, Role.PARTNER, [other.team])
        outsider = a_person(work, Role.COORDINATOR, [a_team(work)])
    sign_in(partner_desk, stranger)
    sign_in(staff, outsider)
    where = f"/requests/{escalation.ref}"

    assert partner_desk.get(where).status_code == 404
    assert escalation.ref not in partner_desk.get("/inbox").text
    for noun in ("acknowledgement", "question", "decision"):
        page = send(partner_desk, "/inbox", f"{where}/{noun}", question="?")
        assert page.status_code == 404
    assert staff.get(page_of(house, escalation)).status_code == 404
    assert staff.get(f"{requests_of(house)}/new").status_code == 404


def test_a_request_of_another_case_is_not_found_under_this_one(house, context, writer):
    escalation = house.ask()
    with context.begin() as work:
        other = a_case(work, house.queue)

    assert writer.get(f"/cases/{other.ref}/requests/{escalation.ref}").status_code == 404


def test_a_partners_colleague_without_a_key_is_told_whom_to_ask(house, context, partner_desk):
    escalation = house.carried()
    with context.begin() as work:
        new = a_person(work, Role.PARTNER, [house.partner.team], let_in=False)
    sign_in(partner_desk, new)

    page = partner_desk.get(f"/requests/{escalation.ref}")

    assert page.status_code == 403
    assert "don’t have access yet" in page.text


def test_a_partners_colleague_is_let_in_by_one_of_their_own(house, context, theirs):
    escalation = house.carried()
    with context.begin() as work:
        new = a_person(work, Role.PARTNER, [house.partner.team], let_in=False)

    answer = send(theirs, "/colleagues", f"/colleagues/{new.person.id}/{house.partner.team_id}/key")

    assert answer.status_code == 303
    with house.as_(new) as work:
        assert work.keys.holds(escalation.partner_key_id)


def test_a_withdrawn_request_says_so_and_shows_nothing(house, writer, theirs):
    escalation = house.carried()
    address = page_of(house, escalation)

    assert send(writer, address, f"{address}/withdrawal").status_code == 303

    page = theirs.get(f"/requests/{escalation.ref}")
    assert "take no further action" in page.text
    assert TYPED["happened"] not in page.text


def taken_back(house, kind=ConsentKind.PLATFORM):
    with house.context.begin() as work:
        consents = work.session.scalars(
            select(Consent).where(Consent.case_id == house.case.id, Consent.kind == kind)
        ).all()
        return consents[0].id, [one.withdrawn_at is not None for one in consents]


@pytest.mark.parametrize("so_far", ["approved", "carried"])
def test_whoever_writes_down_that_a_consent_is_taken_back_is_asked_what_it_stops(
    house, writer, so_far
):
    escalation = getattr(house, so_far)()
    consent, _ = taken_back(house)
    case = f"/cases/{house.case.ref}"
    address = f"{case}/consents/{consent}/withdrawal"

    asked = send(writer, case, address)

    assert asked.status_code == 200
    assert escalation.ref in asked.text
    assert "t undo this. If the reporter agrees again" in asked.text
    assert taken_back(house)[1] == [False]
    assert send(writer, case, address, is_sure="yes").status_code == 303
    assert taken_back(house)[1] == [True]


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(None, 303), (TemporaryMailError(451), 200), (UncertainMailError(), 303), ("not yet", 200)],
)
def test_leave_to_help_is_asked_about_only_while_nothing_can_have_arrived(
    house, writer, trouble, status
):
    escalation = house.approved()
    if isinstance(trouble, Exception):
        house.context.mailer.trouble.append(trouble)
    if trouble != "not yet":
        house.carry(escalation)
    consent, _ = taken_back(house, ConsentKind.HELP)
    case = f"/cases/{house.case.ref}"

    answer = send(writer, case, f"{case}/consents/{consent}/withdrawal")

    assert answer.status_code == status
    assert taken_back(house, ConsentKind.HELP)[1] == [status == 303]


def test_a_consent_on_which_nothing_rests_is_taken_back_at_once(house, writer):
    house.ask()
    consent, _ = taken_back(house)
    case = f"/cases/{house.case.ref}"

    assert send(writer, case, f"{case}/consents/{consent}/withdrawal").status_code == 303
    assert taken_back(house)[1] == [True]


def test_a_dead_letter_is_on_the_duty_board_with_a_name_and_goes_again(house, writer, second):
    escalation = house.approved()
    house.context.mailer.trouble.append(PermanentMailError(550))
    house.carry(escalation)

    board = second.get("/duty")
    assert "could not be sent" in board.text
    assert f"<bdi>{house.writer.person.name}</bdi> is responsible for it" in board.text
    address = page_of(house, escalation)
    assert send(writer, address, f"{address}/delivery").status_code == 303
    assert house.delivery(escalation).state is DeliveryState.PENDING


def test_why_it_could_not_be_carried_is_said_in_a_sentence(house, writer):
    escalation = house.approved()
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))
    house.carry(escalation)

    page = writer.get(page_of(house, escalation))

    assert "It could not be sent" in page.text
    assert "The partner is no longer vetted." in page.text


def test_a_silent_partner_is_on_the_duty_board(house, writer):
    escalation = house.carried()
    with house.context.begin() as work:
        one = work.session.get(Escalation, escalation.id)
        one.answer_due_at = datetime.now(UTC) - timedelta(hours=3)
        work.record("test", one)

    assert "Partners who are late" in writer.get("/duty").text
    address = page_of(house, escalation)
    assert send(writer, address, f"{address}/silence").status_code == 303
    assert house.now(escalation).state is EscalationState.UNANSWERED


def test_what_one_wrote_oneself_stands_last_among_the_approvals(house, writer):
    own, other = house.ask(), house.ask(Ask.LOCK, who=house.second)

    page = writer.get("/approvals").text

    assert page.index(f">{other.ref}</a>") < page.index(f">{own.ref}</a>")
    assert "Written by you," in page
    assert f"Written by <bdi>{house.second.person.name}</bdi>," in page


def test_what_left_alone_waits_on_the_approvals_page(house, writer, second):
    house.change_case(level=Level.IMMEDIATE)
    draft = house.ask(Ask.LOCK)
    escalation = house.approve(house.ask(), who=house.writer)

    alone = writer.get(page_of(house, draft)).text
    assert "you can send it on your own approval" in alone
    assert "Approve and send exactly this" not in alone
    assert "Second person" not in alone
    assert "you can send it on your own approval" not in second.get(page_of(house, draft)).text
    page = second.get("/approvals")
    assert draft.ref in page.text
    assert f"Please read what was sent: {escalation.ref}" in page.text
    address = page_of(house, escalation)
    assert "I have read it" not in writer.get(address).text
    assert send(second, address, f"{address}/reading").status_code == 303
    assert escalation.ref not in second.get("/approvals").text


def test_only_a_lead_is_offered_the_waiver_and_only_where_it_is_needed(house, staff, second):
    escalation = house.ask()
    address = page_of(house, escalation)
    lead = sign_in(staff, house.lead)
    assert "I take responsibility" not in lead.get(address).text

    without_fact(house, "public_form_ref")

    assert "I take responsibility" not in second.get(address).text
    assert "I take responsibility" in lead.get(address).text
    assert send(lead, address, f"{address}/waiver", waiver=" ").status_code == 422
    assert send(lead, address, f"{address}/waiver", waiver="It is down.").status_code == 303
    assert "It is down." in lead.get(address).text


def test_every_repeat_and_every_verdict_is_on_the_page(house, writer):
    escalation = house.approved()
    house.context.mailer.trouble.append(UncertainMailError())
    house.carry(escalation)
    house.carry(escalation, later=timedelta(days=1))
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work, house.mine(work, escalation), action=PartnerAction.NONE, reason=Reason.OTHER
        )
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, escalation), verdict=Verdict.NOT_EFFECTIVE)

    page = writer.get(page_of(house, escalation))

    assert "attempt 1" in page.text
    assert "It may have arrived" in page.text
    assert "attempt 2" in page.text
    assert house.delivery(escalation).id in page.text
    assert "Nothing has changed" in page.text


def test_a_partner_finds_what_was_asked_for_first_and_the_rest_folded(house, theirs):
    escalation = house.carried()
    where = f"/requests/{escalation.ref}"

    page = theirs.get(where).text
    _, asked = page.split("What did you do?", 1)
    before, rest = asked.split("<details", 1)

    assert before.index("Access was given back") < before.index("Nothing was done")
    assert "The account was switched off" not in before
    assert "The account was switched off" in rest
    assert "The domain was suspended" not in page
    assert "If you did not" in rest
    chosen = send(theirs, where, f"{where}/decision", action="account_disabled")
    assert chosen.status_code == 422
    assert re.search(r"<details open>\s*<summary>.{0,40}Something else", chosen.text)


def test_a_draft_takes_up_what_was_written_down_after_it(house, writer):
    escalation = house.ask()
    address = page_of(house, escalation)
    assert "There is new information since this was written" not in writer.get(address).text
    with house.as_(house.writer, datetime.now(UTC) + timedelta(seconds=1)) as work:
        case = work.session.get(Case, house.case.id)
        sign = Evidence(
            case=case, kind="first-sign", taken_at=work.at, taken_by=house.writer.actor.id
        )
        sign.case_id = case.id
        sign.value = work.keys.seal(sign, "value", "marker-first-sign")
        work.session.add(sign)
        work.record("test", sign)

    shown, edit = writer.get(address).text, writer.get(f"{address}/packet")

    assert "There is new information since this was written" in shown
    assert "<li>First sign of it (UTC)</li>" in shown
    assert "marker-first-sign" not in shown
    assert "marker-first-sign" in edit.text
    assert "Which of their rules this breaks" in edit.text


def test_a_second_person_can_be_asked_first_and_it_says_since_when(house, writer):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()
    address = page_of(house, escalation)
    shown = writer.get(address).text
    assert shown.index("Ask a second person first") < shown.index("on my own approval</button>")

    assert send(writer, address, f"{address}/second-person").status_code == 303

    shown = writer.get(address).text
    assert "You asked for a second person at" in shown
    assert "Ask a second person first" not in shown
    assert "on my own approval</button>" in shown, "it may still turn out that it cannot wait"
    jobs.alert_second_person(house.context, escalation_id=escalation.id)
    assert f"<bdi>{house.lead.person.name}</bdi> was emailed at" in writer.get(address).text


def test_the_page_says_that_nobody_could_be_called(house, writer):
    with house.context.sessions.begin() as session:
        ids = [house.second.person.id, house.lead.person.id]
        session.execute(update(Person).where(Person.id.in_(ids)).values(email=None))
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()
    address = page_of(house, escalation)
    send(writer, address, f"{address}/second-person")
    jobs.alert_second_person(house.context, escalation_id=escalation.id)

    shown = writer.get(address).text
    assert "t reach anyone, because we can" in shown
    assert "Try again to reach someone" in shown

    house.approve(escalation, who=house.writer)
    assert "t reach anyone" not in writer.get(address).text
    jobs.alert_second_reader(house.context, escalation_id=escalation.id)
    assert "t reach anyone, because we can" in writer.get(address).text


def test_a_gate_that_is_shut_leads_to_where_it_is_opened(house, writer):
    with house.context.begin() as work:
        for fact in work.session.query(Fact).filter_by(case_id=house.case.id):
            work.session.delete(fact)
        work.record("fact.taken_back", house.case)
    house.withdraw_consent()
    escalation = house.ask(typed={"happened": TYPED["happened"]})

    shown = writer.get(page_of(house, escalation)).text

    for fact in ("vetted", "owner_confirmed"):
        way = f"/cases/{house.case.ref}/facts/{fact}?playbook=account-takeover"
        assert f'href="{way}">Go to the step' in shown
    assert f'href="/cases/{house.case.ref}#consents">' in shown
    assert f'href="{page_of(house, escalation)}/packet">Change it' in shown


def test_an_answer_that_leads_to_the_reporter_comes_back_in_its_form(house, writer, theirs):
    escalation = house.carried()
    where, address = f"/requests/{escalation.ref}", page_of(house, escalation)
    send(theirs, where, f"{where}/question", question="Since when?")
    words = f"Since Monday. They are at {CONTACT['safe_channel']}."

    page = send(writer, address, f"{address}/answer", words=words)

    assert page.status_code == 422
    assert 'href="#words">This includes the reporter’s address or phone number' in page.text
    assert words in page.text, "what was typed is kept"
    assert "Since Monday." not in theirs.get(where).text


def test_what_is_needed_is_marked_at_its_field_and_partners_say_whom_they_answer_for(house, writer):
    choice = writer.get(f"{requests_of(house)}/new").text
    fields = writer.get(f"{requests_of(house)}/new?partner=trust-platform&ask=restore").text

    assert "Acts for platform" in choice
    assert fields.count("Needed.") == 5
    assert re.search(r'id="harm-hint">Needed\.', fields)
    assert not re.search(r'id="rule-hint">Needed\.', fields)


def test_what_was_left_out_of_a_draft_on_purpose_stays_out(house, writer):
    typed = {name: words for name, words in TYPED.items() if name != "harm"}
    escalation = house.ask(typed=typed)

    edit = writer.get(f"{page_of(house, escalation)}/packet").text

    field = re.search(r'<textarea[^>]*name="harm"[^>]*>([^<]*)<', edit)
    assert field[1].strip() == "", "what a step wrote down stands beside it, and not in it"


def test_who_must_not_hear_of_it_stands_first_and_once(house, theirs):
    escalation = house.carried(typed={**TYPED, "keep_quiet": "both"})

    page = theirs.get(f"/requests/{escalation.ref}").text

    words = BY_NAME["keep_quiet"].in_words("both")
    assert page.count(words) == 1
    assert page.index(words) < page.index("We ask you to")


def test_what_a_partner_asks_is_said_on_the_board_and_on_top_of_the_case(house, writer, theirs):
    escalation = house.carried()
    where, case = f"/requests/{escalation.ref}", f"/cases/{house.case.ref}"
    assert "Questions from partners" not in writer.get("/duty").text

    send(theirs, where, f"{where}/question", question="marker-question")

    board, page = writer.get("/duty").text, writer.get(case).text
    assert f"Answer {escalation.ref}" in board
    assert "has a question" in page
    assert page.index("has a question") < page.index("How to reach the reporter")
    assert "marker-question" not in board + page


def test_a_partner_is_told_what_the_person_said_of_their_decision(house, writer, theirs):
    escalation = house.carried()
    where = f"/requests/{escalation.ref}"
    decision = {"action": "access_restored", "reason": "policy_breach"}
    send(theirs, where, f"{where}/decision", **decision)
    assert "Please look again" not in theirs.get(where).text

    address = page_of(house, escalation)
    send(writer, address, f"{address}/verdict", verdict="not_effective")

    page = theirs.get(where).text
    assert "Please look again" in page
    assert "told Helpdesk: <strong>nothing has changed</strong>" in page
    assert "The person told Helpdesk: <strong>Nothing has changed</strong>" in page
    assert "says:" not in page


def test_the_page_of_a_live_request_says_that_nobody_there_can_open_it(house, staff):
    escalation = house.carried()
    client = sign_in(staff, house.second)
    assert "Nobody there can open this request" not in client.get(page_of(house, escalation)).text

    block_everyone_there(house)

    assert "Nobody there can open this request" in client.get(page_of(house, escalation)).text
