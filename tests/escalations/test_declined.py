"""Who wants no help any more, by a step of a playbook, is asked about no more."""

import pytest

from helpdesk.cases.models import Case
from helpdesk.cases.queries import unwithdrawn_consents
from helpdesk.cases.states import ConsentKind
from helpdesk.core.errors import Conflict
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.duty import operations as duty
from helpdesk.escalations.states import Ask, EscalationState
from helpdesk.runs import queries
from helpdesk.runs.models import Run
from tests.factories import sign_in
from tests.intake.browser import Browser
from tests.runs.conftest import showing

MAY_STOP = "Stop all help?"


def decline(house):
    """A colleague records it where the work asks for it."""
    with house.as_(house.lead) as work:
        run = duty.start_playbook_and_judge_again(
            work, work.session.get(Case, house.case.id), "account-takeover"
        )
        page = queries.pinned_playbook_of(run)
        for step, outcome in (
            ("first-contact.acknowledge", "written"),
            ("consent.agree", "declined"),
        ):
            duty.finish_step(work, run, step, outcome=outcome, **showing(page, step, outcome))
        assert run.ended_as == "withdrawn"


@pytest.fixture
def colleague(staff, house):
    """A colleague's browser, at the step that asks what they agree to."""
    with house.as_(house.lead) as work:
        run = duty.start_playbook_and_judge_again(
            work, work.session.get(Case, house.case.id), "account-takeover"
        )
        page = queries.pinned_playbook_of(run)
        shown = showing(page, "first-contact.acknowledge", "written")
        duty.finish_step(work, run, "first-contact.acknowledge", outcome="written", **shown)
    browser = Browser(sign_in(staff, house.lead))
    browser.address = f"/cases/{house.case.ref}/runs/{run.id}"
    browser.run = run.id
    browser.open(f"{browser.address}?step=consent.agree")
    return browser


def say_no_more(browser, **more):
    return browser.send(
        f"{browser.address}/steps/consent.agree/outcome",
        answers={"outcome": "declined", "note": "They told me by phone."},
        **more,
    )


def sure(browser, button):
    return browser.send(
        f"{browser.address}/steps/consent.agree/outcome", button=("is_sure", button)
    )


def agreed(house):
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        return [one.kind for one in unwithdrawn_consents(work, case, [*ConsentKind])]


def ended_as(house, browser):
    with house.as_(house.writer) as work:
        return work.session.get(Run, browser.run).ended_as


def test_what_would_stop_is_named_before_anything_is_recorded(house, colleague):
    request = house.carried()
    before = agreed(house)

    say_no_more(colleague)

    assert MAY_STOP in colleague.text
    assert request.ref in colleague.text
    assert (agreed(house), ended_as(house, colleague)) == (before, None)

    sure(colleague, "yes")
    assert ended_as(house, colleague) == "withdrawn"
    assert set(agreed(house)) <= {ConsentKind.KEEP}
    assert f"withdrawing {request.ref}" in colleague.text
    with house.as_(house.lead) as work:
        run = work.session.get(Run, colleague.run)
        [note] = [
            queries.note_of_record(work, one) for one in run.records if one.outcome == "declined"
        ]
    assert note == "They told me by phone.", "what was typed is kept"


def test_what_came_to_it_after_the_page_is_named_first(house, colleague):
    other_playbook(house)
    say_no_more(colleague)
    request = house.carried()

    sure(colleague, "yes")

    assert MAY_STOP in colleague.text
    assert request.ref in colleague.text
    assert ended_as(house, colleague) is None


def other_playbook(house):
    with house.as_(house.lead) as work:
        duty.start_playbook_and_judge_again(work, work.session.get(Case, house.case.id), "doxing")


def test_with_another_playbook_at_work_it_may_be_this_one_alone(house, colleague):
    other_playbook(house)
    before = agreed(house)

    say_no_more(colleague)
    assert "stays open on the case" in colleague.text
    sure(colleague, "only-this")

    assert ended_as(house, colleague) == "withdrawn"
    assert agreed(house) == before
    assert "stays as it was, for the other playbooks" in colleague.text


@pytest.mark.parametrize("so_far", ["ask", "approved", "carried"])
def test_not_while_a_request_could_leave_or_stay_out_against_their_word(house, colleague, so_far):
    other_playbook(house)
    request = getattr(house, so_far)()

    say_no_more(colleague)
    assert "only-this" not in colleague.text
    assert request.ref in colleague.text

    with house.as_(house.lead) as work:
        run = work.session.get(Run, colleague.run)
        told = showing(queries.pinned_playbook_of(run), "consent.agree", "declined")
        told |= {"outcome": "declined", "stops_all_help": False}
        with pytest.raises(Conflict, match="no longer want"):
            duty.finish_step(work, run, "consent.agree", **told)
        work.session.rollback()


def test_a_request_about_the_other_problem_keeps_it_from_nothing(house, colleague):
    """They want no help with this any more, and the other one's request stays with its partner."""
    with house.as_(house.lead) as work:
        duty.start_playbook_and_judge_again(work, work.session.get(Case, house.case.id), "doxing")
    request = house.ask(Ask.REMOVE, playbook="doxing")

    say_no_more(colleague)
    sure(colleague, "only-this")

    assert ended_as(house, colleague) == "withdrawn"
    assert house.now(request).state is EscalationState.DRAFT


def test_where_nothing_is_out_nothing_is_asked_or_said_of_it(house, colleague):
    say_no_more(colleague)

    assert MAY_STOP not in colleague.text
    assert ended_as(house, colleague) == "withdrawn"
    assert set(agreed(house)) <= {ConsentKind.KEEP}
    assert "No new request can be sent." in colleague.text
    assert "withdrawing" not in colleague.text


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
