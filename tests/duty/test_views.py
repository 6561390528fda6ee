"""The staff's pages: thin, but they say what stands and offer what may be done."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases import operations, queries
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Consent, UrgentClosingRequest
from helpdesk.cases.states import CaseOutcome, CaseState, ConsentKind
from helpdesk.core import ended_database_sessions, send_hold
from helpdesk.core.actors import Role, reporter
from helpdesk.core.codes import ReturnCode, new_one_time_code
from helpdesk.core.ended_database_sessions import EndedSession, SessionEndReason
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.duty.timeline import SHOWN
from helpdesk.intake.operations import send_message_as_reporter
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage import first_reply_clock
from tests.conftest import become
from tests.factories import a_case, a_person, a_team, sign_in, work_as
from tests.intake.browser import mark_in


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work, slug="first-line", takes_reports=True)


@pytest.fixture
def responder(context, queue):
    with context.begin() as work:
        return a_person(work, teams=[queue])


@pytest.fixture
def coordinator(context, queue, responder):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [queue])


@pytest.fixture
def case(context, queue, responder):
    with context.begin() as work:
        return a_case(work, queue, level=Level.URGENT, story="See http://evil.example/x <b>now</b>")


@pytest.fixture
def browser(staff, responder):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    return sign_in(staff, responder)


@pytest.mark.parametrize(("late", "says_so"), [(4, False), (6, True)])
def test_the_board_says_where_its_list_of_late_answers_ends(
    context, queue, browser, responder, late, says_so
):
    with context.begin() as work:
        for _ in range(late):
            one = a_case(work, queue, level=Level.URGENT, owner=responder)
            one.reply_due_at = work.at - timedelta(hours=1)

    board = browser.get("/duty").text

    assert "Our answer or update is late" in board
    assert ("These are the 5 most urgent" in board) is says_so


def test_the_board_shows_what_comes_next_and_takes_it(browser, case):
    assert case.ref in browser.get("/duty").text

    answer = browser.post("/queues/first-line/next")

    assert answer.status_code == 303
    assert answer.location == f"/cases/{case.ref}"


def test_a_case_page_shows_the_story_escaped_and_its_links_defanged(browser, case):
    page = browser.get(f"/cases/{case.ref}")

    assert page.status_code == 200
    assert "hxxp://evil[.]example/x &lt;b&gt;now&lt;/b&gt;" in page.text
    assert "Never by mail." in page.text


@pytest.mark.parametrize(
    ("noun", "data"),
    [
        ("assignment", {}),
        ("messages", {"message_text": "Hello."}),
        ("notes", {"note_text": "**A** note."}),
        (
            "wait",
            {"wait_on": "date", "wait_until": f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"},
        ),
        ("consents", {"consent_kind": "helper"}),
    ],
)
def test_each_noun_of_a_case_leads_back_to_it(browser, case, noun, data):
    page, address = browser.get(f"/cases/{case.ref}"), f"/cases/{case.ref}/{noun}"
    answer = browser.post(address, data=data | mark_in(page, address))

    assert answer.status_code == 303
    assert answer.location.startswith(f"/cases/{case.ref}")
    assert browser.get(f"/cases/{case.ref}").status_code == 200


@pytest.mark.parametrize(
    ("consents", "asks_first"), [((ConsentKind.HELP,), False), ((ConsentKind.KEEP,), True)]
)
def test_a_case_page_says_when_nobody_has_agreed_yet_that_we_work_on_it(
    context, queue, browser, consents, asks_first
):
    with context.begin() as work:
        case = a_case(work, queue, consents=consents)

    page = browser.get(f"/cases/{case.ref}").text
    top, _ = page.split('class="jump"')

    assert ("t agreed to us working on the case, or" in top) == asks_first


def test_of_a_consent_that_was_given_again_only_the_last_word_is_loud(context, queue, browser):
    with context.begin() as work:
        case = a_case(work, queue, platform="instagram", consents=())
        # A reporter's moments are written to the hour: both may have been given in the same one.
        for until in (None, work.at):
            given = Consent(
                case_id=case.id,
                kind=ConsentKind.PLATFORM,
                platform="instagram",
                given_at=work.at - timedelta(hours=1),
                given_by=f"reporter:{case.id}",
                withdrawn_at=until,
            )
            work.session.add(given)

    page = browser.get(f"/cases/{case.ref}").text

    assert page.count(">Agreed</span>") == 1
    assert ">Taken back</span>" not in page
    assert page.index(">Agreed</span>") < page.index("Before that: share with the platform")


@pytest.mark.parametrize("noun", ["messages", "notes", "wait", "consents", "closure", "handover"])
def test_a_form_that_says_nothing_comes_back_with_a_sentence(browser, case, noun):
    answer = browser.post(f"/cases/{case.ref}/{noun}", data={})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text


@pytest.mark.parametrize("noun", ["messages", "notes"])
@pytest.mark.parametrize(
    "secret", [new_one_time_code(), " ".join(ReturnCode(7**40).words)], ids=["letters", "words"]
)
def test_a_code_in_our_own_words_is_stopped_and_they_are_kept(browser, case, noun, secret):
    browser.post(f"/cases/{case.ref}/owner")
    field = f"{noun.removesuffix('s')}_text"

    answer = browser.post(f"/cases/{case.ref}/{noun}", data={field: f"Recovery key: {secret}"})

    assert answer.status_code == 422
    assert "looks like a private code" in answer.text
    assert secret in answer.text


@pytest.mark.parametrize(
    ("noun", "data"), [("messages", {"message_text": "  "}), ("notes", {"note_text": " \n "})]
)
def test_blanks_are_no_words(browser, case, noun, data):
    assert browser.post(f"/cases/{case.ref}/{noun}", data=data).status_code == 422


def test_a_long_text_is_refused_and_kept(browser, case):
    text = "word " * 10_001

    answer = browser.post(f"/cases/{case.ref}/messages", data={"message_text": text})

    assert answer.status_code == 422
    assert text.strip() in answer.text


def close(browser, case, **typed):
    """Send the form of closing of the page as it is now."""
    page, address = browser.get(f"/cases/{case.ref}"), f"/cases/{case.ref}/closure"
    return browser.post(address, data=typed | mark_in(page, address))


def test_who_has_the_case_closes_it_and_opens_it_again(browser, case, context):
    browser.post(f"/cases/{case.ref}/assignment")
    browser.post(f"/cases/{case.ref}/messages", data={"message_text": "We did what we could."})

    closed = close(browser, case, outcome="unresolved", closing_note="Moved on.")
    assert closed.status_code == 303
    assert "Closed as unresolved" in browser.get(f"/cases/{case.ref}").text
    browser.post(f"/cases/{case.ref}/reopening")

    with context.begin() as work:
        assert work.session.get(Case, case.id).state is CaseState.OPEN


def test_a_case_is_not_closed_before_its_steps_are_done(context, browser, case, responder):
    browser.post(f"/cases/{case.ref}/assignment")
    browser.post(f"/cases/{case.ref}/runs", data={"playbook": "account-takeover"})
    unanswered = close(browser, case, outcome="withdrawn")
    assert "Nobody has answered this report yet" in unanswered.text
    all_at_once = close(browser, case, outcome="resolved")
    summary = all_at_once.text.split('class="error-summary"')[1].split("</ul>")[0]
    assert summary.count("<li>") == 2, "each thing that is in the way on a line of its own"
    browser.post(f"/cases/{case.ref}/messages", data={"message_text": "We have it."})

    chosen = {"outcome": "referred", "follow_up_on": "2026-12-24", "closing_note": "Ask again."}
    hasty = close(browser, case, **chosen)
    assert hasty.status_code == 409
    assert "These steps must be done first" in hasty.text
    assert 'value="referred" checked' in hasty.text
    assert 'value="2026-12-24"' in hasty.text
    assert "Ask again.</textarea>" in hasty.text

    left = close(browser, case, outcome="withdrawn")
    assert left.status_code == 303


def test_an_urgent_case_waits_for_a_second_person_before_it_is_no_report(
    context, browser, case, queue
):
    with context.begin() as work:
        found = work.session.get(Case, case.id)
        found.level = Level.IMMEDIATE
        work.record("test.level", found)
    browser.post(f"/cases/{case.ref}/assignment")

    asked = close(browser, case, outcome="spam")

    assert asked.status_code == 303
    waiting = browser.get("/approvals").text
    assert f"Close {case.ref} as not a report" in waiting
    own = browser.get(f"/cases/{case.ref}").text
    assert "Closing this as not a report needs a second person" in own
    assert "Agree: it is not a report" not in own, "who asked does not agree, too"
    again = close(browser, case, outcome="spam")
    assert again.status_code == 409
    with context.begin() as work:
        wish = work.session.scalars(select(UrgentClosingRequest.id)).one()
    told = {"granted": "yes", "seen": wish}
    decided = browser.post(f"/cases/{case.ref}/closure/decision", data=told)
    assert decided.status_code == 403


def without_token(page):
    """A form's token changes with the second; nothing else may differ."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_unknown_and_forbidden_look_the_same(context, browser):
    with context.begin() as work:
        elsewhere = a_team(work, slug="second-line")
        a_person(work, teams=[elsewhere])
        other = a_case(work, elsewhere)

    pages = [
        (f"/cases/{other.ref}", "/cases/000-0000"),
        ("/queues/second-line", "/queues/no-such-line"),
    ]
    for forbidden, unknown in pages:
        first, second = browser.get(forbidden), browser.get(unknown)
        assert first.status_code == second.status_code == 404
        assert without_token(first.text) == without_token(second.text)
    assert browser.post(f"/cases/{other.ref}/assignment").status_code == 404


