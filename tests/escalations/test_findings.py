"""A draft that was begun early takes up what steps found out since, and loses nothing typed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Evidence, Fact
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.escalations import draft_findings, operations, queries
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Priority
from tests.escalations.conftest import TYPED
from tests.escalations.test_views import page_of, send
from tests.factories import a_person, a_team, sign_in

LATER = timedelta(minutes=5)


@pytest.fixture
def writer(staff, house):
    return sign_in(staff, house.writer)


def write_down(house, kind, value, later=LATER):
    """What a step does, begun some time after everything else."""
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        one = work.session.scalar(
            select(Evidence).where(Evidence.case_id == case.id, Evidence.kind == kind)
        )
        if one is None:
            one = Evidence(case=case, case_id=case.id, kind=kind)
        one.taken_at, one.taken_by = work.at + later, work.actor.id
        one.value = work.keys.seal(one, "value", value)
        work.session.add(one)
        work.record("step.done", case)


def catch_up(house, escalation, *, seen_hash=None, who=None) -> Escalation:
    with house.as_(who or house.writer) as work:
        found = house.mine(work, escalation)
        operations.add_findings_to_draft(work, found, seen_hash=seen_hash or found.packet_hash)
        return found


def said(house, escalation):
    with house.as_(house.writer) as work:
        return queries.packet_of(work, house.mine(work, escalation)).fields


def test_what_a_step_wrote_down_since_goes_into_a_field_that_stands_empty(house):
    escalation = house.ask(typed={**TYPED, "ownership": ""})
    write_down(house, "ownership-statement", "Two colleagues confirmed it.")

    catch_up(house, escalation)

    assert said(house, escalation)["ownership"] == "Two colleagues confirmed it."


def test_what_was_begun_before_the_draft_and_done_after_it_is_offered(house):
    escalation = house.ask(typed={**TYPED, "harm": "As I would say it."})
    write_down(house, "last-good", "21 November, 20:00", later=-LATER)
    write_down(house, "harm-statement", "As the step says it.", later=-LATER)

    with house.as_(house.writer) as work:
        found = draft_findings.new_findings_for_draft(work, house.mine(work, escalation))

    assert dict(found.fills) == {"last_good": "21 November, 20:00"}
    assert found.differs == ["harm"]


@pytest.mark.parametrize("is_new", [True, False])
def test_what_came_while_somebody_was_writing_is_offered(house, writer, is_new):
    """What the form did not show, its writer has not left out."""
    to = f"/cases/{house.case.ref}/requests" if is_new else f"{page_of(house, house.ask())}/packet"
    form = f"{to}/new?partner={house.partner.slug}&ask=restore" if is_new else to
    shown = writer.get(form).text
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', shown)
    hidden = dict(re.search(r'name="(\w+)".*value="([^"]*)"', one).groups() for one in inputs)
    write_down(house, "last-good", "21 November, 20:00", later=-LATER)

    done = writer.post(to, data={**hidden, **TYPED, "target_url": ""})
    offered = (
        writer.get(done.location)
        .text.split("There is new information since this was written")[-1]
        .split("</ul>")[0]
    )

    assert "Last time the owner signed in" in offered
    assert "Link to the account or page" not in offered


def test_what_somebody_typed_is_not_overwritten(house):
    escalation = house.ask(typed={**TYPED, "harm": "As I would say it."})
    write_down(house, "harm-statement", "As the step says it.")
    write_down(house, "last-good", "21 November, 20:00")

    catch_up(house, escalation)

    assert said(house, escalation)["harm"] == "As I would say it."
    assert said(house, escalation)["happened"] == TYPED["happened"]
    assert said(house, escalation)["last_good"] == "21 November, 20:00"


def test_what_somebody_left_out_stays_out(house):
    escalation = house.ask(typed={**TYPED, "target_url": ""})
    write_down(house, "last-good", "21 November, 20:00")

    catch_up(house, escalation)

    assert "target_url" not in said(house, escalation)


def test_what_a_partner_may_not_receive_is_not_taken_up(house):
    with house.context.begin() as work:
        partner = work.session.get(type(house.partner), house.partner.id)
        partner.allowed_fields = ["happened", "harm"]
        work.record("partner.changed_by_test", partner)
    escalation = house.ask()
    write_down(house, "last-good", "21 November, 20:00")

    with house.as_(house.writer) as work:
        assert (
            draft_findings.new_findings_for_draft(
                work, house.mine(work, escalation)
            ).missing_in_draft
            == ()
        )
    assert "last_good" not in said(house, catch_up(house, escalation))


def test_a_fact_and_a_level_that_changed_are_taken_up_too(house):
    with house.context.begin() as work:
        fact = work.session.scalar(
            select(Fact).where(Fact.case_id == house.case.id, Fact.name == "owner_confirmed")
        )
        fact.value = "not_yet"
        work.record("fact.changed_by_test", house.case)
    escalation = house.ask()
    with house.context.begin() as work:
        work.session.get(Fact, fact.id).value = "confirmed"
        work.record("fact.changed_by_test", house.case)
    house.change_case(level=Level.IMMEDIATE)

    assert "ownership_check" not in said(house, escalation)
    now = catch_up(house, escalation)

    assert said(house, escalation)["ownership_check"] == "confirmed"
    assert now.priority is Priority.P1


def test_nothing_is_taken_up_into_what_has_changed_or_left(house):
    escalation = house.ask()
    with pytest.raises(Conflict, match="just changed"):
        catch_up(house, escalation, seen_hash="0" * 64)

    house.approve(escalation)
    with pytest.raises(Conflict, match="already been approved"):
        catch_up(house, escalation)


def test_a_stranger_finds_no_such_request(house):
    escalation = house.ask()
    with house.context.begin() as work:
        stranger = a_person(work, teams=[a_team(work)])

    with pytest.raises(NotFound):
        catch_up(house, escalation, who=stranger)


def test_the_page_says_what_is_new_and_takes_it_in_with_one_press(house, writer):
    escalation = house.ask(typed={**TYPED, "ownership": "", "harm": "As I would say it."})
    address = page_of(house, escalation)
    assert "There is new information since this was written" not in writer.get(address).text
    write_down(house, "ownership-statement", "Two colleagues confirmed it.")
    write_down(house, "harm-statement", "As the step says it.")

    shown = writer.get(address).text
    assert "There is new information since this was written" in shown
    assert "Please compare: What could happen" in shown
    edited = writer.get(f"{address}/packet").text
    assert "Two colleagues confirmed it." in edited
    assert "A step recorded: “As the step says it.”" in edited
    done = send(writer, address, f"{address}/findings", seen_hash=escalation.packet_hash)

    assert done.status_code == 303
    assert "There is new information since this was written" not in writer.get(address).text
    assert said(house, escalation)["harm"] == "As I would say it."


def test_whoever_takes_it_up_does_not_become_its_writer(house):
    """Or the one who wrote every word could be the second person of their own request."""
    escalation = house.ask(typed={**TYPED, "ownership": ""})
    written_by = escalation.drafted_by
    write_down(house, "ownership-statement", "Two colleagues confirmed it.")

    assert catch_up(house, escalation, who=house.second).drafted_by == written_by
