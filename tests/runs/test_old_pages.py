"""Old pages of steps: what a colleague recorded since, in another playbook, is not written over."""

import html

import pytest

from helpdesk.cases.playbook_findings import fact_codes_of_playbook, facts_of_playbook
from helpdesk.core.stale_page_marks import CHANGED
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import operations, queries, storage
from helpdesk.runs.models import StepRecord
from tests.factories import sign_in
from tests.intake.browser import Browser
from tests.runs.conftest import showing
from tests.runs.test_views import address

OLD, NEW = "https://platform.test/old", "https://platform.test/new"
VOUCH = "vetting.vouch"


@pytest.fixture
def browser(staff, at_work):
    return Browser(sign_in(staff, at_work.asha))


def evidence(at_work, run_id, kind):
    with at_work.working() as work:
        return queries.evidence_of(work, at_work.run(work, run_id)).get(kind)


def vetted(at_work):
    with at_work.working() as work:
        return fact_codes_of_playbook(work, at_work.case(work), "account-takeover")["vetted"]


def open_step(browser, at_work, run_id, step):
    run = address(at_work, run_id)
    browser.open(f"{run}?step={step}")
    return f"{run}/steps/{step}/outcome"


@pytest.mark.parametrize("kind", ["profile-url", "first-sign"])
def test_what_another_playbook_writes_down_under_one_name_is_another_thing(browser, at_work, kind):
    doxing, impersonation = at_work.start("doxing"), at_work.start("impersonation")
    action = open_step(browser, at_work, doxing, "save-proof")
    written = {"profile-url": OLD} | {kind: NEW}
    at_work.finish(impersonation, "save-pages", "saved", at_work.bo, evidence=written)
    browser.open(f"{address(at_work, doxing)}?step=save-proof")
    assert NEW not in browser.answer.text
    answers = {"outcome": "saved", "evidence-profile-url": OLD, f"evidence-{kind}": OLD}

    assert browser.send(action, answers=answers).status_code == 200

    assert evidence(at_work, doxing, kind) == OLD
    assert evidence(at_work, impersonation, kind) == NEW


def test_an_old_page_overwrites_no_newer_evidence_of_its_playbook(browser, at_work):
    run_id = at_work.start("doxing")
    action = open_step(browser, at_work, run_id, "save-proof")
    with at_work.working(at_work.bo) as work:
        run = at_work.run(work, run_id)
        step = queries.pinned_playbook_of(run).step("save-proof")
        told = {"profile-url": NEW}
        storage.store_evidence(work, run.case, step, told, playbook="doxing")
        work.record("test.evidence", run)

    late = browser.send(action, answers={"outcome": "saved", "evidence-profile-url": OLD})

    assert late.status_code == 409
    assert CHANGED in late.text
    assert evidence(at_work, run_id, "profile-url") == NEW


def both_at_the_vetting(at_work):
    """Two playbooks in which everything before the vetting is done."""
    runs = [at_work.start(name) for name in ("account-takeover", "doxing")]
    page = load_current_library().playbook("account-takeover")
    for run_id in runs:
        for needed in page.step(VOUCH).needs:
            ending = next(one for one in page.step(needed).outcomes if not one.end)
            if at_work.stands(run_id, needed).record is None:
                at_work.finish(run_id, needed, ending.id)
    return runs


def test_an_old_page_of_another_playbook_unsays_no_newer_fact(browser, at_work):
    here, there = both_at_the_vetting(at_work)
    action = open_step(browser, at_work, here, VOUCH)
    at_work.finish(there, VOUCH, "refused", at_work.bo, note="They are not who they say.")
    before = vetted(at_work)

    late = browser.send(action, answers={"outcome": "known", "note": "We called back."})

    assert late.status_code == 409
    assert "We called back." in late.text
    assert vetted(at_work) == before


def test_a_form_that_is_shown_again_keeps_the_mark_of_its_page(browser, at_work):
    here, there = both_at_the_vetting(at_work)
    action = open_step(browser, at_work, here, VOUCH)
    at_work.finish(there, VOUCH, "refused", at_work.bo, note="They are not who they say.")
    before = vetted(at_work)

    assert browser.send(action, answers={"note": "We called back."}).status_code == 422
    late = browser.send(action, answers={"outcome": "known"})

    assert late.status_code == 409
    assert vetted(at_work) == before


# A fresh page, and the same fact under the name of another step.

HERE, THERE = ("account-takeover", "confirm-owner"), ("impersonation", "confirm-person")
EX = "Not their account: the caller is the ex-husband."


def at_the_owner(at_work):
    """Two playbooks that find out whose account it is, each by a step of its own."""
    library = load_current_library()
    runs = [at_work.start(name) for name, _ in (HERE, THERE)]
    for run_id, (name, step) in zip(runs, (HERE, THERE), strict=True):
        do_before(at_work, run_id, library.playbook(name), step)
    return runs


def do_before(at_work, run_id, page, name):
    for needed in page.step(name).needs:
        if at_work.stands(run_id, needed).record is None:
            do_before(at_work, run_id, page, needed)
            ending = next(one for one in page.step(needed).outcomes if not one.end)
            at_work.finish(run_id, needed, ending.id)


def owner(at_work, playbook=HERE[0]):
    with at_work.working() as work:
        return fact_codes_of_playbook(work, at_work.case(work), playbook).get("owner_confirmed")


def they_own_it(**more):
    page, name = HERE
    shown = showing(load_current_library().playbook(page), name, "confirmed")
    written = {f"evidence-{kind}": text for kind, text in shown["evidence"].items()}
    return {"outcome": "confirmed", "note": shown["note"] or "We asked.", **written, **more}


