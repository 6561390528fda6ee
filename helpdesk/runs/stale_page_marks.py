"""The stale-page mark of a step's form: other playbooks record the same."""

from sqlalchemy import select

from helpdesk.cases.models import Evidence, Fact
from helpdesk.cases.playbook_findings import OF_THE_CASE
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.playbooks.model import Step
from helpdesk.playbooks.step_facts import facts_settable_by_step
from helpdesk.runs.queries import RunProgress


def step_mark_of(work: Work, now: RunProgress, step: Step) -> str:
    """The mark of a step: what it can find out and records, as the case has it already, and how the
    step ended in another playbook."""
    case_id = now.run.case_id
    facts = (
        select(Fact.name, Fact.value, Fact.words, Fact.set_at, Fact.set_by)
        .where(Fact.case_id == case_id, Fact.name.in_(facts_settable_by_step(step)))
        .order_by(Fact.name, Fact.playbook)
    )
    evidence = (
        select(Evidence.kind, Evidence.value, Evidence.taken_at, Evidence.taken_by)
        .where(Evidence.case_id == case_id, Evidence.kind.in_(step.evidence))
        .where(Evidence.playbook.in_((OF_THE_CASE, now.run.edition.playbook)))
        .order_by(Evidence.kind, Evidence.playbook)
    )
    found = [*work.session.execute(facts), *work.session.execute(evidence)]
    elsewhere = now.elsewhere.get(step.id)
    record_id = elsewhere.record.id if elsewhere is not None else None
    return mark_of(record_id, *(part for one in found for part in one))