def test_who_waits_to_be_let_in_cannot_open_a_case(context, staff, queue, case):
    with context.begin() as work:
        waiting = a_person(work, teams=[queue], let_in=False)
    sign_in(staff, waiting)

    page = staff.get(f"/cases/{case.ref}")
    assert page.status_code == 403
    assert "You don’t have access yet" in page.text
    assert "You are waiting for access to" in staff.get("/duty").text


def test_an_operator_sees_no_queue_and_no_case(context, staff, queue, case):
    with context.begin() as work:
        operator = a_person(work, Role.OPERATOR)
    sign_in(staff, operator)

    assert staff.get("/duty").location == "/people"
    assert case.ref not in staff.get("/people").text
    for address in (f"/cases/{case.ref}", "/queues/first-line", "/approvals"):
        assert staff.get(address).status_code == 404


def test_going_on_duty_and_off_again(browser, responder, context):
    browser.post("/duty/shift", data={"hours": "2"})
    assert "You are on duty until" in browser.get("/duty").text

    browser.post("/duty/shift/end")
    assert "You are on duty until" not in browser.get("/duty").text


def test_a_coordinator_gives_a_failed_promise_another_chance(context, staff, coordinator, case):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    with context.begin() as work:
        outbox_job = OutboxJob(
            job="cases.wake",
            queue="notices",
            arguments={"case_id": case.id, "day": "2026-11-02"},
            state=OutboxJobState.FAILED,
            due_at=work.at,
            trouble="NotTaken",
        )
        work.session.add(outbox_job)
        work.session.flush()
        outbox_job.attempts = 4
    sign_in(staff, coordinator)
    assert "cases.wake" in staff.get("/duty").text

    assert staff.post(f"/jobs/{outbox_job.id}/retry").status_code == 303

    with context.begin() as work:
        again = work.session.get(OutboxJob, outbox_job.id)
        assert (again.state, again.attempts) == (OutboxJobState.WAITING, 0)


