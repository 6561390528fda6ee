"""The receipt says which answers made it more urgent, and never that somebody said what they did
not say."""

import pytest

from helpdesk.cases.levels import Level
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage.judgement import judge_answers, judge_report
from helpdesk.triage.repository import load_decision_table

LIBRARY, TABLE = load_current_library(), load_decision_table()
# What leads to SOON or ROUTINE where nothing else was said.
CALM = [
    (cell.danger, cell.hold, cell.pressures)
    for cell in TABLE.cells
    if cell.rule.level in (Level.SOON, Level.ROUTINE)
]
SETS = [
    (page, question, option, setting)
    for page in LIBRARY.playbooks
    for question in page.questions
    for option in question.options
    for setting in option.sets
]


@pytest.mark.parametrize(
    ("page", "question", "option", "setting"),
    SETS,
    ids=[f"{page.id}-{option.id}" for page, _question, option, _setting in SETS],
)
def test_an_answer_that_sets_a_point_higher_is_named(page, question, option, setting):
    lowest = {point.id: point.scale[0] for point in TABLE.points}
    answers = lowest | {question.id: option.id}

    judgement = judge_report(TABLE, page, answers)

    assert judgement.settled[setting.name] == setting.value
    named = [one.text for one in judgement.because_of if one.id == option.label.id]
    first, *more = option.label.text.split()
    alone = more and not first.endswith(",")
    changed = judgement.rule != judge_answers(TABLE, answers).rule or judgement.raised_by
    words = option.label.text if alone else f"{question.ask} {option.label}"
    assert named == ([words] if changed else [])
    said = judge_report(TABLE, page, answers | {setting.name: setting.value})
    assert option.label.id not in [one.id for one in said.because_of] or judgement.raised_by


def test_an_answer_of_one_word_is_named_with_its_question():
    page = LIBRARY.playbook("spyware-alert")
    answers = {"danger": "credible", "hold": "unclear", "spy_others": "yes"}

    (named,) = judge_report(TABLE, page, answers).because_of

    assert str(named).endswith("? Yes")


def test_an_answer_that_begins_with_no_is_named_with_its_question():
    page = LIBRARY.playbook("account-takeover")
    answers = {"danger": "credible", "hold": "unclear", "way_in": "none"}

    (named,) = judge_report(TABLE, page, answers).because_of

    assert str(named) == "Can you still get into the account? No, neither"


def test_an_answer_that_left_the_rule_as_it_was_made_nothing_more_urgent():
    page = LIBRARY.playbook("suspicious-message")
    answers = {"danger": "none_known", "hold": "unclear", "msg_done": ("typed",)}

    judgement = judge_report(TABLE, page, answers)

    assert judgement.settled["hold"] == "running"
    assert judgement.rule == judge_answers(TABLE, answers).rule
    assert judgement.because_of == ()


def test_no_rule_says_that_they_told_us():
    assert not [rule.id for rule in TABLE.rules if "told us" in str(rule.reporter)]


def test_a_flag_that_rose_is_named_by_the_answers_that_speak_for_it():
    page = LIBRARY.playbook("doxing")
    answers = {"danger": "none_known", "hold": "running", "dox_what": ("home", "contact")}

    named = [str(one) for one in judge_report(TABLE, page, answers).because_of]

    assert "A home address" in named
    assert "A phone number or an email address" not in named


@pytest.mark.parametrize("page", LIBRARY.playbooks, ids=lambda page: page.id)
def test_nobody_is_told_that_there_is_time_where_a_flag_says_that_there_is_none(page):
    calm = {str(TABLE.rule_for(*cell).reporter) for cell in CALM}
    for danger, hold in {cell[:2] for cell in CALM}:
        for question in page.questions:
            for option in question.options:
                told = {"danger": danger, "hold": hold, question.id: option.id}
                judgement = judge_report(TABLE, page, told)
                if judgement.raised_by and judgement.because_of:
                    assert not calm & {str(one) for one in judgement.reasons}


def test_the_weightiest_reason_is_named_first():
    """Money that may still be stopped stands before what only makes it urgent."""
    kinds = ("workspace-or-payment-fraud", "suspicious-message")
    pages = [LIBRARY.playbook(kind) for kind in kinds]
    answers = {"danger": "none_known", "hold": "ended"}
    answers |= {"office_money": "sent_now", "msg_knows": "yes"}

    for order in (pages, pages[::-1]):
        named = [str(one) for one in judge_report(TABLE, order, answers).because_of]
        assert named[0].startswith("Has any money been sent?")
        assert len(named) == 2


def test_who_said_that_they_can_act_does_not_read_that_they_cannot():
    page = LIBRARY.playbook("account-takeover")
    alone = str(TABLE.point("capacity").value("cannot_act").reporter)
    answers = {"danger": "none_known", "hold": "running", "reach": "others", "way_in": "none"}

    told, said = (
        judge_report(TABLE, page, answers | {"capacity": one}) for one in ("can_act", "cannot_act")
    )

    assert told.settled == said.settled
    assert told.level is said.level
    assert alone in {str(one) for one in said.reasons}
    assert alone not in {str(one) for one in told.reasons}


def test_nothing_is_named_where_nothing_raised_it():
    page = LIBRARY.playbook("doxing")
    answers = {"danger": "none_known", "hold": "ended", "dox_what": ("contact",)}

    assert judge_report(TABLE, page, answers).because_of == ()


@pytest.mark.parametrize(
    "kind", ["arrest-detention", "doxing", "harassment-threats", "intimate-images"]
)
@pytest.mark.parametrize(
    "said", [{}, {"danger": "unsure", "hold": "unsure"}, {"hold": "rather_not"}]
)
def test_what_was_skipped_counts_as_possible_and_is_said_to_be_a_guess(kind, said):
    judgement = judge_report(TABLE, LIBRARY.playbook(kind), said)

    assert judgement.settled["danger"] != "none_known"
    assert judgement.settled["hold"] != "ended"
    assert {"danger", "hold"} <= set(judgement.assumed)
