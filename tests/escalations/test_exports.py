"""A partner's people take their requests with them in a file: no more than their pages show."""

import csv
import io
import json

import pytest
from sqlalchemy import event, select

from helpdesk.core.csv_cells import read_csv
from helpdesk.core.errors import NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.escalations import export_files, operations
from helpdesk.escalations.models import Delivery, DeliveryAttempt, Escalation
from helpdesk.escalations.operations import exporting
from helpdesk.escalations.operations.partner_actions import CLOSED, IN_DOUBT, STOPPED, WITHDRAWN
from helpdesk.escalations.states import (
    Ask,
    EscalationState,
    PartnerAction,
    Priority,
    Reason,
    Verdict,
)
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import FIELDS
from tests.conftest import ROOT
from tests.escalations.conftest import TYPED, a_partner
from tests.escalations.test_inbox import do
from tests.escalations.test_stopped_at_the_desk import doubt
from tests.escalations.test_views import page_of
from tests.factories import a_person, sign_in


def as_json(client):
    answer = client.get("/requests.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="requests.json"'
    assert answer.headers["Cache-Control"] == "no-store"
    return {one["ref"]: one for one in json.loads(answer.data)["requests"]}


def as_csv(client):
    answer = client.get("/requests.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="requests.csv"'
    columns, *rows = read_csv(answer.data)
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}


def readings(house, escalation, who=None):
    with house.context.begin() as work:
        found = select(HistoryEntry).where(
            HistoryEntry.action == "escalation.read", HistoryEntry.subject_id == escalation.id
        )
        return [
            one.details
            for one in work.session.scalars(found)
            if who is None or one.actor_id == who.actor.id
        ]


def test_both_files_say_what_the_page_of_a_request_says(house, theirs):
    one = house.carried()

    [(ref, told)] = as_json(theirs).items()
    row = as_csv(theirs)[ref]

    assert ref == one.ref
    assert told["packet"]["fields"]["happened"] == TYPED["happened"] == row["happened"]
    assert told["packet"]["request"]["sharing"] == told["sharing"] == row["sharing"]
    assert (row["ask"], row["priority"], row["state"]) == ("restore", "p3", "with_partner")
    assert (row["state_in_words"], row["not_shown_because"]) == ("New", "")
    assert row["sent_at"] == f"{one.approved_at:%Y-%m-%dT%H:%M:%SZ}"
    assert row["answer_due_at"] == f"{one.answer_due_at:%Y-%m-%dT%H:%M:%SZ}"
    fields = {field.name: row[field.name] for field in FIELDS if row[field.name]}
    assert fields == told["packet"]["fields"]
    about = {name: told[name] for name in export_files.ABOUT}
    assert {name: export_files._cell(value) for name, value in about.items()} == {
        name: row[name] for name in export_files.ABOUT
    }


def test_who_must_not_know_is_said_in_words_right_beside_the_id(house, theirs):
    """A row that is pasted elsewhere loses what is at its end."""
    one = house.carried(typed=TYPED | {"keep_quiet": "target"})
    said = "Please do not tell the person who has the account now"

    rows = csv.reader(io.StringIO(theirs.get("/requests.csv").data.decode("utf-8-sig"), newline=""))

    assert next(rows)[:2] == ["ref", "who_must_not_know"]
    assert next(rows)[:2] == [one.ref, said]
    assert as_json(theirs)[one.ref]["who_must_not_know"] == said


def test_what_a_person_writes_is_no_formula_and_reads_back(house, theirs):
    written = '=HYPERLINK("https://evil.example";"x")\n+1;@x'
    one = house.carried(typed=TYPED | {"happened": written})

    raw = theirs.get("/requests.csv").data.decode("utf-8-sig")

    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert as_csv(theirs)[one.ref]["happened"] == written


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_our_side_sees_that_it_was_downloaded_once_an_hour(house, theirs, staff, kind):
    one = house.carried()
    theirs.get(f"/requests/{one.ref}")

    theirs.get(f"/requests.{kind}")
    theirs.get(f"/requests.{kind}")

    assert readings(house, one, house.theirs) == [{}, {"exported": True}]
    writer = sign_in(staff, house.writer)
    page = writer.get(page_of(house, one)).text
    assert "downloaded it." in page
    assert "opened it." in page
    history = writer.get(f"/cases/{house.case.ref}/history").text
    assert "The partner downloaded the request." in history
    assert "The partner opened the request." in history


def test_it_has_arrived_and_news_that_are_not_in_the_file_stay_untold(house, theirs):
    one = house.approved()
    with house.context.begin() as work:
        found = work.session.get(Escalation, one.id)
        found.state, found.untold_since = EscalationState.DISPATCHING, work.at
        work.record("test", found)

    as_csv(theirs)

    assert house.now(one).state is EscalationState.WITH_PARTNER
    assert house.now(one).untold_since is not None


def test_a_request_that_is_over_is_listed_without_its_content(house, theirs):
    taken, closed = house.carried(ask=Ask.LOCK), house.carried()
    decision = {"action": PartnerAction.ACCESS_RESTORED, "reason": Reason.POLICY_BREACH}
    do(house, closed, operations.record_partner_decision, **decision)
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, closed), verdict=Verdict.CONFIRMED)
    house.withdraw_consent()

    told = as_json(theirs)

    assert [one["packet"] for one in told.values()] == [None, None]
    assert told[closed.ref]["not_shown_because"] == CLOSED
    assert told[taken.ref]["not_shown_because"] == WITHDRAWN
    assert told[taken.ref]["state"] == "withdrawn", "the worker that closes it may be late"
    assert told[closed.ref]["state_in_words"] == "Closed: the person says it’s fixed"
    assert readings(house, taken) == []
    assert not any(words in theirs.get("/requests.csv").text for words in TYPED.values())


