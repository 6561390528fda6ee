"""A playbook at work on a case: steps, facts, evidence, ends, and who may."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.cases import playbook_findings
from helpdesk.cases.models import Consent, Evidence, Fact
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.sealing import CannotOpen
from helpdesk.playbooks import repository
from helpdesk.playbooks.editions import content_hash, playbook_from_json
from helpdesk.playbooks.run_progress import StepState
from helpdesk.runs import condition_context, operations, queries, storage
from helpdesk.runs.models import PlaybookEdition, StepRecord

SHOWN = {"ownership-statement": "They named the first address."}
ACCOUNT = repository.load_current_library().playbook("account-takeover")


def facts(at_work):
    with at_work.working() as work:
        return playbook_findings.fact_codes_of_playbook(
            work, at_work.case(work), "account-takeover"
        )


def test_a_run_pins_the_page_as_it_is_today(at_work):
    run_id = at_work.start()

    with at_work.working() as work:
        run = at_work.run(work, run_id)
        stored = playbook_from_json(json.dumps(run.edition.content))
        assert queries.pinned_playbook_of(run).name == ACCOUNT.name

    assert content_hash(stored) == run.content_hash
    assert stored == repository.load_current_library().playbook("account-takeover")


def test_a_page_that_was_rewritten_leaves_a_run_alone(at_work, monkeypatch):
    run_id = at_work.start()
    monkeypatch.setattr(repository, "_pinned", {})
    monkeypatch.setattr(repository, "load_current_edition", lambda playbook_id: None)

    with at_work.working() as work:
        page = queries.pinned_playbook_of(at_work.run(work, run_id))

    assert page == repository.load_current_library().playbook("account-takeover")
    assert page is not repository.load_current_library().playbook("account-takeover")


def test_an_edition_is_stored_once(at_work):
    at_work.start("account-takeover")
    at_work.start("something-else")
    with at_work.working() as work:
        storage.store_edition(work, repository.load_current_edition("account-takeover"))

        assert len(work.session.scalars(select(PlaybookEdition)).all()) == 2


def test_one_page_is_at_work_once(at_work):
    at_work.start()

    with pytest.raises(Conflict):
        at_work.start()


def test_there_is_no_run_of_a_page_that_does_not_exist(at_work):
    with pytest.raises(NotFound):
        at_work.start("no-such-page")


def test_a_finished_step_is_remembered_with_who_and_how(at_work):
    run_id = at_work.start()

    at_work.finish(run_id, "first-contact.acknowledge", "written", note="They were relieved.")

    with at_work.working(at_work.bo) as work:
        [record] = at_work.run(work, run_id).records
        assert queries.note_of_record(work, record) == "They were relieved."
    assert (record.outcome, record.by) == ("written", at_work.asha.actor.id)
    assert at_work.stands(run_id, "first-contact.acknowledge").state is StepState.DONE
    [entry] = at_work.history("playbook.step_finished")
    assert entry.details == {
        "playbook": ACCOUNT.name,
        "step": "first-contact.acknowledge",
        "outcome": "written",
    }


def test_two_tabs_finish_a_step_once(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")

    with pytest.raises(Conflict, match="already finished this step"):
        at_work.finish(run_id, "first-contact.acknowledge", "cannot_reach", at_work.bo)


def test_a_step_that_waits_says_what_for(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict, match="Confirm whose account it is"):
        at_work.finish(run_id, "ask-platform", "sent")


def test_a_partner_is_not_recorded_as_asked_where_no_request_is_on_its_way(at_work):
    run_id = at_work.start()
    for step, outcome in (
        ("first-contact.acknowledge", "written"),
        ("first-contact.safe-channel", "mailbox"),
        ("first-contact.danger-again", "no_danger"),
        ("first-contact.settle-answers", "settled"),
        ("consent.agree", "agreed"),
        ("vetting.vouch", "confirmed"),
        ("rule-out", "intruder"),
        ("confirm-owner", "confirmed"),
        ("public-form", "filed"),
    ):
        at_work.finish(run_id, step, outcome)

    with pytest.raises(operations.NoRequestSent, match="No request has been approved"):
        at_work.finish(run_id, "ask-platform", "sent")
    assert at_work.stands(run_id, "ask-platform").state is StepState.OPEN

    at_work.finish(run_id, "ask-platform", "not_possible")
    assert at_work.stands(run_id, "ask-platform").state is StepState.DONE


def test_a_step_that_is_not_needed_is_not_finished(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict, match="this step isn"):
        at_work.finish(run_id, "shared-page", "frozen")


def test_a_step_ends_only_as_its_page_says(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict, match="can’t have that outcome"):
        at_work.finish(run_id, "first-contact.acknowledge", "ignored")


def test_a_step_that_the_page_does_not_have_is_not_found(at_work):
    run_id = at_work.start()

    with pytest.raises(NotFound):
        at_work.finish(run_id, "pay-the-ransom", "paid")


def test_outcomes_set_the_facts_on_which_gates_stand(at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    at_work.finish(run_id, "confirm-owner", "confirmed")
    at_work.finish(run_id, "public-form", "filed", evidence={"form-receipt": "FB-55-marker"})

    assert facts(at_work) | {} == {
        "safe_channel": "mailbox",
        "danger_asked": "no_danger",
        "vetted": "confirmed",
        "owner_confirmed": "confirmed",
        "public_form": "filed",
        "public_form_ref": "told",
    }


def test_what_was_written_down_is_sealed_and_never_in_history(at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    at_work.finish(
        run_id,
        "confirm-owner",
        "confirmed",
        evidence={"profile-url": "https://facebook.test/marker", "known-contact": "", **SHOWN},
        note="marker note",
    )

    with at_work.working() as work:
        assert queries.evidence_of(work, at_work.run(work, run_id)) == {
            "profile-url": "https://facebook.test/marker",
            **SHOWN,
        }
        for table in ("evidence", "facts", "step_records", "history", "outbox"):
            rows = work.session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 - names of ours
            assert "marker" not in repr(
                [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows]
            )
    with at_work.working(at_work.stranger) as work:
        evidence = work.session.scalars(select(Evidence)).first()
        with pytest.raises(CannotOpen):
            work.keys.open(evidence, "value")


def test_writing_something_down_again_replaces_it(at_work):
    run_id = at_work.start()
    for url in ("https://old.test", "https://new.test"):
        at_work.finish(run_id, "save-log", "saved", evidence={"security-log": url})
        with at_work.working() as work:
            operations.reopen_step(work, at_work.run(work, run_id), "save-log")

    with at_work.working() as work:
        assert queries.evidence_of(work, at_work.run(work, run_id)) == {
            "security-log": "https://new.test"
        }


def test_a_step_takes_only_the_evidence_it_asks_for(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict):
        at_work.finish(run_id, "save-log", "saved", evidence={"at-risk": "names"})


def test_a_step_is_skipped_with_a_reason_and_lets_others_go_on(at_work):
    run_id = at_work.start()
    with at_work.working() as work:
        run = at_work.run(work, run_id)
        operations.skip_step(
            work, run, "first-contact.safe-channel", reason="They only write here."
        )

    with at_work.working() as work:
        [record] = at_work.run(work, run_id).records
        assert queries.note_of_record(work, record) == "They only write here."
    assert at_work.stands(run_id, "first-contact.safe-channel").state is StepState.SKIPPED
    assert at_work.stands(run_id, "reset-mailbox").state is StepState.OPEN


@pytest.mark.parametrize("step", ["first-contact.danger-again", "close.way-out"])
def test_what_must_be_done_and_the_way_out_are_not_skipped(at_work, step):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")

    with (
        pytest.raises(Conflict, match="Choose the outcome that is true"),
        at_work.working() as work,
    ):
        operations.skip_step(work, at_work.run(work, run_id), step, reason="No time.")


def test_taking_a_step_back_takes_its_facts_back(at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    at_work.finish(run_id, "confirm-owner", "confirmed")

    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, run_id), "confirm-owner")

    assert "owner_confirmed" not in facts(at_work)
    assert at_work.stands(run_id, "confirm-owner").state is StepState.OPEN
    [entry] = at_work.history("playbook.step_reopened")
    assert entry.details["was"] == "confirmed"


def test_a_fact_that_another_step_set_stands_when_one_is_taken_back(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.safe-channel", "mailbox")
    at_work.finish(run_id, "live-session", "back_in")
    with at_work.working() as work:
        fact = Fact(case=at_work.case(work), case_id=at_work.id, name="elsewhere")
        fact.value, fact.set_at, fact.set_by = "yes", work.at, work.actor.id
        work.session.add(fact)
        work.record("test.fact", fact)
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, run_id), "live-session")

    assert facts(at_work) == {"safe_channel": "mailbox", "elsewhere": "yes"}


def test_nothing_is_taken_back_where_nothing_was_done(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict), at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, run_id), "confirm-owner")


def test_facts_steer_what_comes_after(at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    assert at_work.stands(run_id, "after-return").state is StepState.NOT_NEEDED

    at_work.finish(run_id, "live-session", "back_in")

    assert at_work.stands(run_id, "after-return").state is StepState.OPEN
    assert at_work.stands(run_id, "public-form").state is StepState.NOT_NEEDED


def test_resolved_waits_for_what_must_be_done_and_names_it(at_work):
    run_id = at_work.start()

    with pytest.raises(Conflict) as refused:
        at_work.finish(run_id, "close.way-out", "restored")

    assert "Ask about danger again" in refused.value.sentence
    assert "Confirm whose account it is" in refused.value.sentence


def test_anyone_may_leave_at_any_time(at_work):
    run_id = at_work.start()

    at_work.finish(run_id, "close.way-out", "withdrawn")

    with at_work.working() as work:
        run = at_work.run(work, run_id)
        assert (run.ended_as, run.ended_at) == ("withdrawn", at_work.now)
    with pytest.raises(Conflict, match="has ended"):
        at_work.finish(run_id, "first-contact.acknowledge", "written")


def test_an_outcome_can_end_the_run(at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)

    at_work.finish(run_id, "rule-out", "colleague")

    with at_work.working() as work:
        assert at_work.run(work, run_id).ended_as == "explained"


def test_a_case_without_a_name_gets_one_and_goes_on_under_its_page(unsorted):
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")

    unsorted.finish(run_id, "settle-type", "account_takeover")

    with unsorted.working() as work:
        case = unsorted.case(work)
        going_on, ended = queries.runs_of_case(work, case)
        assert case.incident_type == "account-takeover"
    assert (going_on.page.id, going_on.run.ended_at) == ("account-takeover", None)
    assert (ended.page.id, ended.run.ended_as) == ("something-else", "account-takeover")
    assert facts(unsorted)["vetted"] == "confirmed", "nothing that was found out is lost"


def test_a_page_that_has_ended_can_be_started_again(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "close.way-out", "withdrawn")

    assert at_work.start() != run_id


def test_only_the_queue_works_on_its_runs(at_work):
    run_id = at_work.start()

    with pytest.raises(NotAllowed):
        at_work.finish(run_id, "first-contact.acknowledge", "written", at_work.stranger)
    with pytest.raises(NotAllowed), at_work.working(at_work.stranger) as work:
        operations.start_run(work, at_work.case(work), "something-else")


@pytest.mark.parametrize("verb", [operations.skip_step, operations.reopen_step])
def test_a_stranger_neither_skips_nor_reopens(at_work, verb):
    run_id = at_work.start()
    more = {"reason": "?"} if verb is operations.skip_step else {}

    with pytest.raises(NotAllowed), at_work.working(at_work.stranger) as work:
        verb(work, at_work.run(work, run_id), "save-log", **more)


def test_nothing_is_done_on_a_closed_case(at_work):
    run_id = at_work.start()
    with at_work.working() as work:
        case = at_work.case(work)
        case.state = CaseState.CLOSED
        work.record("case.closed", case)

    with pytest.raises(NotAllowed):
        at_work.finish(run_id, "first-contact.acknowledge", "written")


def test_conditions_are_not_guessed_by_someone_who_cannot_read_the_answers(at_work):
    run_id = at_work.start()

    with at_work.working(at_work.stranger) as work:
        shown = queries.progress_of_run(work, at_work.run(work, run_id)).of("shared-page")

    assert shown.state is StepState.BLOCKED
    assert shown.cannot_tell == ("whose",)


def test_consent_to_the_platform_of_the_case_is_known_to_conditions(at_work):
    page = repository.load_current_library().playbook("account-takeover")
    with at_work.working() as work:
        case = at_work.case(work)
        assert "consent_platform" not in condition_context.condition_context(work, case, page)
        consent = Consent(
            case_id=case.id,
            kind=ConsentKind.PLATFORM,
            platform="facebook",
            given_at=work.at,
            given_by="reporter",
        )
        work.session.add(consent)
        work.session.flush()
        assert condition_context.condition_context(work, case, page)["consent_platform"] == "given"
        consent.withdrawn_at = work.at + timedelta(hours=1)
        work.session.flush()
        assert (
            condition_context.condition_context(work, case, page)["consent_platform"] == "withdrawn"
        )
        work.record("test.consent", case)


def test_a_record_belongs_to_one_step_of_one_run(at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")

    with at_work.working() as work:
        assert len(work.session.scalars(select(StepRecord)).all()) == 1


def test_of_two_playbooks_added_at_once_none_is_forgotten(at_work):
    with at_work.working(at_work.bo) as late:
        case = at_work.case(late)
        at_work.start("doxing")
        operations.start_run(late, case, "impersonation")

    with at_work.working() as work:
        assert at_work.case(work).other_types == ("doxing", "impersonation")


def test_going_over_leaves_the_case_with_whatever_else_it_is_about(at_work):
    at_work.start("doxing")
    run_id = at_work.start("something-else")
    at_work.first_contact(run_id)
    at_work.finish(run_id, "listen", "understood")

    at_work.finish(run_id, "settle-type", "messenger_hijack")

    with at_work.working() as work:
        kinds = at_work.case(work).kinds
    assert kinds == ("account-takeover", "doxing", "messenger-hijack")
