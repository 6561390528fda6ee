"""What must always hold holds on every page, and each invariant sees a fault that was planted."""

from dataclasses import replace

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.simulation import invariants, scripted, simulator
from helpdesk.authoring.simulation.invariants import INVARIANTS
from helpdesk.authoring.simulation.random_exploration import (
    NEVER_AN_EXCEPTION,
    check_levels_for_all_decision_answers,
    explore_advice_in_pairs,
    explore_with_random_people,
)
from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Is, Not, names_in
from helpdesk.playbooks.escalation_gates import MissingForRequest
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import RedFlag, Text
from helpdesk.playbooks.repository import CONTENT

LIBRARY = read_library(CONTENT)
PAGES = LIBRARY.playbooks
ACCOUNT = LIBRARY.playbook("account-takeover")
SEEDS, MANY = range(200), range(1500)

ENDS, NO_LESS, NO_LOWER, HIDDEN, LEAVES, RESOLVED, FITS = INVARIANTS


def broken(page=ACCOUNT, library=LIBRARY, seeds=SEEDS):
    return {one.invariant for one in explore_with_random_people(library, page, seeds)}


def broken_decisions(page=ACCOUNT, library=LIBRARY):
    return {one.invariant for one in check_levels_for_all_decision_answers(library, page)}


def with_step(step_id, **changes):
    steps = [replace(one, **changes) if one.id == step_id else one for one in ACCOUNT.steps]
    return replace(ACCOUNT, steps=tuple(steps))


def with_question(question_id, **changes):
    questions = [
        replace(one, **changes) if one.id == question_id else one for one in ACCOUNT.questions
    ]
    return replace(ACCOUNT, questions=tuple(questions))


def with_flag(when):
    flag = RedFlag("planted", when, Text("why", "Why."), floor=Level.IMMEDIATE)
    return replace(ACCOUNT, red_flags=(*ACCOUNT.red_flags, flag))


def with_plan(**changes):
    [plan] = ACCOUNT.escalations
    return replace(ACCOUNT, escalations=(replace(plan, **changes),))


