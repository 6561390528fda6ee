"""Telling us: four pages, nothing stored before the last, and no typed word ever lost."""

import html

import pytest
from sqlalchemy import func, select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.report_content import answers_of, contact_of, story_of
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.codes import ReturnCode
from helpdesk.core.outbox import OutboxJob

FIRST = {"what": "account-takeover", "q_danger": "credible", "q_hold": "running"}
OWN = {"q_platform": "google", "q_inside": ["people", "lures"]}
LAST = {"story": "They took it.\nOn Monday.", "consents": ["help", "platform"]}


def go_to(browser, number, first=FIRST, own=OWN):
    browser.open("/report")
    browser.send("/report", button=("to", "2"), answers=first)
    if number > 2:
        browser.send("/report", button=("to", "3"))
    if number > 3 and ("to", "4") in browser.form("/report").buttons:
        browser.send("/report", button=("to", "4"), answers=own)


def send(browser, last=LAST, **kwargs):
    return browser.send("/report", button=("to", "send"), answers=last, **kwargs)


def cases(house):
    with house.inside() as work:
        return list(work.session.scalars(select(Case)))


def test_a_report_arrives_sealed_judged_and_routed(house, browser):
    go_to(browser, 4)

    send(browser, LAST | {"safe_channel": "Signal", "never_contact": "mail"})

    assert browser.status == 200
    [case] = cases(house)
    assert case.state is CaseState.NEW
    assert case.team_id == house.team.id
    assert (case.incident_type, case.platform) == ("account-takeover", "google")
    assert case.level is Level.URGENT
    assert case.reply_due_at is not None
    with house.inside() as work:
        assert story_of(work, case) == "They took it.\nOn Monday."
        assert contact_of(work, case) == {
            "safe_channel": "Signal",
            "safe_times": "",
            "never_contact": "mail",
        }
        assert answers_of(work, case) == {
            "danger": "credible",
            "hold": "running",
            "platform": "google",
            "inside": ["people", "lures"],
        }
        consents = work.session.scalars(select(Consent).where(Consent.case_id == case.id)).all()
        assert {(one.kind, one.platform) for one in consents} == {
            (ConsentKind.HELP, None),
            (ConsentKind.PLATFORM, "google"),
        }
        promised = set(work.session.scalars(select(OutboxJob.job)))
        assert promised == {"triage.call_on_duty", "triage.alarm"}


def test_the_receipt_shows_the_code_in_both_forms_the_level_and_what_is_safe_now(house, browser):
    go_to(browser, 4)

    send(browser)

    code = code_on(browser)
    [case] = cases(house)
    assert code.tag(house.intake.settings.intake_keys[0]) == case.reporter_tag
    browser.open("/report/received/advice")
    assert "We aim to write to you within 2 hours" in browser.text
    assert "Someone could be harmed, and it is still going on." in browser.text
    assert "Do not pay anyone" in browser.text
    assert "Anyone who may be in danger should" in browser.text
    assert "code-words" not in browser.text


def code_on(browser):
    """The return code on the receipt: the words and the letters say the same."""
    page = html.unescape(browser.text)
    words = page[page.index('class="code-words"') :]
    words = words[: words.index("</ol>")].split("<li>")[1:]
    letters = page[page.index('class="code-letters"') :]
    letters = letters[letters.index(">") + 1 : letters.index("</p>")]
    code = ReturnCode.read(" ".join(word.split("<")[0] for word in words))
    assert code is not None
    assert ReturnCode.read(letters) == code
    return code


def test_nothing_is_stored_before_the_last_button(house, browser):
    go_to(browser, 4)

    with house.inside() as work:
        assert work.session.scalar(select(func.count()).select_from(Case)) == 0
        assert work.session.scalar(select(func.count()).select_from(OutboxJob)) == 0


def test_going_back_and_forth_keeps_everything(house, browser):
    go_to(browser, 4)

    browser.send("/report", button=("to", "1"), answers=LAST)
    assert ("q_danger", "credible") in browser.form("/report").fields
    browser.send("/report", button=("to", "2"))
    assert ("q_inside", "lures") in browser.form("/report").fields
    browser.send("/report", button=("to", "3"))
    browser.send("/report", button=("to", "4"))
    send(browser, {})

    assert browser.status == 200
    [case] = cases(house)
    with house.inside() as work:
        assert story_of(work, case) == LAST["story"]
        assert answers_of(work, case)["inside"] == ["people", "lures"]


def test_answers_to_questions_that_are_not_asked_any_more_are_dropped(house, browser):
    go_to(browser, 4)
    browser.send("/report", button=("to", "1"), answers=LAST)
    browser.send("/report", button=("to", "2"), answers={"what": "something-else"})
    browser.send("/report", button=("to", "3"))
    browser.send(
        "/report", button=("to", "4"), answers={"q_about": ["advice"], "q_noticed": "a sound"}
    )

    send(browser, {})

    [case] = cases(house)
    assert (case.incident_type, case.platform) == ("something-else", None)
    with house.inside() as work:
        assert answers_of(work, case) == {
            "danger": "credible",
            "hold": "running",
            "about": ["advice"],
        }
        kinds = work.session.scalars(select(Consent.kind).where(Consent.case_id == case.id)).all()
        assert kinds == [ConsentKind.HELP]


