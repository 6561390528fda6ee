"""Partners: registered by a coordinator, with a team of their own, a closed list and a mailbox."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from helpdesk.accounts.models import TeamKind
from helpdesk.core.actors import NOBODY, SYSTEM, Actor, Role, operator, reporter
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.partners import operations, policy, queries
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME, FIELDS, FieldSensitivity, FieldSource
from helpdesk.partners.partner_terms import (
    OfficeHours,
    PartnerTerms,
    unknown_platform_message,
)
from helpdesk.partners.response_times import format_in_both_zones
from helpdesk.playbooks.repository import load_current_library
from tests.factories import a_person, a_team, confirm_mail, sign_in, work_as
from tests.intake.browser import mark_in, token_in

ABOUT = {
    "slug": "example-social",
    "name": "Example Social",
    "platform": "example",
    "is_new_platform": True,
}
MAILBOX = "marker-trust@example.test"


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work)


@pytest.fixture
def lead(context, queue):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [queue])


@pytest.fixture
def responder(context, queue, lead):
    with context.begin() as work:
        return a_person(work, teams=[queue])


@pytest.fixture
def partner(context, lead):
    with work_as(context, lead) as work:
        return operations.register_partner(
            work, **ABOUT, mailbox=MAILBOX, fields=["harm", "target_url"]
        )


def theirs(work, partner):
    return work.session.get(Partner, partner.id)


def test_a_new_partner_is_not_vetted_and_nobody_here_has_its_key(context, partner):
    assert partner.vetted_on is None
    assert partner.team.kind is TeamKind.PARTNER
    with context.begin() as work:
        assert queries.keys_of_partner(work, partner).current is None
        somebody = a_person(work, Role.PARTNER, [partner.team])
    with work_as(context, somebody) as work:
        assert queries.can_anyone_open_requests(work, theirs(work, partner))
        assert work.keys.holds(queries.keys_of_partner(work, partner).current.id)


def test_the_list_is_kept_in_our_order_and_knows_only_our_fields(context, lead, partner):
    assert partner.allowed_fields == ["target_url", "harm"]

    with work_as(context, lead) as work, pytest.raises(Conflict, match="reporter_name"):
        operations.change_allow_list(work, theirs(work, partner), fields=["reporter_name"])
    with work_as(context, lead) as work:
        operations.change_allow_list(work, theirs(work, partner), fields=[])
        assert theirs(work, partner).allowed_fields == []


def test_the_times_are_asked_for_by_priority(partner):
    assert list(partner.answer_within) == list(partner.decide_within) == ["p1", "p2", "p3", "p4"]
    assert partner.answer_within["p1"] == 2 * 3600
    assert all(partner.answer_within[one] < partner.decide_within[one] for one in ("p1", "p4"))


def test_a_mailbox_opens_with_the_key_of_partners_addresses_only(context, lead, partner):
    with work_as(context, lead) as work:
        assert MAILBOX.encode() not in queries.unconfirmed_email_address(work, partner).address.raw
        confirm_mail(work, theirs(work, partner))
        assert MAILBOX.encode() not in theirs(work, partner).mailbox.raw
        assert queries.email_address_of(work, theirs(work, partner)) == MAILBOX
        partner = theirs(work, partner)
    without = context.work_in_session(context.sessions(), SYSTEM)
    without.keys.service = ServiceKeys()
    assert queries.email_address_of(without, partner) == ""
    without.session.close()


def test_several_partners_answer_for_a_platform_each_with_a_short_name_of_its_own(
    context, lead, partner
):
    with work_as(context, lead) as work:
        other = operations.register_partner(work, **(ABOUT | {"slug": "other"}), mailbox=MAILBOX)
        assert other.platform == theirs(work, partner).platform
        with pytest.raises(Conflict, match="already has this short name"):
            operations.register_partner(work, **ABOUT, mailbox=MAILBOX)


@pytest.mark.parametrize(
    "about",
    [
        PartnerTerms(kind="stranger"),
        PartnerTerms(regions=("999",)),
        PartnerTerms(languages=("xx",)),
        PartnerTerms(hours=OfficeHours(weekdays=(1,))),
        PartnerTerms(hours=OfficeHours(weekdays=(8,), opens=time(9), closes=time(17))),
        PartnerTerms(hours=OfficeHours(opens=time(9), closes=time(9))),
    ],
)
def test_what_nobody_could_be_proposed_by_is_refused(context, lead, partner, about):
    with work_as(context, lead) as work, pytest.raises(Conflict):
        operations.change_partner(work, theirs(work, partner), name="Other", about=about)


def test_for_whom_and_when_they_act_is_settled_on_their_page(context, staff, lead, partner):
    client = sign_in(staff, lead)
    page = f"/partners/{partner.slug}/about"
    told = {
        "name": "Example Social",
        "kind": "platform",
        "asks": ["lock"],
        "timezone": "Africa/Lagos",
        "languages": ["en", "fr"],
        "regions": ["011", "015"],
        "reach_us": "Call us.",
    }

    def save(**hours):
        shown = client.get(page)
        form = {"csrf_token": token_in(shown.text), **mark_in(shown, page)}
        return client.post(page, data={**form, **told, **hours})

    half = save(weekdays=["1", "2"], opens="09:00")
    assert half.status_code == 422
    assert "leave all three empty" in half.text
    assert "Call us." in half.text
    assert save(weekdays=["1", "2"], opens="09:00", closes="17:00").status_code == 303

    shown = client.get(f"/partners/{partner.slug}").text
    assert "Northern Africa" in shown
    assert "English, French" in shown
    assert "09:00 to 17:00 their time, on Monday, Tuesday" in shown
    with context.begin() as work:
        [last] = work.session.scalars(
            select(HistoryEntry)
            .where(HistoryEntry.subject_id == partner.id, HistoryEntry.action == "partner.changed")
            .order_by(HistoryEntry.id.desc())
            .limit(1)
        )
    assert last.details["now"]["opens"] == "09:00"
    assert {"regions", "languages", "opens"} <= set(last.details["changed"])


def test_vetting_has_a_day_that_has_come_and_can_be_taken_back(context, lead, responder, partner):
    with context.begin() as work:
        a_person(work, Role.PARTNER, [theirs(work, partner).team])
    with work_as(context, responder) as work:
        one = theirs(work, partner)
        with pytest.raises(Conflict, match="Choose today"):
            operations.confirm_vetting(work, one, on=work.at.date() + timedelta(days=1))
        operations.confirm_vetting(work, one, on=date(2026, 11, 1))
        assert one.is_vetted
    with work_as(context, lead) as work:
        one = theirs(work, partner)
        operations.suspend_vetting(work, one)
        assert not one.is_vetted
        told = work.session.scalars(
            select(HistoryEntry.action)
            .where(HistoryEntry.subject_id == one.id)
            .order_by(HistoryEntry.id)
        )
        assert list(told) == ["partner.registered", "partner.vetted", "partner.doubted"]


@pytest.mark.parametrize(
    "verb",
    [
        lambda work, one: operations.change_allow_list(work, one, fields=[]),
        lambda work, one: operations.set_partner_email_address(work, one, "x@example.test"),
        operations.suspend_vetting,
        operations.retire_partner,
        operations.reinstate_partner,
        lambda work, one: operations.change_partner(work, one, name="Other", about=PartnerTerms()),
        lambda work, _one: operations.register_partner(
            work, slug="x", name="X", platform="x", mailbox=""
        ),
    ],
)
def test_only_coordinators_settle_what_may_leave(context, responder, partner, verb):
    with work_as(context, responder) as work, pytest.raises(NotAllowed):
        verb(work, theirs(work, partner))


@pytest.mark.parametrize(
    ("actor", "sees", "manages"),
    [
        (Actor("person:1", Role.RESPONDER), True, False),
        (Actor("person:1", Role.COORDINATOR, teams=frozenset({"queue"})), True, True),
        (Actor("person:1", Role.COORDINATOR), True, False),
        (operator("ops"), True, False),
        (Actor("person:1", Role.PARTNER), False, False),
        (reporter("case"), False, False),
        (NOBODY, False, False),
        (SYSTEM, False, False),
    ],
)
def test_who_may_see_and_who_may_manage(actor, sees, manages):
    assert policy.may_see_partners(actor) is sees
    assert policy.may_register_partner(actor, "x") is manages
    assert policy.may_manage_partner(actor, None) is manages


def test_a_partners_people_see_their_own_and_strangers_none(context, lead, partner):
    with work_as(context, lead) as work:
        other = operations.register_partner(
            work,
            slug="other",
            name="Other",
            platform="other",
            mailbox=MAILBOX,
            is_new_platform=True,
        )
    with context.begin() as work:
        somebody = a_person(work, Role.PARTNER, [other.team])
    with work_as(context, somebody) as work:
        assert [one.slug for one in queries.all_partners(work)] == ["other"]
        with pytest.raises(NotFound):
            queries.visible_partner_or_404(work, partner.slug)
    with context.begin() as work:
        assert queries.all_partners(work) == []


def test_every_field_has_its_own_name_and_says_where_it_comes_from():
    assert len(BY_NAME) == len(FIELDS)
    for field in FIELDS:
        assert field.label
        assert bool(field.origin) is (field.source is not FieldSource.TYPED), field.name
        if field.source in (FieldSource.FACT, FieldSource.CASE):
            assert field.sensitivity is FieldSensitivity.NONE, field.name


def send(client, page, to, **fields):
    shown = client.get(page)
    token = token_in(shown.text)
    return client.post(to, data={"csrf_token": token, **mark_in(shown, to), **fields})


def test_a_coordinator_registers_and_a_second_person_vets_on_the_pages(
    context, staff, lead, responder
):
    sign_in(staff, lead)
    made = send(
        staff, "/partners/new", "/partners", **ABOUT, mailbox=MAILBOX, fields=["happened", "harm"]
    )
    assert made.location == "/partners/example-social"
    page = staff.get(made.location)
    assert "Not vetted" in page.text
    assert MAILBOX not in page.text
    assert "Not confirmed" in page.text
    assert "What happened" in page.text

    with context.begin() as work:
        a_person(work, Role.PARTNER, [work.session.query(Partner).one().team])
    sign_in(staff, responder)
    assert send(staff, made.location, f"{made.location}/vetting", on="").status_code == 422
    late = send(staff, made.location, f"{made.location}/vetting", on="2999-01-01")
    assert "or an earlier day" in late.text
    assert (
        send(staff, made.location, f"{made.location}/vetting", on="2026-11-02").status_code == 303
    )
    sign_in(staff, lead)
    assert "Stop sending them" in staff.get(made.location).text
    assert send(staff, made.location, f"{made.location}/doubt").status_code == 303

    edit = f"{made.location}/allow-list"
    assert 'value="harm" checked' in staff.get(edit).text
    assert send(staff, edit, edit, fields=["harm"]).status_code == 303
    assert send(staff, edit, edit, fields=["reporter_name"]).status_code == 422
    box = f"{made.location}/mailbox"
    assert send(staff, box, box, mailbox="no address").status_code == 422
    assert send(staff, box, box, mailbox="a@example.test").status_code == 303
    assert "Example Social" in staff.get("/partners").text


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"slug": "not a slug"}, {"platform": ""}, {"mailbox": "a@b, c@d"}]
)
def test_a_form_that_is_not_right_is_shown_again(staff, lead, wrong):
    sign_in(staff, lead)

    page = send(staff, "/partners/new", "/partners", **(ABOUT | {"mailbox": MAILBOX} | wrong))

    assert page.status_code == 422
    assert "There is a problem" in page.text


def test_a_responder_reads_and_does_not_change(staff, responder, partner):
    sign_in(staff, responder)

    page = staff.get(f"/partners/{partner.slug}")
    assert page.status_code == 200
    assert MAILBOX not in page.text
    assert "Change what a request can include" not in page.text
    assert staff.get("/partners/new").status_code == 404
    assert staff.get(f"/partners/{partner.slug}/allow-list").status_code == 403
    assert send(staff, "/partners", f"/partners/{partner.slug}/doubt").status_code == 403


def registered(client, **changes):
    fields = {
        "name": "X",
        "slug": "x",
        "platform": "x",
        "mailbox": "trust@x.test",
        "timezone": "UTC",
    }
    return send(client, "/partners/new", "/partners", **(fields | changes))


def test_every_platform_of_the_vocabulary_can_have_a_partner(staff, lead):
    sign_in(staff, lead)

    for platform in load_current_library().platforms:
        made = registered(staff, slug=platform.slug, platform=platform.slug)
        assert made.status_code == 303, platform.slug
        assert staff.get(f"/partners/{platform.slug}").status_code == 200


def test_a_partner_whose_short_name_is_taken_is_not_typed_a_second_time(staff, lead, partner):
    sign_in(staff, lead)
    typed = {
        "name": "Kept as typed",
        "slug": partner.slug,
        "platform": "example",
        "is_new_platform": "y",
    }

    taken = registered(staff, **typed, fields=["harm"], asks=["lock"])

    assert taken.status_code == 422
    assert "already has this short name" in taken.text
    assert 'value="Kept as typed"' in taken.text
    assert re.search(r'value="harm"[^>]* checked', taken.text)
    assert re.search(r'value="lock"[^>]* checked', taken.text)


def test_a_platform_that_is_nearly_one_of_ours_is_asked_about(staff, lead):
    sign_in(staff, lead)

    slip = registered(staff, platform="facebok", name="Kept as typed")

    assert slip.status_code == 422
    assert "Did you mean “facebook”?" in slip.text
    assert "Kept as typed" in slip.text


def test_a_new_platform_is_taken_only_on_purpose(context, staff, lead):
    with work_as(context, lead) as work, pytest.raises(Conflict, match="facebook"):
        operations.register_partner(
            work,
            slug="y",
            name="Y",
            platform="facebok",
            mailbox=MAILBOX,
            known_platforms=["facebook"],
        )
    sign_in(staff, lead)
    assert registered(staff, platform="northern-forum").status_code == 422
    assert registered(staff, platform="northern-forum", is_new_platform="y").status_code == 303
    assert "Did you mean" not in unknown_platform_message("northern-forum", ["facebook"])


def test_a_partner_is_renamed_and_history_has_both_names(context, staff, lead, partner):
    sign_in(staff, lead)
    page = f"/partners/{partner.slug}/about"

    kept = send(
        staff,
        page,
        page,
        name="Example and Friends",
        asks=["restore", "lock"],
        timezone="Asia/Beirut",
        reach_us="Helpdesk of the north, call +00 1.",
    )

    assert kept.status_code == 303
    shown = staff.get(f"/partners/{partner.slug}").text
    assert "Example and Friends" in shown
    assert "Asia/Beirut" in shown
    assert "call +00 1." in shown
    with work_as(context, lead) as work:
        entry = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.action == "partner.changed")
        ).one()
        assert entry.details["was"]["name"] == "Example Social"
        assert entry.details["changed"] == ["name", "asks", "timezone", "reach_us"]
        assert "+00" not in str(entry.details)


def test_a_zone_that_there_is_not_is_said_beside_the_field(context, staff, lead, partner):
    sign_in(staff, lead)
    page = f"/partners/{partner.slug}/about"

    odd = send(staff, page, page, name="A", timezone="Mars/Base", reach_us="")

    assert odd.status_code == 422
    assert "There is no such time zone" in odd.text
    with work_as(context, lead) as work, pytest.raises(Conflict, match="zone"):
        operations.change_partner(
            work, theirs(work, partner), name="A", about=PartnerTerms(timezone="Mars/Base")
        )


def test_who_is_retired_is_offered_to_nobody_and_can_come_back(context, staff, lead, partner):
    sign_in(staff, lead)
    page = f"/partners/{partner.slug}"

    assert send(staff, page, f"{page}/retirement").status_code == 303
    assert "Retired" in staff.get(page).text
    with work_as(context, lead) as work:
        assert queries.partners_to_ask(work) == []
        assert not theirs(work, partner).accepts("restore")
        with pytest.raises(Conflict):
            operations.retire_partner(work, theirs(work, partner))
    assert send(staff, page, f"{page}/return").status_code == 303
    with work_as(context, lead) as work:
        assert [one.slug for one in queries.partners_to_ask(work)] == [partner.slug]
        with pytest.raises(Conflict):
            operations.reinstate_partner(work, theirs(work, partner))


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "29 Nov 2026, 23:30 UTC"),
        ("Europe/Lisbon", "29 Nov 2026, 23:30 UTC (23:30 in Europe/Lisbon)"),
        ("Asia/Beirut", "29 Nov 2026, 23:30 UTC (30 Nov, 01:30 in Asia/Beirut)"),
        ("Nowhere", "29 Nov 2026, 23:30 UTC"),
    ],
)
def test_a_time_is_said_in_both_zones(zone, said):
    assert format_in_both_zones(datetime(2026, 11, 29, 23, 30, tzinfo=UTC), zone) == said
