"""One row that nobody can open, or that is none of ours, takes no page with it: the page says so.

Every sealed column that a process other than the staff's pages may write is here. Three bytes in
one of them made a case, or every request of a partner, "not found" for all of us.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import html
import json
import logging
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from helpdesk.cases import operations as casework
from helpdesk.cases.models import Case, Message
from helpdesk.core.database import Base, SealedColumn
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Key
from helpdesk.core.sealing import Envelope, EnvelopePlace
from helpdesk.core.unreadable_texts import UNREADABLE, parse_mapping_or_none
from helpdesk.duty.timeline import SENTENCES
from helpdesk.escalations import operations
from helpdesk.escalations.models import Escalation, PartnerDecision, PartnerMessage
from helpdesk.escalations.states import PartnerAction, Reason
from helpdesk.intake import operations as mailbox
from helpdesk.playbooks.repository import load_current_library, translate_text
from helpdesk.triage import operations as triage
from helpdesk.triage.models import LevelEvaluation
from helpdesk.web.languages import text_direction_of
from tests.conftest import STAFF, become
from tests.escalations.conftest import house, lock_order
from tests.factories import sign_in
from tests.guards.rights import ROLES
from tests.intake.browser import Browser
from tests.intake.test_mailbox import enter

TOLD_BY_ENTRIES = (
    "spoke_at",
    "partner_id",
    "to",
    "playbook",
    "noted_by",
    "told",
    "seen",
    "fields",
    "packet_hash",
    "wording",
    "verdict",
)
ODD_VALUES = (["x"], [["x"]], {"a": []}, 5, None, "x")
KINDS = (Case, Message, PartnerMessage, PartnerDecision, Escalation, LevelEvaluation)
# Where it is read, if anywhere: there the page says so.
READ_ON = {
    "cases.story": "case",
    "cases.contact": "case",
    "cases.answers": "case",
    "cases.for_advice": "advice",
    "messages.body": "case",
    "messages.answers": "case",
    "messages.for_reporter": "mailbox",
    "exchanges.body": "request",
    "exchanges.for_partner": "desk",
    "decisions.note": "request",
    "decisions.note_for_partner": "desk",
    "escalations.ticket": "request",
    "escalations.ticket_for_partner": "desk",
    "evaluations.inputs": None,
}
# What people sign in with and are written to by: read one at a time, as if there were nothing.
OF_PEOPLE = {
    "key_copies.sealed",
    "new_mailboxes.address",
    "new_mailboxes.address_for_self",
    "new_mailboxes.code",
    "new_mailboxes.old",
    "new_partner_mailboxes.code",
    "new_partner_mailboxes.old",
    "people.email",
    "people.email_for_self",
    "people.totp_seed",
    "people.under_passphrase",
    "people.under_recovery",
    "presses.answer",
    "sign_ins.unlocked",
}
OF_JSON = {"cases.contact", "cases.answers", "cases.for_advice", "messages.answers"}
NO_JSON_OF_OURS = {
    "no JSON": "[[[",
    "lists in lists": "[" * 100_000,
    "a list": '["a"]',
    "a word": '"a"',
    "a number of 5,000 digits": '{"a": 1' + "0" * 5000 + "}",
    "an answer that is none": '{"safe_channel": {"a": "b"}}',
    "half a character": '{"safe_channel": "\\ud800"}',
}
THREE_BYTES = Envelope(b"\x01\xaa\xbb")
SENTENCE = html.escape(str(UNREADABLE)).replace("&#x27;", "&#39;")
ON_THE_CASE = "Something here can’t be opened"
FOR_EVERYONE = "This advice is safe for everyone"


def test_every_sealed_column_that_a_door_may_write_is_here(engine):
    question = text("SELECT has_column_privilege(:role, :table, :column, :right)")
    writable = set()
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, SealedColumn) and any(
                    connection.scalar(
                        question,
                        {"role": role, "table": table.name, "column": column.name, "right": right},
                    )
                    for role in ROLES
                    if role != STAFF
                    for right in ("INSERT", "UPDATE")
                ):
                    writable.add(f"{table.name}.{column.name}")

    assert writable == {*READ_ON, *OF_PEOPLE}


@pytest.fixture
def request_of(house):
    """A request with a question, our answer, a decision and a number of theirs; on the case, words
    and later answers of the reporter, words of ours, and a level."""
    escalation = house.carried()
    with house.as_(house.theirs) as work:
        mine = house.mine(work, escalation)
        operations.acknowledge_request(work, mine)
        operations.set_partner_ticket(work, mine, ticket="T-1")
        operations.ask_for_information(work, mine, question="Since when?")
    house.answer(escalation)
    with house.as_(house.theirs) as work:
        mine = house.mine(work, escalation)
        operations.record_partner_decision(
            work, mine, action=PartnerAction.NONE, reason=Reason.OTHER, note="No."
        )
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        triage.judge_new_case(work, case, {"danger": "none_known"})
        casework.send_message(work, case, "We are here.")
    with house.as_reporter() as work:
        case = work.session.get(Case, house.case.id)
        mailbox.record_deferred_answers(work, case, body="Lost.", answers={"seized_how": "lost"})
    return house.now(escalation)


@pytest.fixture
def pages(house, request_of, staff, partner_desk, public):
    """The pages on which any of it could stand."""
    sign_in(staff, house.writer)
    sign_in(partner_desk, house.theirs)
    browser = Browser(public)
    enter(browser, house.code.letters)
    case, request = house.case.ref, request_of.ref
    return {
        "case": (staff, f"/cases/{case}"),
        "request": (staff, f"/cases/{case}/requests/{request}"),
        "board": (staff, "/duty"),
        "inbox": (partner_desk, "/inbox"),
        "desk": (partner_desk, f"/requests/{request}"),
        "mailbox": (public, "/mailbox/case"),
        "advice": (public, "/mailbox/case/advice"),
        "packet": (public, f"/mailbox/case/requests/{request}"),
    }


def look(pages):
    found = {name: client.get(address) for name, (client, address) in pages.items()}
    assert {name: page.status_code for name, page in found.items()} == dict.fromkeys(pages, 200)
    return {name: page.get_data(as_text=True) for name, page in found.items()}


def row_of(house, table, column):
    """The row to spoil, and to whom what stands in it is sealed."""
    [kind] = [one for one in KINDS if one.__tablename__ == table]
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        if kind is Case:
            row = case
        else:
            rows = select(kind).where(kind.case_id == case.id)
            if column == "answers":
                rows = rows.where(Message.answers.is_not(None))
            if column == "for_reporter":
                rows = rows.where(Message.for_reporter.is_not(None))
            row = work.session.scalars(rows.order_by(kind.id)).first()
        public = case.public
        if column in ("for_reporter", "for_advice"):
            public = case.reporter_public
        elif column.endswith("for_partner"):
            escalation = work.session.scalar(
                select(Escalation).where(Escalation.case_id == case.id)
            )
            public = work.session.get(Key, escalation.partner_key_id).public
        return row.id, row.envelope_place_of(column), public


def plant(context, table, column, row_id, value):
    """Past every trigger: it stands there, whoever wrote it."""
    before = become(context, "postgres")
    connection = context.sessions.kw["bind"]
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    change = f"UPDATE {table} SET {column} = :value WHERE id = :id"  # noqa: S608 - names of ours
    connection.execute(text(change), {"value": value, "id": row_id})
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    become(context, before)


@pytest.mark.parametrize("place", READ_ON)
def test_what_cannot_be_opened_or_read_is_a_line_in_its_place(context, house, pages, caplog, place):
    caplog.set_level(logging.WARNING)
    table, column = place.split(".")
    row_id, where, public = row_of(house, table, column)
    before = look(pages)
    assert not any(SENTENCE in page or ON_THE_CASE in page for page in before.values())

    planted = {"three bytes": THREE_BYTES}
    if place in OF_JSON:
        sealed = {name: public.seal_text(one, where) for name, one in NO_JSON_OF_OURS.items()}
        planted |= sealed
    read_on = READ_ON[place]
    for name, envelope in planted.items():
        caplog.clear()
        plant(context, table, column, row_id, envelope.raw)
        after = look(pages if name == "three bytes" else {read_on: pages[read_on]})
        if read_on in ("case", "request"):
            assert ON_THE_CASE in after[read_on], name
        if read_on is not None and place not in ("cases.answers", "messages.answers"):
            said = FOR_EVERYONE if read_on == "advice" else SENTENCE
            assert said in after[read_on], name
        if read_on is not None:
            assert f"{place} of row {row_id}" in caplog.text, name
    if place not in OF_JSON:
        plant(context, table, column, row_id, public.seal_text("[[[", where).raw)
        look(pages)


@pytest.mark.parametrize("code", ["xx", "zz-ZZ-zzz", "!", "", "en_US_x", "../../en"])
def test_a_case_in_no_language_that_we_know_opens(context, house, pages, code):
    plant(context, "cases", "language", house.case.id, code)
    staff, address = pages["case"]

    look(pages)

    assert f"write in {code}".rstrip() in " ".join(staff.get(address).text.split())
    sentence = next(iter(load_current_library().texts()))
    assert translate_text(sentence, code) == replace(sentence, lang="en")
    assert text_direction_of(code) == "ltr"


@pytest.mark.parametrize("subject", ["case", "request"])
def test_entries_of_any_shape_take_no_page_with_them(context, house, pages, subject):
    """Public pages, partner desk, worker and ticker write entries, which nobody takes away."""
    staff, address = pages["case"]
    pages["history"] = staff, f"{address}/history"
    with house.as_(house.writer) as work:
        request = select(Escalation.id).where(Escalation.case_id == house.case.id)
        subject_id = house.case.id if subject == "case" else work.session.scalar(request)
        for number, action in enumerate(SENTENCES):
            mixed = {
                name: ODD_VALUES[(number + at) % len(ODD_VALUES)]
                for at, name in enumerate(TOLD_BY_ENTRIES)
            }
            for details in ({name: ["x"] for name in TOLD_BY_ENTRIES}, mixed):
                work.session.add(
                    HistoryEntry(
                        at=work.at,
                        actor_id="system",
                        action=action,
                        subject_type="cases" if subject == "case" else "escalations",
                        subject_id=subject_id,
                        case_id=house.case.id,
                        details=details,
                    )
                )

    look(pages)


@pytest.mark.parametrize("said", NO_JSON_OF_OURS.values(), ids=NO_JSON_OF_OURS)
def test_only_texts_and_lists_of_texts_by_name_are_answers(said):
    assert parse_mapping_or_none(said) is None


def test_answers_that_we_write_are_read():
    answers = {"one": "a", "many": ["a", "b"], "none": None, "gone": "", "emoji": "\U0001f600"}

    assert parse_mapping_or_none(json.dumps(answers)) == answers


@pytest.mark.parametrize("state", ["need_information", "decided"])
def test_a_request_whose_state_lacks_its_row_opens_all_the_same(
    context, house, staff, partner_desk, public, state
):
    escalation = house.carried()
    plant(context, "escalations", "state", escalation.id, state)
    sign_in(staff, house.writer)
    sign_in(partner_desk, house.theirs)
    enter(Browser(public), house.code.letters)

    page = staff.get(f"/cases/{house.case.ref}/requests/{escalation.ref}")
    assert page.status_code == 200
    assert "is missing. Please call them" in page.get_data(as_text=True)
    look(
        {
            "case": (staff, f"/cases/{house.case.ref}"),
            "desk": (partner_desk, f"/requests/{escalation.ref}"),
            "mailbox": (public, "/mailbox/case"),
            "packet": (public, f"/mailbox/case/requests/{escalation.ref}"),
        }
    )
