"""A run goes on in today's edition: what fits goes along, and nothing that was recorded is lost."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Note
from helpdesk.cases.playbook_findings import fact_codes_of_playbook
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.playbooks import repository
from helpdesk.playbooks.editions import content_hash, playbook_to_json
from helpdesk.playbooks.model import NamedValue
from helpdesk.playbooks.run_progress import StepState
from helpdesk.runs import operations, queries
from helpdesk.runs.models import MOVED
from tests.factories import sign_in
from tests.runs.test_views import address, send

REASON = "The new edition knows the form of the platform, says Zanzibar."


@pytest.fixture
def publish(monkeypatch):
    """Make a page read differently from today on."""

    def publish(change, name="account-takeover"):
        page = change(repository.load_current_library().playbook(name))
        edition = repository.PinnablePlaybook(page, content_hash(page), playbook_to_json(page))
        current = repository.load_current_edition
        monkeypatch.setattr(
            repository,
            "load_current_edition",
            lambda wanted: edition if wanted == name else current(wanted),
        )
        return page

    return publish


def without(step_id):
    """The page in a later version that has this step no more."""

    def change(page):
        steps = tuple(step for step in page.steps if step.id != step_id)
        steps = tuple(
            replace(step, needs=tuple(need for need in step.needs if need != step_id))
            for step in steps
        )
        return replace(page, version="2.0.0", steps=steps)

    return change


@pytest.fixture
def run_id(at_work):
    """A run with two steps that are done, one with a note, and one that is left out."""
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written", note="Written at noon.")
    at_work.finish(run_id, "save-log", "saved", somebody=at_work.bo, note="In the safe.")
    with at_work.working() as work:
        run = at_work.run(work, run_id)
        operations.skip_step(work, run, "first-contact.safe-channel", reason="All is told.")
    return run_id


def move(at_work, run_id, somebody=None):
    with at_work.working(somebody) as work:
        return operations.move_run(work, at_work.run(work, run_id), reason=REASON).id


def records(at_work, run_id):
    with at_work.working() as work:
        return {
            one.step: (
                one.outcome,
                one.recorded_as,
                one.by,
                one.at,
                queries.note_of_record(work, one),
            )
            for one in at_work.run(work, run_id).records
        }


def test_a_run_on_todays_edition_has_nowhere_to_go(at_work, run_id):
    with at_work.working() as work:
        run = at_work.run(work, run_id)
        assert queries.newer_edition(run) is None
        with pytest.raises(Conflict):
            operations.move_run(work, run, reason=REASON)


def test_what_was_recorded_goes_along_as_it_was(at_work, run_id, publish):
    before = records(at_work, run_id)
    publish(lambda page: replace(page, version="1.0.1"))

    moved = move(at_work, run_id)

    assert records(at_work, moved) == before
    assert records(at_work, run_id) == before
    assert at_work.stands(moved, "save-log").state is StepState.DONE


def test_what_does_not_fit_stays_behind_in_the_old_run_and_history_names_it(
    at_work, run_id, publish
):
    before = records(at_work, run_id)
    new = publish(without("save-log"))

    moved = move(at_work, run_id)

    assert set(before) - set(records(at_work, moved)) == {"save-log"}
    assert records(at_work, run_id) == before
    with at_work.working() as work:
        old, run = at_work.run(work, run_id), at_work.run(work, moved)
        assert (old.ended_as, run.ended_at) == (MOVED, None)
        assert queries.pinned_playbook_of(run) == new
        assert queries.pinned_playbook_of(old).step("save-log") is not None
    [entry] = at_work.history("playbook.moved")
    assert entry.details["left_behind"] == ["save-log"]
    assert "account-takeover@2.0.0" in entry.details["to_edition"]
    assert "Zanzibar" not in str(entry.details)


def test_an_outcome_that_is_gone_opens_its_step_again(at_work, run_id, publish):
    def change(page):
        steps = tuple(
            replace(step, outcomes=tuple(one for one in step.outcomes if one.id != "saved"))
            if step.id == "save-log"
            else step
            for step in page.steps
        )
        return replace(page, version="2.0.0", steps=steps)

    publish(change)

    moved = move(at_work, run_id)

    assert at_work.stands(moved, "save-log").state is StepState.OPEN


def test_what_a_step_that_stays_behind_had_found_out_opens_no_gate(at_work, run_id, publish):
    def change(page):
        steps = tuple(
            replace(step, outcomes=tuple(one for one in step.outcomes if one.id != "confirmed"))
            if step.id == "vetting.vouch"
            else step
            for step in page.steps
        )
        return replace(page, version="2.0.0", steps=steps)

    at_work.finish(run_id, "vetting.vouch", "confirmed")
    at_work.finish(run_id, "rule-out", "intruder")
    with at_work.working() as work:
        assert (
            fact_codes_of_playbook(work, at_work.case(work), "account-takeover")["vetted"]
            == "confirmed"
        )
    publish(change)

    moved = move(at_work, run_id)

    assert at_work.stands(moved, "vetting.vouch").state is StepState.OPEN
    with at_work.working() as work:
        known = fact_codes_of_playbook(work, at_work.case(work), "account-takeover")
    assert "vetted" not in known
    assert known["cause"] == "intruder"


def test_the_reason_is_kept_as_a_sealed_note(at_work, run_id, publish):
    publish(lambda page: replace(page, version="1.0.1"))

    move(at_work, run_id)

    with at_work.working() as work:
        [note] = work.session.scalars(select(Note))
        assert REASON in work.keys.open(note, "body")


def test_nobody_from_elsewhere_moves_a_run_and_an_ended_one_stays(at_work, run_id, publish):
    publish(lambda page: replace(page, version="1.0.1"))
    with pytest.raises(NotAllowed):
        move(at_work, run_id, somebody=at_work.stranger)

    move(at_work, run_id)
    with pytest.raises(Conflict):
        move(at_work, run_id)


def test_the_run_says_that_there_is_a_newer_edition_and_the_page_what_it_would_cost(
    at_work, run_id, publish, staff
):
    asha, run = sign_in(staff, at_work.asha), address(at_work, run_id)
    assert "newer version" not in asha.get(run).text

    publish(without("save-log"))

    assert f"{run}/edition" in asha.get(run).text
    page = asha.get(f"{run}/edition").text
    assert "t carry over" in page
    assert "Save the evidence before it is overwritten: They are saved" in page
    assert "Removed steps" in page
    answer = send(asha, f"{run}/edition", f"{run}/edition", why_move="")
    assert answer.status_code == 422
    assert "Say in a few words why you are moving this run." in answer.text

    answer = send(asha, f"{run}/edition", f"{run}/edition", why_move=REASON)
    assert answer.status_code == 303
    assert answer.location != run
    assert "You can still read the old run." in asha.get(answer.location).text
    assert "it continues in a newer version" in asha.get(run).text
    assert asha.get(f"{run}/edition").status_code == 409


def test_a_new_wording_loses_nothing_and_says_so(at_work, run_id, publish, staff):
    publish(lambda page: replace(page, version="1.0.1"))

    page = sign_in(staff, at_work.asha).get(f"{address(at_work, run_id)}/edition").text

    assert "Everything that was recorded carries over." in page
    assert "The steps and questions are the same." in page


def test_what_the_new_edition_makes_of_a_record_is_known_from_then_on(at_work, run_id, publish):
    def change(page):
        step = page.step("save-log")
        telling = tuple(
            replace(one, sets=(*one.sets, NamedValue("log_is_safe", "yes")))
            for one in step.outcomes
        )
        steps = tuple(
            replace(one, outcomes=telling) if one.id == step.id else one for one in page.steps
        )
        return replace(page, version="1.1.0", steps=steps)

    publish(change)
    move(at_work, run_id)

    with at_work.working() as work:
        assert (
            fact_codes_of_playbook(work, at_work.case(work), "account-takeover")["log_is_safe"]
            == "yes"
        )
