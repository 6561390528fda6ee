"""Pages about people who are held, threatened, shown or copied: what must never go wrong."""

import pytest

from helpdesk.cases.levels import Level
from helpdesk.playbooks.answer_evaluation import raised_red_flags, safe_now_advice
from helpdesk.playbooks.conditions import UNSURE
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.run_progress import StepState
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator
from helpdesk.triage.judgement import judge_report
from helpdesk.triage.repository import load_decision_table

LIBRARY = load_current_library()
HELD, IMAGES = LIBRARY.playbook("arrest-detention"), LIBRARY.playbook("intimate-images")
THREATS, DOXING = LIBRARY.playbook("harassment-threats"), LIBRARY.playbook("doxing")
COPY, WATCHED = LIBRARY.playbook("impersonation"), LIBRARY.playbook("being-watched")
HARMLESS = {"danger": "none_known", "hold": "ended", "reach": "self", "clock": "open"}
COLLECTS = (
    *("confirm-shown", "save-words", "make-code", "report-items"),
    *("other-places", "ask-platform", "keep-looking"),
)


def level_of(page, answers):
    return judge_report(load_decision_table(), (page,), answers).level


def needed(page, known):
    stands = StepProgressCalculator(page).progress_of(known, {}).steps
    return {one.step.id for one in stands if one.state is not StepState.NOT_NEEDED}


@pytest.mark.parametrize("answers", [{}, HARMLESS, {"danger": UNSURE}, {"arrest_state": "free"}])
def test_someone_who_is_held_never_waits(answers):
    assert level_of(HELD, answers) is Level.IMMEDIATE


def test_nothing_is_changed_for_someone_held_when_the_lawyer_says_so():
    assert not {"public-form", "ask-lock"} & needed(HELD, {"lawyer_view": "leave"})


@pytest.mark.parametrize(
    "known",
    [
        {"img_age": "yes"},
        {"img_age": "yes", "young_way": "reached"},
        {"img_age": UNSURE, "young_way": "own_service"},
        {"young_way": "not_safe"},
    ],
)
def test_where_someone_is_under_18_nothing_is_collected_or_sent(known):
    answers = {"img_state": ("shared",), "img_original": "yes", "hold": "running"}

    assert "under-18-way" in needed(IMAGES, answers | known)
    assert not set(COLLECTS) & needed(IMAGES, answers | known)


def test_an_adult_is_offered_all_of_it():
    answers = {"img_age": "no", "img_original": "yes", "hold": "running", "img_state": ("shared",)}

    assert set(COLLECTS) <= needed(IMAGES, answers)
    assert "under-18-way" not in needed(IMAGES, answers)


def test_the_service_for_the_young_is_named_unless_it_is_certain_that_nobody_is():
    for known, is_named in (({}, True), ({"img_age": UNSURE}, True), ({"img_age": "no"}, False)):
        assert (
            "under-18-help" in {one.id for one in safe_now_advice(IMAGES, known).dos}
        ) is is_named


def test_no_piece_of_evidence_could_be_the_picture():
    assert {one.kind for one in IMAGES.evidence} <= {"statement", "url", "moment", "reference"}


@pytest.mark.parametrize(("page", "question"), [(THREATS, "threat"), (IMAGES, "img")])
def test_thoughts_of_self_harm_count_whatever_else_is_ticked(page, question):
    answers = HARMLESS | {f"{question}_bearing": ("managing", "self_harm", UNSURE)}

    assert level_of(page, answers) is Level.IMMEDIATE


@pytest.mark.parametrize("page", [THREATS, IMAGES], ids=lambda page: page.id)
def test_everybody_is_told_to_call_someone_rather_than_wait(page):
    for known in ({}, HARMLESS, {"threat_bearing": ("managing",), "img_bearing": ("managing",)}):
        assert any("crisis line" in str(one.text) for one in safe_now_advice(page, known).dos)


@pytest.mark.parametrize(("page", "question"), [(THREATS, "threat"), (IMAGES, "img")])
@pytest.mark.parametrize(
    ("coping", "comes_first"),
    [
        (("self_harm",), True),
        (("alone",), True),
        (("rather_not",), True),
        ((UNSURE,), True),
        (None, True),
        (("managing",), False),
    ],
)
def test_a_crisis_line_comes_first_for_who_does_not_say_that_they_manage(
    page, question, coping, comes_first
):
    """It once came first for those who manage, and behind five others for who did not say."""
    known = HARMLESS if coping is None else HARMLESS | {f"{question}_bearing": coping}
    told = safe_now_advice(page, known)

    assert ("crisis line" in str(told.first_dos[0].text)) is comes_first


@pytest.mark.parametrize("hold", ["running", "unclear", UNSURE, None])
def test_a_home_that_may_still_be_shown_does_not_wait(hold):
    answers = {"dox_what": ("home",), "danger": "none_known"} | ({"hold": hold} if hold else {})

    assert "place-while-live" in {flag.id for flag in raised_red_flags(DOXING, answers)}
    assert level_of(DOXING, answers) is Level.IMMEDIATE


def test_nowhere_safe_to_sleep_means_danger_now():
    assert level_of(DOXING, HARMLESS | {"dox_tonight": "no"}) is Level.IMMEDIATE


def test_who_hides_behind_a_name_is_not_told_to_show_it():
    hidden = {one.id for one in safe_now_advice(COPY, {"fakeme_hidden": "yes"}).dos}

    assert not {"true-names", "report-once"} & hidden
    assert not {"report-copy", "ask-platform"} & needed(COPY, {"proof": "unsafe"})


def test_feeling_watched_leads_on_to_a_page_that_knows():
    led_to = {one.playbook for one in WATCHED.step("sort").outcomes if one.playbook}

    assert led_to == {"device-suspicious", "spyware-alert", "account-takeover", "messenger-hijack"}
    assert WATCHED.escalations == ()
