"""Advice after coming back with the code: there, by the newest answers, and apart from the code."""

import html
import json

import pytest
from sqlalchemy import select, update

from helpdesk.cases import report_content
from helpdesk.cases.models import Case, Message
from helpdesk.cases.report_content import HOLD_IS_ABOUT, REPORTED, answers_of, mailbox_answers_of
from helpdesk.core.actors import reporter
from helpdesk.core.history import HistoryEntry
from helpdesk.core.sealing import CannotOpen
from helpdesk.intake import queries
from helpdesk.intake.views.deferred_questions import describe_change
from helpdesk.playbooks.answer_evaluation import SafeNowAdvice
from helpdesk.playbooks.model import Advice, Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import (
    SOMETHING_ELSE,
    merged_advice,
    playbooks_of_kinds,
)
from helpdesk.runs import operations as runs
from helpdesk.triage import operations as triage
from helpdesk.triage.case_advice import ANSWERED_LATER, answers_for_advice
from tests.intake.browser import Browser
from tests.intake.test_mailbox import enter
from tests.intake.test_reports import cases, code_on, go_to, send

KIND = "device-lost-seized"
# No line of advice asks whether it affects others.
FIRST = {"what": KIND, "q_danger": "none_known", "q_hold": "running", "q_reach": "self"}
TOLD = {"q_seized_how": "lost"}
LIBRARY = load_current_library()


def advice(answers):
    found = merged_advice(playbooks_of_kinds(LIBRARY, [KIND]), answers)
    return {str(one.text) for one in (*found.dos, *found.donts)}


@pytest.fixture
def code(browser):
    go_to(browser, 4, first=FIRST, own=TOLD)
    send(browser)
    return code_on(browser)


@pytest.fixture
def back(app, code):
    """Another browser, some days later, that has nothing but the code."""
    browser = Browser(app.test_client())
    enter(browser, " ".join(code.words))
    return browser


def lines_on(page):
    words = html.unescape(page.text)
    every = {str(one.text) for one in LIBRARY.playbook(KIND).safe_now}
    return {one for one in every if one in words}


def answer(browser, **answers):
    browser.open("/mailbox/case/questions")
    return browser.send("/mailbox/case/questions", answers=answers)


def test_the_advice_of_the_receipt_is_there_after_coming_back(browser, back):
    browser.open("/report/received/advice")
    on_receipt = lines_on(browser)

    back.open("/mailbox/case")
    assert 'href="/mailbox/case/advice"' in back.text
    back.open("/mailbox/case/advice")

    told = {"danger": "none_known", "hold": "running", "seized_how": "lost"}
    assert lines_on(back) == on_receipt == advice(told)


def test_it_follows_what_is_answered_later_and_says_that_it_changed(back):
    back.open("/mailbox/case/advice")
    before = lines_on(back)

    answer(back, q_seized_what="computer")

    assert back.answer.request.path == "/mailbox/case/advice"
    assert "Your answers change what is safe to do now." in back.text
    sim = {one for one in before if "SIM card" in one}
    assert sim
    assert sim.isdisjoint(lines_on(back))

    answer(back, q_seized_what="phone")
    assert sim <= lines_on(back)


def test_answers_that_change_no_line_lead_back_to_the_case(back):
    answer(back, q_seized_what="phone")

    assert back.answer.request.path == "/mailbox/case"


def lines(many, begin=0):
    return tuple(
        Advice(id=f"{number}", text=Text("", f"Line {number}."), is_dont=False)
        for number in range(begin, begin + many)
    )


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (lines(7), ""),
        (lines(6), ""),
        ((*lines(5), *reversed(lines(2, begin=5))), ""),
        ((*reversed(lines(5)), *lines(2, begin=5)), ""),
        (lines(8), "Your answers add something under “More advice”."),
        (lines(7, begin=1), "Your answers change what is safe to do now."),
    ],
)
def test_that_answers_changed_the_advice_is_said_only_of_what_is_to_be_seen(app, now, said):
    with app.test_request_context():
        assert describe_change(SafeNowAdvice(lines(7), ()), SafeNowAdvice(now, ())) == said


