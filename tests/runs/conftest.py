"""A case in a queue, and the people who work on it."""

import pytest
from sqlalchemy import select

from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.history import HistoryEntry
from helpdesk.playbooks.model import NOTE
from helpdesk.runs import operations, queries
from helpdesk.runs.models import Run
from tests.factories import a_case, a_person, a_team, work_as

ANSWERS = {
    "danger": "none_known",
    "hold": "running",
    "reach": "self",
    "clock": "open",
    "capacity": "can_act",
    "platform": "facebook",
    "whose": "mine",
}


def showing(page, step, outcome):
    """What has to be written down for an outcome, made up."""
    named = page.step(step) and page.step(step).outcome(outcome)
    names = named.shown_by if named else ()
    return {
        "evidence": {name: f"what shows {name}" for name in names if name != NOTE},
        "note": "How we know." if NOTE in names else "",
    }


class CaseAtWork:
    """A case with two people of its queue and one stranger; a step is one line in a test."""

    def __init__(self, context, now, incident_type="account-takeover", answers=ANSWERS):
        self.context, self.now = context, now
        with context.begin(at=now) as work:
            team = a_team(work)
            self.asha = a_person(work, Role.RESPONDER, [team])
            self.bo = a_person(work, Role.COORDINATOR, [team])
            self.stranger = a_person(work, Role.COORDINATOR, [a_team(work)])
            self.id = a_case(
                work,
                team,
                state=CaseState.OPEN,
                answers=answers,
                platform="facebook",
                incident_type=incident_type,
            ).id

    def working(self, somebody=None, at=None):
        return work_as(self.context, somebody or self.asha, at or self.now)

    def case(self, work):
        return work.session.get(Case, self.id)

    def start(self, playbook="account-takeover"):
        with self.working() as work:
            return operations.start_run(work, self.case(work), playbook).id

    def run(self, work, run_id):
        return work.session.get(Run, run_id)

    def finish(self, run_id, step, outcome, somebody=None, at=None, **told):
        """Record a step, with whatever has to be written down for it; `told` says it otherwise."""
        with self.working(somebody, at) as work:
            run = self.run(work, run_id)
            shown = showing(queries.pinned_playbook_of(run), step, outcome)
            operations.finish_step(work, run, step, outcome=outcome, **(shown | told))

    def first_contact(self, run_id, vetted="confirmed"):
        for step, outcome in {
            "first-contact.acknowledge": "written",
            "first-contact.safe-channel": "mailbox",
            "first-contact.danger-again": "no_danger",
            "first-contact.settle-answers": "settled",
            "consent.agree": "agreed",
            "vetting.vouch": vetted,
        }.items():
            self.finish(run_id, step, outcome)

    def stands(self, run_id, step, at=None):
        with self.working(at=at) as work:
            return queries.progress_of_run(work, self.run(work, run_id)).of(step)

    def history(self, action):
        with self.context.sessions() as session:
            entries = select(HistoryEntry).where(
                HistoryEntry.case_id == self.id, HistoryEntry.action == action
            )
            return list(session.scalars(entries))


@pytest.fixture
def at_work(context, now):
    return CaseAtWork(context, now)


@pytest.fixture
def unsorted(context, now):
    return CaseAtWork(context, now, incident_type="something-else", answers={"danger": "unsure"})
