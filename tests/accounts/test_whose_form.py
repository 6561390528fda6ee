"""A tab of one person, sent after another has signed in in the same browser, does nothing."""

import pytest
from sqlalchemy import func, select

from helpdesk.cases.models import Note
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import Browser


@pytest.fixture
def two(context):
    with context.begin() as work:
        queue = a_team(work, slug="first-line")
        people = [a_person(work, Role.COORDINATOR, [queue]) for _ in range(2)]
        case = a_case(work, queue, state=CaseState.OPEN, owner=people[0])
    return people, case


def notes(context):
    with context.begin() as work:
        return work.session.scalar(select(func.count()).select_from(Note))


@pytest.mark.parametrize("words", ["Only I should have written this.", "Mine"])
def test_words_are_not_written_in_another_persons_name_and_are_kept(context, staff, two, words):
    (first, second), case = two
    tab = Browser(sign_in(staff, first))
    tab.open(f"/cases/{case.ref}")
    sign_in(staff, second)

    tab.send(f"/cases/{case.ref}/notes", answers={"note_text": words})

    assert tab.status == 409
    assert "Someone else was signed in when this page was opened" in tab.text
    assert f"\n{words}</textarea>" in tab.text
    assert f'<a href="/cases/{case.ref}">' in tab.text
    assert notes(context) == 0


def test_the_same_person_signed_in_again_goes_on_in_an_older_tab(context, staff, two):
    (first, _), case = two
    tab = Browser(sign_in(staff, first))
    tab.open(f"/cases/{case.ref}")
    sign_in(staff, first)

    tab.send(f"/cases/{case.ref}/notes", answers={"note_text": "Mine."}, follow=False)

    assert tab.status == 303
    assert notes(context) == 1


def test_an_old_tab_signs_nobody_else_out(staff, two):
    (first, second), _ = two
    tab = Browser(sign_in(staff, first))
    tab.open("/account")
    sign_in(staff, second)

    tab.send("/sign-out")

    assert tab.status == 409
    assert staff.get("/account").status_code == 200
