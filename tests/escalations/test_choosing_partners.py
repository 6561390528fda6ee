"""Whom a request can go to: what has to be chosen, and who answers for the platform of the case."""

from html import unescape

import pytest

from helpdesk.cases.models import Case
from helpdesk.core.errors import Conflict
from helpdesk.escalations import operations, queries
from helpdesk.escalations.states import Ask
from helpdesk.partners.models import Partner
from tests.escalations.conftest import TYPED, a_partner
from tests.factories import sign_in
from tests.intake.browser import token_in


@pytest.fixture
def writer(staff, house):
    return sign_in(staff, house.writer)


@pytest.fixture
def elsewhere(house, context):
    with context.begin() as work:
        return a_partner(work, house.lead, platform="elsewhere")


def requests(house):
    return f"/cases/{house.case.ref}/requests"


def draft(house, partner, **how):
    with house.as_(house.writer) as work:
        return operations.write_draft(
            work,
            work.session.get(Case, house.case.id),
            work.session.get(Partner, partner.id),
            ask=Ask.RESTORE,
            typed=TYPED,
            playbook=house.case.incident_type,
            **how,
        )


def test_continue_with_nothing_chosen_says_what_to_choose_beside_the_field(house, writer):
    page = writer.get(f"{requests(house)}/new?playbook={house.case.incident_type}&continue=yes")

    assert page.status_code == 422
    assert 'name="continue"' in page.text
    for field, said in (
        ("partner", "Choose a partner."),
        ("ask", "Choose what we ask them to do."),
    ):
        assert f'id="{field}-error"' in page.text
        assert page.text.count(said) == 2, "beside the field, and at the top"


def test_what_is_chosen_of_the_two_is_kept_while_the_other_is_asked_for(house, writer):
    page = writer.get(f"{requests(house)}/new?partner=trust-platform&continue=yes")

    assert page.status_code == 422
    assert 'id="ask-error"' in page.text
    assert 'id="partner-error"' not in page.text
    assert 'value="trust-platform" checked' in page.text


def test_the_page_opened_from_the_case_complains_of_nothing(house, writer):
    for query in ("", f"?playbook={house.case.incident_type}"):
        page = writer.get(f"{requests(house)}/new{query}")

        assert page.status_code == 200
        assert "There is a problem" not in page.text


def test_a_form_with_nothing_that_can_be_asked_says_so(house, writer):
    page = writer.get(f"{requests(house)}/new?partner=trust-platform&ask=restore")
    sent = writer.post(
        requests(house),
        data={"csrf_token": token_in(page.text), "partner": "trust-platform", "ask": "nothing"},
        follow_redirects=True,
    )

    assert "There is a problem" in sent.text
    assert 'id="ask-error"' in sent.text


def test_only_partners_who_act_for_the_platform_of_the_case_are_offered(house, writer, elsewhere):
    page = unescape(writer.get(f"{requests(house)}/new").text)

    assert 'value="trust-platform"' in page
    assert f'value="{elsewhere.slug}"' not in page
    assert "you can’t choose partners who act for others" in page
    assert elsewhere.name in page


def test_a_partner_who_acts_for_another_platform_is_refused_with_the_reason(
    house, writer, elsewhere
):
    page = writer.get(f"{requests(house)}/new?partner={elsewhere.slug}&ask=restore")

    assert page.status_code == 422
    assert "acts for elsewhere" in unescape(page.text)
    assert 'id="partner-error"' in page.text
    with pytest.raises(Conflict, match="doesn’t act for the platform"):
        draft(house, elsewhere)


def test_once_someone_says_that_the_account_is_there_partners_of_that_platform_are_offered(
    house, writer, elsewhere
):
    page = writer.get(f"{requests(house)}/new?platform=elsewhere").text

    assert f'value="{elsewhere.slug}"' in page
    assert 'value="trust-platform"' not in page
    form = writer.get(
        f"{requests(house)}/new?platform=elsewhere&partner={elsewhere.slug}&ask=restore"
    )
    sent = writer.post(
        requests(house),
        data={
            "csrf_token": token_in(form.text),
            "playbook": house.case.incident_type,
            "platform": "elsewhere",
            "partner": elsewhere.slug,
            "ask": "restore",
            **TYPED,
        },
    )
    assert sent.status_code == 303
    with house.as_(house.writer) as work:
        [made] = queries.requests_of_case(work, work.session.get(Case, house.case.id))
    assert made.partner_id == elsewhere.id


def test_a_platform_for_which_nobody_acts_is_said_and_not_filled_with_others(
    house, writer, elsewhere
):
    house.change_case(platform="lonely")

    page = unescape(writer.get(f"{requests(house)}/new").text)

    assert "None of our partners acts for lonely" in page
    assert "Continue" not in page
    assert "The account is with elsewhere" in page


def test_while_nobody_knows_the_platform_everyone_can_be_asked(house, writer, elsewhere):
    house.change_case(platform=None)

    page = writer.get(f"{requests(house)}/new").text

    assert 'value="trust-platform"' in page
    assert f'value="{elsewhere.slug}"' in page
    assert draft(house, elsewhere).partner_id == elsewhere.id


def test_a_draft_reads_as_a_draft_on_the_page_of_its_case(house, writer):
    escalation = house.ask()

    page = unescape(writer.get(f"/cases/{house.case.ref}").text)

    section = page[page.index('id="escalations"') :].split("</section>")[0]
    assert "We haven’t asked a partner about this case." in section
    assert f"Draft {escalation.ref}" in section
    assert "What we ask" not in section
    house.approve(escalation)
    page = unescape(writer.get(f"/cases/{house.case.ref}").text)
    section = page[page.index('id="escalations"') :].split("</section>")[0]
    assert "What we ask" in section
    assert "Draft" not in section


def test_a_second_draft_of_the_same_is_refused_as_a_draft(house):
    first = house.ask()

    with pytest.raises(Conflict, match=f"Draft {first.ref}"):
        house.ask()
