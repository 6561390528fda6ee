"""The board says what happened on cases that concern the person who looks, and to nobody else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.cases import operations as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.actors import reporter
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.duty import news_lines as board_news
from helpdesk.duty import requests_awaiting_second_person
from helpdesk.duty.news_lines import WORDS
from helpdesk.escalations import operations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, PartnerAction, Reason, Verdict
from helpdesk.intake.operations import record_own_verdict, send_message_as_reporter
from tests.factories import a_case, a_person, a_team, sign_in


@pytest.fixture
def browser(staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False

    def signed_in(somebody):
        return sign_in(staff, somebody)

    return signed_in


def bring(house):
    run_due_jobs(house.context, "notices", at=datetime.now(UTC) + timedelta(seconds=1))


def note(house, who, text="Look at this."):
    with house.as_(who) as work:
        cases.add_case_note(work, work.session.get(Case, house.case.id), text)
    bring(house)


def news_on(page):
    """The lines of the section "News for you"."""
    section = page.split('id="news-title"')[-1].split("</section>")[0]
    return re.findall(r"<li>(.*?)</li>", section, flags=re.S)


def decide(house, escalation):
    with house.as_(house.theirs) as work:
        operations.record_partner_decision(
            work,
            house.mine(work, escalation),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )


def test_there_is_a_sentence_for_all_that_can_happen():
    assert set(WORDS) == set(NewsKind)


def test_without_news_the_board_says_so(house, browser):
    page = browser(house.writer).get("/duty").text

    assert "Nothing new." in page
    assert news_on(page) == []
    assert "Nothing new." in browser(house.writer).get("/news").text


def test_a_line_says_what_happened_when_and_leads_there(house, browser):
    note(house, house.second)

    [line] = news_on(browser(house.writer).get("/duty").text)

    assert f'href="/cases/{house.case.ref}"' in line
    assert "A colleague left a note." in line
    assert f"{datetime.now(UTC):%b %Y}" in line
    assert news_on(browser(house.second).get("/duty").text) == []


def test_the_partners_decision_reaches_owner_and_writer_and_leads_to_the_request(
    house,
    browser,
):
    escalation = house.carried()
    house.change_case(owner_id=house.lead.person.id)
    decide(house, escalation)
    bring(house)

    for one in (house.writer, house.lead):
        lines = news_on(browser(one).get("/duty").text)
        [line] = [line for line in lines if "The partner decided." in line]
        assert f'href="/cases/{house.case.ref}/requests/{escalation.ref}"' in line


def test_not_fixed_reaches_whoever_has_the_case(house, browser):
    escalation = house.carried()
    decide(house, escalation)
    with house.as_reporter() as work:
        record_own_verdict(
            work, work.session.get(Escalation, escalation.id), verdict=Verdict.NOT_EFFECTIVE
        )
    bring(house)

    page = browser(house.writer).get("/duty").text

    assert any(
        "it isn’t fixed, or only in part" in line.replace("&#39;", "'") for line in news_on(page)
    )


def test_who_wrote_a_request_hears_that_it_was_approved(house, browser):
    house.approved()
    bring(house)

    assert any(
        "What you wrote to the partner was approved." in one
        for one in news_on(browser(house.writer).get("/duty").text)
    )
    assert news_on(browser(house.second).get("/duty").text) == []


def test_messages_are_one_line_and_are_seen_when_the_case_is_opened(house, browser):
    for _ in range(3):
        with house.context.begin(reporter(house.case.id)) as work:
            send_message_as_reporter(
                work, work.session.get(Case, house.case.id), body="Please hurry."
            )
    bring(house)
    [line] = news_on(browser(house.writer).get("/duty").text)
    assert "The reporter wrote." in line
    assert "(3 times)" in line

    browser(house.second).get(f"/cases/{house.case.ref}")
    assert len(news_on(browser(house.writer).get("/duty").text)) == 1
    browser(house.writer).get(f"/cases/{house.case.ref}")

    assert news_on(browser(house.writer).get("/duty").text) == []
    assert "· seen" in browser(house.writer).get("/news").text


def test_opening_a_request_sees_its_news_and_leaves_the_others(house, browser):
    escalation = house.carried()
    decide(house, escalation)
    note(house, house.second)

    browser(house.writer).get(f"/cases/{house.case.ref}/requests/{escalation.ref}")

    [line] = news_on(browser(house.writer).get("/duty").text)
    assert "A colleague left a note." in line


def test_all_can_be_marked_as_seen_and_a_second_press_changes_nothing(house, browser):
    note(house, house.second)
    inside = browser(house.writer)

    first = inside.post("/news/seen", follow_redirects=True)
    with house.context.begin() as work:
        seen = work.session.scalars(select(News.seen_at)).all()
    second = inside.post("/news/seen", follow_redirects=True)

    assert first.status_code == second.status_code == 200
    assert news_on(second.text) == []
    with house.context.begin() as work:
        assert work.session.scalars(select(News.seen_at)).all() == seen


def test_marking_ones_own_as_seen_leaves_those_of_others(house, browser):
    note(house, house.second)

    browser(house.second).post("/news/seen")

    assert len(news_on(browser(house.writer).get("/duty").text)) == 1


def test_who_may_no_longer_see_the_case_sees_no_line(house, browser):
    note(house, house.second)
    with house.context.begin() as work:
        other = a_team(work)
        a_person(work, teams=[other])
        work.session.execute(update(Case).values(team_id=other.id))

    assert news_on(browser(house.writer).get("/duty").text) == []
    assert house.case.ref not in browser(house.writer).get("/news").text


def test_much_news_is_cut_and_counted_the_most_urgent_first(house, browser):
    with house.context.begin() as work:
        levels = [Level.ROUTINE] * board_news.SHOWN + [Level.IMMEDIATE]
        many = [a_case(work, house.queue, owner=house.writer, level=one) for one in levels]
    for case in many:
        with house.as_(house.second) as work:
            cases.add_case_note(work, work.session.get(Case, case.id), "Look.")
    bring(house)

    page = browser(house.writer).get("/duty").text

    lines = news_on(page)
    assert len(lines) == board_news.SHOWN
    assert many[-1].ref in lines[0]
    assert "All news, 1 more" in page


def second_persons_on(page):
    found = re.search(r"P1 requests that need a second person.*?</section>", page, flags=re.S)
    return found[0] if found else ""


def test_a_p1_request_that_needs_a_second_person_is_first_on_the_coordinators_board_with_its_clock(
    house,
    browser,
):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.ask()

    page = browser(house.lead).get("/duty").text

    listed = second_persons_on(page)
    assert f"/cases/{house.case.ref}/requests/{escalation.ref}" in listed
    assert re.search(r"in (29|30) minutes", listed)
    assert page.index("P1 requests that need") < page.index("News for you")
    assert second_persons_on(browser(house.second).get("/duty").text) == ""


def others_on(page):
    found = re.search(r"Other requests that need a second person.*?</section>", page, flags=re.S)
    return found[0] if found else ""


def test_what_presses_less_is_on_the_coordinators_board_below_what_is_p1(house, context, browser):
    house.change_case(level=Level.URGENT)
    escalation = house.ask()

    page = browser(house.lead).get("/duty").text

    assert f"/cases/{house.case.ref}/requests/{escalation.ref}" in others_on(page)
    assert second_persons_on(page) == ""
    assert others_on(browser(house.second).get("/duty").text) == ""


def test_of_what_presses_less_the_board_shows_the_first_and_leads_to_all(
    house, browser, monkeypatch
):
    house.change_case(level=Level.URGENT)
    for ask in (Ask.RESTORE, Ask.LOCK):
        house.ask(ask)
    assert "All approvals" not in others_on(browser(house.lead).get("/duty").text)

    monkeypatch.setattr(requests_awaiting_second_person, "OTHERS_AT_MOST", 1)

    listed = others_on(browser(house.lead).get("/duty").text)
    assert listed.count("<li>") == 1
    assert "All approvals" in listed


def test_what_lacks_more_or_is_approved_is_not_among_the_others(house, browser):
    house.change_case(level=Level.URGENT)
    house.approved()
    house.ask(Ask.PRESERVE)
    house.ask(Ask.LOCK, typed={})

    assert others_on(browser(house.lead).get("/duty").text) == ""


def test_its_clock_says_how_late_it_is(house, browser):
    house.change_case(level=Level.IMMEDIATE)
    house.ask(at=datetime.now(UTC) - timedelta(minutes=95))

    listed = second_persons_on(browser(house.lead).get("/duty").text)
    assert re.search(r"1 hour [56] minutes late", listed)


@pytest.mark.parametrize(
    ("level", "ask"), [(Level.URGENT, Ask.RESTORE), (Level.IMMEDIATE, Ask.PRESERVE)]
)
def test_what_presses_less_or_needs_no_second_person_is_not_there(
    house,
    browser,
    level,
    ask,
):
    house.change_case(level=level)
    house.ask(ask)

    assert second_persons_on(browser(house.lead).get("/duty").text) == ""


def test_what_lacks_more_than_a_second_person_waits_for_its_writer(house, browser):
    house.change_case(level=Level.IMMEDIATE)
    house.ask()
    house.withdraw_consent()

    assert second_persons_on(browser(house.lead).get("/duty").text) == ""


def test_once_approved_it_is_off_the_board(house, browser):
    house.change_case(level=Level.IMMEDIATE)
    house.approved()

    assert second_persons_on(browser(house.lead).get("/duty").text) == ""


def test_what_left_on_one_persons_word_stands_there_until_it_is_read(house, browser):
    house.change_case(level=Level.IMMEDIATE)
    escalation = house.approve(house.ask(), who=house.writer)
    assert "It was sent on one person" in second_persons_on(browser(house.lead).get("/duty").text)

    with house.as_(house.lead) as work:
        operations.confirm_read_afterwards(work, house.mine(work, escalation))

    assert second_persons_on(browser(house.lead).get("/duty").text) == ""


def test_a_coordinator_who_had_a_part_is_told_to_call_another(house, browser):
    house.change_case(level=Level.IMMEDIATE)
    house.ask(who=house.lead)

    assert "You were involved in it" in second_persons_on(browser(house.lead).get("/duty").text)
