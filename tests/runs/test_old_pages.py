"""Old pages of steps: what a colleague recorded since, in another playbook, is not written over."""

import pytest

from helpdesk.core.stale_page_marks import CHANGED
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import queries
from helpdesk.runs.condition_context import facts_of
from tests.factories import sign_in
from tests.intake.browser import Browser
from tests.runs.test_views import address

OLD, NEW = "https://platform.test/old", "https://platform.test/new"
VOUCH = "vetting.vouch"


@pytest.fixture
def browser(staff, at_work):
    return Browser(sign_in(staff, at_work.asha))


def evidence(at_work, kind):
    with at_work.working() as work:
        return queries.evidence_of(work, at_work.case(work)).get(kind)


def vetted(at_work):
    with at_work.working() as work:
        return facts_of(work, at_work.case(work))["vetted"]


def open_step(browser, at_work, run_id, step):
    run = address(at_work, run_id)
    browser.open(f"{run}?step={step}")
    return f"{run}/steps/{step}/outcome"


@pytest.mark.parametrize("kind", ["profile-url", "first-sign"])
def test_an_old_page_of_another_playbook_overwrites_no_newer_evidence(browser, at_work, kind):
    doxing, impersonation = at_work.start("doxing"), at_work.start("impersonation")
    action = open_step(browser, at_work, doxing, "save-proof")
    written = {"profile-url": OLD} | {kind: NEW}
    at_work.finish(impersonation, "save-pages", "saved", at_work.bo, evidence=written)
    answers = {"outcome": "saved", "evidence-profile-url": OLD, f"evidence-{kind}": OLD}

    late = browser.send(action, answers=answers)

    assert late.status_code == 409
    assert CHANGED in late.text
    assert evidence(at_work, kind) == NEW
    browser.open(f"{address(at_work, doxing)}?step=save-proof")
    assert NEW in browser.answer.text
    assert browser.send(action, answers=answers).status_code == 200
    assert evidence(at_work, kind) == OLD


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
    doxing, impersonation = at_work.start("doxing"), at_work.start("impersonation")
    action = open_step(browser, at_work, doxing, "save-proof")
    at_work.finish(impersonation, "save-pages", "saved", at_work.bo, evidence={"profile-url": NEW})

    assert browser.send(action, answers={"evidence-profile-url": OLD}).status_code == 422
    late = browser.send(action, answers={"outcome": "saved"})

    assert late.status_code == 409
    assert evidence(at_work, "profile-url") == NEW
