"""More than one playbook on a case: offered in a good order, added, and judged with the rest."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.errors import NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.duty import operations
from helpdesk.duty.findings_contradicting_answers import find_findings_contradicting_answers
from helpdesk.duty.playbook_offers import rank_playbook_offers
from helpdesk.duty.timeline import sentence_for_entry
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import queries as playbooks
from helpdesk.runs.models import Run
from helpdesk.runs.queries import pinned_playbook_of
from helpdesk.triage import operations as triage
from helpdesk.triage import queries
from helpdesk.triage.repository import load_decision_table
from tests.factories import a_case, a_person, a_team, sign_in, work_as
from tests.runs.conftest import showing

CALM = {
    "danger": "none_known",
    "hold": "ended",
    "reach": "self",
    "clock": "open",
    "capacity": "can_act",
}


class House:
    def __init__(self, context, now):
        self.context, self.now = context, now
        with context.begin(at=now) as work:
            self.team = a_team(work)
            self.asha = a_person(work, teams=[self.team])
            self.stranger = a_person(work, teams=[a_team(work)])

    def report(self, answers, kind="account-takeover", also=()):
        with self.context.begin(at=self.now) as work:
            case = a_case(
                work,
                self.team,
                state=CaseState.OPEN,
                answers=answers,
                incident_type=kind,
                other_types=tuple(also),
            )
            triage.judge_new_case(work, case, answers)
            return case.id

    def working(self, somebody=None):
        return work_as(self.context, somebody or self.asha, self.now)

    def add(self, case_id, playbook, somebody=None):
        with self.working(somebody) as work:
            case = work.session.get(Case, case_id)
            return operations.start_playbook_and_judge_again(work, case, playbook).id

    def settle(self, run_id, kind):
        """Find out under which name a case of something else goes on."""
        for step, outcome in (
            ("first-contact.acknowledge", "written"),
            ("first-contact.safe-channel", "mailbox"),
            ("first-contact.danger-again", "no_danger"),
            ("listen", "understood"),
            ("settle-type", kind),
        ):
            self.finish(run_id, step, outcome)

    def finish(self, run_id, step, outcome):
        with self.working() as work:
            run = work.session.get(Run, run_id)
            shown = showing(pinned_playbook_of(run), step, outcome)
            operations.finish_step(work, run, step, outcome=outcome, **shown)

    def history(self, action):
        with self.context.sessions() as session:
            found = select(HistoryEntry).where(HistoryEntry.action == action)
            return list(session.scalars(found.order_by(HistoryEntry.id)))

    def offers(self, case_id):
        with self.working() as work:
            case = work.session.get(Case, case_id)
            now = queries.triage_of_case(work, case)
            runs = playbooks.runs_of_case(work, case)
            return rank_playbook_offers(load_current_library(), case, runs, now.pages, now.known)


@pytest.fixture
def house(context, now):
    return House(context, now)


def ids(offers):
    return [offer.page.id for offer in offers]


def test_a_second_playbook_makes_the_case_about_that_too_and_judges_it_again(house):
    case_id = house.report({**CALM, "arrest_state": "held_unknown"})
    house.add(case_id, "account-takeover")

    house.add(case_id, "arrest-detention")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        assert case.kinds == ("account-takeover", "arrest-detention")
        assert case.level is Level.IMMEDIATE
        assert len(queries.level_evaluations_newest_first(work, case)) == 2
        assert set(playbooks.playbooks_in_progress(work, case)) == {
            "account-takeover",
            "arrest-detention",
        }
    judged = house.history("case.judged")[-1]
    assert judged.details["about"] == ["account-takeover", "arrest-detention"]


def test_starting_the_playbook_of_the_report_judges_nothing_again(house):
    case_id = house.report(CALM)

    house.add(case_id, "account-takeover")

    assert len(house.history("case.judged")) == 1


def test_a_level_set_by_hand_stands_when_the_second_kind_makes_no_difference(house):
    case_id = house.report(CALM)
    with house.working() as work:
        case = work.session.get(Case, case_id)
        triage.raise_case_level(work, case, level=Level.URGENT, reason="A feeling.")

    house.add(case_id, "website-down")

    with house.working() as work:
        assert work.session.get(Case, case_id).level is Level.URGENT


def test_whoever_does_not_work_in_the_queue_adds_nothing(house):
    case_id = house.report(CALM)

    with pytest.raises(NotAllowed):
        house.add(case_id, "doxing", somebody=house.stranger)


def test_a_step_that_leads_to_another_page_judges_the_case_as_that(house):
    answers = {**CALM, "about": ("held",), "arrest_state": "held_unknown"}
    case_id = house.report(answers, kind="something-else", also=("doxing",))
    run_id = house.add(case_id, "something-else")
    house.settle(run_id, "arrest_detention")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        assert case.kinds == ("arrest-detention", "doxing")
        assert case.level is Level.IMMEDIATE
    assert house.history("case.judged")[-1].details["about"] == ["arrest-detention", "doxing"]


def test_a_case_that_goes_on_under_another_name_does_not_wait_longer(house):
    case_id = house.report({**CALM, "about": ("held",)}, kind="something-else")
    run_id = house.add(case_id, "something-else")
    house.settle(run_id, "account_takeover")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        assert case.kinds == ("account-takeover",)
        assert queries.judge_current_answers(work, case).level is Level.ROUTINE
        assert case.level is Level.IMMEDIATE
        assert [one.level for one in queries.level_evaluations_newest_first(work, case)] == [
            Level.IMMEDIATE
        ] * 2


def test_answers_of_a_page_that_left_the_case_are_kept_when_others_are_corrected(house):
    answers = {**CALM, "noticed": "a strange sound"}
    case_id = house.report(answers, kind="doxing")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        triage.correct_reporter_answers(work, case, {"hold": "running"})
        assert queries.answers_of(work, case)["noticed"] == "a strange sound"


def test_what_the_report_is_about_is_offered_first_then_what_the_answers_point_to(house):
    answers = {**CALM, "arrest_devices": ("phone",)}
    case_id = house.report(answers, kind="arrest-detention", also=("doxing",))

    offers = house.offers(case_id)

    assert ids(offers.named) == ["arrest-detention", "doxing"]
    assert "device-lost-seized" in ids(offers.suggested)
    assert all(offer.because for offer in offers.suggested)
    every = ids(offers.named) + ids(offers.suggested) + ids(offers.others)
    assert sorted(every) == sorted(page.id for page in load_current_library().playbooks)


def test_what_is_at_work_is_not_offered(house):
    case_id = house.report(CALM, also=("doxing",))

    house.add(case_id, "doxing")

    offers = house.offers(case_id)
    assert ids(offers.named) == ["account-takeover"]
    assert "doxing" not in ids(offers.suggested) + ids(offers.others)


KINDS = (
    "Someone else is using my account, or I am locked out; "
    "My address, papers or private details were published"
)


def test_the_pages_show_every_kind_and_lead_to_a_playbook_to_read(house, staff):
    case_id = house.report(CALM, also=("doxing",))
    asha = sign_in(staff, house.asha)
    with house.working() as work:
        ref = work.session.get(Case, case_id).ref

    page = asha.get(f"/cases/{ref}").text
    assert KINDS in page
    assert re.search(r'class="cell-here"', page)
    assert f"/cases/{ref}/playbooks/doxing" in page
    assert KINDS in asha.get("/duty").text

    preview = asha.get(f"/cases/{ref}/playbooks/doxing").text
    assert "t been started on this case." in preview
    assert "This is a draft" in preview
    assert "Possible outcomes" in preview
    assert asha.get(f"/cases/{ref}/playbooks/no-such-page").status_code == 404
    run_id = house.add(case_id, "doxing")
    answer = asha.get(f"/cases/{ref}/playbooks/doxing")
    assert answer.location.endswith(run_id)


def test_what_was_done_names_steps_as_their_page_does(house, staff):
    case_id = house.report(CALM)
    run_id = house.add(case_id, "account-takeover")
    house.finish(run_id, "first-contact.acknowledge", "written")
    asha = sign_in(staff, house.asha)
    with house.working() as work:
        ref = work.session.get(Case, case_id).ref

    alone = asha.get(f"/cases/{ref}").text
    house.add(case_id, "doxing")
    beside = asha.get(f"/cases/{ref}").text

    title = load_current_library().playbook("account-takeover").title
    assert f"Started the playbook “{title}”." in alone
    assert "Finished the step “Send a first reply”: I have sent a reply." in alone
    assert f"Finished the step “Send a first reply” of “{title}”: I have sent a reply." in beside


def test_what_was_done_says_codes_where_the_page_has_no_such_step():
    details = {"playbook": "doxing@1.0.0", "step": "first-contact.gone", "outcome": "well_said"}
    entry = HistoryEntry(action="playbook.step_finished", details=details)

    said = sentence_for_entry(
        entry, {}, {"doxing@1.0.0": load_current_library().playbook("doxing")}
    )

    assert said == "Finished the step first-contact gone: well said."
    assert sentence_for_entry(entry, {}, {}) == said


@pytest.mark.parametrize(
    ("danger", "outcome", "said"),
    [
        ("none_known", "now", "no danger known"),
        ("none_known", "possible", "no danger known"),
        ("credible", "possible", None),
        ("imminent", "possible", None),
        ("credible", "no_danger", "danger is possible"),
        ("unsure", "now", "danger is possible"),
        ("none_known", "no_danger", None),
        ("none_known", "no_answer", None),
    ],
)
def test_an_outcome_that_the_answers_do_not_fit_is_said_and_changes_no_level(
    house, danger, outcome, said
):
    case_id = house.report({**CALM, "danger": danger})
    run_id = house.add(case_id, "account-takeover")
    with house.working() as work:
        before = work.session.get(Case, case_id).level
    house.finish(run_id, "first-contact.acknowledge", "written")
    house.finish(run_id, "first-contact.danger-again", outcome)

    with house.working() as work:
        case = work.session.get(Case, case_id)
        settled = queries.judge_current_answers(work, case).settled
        found = find_findings_contradicting_answers(
            playbooks.runs_of_case(work, case), load_decision_table(), settled
        )
        assert case.level is before

    assert [one.counts_as for one in found] == ([said] if said else [])


def test_danger_from_one_trouble_is_not_covered_up_by_what_another_playbook_recorded(house):
    case_id = house.report(CALM)
    taken, published = house.add(case_id, "account-takeover"), house.add(case_id, "doxing")
    house.finish(taken, "first-contact.acknowledge", "written")
    house.finish(taken, "first-contact.danger-again", "now")
    house.finish(published, "first-contact.danger-again", "no_danger")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        settled = queries.judge_current_answers(work, case).settled
        found = find_findings_contradicting_answers(
            playbooks.runs_of_case(work, case), load_decision_table(), settled
        )

    assert [one.counts_as for one in found] == ["no danger known"]


@pytest.mark.parametrize("hours_since", [1, -0.5, -2])
def test_a_step_from_before_danger_was_told_is_to_be_done_again(house, hours_since):
    case_id = house.report({**CALM, "danger": "imminent"})
    run_id = house.add(case_id, "account-takeover")
    house.finish(run_id, "first-contact.acknowledge", "written")
    house.finish(run_id, "first-contact.danger-again", "no_danger")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        [found] = find_findings_contradicting_answers(
            playbooks.runs_of_case(work, case),
            load_decision_table(),
            queries.judge_current_answers(work, case).settled,
            danger_told_at=work.at + timedelta(hours=hours_since),
        )

    assert found.is_older is (hours_since > 0)
    assert found.is_of_that_hour is (hours_since == -0.5)


def test_the_playbook_that_knows_of_less_danger_says_nothing_against_the_answer(house):
    case_id = house.report({**CALM, "danger": "imminent"})
    taken, published = house.add(case_id, "account-takeover"), house.add(case_id, "doxing")
    house.finish(taken, "first-contact.acknowledge", "written")
    house.finish(taken, "first-contact.danger-again", "no_danger")
    house.finish(published, "first-contact.danger-again", "now")

    with house.working() as work:
        case = work.session.get(Case, case_id)
        settled = queries.judge_current_answers(work, case).settled
        found = find_findings_contradicting_answers(
            playbooks.runs_of_case(work, case), load_decision_table(), settled
        )

    assert found == []


def test_the_case_page_offers_to_correct_the_answer_that_a_step_contradicts(house, staff):
    case_id = house.report(CALM)
    run_id = house.add(case_id, "account-takeover")
    house.finish(run_id, "first-contact.acknowledge", "written")
    house.finish(run_id, "first-contact.danger-again", "now")
    asha = sign_in(staff, house.asha)
    with house.working() as work:
        ref = work.session.get(Case, case_id).ref

    differs = asha.get(f"/cases/{ref}").text
    assert "But the level is based on this answer: no danger known." in differs
    assert f'href="/cases/{ref}/answers#q-danger-0"' in differs
    assert 'id="q-danger-0"' in asha.get(f"/cases/{ref}/answers").text

    with house.working() as work:
        triage.correct_reporter_answers(
            work, work.session.get(Case, case_id), {"danger": "imminent"}
        )
    agrees = asha.get(f"/cases/{ref}").text
    assert "But the level is based on this answer" not in agrees
    assert "Immediate" in agrees
