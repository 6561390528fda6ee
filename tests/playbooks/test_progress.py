"""Where a step stands, and that every walk through every page reaches an end."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import FactSource
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.run_progress import RecordedStep, StepState
from helpdesk.playbooks.step_facts import facts_set_by_outcome
from helpdesk.playbooks.step_progress_calculator import track_progress

PAGES = load_current_library().playbooks
ACCOUNT = load_current_library().playbook("account-takeover")


def stands(known, records, step):
    return track_progress(ACCOUNT, known, records).of(step)


def test_a_step_waits_for_the_steps_it_needs():
    blocked = stands({}, {}, "ask-platform")

    assert blocked.state is StepState.BLOCKED
    assert blocked.waits_for == ("confirm-owner", "public-form", "consent.agree")


@pytest.mark.parametrize("record", [RecordedStep("written"), RecordedStep(None)])
def test_a_need_is_met_by_doing_and_by_skipping(record):
    assert stands({}, {"first-contact.acknowledge": record}, "rule-out").state is StepState.OPEN


def test_a_need_is_met_by_a_step_that_is_not_needed():
    records = {"confirm-owner": RecordedStep("confirmed"), "consent.agree": RecordedStep("agreed")}

    now = stands({"hold": "ended", "account_state": "lost"}, records, "ask-platform")

    assert stands({"hold": "ended"}, records, "public-form").state is StepState.NOT_NEEDED
    assert now.state is StepState.OPEN


def test_a_step_is_not_needed_only_when_its_condition_certainly_fails():
    assert stands({"whose": "mine"}, {}, "shared-page").state is StepState.NOT_NEEDED


@pytest.mark.parametrize("known", [{}, {"whose": "unsure"}, {"whose": None}])
def test_a_step_whose_condition_cannot_be_told_is_shown_with_a_warning(known):
    records = {"first-contact.safe-channel": RecordedStep("mailbox")}

    shown = stands(known, records, "shared-page")

    assert shown.state is StepState.OPEN
    assert shown.cannot_tell == ("whose",)


def test_a_fact_that_nobody_recorded_yet_is_not_so():
    """Our own steps set facts: as long as none has, there is nothing to warn about."""
    assert stands({}, {}, "after-return").state is StepState.NOT_NEEDED
    assert stands({"account_state": "back"}, {}, "after-return").state is StepState.OPEN


def test_a_fact_that_was_never_found_out_cannot_be_told():
    shown = stands({}, {"live-session": RecordedStep(None)}, "after-return")

    assert (shown.state, shown.cannot_tell) == (StepState.OPEN, ("account_state",))


def test_what_waits_for_the_step_that_will_tell_is_not_called_needless():
    other = load_current_library().playbook("something-else")

    before = track_progress(other, {}, {}).of("second-eyes")
    after = track_progress(other, {"settled_as": "advice"}, {"settle-type": RecordedStep("advice")})

    assert (before.state, before.waits_for) == (StepState.BLOCKED, ("settle-type",))
    assert after.of("second-eyes").state is StepState.NOT_NEEDED


def test_what_was_done_stays_done_whatever_is_learned_later():
    records = {"shared-page": RecordedStep("frozen")}

    done = stands({"whose": "mine"}, records, "shared-page")

    assert done.state is StepState.DONE
    assert done.outcome.id == "frozen"


def test_a_skipped_step_has_no_outcome():
    assert (
        stands({}, {"warn-contacts": RecordedStep(None)}, "warn-contacts").state
        is StepState.SKIPPED
    )
    assert stands({}, {"warn-contacts": RecordedStep(None)}, "warn-contacts").outcome is None


def test_the_step_at_hand_is_the_first_open_one_in_the_order_of_the_page():
    run = track_progress(ACCOUNT, {}, {"first-contact.acknowledge": RecordedStep("written")})

    assert run.next_step.step.id == "first-contact.safe-channel"
    assert [one.step.id for one in run.steps] == [step.id for step in ACCOUNT.steps]


def test_steps_that_are_not_needed_count_neither_as_open_nor_as_done():
    run = track_progress(
        ACCOUNT, {"whose": "mine"}, {"first-contact.acknowledge": RecordedStep("written")}
    )

    assert run.settled == 1
    needless = {one.step.id for one in run.steps if one.state is StepState.NOT_NEEDED}
    assert needless == {"shared-page", "after-return", "month-of-watching"}
    assert run.expected == len(ACCOUNT.steps) - len(needless)


def test_resolved_asks_for_every_step_that_must_be_done_before_it():
    run = track_progress(ACCOUNT, {}, {})

    early = run.missing_before(ACCOUNT.end("explained"), "rule-out")
    late = run.missing_before(ACCOUNT.end("restored"), "close.way-out")

    first = ["first-contact.danger-again", "consent.agree", "vetting.vouch"]
    assert [step.id for step in early] == first
    assert [step.id for step in late] == [*first, "confirm-owner", "close.keep-or-erase"]


@pytest.mark.parametrize("end", ["no-answer", "not-ours", "withdrawn"])
def test_nobody_is_kept_in_a_run_that_they_left(end):
    assert track_progress(ACCOUNT, {}, {}).missing_before(ACCOUNT.end(end), "close.way-out") == ()


def test_finishing_a_step_sets_facts_from_outcome_words_and_evidence():
    form, session = ACCOUNT.step("public-form"), ACCOUNT.step("live-session")

    filed = facts_set_by_outcome(form, form.outcome("filed"), {"form-receipt": "4-555"})

    assert filed == {"public_form": "filed", "public_form_ref": "4-555"}
    assert facts_set_by_outcome(form, form.outcome("no_form"), {}) == {"public_form": "no_form"}
    assert facts_set_by_outcome(session, session.outcome("back_in"), {}) == {
        "account_state": "back"
    }


# --- every walk ----------------------------------------------------------------------------------


def answers_for(page, choose):
    """Some answers a person could give: any option, or nothing at all."""
    known = {}
    for question in page.questions:
        if question.options and choose.random() < 0.8:
            picked = choose.choice(question.options).id
            known[question.id] = (picked,) if question.kind == "many_of" else picked
    return known


def walk(page, choose):
    """Work through a page as a responder would: the last outcome, what is known, the records."""
    known, records = answers_for(page, choose), {}
    for _ in page.steps:
        run = track_progress(page, known, records)
        assert run.next_step is not None, "nothing is open and no end was reached"
        step = run.next_step.step
        if not step.must and step is not page.steps[-1] and choose.random() < 0.2:
            records[step.id] = RecordedStep(None)
            continue
        outcome = choose.choice([one for one in step.outcomes if may_end(page, run, step, one)])
        records[step.id] = RecordedStep(outcome.id)
        known |= facts_set_by_outcome(step, outcome, dict.fromkeys(step.evidence, "told"))
        if outcome.end or outcome.playbook:
            return outcome, known, records
    raise AssertionError("the walk did not end")


def may_end(page, run, step, outcome):
    return outcome.end is None or not run.missing_before(page.end(outcome.end), step.id)


def seeded(seed):
    return random.Random(seed)  # noqa: S311 - a walk, not a secret


@given(st.sampled_from([page.id for page in PAGES]), st.integers(0, 2**32))
def test_every_walk_reaches_an_end(name, seed):
    page = load_current_library().playbook(name)
    outcome, _, _ = walk(page, seeded(seed))

    assert outcome.end or outcome.playbook


@given(st.sampled_from([page.id for page in PAGES]), st.integers(0, 2**32))
def test_no_walk_is_ready_to_escalate_before_its_owner_is_confirmed(name, seed):
    page = load_current_library().playbook(name)
    _, known, _ = walk(page, seeded(seed))
    known["consent_platform"] = "given"

    for plan in page.escalations:
        ready = all(evaluate_condition(need, known) is ConditionTruth.TRUE for need in plan.needs)
        assert not ready or known["owner_confirmed"] == "confirmed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_every_end_and_every_step_is_reached_by_some_walk(page):
    ends, steps, playbooks = set(), set(), set()
    leads_to = {one.playbook for step in page.steps for one in step.outcomes}
    for seed in range(800):
        outcome, _, records = walk(page, seeded(seed))
        ends.add(outcome.end)
        playbooks.add(outcome.playbook)
        steps |= {step for step, record in records.items() if record.outcome}

    assert ends >= {end.id for end in page.ends}
    assert steps == {step.id for step in page.steps}
    assert playbooks == leads_to


def test_facts_come_from_outcomes_and_from_evidence():
    settings = [one for page in PAGES for step in page.steps for one in step.sets]

    assert {one.source for one in settings} == set(FactSource)


@given(st.sampled_from(PAGES), st.sets(st.integers(0, 60)), st.booleans())
def test_every_step_stands_in_exactly_one_part_of_the_page(page, done, is_elsewhere):
    records = {
        step.id: RecordedStep(step.outcomes[0].id, is_elsewhere=is_elsewhere)
        for number, step in enumerate(page.steps)
        if number in done
    }

    now = track_progress(page, {}, records)

    parts = [*now.recorded, *now.not_needed, *now.ahead, *now.at_the_end]
    assert sorted(one.step.id for one in parts) == sorted(step.id for step in page.steps)
