"""The pages of a run: read ahead, record a step, leave one out, take one back."""

import re

import pytest
from sqlalchemy import text

from helpdesk.cases.queries import messages_with_reporter
from helpdesk.core.errors import NotAllowed
from helpdesk.escalations import operations as escalations
from helpdesk.escalations.states import Ask
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import operations, queries
from tests.escalations.conftest import a_partner
from tests.factories import sign_in
from tests.intake.browser import mark_in, token_in

ACCOUNT = load_current_library().playbook("account-takeover")


@pytest.fixture
def asha(staff, at_work):
    return sign_in(staff, at_work.asha)


def ref_of(at_work):
    with at_work.working() as work:
        return at_work.case(work).ref


def address(at_work, run_id, *rest):
    return "/".join([f"/cases/{ref_of(at_work)}/runs/{run_id}", *rest])


def token(page):
    return token_in(page.text)


def send(client, page_address, to, **fields):
    """Fill in a form of a page as a browser would, with the step at hand that it records."""
    step = re.search("/steps/([^/]+)/outcome", to)
    page = client.get(page_address, query_string={"step": step[1]} if step else None)
    return client.post(to, data={"csrf_token": token(page), **mark_in(page, to), **fields})


def test_a_run_shows_the_step_at_hand_with_its_form_and_all_others_to_read(asha, at_work):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id))

    assert page.status_code == 200
    assert "Someone else is using my account" in page.text
    assert ACCOUNT.name in page.text
    assert page.text.count("/outcome") == 1
    assert "/steps/first-contact.acknowledge/outcome" in page.text
    assert "I have sent a reply" in page.text
    assert page.text.count('<li class="step ') == 26
    assert "0 of 23 steps" in page.text, "steps that are not needed are not counted"
    assert "This is a draft" in page.text


def test_why_a_step_is_done_is_folded_away_with_its_words(asha, at_work):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id)).text

    folded = re.findall(r"<details.*?</details>", page, re.S)
    conditions = page.count("Only do this if")
    assert conditions > 5
    assert sum(one.count("Only do this if") for one in folded) == conditions


def test_steps_that_wait_for_others_are_folded_away_and_none_is_lost(asha, at_work):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id)).text

    folded = page.split("Waiting for other steps: ")[1]
    blocked = re.findall(r'<li class="step step-blocked" id="([^"]+)"', page)
    in_sight = re.findall(
        r'<li class="step step-blocked" id="([^"]+)"', page.split("Waiting for other steps: ")[0]
    )
    assert int(folded.split("<")[0]) == len(blocked) - len(in_sight) > 5
    assert len(set(blocked)) == len(blocked)
    assert all("t tell whether this step" in page.split(f'id="{one}"')[1] for one in in_sight)


def test_the_sign_of_a_step_that_waits_is_drawn_and_needs_no_font(asha, at_work):
    page = asha.get(address(at_work, at_work.start())).text

    assert "\u23f8" not in page
    assert re.search(r'<span class="step-mark" aria-hidden="true"><svg', page)


def test_a_step_that_somebody_chose_is_the_one_at_hand(asha, at_work):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id) + "?step=save-log")

    assert "/steps/save-log/outcome" in page.text


@pytest.mark.parametrize("step", ["ask-platform", "nonsense", "shared-page"])
def test_a_step_that_is_not_open_is_never_at_hand(asha, at_work, step):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id) + f"?step={step}")

    assert "/steps/first-contact.acknowledge/outcome" in page.text


def test_recording_a_step_leads_to_the_next(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)

    answer = send(
        asha, run, f"{run}/steps/first-contact.acknowledge/outcome", outcome="written", note="<b>"
    )

    assert answer.status_code == 303
    assert answer.location == f"{run}#now"
    page = asha.get(run)
    assert "Recorded: Send a first reply." in page.text
    assert "&lt;b&gt;" in page.text
    assert "1 of 23 steps" in page.text


