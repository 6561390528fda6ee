"""Whoever is let go leaves no case behind: with the forms, the database and the reporter's page."""

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.accounts import offboarding
from helpdesk.accounts import operations as people
from helpdesk.accounts import queries as accounts
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import jobs, operations, queries
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.duty.views import offboarding as offboarding_views
from helpdesk.triage import operations as triage
from tests.factories import Somebody, a_case, a_person, a_team, sign_in, work_as
from tests.intake.browser import mark_in

ACTS = ("disable_person", "require_new_enrolment", "remove_member", "leave_team")
PAGES = ("closing", "reset", "memberships/{}/end")


@dataclass
class House:
    queue: object
    lead: Somebody
    leaver: Somebody
    other: Somebody
    operator: Somebody
    case: Case
    second: Case
    closed: Case


@pytest.fixture
def house(context):
    with context.begin() as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue], email="lead@helpdesk.test")
        leaver = a_person(work, teams=[queue], email="leaver@helpdesk.test")
        other = a_person(work, teams=[queue], email="other@helpdesk.test")
        return House(
            queue,
            lead,
            leaver,
            other,
            a_person(work, Role.OPERATOR),
            a_case(work, queue, owner=leaver, state=CaseState.OPEN),
            a_case(work, queue, owner=leaver, state=CaseState.WAITING),
            a_case(work, queue, owner=leaver, state=CaseState.CLOSED),
        )


def let_go(work, act, leaver, *handing):
    person = accounts.person_by_id(work, leaver.person.id)
    subject = person.memberships[0] if act in ("remove_member", "leave_team") else person
    getattr(people, act)(work, subject, *handing)


def who(house, act):
    return house.leaver if act == "leave_team" else house.lead


def owner_of(context, case):
    with context.begin() as work:
        return work.session.scalar(select(Case.owner_id).where(Case.id == case.id))


@pytest.mark.parametrize("act", ACTS)
def test_nobody_is_let_go_before_each_of_their_cases_has_an_owner_or_the_queue(context, house, act):
    with work_as(context, who(house, act)) as work:
        with pytest.raises(Conflict, match=r"still has cases \(2\)"):
            let_go(work, act, house.leaver)
        with pytest.raises(Conflict, match=r"still has cases \(1\)"):
            let_go(work, act, house.leaver, Reassignment({house.case.id: QUEUE}))

    assert owner_of(context, house.case) == house.leaver.person.id


@pytest.mark.parametrize("act", ACTS)
def test_all_go_to_one_colleague_with_history_a_word_and_one_letter(context, house, act):
    handing = Reassignment({house.queue.id: house.other.person.id}, "They write on Tuesday.")

    with work_as(context, who(house, act)) as work:
        let_go(work, act, house.leaver, handing)

    assert {owner_of(context, one) for one in (house.case, house.second)} == {house.other.person.id}
    assert owner_of(context, house.closed) is None
    with work_as(context, house.other) as work:
        handed = select(HistoryEntry).where(HistoryEntry.action == "case.handed_over")
        entries = work.session.scalars(handed).all()
        assert {one.case_id for one in entries} == {house.case.id, house.second.id}
        assert {one.details["because"] for one in entries} == {"left"}
        [note] = queries.notes_of(work, queries.case_by_ref(work, house.case.ref))
        assert work.keys.open(note, "body") == "They write on Tuesday."
        told = select(OutboxJob).where(OutboxJob.job == "cases.tell_of_cases")
        [outbox_job] = work.session.scalars(told)
    jobs.email_new_owner_or_duty(context, **outbox_job.arguments)
    [letter] = context.mailer.sent
    assert letter.to == "other@helpdesk.test"
    assert "given a colleague’s cases" in letter.subject
    assert house.case.ref not in letter.body


def test_each_goes_to_its_own_or_back_to_the_queue_whose_duty_is_told(context, house):
    handing = Reassignment({house.case.id: house.lead.person.id, house.queue.id: QUEUE})
    with work_as(context, house.other) as work:
        people.go_on_duty(work, accounts.current_person(work), hours=2)

    with work_as(context, house.lead) as work:
        let_go(work, "disable_person", house.leaver, handing)

    assert owner_of(context, house.case) == house.lead.person.id
    assert owner_of(context, house.second) is None
    with context.begin() as work:
        told = select(OutboxJob).where(OutboxJob.job == "cases.tell_of_cases")
        outbox_jobs = [one.arguments for one in work.session.scalars(told)]
    for arguments in outbox_jobs:
        jobs.email_new_owner_or_duty(context, **arguments)
    assert [one.to for one in context.mailer.sent] == ["lead@helpdesk.test", "other@helpdesk.test"]
    assert "back in the queue" in context.mailer.sent[1].subject


