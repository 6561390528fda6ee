"""What a colleague was told in confidence stays out of the mailbox until one of us releases it."""

import html
import re

import pytest

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.codes import ReturnCode
from helpdesk.runs import operations as runs
from tests.factories import a_case

PAGES = ("/mailbox/case", "/mailbox/case/advice", "/mailbox/case/questions")
KINDS = ("intimate-images", "being-watched", "harassment-threats")


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    with house.inside() as work:
        return a_case(work, house.team, code=code, state=CaseState.OPEN, owner=house.responder)


@pytest.fixture
def mailbox(browser, case, code):
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    return browser


def shown(mailbox):
    pages = []
    for address in PAGES:
        mailbox.open(address)
        pages.append(html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", mailbox.text))))
    return pages


def start(house, case, kind, **how):
    with house.inside() as work:
        run = runs.start_run(work, work.session.get(Case, case.id), kind, **how)
        return run.id


@pytest.mark.parametrize("kind", KINDS)
def test_a_playbook_that_a_colleague_starts_shows_nothing_in_the_mailbox(
    house, mailbox, case, kind
):
    before = shown(mailbox)
    start(house, case, kind)

    assert shown(mailbox) == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_of_us_releases_is_shown_with_its_advice_and_questions(house, mailbox, case, kind):
    before = shown(mailbox)
    start(house, case, kind, shows_in_mailbox=True)
    after = shown(mailbox)

    assert after[1] != before[1]
    assert after[2] != before[2]


def test_the_case_is_about_it_all_the_same(house, case):
    start(house, case, "being-watched")

    with house.inside() as work:
        found = work.session.get(Case, case.id)
        assert "being-watched" in found.kinds
        assert "being-watched" not in found.kinds_for_reporter
