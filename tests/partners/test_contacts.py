"""Contacts of a partner: added, changed, verified and ended by coordinators, unseen outside."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.markup import bidi_isolate
from helpdesk.duty.queries import load_board
from helpdesk.partners import operations, queries
from helpdesk.partners.models import PartnerContact
from helpdesk.partners.operations import contacts
from helpdesk.partners.operations.contacts import VERIFIED_FOR
from helpdesk.partners.partner_terms import ContactTerms
from helpdesk.partners.proposals import RequestNeed, rank_partners
from helpdesk.partners.stale_page_marks import contact_mark_of
from tests.conftest import become
from tests.factories import a_person, sign_in, work_as
from tests.intake.browser import mark_in, token_in
from tests.partners.test_partners import lead, partner, queue, responder, theirs  # noqa: F401

NAME = "Marker-Contact of the night shift"
FRENCH = ContactTerms(is_person=False, languages=("fr",), timezone="Africa/Lagos")


@pytest.fixture
def contact(context, lead, partner):  # noqa: F811
    with work_as(context, lead) as work:
        return operations.add_contact(work, theirs(work, partner), name=NAME, terms=FRENCH)


def now(work, contact):
    return work.session.get(PartnerContact, contact.id)


def counted(context, lead, partner, *, later):  # noqa: F811
    with work_as(context, lead) as work:
        at = work.at + later
    with work_as(context, lead, at) as work:
        need = RequestNeed(region=None, language="fr", at=at)
        [found] = rank_partners(
            [(theirs(work, partner), ())], need, queries.contacts_counted_on(work)
        )
        waits = [one.id for one in load_board(work).contacts_to_verify]
        return " ".join(found.reasons), partner.id in waits


def test_who_was_just_added_is_counted_on_for_ninety_days(context, lead, partner, contact):  # noqa: F811
    told = f"A contact of theirs, {bidi_isolate(NAME)}: Reads French, the language of the report."

    assert counted(context, lead, partner, later=timedelta(0)) == (told, False)
    assert counted(context, lead, partner, later=VERIFIED_FOR) == (told, False)
    lapsed = VERIFIED_FOR + timedelta(days=1)
    assert counted(context, lead, partner, later=lapsed) == ("", True)


def test_whoever_is_verified_is_counted_on_again(context, lead, partner, contact):  # noqa: F811
    lapsed = VERIFIED_FOR + timedelta(days=1)
    with work_as(context, lead) as work:
        at = work.at + lapsed
    with work_as(context, lead, at) as work:
        operations.verify_contact(work, theirs(work, partner), now(work, contact))

    reasons, waits = counted(context, lead, partner, later=lapsed)
    assert "Reads French" in reasons
    assert not waits


def test_who_ended_is_neither_counted_on_nor_asked_about(context, lead, partner, contact):  # noqa: F811
    with work_as(context, lead) as work:
        operations.end_contact(work, theirs(work, partner), now(work, contact))

    assert counted(context, lead, partner, later=timedelta(0)) == ("", False)
    assert counted(context, lead, partner, later=VERIFIED_FOR * 2) == ("", False)
    with work_as(context, lead) as work, pytest.raises(StalePage):
        operations.end_contact(work, theirs(work, partner), now(work, contact))
    with work_as(context, lead) as work, pytest.raises(StalePage):
        operations.verify_contact(work, theirs(work, partner), now(work, contact))


def names_kept(context):
    with context.sessions() as session:
        return session.execute(text("SELECT t::text FROM partner_contacts AS t")).scalars().all()


def test_nothing_is_kept_of_who_ended(context, lead, partner, contact):  # noqa: F811
    assert any(NAME in row for row in names_kept(context))

    with work_as(context, lead) as work:
        operations.end_contact(work, theirs(work, partner), now(work, contact))

    [row] = [row for row in names_kept(context) if contact.id in row]
    assert NAME not in row
    assert "fr" not in row
    assert "Lagos" not in row


@pytest.mark.parametrize(("days", "is_kept"), [(180, True), (181, False)])
def test_whoever_is_verified_no_more_is_forgotten_half_a_year_later(
    context,
    lead,  # noqa: F811
    partner,  # noqa: F811
    contact,
    days,
    is_kept,
):
    with work_as(context, lead) as work:
        then = datetime.now(UTC).date() - timedelta(days=days)
        of_it = update(PartnerContact).where(PartnerContact.id == contact.id)
        work.session.execute(of_it.values(verified_until=then))

    before = become(context, "helpdesk_ticker")
    with context.begin() as work:
        contacts.end_contacts_nobody_verifies(work)
        contacts.end_contacts_nobody_verifies(work)
    become(context, before)

    assert any(NAME in row for row in names_kept(context)) is is_kept
    with work_as(context, lead) as work:
        acts = queries.history_of_contacts(work, theirs(work, partner))
        ended = [one for one in acts if one.action == "partner.contact_ended"]
        assert [one.actor_id for one in ended] == [] if is_kept else ["system"]
        assert (now(work, contact).ended_on is None) is is_kept


def test_an_old_page_neither_changes_verifies_nor_ends(context, lead, partner, contact):  # noqa: F811
    with work_as(context, lead) as work:
        one = now(work, contact)
        old = contact_mark_of(one)
        operations.change_contact(
            work, theirs(work, partner), one, name="Another", terms=FRENCH, seen=old
        )
        for verb in (
            lambda: operations.verify_contact(work, theirs(work, partner), one, seen=old),
            lambda: operations.end_contact(work, theirs(work, partner), one, seen=old),
            lambda: operations.change_contact(
                work, theirs(work, partner), one, name="x", terms=FRENCH, seen=old
            ),
        ):
            with pytest.raises(StalePage):
                verb()


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        (" ", FRENCH),
        ("X", ContactTerms(is_person=True, timezone="Nowhere/At-all")),
        ("X", ContactTerms(is_person=True, regions=("999",))),
        ("X", ContactTerms(is_person=True, languages=("xx",))),
    ],
)
def test_what_nobody_could_count_on_is_refused(context, lead, partner, name, terms):  # noqa: F811
    with work_as(context, lead) as work, pytest.raises(Conflict):
        operations.add_contact(work, theirs(work, partner), name=name, terms=terms)


@pytest.mark.parametrize(
    "verb",
    [
        lambda work, one, _contact: operations.add_contact(work, one, name="X", terms=FRENCH),
        lambda work, one, contact: operations.change_contact(
            work, one, contact, name="X", terms=FRENCH
        ),
        lambda work, one, contact: operations.verify_contact(work, one, contact),
        lambda work, one, contact: operations.end_contact(work, one, contact),
    ],
)
def test_only_coordinators_settle_contacts(context, responder, partner, contact, verb):  # noqa: F811
    with work_as(context, responder) as work, pytest.raises(NotAllowed):
        verb(work, theirs(work, partner), now(work, contact))


def test_a_partners_people_do_not_see_what_we_call_them(context, partner, contact):  # noqa: F811
    with context.begin() as work:
        somebody = a_person(work, Role.PARTNER, [theirs(work, partner).team])
    with work_as(context, somebody) as work, pytest.raises(NotFound):
        queries.contacts_of(work, theirs(work, partner))


@pytest.mark.parametrize(
    "role", ["helpdesk_intake", "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker"]
)
def test_no_process_but_the_staffs_pages_reads_contacts(context, contact, role):
    with context.begin() as work:
        nested = work.session.begin_nested()
        before = become(context, role)
        with pytest.raises(ProgrammingError, match="permission denied"):
            work.session.execute(text("SELECT name FROM partner_contacts"))
        nested.rollback()
        become(context, before)


def test_history_says_who_did_what_and_no_name(context, lead, partner, contact):  # noqa: F811
    with work_as(context, lead) as work:
        one = now(work, contact)
        operations.change_contact(work, theirs(work, partner), one, name="Another", terms=FRENCH)
    with context.begin() as work:
        told = work.session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.action.startswith("partner.contact_"))
            .where(HistoryEntry.subject_id == partner.id)
            .order_by(HistoryEntry.id)
        ).all()
    assert [one.action for one in told] == ["partner.contact_added", "partner.contact_changed"]
    assert told[1].details == {"contact": contact.id, "changed": ["name"]}
    assert "Marker" not in str([one.details for one in told])


def post(client, page, to, **fields):
    shown = client.get(page)
    form = {"csrf_token": token_in(shown.text), **mark_in(shown, to)}
    return client.post(to, data={**form, **fields})


def test_the_pages_add_change_verify_and_end_one(context, staff, lead, partner):  # noqa: F811
    client, page = sign_in(staff, lead), f"/partners/{partner.slug}"
    new, contacts = f"{page}/contacts/new", f"{page}/contacts"
    told = {"name": NAME, "timezone": "Africa/Lagos", "languages": ["fr"], "regions": ["011"]}

    half = post(client, new, contacts, **(told | {"opens": "09:00"}))
    assert half.status_code == 422
    assert "leave all three empty" in half.text
    assert f'value="{NAME}"' in half.text
    assert post(client, new, contacts, **told).status_code == 303
    shown = unescape(client.get(page).text)
    assert NAME in shown
    assert "Acts for people in Western Africa. Reads French." in shown
    assert "added a contact" in shown
    one = re.search(rf"{contacts}/([0-9a-f]{{32}})", shown)[1]
    edit = f"{contacts}/{one}"
    assert f'value="{NAME}"' in client.get(edit).text
    assert post(client, edit, edit, **(told | {"name": "Another"})).status_code == 303
    assert "Another" in client.get(page).text
    assert post(client, page, f"{edit}/verification").status_code == 303
    assert post(client, page, f"{edit}/end").status_code == 303
    assert "Ended" in client.get(page).text
    assert client.get(f"{contacts}/{'0' * 32}").status_code == 404


def test_the_board_asks_coordinators_alone(context, staff, lead, responder, partner, contact):  # noqa: F811
    with context.begin() as work:
        one = now(work, contact)
        one.verified_until = work.at.date() - timedelta(days=1)
        work.record("partner.contact_changed", theirs(work, partner))

    asked = unescape(sign_in(staff, lead).get("/duty").text)
    assert "Contacts to verify" in asked
    assert f"/partners/{partner.slug}#contacts" in asked
    shown = staff.get(f"/partners/{partner.slug}").text
    assert "Not verified for 90 days" in shown
    staff.post("/sign-out", data={"csrf_token": token_in(shown)})
    assert "Contacts to verify" not in sign_in(staff, responder).get("/duty").text