def test_nobody_is_given_a_case_that_they_cannot_open(context, house):
    with context.begin() as work:
        waiting = a_person(work, teams=[house.queue], let_in=False)
        elsewhere = a_person(work, teams=[a_team(work)])

    for nobody in (waiting, elsewhere, house.leaver):
        handing = Reassignment({house.queue.id: nobody.person.id})
        with work_as(context, house.lead) as work, pytest.raises(Conflict):
            let_go(work, "disable_person", house.leaver, handing)


def test_who_does_not_work_in_the_queue_can_only_give_back_to_it(context, house):
    handing = Reassignment({house.queue.id: house.other.person.id})
    with work_as(context, house.operator) as work:
        with pytest.raises(NotAllowed):
            let_go(work, "disable_person", house.leaver, handing)
        let_go(work, "disable_person", house.leaver, Reassignment({house.queue.id: QUEUE}))

    assert owner_of(context, house.case) is None


def test_without_anybody_who_hands_on_nobody_is_let_go(context, house, monkeypatch):
    monkeypatch.setattr(offboarding, "_registered", [])

    with work_as(context, house.lead) as work, pytest.raises(IndexError):
        let_go(work, "disable_person", house.leaver, Reassignment({house.queue.id: QUEUE}))


def test_only_the_queue_that_somebody_leaves_is_handed_on(context, house):
    with context.begin() as work:
        elsewhere = a_team(work)
        a_person(work, teams=[elsewhere])
        both = a_person(work, teams=[house.queue, elsewhere])
        here = a_case(work, house.queue, owner=both, state=CaseState.OPEN)
        there = a_case(work, elsewhere, owner=both, state=CaseState.OPEN)

    with work_as(context, house.lead) as work:
        membership = accounts.membership_of(work, both.person.id, house.queue.id)
        people.remove_member(work, membership, Reassignment({house.queue.id: QUEUE}))

    assert owner_of(context, here) is None
    assert owner_of(context, there) == both.person.id


@pytest.mark.parametrize("page", PAGES)
def test_the_page_lists_what_hangs_on_them_and_asks_who_takes_it(context, house, staff, page):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    with work_as(context, house.leaver) as work:
        case = queries.case_by_ref(work, house.case.ref)
        triage.request_lower_level(work, case, level=Level.ROUTINE, reason="It has calmed down.")
    with work_as(context, house.other) as work:
        case = queries.case_by_ref(work, house.second.ref)
        triage.request_lower_level(
            work, case, level=Level.ROUTINE, reason="It has calmed down, too."
        )
    address = f"/people/{house.leaver.person.id}/{page.format(house.queue.id)}"
    sign_in(staff, house.lead)

    shown = staff.get(address).text
    unsaid = staff.post(address)
    marked = mark_in(staff.get(address), address)
    done = staff.post(address, data={**marked, house.queue.id: QUEUE})

    assert house.case.ref in shown
    assert house.second.ref in shown
    assert house.closed.ref not in shown
    assert "Asked for, and waiting for a second person" in shown
    assert "they could have agreed" in shown
    assert unsaid.status_code == 422
    assert "Choose who takes the cases" in unsaid.text
    assert done.status_code in (201, 303)
    assert owner_of(context, house.case) is None