def test_a_responder_sees_no_failed_promise_and_retries_none(context, browser, case):
    with context.begin() as work:
        outbox_job = OutboxJob(
            job="cases.wake", queue="notices", arguments={}, state=OutboxJobState.FAILED
        )
        outbox_job.due_at = work.at
        work.session.add(outbox_job)

    assert "cases.wake" not in browser.get("/duty").text
    assert browser.post(f"/jobs/{outbox_job.id}/retry").status_code == 403


def test_a_case_offers_the_decision_to_the_second_person_only(
    context, browser, staff, responder, coordinator, case
):
    browser.post(f"/cases/{case.ref}/lowering", data={"why_lower": "It can wait."})
    assert "It can wait." in browser.get("/approvals").text
    assert "Agree to the lower level" not in browser.get(f"/cases/{case.ref}").text

    second = sign_in(staff.application.test_client(), coordinator)

    assert f"Read and decide on {case.ref}" in second.get("/approvals").text
    assert "Agree to the lower level" in second.get(f"/cases/{case.ref}").text


def test_letters_are_shown_only_in_a_drill(browser):
    assert browser.get("/outbox").status_code == 404


def test_the_timeline_speaks_in_sentences(context, browser, responder, case):
    browser.post(f"/cases/{case.ref}/assignment")
    with work_as(context, responder) as work:
        operations.send_message(work, queries.case_by_ref(work, case.ref), "Hello.")
        found = queries.case_by_ref(work, case.ref)
        operations.end_case_work(work, found, outcome=CaseOutcome.REFERRED)

    page = browser.get(f"/cases/{case.ref}").text

    for sentence in ("The report arrived.", "Took the case.", "Closed the case as referred."):
        assert sentence in page


