"""The pages themselves: what frightened people read, and what keeps them safe."""

import re
from dataclasses import replace

import pytest

from helpdesk.playbooks.answer_evaluation import (
    applicable_questions,
    drop_hidden_answers,
    matching_tags,
    raised_red_flags,
    safe_now_advice,
)
from helpdesk.playbooks.conditions import UNSURE, names_in
from helpdesk.playbooks.model import QuestionKind, RunEndKind, UrgentHelpSection, texts_in
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.step_facts import facts_settable_by_step

LIBRARY = load_current_library()
PAGES = LIBRARY.playbooks
ACCOUNT, ELSE = LIBRARY.playbook("account-takeover"), LIBRARY.playbook("something-else")
DECISIONS = ("danger", "hold", "reach", "clock", "capacity")


def each_page(test):
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)(test)


@each_page
def test_danger_is_asked_first_and_every_decision_has_i_do_not_know(page):
    assert tuple(question.id for question in page.questions[:5]) == DECISIONS
    assert all(question.option(UNSURE) for question in page.questions[:5])


@each_page
def test_a_line_that_sends_to_a_crisis_line_leads_to_one(page):
    calls = [one for one in page.safe_now if "crisis line" in str(one.text)]

    assert {one.urgent_help for one in calls} <= {UrgentHelpSection.TOO_MUCH}


@each_page
def test_every_question_can_be_skipped(page):
    assert all(question.skippable for question in page.questions)
    assert all(q.option(UNSURE) for q in page.questions if q.kind.has_options)


@each_page
def test_a_page_asks_a_handful_of_questions_beside_the_five(page):
    assert 4 <= len(page.questions) - 5 <= 11


@each_page
def test_advice_never_tells_people_to_destroy_or_to_fight(page):
    for advice in page.safe_now:
        if not advice.is_dont:
            assert not re.search(
                r"(?i)\b(wipe|delete|reset it|log out everywhere|post|confront)\b", str(advice.text)
            )


@each_page
def test_there_is_advice_whatever_was_answered(page):
    for known in ({}, {"danger": "none_known", "hold": "ended"}, {"danger": UNSURE}):
        given = safe_now_advice(page, known)
        assert given.dos
        assert given.donts


@each_page
def test_whoever_may_ask_to_give_an_account_back_can_write_down_which_was_confirmed(page):
    if any("restore" in one.asks for one in page.escalations):
        steps = [one for one in page.steps if "owner_confirmed" in facts_settable_by_step(one)]
        assert any("profile-url" in one.evidence for one in steps)


@each_page
def test_people_leave_in_all_four_ways(page):
    assert {end.kind for end in page.ends} == set(RunEndKind)


@each_page
def test_words_for_reporters_are_short_and_blame_nobody(page):
    reporters = [*texts_in((page.questions, page.safe_now)), *(end.say for end in page.ends)]
    for text in reporters:
        for sentence in re.split(r"(?<=[.?!])\s", str(text)):
            assert len(sentence.split()) <= 25, sentence
        assert not re.search(
            r"(?i)\b(victim|careless|your fault|mistakenly|should have|hacker|user)\b", str(text)
        )


@each_page
def test_no_stub_stands_in_a_page(page):
    for text in texts_in(page):
        assert not re.search(r"(?i)\b(todo|tbd|lorem|xxx|fixme|placeholder)\b", str(text)), text


def test_every_sentence_has_a_name_of_its_own():
    texts = list(LIBRARY.texts())

    assert len({text.id for text in texts}) == len(texts) > 400
    assert all(re.fullmatch(r"[a-z0-9_.-]+", text.id.lower()) for text in texts)


@each_page
def test_one_name_never_means_two_sentences(page):
    said = {}
    for text in texts_in((LIBRARY.questions, PAGES)):
        assert said.setdefault(text.id, text.text) == text.text


def test_a_page_may_put_its_own_words_to_a_shared_question():
    shared, own = LIBRARY.question("hold"), ACCOUNT.question("hold")

    assert str(own.ask) != str(shared.ask)
    assert own.ask.id == "account-takeover.questions.hold.ask"
    assert [one.id for one in own.options] == [one.id for one in shared.options]