@pytest.mark.parametrize("said", ["refused", "cannot_tell"])
def test_what_a_colleague_found_out_elsewhere_is_shown_and_has_to_be_read(browser, at_work, said):
    here, there = at_the_owner(at_work)
    at_work.finish(there, THERE[1], said, at_work.bo, note=EX)
    library = load_current_library()
    action = open_step(browser, at_work, here, HERE[1])

    assert EX in browser.text
    assert at_work.bo.person.name in browser.text
    there_page = library.playbook(THERE[0])
    assert str(there_page.step(THERE[1]).outcome(said).label) in html.unescape(browser.text)
    assert f"“{there_page.title}”" in html.unescape(browser.text)
    assert "won’t change" in browser.text
    assert browser.send(action, answers=they_own_it()).status_code == 422
    assert "tick “I have read it”" in browser.text
    assert EX in browser.text
    assert owner(at_work) is None

    assert browser.send(action, answers={"has_read": "y"}).status_code == 200
    assert owner(at_work) == "confirmed"
    assert owner(at_work, THERE[0]) == said


def test_a_confirmation_from_elsewhere_is_shown_and_asks_for_no_tick(browser, at_work):
    here, there = at_the_owner(at_work)
    at_work.finish(there, THERE[1], "confirmed", at_work.bo)
    action = open_step(browser, at_work, here, HERE[1])

    assert "Already recorded on this case" in browser.text
    assert 'name="has_read"' not in browser.text
    assert browser.send(action, answers=they_own_it()).status_code == 200


def test_what_an_earlier_run_of_the_same_playbook_found_out_is_replaced(browser, at_work):
    earlier, there = at_the_owner(at_work)
    at_work.finish(earlier, HERE[1], "cannot_tell", note=EX)
    at_work.finish(earlier, "close.way-out", "withdrawn")
    at_work.finish(there, THERE[1], "cannot_tell", at_work.bo)
    here = at_work.start(HERE[0])
    do_before(at_work, here, load_current_library().playbook(HERE[0]), HERE[1])

    open_step(browser, at_work, here, HERE[1])

    assert EX in browser.text
    assert browser.text.count("What you record here replaces it.") == 1
    assert browser.text.count("won’t change") == 1


def test_what_this_run_found_out_itself_asks_for_no_tick(browser, at_work):
    here, _ = at_the_owner(at_work)
    at_work.finish(here, HERE[1], "cannot_tell")
    with at_work.working() as work:
        run = at_work.run(work, here)
        if not queries.progress_of_run(work, run).of(HERE[1]).may_be_recorded:
            operations.reopen_step(work, run, HERE[1])

    open_step(browser, at_work, here, HERE[1])

    assert "Already recorded on this case" not in browser.text
    assert 'name="has_read"' not in browser.text


def test_a_step_that_is_taken_back_forgets_nothing_that_a_colleague_found_out(browser, at_work):
    here, there = at_the_owner(at_work)
    at_work.finish(there, THERE[1], "refused", at_work.bo, note=EX)
    at_work.finish(here, HERE[1], "cannot_tell", has_read=True)
    with at_work.working(at_work.bo) as work:
        storage.store_facts(
            work,
            at_work.case(work),
            {"owner_confirmed": "refused"},
            literal=["owner_confirmed"],
            playbook=THERE[0],
        )
        work.record("test.fact", at_work.case(work))
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, here), HERE[1])

    assert owner(at_work) is None
    assert owner(at_work, THERE[0]) == "refused"
    open_step(browser, at_work, here, HERE[1])
    assert EX in browser.text


@pytest.mark.parametrize("slip", ["confirmed", "cannot_tell"])
def test_a_slip_that_is_taken_back_forgets_no_refusal_of_an_earlier_run(at_work, slip):
    earlier, _ = at_the_owner(at_work)
    at_work.finish(earlier, HERE[1], "refused", note=EX)
    with at_work.working() as work:
        refused_at = facts_of_playbook(work, at_work.case(work), HERE[0])["owner_confirmed"].set_at
    here = at_work.start(HERE[0])
    do_before(at_work, here, load_current_library().playbook(HERE[0]), HERE[1])
    at_work.finish(here, HERE[1], slip, at_work.bo, has_read=True)

    with at_work.working(at_work.bo) as work:
        operations.reopen_step(work, at_work.run(work, here), HERE[1])

    assert owner(at_work, HERE[0]) == "refused"
    with at_work.working() as work:
        again = facts_of_playbook(work, at_work.case(work), HERE[0])["owner_confirmed"]
        assert again.set_at == refused_at


def test_a_refusal_that_counts_again_is_one_whatever_the_outcome_is_called(at_work):
    """“There was no answer” is a refusal of the platform, too."""
    run_id = at_work.start("account-suspended")
    with at_work.working(at_work.bo) as work:
        run = at_work.run(work, run_id)
        step = queries.pinned_playbook_of(run).step("follow-up-platform")
        earlier = StepRecord(step=step.id, outcome="silent", at=at_work.now, by=work.actor.id)
        storage.restore_refusal(work, run, step, "susp_state", earlier)
        work.record("test.restored", run)

    with at_work.working() as work:
        found = facts_of_playbook(work, at_work.case(work), "account-suspended")["susp_state"]
    assert (found.value, found.set_at, found.set_by) == ("refused", at_work.now, earlier.by)


def test_a_step_that_is_taken_back_still_takes_its_own_word_back(at_work):
    here, _ = at_the_owner(at_work)
    at_work.finish(here, HERE[1], "confirmed")
    with at_work.working() as work:
        operations.reopen_step(work, at_work.run(work, here), HERE[1])

    assert owner(at_work) is None
