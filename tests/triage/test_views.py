"""The pages of the level: correct an answer, raise it, lower it with a second person."""

import html
import json
import re

import pytest

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Message
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage import operations, queries
from tests.factories import a_case, a_person, a_team, sign_in, work_as
from tests.intake.browser import mark_in, token_in

ANSWERS = {"danger": "unsure", "hold": "running", "inside": ["money"], "profile": "@them"}


@pytest.fixture
def house(context, now):
    with context.begin(at=now) as work:
        team = a_team(work)
        asha, bo = a_person(work, Role.RESPONDER, [team]), a_person(work, Role.RESPONDER, [team])
        stranger = a_person(work, Role.COORDINATOR, [a_team(work)])
        case = a_case(work, team, state=CaseState.OPEN, answers=ANSWERS)
        operations.judge_new_case(work, case, {**ANSWERS, "inside": ("money",)})
    return type("House", (), {"case": case, "asha": asha, "bo": bo, "stranger": stranger})


@pytest.fixture
def asha(staff, house):
    return sign_in(staff, house.asha)


def send(client, page, to, **fields):
    shown = client.get(page)
    token = token_in(shown.text)
    return client.post(to, data={"csrf_token": token, **mark_in(shown, to), **fields})


def case_now(context, house):
    with work_as(context, house.bo) as work:
        case = work.session.get(Case, house.case.id)
        return case, queries.triage_of_case(work, case)


def test_the_form_shows_what_was_answered(asha, house):
    page = asha.get(f"/cases/{house.case.ref}/answers")

    assert page.status_code == 200
    assert "@them" in page.text
    assert re.search(r'name="q-hold" value="running" checked', page.text)
    assert re.search(r'name="q-inside" value="money" checked', page.text)
    assert "Assumed until you have asked: danger" in page.text


def test_answers_given_later_stand_among_the_others_beside_what_was_never_answered(
    asha, context, house, now
):
    said = {"whose": "group", "changed": ["password"]}
    with work_as(context, house.bo, at=now) as work:
        case = work.session.get(Case, house.case.id)
        message = Message(
            case=case,
            case_id=case.id,
            is_from_reporter=True,
            author=f"reporter:{case.id}",
            sent_at=now,
        )
        message.body = case.public.seal_text("In words.", message.envelope_place_of("body"))
        message.answers = case.public.seal_text(
            json.dumps(said), message.envelope_place_of("answers")
        )
        work.session.add(message)
        work.record("message.received", message)

    page = html.unescape(asha.get(f"/cases/{case.ref}").text)

    library = load_current_library()
    level = page[page.index('id="level"') :]
    for name, chosen in (("whose", "group"), ("changed", "password")):
        question = library.playbook("account-takeover").question(name)
        row = level[level.index(f"<dt>{question.ask}</dt>") :]
        row = row[: row.index("</div>")]
        assert str(question.option(chosen).label) in row
        assert "Answered later" in row
    inside = library.playbook("account-takeover").question("inside")
    row = level[level.index(f"<dt>{inside.ask}</dt>") :]
    assert "Answered later" not in row[: row.index("</div>")]
    skipped, for_later = level.index("Skipped in the report"), level.index("Not asked in the")
    listed = {name: level.index(f"<li>{asked(name)}</li>") for name in ("way_in", "typed")}
    assert skipped < listed["way_in"] < for_later < listed["typed"]
    assert f"<li>{asked('whose')}</li>" not in level


def asked(name):
    return str(load_current_library().playbook("account-takeover").question(name).ask)


def test_a_correction_is_judged_and_the_rest_stays(asha, context, house):
    where = f"/cases/{house.case.ref}/answers"
    kept = {"q-hold": "running", "q-inside": "money", "q-profile": "@them"}

    answer = send(asha, where, where, **{"q-danger": "imminent", **kept})

    assert answer.status_code == 303
    case, triage = case_now(context, house)
    assert (case.level, case.rule) == (Level.IMMEDIATE, "R1")
    assert triage.judgement.assumed == ()
    words = {one.question: one.words for one in triage.answers}
    assert words["What is the name of the account, or its link?"] == "@them"


def test_sending_it_unchanged_changes_nothing(asha, context, house):
    where = f"/cases/{house.case.ref}/answers"
    same = {"q-danger": "unsure", "q-hold": "running", "q-inside": "money", "q-profile": "@them"}

    send(asha, where, where, **same)

    assert len(case_now(context, house)[1].evaluations) == 1


