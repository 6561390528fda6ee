"""Whatever page shows what is sealed in a case, history says who has read it.

A new page under a case's address is asked for here by its line in addresses.txt.
"""

# ruff: noqa: F401, F811 - fixtures of other files

import html
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.cases import operations as cases
from helpdesk.cases.models import Case
from helpdesk.core.history import HistoryEntry
from helpdesk.runs import operations as runs
from helpdesk.runs.models import Run
from helpdesk.runs.queries import progress_of_run
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as judged
from tests.escalations.conftest import STORY, TYPED, house
from tests.factories import sign_in
from tests.intake.browser import token_in

LISTED = Path(__file__).with_name("addresses.txt").read_text().splitlines()
PAGES = sorted(line.split()[2] for line in LISTED if line.startswith("staff GET /cases/<ref>"))
NOTE = "marker-note: the second phone."
SEALED = (*TYPED.values(), STORY, NOTE, "marker-reason")


@pytest.fixture
def ready(house):
    """A draft, a playbook at work, a note and a wish: what the parts of an address stand for."""
    escalation = house.ask()
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        run = runs.start_run(work, case, "account-takeover").id
        cases.add_case_note(work, case, NOTE)
    return {
        "ref": house.case.ref,
        "request_ref": escalation.ref,
        "run_id": run,
        "playbook_id": "account-takeover",
        "fact": "owner_confirmed",
    }


def readings(house, who):
    with house.context.begin() as work:
        read = select(HistoryEntry.case_id).where(
            HistoryEntry.action == "case.read", HistoryEntry.actor_id == who.actor.id
        )
        return list(work.session.scalars(read))


def ask(client, rule, parts):
    address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(parts[found[1]]), rule)
    if rule.endswith("/requests/new"):
        address += "?partner=trust-platform&ask=restore"
    return client.get(address)


@pytest.mark.parametrize("rule", PAGES)
def test_a_page_that_shows_what_is_sealed_is_in_history(house, staff, ready, rule, monkeypatch):
    opened = []
    note = "helpdesk.core.keys.Keyring._note_opened"
    monkeypatch.setattr(
        note, lambda ring, place: opened.append(place) or ring.opened_cases.add(place.case_id)
    )
    client = sign_in(staff, house.second)
    opened.clear()
    page = ask(client, rule, ready)
    text = html.unescape(page.text)

    is_shown = any(words[:25] in text for words in SEALED)
    assert page.status_code < 500
    if page.status_code < 300 and (is_shown or any(one.case_id for one in opened)):
        assert readings(house, house.second) == [house.case.id]
    else:
        assert not is_shown


@pytest.mark.parametrize("rule", ["/requests/<request_ref>", "/runs/<run_id>", "/answers"])
def test_it_is_noted_once_an_hour_whichever_page_it_was(house, staff, ready, rule):
    client = sign_in(staff, house.second)
    for address in (f"/cases/<ref>{rule}", "/cases/<ref>", f"/cases/<ref>{rule}"):
        ask(client, address, ready)

    assert readings(house, house.second) == [house.case.id]


def test_a_form_that_is_refused_shows_it_too(house, staff, ready):
    client = sign_in(staff, house.second)
    with house.as_(house.writer) as work:
        run = work.session.get(Run, ready["run_id"])
        step = progress_of_run(work, run).next_step.step.id
    token = {"csrf_token": token_in(client.get("/duty").text)}
    assert readings(house, house.second) == []

    page = client.post(f"/cases/{ready['ref']}/runs/{run.id}/steps/{step}/outcome", data=token)

    assert page.status_code == 422
    assert TYPED["ownership"] in html.unescape(page.text)
    assert readings(house, house.second) == [house.case.id]


def test_a_list_of_reasons_counts_for_each_case_it_shows(house, staff, ready):
    with house.as_(house.writer) as work:
        case = work.session.get(Case, house.case.id)
        triage.request_lower_level(
            work, case, level=judged.next_lower_level(case.level), reason="marker-reason"
        )
    client = sign_in(staff, house.second)
    page = client.get("/approvals")

    assert "marker-reason" in page.text
    assert readings(house, house.second) == [house.case.id]


@pytest.mark.parametrize("address", ["/duty", "/", "/news", "/partners"])
def test_pages_that_show_nothing_sealed_say_nothing(house, staff, ready, address):
    client = sign_in(staff, house.second)
    client.get(address)

    assert readings(house, house.second) == []
