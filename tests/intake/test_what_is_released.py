"""What a colleague was told in confidence stays out of the mailbox until one of us releases it."""

import html
import re

import pytest
from sqlalchemy import func, select

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.history import HistoryEntry
from helpdesk.duty import timeline
from helpdesk.intake import operations as intake
from helpdesk.intake import queries
from helpdesk.runs import operations as runs
from helpdesk.triage import case_advice
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as triage_queries
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


def correct(house, case, changes, **how):
    with house.inside() as work:
        triage.correct_reporter_answers(work, work.session.get(Case, case.id), changes, **how)


def goes_by(house, case, code):
    with house.at_the_door(reporter(case.id), own=code.secret()) as work:
        return case_advice.answers_for_advice(work, queries.own_case(work))


REPORTED = {"danger": "none_known", "hold": "running", "whose": "mine", "owner_state": "held"}


@pytest.fixture
def reported(house, code):
    with house.inside() as work:
        case = a_case(
            work,
            house.team,
            code=code,
            state=CaseState.OPEN,
            owner=house.responder,
            answers=REPORTED,
        )
        case_advice.seal_answers_for_advice(case, REPORTED)
        return case


def test_a_correction_that_is_released_does_not_tell_that_danger_was_told(house, reported, code):
    with house.at_the_door(reporter(reported.id), own=code.secret()) as work:
        intake.report_danger(work, queries.own_case(work))

    correct(house, reported, {"hold": "unclear"}, shows_in_mailbox=True)

    assert goes_by(house, reported, code)["danger"] == "none_known"
    correct(house, reported, {"danger": "credible"}, shows_in_mailbox=True)
    assert goes_by(house, reported, code)["danger"] == "credible", "that is released on purpose"


def test_a_press_is_not_offered_for_release_as_a_correction(house, reported):
    with house.at_the_door(reporter(reported.id)) as work:
        intake.report_danger(work, queries.own_case(work))
    correct(house, reported, {"hold": "unclear"})

    with house.inside() as work:
        case = work.session.get(Case, reported.id)
        asked = triage_queries.staff_questions_of(triage_queries.playbooks_judging_case(work, case))
        withheld = triage_queries.withheld_questions(work, case, asked)
    assert "danger" not in {one.id for one in withheld}


def test_what_the_reporter_told_stays_where_it_was_corrected_in_confidence(house, reported, code):
    correct(house, reported, {"owner_state": "missing"})
    correct(house, reported, {"hold": "unclear"}, shows_in_mailbox=True)

    known = goes_by(house, reported, code)
    assert (known["owner_state"], known["hold"]) == ("held", "unclear")

    correct(house, reported, {"danger": "credible"}, shows_in_mailbox=True)
    known = goes_by(house, reported, code)
    assert known["owner_state"] == "held", "also after the second release"
    assert (known["hold"], known["danger"]) == ("unclear", "credible")


def test_what_the_mailbox_answered_since_stays_too(house, reported, code):
    correct(house, reported, {"owner_state": "missing"})
    with house.at_the_door(reporter(reported.id), own=code.secret()) as work:
        case = queries.own_case(work)
        intake.record_deferred_answers(work, case, body="…", answers={"owner_state": "can_act"})

    correct(house, reported, {"hold": "unclear"}, shows_in_mailbox=True)

    assert goes_by(house, reported, code)["owner_state"] == "can_act"


def test_what_is_released_hides_what_no_longer_applies(house, reported, code):
    correct(house, reported, {"owner_state": ""}, shows_in_mailbox=True)

    assert "owner_state" not in goes_by(house, reported, code)


def test_what_was_corrected_in_confidence_can_be_released_later(house, reported, code):
    correct(house, reported, {"owner_state": "missing", "danger": "credible"})

    correct(house, reported, {}, released=["owner_state"])

    known = goes_by(house, reported, code)
    assert (known["owner_state"], known["danger"]) == ("missing", "none_known")


def test_what_is_corrected_in_confidence_once_more_is_not_released_by_the_older_tick(
    house, reported, code
):
    correct(house, reported, {"danger": "credible"})

    correct(house, reported, {"danger": "imminent"}, released=["danger"])

    assert goes_by(house, reported, code)["danger"] == "none_known"


def test_history_names_the_answers_that_were_released_and_never_what_they_say(house, reported):
    correct(house, reported, {"danger": "credible"})
    correct(house, reported, {"hold": "unclear"}, shows_in_mailbox=True)
    correct(house, reported, {}, released=["danger"])

    with house.inside() as work:
        released = select(HistoryEntry).where(HistoryEntry.action == "case.answers_released")
        entries = work.session.scalars(released.order_by(HistoryEntry.id)).all()
        judged = select(func.count()).where(HistoryEntry.action == "case.judged")
        assert work.session.scalar(judged) == 2, "a release is no judgement"
    assert [one.details for one in entries] == [
        {"answers": ["hold"]},
        {"answers": ["danger"]},
    ]
    assert timeline.sentence_for_entry(entries[1], {}, {}) == (
        "Matched the advice in the mailbox to the answers: danger."
    )
