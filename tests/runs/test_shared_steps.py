"""What is done once for a case: other playbooks count it, and nothing is opened by that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.cases.playbook_findings import fact_codes_of_playbook
from helpdesk.core.errors import Conflict
from helpdesk.playbooks import repository
from helpdesk.playbooks.edition_diff import strip_wording
from helpdesk.playbooks.run_progress import StepState
from helpdesk.playbooks.step_rules import outcome_continues_run
from helpdesk.runs import operations, queries
from helpdesk.runs.models import MOVED, Run, StepRecord, StepRecordKind
from helpdesk.runs.shared_steps import FRESH, shared_steps
from tests.factories import sign_in
from tests.runs.test_views import address

ONCE = (
    "first-contact.acknowledge",
    "consent.agree",
    "vetting.vouch",
)
FOR_EACH_TROUBLE = (
    "first-contact.safe-channel",
    "first-contact.danger-again",
    "first-contact.settle-answers",
)
PAGES = repository.load_current_library().playbooks
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def facts(at_work):
    with at_work.working() as work:
        return fact_codes_of_playbook(work, at_work.case(work), "account-takeover")


@pytest.fixture
def second(at_work):
    """The first contact is done in one playbook, and another begins."""
    at_work.first_contact(at_work.start())
    second = at_work.start("doxing")
    at_work.finish(second, "first-contact.safe-channel", "mailbox")
    return second


def first(at_work):
    with at_work.working() as work:
        runs = queries.runs_of_case(work, at_work.case(work))
        return next(one.run.id for one in runs if one.page.id == "account-takeover")


@pytest.mark.parametrize("step", ONCE)
def test_a_second_playbook_counts_what_was_done_once(at_work, second, step):
    now = at_work.stands(second, step)

    assert (now.state, now.record.is_elsewhere) == (StepState.DONE, True)
    assert now.may_be_recorded


def test_what_a_step_waits_for_holds_up_doing_it_again_here(at_work):
    at_work.first_contact(at_work.start())
    second = at_work.start("doxing")

    assert at_work.stands(second, "vetting.vouch").state is StepState.DONE
    with pytest.raises(Conflict, match="Agree a safe way"):
        at_work.finish(second, "vetting.vouch", "known")


@pytest.mark.parametrize("step", FOR_EACH_TROUBLE)
def test_what_depends_on_the_trouble_is_asked_again_and_shows_what_was_said(at_work, step):
    at_work.first_contact(at_work.start())
    second = at_work.start("doxing")

    assert not at_work.stands(second, step).state.is_settled
    with at_work.working() as work:
        elsewhere = queries.progress_with_shared_steps(work, at_work.run(work, second)).elsewhere
        assert not elsewhere[step].counts_as_done


def test_two_playbooks_that_began_together_ask_once(at_work):
    one, other = at_work.start(), at_work.start("doxing")

    at_work.finish(other, "first-contact.acknowledge", "written")

    assert at_work.stands(one, "first-contact.acknowledge").state is StepState.DONE


def test_starting_a_playbook_sets_no_fact_and_opens_no_gate(at_work):
    at_work.first_contact(at_work.start(), vetted="not_possible")
    before = facts(at_work)

    second = at_work.start("doxing")

    assert facts(at_work) == before
    assert at_work.stands(second, "vetting.vouch").outcome.id == "not_possible"


def test_what_is_taken_back_where_it_was_done_is_open_in_both(at_work, second):
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, first(at_work)), "vetting.vouch")

    assert at_work.stands(second, "vetting.vouch").state is not StepState.DONE
    assert "vetted" not in facts(at_work)


def test_a_step_is_done_again_and_both_records_stand(at_work, second):
    at_work.finish(second, "vetting.vouch", "not_possible")

    assert facts(at_work)["vetted"] == "not_possible"
    assert at_work.stands(second, "vetting.vouch").outcome.id == "not_possible"
    assert at_work.stands(first(at_work), "vetting.vouch").outcome.id == "confirmed"


def test_taking_back_what_was_done_again_leaves_what_the_other_playbook_says(at_work, second):
    at_work.finish(second, "vetting.vouch", "not_possible")

    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, second), "vetting.vouch")

    assert facts(at_work)["vetted"] == "confirmed"
    assert at_work.stands(second, "vetting.vouch").record.is_elsewhere


def test_the_last_word_counts_and_one_that_ended_the_work_does_not(at_work, second):
    at_work.finish(second, "vetting.vouch", "refused")

    third = at_work.start("impersonation")

    assert at_work.stands(third, "vetting.vouch").state is not StepState.DONE
    assert at_work.stands(third, "first-contact.acknowledge").state is StepState.DONE


@pytest.fixture
def warned(at_work):
    """Somebody found out that they are not who they say; another playbook begins."""
    at_work.first_contact(at_work.start(), vetted="refused")
    warned = at_work.start("doxing")
    at_work.finish(warned, "first-contact.safe-channel", "mailbox")
    return warned


def test_that_somebody_is_an_impostor_is_seen_in_the_next_playbook(at_work, warned, staff):
    asha = sign_in(staff, at_work.asha)
    page = asha.get(address(at_work, warned) + "?step=vetting.vouch").text
    ahead = asha.get(address(at_work, warned)).text

    assert "They are not who they say they are <span" in ahead
    assert at_work.stands(warned, "vetting.vouch").state is StepState.OPEN
    assert "They are not who they say they are <span" in page
    assert "Recorded in “Someone else is using my account, or I am locked out” by" in page
    assert "talk to the person who recorded it" in page


def test_that_somebody_is_an_impostor_is_seen_after_more_than_a_week(at_work):
    at_work.first_contact(at_work.start(), vetted="refused")
    at_work.now += 2 * FRESH
    late = at_work.start("doxing")

    with at_work.working() as work:
        elsewhere = queries.progress_with_shared_steps(work, at_work.run(work, late)).elsewhere

    assert elsewhere["vetting.vouch"].outcome.id == "refused"


def test_taking_back_what_was_said_later_leaves_that_somebody_is_an_impostor(at_work, warned):
    at_work.finish(warned, "vetting.vouch", "confirmed")

    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, warned), "vetting.vouch")

    assert facts(at_work)["vetted"] == "refused"


def test_what_was_left_out_elsewhere_is_asked_for_here(at_work):
    with at_work.working() as work:
        run = at_work.run(work, at_work.start())
        operations.skip_step(work, run, "first-contact.acknowledge", reason="They called us.")

    second = at_work.start("doxing")

    assert at_work.stands(second, "first-contact.acknowledge").state is StepState.OPEN


def test_nobody_leaves_out_or_takes_back_here_what_was_done_elsewhere(at_work, second):
    with at_work.working() as work:
        run = at_work.run(work, second)
        with pytest.raises(Conflict, match="nothing to skip"):
            operations.skip_step(work, run, "first-contact.acknowledge", reason="Done.")
        with pytest.raises(Conflict):
            operations.reopen_step(work, run, "first-contact.acknowledge")


def test_a_playbook_that_goes_over_to_another_takes_its_first_contact_along(unsorted):
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")
    unsorted.finish(run_id, "settle-type", "account_takeover")

    with unsorted.working() as work:
        follower = queries.unfinished_run_of(work, unsorted.case(work), "account-takeover")
        done = [one for one in queries.progress_of_run(work, follower).steps if one.record]

    assert [one.step.id for one in done] == list(ONCE)


def test_whoever_comes_back_after_a_week_is_asked_again(at_work):
    at_work.first_contact(at_work.start())

    at_work.now += FRESH
    late = at_work.start("doxing")

    assert at_work.stands(late, "vetting.vouch").state is not StepState.DONE


@given(
    st.sampled_from(PAGES),
    st.lists(
        st.tuples(
            st.sampled_from(PAGES),
            st.sampled_from([None, MOVED, "resolved"]),
            st.lists(st.tuples(st.integers(0, 60), st.integers(0, 5), st.integers(-9, 9))),
        ),
        max_size=3,
    ),
)
def test_only_the_last_record_of_a_shared_step_that_means_the_same_is_counted(page, drawn):
    others = [a_run(other, ended_as, told) for other, ended_as, told in drawn]

    found = shared_steps(page, others, begun_at=NOON)

    said = [
        (record, other)
        for run, other in others
        for record in run.records
        if run.ended_as != MOVED and record.outcome
    ]
    for name, one in found.items():
        assert one.record.at == max(record.at for record, _ in said if record.step == name)
        assert one.record.at > NOON - FRESH or one.ended_the_run
        assert "." in name
        assert strip_wording(page.step(name)) == strip_wording(one.page.step(name))
        went_on = outcome_continues_run(page.step(name).outcome(one.outcome.id))
        assert one.counts_as_done == (page.step(name).once and went_on)


def a_run(page, ended_as, told):
    records = {}
    for number, outcome, days in told:
        step = page.steps[number % len(page.steps)]
        records[step.id] = StepRecord(
            step=step.id,
            recorded_as=StepRecordKind.DONE,
            outcome=step.outcomes[outcome % len(step.outcomes)].id,
            at=NOON + timedelta(days=days),
            by="person:1",
        )
    return Run(ended_as=ended_as, records=list(records.values())), page


@pytest.mark.parametrize(
    "change",
    [
        lambda step: replace(step, outcomes=step.outcomes[:-1]),
        lambda step: replace(step, sets=()),
        lambda step: replace(step, needs=()),
        lambda step: replace(step, once=False),
    ],
)
def test_a_step_that_means_something_else_in_the_other_edition_is_not_counted(change):
    page = repository.load_current_library().playbook("doxing")
    other = replace(
        page,
        steps=tuple(change(one) if one.id == "vetting.vouch" else one for one in page.steps),
    )
    run, _ = a_run(other, None, [])
    run.records.append(
        StepRecord(
            step="vetting.vouch",
            recorded_as=StepRecordKind.DONE,
            outcome="confirmed",
            at=NOON,
            by="person:1",
        )
    )

    assert not shared_steps(page, [(run, other)], begun_at=NOON)
    assert shared_steps(page, [(run, page)], begun_at=NOON)


def test_the_page_says_who_did_it_where_and_offers_to_do_it_again(at_work, second, staff):
    asha = sign_in(staff, at_work.asha)

    page = asha.get(address(at_work, second)).text

    assert "Done in “Someone else is using my account, or I am locked out” by" in page
    assert "Do it again for this problem" in page
    assert "3 of them done in another playbook on this case" in page
    assert "Now: Ask about danger again" in page
    assert "Check whether the same is true for this problem" in page
    again = asha.get(address(at_work, second) + "?step=vetting.vouch").text
    assert "Now: Start confirming who is asking" in again
    assert "Only record it again if it is different" in again
    assert "Skip this step" not in again


def test_a_playbook_to_read_before_it_starts_shows_what_is_done_already(at_work, staff):
    at_work.now = datetime.now(UTC)
    at_work.first_contact(at_work.start())
    asha = sign_in(staff, at_work.asha)
    with at_work.working() as work:
        ref = at_work.case(work).ref

    page = asha.get(f"/cases/{ref}/playbooks/doxing").text

    assert "Done in “" in page
    assert "Do it again" not in page