def test_it_follows_what_a_responder_corrected(house, back):
    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        triage.correct_reporter_answers(
            work, case, {"seized_what": "computer"}, shows_in_mailbox=True
        )

    back.open("/mailbox/case/advice")

    assert not [one for one in lines_on(back) if "SIM card" in one]


def test_what_was_corrected_in_confidence_changes_nothing_there(house, back):
    back.open("/mailbox/case/advice")
    before = lines_on(back)
    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        triage.correct_reporter_answers(work, case, {"seized_what": "computer"})

    back.open("/mailbox/case/advice")
    assert lines_on(back) == before


def test_a_later_correction_that_is_released_releases_no_other(house, back, code):
    def correct(changes, *, shows_in_mailbox=False):
        with house.inside() as work:
            case = work.session.scalars(select(Case)).one()
            triage.correct_reporter_answers(work, case, changes, shows_in_mailbox=shows_in_mailbox)
            return case.id, report_content.answers_of(work, case)

    def followed(case_id):
        with house.at_the_door(reporter(case_id), own=code.secret()) as work:
            return answers_for_advice(work, queries.own_case(work))

    correct({"seized_what": "computer"})
    case_id, kept = correct({"seized_back": "yes"}, shows_in_mailbox=True)
    assert kept["seized_what"] == "computer"
    assert report_content.IN_MAILBOX not in kept
    assert "seized_what" not in followed(case_id)

    correct({"seized_what": "computer"}, shows_in_mailbox=True)
    assert followed(case_id)["seized_what"] == "computer"


def test_the_page_names_no_code_and_closes_with_the_mailbox(app, back, code):
    back.open("/mailbox/case/advice")
    assert " ".join(code.words) not in back.text
    assert code.words[0] + "</li>" not in back.text
    assert "code-words" not in back.text

    stranger = Browser(app.test_client())
    stranger.open("/mailbox/case/advice")
    assert stranger.status == 303


def test_a_case_from_before_shows_what_fits_everyone_with_that_trouble(house, back):
    with house.inside() as work:
        work.session.execute(update(Case).values(for_advice=None))

    back.open("/mailbox/case/advice")

    assert lines_on(back) == advice({})


def test_kept_for_it_are_choices_that_some_advice_asks_about_and_the_code_alone_opens_them(
    house, back, code
):
    answer(back, q_seized_what="computer", q_seized_paper="have_it")

    [case] = cases(house)
    place = case.envelope_place_of("for_advice")
    kept = json.loads(code.secret().open_text(case.for_advice, place))
    told = {"danger": "none_known", "hold": "running", "reach": "self", "seized_how": "lost"}
    told |= {"seized_what": ["computer"], "seized_paper": "have_it"}
    told |= {HOLD_IS_ABOUT: KIND, REPORTED: [KIND]}
    names = ["seized_paper", "seized_what"]  # of the questions: no word of what was answered
    assert kept == {**told, ANSWERED_LATER: names}
    with house.inside() as work:
        case = work.session.get(Case, case.id)
        with pytest.raises(CannotOpen):
            work.keys.secret(case.key_id).open_text(case.for_advice, place)
        with pytest.raises(CannotOpen):
            answers_for_advice(work, case)


def test_what_is_answered_later_is_an_answer_and_a_correction_counts_before_it(house, back):
    answer(back, q_seized_what="computer", q_seized_paper="have_it")
    answer(back, q_seized_what="phone")

    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        assert len(work.session.scalars(select(Message)).all()) == 2
        assert mailbox_answers_of(work, case) == {
            "seized_what": ["phone"],
            "seized_paper": "have_it",
        }
        triage.correct_reporter_answers(
            work, case, {"seized_paper": "", "danger": "credible"}, shows_in_mailbox=True
        )

    answer(back, q_seized_what="disk")
    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        assert "seized_what" not in answers_of(work, case)
        known = triage.answers_of(work, case)
    assert "seized_paper" not in known
    assert known["danger"] == "credible"
    assert known["seized_what"] == ("disk",)


