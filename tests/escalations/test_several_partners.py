"""Several partners for one platform: one is proposed, a person picks, consent is to one by name."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.duty import operations as duty
from helpdesk.escalations import operations, queries, request_basis
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.draft_findings import new_findings_for_draft
from helpdesk.escalations.gates import check_gates, closed_gates
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.priorities import FROM_LEVEL
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.intake import operations as mailbox
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner, PartnerContact
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import ContactTerms, PartnerTerms
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs.condition_context import condition_context
from helpdesk.runs.queries import pinned_playbook_of
from tests.conftest import with_rights_of
from tests.escalations.conftest import TYPED, a_partner
from tests.escalations.test_old_pages import at_mailbox
from tests.factories import a_person, sign_in
from tests.intake.browser import mark_in, token_in
from tests.runs.conftest import showing


@pytest.fixture
def other(house, context):
    """Another team of the same platform, which may receive everything but the harm."""
    with context.begin() as work:
        fields = set(BY_NAME) - {"harm"}
        return a_partner(
            work, house.lead, slug="trust-west", fields=fields, regions=("011",), languages=("en",)
        )


@pytest.fixture
def registrar(house, context):
    with context.begin() as work:
        return a_partner(work, house.lead, slug="names", kind="registrar")


@pytest.fixture
def writer(staff, house):
    return sign_in(staff, house.writer)


def ask(house, partner, **how):
    with house.as_(house.writer) as work:
        return operations.write_draft(
            work,
            work.session.get(Case, house.case.id),
            work.session.get(Partner, partner.id),
            ask=how.get("ask", Ask.LOCK),
            typed=TYPED,
            playbook=house.case.incident_type,
        )


def change(house, draft, partner, who=None, seen_hash=None):
    with house.as_(who or house.writer) as work:
        operations.change_partner_of_draft(
            work,
            house.mine(work, draft),
            work.session.get(Partner, partner.id),
            seen_hash=seen_hash or draft.packet_hash,
        )


def shut(house, request):
    with house.as_(house.second) as work:
        seen = request_basis.gate_inputs(work, house.mine(work, request))
        return {one.name: one.sentence for one in closed_gates(check_gates(seen, approver="x"))}


def named_consent(house, partner):
    with house.as_reporter() as work:
        given = casework.give_consent(
            work,
            work.session.get(Case, house.case.id),
            consent_coverage_of(work, house.case.id).agreement_for(
                work.session.get(Partner, partner.id)
            ),
        )
        return given.id


def requests(house):
    return f"/cases/{house.case.ref}/requests"


def post(client, page, to, **fields):
    shown = client.get(page)
    return client.post(
        to, data={"csrf_token": token_in(shown.text), **mark_in(shown, to), **fields}
    )


def test_leave_to_ask_the_platform_covers_whichever_team_is_asked_first(house, other):
    draft = ask(house, other)

    assert "Consent" not in shut(house, draft)
    assert house.approve(draft).partner_id == other.id


def test_once_one_team_was_asked_another_needs_leave_by_name(house, other):
    house.approved(ask=Ask.LOCK)

    draft = ask(house, other)

    assert "doesn’t include this partner" in shut(house, draft)["Consent"]
    with pytest.raises(Conflict, match="hasn’t agreed"):
        house.approve(draft)
    named_consent(house, other)
    assert "Consent" not in shut(house, draft)
    assert house.approve(draft).state is EscalationState.APPROVED


def test_a_team_that_the_reporter_said_no_to_is_not_proposed_and_the_gate_says_so(
    house, context, other, writer
):
    draft = ask(house, house.partner)
    with house.as_reporter() as work:
        mailbox.refuse_partner(
            work, work.session.get(Case, house.case.id), work.session.get(Escalation, draft.id)
        )

    assert "They said no to this partner" in shut(house, draft)["Consent"]
    page = unescape(writer.get(requests(house) + "/new").text)
    assert "the reporter said no to asking them" in page
    change(house, draft, other)
    assert "Consent" not in shut(house, draft)


def test_a_registrar_is_not_the_platform_and_needs_leave_by_name(house, registrar):
    draft = ask(house, registrar)

    assert "Consent" in shut(house, draft)
    named_consent(house, registrar)
    assert "Consent" not in shut(house, draft)


def test_what_is_under_way_keeps_its_partner_and_its_consent(house, other, context):
    first = house.carried(ask=Ask.LOCK)
    named_consent(house, other)
    second = house.approve(ask(house, other))

    with house.as_(house.writer) as work:
        one, two = house.mine(work, first), house.mine(work, second)
        assert queries.consent_for_request(work, one).partner_id is None
        assert queries.consent_for_request(work, two).partner_id == other.id
        # A coordinator who calls them something else later takes nothing from what is under way.
        one.partner.kind = "host"
        work.record("partner.changed", one.partner)
        work.session.flush()
        assert queries.consent_for_request(work, one) is not None
        assert one.partner_id == house.partner.id


def test_taking_leave_from_one_team_stops_its_request_alone(house, other):
    first = house.approved(ask=Ask.LOCK)
    named = named_consent(house, other)
    second = house.approve(ask(house, other))

    with house.as_(house.writer) as work:
        consent = work.session.get(Consent, named)
        stopped = queries.requests_depending_on_consent(work, consent)
        assert [one.ref for one in stopped] == [second.ref]
        platform = work.session.scalars(
            select(Consent).where(
                Consent.case_id == house.case.id,
                Consent.kind == ConsentKind.PLATFORM,
                Consent.partner_id.is_(None),
            )
        ).one()
        stopped = queries.requests_depending_on_consent(work, platform)
        assert [one.ref for one in stopped] == [first.ref]


def test_leave_by_name_that_was_taken_back_is_not_replaced_by_that_for_the_platform(house, other):
    """The reporter said no to this very team."""
    with house.as_reporter() as work:
        case = work.session.get(Case, house.case.id)
        given = casework.give_consent(
            work,
            case,
            consent_coverage_of(work, case.id)
            .agreement_for(house.partner)
            ._replace(partner_id=house.partner.id),
        )
        casework.withdraw_consent(work, case, given)

    assert "Consent" in shut(house, ask(house, house.partner))


def test_the_worker_asks_the_same_with_its_own_rights(house, other):
    first, named = house.approved(ask=Ask.LOCK), named_consent(house, other)
    second = house.approve(ask(house, other))

    def covered():
        with house.context.begin() as work:
            found = [work.session.get(Escalation, one.id) for one in (first, second)]
            return [queries.consent_for_request(work, one) for one in found]

    general, by_name = with_rights_of("helpdesk_worker", lambda _context: covered())(house.context)

    assert general.partner_id is None
    assert by_name.id == named


def test_a_draft_is_asked_of_another_team_with_the_words_that_it_may_receive(house, other):
    draft = ask(house, house.partner)

    change(house, draft, other)

    now = house.now(draft)
    assert now.partner_id == other.id
    with house.as_(house.writer) as work:
        packet = queries.packet_of(work, house.mine(work, draft))
    assert packet.header.partner == "trust-west"
    assert packet.fields["happened"] == TYPED["happened"]
    assert "harm" not in packet.fields
    with house.as_reporter() as work:
        preview = work.keys.read_own(work.session.get(Escalation, draft.id), "packet_for_reporter")
    assert "trust-west" in preview
    with house.context.begin() as work:
        told = select(HistoryEntry.details).where(
            HistoryEntry.subject_id == draft.id,
            HistoryEntry.action == "escalation.partner_changed",
        )
        [details] = work.session.scalars(told)
    assert (details["was"], details["partner"]) == (house.partner.slug, "trust-west")


def test_what_was_approved_keeps_its_partner(house, other):
    sent = house.approved(ask=Ask.LOCK)

    with pytest.raises(StalePage):
        change(house, sent, other)


def test_a_second_click_and_an_old_tab_change_no_partner(house, other):
    draft = ask(house, house.partner)
    change(house, draft, other)

    with pytest.raises(StalePage):
        change(house, draft, other)
    with pytest.raises(StalePage):
        change(house, draft, house.partner, seen_hash=draft.packet_hash)


def test_another_platforms_partner_or_one_that_does_not_take_it_is_no_alternative(house, context):
    with context.begin() as work:
        elsewhere = a_partner(work, house.lead, platform="elsewhere")
        locks_not = a_partner(work, house.lead, slug="locks-not", asks=("remove",))
    draft = ask(house, house.partner)

    with pytest.raises(Conflict, match="another platform"):
        change(house, draft, elsewhere)
    with pytest.raises(Conflict, match="doesn’t take requests like this"):
        change(house, draft, locks_not)


def test_nobody_of_another_queue_changes_whom_a_draft_asks(house, other, context):
    draft = ask(house, house.partner)
    with context.begin() as work:
        stranger = a_person(work)

    with house.as_(stranger) as work, pytest.raises(NotAllowed):
        operations.change_partner_of_draft(
            work,
            work.session.get(Escalation, draft.id),
            work.session.get(Partner, other.id),
            seen_hash=draft.packet_hash,
        )


def test_leave_by_name_that_one_of_us_was_told_counts_once_confirmed(house, registrar, writer):
    draft = ask(house, registrar)
    page = f"{requests(house)}/{draft.ref}"
    assert "Record that they agreed" in writer.get(page).text

    assert post(writer, page, f"{page}/consent").status_code == 303

    assert "Consent" in shut(house, draft), "one person’s word alone"
    with house.as_(house.second) as work:
        case = work.session.get(Case, house.case.id)
        [told] = work.session.scalars(
            select(Consent).where(Consent.case_id == case.id, Consent.partner_id == registrar.id)
        )
        casework.confirm_consent(work, case, told)
    assert "Consent" not in shut(house, draft)
    again = post(writer, page, f"{page}/consent")
    assert again.status_code == 409
    shown = unescape(writer.get(f"/cases/{house.case.ref}").text)
    assert f"<bdi>{registrar.name}</bdi>" in shown[shown.index('id="consents"') :]


def test_buttons_beside_what_was_agreed_say_of_whom(house, registrar, writer):
    note_by_name(house, ask(house, registrar))

    shown = unescape(writer.get(f"/cases/{house.case.ref}").text)

    beside = re.findall(r'withdrew it <span class="unseen">([^<]*)</span>', shown)
    assert len(beside) == len(set(beside))
    assert any(registrar.name in one for one in beside)


def test_leave_that_the_platforms_covers_is_not_recorded_by_name(house, other):
    draft = ask(house, other)

    with house.as_(house.writer) as work, pytest.raises(StalePage, match="includes this partner"):
        operations.record_consent_to_partner(work, house.mine(work, draft))


def test_the_page_proposes_one_with_the_reason_and_a_person_picks(house, other, writer):
    page = f"{requests(house)}/new"
    before = unescape(writer.get(page).text)
    assert "Acts for people in Western Africa." in before

    saved = post(writer, page, f"{requests(house)}/region", region="011")

    assert saved.status_code == 303
    shown = unescape(writer.get(page).text)
    assert shown.index("trust-west") < shown.index("trust-platform")
    assert re.search(r'value="trust-west" checked', shown)
    assert "Proposed. Acts for platform. Acts for people in Western Africa." in shown
    assert house.case_now().region == "011"
    with house.context.begin() as work:
        told = select(HistoryEntry.details).where(
            HistoryEntry.case_id == house.case.id,
            HistoryEntry.action == "case.region_recorded",
        )
        assert list(work.session.scalars(told)) == [{}], "history never says where they are"


def test_of_one_partner_nothing_more_is_asked(house, writer):
    shown = unescape(writer.get(f"{requests(house)}/new").text)

    assert "Proposed" not in shown
    assert "Where is the reporter?" not in shown
    assert re.search(r'value="trust-platform" checked', shown)


@pytest.mark.parametrize("region", ["999", "x" * 4000])
def test_a_region_that_there_is_not_is_refused_in_a_sentence(house, other, writer, region):
    page = f"{requests(house)}/new"

    refused = post(writer, page, f"{requests(house)}/region", region=region)

    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert house.case_now().region is None


def test_a_region_from_an_old_tab_overwrites_none(house, other):
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        casework.record_region(work, case, "011")
        with pytest.raises(StalePage):
            casework.record_region(work, case, "151", seen="of-another-page")
        with pytest.raises(Conflict):
            casework.record_region(work, case, "999")


def test_the_page_for_another_partner_says_what_fits_and_keeps_who_is_picked(house, other, writer):
    draft = ask(house, house.partner)
    page = f"{requests(house)}/{draft.ref}/partner"

    shown = unescape(writer.get(page).text)
    assert "Proposed. Acts for platform." in shown
    assert "Acts for people in Western Africa." in shown
    assert re.search(r'value="trust-platform" checked', shown)
    seen = re.search(r'name="seen_hash"[^>]*value="([0-9a-f]{64})"', shown)[1]
    nobody = post(writer, page, page, seen_hash=seen, partner="nobody")
    assert nobody.status_code == 422
    assert "There is a problem" in nobody.text
    done = post(writer, page, page, seen_hash=seen, partner="trust-west")
    assert done.status_code == 303
    assert house.now(draft).partner_id == other.id


def note_by_name(house, draft):
    with house.as_(house.writer) as work:
        operations.record_consent_to_partner(work, house.mine(work, draft))


@pytest.mark.parametrize("then", ["noted", "confirmed", "withdrawn"])
def test_who_is_agreed_to_by_name_is_named_though_the_draft_goes_to_another(
    house, registrar, other, public, then
):
    draft = ask(house, registrar)
    note_by_name(house, draft)
    if then != "noted":
        with house.as_(house.second) as work:
            case, told = by_name_to(house, work, registrar)
            casework.confirm_consent(work, case, told)
    if then == "withdrawn":
        with house.as_(house.second) as work:
            casework.withdraw_consent(work, *by_name_to(house, work, registrar))

    change(house, house.now(draft), other)

    assert registrar.name in at_mailbox(house, public).get("/mailbox/case").text


def by_name_to(house, work, partner):
    case = work.session.get(Case, house.case.id)
    found = select(Consent).where(Consent.case_id == case.id, Consent.partner_id == partner.id)
    return case, work.session.scalars(found).one()


def test_who_denied_leave_to_the_platform_alone_confirms_leave_for_a_partner_of_it(
    house, registrar
):
    house.withdraw_consent()
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        noted = casework.record_consent(work, case, kind=ConsentKind.PLATFORM)
    with house.as_reporter() as work:
        case = work.session.get(Case, house.case.id)
        mailbox.dispute_consent(work, case, work.session.get(Consent, noted.id))
    note_by_name(house, ask(house, registrar))

    with house.as_(house.second) as work, pytest.raises(Conflict, match="Only they can confirm"):
        casework.confirm_consent(work, *by_name_to(house, work, registrar))
    with house.as_reporter() as work:
        casework.confirm_consent(work, *by_name_to(house, work, registrar))


def test_history_says_to_whom_leave_by_name_was_given(house, registrar, writer):
    note_by_name(house, ask(house, registrar))

    for page in (f"/cases/{house.case.ref}", f"/cases/{house.case.ref}/history"):
        shown = unescape(writer.get(page).text)
        assert f"Consent was recorded: to ask \u2068{registrar.name}\u2069 (" in shown


def test_of_a_draft_whose_partner_was_retired_the_one_other_can_be_picked(house, other, writer):
    draft = ask(house, house.partner)
    with house.as_(house.lead) as work:
        partners.retire_partner(work, work.session.get(Partner, house.partner.id))
    page = f"{requests(house)}/{draft.ref}"

    assert f"{page}/partner" in writer.get(page).text
    assert "Change the partner" in shut(house, draft)["What they accept"]
    change(house, draft, other)
    assert house.now(draft).partner_id == other.id


def test_where_a_contact_alone_acts_for_a_region_it_is_asked(house, context, writer):
    with context.begin() as work:
        second = a_partner(work, house.lead, slug="trust-east")
    page = f"{requests(house)}/new"
    assert "Where is the reporter?" not in writer.get(page).text
    with house.as_(house.lead) as work:
        partners.add_contact(
            work,
            work.session.get(Partner, second.id),
            name="Desk of the region",
            terms=ContactTerms(is_person=False, regions=("011",)),
        )

    assert "Where is the reporter?" in writer.get(page).text


def test_a_region_that_is_known_is_shown_also_of_one_partner(house, writer):
    with house.as_(house.writer) as work:
        casework.record_region(work, work.session.get(Case, house.case.id), "011")

    assert "Where is the reporter?" in writer.get(f"{requests(house)}/new").text


def test_who_becomes_something_else_to_the_platform_is_vetted_again(house, registrar):
    def call_them(kind):
        with house.as_(house.lead) as work:
            found = work.session.get(Partner, registrar.id)
            partners.change_partner(
                work, found, name=found.name, about=PartnerTerms(reach_us="Us.", kind=kind)
            )
            return found.is_vetted

    assert call_them("registrar")
    assert not call_them("platform")


def test_a_contact_whom_somebody_changes_is_verified_by_them(house, context):
    with house.as_(house.lead) as work:
        found = work.session.get(Partner, house.partner.id)
        terms = ContactTerms(is_person=True)
        added = partners.add_contact(work, found, name="Ana", terms=terms)
    with context.begin() as work:
        other_lead = a_person(work, Role.COORDINATOR, [house.queue])
        later = work.at + timedelta(days=91)
    with house.as_(other_lead, later) as work:
        found = work.session.get(Partner, house.partner.id)
        contact = work.session.get(PartnerContact, added.id)
        partners.change_contact(work, found, contact, name="Bruno", terms=terms)

    assert contact.verified_by == other_lead.actor.id
    assert contact.verified_until == later.date() + timedelta(days=90)


def test_a_draft_that_goes_to_another_offers_what_only_they_may_receive(house, context):
    with context.begin() as work:
        fewer = set(BY_NAME) - {"target_url"}
        narrow = a_partner(work, house.lead, slug="trust-narrow", fields=fewer)
    with house.as_(house.lead) as work:
        run = duty.start_playbook_and_judge_again(
            work, work.session.get(Case, house.case.id), "impersonation"
        )
        shown = showing(pinned_playbook_of(run), "save-pages", "saved")
        shown["evidence"] = {**shown["evidence"], "profile-url": TYPED["target_url"]}
        duty.finish_step(work, run, "save-pages", outcome="saved", **shown)
    with house.as_(house.writer) as work:
        draft = operations.write_draft(
            work,
            work.session.get(Case, house.case.id),
            work.session.get(Partner, narrow.id),
            ask=Ask.REMOVE,
            typed={name: value for name, value in TYPED.items() if name != "target_url"},
            playbook="impersonation",
        )

    def offered():
        with house.as_(house.writer) as work:
            return new_findings_for_draft(work, house.mine(work, draft)).fills

    assert "target_url" not in offered()
    change(house, draft, house.partner)
    assert offered()["target_url"] == TYPED["target_url"]


@pytest.mark.parametrize("is_platform", [True, False])
def test_who_answered_for_one_organisations_form_did_not_for_anothers(
    house, other, registrar, is_platform
):
    draft = ask(house, house.partner)
    with house.as_(house.lead) as work:
        operations.waive_public_form(work, house.mine(work, draft), reason="Their form is down.")

    change(house, house.now(draft), other if is_platform else registrar)

    now = house.now(draft)
    assert (now.waived_by is not None, now.waiver is not None) == (is_platform, is_platform)


def test_a_draft_that_goes_to_another_is_as_urgent_as_the_case_is_now(house, other):
    house.change_case(level=Level.SOON)
    draft = ask(house, house.partner)
    house.change_case(level=Level.IMMEDIATE)

    change(house, draft, other)

    assert house.now(draft).priority is FROM_LEVEL[Level.IMMEDIATE]


def test_a_playbooks_condition_asks_for_the_platforms_leave_alone(house, registrar):
    """Leave to one partner by name is another thing."""
    house.withdraw_consent()
    named_consent(house, registrar)

    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        page = next(one for one in load_current_library().playbooks if one.id == "doxing")
        assert condition_context(work, case, page)["consent_platform"] == "withdrawn"


def test_the_region_is_said_in_words(house):
    with house.as_(house.writer) as work:
        casework.record_region(work, work.session.get(Case, house.case.id), "011")

    draft = ask(house, house.partner)

    with house.as_(house.writer) as work:
        packet = queries.packet_of(work, house.mine(work, draft))
    assert packet.fields["region"] == "011"
    assert ("region", "Western Africa") in list(packet.lines_by_field())


def test_of_a_draft_that_was_given_up_the_mailbox_asks_nothing(house, registrar, public):
    draft = ask(house, registrar)
    page = at_mailbox(house, public).get("/mailbox/case").text
    assert f":{registrar.id}" in page
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, draft))

    page = public.get("/mailbox/case").text
    assert f":{registrar.id}" not in page
    assert not re.search(r"<details[^>]*\bopen\b[^>]*>\s*<summary>[^<]*What you allow", page)


def test_a_case_with_a_region_that_is_none_can_be_asked_about(house, other, writer):
    house.change_case(region="zzz")
    draft = ask(house, house.partner)

    shown = [
        writer.get(page)
        for page in (f"{requests(house)}/new", f"{requests(house)}/{draft.ref}/partner")
    ]

    assert [one.status_code for one in shown] == [200, 200]


@pytest.mark.parametrize("change", [{"name": "Ministry"}, {"kind": "cert"}])
def test_who_is_called_otherwise_is_vetted_again_before_leave_by_name_counts(
    house, registrar, change
):
    """A reporter agreed to the one whose name and kind they read."""
    draft = ask(house, registrar)
    named_consent(house, registrar)
    assert not {"Consent", "Partner"} & set(shut(house, draft))

    with house.as_(house.lead) as work:
        found = work.session.get(Partner, registrar.id)
        called = {"name": found.name, "kind": found.kind} | change
        about = PartnerTerms(reach_us="Us.", kind=called["kind"])
        partners.change_partner(work, found, name=called["name"], about=about)

    assert "Partner" in shut(house, draft)


def test_what_a_draft_loses_with_another_partner_is_named_before_it_is_asked(house, other, writer):
    draft = ask(house, house.partner)

    shown = unescape(writer.get(f"{requests(house)}/{draft.ref}/partner").text)

    label = BY_NAME["harm"].staff_label
    assert shown.count(f"Will be left out: {label}.") == 1
    assert "copy it first" in shown
