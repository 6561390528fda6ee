"""New rows: filled plainly, and written like any other."""

import pytest
from sqlalchemy import inspect

from helpdesk.accounts.models import Team, TeamKind
from helpdesk.cases.models import Case, Closure
from helpdesk.cases.states import CaseOutcome


def test_a_new_row_is_written_with_all_that_it_was_filled_with(context):
    with context.sessions() as session:
        team = Team(slug="front", name="Front line", kind=TeamKind.QUEUE, takes_reports=True)
        session.add(team)
        session.flush()
        session.expire(team)

        assert (team.slug, team.name, team.kind) == ("front", "Front line", TeamKind.QUEUE)
        assert team.takes_reports


def test_a_change_before_it_is_written_is_written_too(context):
    with context.sessions() as session:
        team = Team(slug="front", name="Front line", kind=TeamKind.QUEUE)
        session.add(team)
        team.name = "Night shift"
        session.flush()
        session.expire(team)

        assert team.name == "Night shift"


def test_what_hangs_on_another_row_is_tied_to_it_from_both_sides():
    case = Case(ref="K7F-3MQ8")

    closure = Closure(case=case, outcome=CaseOutcome.RESOLVED)

    assert case.closure is closure
    assert inspect(closure).attrs.case.history.added == [case]


def test_a_name_that_no_column_has_is_refused():
    with pytest.raises(TypeError, match="colour"):
        Team(colour="red")
