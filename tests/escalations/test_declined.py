"""Who wants no help any more, by a step of a playbook, is asked about no more."""

import pytest

from helpdesk.cases.models import Case
from helpdesk.cases.queries import unwithdrawn_consents
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.duty import operations as duty
from helpdesk.escalations.states import EscalationState
from helpdesk.runs import queries
from tests.runs.conftest import showing


def decline(house):
    """A colleague records it where the work asks for it."""
    with house.as_(house.lead) as work:
        run = duty.add_playbook(work, work.session.get(Case, house.case.id), "account-takeover")
        page = queries.pinned_playbook_of(run)
        for step, outcome in (
            ("first-contact.acknowledge", "written"),
            ("consent.agree", "declined"),
        ):
            duty.finish_step(work, run, step, outcome=outcome, **showing(page, step, outcome))
        assert run.ended_as == "withdrawn"


def test_no_request_leaves_any_more(house):
    request = house.ask()
    decline(house)

    with pytest.raises(Conflict, match="agreed to us working on the case"):
        house.approve(request)

    assert house.now(request).state is EscalationState.DRAFT


def test_what_was_approved_is_not_carried(house):
    request = house.approved()
    decline(house)

    house.carry(request)

    assert house.now(request).state is not EscalationState.WITH_PARTNER


def test_what_is_out_is_withdrawn_and_history_says_by_whose_record(house):
    request = house.carried()
    decline(house)

    run_due_jobs(house.context, "deliveries")

    assert house.now(request).state is EscalationState.WITHDRAWN
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        assert not unwithdrawn_consents(work, case, [ConsentKind.HELP, ConsentKind.PLATFORM])
        found = work.session.query(HistoryEntry).where(HistoryEntry.action == "consent.withdrawn")
        assert {one.actor_id for one in found} == {f"person:{house.lead.person.id}"}


def test_what_is_kept_after_the_case_is_another_question(house):
    with house.as_reporter() as work:
        case = work.session.get(Case, house.case.id)
        kept = unwithdrawn_consents(work, case, [ConsentKind.KEEP])

    decline(house)

    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        left = unwithdrawn_consents(work, case, [ConsentKind.KEEP])
    assert [one.id for one in left] == [one.id for one in kept]