def test_fragments_stand_in_their_places():
    ids = [step.id for step in ACCOUNT.steps]

    assert ids[0] == "first-contact.acknowledge"
    assert ids[-1] == "close.way-out"
    assert ELSE.steps[0].id == ids[0]
    assert len([one for one in ids if "." not in one]) == 13


def test_the_last_step_offers_every_end_of_its_page():
    for page in PAGES:
        assert [one.end for one in page.steps[-1].outcomes] == [end.id for end in page.ends]


def test_the_platform_is_picked_from_the_platforms_we_know():
    offered = [option.id for option in ACCOUNT.question("platform").options]
    holds = {platform.slug: set(platform.objects) for platform in LIBRARY.platforms}

    assert offered[-2:] == ["other", UNSURE]
    assert all(holds[slug] & {"account", "profile", "page"} for slug in offered[:-1])
    assert {"google", "microsoft", "facebook", "instagram", "x", "tiktok"} <= set(offered)


def test_only_who_asks_to_give_an_account_back_says_where_to():
    """Of a lock on an account that nobody confirmed, that field would only keep it from leaving."""
    for page in LIBRARY.playbooks:
        for plan in page.escalations:
            taken = {one for step in page.steps for one in step.evidence} | {*plan.packet}
            assert "restore-address" not in taken or "restore" in plan.asks, page.id


def test_a_held_owner_is_never_told_to_try_the_form():
    held = {advice.id for advice in safe_now_advice(ACCOUNT, {"owner_state": "held"}).dos}
    unknown = {advice.id for advice in safe_now_advice(ACCOUNT, {}).dos}

    assert "form-once" not in held
    assert {"form-once", "people-first"} <= unknown


def test_someone_who_wants_advice_is_not_asked_what_happened():
    still_asked = {
        question.id for question in applicable_questions(ELSE.questions, {"about": ("advice",)})
    }

    assert "noticed" not in still_asked
    assert "noticed" in {question.id for question in applicable_questions(ELSE.questions, {})}


def test_answers_to_hidden_questions_are_dropped():
    told = {"about": ("advice",), "noticed": "a letter", "wish": "safe"}

    assert drop_hidden_answers(ELSE.questions, told) == {"about": ("advice",), "wish": "safe"}


def test_flags_rise_only_when_it_is_certain():
    assert [flag.id for flag in raised_red_flags(ELSE, {"about": ("held", "device")})] == [
        "someone-held"
    ]
    assert raised_red_flags(ELSE, {"about": (UNSURE,)}) == ()


def test_tags_follow_what_is_known():
    assert 'rsit:fraud="phishing"' in matching_tags(ACCOUNT, {"typed": ("code",)})
    assert 'rsit:fraud="phishing"' not in matching_tags(ACCOUNT, {"typed": ("none",)})
    assert 'rsit:other="undetermined"' in matching_tags(ELSE, {})


def test_a_case_cannot_be_resolved_under_something_else_without_a_name():
    assert ELSE.step("settle-type").must
    assert "account-takeover" in {one.playbook for one in ELSE.step("settle-type").outcomes}


def test_nothing_is_sent_without_the_four_gates():
    [plan] = ACCOUNT.escalations

    asked_for = {name for need in plan.needs for name in names_in(need)}
    assert asked_for == {"vetted", "owner_confirmed", "consent_platform", "public_form"}
    assert not {"at-risk"} & set(plan.packet)


def test_questions_of_a_free_hand_have_no_options():
    free = {QuestionKind.HANDLE, QuestionKind.SHORT, QuestionKind.LONG, QuestionKind.DATE}
    for page in PAGES:
        assert all(bool(q.options) != (q.kind in free) for q in page.questions)


def test_a_page_answers_to_the_name_it_had_before():
    renamed = replace(ACCOUNT, id="account-taken", replaces="account-takeover")
    library = replace(LIBRARY, playbooks=(renamed, ELSE))

    assert library.playbook("account-takeover") is renamed
    assert library.playbook("account-taken") is renamed
    assert library.playbook("something-else") is ELSE
    assert library.playbook("no-such-page") is None