def with_cell(danger, hold, pressures, rule_id):
    rule = next(one for one in LIBRARY.table.rules if one.id == rule_id)
    cells = tuple(
        replace(cell, rule=rule)
        if (cell.danger, cell.hold, cell.pressures) == (danger, hold, pressures)
        else cell
        for cell in LIBRARY.table.cells
    )
    return replace(LIBRARY, table=replace(LIBRARY.table, cells=cells))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_everything_holds_for_everybody(page):
    assert list(explore_with_random_people(LIBRARY, page, range(60))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_advice_fits_whoever_has_two_kinds_of_trouble(page):
    """The long form: `helpdesk playbooks simulate --explore`."""
    assert list(explore_advice_in_pairs(LIBRARY, page, range(6))) == []


def test_what_decides_in_hours_and_is_crowded_out_by_another_kind_is_seen():
    watched, message = (LIBRARY.playbook(one) for one in ("being-watched", "suspicious-message"))
    calm = replace(
        message, safe_now=tuple(replace(one, within_hours=False) for one in message.safe_now)
    )

    def pages(second):
        return replace(LIBRARY, playbooks=(watched, second))

    assert list(explore_advice_in_pairs(pages(message), watched, SEEDS)) == []
    broken = list(explore_advice_in_pairs(pages(calm), watched, SEEDS))
    assert broken
    assert {one.invariant for one in broken} == {FITS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_levels_hold_for_every_combination_of_decisions(page):
    assert list(check_levels_for_all_decision_answers(LIBRARY, page, backgrounds=[1])) == []


def test_a_page_that_never_ends_is_seen():
    locked = with_step("close.way-out", when=Is("hold", "never"))

    assert broken(locked) == {ENDS}


def test_an_exception_is_seen():
    dangling = with_step("rule-out", needs=("nowhere",))

    assert broken(dangling) == {NEVER_AN_EXCEPTION}


@pytest.mark.parametrize(
    "page",
    [
        with_flag(Is("danger", "none_known")),
        with_question("inside", ask_when=Not(Is("reach", "unsure"))),
    ],
    ids=["a red flag for no", "a question that not knowing hides"],
)
def test_not_knowing_that_ranks_below_no_is_seen(page):
    assert NO_LESS in broken(page)
    assert NO_LESS in broken_decisions(page)


def test_not_knowing_that_ranks_below_no_is_seen_in_the_table():
    swapped = with_cell("none_known", "unclear", 0, "R1")

    assert NO_LESS in broken_decisions(library=swapped)


@pytest.mark.parametrize(
    "page",
    [
        with_flag(Is("hold", "ended")),
        with_flag(Not(Is("danger", "imminent"))),
        with_question("inside", ask_when=Not(Is("clock", "within_72h"))),
    ],
    ids=["a red flag for over", "a red flag for less danger", "a question that a date hides"],
)
def test_a_worse_answer_that_lowers_is_seen(page):
    table = with_cell("imminent", "running", 0, "R4")  # the gate is shut, so that more can differ

    assert NO_LOWER in broken(page, table)
    assert NO_LOWER in broken_decisions(page, table)


@pytest.mark.parametrize(
    ("danger", "hold", "pressures"), [("imminent", "ended", 2), ("credible", "running", 3)]
)
def test_a_swapped_cell_of_the_table_is_seen(danger, hold, pressures):
    swapped = with_cell(danger, hold, pressures, "R12")

    assert NO_LOWER in broken_decisions(library=swapped)


def test_hidden_answers_that_count_are_seen(monkeypatch):
    page = with_question("inside", ask_when=Is("hold", "running"))
    assert HIDDEN not in broken(page)

    monkeypatch.setattr(scripted, "drop_hidden_answers", lambda questions, answers: dict(answers))

    assert HIDDEN in broken(page)


@pytest.mark.parametrize("gate", ["vetted", "owner_confirmed", "consent_platform", "public_form"])
def test_a_page_that_asks_for_less_before_a_request_is_seen(gate):
    [plan] = ACCOUNT.escalations
    fewer = tuple(need for need in plan.needs if gate not in names_in(need))

    first = next(explore_with_random_people(LIBRARY, with_plan(needs=fewer), MANY))

    assert first.invariant == LEAVES


def test_a_gate_that_opens_for_what_cannot_be_told_is_seen(monkeypatch):
    def lenient(page, plan, known, written_down):
        gates = [
            need for need in plan.needs if evaluate_condition(need, known) is ConditionTruth.FALSE
        ]
        return MissingForRequest(plan.to, tuple(gates), ())

    monkeypatch.setattr(invariants, "missing_for_request", lenient)

    assert broken() == {LEAVES}


def test_evidence_that_nobody_waits_for_is_seen(monkeypatch):
    def lenient(page, plan, known, written_down):
        gates = [
            need
            for need in plan.needs
            if evaluate_condition(need, known) is not ConditionTruth.TRUE
        ]
        return MissingForRequest(plan.to, tuple(gates), ())

    monkeypatch.setattr(invariants, "missing_for_request", lenient)

    first = next(explore_with_random_people(LIBRARY, ACCOUNT, MANY))

    assert first.invariant == LEAVES


def test_a_resolved_end_that_asks_for_nothing_is_seen(monkeypatch):
    monkeypatch.setattr(simulator, "may_skip_step", lambda page, step: step is not page.steps[-1])
    monkeypatch.setattr(
        "helpdesk.authoring.simulation.random_people.may_skip_step", simulator.may_skip_step
    )

    assert broken() == {RESOLVED}


def test_an_end_that_came_too_early_is_seen(monkeypatch):
    monkeypatch.setattr(simulator, "steps_blocking_outcome", lambda page, now, step, outcome: ())

    assert broken() == {RESOLVED}


def test_a_seed_brings_the_same_person_back():
    page = with_flag(Is("hold", "ended"))
    first, *_ = explore_with_random_people(LIBRARY, page, SEEDS)

    assert next(explore_with_random_people(LIBRARY, page, [first.seed])) == first


def test_advice_against_what_was_said_is_seen():
    lines = tuple(
        replace(one, when=None) if one.id == "form-once" else one for one in ACCOUNT.safe_now
    )
    said = Text("x", "Sign in on the device where you usually sign in.")
    page = replace(ACCOUNT, safe_now=(*lines, replace(lines[0], text=said, when=None)))

    assert FITS not in broken()
    assert FITS in broken(page)
