"""A request stands on what its own playbook found out and wrote down, on nothing of another's."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from sqlalchemy import func, select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.errors import Conflict
from helpdesk.escalations import operations, packet_sources, queries, request_basis
from helpdesk.escalations.gates import (
    FOUND_OUT,
    check_gates,
    may_leave_without_second_reader,
    names_another_account,
)
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.packets import OWNERSHIP
from helpdesk.escalations.states import Ask
from helpdesk.partners.models import Partner
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.step_facts import facts_settable_by_step
from helpdesk.runs import storage
from tests.escalations.conftest import TYPED
from tests.escalations.test_whose_account import confirm, find_out, write_elsewhere
from tests.factories import sign_in
from tests.intake.browser import Browser

TAKEN, FAKE = TYPED["target_url"], "https://platform.test/the-fake-page"


def as_found_by(house, playbook):
    """What the case was made with, but for what is about the person, was found out there."""
    with house.context.begin() as work:
        for table in (Evidence, Fact):
            for one in work.session.scalars(select(table).where(table.case_id == house.case.id)):
                one.playbook = "" if getattr(one, "name", "") == "vetted" else playbook
        work.record("test.found", work.session.get(Case, house.case.id))


@pytest.fixture
def two_troubles(house):
    """An account is taken, and there is a fake of it: each in its playbook, the fake last."""
    as_found_by(house, "account-takeover")
    confirm(house)
    write_elsewhere(house, FAKE)
    find_out(house, "impersonation", "confirm-person")
    return house


def suggested(house, playbook):
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        return packet_sources.suggested_fields(work, case, playbook)


def gates(house, request):
    with house.as_(house.writer) as work:
        return request_basis.gate_inputs(work, house.mine(work, request))


def still_holds(house, request):
    with house.context.begin() as work:
        return work.session.scalar(select(func.request_still_holds(request.id)))


def test_each_playbook_fills_in_the_address_that_it_wrote_down(two_troubles):
    assert suggested(two_troubles, "account-takeover")["target_url"] == TAKEN
    assert suggested(two_troubles, "impersonation")["target_url"] == FAKE


def test_the_answer_in_the_report_fills_in_no_address_once_there_are_two_troubles(
    house, monkeypatch
):
    said = {"profile": "https://platform.test/as-the-report-says"}
    monkeypatch.setattr(packet_sources.report_content, "answers_of", lambda *_: said)
    as_found_by(house, "doxing")
    assert suggested(house, "account-takeover")["target_url"] == said["profile"]

    write_elsewhere(house, FAKE)

    assert suggested(house, "account-takeover")["target_url"] == ""


def test_who_writes_for_one_of_two_troubles_says_which(two_troubles):
    with two_troubles.as_(two_troubles.writer) as work:
        case = work.session.get(Case, two_troubles.case.id)
        partner = work.session.get(Partner, two_troubles.partner.id)
        with pytest.raises(Conflict, match="Choose which one"):
            operations.write_draft(work, case, partner, ask=Ask.RESTORE, typed=TYPED)
        with pytest.raises(Conflict, match="not on this case"):
            operations.write_draft(
                work, case, partner, ask=Ask.RESTORE, typed=TYPED, playbook="doxing"
            )


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.REMOVE, Ask.PRESERVE])
def test_what_another_playbook_confirmed_opens_no_gate(house, ask):
    as_found_by(house, "impersonation")
    request = house.ask(ask)

    assert "owner_confirmed" not in gates(house, request).facts
    with pytest.raises(Conflict, match="confirmed whose account it is"):
        house.approve(request)
    assert not still_holds(house, request)


def test_nor_does_the_number_of_another_playbooks_form(house):
    as_found_by(house, "doxing")
    request = house.ask(typed={**TYPED, "form_number": ""})

    assert not gates(house, request).has_form_number


def test_a_doubt_in_another_playbook_stops_no_request_on_its_way(house):
    as_found_by(house, "account-takeover")
    request = house.approved()

    find_out(house, "impersonation", "confirm-person", "cannot_tell")

    assert still_holds(house, request)


def test_the_second_person_sees_whose_words_they_are_and_what_differs(two_troubles, staff):
    request = two_troubles.ask(typed={**TYPED, "target_url": FAKE})
    browser = Browser(sign_in(staff, two_troubles.second))
    browser.open(f"/cases/{two_troubles.case.ref}/requests/{request.ref}")

    assert "It is about “" in browser.text
    assert "Differs from what was recorded" in browser.text
    assert TAKEN.removeprefix("https://") in browser.text.replace("[.]", ".")
    title = load_current_library().playbook("impersonation").title
    assert f"“{title}” recorded exactly this" in browser.text


def test_the_step_that_asks_a_partner_writes_from_its_own_playbook(two_troubles, staff):
    browser = Browser(sign_in(staff, two_troubles.writer))
    new = f"/cases/{two_troubles.case.ref}/requests/new"
    chosen = f"partner={two_troubles.partner.slug}&ask=restore"

    assert browser.open(f"{new}?playbook=impersonation").status_code == 200
    [chosen_one] = [one for one in browser.text.split("<input") if 'value="impersonation"' in one]
    assert " checked" in chosen_one.partition(">")[0]
    assert browser.open(f"{new}?{chosen}").status_code == 422
    assert "Choose which problem it’s about." in browser.text
    browser.open(f"{new}?{chosen}&playbook=account-takeover")
    assert TAKEN in browser.text
    assert FAKE not in browser.text
    browser.send(f"/cases/{two_troubles.case.ref}/requests", answers=TYPED)
    with two_troubles.context.begin() as work:
        [request] = work.session.scalars(
            select(Escalation).where(Escalation.case_id == two_troubles.case.id)
        )
        assert request.playbook == "account-takeover"


def test_the_same_is_asked_of_one_partner_once_for_each_of_two_troubles(two_troubles):
    first = two_troubles.ask(Ask.REMOVE, playbook="account-takeover")

    second = two_troubles.ask(Ask.REMOVE, playbook="impersonation")

    with pytest.raises(Conflict, match=f"Draft {second.ref} asks"):
        two_troubles.ask(Ask.REMOVE, playbook="impersonation")
    with two_troubles.as_(two_troubles.writer) as work:
        for one in (first, second):
            assert not queries.has_open_duplicate(work, two_troubles.mine(work, one))


def test_what_is_about_the_person_is_found_out_by_shared_steps_alone():
    """Else the word of one playbook would stand before what the case knows of them."""
    own, shared = set(), set()
    for page in load_current_library().playbooks:
        for step in page.steps:
            (shared if step.comes_from_fragment else own).update(facts_settable_by_step(step))

    assert not own & shared
    assert {name for name in FOUND_OUT.values() if name in shared} == {"vetted"}


def record_ownership(house, playbook, value, account="", *, at=None):
    """What a step of a playbook finds out, by itself."""
    with house.as_(house.lead, at) as work:
        case = work.session.get(Case, house.case.id)
        said = {"owner_confirmed": value}
        storage.store_facts(
            work, case, said, literal=said.keys(), playbook=playbook, account=account
        )
        work.record("playbook.step_finished", case, playbook=playbook, step="x", outcome=value)


def test_that_it_is_not_theirs_counts_whichever_playbook_finds_it_out_last(house):
    now = datetime.now(UTC)
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now)
    request = house.approved(playbook="account-takeover")
    assert still_holds(house, request)

    record_ownership(house, "account-suspended", "refused", TAKEN, at=now + timedelta(minutes=1))

    assert not still_holds(house, request)
    [gate] = [
        one for one in check_gates(gates(house, request), approver="") if one.name == "Ownership"
    ]
    assert not gate.is_open
    assert "not theirs" in gate.sentence
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now + timedelta(minutes=2))
    assert still_holds(house, request), "a colleague has found out which of the two is right"


@pytest.mark.parametrize(
    "playbook",
    [
        "blocked-or-shutdown",
        "data-exposed",
        "fake-website",
        "intimate-images",
        "smear-campaign",
        "suspicious-message",
    ],
)
def test_that_they_do_not_want_another_thing_is_no_word_on_the_account(house, playbook):
    now = datetime.now(UTC)
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now)
    request = house.approved(playbook="account-takeover")

    record_ownership(house, playbook, "refused", at=now + timedelta(minutes=1))

    assert still_holds(house, request)
    assert not gates(house, request).is_owner_refused_since


def test_pages_and_who_carries_it_know_the_same_of_a_refusal_of_no_playbook(house):
    """As the version before wrote it, while both run."""
    now = datetime.now(UTC)
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now)
    request = house.approved(playbook="account-takeover")

    record_ownership(house, "", "refused", at=now + timedelta(minutes=1))

    assert not still_holds(house, request)
    assert gates(house, request).is_owner_refused_since


def test_playbooks_whose_refusal_is_no_word_on_an_account_write_down_none_that_is_theirs():
    """Whoever adds a playbook that asks whose an account is must not be able to leave it out."""
    found = import_module("migrations.versions.0075_which_refusal_counts").NOT_OF_AN_ACCOUNT
    library = load_current_library()

    assert {one for one in found if library.playbook(one) is None} == set()
    for page in map(library.playbook, found):
        [asks] = [one for one in page.steps if OWNERSHIP in facts_settable_by_step(one)]
        assert page.id == "blocked-or-shutdown" or "profile-url" not in asks.evidence


def test_a_refusal_counts_though_the_clock_was_ahead_when_ownership_was_confirmed(house):
    now = datetime.now(UTC)
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now + timedelta(hours=20))
    request = house.approved(playbook="account-takeover")

    record_ownership(house, "account-suspended", "refused", at=now + timedelta(minutes=1))

    assert not still_holds(house, request)
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now + timedelta(minutes=2))
    assert still_holds(house, request)


@pytest.mark.parametrize(
    ("account", "is_enough"), [(FAKE, False), (TAKEN, True)], ids=["another", "confirmed"]
)
def test_a_lock_of_an_account_that_nobody_confirmed_is_read_by_a_second_person_first(
    house, account, is_enough
):
    """An arrest confirms the person alone: it leaves, but not on one person's word."""
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN)
    record_ownership(house, "doxing", "confirmed")
    house.change_case(level=Level.IMMEDIATE)

    request = house.ask(Ask.LOCK, typed={**TYPED, "target_url": account}, playbook="doxing")
    found = gates(house, request)

    assert not names_another_account(found.packet, found.account_confirmed)
    assert may_leave_without_second_reader(found, house.writer.actor.id) is is_enough