def test_a_long_history_has_a_page_of_its_own(context, browser, responder, case):
    assert "See the full history" not in browser.get(f"/cases/{case.ref}").text
    with work_as(context, responder) as work:
        found = queries.case_by_ref(work, case.ref)
        operations.claim_case(work, found)
        for number in range(SHOWN):
            operations.send_message(work, found, f"Hello {number}.")

    page = browser.get(f"/cases/{case.ref}").text
    history = browser.get(f"/cases/{case.ref}/history").text

    assert "See the full history" in page
    assert "Took the case." not in page
    assert "Took the case." in history
    assert history.count("Wrote to the reporter.") == SHOWN


def test_a_very_long_history_is_read_page_by_page(browser, responder, context, case, monkeypatch):
    monkeypatch.setattr("helpdesk.duty.queries.HISTORY_LINES", 3)
    with work_as(context, responder) as work:
        found = queries.case_by_ref(work, case.ref)
        operations.claim_case(work, found)
        for number in range(4):
            operations.send_message(work, found, f"Hello {number}.")
    address = f"/cases/{case.ref}/history"

    first = browser.get(address).text
    second = browser.get(re.search(rf'href="({address}\?before=\d+)"', first)[1]).text

    assert first.count("Wrote to the reporter.") == 3
    assert "Took the case." not in first
    assert "Took the case." in second
    for odd in ("0", "-1", "x", str(2**63)):
        assert browser.get(f"{address}?before={odd}").text.count("Wrote to the reporter.") == 3


def test_every_playbook_that_could_be_started_is_offered_on_a_page_of_its_own(browser, case):
    page = browser.get(f"/cases/{case.ref}/playbooks").text

    assert all(f'value="{one.id}"' in page for one in load_current_library().playbooks)


@pytest.mark.parametrize("page", ["history", "playbooks"])
def test_nobody_from_elsewhere_learns_that_a_case_is_there(context, staff, case, page):
    with context.begin() as work:
        stranger = a_person(work, teams=[a_team(work, slug="elsewhere")])

    answer = sign_in(staff, stranger).get(f"/cases/{case.ref}/{page}")

    assert answer.status_code == 404