def test_that_it_is_back_counts_although_a_colleague_shows_another_kind(house, browser):
    """It was asked of this kind alone, so that no other can have been meant."""
    back = FIRST | {"q_hold": "ended"}
    go_to(browser, 4, first=back, own=TOLD)
    send(browser)
    enter(browser, " ".join(code_on(browser).words))
    misfits = advice({"hold": "running"} | {"seized_how": "lost"}) - advice(
        {"hold": "ended", "seized_how": "lost"}
    )
    assert any("SIM card" in one for one in misfits)

    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        runs.start_run(work, case, "account-takeover", shows_in_mailbox=True)
    browser.open("/mailbox/case/advice")
    assert "its messages are fake" in browser.text
    assert not lines_on(browser) & misfits

    answer(browser, q_seized_what="phone")
    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        triage.correct_reporter_answers(work, case, {"seized_how": "stolen"}, shows_in_mailbox=True)
    browser.open("/mailbox/case/advice")
    assert not lines_on(browser) & misfits, "also after other answers"

    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        triage.correct_reporter_answers(work, case, {"hold": "unclear"}, shows_in_mailbox=True)
        triage.correct_reporter_answers(work, case, {"hold": "ended"}, shows_in_mailbox=True)
    browser.open("/mailbox/case/advice")
    assert lines_on(browser) & misfits, "that was said of both"


@pytest.mark.parametrize("beside", [[], ["suspicious-message"]])
def test_that_it_is_back_is_not_said_of_the_account_that_it_turned_out_to_be_about(
    house, browser, beside
):
    """Of two kinds nobody knows which has stopped, and an answer about a phone frees no account."""
    go_to(browser, 4, first=FIRST | {"q_hold": "ended", "what": [KIND, *beside]}, own=TOLD)
    send(browser)
    enter(browser, " ".join(code_on(browser).words))

    with house.inside() as work:
        work.session.execute(update(Case).values(told_types=("account-takeover",)))

    browser.open("/mailbox/case/advice")
    assert "its messages are fake" in browser.text


def test_that_it_is_back_still_counts_after_two_corrections(house, browser):
    """A colleague was told so of the one kind, and corrects another answer afterwards."""
    go_to(browser, 4, first=FIRST, own=TOLD)
    send(browser)
    enter(browser, " ".join(code_on(browser).words))
    browser.open("/mailbox/case/advice")
    before = lines_on(browser)

    for changes in ({"hold": "ended"}, {"seized_what": "phone"}):
        with house.inside() as work:
            case = work.session.scalars(select(Case)).one()
            triage.correct_reporter_answers(work, case, changes, shows_in_mailbox=True)

    browser.open("/mailbox/case/advice")
    assert {one for one in before if "SIM card" in one}.isdisjoint(lines_on(browser))


def test_that_it_stopped_still_counts_after_a_correction_for_who_ticked_no_kind(house, browser):
    """The form says what was asked then: the last resort."""
    go_to(browser, 4, first=FIRST | {"q_hold": "ended", "what": []})
    send(browser)

    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        assert case.kinds == (SOMETHING_ELSE,)
        assert report_content.kind_asked_whether_it_stopped(work, case) == SOMETHING_ELSE
        triage.correct_reporter_answers(work, case, {"about": "other"}, shows_in_mailbox=True)
        assert report_content.kind_asked_whether_it_stopped(work, case) == SOMETHING_ELSE


@pytest.mark.parametrize(("beside", "about"), [([], KIND), (["suspicious-message"], "")])
def test_of_what_it_was_said_is_kept_with_the_answers_and_no_history_decides(
    house, browser, beside, about
):
    go_to(browser, 4, first=FIRST | {"q_hold": "ended", "what": [KIND, *beside]}, own=TOLD)
    send(browser)

    with house.inside() as work:
        case = work.session.scalars(select(Case)).one()
        assert report_content.kind_asked_whether_it_stopped(work, case) == about
        assert HOLD_IS_ABOUT not in report_content.answers_of(work, case)
        triage.correct_reporter_answers(work, case, {"seized_how": "stolen"}, shows_in_mailbox=True)
        triage.correct_reporter_answers(work, case, {"hold": "unclear"})
        kept = report_content.kind_asked_whether_it_stopped(work, case)
        assert kept == about, "what was corrected in confidence is not the mailbox’s answer"
        entries = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.action == "case.answers_released")
        )
        assert [one.details for one in entries] == [{"answers": ["seized_how"]}]
