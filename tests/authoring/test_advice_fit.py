"""Advice never goes against what a person said: each kind of misfit is shown to the checks."""

from dataclasses import replace
from itertools import product

import pytest

from helpdesk.authoring.phrases import make_phrase_matcher
from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.unfit_advice import find_unfit_advice
from helpdesk.authoring.written_library import AdviceCheck
from helpdesk.playbooks.conditions import Is, compared_values_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Advice, LossIfLate, QuestionKind, Text
from helpdesk.playbooks.repository import CONTENT

LIBRARY = read_library(CONTENT)
CHAT = LIBRARY.playbook("messenger-hijack")
NO_SIGNAL = Is("chat_signal", "lost")


def advising(*sayings, is_dont=False):
    """The page with these lines for everybody, and no others."""
    lines = tuple(
        Advice(f"line-{number}", Text(f"x.{number}", said), is_dont, at_stake=LossIfLate.SAFETY)
        for number, said in enumerate(sayings)
    )
    return replace(CHAT, safe_now=lines)


def found(check, page, **answers):
    return [str(one) for one in find_unfit_advice((check,), (page,), answers)]


def test_words_that_are_never_said_are_found_only_for_those_answers():
    check = AdviceCheck("no-code", "No code arrives.", NO_SIGNAL, never=("new code",))
    page = advising("Ask for a new code.", "Call somebody.")

    assert found(check, page, chat_signal="lost") == [
        "no-code: 'line-0' says “new code”. No code arrives."
    ]
    assert found(check, page, chat_signal="works") == []
    assert found(check, page) == []
    assert found(check, advising("Call somebody."), chat_signal="lost") == []


def test_what_is_not_among_the_first_lines_is_missing():
    check = AdviceCheck("operator", "It has the number.", NO_SIGNAL, first=("phone company",))
    sixth = advising(*["Wait."] * 5, "Call your phone company.")
    different = replace(
        sixth,
        safe_now=tuple(
            replace(
                line, text=Text(line.text.id, f"{line.text} {number}"), at_stake=LossIfLate.MONEY
            )
            for number, line in enumerate(sixth.safe_now)
        ),
    )

    assert found(check, advising("Call your phone company."), chat_signal="lost") == []
    assert found(check, different, chat_signal="lost") == [
        "operator: no first line says “phone company”. It has the number."
    ]


def test_two_lines_that_cannot_both_be_followed():
    check = AdviceCheck("devices", "One device.", together=("another phone", "usual phone"))

    assert found(check, advising("Use another phone.", "Use your usual phone."))
    assert not found(check, advising("Use another phone."))


@pytest.mark.parametrize("check", LIBRARY.advice_checks, ids=lambda check: check.id)
def test_each_check_can_come_up_on_one_of_our_pages(check):
    """A question that was renamed would switch a check off without a word."""
    assert any(can_hold(check.when, page) for page in LIBRARY.playbooks)


def can_hold(condition, page):
    """Whether some answers to the page's own questions, or none to one of them, make it hold."""
    names = {name for name, _ in compared_values_in(condition)} if condition else set()
    questions = [page.question(name) for name in sorted(names)]
    if None in questions:
        return False
    choices = [
        [None, *((one.id,) if kind is QuestionKind.MANY_OF else one.id for one in options)]
        for kind, options in ((one.kind, one.options) for one in questions)
    ]
    return any(
        condition is None
        or evaluate_condition(
            condition,
            {one.id: value for one, value in zip(questions, chosen, strict=True) if value},
        )
        is ConditionTruth.TRUE
        for chosen in product(*choices)
    )


# What is refused although no page says it now: it was said once, or would be wrong on any page.
SAID_BY_NO_PAGE = {
    "account-of-somebody-else": {"your own device", "you usually sign in", "your password"},
    "owner-cannot-be-called": {
        "call the owner",
        "ask the owner",
        "with the owner",
        "you usually sign in",
    },
    "device-is-back": {"check where it is", "lock it from", "take your number out", "the lost one"},
    "device-came-back": {
        "check where it is",
        "lock it from",
        "take your number out",
        "the lost one",
    },
    "already-closed": {"time to close it"},
    "own-page-with-the-code": {
        "leave this page",
        "close this page",
        "close this window",
        "clear your history",
    },
    "a-child-in-the-pictures": {"screenshot*", "save the picture*", "keep the picture*"},
    "a-time-was-set": {"you have time", "take your time", "there is no hurry"},
    "a-date-is-near": {"you have time", "take your time", "there is no hurry", "no rush"},
    "it-has-stopped": {"the error you see"},
    "not-about-money": {"back the money"},
    "warning-may-be-false": {"means that someone"},
    "message-is-gone": {"delete it yet"},
    "pictures-of-someone-of-unknown-age": {"screenshot*", "save the picture*", "keep the picture*"},
    "private-things-of-someone-of-unknown-age": {
        "screenshot*",
        "save the picture*",
        "keep the picture*",
    },
    "only-they-are-named": {"person who is named", "person named"},
}


@pytest.mark.parametrize("check", LIBRARY.advice_checks, ids=lambda check: check.id)
def test_each_phrase_that_is_refused_stands_in_a_line_or_is_known_not_to(check):
    """A line that was put in other words would switch its check off without a word."""
    lines = [str(one.text) for page in LIBRARY.playbooks for one in page.safe_now]

    said_nowhere = {
        phrase
        for phrase in check.never
        if not any(any(make_phrase_matcher((phrase,)).found_in(line)) for line in lines)
    }

    assert said_nowhere == SAID_BY_NO_PAGE.get(check.id, set())


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("Store them in a safe place, so your work isn’t lost.", False),
        ("Anyone who may be in danger should first go to people they trust.", True),
        ("If someone may hurt you because of this, your safety comes first.", True),
        ("If you’re thinking of hurting yourself, call someone you trust or a crisis line.", False),
    ],
)
def test_only_what_sends_people_to_safety_meets_the_check_of_who_is_in_danger(said, holds):
    [check] = (one for one in LIBRARY.advice_checks if one.id == "in-danger")

    assert (found(check, advising(said), danger="imminent") == []) is holds
