"""Two editions of a page: what came, what went, and what somebody would lose by moving."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.edition_diff import (
    answers_lost_in_edition,
    diff_editions,
    records_lost_in_edition,
)
from helpdesk.playbooks.model import Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.run_progress import RecordedStep

PAGE = load_current_library().playbook("account-takeover")
STEPS = [step.id for step in PAGE.steps]


def without(page, kind, name):
    return replace(page, **{kind: tuple(one for one in getattr(page, kind) if one.id != name)})


def with_other(page, kind, name, **changes):
    parts = getattr(page, kind)
    return replace(
        page,
        **{kind: tuple(replace(one, **changes) if one.id == name else one for one in parts)},
    )


def test_an_edition_does_not_differ_from_itself():
    assert not diff_editions(PAGE, PAGE)


@given(st.sets(st.sampled_from(STEPS)), st.sets(st.sampled_from(STEPS)))
def test_what_one_way_removes_the_other_way_adds(here, there):
    one = replace(PAGE, steps=tuple(step for step in PAGE.steps if step.id not in here))
    other = replace(PAGE, steps=tuple(step for step in PAGE.steps if step.id not in there))

    forth, back = diff_editions(one, other).steps, diff_editions(other, one).steps

    assert set(forth.removed) == set(back.added) == there - here
    assert set(forth.added) == set(back.removed) == here - there
    assert forth.changed == back.changed == ()


def test_other_words_are_told_apart_from_another_meaning():
    words = Text("account-takeover.steps.rule-out.title", "Ask whether it was a colleague")

    reworded = diff_editions(PAGE, with_other(PAGE, "steps", "rule-out", title=words))
    changed = diff_editions(PAGE, with_other(PAGE, "steps", "rule-out", title=words, must=True))

    assert (reworded.steps.reworded, reworded.steps.changed) == (("rule-out",), ())
    assert (changed.steps.reworded, changed.steps.changed) == ((), ("rule-out",))


def test_every_kind_of_part_is_compared():
    for kind, name in {
        "questions": "typed",
        "red_flags": "lures-others",
        "safe_now": "no-pay",
        "steps": "rule-out",
        "evidence": "at-risk",
        "ends": "restored",
    }.items():
        changes = dict(diff_editions(PAGE, without(PAGE, kind, name)).by_kind())
        assert changes.pop(kind).removed == (name,)
        assert not any(changes.values())


def test_an_answer_is_lost_with_its_question_or_its_option():
    typed = PAGE.question("typed")
    fewer = tuple(option for option in typed.options if option.id != "code")
    new = with_other(without(PAGE, "questions", "whose"), "questions", "typed", options=fewer)
    answers = {"whose": "mine", "typed": ("password", "code"), "hold": "ended", "other": "x"}

    assert answers_lost_in_edition(PAGE, new, answers) == {"whose": "mine", "typed": ("code",)}
    assert answers_lost_in_edition(PAGE, PAGE, answers) == {}


def test_a_record_is_lost_with_its_step_or_its_outcome():
    step = PAGE.step("confirm-owner")
    fewer = tuple(outcome for outcome in step.outcomes if outcome.id != "cannot_tell")
    new = with_other(without(PAGE, "steps", "rule-out"), "steps", "confirm-owner", outcomes=fewer)
    records = {
        "rule-out": RecordedStep("intruder"),
        "confirm-owner": RecordedStep("cannot_tell"),
        "save-log": RecordedStep(None),
    }

    assert records_lost_in_edition(new, records) == ("rule-out", "confirm-owner")
    assert records_lost_in_edition(PAGE, records) == ()


def test_a_step_that_must_be_done_now_is_no_longer_left_out():
    records = {"save-log": RecordedStep(None)}
    assert not PAGE.step("save-log").must

    assert records_lost_in_edition(with_other(PAGE, "steps", "save-log", must=True), records) == (
        "save-log",
    )


def test_a_record_whose_outcome_leads_out_now_stays_behind():
    step = PAGE.step("save-log")
    leaving = tuple(replace(outcome, end="restored") for outcome in step.outcomes)
    new = with_other(PAGE, "steps", "save-log", outcomes=leaving)

    assert records_lost_in_edition(new, {"save-log": RecordedStep("saved")}) == ("save-log",)