def test_an_answer_that_was_corrected_in_confidence_is_named_and_can_be_released(
    asha, context, house
):
    where = f"/cases/{house.case.ref}/answers"
    same = {"q-danger": "credible", "q-hold": "running", "q-inside": "money", "q-profile": "@them"}
    assert "not shown in the mailbox" not in asha.get(where).text
    send(asha, where, where, **same)
    assert "Corrected earlier but not shown in the mailbox" in asha.get(where).text

    ticked = send(asha, where, where, shows_in_mailbox="y", **same)
    assert ticked.status_code == 422
    assert "changed any answer, so nothing new is shown" in ticked.text

    assert send(asha, where, where, released="danger", **same).status_code == 303
    assert "not shown in the mailbox" not in asha.get(where).text


def test_an_answer_can_be_taken_back(asha, context, house):
    where = f"/cases/{house.case.ref}/answers"

    send(asha, where, where, **{"q-danger": "unsure", "q-hold": "running", "q-profile": ""})

    _, triage = case_now(context, house)
    assert "@them" not in [one.words for one in triage.answers]
    assert len(triage.evaluations) == 2


def test_an_answer_that_nobody_offered_is_refused(asha, house):
    where = f"/cases/{house.case.ref}/answers"

    assert send(asha, where, where, **{"q-danger": "apocalypse"}).status_code == 422


def test_the_level_is_raised_with_a_reason(asha, context, house):
    where = f"/cases/{house.case.ref}/level"

    assert send(asha, where, where, level="immediate").status_code == 422
    assert send(asha, where, where, level="soon", reason="?").status_code == 422
    assert send(asha, where, where, level="immediate", reason="They wrote.").status_code == 303
    assert case_now(context, house)[0].level is Level.IMMEDIATE


def test_lowering_waits_for_another_hand(staff, context, house):
    where = f"/cases/{house.case.ref}"
    client = sign_in(staff, house.asha)

    assert send(client, f"{where}/level", f"{where}/lowering").status_code == 422
    asked = send(client, f"{where}/level", f"{where}/lowering", why_lower="A colleague.")
    wish = case_now(context, house)[1].request.id
    own = send(client, f"{where}/level", f"{where}/lowering/decision", granted="yes", seen=wish)
    case, triage = case_now(context, house)
    assert (asked.status_code, own.status_code) == (303, 403)
    assert (case.level, triage.reason) == (Level.URGENT, "A colleague.")

    client = sign_in(staff, house.bo)
    granted = send(client, where, f"{where}/lowering/decision", granted="yes")

    assert granted.status_code == 303
    assert case_now(context, house)[0].level is Level.SOON


def test_a_second_decision_comes_too_late(staff, house):
    where = f"/cases/{house.case.ref}"

    answer = send(sign_in(staff, house.bo), f"{where}/answers", f"{where}/lowering/decision")

    assert answer.status_code == 409


@pytest.mark.parametrize("page", ["answers", "level"])
def test_a_stranger_finds_no_such_page(staff, house, page):
    client = sign_in(staff, house.stranger)

    assert client.get(f"/cases/{house.case.ref}/{page}").status_code == 404


def test_who_asks_is_written_down_late_and_tagged_apart_from_what_happened(asha, context, house):
    where = f"/cases/{house.case.ref}/answers"
    same = {"q-danger": "unsure", "q-hold": "running", "q-inside": "money", "q-profile": "@them"}

    send(asha, where, where, **same, **{"q-organisation_cause": "human-rights"})

    _, triage = case_now(context, house)
    assert triage.organisation_tags == ("accessnow:human-rights",)
    assert triage.tags_of_incident({}) == ('rsit:intrusions="unprivileged-account-compromise"',)
    assert triage.tags_of_incident({"cause": "attempts_only"}) == (
        'rsit:intrusion-attempts="brute-force"',
    )
    page = asha.get(f"/cases/{house.case.ref}").text
    assert "accessnow:human-rights" in page
    assert "rsit:intrusions" in page


def test_what_could_raise_a_case_and_was_not_asked_stands_on_its_page(asha, context, house):
    _, triage = case_now(context, house)
    ask = str(load_current_library().playbook("account-takeover").question("owner_state").ask)
    assert ask in triage.could_raise
    assert ask in asha.get(f"/cases/{house.case.ref}").text.replace("&#39;", "'")

    where = f"/cases/{house.case.ref}/answers"
    same = {"q-danger": "unsure", "q-hold": "running", "q-inside": "money", "q-profile": "@them"}
    send(asha, where, where, **same, **{"q-owner_state": "held"})

    case, triage = case_now(context, house)
    assert case.level is Level.IMMEDIATE
    assert triage.could_raise == ()
