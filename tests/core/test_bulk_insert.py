"""Arriving: all rows by one statement or none, once for each form, and stored as a flush would."""

import pytest
from sqlalchemy import event, func, select

from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.actors import NOBODY, Role
from helpdesk.core.codes import ReturnCode
from helpdesk.core.database import new_id
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Key, KeyKind, new_key, seal_key_for
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.round_trips import BulkInsertWork
from tests.factories import a_person, a_team


@pytest.fixture
def team(context):
    with context.begin() as work:
        team = a_team(work, takes_reports=True)
        a_person(work, Role.RESPONDER, [team])
    return team


def an_arrival(work):
    return BulkInsertWork(work.session, work.actor, work.at, work.keys)


def a_report(work, team, form_token):
    """The rows of a report, waiting to arrive."""
    case_id, code = new_id(), ReturnCode.new()
    team_key = epochs_of_team_key(work, team).current
    key, secret = new_key(work, KeyKind.CASE, case_id)
    seal_key_for(work, key, secret, team_key)
    case = Case(
        id=case_id,
        ref=new_id()[:12],
        team_id=team.id,
        level="soon",
        rule="R1",
        incident_type="something-else",
        opened_at=work.at,
        key_id=key.id,
        public_half=key.public_half,
        reporter_tag=code.tag(b"i" * 32),
        reporter_public_half=code.secret().public.raw,
        form_token=form_token,
    )
    case.story = case.public.seal_text(
        "What happened: “naïve” \\x00 and a quote '.", case.envelope_place_of("story")
    )
    work.add(case)
    work.record("case.submitted", case, slow_lane=False)
    work.enqueue("triage.call_on_duty", case_id=case.id)
    for kind in ConsentKind:
        work.add(Consent(case_id=case.id, kind=kind, given_at=work.at, given_by="reporter"))
    return case, secret


def test_what_arrives_is_what_was_sent(context, team):
    with context.begin(NOBODY) as work:
        arrival = an_arrival(work)
        case, secret = a_report(arrival, team, b"one form")
        assert arrival.insert_all(case)
        assert case in work.session
        case_id, opened_at = case.id, case.opened_at

    with context.begin() as work:
        found = work.session.get(Case, case_id, populate_existing=True)
        assert (found.state, found.level, found.opened_at) == (CaseState.NEW, "soon", opened_at)
        assert found.platform is None
        assert not found.in_slow_lane
        assert secret.open_text(found.story, found.envelope_place_of("story")) == (
            "What happened: “naïve” \\x00 and a quote '."
        )
        [outbox_job] = work.session.scalars(
            select(OutboxJob).where(OutboxJob.arguments["case_id"].astext == case_id)
        )
        assert (outbox_job.state, outbox_job.attempts) == (OutboxJobState.WAITING, 0)
        [entry] = work.session.scalars(select(HistoryEntry).where(HistoryEntry.case_id == case_id))
        assert entry.details == {"slow_lane": False}
        kinds = work.session.scalars(select(Consent.kind).where(Consent.case_id == case_id))
        assert set(kinds) == set(ConsentKind)


def test_a_second_arrival_of_the_same_writes_nothing_at_all(context, team):
    with context.begin(NOBODY) as work:
        arrival = an_arrival(work)
        first, _ = a_report(arrival, team, b"one form")
        assert arrival.insert_all(first)
    tables = (Case, Key, OutboxJob, HistoryEntry, Consent)

    def counts(work):
        return [work.session.scalar(select(func.count()).select_from(one)) for one in tables]

    with context.begin(NOBODY) as work:
        before = counts(work)
        again = an_arrival(work)
        second, _ = a_report(again, team, b"one form")
        assert not again.insert_all(second)
        assert counts(work) == before


def test_a_report_is_one_trip(context, team):
    with context.begin(NOBODY) as work:
        arrival = an_arrival(work)
        case, _ = a_report(arrival, team, b"one form")
        trips = []
        connection = work.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: trips.append(told[2]))

        arrival.insert_all(case)
        work.session.flush()

        assert len(trips) == 1


def test_a_later_change_of_it_is_written_too(context, team):
    with context.begin(NOBODY) as work:
        arrival = an_arrival(work)
        case, _ = a_report(arrival, team, b"one form")
        arrival.insert_all(case)
        case.open()
        work.record("case.opened", case)
        case_id = case.id

    with context.begin() as work:
        assert work.session.get(Case, case_id, populate_existing=True).state is CaseState.OPEN


def test_a_row_that_waits_elsewhere_is_refused_before_anything_is_written(context, team):
    with context.begin(NOBODY) as work:
        arrival = an_arrival(work)
        case, _ = a_report(arrival, team, b"one form")
        work.session.add(Consent(case_id=case.id, kind="help", given_at=work.at, given_by="x"))

        with pytest.raises(RuntimeError, match="waits in the session"):
            arrival.insert_all(case)

        work.session.expunge_all()
        assert work.session.get(Case, case.id) is None
