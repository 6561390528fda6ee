"""A step is over, or it comes back on its day: what must be done never ends without its answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.accounts.models import Team
from helpdesk.cases import playbook_findings
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Note
from helpdesk.cases.models.case import LEVELS
from helpdesk.cases.queries import LISTED_AT_MOST
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core.errors import Conflict
from helpdesk.duty import case_closing
from helpdesk.duty.queries import load_board
from helpdesk.playbooks.run_progress import StepState
from helpdesk.runs import operations, queries
from helpdesk.runs.models import StepRecord, StepRecordKind
from tests.factories import a_case

DANGER = "first-contact.danger-again"
DAYS_FOR_ROUTINE = timedelta(days=4)


@pytest.fixture
def asked(at_work):
    """A run whose person was asked about danger and has not answered yet."""
    set_level(at_work, "routine")
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    at_work.finish(run_id, DANGER, "no_answer", note="Asked in the mailbox.")
    return run_id


def record_of(at_work, run_id, step):
    with at_work.working() as work:
        return next(one for one in at_work.run(work, run_id).records if one.step == step)


def on_the_board(at_work, at, somebody=None):
    with at_work.working(somebody, at) as work:
        return [(one.run.case.ref, one.step.id) for one in load_board(work).steps_due_again]


def change(at_work, statement, value=None):
    """Something that happened elsewhere, and leaves no history in this story."""
    with at_work.working() as work:
        work.session.execute(text(statement), {"value": value} if value is not None else {})


def ref_of(at_work):
    with at_work.working() as work:
        return at_work.case(work).ref


def set_level(at_work, level):
    change(at_work, "UPDATE cases SET level = :value", LEVELS.index(Level(level)))


def test_a_step_of_an_immediate_case_comes_before_twenty_older_ones(at_work, asked, now):
    """Steps of cases that can wait, due for weeks, hide none of a case that cannot."""
    day = now + DAYS_FOR_ROUTINE
    with at_work.working(at=day) as work:
        for number in range(LISTED_AT_MOST):
            team = work.session.get(Team, at_work.case(work).team_id)
            other = a_case(work, team, level=Level.ROUTINE, state=CaseState.OPEN)
            run = operations.start_run(work, other, "account-takeover")
            step = queries.pinned_playbook_of(run).step(DANGER)
            record = StepRecord(
                step=DANGER,
                recorded_as=StepRecordKind.DONE,
                outcome=step.outcomes[0].id,
                at=now,
                by=work.actor.id,
                back_at=now - timedelta(days=number),
            )
            record.case, record.case_id, record.run_id = other, other.id, run.id
            run.records.append(record)
    assert (ref_of(at_work), DANGER) not in on_the_board(at_work, day)

    with at_work.working() as work:
        at_work.case(work).level = Level.IMMEDIATE
        work.record("test.level", at_work.case(work))

    assert on_the_board(at_work, day)[0] == (ref_of(at_work), DANGER)


def test_no_answer_leaves_the_step_open_until_its_day(at_work, asked, now):
    day = now + DAYS_FOR_ROUTINE

    rests = at_work.stands(asked, DANGER, at=day - timedelta(minutes=1))
    is_back = at_work.stands(asked, DANGER, at=day)

    assert (rests.state, rests.record.back_at) == (StepState.WAITING, day)
    assert (is_back.state, is_back.is_due_again) == (StepState.OPEN, True)


@pytest.mark.parametrize(("level", "hours"), [("immediate", 2), ("urgent", 12), ("soon", 48)])
def test_the_more_urgent_the_case_the_sooner_it_comes_back(at_work, now, level, hours):
    set_level(at_work, level)
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")

    at_work.finish(run_id, DANGER, "no_answer")

    assert record_of(at_work, run_id, DANGER).back_at == now + timedelta(hours=hours)


def test_it_is_the_step_at_hand_again_when_its_day_is_here(at_work, asked, now):
    with at_work.working(at=now) as work:
        before = queries.progress_of_run(work, at_work.run(work, asked)).next_step.step.id
    with at_work.working(at=now + DAYS_FOR_ROUTINE) as work:
        then = queries.progress_of_run(work, at_work.run(work, asked)).next_step.step.id

    assert before != DANGER
    assert then == DANGER


def test_what_rests_holds_up_nothing_and_counts_as_not_done(at_work, asked):
    with at_work.working() as work:
        steps = queries.progress_of_run(work, at_work.run(work, asked))

    assert steps.of("first-contact.settle-answers").state is StepState.OPEN
    assert [one.step.id for one in steps.waiting] == [DANGER]
    assert steps.settled == 1
    assert DANGER not in {one.step.id for one in steps.recorded}


def test_a_case_neither_ends_well_nor_closes_before_the_answer(at_work, asked):
    with at_work.working() as work, pytest.raises(Conflict, match="Ask about danger again"):
        operations.finish_step(work, at_work.run(work, asked), "close.way-out", outcome="restored")
    with at_work.working() as work:
        refusal = case_closing.obstacles_to_closing(
            work, at_work.case(work), outcome=CaseOutcome.RESOLVED
        )

    assert "“Ask about danger again”" in refusal


def test_an_honest_end_stays_open_to_who_never_answered(at_work, asked):
    at_work.finish(asked, "close.way-out", "no-answer")

    with at_work.working() as work:
        assert at_work.run(work, asked).ended_as == "no-answer"
    assert on_the_board(at_work, record_of(at_work, asked, DANGER).back_at) == []


def test_the_answer_takes_the_place_of_its_absence(at_work, asked, now):
    before = record_of(at_work, asked, DANGER)

    at_work.finish(asked, DANGER, "no_danger", at_work.bo, seen=before.id)

    assert at_work.stands(asked, DANGER).state is StepState.DONE
    with at_work.working() as work:
        assert (
            playbook_findings.fact_codes_of_playbook(work, at_work.case(work), "account-takeover")[
                "danger_asked"
            ]
            == "no_danger"
        )
        [note] = work.session.scalars(select(Note).where(Note.case_id == at_work.id))
        assert "Asked in the mailbox." in work.keys.open(note, "body")
    [entry] = at_work.history("playbook.step_comes_back")
    assert entry.details["outcome"] == "no_answer"
    assert entry.details["at"] == (now + DAYS_FOR_ROUTINE).isoformat()


def test_once_more_without_an_answer_it_comes_back_once_more(at_work, asked, now):
    later = now + DAYS_FOR_ROUTINE
    before = record_of(at_work, asked, DANGER)

    at_work.finish(asked, DANGER, "no_answer", at=later, seen=before.id)

    assert record_of(at_work, asked, DANGER).back_at == later + DAYS_FOR_ROUTINE
    assert len(at_work.history("playbook.step_comes_back")) == 2


@pytest.mark.parametrize("act", ["finish", "skip"])
def test_an_old_tab_does_not_write_over_what_a_colleague_recorded(at_work, asked, act):
    acts = {
        "finish": lambda work, run: operations.finish_step(work, run, DANGER, outcome="no_danger"),
        "skip": lambda work, run: operations.skip_step(work, run, DANGER, reason="Not now."),
    }

    with at_work.working(at_work.bo) as work, pytest.raises(Conflict, match="since you opened it"):
        acts[act](work, at_work.run(work, asked))


def test_a_step_that_came_back_may_be_left_out_where_it_need_not_be_done(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "cannot_reach")
    before = record_of(at_work, run_id, "first-contact.acknowledge")

    with at_work.working() as work:
        run = at_work.run(work, run_id)
        operations.skip_step(work, run, before.step, reason="They called us.", seen=before.id)

    assert at_work.stands(run_id, before.step).state is StepState.SKIPPED


def test_taking_it_back_opens_it_at_once(at_work, asked):
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, asked), DANGER)

    assert at_work.stands(asked, DANGER).record is None


def test_the_board_shows_it_on_its_day_and_to_this_queue_alone(at_work, asked, now):
    with at_work.working() as work:
        ref = at_work.case(work).ref
    day = now + DAYS_FOR_ROUTINE

    assert on_the_board(at_work, day - timedelta(seconds=1)) == []
    assert on_the_board(at_work, day) == [(ref, DANGER)]
    assert on_the_board(at_work, day, at_work.stranger) == []


def test_the_board_forgets_a_case_that_is_closed(at_work, asked, now):
    change(at_work, "UPDATE cases SET state = :value", CaseState.CLOSED.value)

    assert on_the_board(at_work, now + DAYS_FOR_ROUTINE) == []


def test_what_was_recorded_before_this_was_known_is_over(at_work, asked, now):
    change(at_work, "UPDATE step_records SET back_at = NULL")

    assert at_work.stands(asked, DANGER, at=now + DAYS_FOR_ROUTINE).state is StepState.DONE


def test_what_is_not_over_there_does_not_count_here(at_work):
    at_work.start()
    first = at_work.start("doxing")
    at_work.finish(first, "first-contact.acknowledge", "cannot_reach")
    second = at_work.start("impersonation")

    assert at_work.stands(second, "first-contact.acknowledge").state is StepState.OPEN


@pytest.mark.parametrize(
    ("step", "outcome", "told", "lacks"),
    [
        ("confirm-owner", "confirmed", {}, "How we know whose account it is"),
        (
            "confirm-owner",
            "confirmed",
            {"evidence": {"ownership-statement": "A bill.", "profile-url": " "}},
            "Link to the profile",
        ),
        ("vetting.vouch", "confirmed", {"note": "  "}, "a note that says how you know"),
    ],
)
def test_what_is_claimed_has_to_be_written_down(at_work, step, outcome, told, lacks):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    at_work.finish(run_id, "first-contact.safe-channel", "mailbox")

    with at_work.working() as work, pytest.raises(Conflict, match=lacks):
        operations.finish_step(work, at_work.run(work, run_id), step, outcome=outcome, **told)


def test_what_was_written_down_before_shows_it_too(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    at_work.finish(run_id, "first-contact.safe-channel", "mailbox")
    told = {"ownership-statement": "A bill.", "profile-url": "https://example.org/1"}
    at_work.finish(run_id, "confirm-owner", "cannot_tell", evidence=told)
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, run_id), "confirm-owner")

        operations.finish_step(
            work,
            at_work.run(work, run_id),
            "confirm-owner",
            outcome="confirmed",
            # Whose account it is, is said of the one in the form.
            evidence={"profile-url": told["profile-url"]},
        )

    assert at_work.stands(run_id, "confirm-owner").state is StepState.DONE