def test_a_draft_is_in_no_file(house, theirs):
    house.ask()

    assert as_json(theirs) == {}
    assert as_csv(theirs) == {}


def test_of_a_partner_in_doubt_nothing_is_opened(house, theirs):
    one = house.carried()
    doubt(house)

    assert as_json(theirs)[one.ref]["packet"] is None
    assert as_json(theirs)[one.ref]["not_shown_because"] == IN_DOUBT
    assert readings(house, one) == []


def test_of_a_retired_partner_what_has_arrived_is_there_and_nothing_else(house, theirs):
    there, on_its_way = house.carried(), house.approved(ask=Ask.LOCK)
    with house.as_(house.lead) as work:
        partners.retire_partner(work, work.session.get(Partner, house.partner.id))
    with house.context.begin() as work:
        found = work.session.get(Escalation, on_its_way.id)
        found.state = EscalationState.DISPATCHING
        work.record("test", found)

    told = as_json(theirs)

    assert told[there.ref]["packet"] is not None
    assert told[on_its_way.ref]["not_shown_because"] == STOPPED
    assert house.now(on_its_way).state is EscalationState.DISPATCHING


def test_nobody_gets_a_request_of_another_partner(house, context, partner_desk):
    one = house.carried()
    with context.begin() as work:
        other = a_partner(work, house.lead, platform="elsewhere", vetted=False)
        stranger = a_person(work, teams=[other.team], role=house.theirs.actor.role)

    client = sign_in(partner_desk, stranger)

    assert as_json(client) == {}
    assert one.ref not in client.get("/requests.csv").text
    assert "Download all your requests" not in client.get("/inbox").text


def test_who_was_not_let_in_gets_an_empty_file(house, context, partner_desk):
    one = house.carried()
    with context.begin() as work:
        partner = work.session.get(Partner, house.partner.id)
        waits = a_person(work, teams=[partner.team], role=house.theirs.actor.role, let_in=False)

    client = sign_in(partner_desk, waits)

    assert as_json(client) == {}
    assert as_csv(client) == {}
    assert readings(house, one) == []


