"""Several partners for one platform: one is proposed, a person picks, consent is to one by name."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.escalations import operations, queries, request_basis
from helpdesk.escalations.consent_coverage import consent_coverage_of
from helpdesk.escalations.gates import check_gates, closed_gates
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME
from tests.conftest import with_rights_of
from tests.escalations.conftest import TYPED, a_partner
from tests.factories import a_person, sign_in
from tests.intake.browser import mark_in, token_in


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
    assert "Acts for people in Western Africa." in shown
    assert re.search(r'value="trust-platform" checked', shown)
    seen = re.search(r'name="seen_hash"[^>]*value="([0-9a-f]{64})"', shown)[1]
    nobody = post(writer, page, page, seen_hash=seen, partner="nobody")
    assert nobody.status_code == 422
    assert "There is a problem" in nobody.text
    done = post(writer, page, page, seen_hash=seen, partner="trust-west")
    assert done.status_code == 303
    assert house.now(draft).partner_id == other.id