def test_a_review_from_before_its_account_was_asked_about_is_not_called_another_since(house, staff):
    """Versions before let a review leave whatever account was confirmed, and nothing was found out
    since."""
    now = datetime.now(UTC)
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN, at=now)
    request = house.carried(ask=Ask.REVIEW, playbook="account-takeover")
    record_ownership(house, "account-takeover", "confirmed", FAKE, at=now)
    address = f"/cases/{house.case.ref}/requests/{request.ref}"
    said = "Ownership of another account has been confirmed since"

    assert said not in sign_in(staff, house.writer).get(address).text

    record_ownership(house, "account-takeover", "confirmed", FAKE, at=now + timedelta(hours=1))
    assert said in sign_in(staff, house.writer).get(address).text


def test_no_answer_goes_out_once_ownership_was_confirmed_of_another_account(house):
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TAKEN)
    request = house.approved(playbook="account-takeover")
    house.carry(request)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, request), question="Whose is it?")

    record_ownership(house, "account-takeover", "confirmed", FAKE)

    with pytest.raises(Conflict, match="whose account it is"):
        house.answer(request)


def test_whoever_reads_a_lock_of_an_account_that_nobody_confirmed_is_told_so(house, staff):
    """They are asked for that alone: another playbook found out whose another account is."""
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TYPED["target_url"])
    record_ownership(house, "doxing", "confirmed")
    house.change_case(level=Level.IMMEDIATE)
    another = "https://platform.test/another-account"
    typed = {**TYPED, "target_url": another, "public_form_ref": "F-4711", "restore_address": ""}
    request = house.ask(Ask.LOCK, typed=typed, playbook="doxing")

    page = sign_in(staff, house.second).get(f"/cases/{house.case.ref}/requests/{request.ref}").text

    assert "find out who owns it before anything is sent" in page
    assert "haven’t confirmed whose account this is" in page
    assert "We know whose account it is" not in page
    with house.as_(house.second) as work:
        packet = queries.packet_of(work, house.mine(work, request))
    assert not packet.fields.get("ownership_check")


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.LOCK, Ask.REVIEW])
def test_of_an_account_that_was_confirmed_the_partner_reads_so(house, partner_desk, ask):
    as_found_by(house, "account-takeover")
    record_ownership(house, "account-takeover", "confirmed", TYPED["target_url"])
    request = house.carried(ask=ask, playbook="account-takeover")

    page = sign_in(partner_desk, house.theirs).get(f"/requests/{request.ref}").text

    assert "Ownership, as we confirmed it" in page
    assert "Confirmed by a responder of the helpdesk" in page