def test_a_step_without_an_outcome_comes_back_with_everything_typed(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)
    fields = {"evidence-first-sign": "2026-11-01 08:00 UTC", "note": "typed"}

    answer = send(asha, run, f"{run}/steps/save-log/outcome", **fields)

    assert answer.status_code == 422
    assert "Choose how this step ended." in answer.text
    assert 'href="#outcome-0"' in answer.text
    assert "2026-11-01 08:00 UTC" in answer.text
    assert "typed" in answer.text


def test_what_was_written_down_stands_on_the_page_and_in_the_next_form(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)
    fields = {"outcome": "saved", "evidence-first-sign": "2026-11-01 08:00 UTC"}

    send(asha, run, f"{run}/steps/save-log/outcome", **fields)

    assert "2026-11-01 08:00 UTC" in asha.get(run).text
    assert "Still needed" in asha.get(run).text


def test_a_step_is_left_out_with_a_reason_only(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)
    skip = f"{run}/steps/first-contact.acknowledge/skip"

    assert send(asha, run, skip).status_code == 422
    assert send(asha, run, skip, reason="They called us.").status_code == 303
    assert "They called us." in asha.get(run).text
    assert "Skipped" in asha.get(run).text


def test_a_step_that_must_be_done_offers_no_way_around_it(asha, at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")

    page = asha.get(address(at_work, run_id) + "?step=first-contact.danger-again")

    assert "/steps/first-contact.danger-again/outcome" in page.text
    assert "/skip" not in page.text


def test_a_step_is_taken_back(asha, at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    run = address(at_work, run_id)

    answer = send(asha, run, f"{run}/steps/first-contact.acknowledge/reopening")

    assert answer.status_code == 303
    assert "0 of 23 steps" in asha.get(run).text


def test_a_warning_says_what_is_not_known(asha, at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)

    page = asha.get(address(at_work, run_id))

    assert "know this yet: Can you still get into the account?" in page.text


def test_platform_facts_say_that_nobody_has_checked_them(asha, at_work):
    run_id = at_work.start()

    page = asha.get(address(at_work, run_id))

    assert "https://www.facebook.com/hacked" in page.text
    assert "Nobody has checked this yet" in page.text


def test_a_playbook_is_started_from_the_case(asha, at_work):
    run = address(at_work, at_work.start("something-else"))

    answer = send(asha, run, f"/cases/{ref_of(at_work)}/runs", playbook="account-takeover")

    assert answer.status_code == 303
    assert asha.get(answer.location).status_code == 200


def test_the_last_step_leads_back_to_the_case(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)

    answer = send(asha, run, f"{run}/steps/close.way-out/outcome", outcome="withdrawn")

    assert answer.location == f"/cases/{ref_of(at_work)}"
    page = asha.get(run)
    assert "This run ended" in page.text
    assert "/outcome" not in page.text


def test_a_settled_type_leads_into_its_own_playbook(staff, unsorted):
    client = sign_in(staff, unsorted.asha)
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")
    run = address(unsorted, run_id)

    answer = send(client, run, f"{run}/steps/settle-type/outcome", outcome="account_takeover")

    assert "Someone else is using my account" in client.get(answer.location).text


def test_a_hasty_end_is_refused_with_what_is_missing(asha, at_work):
    run_id = at_work.start()
    run = address(at_work, run_id)

    answer = send(asha, run, f"{run}/steps/close.way-out/outcome", outcome="restored")

    assert answer.status_code == 409
    assert "Confirm whose account it is" in answer.text


@pytest.mark.parametrize("what", ["", "/steps/save-log/outcome", "/steps/save-log/skip"])
def test_a_stranger_finds_no_such_page(staff, at_work, what):
    run = address(at_work, at_work.start())
    client = sign_in(staff, at_work.stranger)

    answer = client.get(run) if not what else client.post(run + what)

    assert answer.status_code in (400, 404)


def test_the_run_of_another_case_is_not_here(asha, at_work, unsorted):
    elsewhere = unsorted.start("something-else")

    assert asha.get(address(at_work, elsewhere)).status_code == 404


def test_reading_a_run_changes_nothing(asha, at_work):
    run_id = at_work.start()
    before = len(at_work.history("playbook.started"))

    asha.get(address(at_work, run_id))

    assert len(at_work.history("playbook.started")) == before == 1


def test_on_a_closed_case_a_run_is_there_to_read(asha, at_work):
    run_id = at_work.start()
    with at_work.working() as work:
        operations.skip_step(
            work, at_work.run(work, run_id), "first-contact.acknowledge", reason="closing"
        )
        case = at_work.case(work)
        case.state = "closed"

    page = asha.get(address(at_work, run_id))

    assert page.status_code == 200
    assert "<form" not in page.text.split("<main")[1]


def test_the_step_that_asks_the_platform_leads_to_a_request(asha, at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    for step, outcome in {"confirm-owner": "confirmed", "public-form": "refused"}.items():
        at_work.finish(run_id, step, outcome)

    page = asha.get(address(at_work, run_id) + "?step=ask-platform")

    assert f'href="/cases/{ref_of(at_work)}/requests/new?playbook=account-takeover"' in page.text
    assert "There is already a request" not in page.text

    with at_work.working(at_work.bo) as work:
        partner = a_partner(work, at_work.bo, platform=at_work.case(work).platform)
        made = escalations.write_draft(
            work, at_work.case(work), partner, ask=Ask.LOCK, typed={"happened": "It was taken."}
        )
    again = asha.get(address(at_work, run_id) + "?step=ask-platform")

    assert f'href="/cases/{ref_of(at_work)}/requests/{made.ref}"' in again.text


def in_the_box(page):
    box = r'<textarea[^>]*name="message_text"[^>]*>\n(.*?)</textarea>'
    return re.search(box, page.text, re.S)[1]


def test_words_of_a_step_stand_in_a_message_and_the_way_leads_back(asha, at_work):
    run_id = at_work.start()
    here = address(at_work, run_id)
    [link] = re.findall(r'href="([^"]+/words[^"]*)"', asha.get(here).text)

    offered = asha.get(link)

    assert in_the_box(offered).startswith("Thank you for telling us.")
    assert "Nothing has been sent yet." in offered.text
    to = f"/cases/{ref_of(at_work)}/messages"
    sent = asha.post(
        to, data={"csrf_token": token(offered), "message_text": "Thank you.", "back_to": run_id}
    )
    assert sent.headers["Location"] == here
    with at_work.working() as work:
        [message] = messages_with_reporter(work, at_work.case(work))
        assert work.keys.open(message, "body") == "Thank you."


def test_words_come_in_the_language_of_the_reporter_beside_our_own(asha, at_work):
    run_id = at_work.start()
    with at_work.working() as work:
        at_work.case(work).language = "es"
        work.record("case.resumed", at_work.case(work))

    page = asha.get(address(at_work, run_id, "words?step=first-contact.acknowledge"))

    assert in_the_box(page).startswith("Gracias")
    assert "Thank you for telling us." in page.text
    assert "Their language is Spanish" in page.text


@pytest.mark.parametrize("step", ["", "close.lesson", "nonsense"])
def test_where_nothing_is_offered_there_is_no_message(asha, at_work, step):
    run_id = at_work.start()

    assert asha.get(address(at_work, run_id, f"words?step={step}")).status_code == 404


def test_a_stranger_learns_nothing_about_words(staff, at_work):
    run_id = at_work.start()
    stranger = sign_in(staff, at_work.stranger)

    page = stranger.get(address(at_work, run_id, "words?step=first-contact.acknowledge"))

    assert page.status_code == 404


DANGER = "first-contact.danger-again"


def test_a_step_that_is_not_over_stands_with_its_day_and_can_be_recorded_again(asha, at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    run = address(at_work, run_id)
    asha.get(f"{run}?step={DANGER}")

    send(asha, run, f"{run}/steps/{DANGER}/outcome", outcome="no_answer", note="Asked by mail.")

    page = asha.get(run).text
    assert "Due again later" in page
    assert re.search(r"It is due again [1-9]\d? \w{3} 20\d\d, ", page), (
        "said once more in the sentence about what was recorded"
    )
    again = asha.get(f"{run}?step={DANGER}").text
    assert "Asked by mail." in again
    assert "Not finished. Due again on" in again
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]+)"', again)[1]
    answer = send(
        asha, run, f"{run}/steps/{DANGER}/outcome", outcome="no_danger", note="", seen=seen
    )
    assert answer.status_code == 303
    assert "Due again later" not in asha.get(run).text


def test_an_old_form_is_refused_where_a_colleague_recorded_the_step(asha, at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "written")
    run = address(at_work, run_id)
    at_work.finish(run_id, DANGER, "no_answer", at_work.bo)

    answer = send(asha, run, f"{run}/steps/{DANGER}/outcome", outcome="no_danger", seen="")

    assert "since you opened it" in answer.text
    assert at_work.stands(run_id, DANGER).record.outcome == "no_answer"


def test_what_an_outcome_needs_is_said_before_and_asked_for_after(asha, at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    run = address(at_work, run_id)
    form = asha.get(f"{run}?step=confirm-owner").text

    answer = send(
        asha,
        run,
        f"{run}/steps/confirm-owner/outcome",
        outcome="confirmed",
        **{"evidence-profile-url": "https://example.org/1"},
    )

    assert "Needs: How we know whose account it is; Link to the profile" in form
    assert answer.status_code == 422
    assert 'href="#evidence-ownership-statement"' in answer.text
    assert "https://example.org/1" in answer.text, "what was typed is there"
    assert at_work.stands(run_id, "confirm-owner").record is None


def test_what_is_still_needed_is_never_called_optional(asha, at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)

    page = asha.get(address(at_work, run_id) + "?step=confirm-owner").text

    labels = re.findall(r'<label class="label" for="evidence-([\w-]+)">(.*?)</label>', page, re.S)
    insisted = {one.id for one in ACCOUNT.evidence if one.must}
    assert {name for name, _ in labels} & insisted
    for name, label in labels:
        assert ("(optional)" in label) == (name not in insisted)


def test_the_board_leads_to_what_has_come_back(asha, at_work):
    run_id = at_work.start()
    at_work.finish(run_id, "first-contact.acknowledge", "cannot_reach")
    with at_work.working() as work:
        work.session.execute(text("UPDATE step_records SET back_at = now() - interval '1 day'"))

    board = asha.get("/duty").text

    assert "Steps that are due again" in board
    assert "There is no safe way to write to them yet" in board
    assert f"/runs/{run_id}?step=first-contact.acknowledge#now" in board


def offered(page):
    return re.findall(r'name="kind" value="([^"]+)"', page.text)


def test_what_was_begun_in_confidence_is_released_by_a_button_on_the_case(asha, at_work):
    at_work.start("being-watched")
    at_work.start()
    case = f"/cases/{ref_of(at_work)}"
    assert offered(asha.get(case)) == ["being-watched"], "account-takeover was reported"

    answer = send(asha, case, f"{case}/mailbox-kinds", kind="being-watched")

    assert answer.status_code == 303
    with at_work.working() as work:
        assert at_work.case(work).kinds_for_reporter == ("account-takeover", "being-watched")
    assert len(at_work.history("playbook.shown_in_mailbox")) == 1
    page = asha.get(case)
    assert offered(page) == []
    assert "Let the reporter’s mailbox show the advice of" in page.text


@pytest.mark.parametrize("kind", ["", "doxing", "account-takeover", "no-such-page"])
def test_only_what_the_case_is_about_and_the_mailbox_lacks_is_released(asha, at_work, kind):
    at_work.start("being-watched")
    case = f"/cases/{ref_of(at_work)}"

    answer = send(asha, case, f"{case}/mailbox-kinds", kind=kind)

    assert answer.status_code in (404, 409)
    assert at_work.history("playbook.shown_in_mailbox") == []


def test_a_stranger_releases_nothing(staff, at_work):
    at_work.start("being-watched")

    with pytest.raises(NotAllowed), at_work.working(at_work.stranger) as work:
        operations.show_kind_in_mailbox(work, at_work.case(work), "being-watched")


@pytest.mark.parametrize(
    ("ticked", "shown"), [({}, "something-else"), ({"shows_in_mailbox": "y"}, "being-watched")]
)
def test_where_it_continues_under_its_right_name_the_mailbox_follows_if_it_is_ticked(
    staff, unsorted, ticked, shown
):
    client = sign_in(staff, unsorted.asha)
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")
    run = address(unsorted, run_id)

    answer = send(
        client, run, f"{run}/steps/settle-type/outcome", outcome="being_watched", **ticked
    )

    assert answer.status_code == 303
    with unsorted.working() as work:
        assert unsorted.case(work).kinds == ("being-watched",)
        assert unsorted.case(work).kinds_for_reporter == (shown,)


def reported_with(at_work, *kinds):
    with at_work.working() as work:
        at_work.case(work).other_types = kinds
        work.record("test.reported_as_two_kinds", at_work.case(work))


def test_what_it_turned_out_not_to_be_about_goes_where_the_right_kind_is_shown_already(unsorted):
    """No tick is offered there, and the wrong advice would stay beside the right one for good."""
    reported_with(unsorted, "being-watched")
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")

    unsorted.finish(run_id, "settle-type", "being_watched")

    with unsorted.working() as work:
        assert unsorted.case(work).kinds == ("being-watched",)
        assert unsorted.case(work).kinds_for_reporter == ("being-watched",)


def test_what_went_on_untold_before_goes_with_it(unsorted):
    """From one wrong name to the next, in confidence, and from that to what the mailbox shows."""
    reported_with(unsorted, "account-suspended")
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")
    unsorted.finish(run_id, "settle-type", "account_takeover")
    with unsorted.working() as work:
        going_on, _ended = queries.runs_of_case(work, unsorted.case(work))
        shown = unsorted.case(work).kinds_for_reporter
    assert shown == ("something-else", "account-suspended")

    unsorted.finish(going_on.run.id, "rule-out", "by_platform")

    with unsorted.working() as work:
        assert unsorted.case(work).kinds_for_reporter == ("account-suspended",)


def test_the_tick_is_offered_only_where_a_step_can_lead_to_what_the_mailbox_lacks(staff, unsorted):
    client = sign_in(staff, unsorted.asha)
    run_id = unsorted.start("something-else")
    assert "shows_in_mailbox" not in client.get(address(unsorted, run_id)).text
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")

    page = client.get(address(unsorted, run_id), query_string={"step": "settle-type"})

    assert 'name="shows_in_mailbox"' in page.text


def test_what_goes_on_untold_can_be_released_afterwards(staff, unsorted):
    client = sign_in(staff, unsorted.asha)
    run_id = unsorted.start("something-else")
    unsorted.first_contact(run_id)
    unsorted.finish(run_id, "listen", "understood")
    unsorted.finish(run_id, "settle-type", "being_watched")
    case = f"/cases/{ref_of(unsorted)}"

    send(client, case, f"{case}/mailbox-kinds", kind="being-watched")

    with unsorted.working() as work:
        assert unsorted.case(work).kinds_for_reporter == ("being-watched",), "not the wrong one"


def test_a_request_about_another_problem_is_not_named_at_this_ones_step(asha, at_work):
    run_id = at_work.start()
    at_work.first_contact(run_id)
    for step, outcome in {"confirm-owner": "confirmed", "public-form": "refused"}.items():
        at_work.finish(run_id, step, outcome)
    with at_work.working() as work:
        operations.start_run(work, at_work.case(work), "doxing")
    with at_work.working(at_work.bo) as work:
        escalations.write_draft(
            work,
            at_work.case(work),
            a_partner(work, at_work.bo, platform=at_work.case(work).platform),
            ask=Ask.REMOVE,
            typed={"happened": "It was published."},
            playbook="doxing",
        )

    page = asha.get(address(at_work, run_id) + "?step=ask-platform")

    assert page.status_code == 200
    assert "There is already a request" not in page.text
