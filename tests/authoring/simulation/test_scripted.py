"""What comes of a script: the level, what is said, the steps, and what the script left open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.reading.scripts import read_script, read_script_text
from helpdesk.authoring.scenarios import SKIPPED, SimulationScript
from helpdesk.authoring.simulation.scripted import assess_answers, simulate_script
from helpdesk.cases.levels import highest_level
from helpdesk.playbooks.model import RunEndKind
from helpdesk.playbooks.repository import CONTENT
from helpdesk.triage.judgement import judge_report

LIBRARY = read_library(CONTENT)
PAGES = LIBRARY.playbooks
ACCOUNT, ELSE = LIBRARY.playbook("account-takeover"), LIBRARY.playbook("something-else")
GATES = {
    "vetting.vouch": "known",
    "confirm-owner": "confirmed",
    "live-session": "lost",
    "public-form": "filed",
}
EVIDENCE = dict.fromkeys(("profile-url", "ownership-statement", "harm-statement"), "told")


def walked(page=ACCOUNT, **script):
    [one] = simulate_script(LIBRARY, (page,), SimulationScript(**script))
    return one


def outcomes(one):
    return {taken.step.id: taken.choice for taken in one.way.taken}


def missing_names(one):
    [missing] = one.missing
    return [gate.name for gate in missing.gates]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_somebody_who_says_nothing_is_led_to_an_end(page):
    one = walked(page)

    assert one.told.judgement.rule == "R9"
    assert one.told.safe_now.dos
    assert one.told.safe_now.donts
    assert one.way.end is not None
    assert all(taken.choice.is_assumed for taken in one.way.taken)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_what_is_assumed_opens_no_gate(page):
    one = walked(page)

    for plan, missing in zip(page.escalations, one.missing, strict=True):
        assert missing.gates == plan.needs


def test_the_outcomes_of_the_script_are_taken_and_the_rest_is_marked():
    one = walked(outcomes={"rule-out": "attempts_only", "warn-contacts": SKIPPED})

    assert outcomes(one)["rule-out"].outcome.id == "attempts_only"
    assert not outcomes(one)["rule-out"].is_assumed
    assert outcomes(one)["warn-contacts"].outcome is None
    assert outcomes(one)["confirm-owner"].is_assumed


def test_the_script_itself_opens_the_gates():
    answers = {"hold": "running"}
    nothing = walked(answers=answers)
    all_but_consent = walked(answers=answers, outcomes=GATES, evidence=EVIDENCE)
    everything = walked(
        answers=answers, outcomes=GATES, evidence=EVIDENCE, facts={"consent_platform": "given"}
    )

    assert len(nothing.missing[0].gates) == 4
    assert {one.id for one in nothing.missing[0].evidence} == set(EVIDENCE)
    assert missing_names(all_but_consent) == ["consent_platform"]
    assert everything.missing[0].is_nothing


def test_an_outcome_that_closes_a_gate_leaves_it_shut():
    refused = walked(answers={"hold": "running"}, outcomes=GATES | {"confirm-owner": "cannot_tell"})

    assert "owner_confirmed" in missing_names(refused)


def test_a_step_that_may_not_be_skipped_stops_the_walk():
    one = walked(outcomes={"confirm-owner": SKIPPED})

    assert one.way.end is None
    assert "confirm-owner" in one.way.stopped


def test_a_walk_goes_over_to_another_page():
    over = next(
        (step, outcome)
        for step in ELSE.steps
        for outcome in step.outcomes
        if outcome.playbook is not None
    )
    one = walked(ELSE, outcomes={over[0].id: over[1].id})

    assert one.way.end is None
    assert one.way.goes_over_to == over[1].playbook


def test_an_outcome_of_a_step_that_never_came_is_named():
    one = walked(outcomes={"rule-out": "colleague", "warn-contacts": "warned"})

    assert one.way.end == "explained"
    assert one.unused == ("warn-contacts",)


def test_answers_to_hidden_questions_are_dropped_and_named():
    one = walked(ELSE, answers={"about": ("advice",), "noticed": "something", "wish": ("safe",)})

    assert one.told.dropped == ("noticed",)
    assert "noticed" not in one.told.answers


@given(st.lists(st.sampled_from(PAGES), min_size=2, max_size=4, unique_by=lambda page: page.id))
def test_several_pages_combine_by_the_highest(pages):
    answers = {"danger": "none_known", "hold": "running", "reach": "others"}

    together = assess_answers(LIBRARY, pages, answers).judgement
    alone = [judge_report(LIBRARY.table, page, answers) for page in pages]

    assert together.level is highest_level(one.level for one in alone)


def test_what_one_page_found_out_the_next_one_knows():
    first, second = simulate_script(
        LIBRARY,
        (ACCOUNT, LIBRARY.playbook("doxing")),
        SimulationScript(outcomes={"vetting.vouch": "confirmed"}),
    )

    assert first.way.known["vetted"] == second.way.known["vetted"] == "confirmed"


def test_json_and_yaml_say_the_same():
    said = [
        '{"answers":{"danger":"credible","typed":["password","code"],"hold":null},'
        '"outcomes":{"rule-out":"intruder"},"note":"\\ud83d\\udc4b \\u00e9"}',
        '{\n\t"answers": {"danger": "credible", "typed": ["password", "code"]},\n'
        '\t"outcomes": {"rule-out": "intruder"},\n\t"note": "👋 é"\n}',
        "answers:\n  danger: credible\n  typed: [password, code]\n"
        "outcomes: {rule-out: intruder}\nnote: 👋 é\n",
    ]
    scripts = [read_script(read_script_text(one, "file"), (ACCOUNT,), LIBRARY) for one in said]

    assert scripts[0] == scripts[1] == scripts[2]
    assert scripts[0].answers == {"danger": "credible", "typed": ("password", "code")}
    assert scripts[0].note == "👋 é"


def test_ends_of_all_kinds_can_be_walked_to():
    for end in ACCOUNT.ends:
        one = walked(outcomes={"close.way-out": end.id})
        assert one.way.end == end.id
    assert {end.kind for end in ACCOUNT.ends} == set(RunEndKind)
