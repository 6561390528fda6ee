"""What did not happen stands on the board in words, with its code beside it."""

from helpdesk import context_assembly
from helpdesk.core import jobs, outbox
from helpdesk.core.actors import Role
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty.failed_job_texts import UNDONE, describe_failed_job
from tests.factories import a_case, a_person, a_team, sign_in


def test_each_job_has_words_for_when_it_was_not_done():
    assert context_assembly.JOBS
    ours = {
        name
        for name, one in jobs._register.items()
        if one.function.__module__.startswith("helpdesk.")
    }

    assert set(UNDONE) == ours
    assert "gone.job" in describe_failed_job("gone.job")


def test_the_board_says_what_did_not_happen(context, staff):
    with context.begin() as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue])
        case = a_case(work, queue)
        work.enqueue("triage.tell_owner", case_id=case.id)
        work.record("case.changed_by_test", case)
        ref = case.ref
    with context.begin() as work:
        [lease] = outbox.lease_due_jobs(work.session, queue="notices", at=work.at, limit=1)
        outbox.mark_job_failed(work.session, lease, at=work.at, trouble="ProgrammingError")
        assert work.session.get(OutboxJob, lease.outbox_job_id) is not None

    page = sign_in(staff, lead).get("/duty").text

    assert "The person who has the case was not told about an update, case" in page
    assert f">{ref}</a>" in page
    assert '<code translate="no">triage.tell_owner, ProgrammingError</code>' in page