def test_words_that_come_too_late_are_given_back_with_a_way_to_how_things_stand(
    context, browser, case, coordinator
):
    with work_as(context, coordinator) as work:
        operations.end_case_work(
            work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.RESOLVED
        )

    answer = browser.post(
        f"/cases/{case.ref}/messages",
        data={"message_text": "Please wait <b>here</b>.", "csrf_token": "two words"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 409
    assert "Reopen it before you write" in answer.text
    assert "Please wait &lt;b&gt;here&lt;/b&gt;." in answer.text
    assert "two words" not in answer.text
    assert f'href="/cases/{case.ref}"' in answer.text


def test_a_day_that_comes_too_late_is_given_back_too(context, browser, case, coordinator):
    with work_as(context, coordinator) as work:
        operations.end_case_work(
            work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.RESOLVED
        )
    day = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"

    answer = browser.post(
        f"/cases/{case.ref}/closure",
        data={"outcome": "resolved", "follow_up_on": day, "closing_note": ""},
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert answer.status_code == 403
    assert day in answer.text


def test_what_another_site_sent_is_not_given_back(context, browser, case, coordinator):
    with work_as(context, coordinator) as work:
        operations.end_case_work(
            work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.RESOLVED
        )

    answer = browser.post(
        f"/cases/{case.ref}/messages",
        data={"message_text": "Call this number now."},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 409
    assert "Call this number" not in answer.text


def test_an_answer_that_is_owed_stands_on_the_page_and_can_be_said_to_be_none(
    context, browser, responder, case
):
    address = f"/cases/{case.ref}"
    assert "It needs no answer" not in browser.get(address).text
    with work_as(context, responder) as work:
        found = queries.case_by_ref(work, case.ref)
        operations.send_message(work, found, "Hello.")
        first_reply_clock.owe_reply_to_reporter(work, found)
        work.record("test", found)

    page = browser.get(address).text
    assert "our answer is" in page
    assert "It needs no answer" in page
    assert browser.post(f"{address}/messages/reading").status_code == 303

    page = browser.get(address).text
    assert "our answer is" not in page
    assert "It needs no answer" not in page
    assert "Recorded that this needs no answer." in page


def test_what_a_reporter_did_is_not_written_as_if_the_minute_were_known(context, browser, case):
    at = datetime(2026, 11, 22, 11, 40, tzinfo=UTC)
    with context.begin(reporter(case.id), at=at) as work:
        send_message_as_reporter(work, work.session.get(Case, case.id), body="Here I am.")

    page = browser.get(f"/cases/{case.ref}").text

    once_in_words = "22 Nov 2026, between 11:00 and 12:00 UTC"
    assert page.count(once_in_words) == 2  # beside the message, and in the history


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (["temporary-files"], "None of our own programs does that, unless"),
        (
            ["temporary-files", "kept-waiting"],
            "None of our own programs does that, unless the machine was asleep.",
        ),
        (["kept-waiting"], "It may have been one of our own"),
    ],
)
def test_a_role_whose_session_was_ended_is_red_on_the_board(
    context, staff, responder, reasons, said
):
    assert "database password" not in sign_in(staff, responder).get("/duty").text
    before = become(context, "helpdesk_ticker")
    with context.begin() as work:
        for reason in reasons:
            ended_database_sessions.record_ended_database_session(
                work, "helpdesk_intake", EndedSession(SessionEndReason(reason), locks=8)
            )
    become(context, before)

    page = staff.get("/duty").text

    assert "Someone may be using the database password of helpdesk_intake" in page
    assert said in page


@pytest.mark.parametrize("because", list(send_hold.HoldReason))
def test_a_house_that_is_held_says_so_in_red_on_every_first_page(
    context, staff, responder, because
):
    assert "Nothing is being sent" not in sign_in(staff, responder).get("/duty").text
    before = become(context, "helpdesk_owner")
    with context.begin() as work:
        send_hold.hold_sending(work, because)
    become(context, before)
    with context.begin() as work:
        operator = a_person(work, Role.OPERATOR)

    board = staff.get("/duty").text
    people = sign_in(staff, operator).get("/people").text

    for page in (board, people):
        assert "notice-stop" in page.split("Nothing is being sent")[0].rpartition("<section")[2]
        assert "helpdesk release" in page
