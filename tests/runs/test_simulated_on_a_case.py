"""A walk and a case go the same way: what one takes step by step, the other takes too."""

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.simulation.invariants import simulate_person
from helpdesk.authoring.simulation.random_people import PlaybookWithLibrary, random_person
from helpdesk.authoring.simulation.simulator import simulate_run
from helpdesk.cases.playbook_findings import fact_codes_of_playbook
from helpdesk.core.errors import Conflict
from helpdesk.playbooks.repository import CONTENT
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator
from helpdesk.playbooks.step_rules import outcome_continues_run
from helpdesk.runs import operations, queries
from tests.runs.conftest import CaseAtWork

LIBRARY = read_library(CONTENT)
PLACES = [("account-takeover", 3), ("doxing", 8), ("something-else", 5), ("website-down", 14)]


@pytest.mark.parametrize(("name", "seed"), PLACES)
def test_a_case_takes_every_step_that_a_walk_took(context, now, name, seed):
    page = LIBRARY.playbook(name)
    person = random_person(PlaybookWithLibrary(LIBRARY, StepProgressCalculator(page)), seed)
    walked = simulate_person(PlaybookWithLibrary(LIBRARY, StepProgressCalculator(page)), person)
    told = {
        key: list(said) if isinstance(said, tuple) else said
        for key, said in walked.told.answers.items()
    }
    at_work = CaseAtWork(context, now, incident_type=name, answers=told)
    run_id = at_work.start(name)
    # a consent is given on the case itself; here nobody gave one
    way = simulate_run(
        StepProgressCalculator(page), walked.told.answers, person.chooser(), person.step_picker()
    )

    for taken in way.taken:
        outcome = taken.choice.outcome
        with at_work.working() as work:
            run = at_work.run(work, run_id)
            if outcome is None:
                operations.skip_step(work, run, taken.step.id, reason="Not now.")
            else:
                operations.finish_step(
                    work,
                    run,
                    taken.step.id,
                    outcome=outcome.id,
                    evidence=taken.choice.evidence,
                    note=taken.choice.note,
                )

    with at_work.working() as work:
        run = at_work.run(work, run_id)
        states = {one.step.id: one.state for one in queries.progress_of_run(work, run).steps}
        facts = fact_codes_of_playbook(work, at_work.case(work), run.edition.playbook)
    assert run.ended_as == (way.end or way.goes_over_to)
    assert states == {one.step.id: one.state for one in way.progress.steps}
    assert set(facts) == {fact for taken in way.taken for fact in taken.facts}


def test_what_stops_a_walk_stops_a_case(at_work):
    page = LIBRARY.playbook("account-takeover")
    run_id = at_work.start()
    [hasty] = [one for one in page.steps[-1].outcomes if one.end == "restored"]
    assert not outcome_continues_run(hasty)

    with pytest.raises(Conflict, match="Before you can record"):
        at_work.finish(run_id, "close.way-out", "restored")
    with at_work.working() as work, pytest.raises(Conflict, match="can’t be skipped"):
        operations.skip_step(work, at_work.run(work, run_id), "close.keep-or-erase", reason="x")