@pytest.mark.parametrize("who", ["writer", "lead"])
def test_only_a_partners_people_export(house, who):
    house.carried()

    with house.as_(getattr(house, who)) as work, pytest.raises(NotAllowed):
        operations.export_requests(work)


def test_the_inbox_offers_the_files_where_there_is_something(house, theirs):
    assert "Download all your requests" not in theirs.get("/inbox").text

    house.carried()

    page = theirs.get("/inbox").text
    assert 'href="/requests.csv" download' in page
    assert 'href="/requests.json" download' in page


def test_one_file_opens_so_many_packets_and_says_of_the_others_where_they_are(
    house, theirs, monkeypatch
):
    monkeypatch.setattr(exporting, "MOST", 1)
    urgent, other = house.carried(ask=Ask.LOCK), house.carried()
    with house.context.begin() as work:
        work.session.get(Escalation, urgent.id).priority = Priority.P1
        work.record("test", house.case)

    told = as_json(theirs)

    assert told[urgent.ref]["packet"] is not None
    assert told[other.ref]["packet"] is None
    assert told[other.ref]["not_shown_because"] == exporting.TOO_MANY
    assert readings(house, other) == []
    assert "200 requests at most" in (ROOT / "docs" / "partners.md").read_text()
    assert "200 requests at most" in exporting.TOO_MANY


def test_what_is_over_asks_the_database_nothing_more(house, theirs):
    """A team's old requests are many: only what is open is opened one by one."""
    one = house.carried()
    house.withdraw_consent()
    with house.context.begin() as work:
        work.session.get(Escalation, one.id).state = EscalationState.CLOSED
        work.record("test", house.case)
    few = _statements(house, theirs)
    with house.context.begin() as work:
        columns = {
            column.key: getattr(one, column.key)
            for column in Escalation.__table__.columns
            if column.key not in ("id", "ref")
        } | {"state": EscalationState.CLOSED}
        for number in range(30):
            copy = Escalation(**columns, ref=f"R-{number:03}-AAAA")
            work.session.add(copy)
            work.session.flush()
            carried = Delivery(escalation_id=copy.id, packet_hash="0" * 64, sealed_hash="0" * 64)
            carried.attempts.append(DeliveryAttempt(number=1, began_at=work.at))
            work.session.add(carried)
        work.record("test", house.case)

    assert _statements(house, theirs) == few
    assert len(as_csv(theirs)) == 31


def test_a_file_holds_no_case_up_but_of_what_arrives_by_it(house, theirs):
    one = house.carried()
    assert _statements(house, theirs, with_words="FOR UPDATE") == 0
    assert readings(house, one, house.theirs) == [{"exported": True}]

    with house.context.begin() as work:
        work.session.get(Escalation, one.id).state = EscalationState.DISPATCHING
        work.record("test", house.case)
    assert _statements(house, theirs, with_words="FOR UPDATE") > 0
    assert house.now(one).state is EscalationState.WITH_PARTNER


def _statements(house, client, *, with_words=""):
    seen = []
    connection = house.context.sessions.kw["bind"]

    def note(_connection, _cursor, statement, *_arguments):
        if with_words in statement:
            seen.append(1)

    event.listen(connection, "before_cursor_execute", note)
    client.get("/requests.csv")
    event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_the_page_for_trust_teams_lists_every_column():
    page = (ROOT / "docs" / "partners.md").read_text()

    for name, meaning in export_files.ABOUT.items():
        assert f"| `{name}` | {meaning} |" in page
    assert set(export_files.COLUMNS) == {*export_files.ABOUT, *(field.name for field in FIELDS)}
    assert len(export_files.COLUMNS) == len(set(export_files.COLUMNS))
    assert f"`{export_files.SCHEMA}`" in page
