"""Gathering: many lists in one trip, each as it would have come alone."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, event, select

from helpdesk.accounts.models import Team
from helpdesk.cases import queries
from helpdesk.cases.models import Case, Consent, Message
from helpdesk.cases.states import CaseState
from helpdesk.core import history
from helpdesk.core.actors import Role
from helpdesk.core.history import HistoryEntry
from helpdesk.core.round_trips import BatchQuery
from tests.factories import a_case, a_person, a_team

OF_A_CASE = bindparam("case_id")
PAGE = BatchQuery(
    cases=select(
        Case.other_types, Case.id, Case.level,
        Case.state, Case.opened_at, Case.waits_until, Case.in_slow_lane,
        Case.story, Case.public_half,
    ).where(Case.id == OF_A_CASE),
    messages=queries.MESSAGES,
    consents=queries.CONSENTS,
    entries=history.OF_CASE,
)  # fmt: skip


@pytest.fixture
def case(context, now):
    with context.begin(at=now) as work:
        team = a_team(work, takes_reports=True)
        a_person(work, Role.RESPONDER, [team])  # whoever is first gets the team its key
        case = a_case(work, team, story="“naïve”, and a quote ' \\x00.")
        for minutes in (2, 1, 3):
            message = Message(
                case=case,
                case_id=case.id,
                is_from_reporter=minutes == 2,
                author=f"reporter:{case.id}",
                sent_at=now + timedelta(minutes=minutes, microseconds=7),
            )
            message.body = case.public.seal_text(
                f"{minutes} minutes", message.envelope_place_of("body")
            )
            work.session.add(message)
        work.record("case.read", case, nested={"a": [1, None]}, words="“naïve”")
    return case


def test_every_value_is_as_it_would_have_come_alone(context, case):
    with context.begin() as work:
        found = PAGE.ask(work.session, case_id=case.id)
        alone = {
            "cases": work.session.get(Case, case.id, populate_existing=True),
            "messages": work.session.scalar(
                select(Message).where(Message.case_id == case.id).order_by(Message.sent_at)
            ),
            "consents": work.session.scalar(
                select(Consent)
                .where(Consent.case_id == case.id)
                .order_by(Consent.given_at, Consent.id)
            ),
            "entries": work.session.scalar(
                select(HistoryEntry)
                .where(HistoryEntry.case_id == case.id)
                .order_by(HistoryEntry.id.desc())
            ),
        }
        for name, row in alone.items():
            for column in found[name][0]._fields:
                value = getattr(found[name][0], column)
                assert value == getattr(row, column), f"{name}.{column}"
                assert type(value) is type(getattr(row, column)), f"{name}.{column}"


def test_rows_keep_their_order(context, case, now):
    with context.begin() as work:
        messages = PAGE.ask(work.session, case_id=case.id)["messages"]
    assert [one.sent_at - now for one in messages] == [
        timedelta(minutes=minutes, microseconds=7) for minutes in (1, 2, 3)
    ]


def test_where_there_is_nothing_each_list_is_empty(context):
    with context.begin() as work:
        assert PAGE.ask(work.session, case_id="0" * 32) == {
            "cases": [], "messages": [], "consents": [], "entries": []
        }  # fmt: skip


def test_it_is_one_trip(context, case):
    with context.begin() as work:
        trips = []
        connection = work.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: trips.append(told[2]))

        PAGE.ask(work.session, case_id=case.id)

        assert len(trips) == 1


def test_only_what_differs_from_one_asking_to_the_next_is_a_parameter(context, case):
    with context.begin() as work:
        asked = []
        connection = work.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[3]))

        BatchQuery(
            entries=history.OF_CASE,
            new=select(Case.id).where(Case.state == CaseState.NEW, Case.id == OF_A_CASE),
        ).ask(work.session, case_id=case.id)

        assert asked == [{"case_id": case.id}]


def test_beside_a_row_only_what_belongs_to_it_comes_and_nothing_without_it(context, case):
    lists = BatchQuery(messages=queries.MESSAGES, entries=history.OF_CASE)
    beside = lists.beside(select(Case).where(Case.ref == bindparam("ref")), case_id=Case.id)
    with context.begin() as work:
        other = a_case(work, work.session.get_one(Team, case.team_id))

        found, of_case = beside.ask(work.session, ref=case.ref)
        assert found is work.session.get(Case, case.id)
        assert of_case == lists.ask(work.session, case_id=case.id)
        assert len(of_case["messages"]) == 3
        assert beside.ask(work.session, ref=other.ref)[1]["messages"] == []
        assert beside.ask(work.session, ref="NOBODY") is None


def test_a_list_that_would_compare_a_table_with_itself_is_refused():
    with pytest.raises(ValueError, match="cases"):
        PAGE.beside(select(Case).where(Case.ref == bindparam("ref")), case_id=Case.id)
