"""Reading ahead: what is said to come of an outcome comes; a branch not taken does not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.run_progress import RecordedStep, StepState
from helpdesk.playbooks.step_facts import facts_set_by_outcome
from helpdesk.playbooks.step_preview import preview_steps
from helpdesk.playbooks.step_progress_calculator import track_progress

LIBRARY = load_current_library()
PAGES = LIBRARY.playbooks


def ahead(page, known):
    return preview_steps(page, track_progress(page, known, {}), known, PAGES)


@st.composite
def a_page_and_answers(draw):
    page = draw(st.sampled_from(PAGES))
    known = {}
    for question in page.questions:
        options = [option.id for option in question.options]
        if options and draw(st.booleans()):
            known[question.id] = draw(st.sampled_from(options))
    return page, known


@given(a_page_and_answers(), st.data())
def test_what_an_outcome_is_said_to_open_or_spare_it_opens_or_spares(told, data):
    page, known = told
    step = data.draw(st.sampled_from(page.steps))
    way = data.draw(st.sampled_from(ahead(page, known)[step.id].ways))

    known = known | facts_set_by_outcome(step, way.outcome, {})
    then = track_progress(page, known, {step.id: RecordedStep(way.outcome.id)})

    for later in way.opens:
        assert then.of(later.id).state in {StepState.OPEN, StepState.BLOCKED}
    for later in way.spares:
        assert then.of(later.id).state is StepState.NOT_NEEDED
    assert not {one.id for one in way.opens} & {one.id for one in way.spares}
    behind = page.steps.index(step)
    assert all(page.steps.index(one) > behind for one in (*way.opens, *way.spares))


@given(a_page_and_answers())
def test_every_step_with_a_condition_says_it_and_every_way_leads_somewhere(told):
    page, known = told

    for step in page.steps:
        one = ahead(page, known)[step.id]
        assert bool(one.only_if) == bool(one.because) == (step.when is not None)
        assert [way.outcome for way in one.ways] == list(step.outcomes)
        for way in one.ways:
            assert (way.end is not None) == (way.outcome.end is not None)
            assert (way.playbook is not None) == (way.outcome.playbook is not None)


@given(a_page_and_answers())
def test_steps_of_a_branch_that_is_not_taken_are_neither_open_nor_done(told):
    page, known = told

    now = track_progress(page, known, {})

    spared = [one for one in now.steps if one.state is StepState.NOT_NEEDED]
    assert now.settled == 0
    assert now.expected == len(page.steps) - len(spared)
    assert now.next_step is None or now.next_step.state is StepState.OPEN
    assert all(ahead(page, known)[one.step.id].because.startswith("Not needed") for one in spared)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_some_outcome_of_every_page_is_a_branch(page):
    ways = [way for one in ahead(page, {}).values() for way in one.ways]

    assert any(way.end for way in ways)
    assert any(way.opens or way.spares or way.playbook for way in ways)
