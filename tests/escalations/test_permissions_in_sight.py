"""In the mailbox, what was agreed to is folded away only where there is nothing to look at."""

import re

import pytest

from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import ConsentKind
from tests.escalations.test_old_pages import at_mailbox


@pytest.fixture
def is_open(house, public):
    """Whether the permissions stand open on the mailbox's page."""

    def look():
        page = at_mailbox(house, public).get("/mailbox/case").text
        before = page.partition('id="consents"')[0]
        return bool(re.match(r"<details[^>]*\bopen\b", before[before.rindex("<details") :]))

    return look


def test_what_the_reporter_ticked_is_folded_away_also_beside_a_request(house, is_open):
    house.ask()

    assert not is_open()


def test_what_one_of_us_noted_and_another_confirmed_stands_open(house, is_open):
    house.withdraw_consent()
    with house.as_(house.writer) as work:
        noted = casework.record_consent(
            work, work.session.get(Case, house.case.id), kind=ConsentKind.PLATFORM
        )
    with house.as_(house.second) as work:
        case = work.session.get(Case, house.case.id)
        casework.confirm_consent(work, case, work.session.get(Consent, noted.id))

    assert is_open()


def test_a_request_that_waits_for_their_permission_opens_them(house, is_open):
    house.ask()
    house.withdraw_consent()

    assert is_open()