def test_cases_are_chosen_for_one_by_one_on_the_page(context, house, staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    address = f"/people/{house.leaver.person.id}/closing"
    chosen = {house.case.id: house.other.person.id, house.second.id: QUEUE}
    sign_in(staff, house.lead)

    half = staff.post(address, data={house.case.id: house.other.person.id})
    done = staff.post(address, data=chosen)

    assert half.status_code == 422
    assert done.status_code == 303
    assert owner_of(context, house.case) == house.other.person.id
    assert owner_of(context, house.second) is None


@pytest.mark.parametrize("act", ["closing", "reset"])
def test_who_lets_go_reads_how_many_cases_were_in_use_just_then(house, staff, monkeypatch, act):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(offboarding_views, "count_cases_passed_by", lambda *_: 2)
    sign_in(staff, house.lead)
    address = f"/people/{house.leaver.person.id}/{act}"
    marked = mark_in(staff.get(address), address)

    told = staff.post(address, data={house.queue.id: QUEUE, **marked}, follow_redirects=True).text

    assert "couldn’t be handed over: 2." in told
    assert "Each of their cases has a new owner" not in told


@pytest.mark.parametrize("act", ["closing", "reset"])
def test_after_an_answer_is_missing_the_form_still_leads_to_its_address(house, staff, act):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    address = f"/people/{house.leaver.person.id}/{act}"
    sign_in(staff, house.lead)

    again = staff.post(address, data={}, follow_redirects=True)

    assert "Choose who takes the cases" in again.text
    assert f'<form method="post" action="{address}">' in again.text


def test_an_operator_sees_how_many_and_no_case(house, staff):
    page = sign_in(staff, house.operator).get(f"/people/{house.leaver.person.id}/closing").text

    assert "Cases: 2" in page
    assert house.case.ref not in page
    assert house.other.person.name not in page


def test_one_leaves_a_queue_oneself_and_no_other_persons(context, house, staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(staff, house.leaver)
    address = f"/account/memberships/{house.queue.id}/end"

    assert address in staff.get("/account").text
    assert house.case.ref in staff.get(address).text
    assert staff.post(address, data={house.queue.id: house.other.person.id}).status_code == 303
    assert owner_of(context, house.case) == house.other.person.id
    assert staff.get(f"/cases/{house.case.ref}").status_code == 404
    assert staff.post(address).status_code == 404
    with work_as(context, house.other) as work, pytest.raises(NotAllowed):
        people.leave_team(work, accounts.membership_of(work, house.lead.person.id, house.queue.id))


DIRECT = {
    "blocked": "UPDATE people SET disabled_at = now() WHERE id = :id",
    "reset": "UPDATE people SET key_id = NULL WHERE id = :id",
    "taken out": "DELETE FROM memberships WHERE person_id = :id",
}


@pytest.mark.parametrize("way", DIRECT)
def test_the_database_leaves_no_case_behind_either(context, house, way):
    with context.begin() as work, pytest.raises(IntegrityError), work.session.begin_nested():
        work.session.execute(text(DIRECT[way]), {"id": house.leaver.person.id})


def test_the_database_gives_no_case_to_somebody_who_cannot_work_on_it(context, house):
    with context.begin() as work:
        waiting = a_person(work, teams=[house.queue], let_in=False)
        elsewhere = a_person(work, teams=[a_team(work)])
        give = text("UPDATE cases SET owner_id = :owner WHERE id = :id")
        for nobody in (waiting, elsewhere, house.operator):
            given = {"owner": nobody.person.id, "id": house.case.id}
            with pytest.raises(IntegrityError), work.session.begin_nested():
                work.session.execute(give, given)
        work.session.execute(give, {"owner": house.other.person.id, "id": house.case.id})


def test_a_case_that_is_opened_again_is_not_with_somebody_who_has_left(context, house):
    with work_as(context, house.lead) as work:
        let_go(work, "disable_person", house.leaver, Reassignment({house.queue.id: QUEUE}))
        # As an earlier version would have left it.
        theirs = {"owner": house.leaver.person.id, "id": house.closed.id}
        again = text("UPDATE cases SET owner_id = :owner WHERE id = :id")
        work.session.execute(again, theirs)

    with work_as(context, house.lead) as work:
        operations.reopen_case(work, queries.case_by_ref(work, house.closed.ref))

    assert owner_of(context, house.closed) is None


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.RESPONDER])
def test_a_case_whose_owner_cannot_open_it_is_on_the_coordinators_board(
    context, house, staff, role
):
    with context.begin() as work:
        lost = {"id": house.leaver.person.key_id}
        work.session.execute(text("DELETE FROM key_copies WHERE holder_id = :id"), lost)
    looking = house.lead if role is Role.COORDINATOR else house.other

    page = sign_in(staff, looking).get("/duty").text

    found = re.search(r"be opened by the people who have them.*?</table>", page, re.DOTALL)
    assert bool(found) is (role is Role.COORDINATOR)
    if found:
        assert {house.case.ref, house.second.ref} <= set(re.findall(r">([0-9A-Z-]{8})<", found[0]))
        assert house.closed.ref not in found[0]


@pytest.mark.parametrize("level", list(Level))
def test_those_on_duty_hear_of_an_urgent_case_that_is_given_back(context, house, level):
    with context.begin() as work:
        case = a_case(work, house.queue, owner=house.leaver, level=level, state=CaseState.OPEN)
    with work_as(context, house.other) as work:
        people.go_on_duty(work, accounts.current_person(work), hours=2)

    with work_as(context, house.leaver) as work:
        operations.release_case(work, queries.case_by_ref(work, case.ref))
    with context.begin() as work:
        told = select(OutboxJob).where(OutboxJob.job == "cases.tell_of_cases")
        arguments = [one.arguments for one in work.session.scalars(told)]
    for one in arguments:
        jobs.email_new_owner_or_duty(context, **one)

    letters = [(one.to, "An urgent case is back" in one.subject) for one in context.mailer.sent]
    is_urgent = level.rank >= Level.URGENT.rank
    assert letters == ([("other@helpdesk.test", True)] if is_urgent else [])