def test_everything_can_be_skipped_but_one_way_to_understand(house, browser):
    go_to(browser, 4, first={}, own={})

    send(browser, {})
    assert browser.status == 422
    assert "Tell us in a few words what happened." in browser.text
    assert 'href="#story"' in browser.text
    send(browser, {"story": "Help."})

    assert browser.status == 200
    [case] = cases(house)
    assert case.incident_type == "something-else"
    assert case.level is Level.SOON


def test_a_kind_with_a_name_is_enough(house, browser):
    go_to(browser, 4, first={"what": "account-takeover"}, own={})

    send(browser, {})

    assert browser.status == 200


@pytest.mark.parametrize(
    ("field", "length", "question"),
    [
        ("story", 50_001, "What happened?"),
        ("safe_channel", 501, "How can we reach you safely?"),
        ("story", 150_000, "What happened?"),
    ],
)
def test_a_text_that_is_too_long_is_kept_and_its_writer_told(
    house, browser, field, length, question
):
    go_to(browser, 4)

    send(browser, LAST | {field: "ä" * length})

    assert browser.status == 422
    assert f"You wrote {length:,} characters in “{question}”" in browser.text
    assert (field, "ä" * length) in browser.form("/report").fields
    assert ("q_inside", "lures") in browser.form("/report").fields
    assert ("consents", "platform") in browser.form("/report").fields
    assert cases(house) == []
    send(browser, {field: "shorter"})
    assert browser.status == 200


@pytest.mark.parametrize("letter", ["a", "ж", "字", "😀", "e\u0301", "नि"])
def test_a_story_has_room_for_fifty_thousand_letters_of_any_script(house, browser, letter):
    go_to(browser, 4)
    story = letter * 49_000 + "\r\n" * 1_000

    send(browser, LAST | {"story": f"{story}."})

    assert browser.status == 422
    assert "You wrote 50,001 characters" in browser.text
    send(browser, LAST | {"story": story[:-2] + letter})
    assert browser.status == 200
    [case] = cases(house)
    with house.inside() as work:
        assert work.keys.open(case, "story") == letter * 49_000 + "\n" * 999 + letter


def test_a_fault_on_an_earlier_page_is_shown_there(browser):
    go_to(browser, 4)

    browser.send("/report", button=("to", "1"), answers={"story": "x" * 50_001})
    assert browser.status == 200
    browser.send("/report", button=("to", "2"))

    assert browser.status == 422
    assert "Page 1 of 4" in browser.text
    assert 'href="#story"' in browser.text
    assert ("q_inside", "lures") in browser.form("/report").fields


@pytest.mark.parametrize("number", [2, 3, 4])
def test_the_way_back_stands_above_and_below_the_questions(browser, number):
    go_to(browser, number)

    assert browser.text.count(f'name="to" value="{number - 1}">Back</button>') == 2


def test_the_last_page_says_that_a_report_is_read_whatever_is_ticked(browser):
    go_to(browser, 4)

    assert "We’ll answer you either way." in browser.text
    assert "You can change this later." in browser.text


@pytest.mark.parametrize(("consents", "is_told"), [(["help"], False), (["keep"], True), ([], True)])
def test_whoever_left_the_help_open_is_told_that_we_ask_first(browser, consents, is_told):
    go_to(browser, 4)

    send(browser, LAST | {"consents": consents})

    browser.open("/report/received/advice")
    assert ("You haven\u2019t given us permission to work on your case" in browser.text) == is_told


def test_a_choice_that_is_not_on_offer_counts_as_none(house, browser):
    go_to(browser, 4, first=FIRST | {"q_danger": "made-up", "what": "made-up"})

    send(browser, LAST | {"consents": ["made-up", "help"]})

    assert browser.status == 200
    [case] = cases(house)
    assert case.incident_type == "something-else"
    with house.inside() as work:
        assert "danger" not in answers_of(work, case)


def test_the_words_of_a_hostile_page_are_only_words(browser):
    browser.open("/report")
    browser.send("/report", button=("to", "1"), answers={"story": "<script>x</script>"})

    assert "<script" not in browser.text
    assert "&lt;script&gt;" in browser.text


@pytest.mark.parametrize(
    ("field", "words"), [("story", "%s"), ("safe_channel", "Signal, %s"), ("story", "so: %s.")]
)
@pytest.mark.parametrize("language", ["en", "es", "fr", "pt"])
def test_a_return_code_is_stopped_before_it_is_stored_and_all_words_are_kept(
    house, browser, field, words, language
):
    code = " ".join(ReturnCode.new().words_in(language))
    go_to(browser, 4)

    send(browser, LAST | {field: words % code})

    assert browser.status == 422
    assert "looks like a private code" in browser.text
    assert code in browser.text
    assert cases(house) == []
