"""Storing what a run leaves behind: its edition, a record of each step, the facts it set, the
evidence."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.models import Case, ContributionKind, Evidence, Fact
from helpdesk.cases.playbook_findings import OF_THE_CASE, facts_of_playbook
from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work
from helpdesk.escalations.packet_sources import account_confirmed, account_written_down
from helpdesk.escalations.packets import OWNER_CONFIRMED, OWNERSHIP
from helpdesk.playbooks.model import Playbook, Step, StepOutcome
from helpdesk.playbooks.repository import PinnablePlaybook
from helpdesk.playbooks.step_facts import facts_set_by_outcome, facts_settable_by_step
from helpdesk.runs.models import PlaybookEdition, Run, StepRecord, StepRecordKind

# What a fact says in clear when its words are sealed beside it.
TOLD = "told"
# What a slip that is taken back must not make forgotten.
REFUSED: Final = "refused"


def store_edition(work: Work, edition: PinnablePlaybook) -> None:
    """Store an edition once. Two first runs at one moment must not trip over each other."""
    kept = insert(PlaybookEdition).values(
        content_hash=edition.content_hash,
        playbook=edition.playbook.id,
        version=edition.playbook.version,
        content=json.loads(edition.content),
    )
    work.session.execute(kept.on_conflict_do_nothing())


def store_step_record(
    work: Work,
    run: Run,
    step: Step,
    recorded_as: StepRecordKind,
    *,
    outcome: StepOutcome | None = None,
    words: str = "",
) -> StepRecord:
    """Store the record of a step: who did what with it, and when; the words beside it sealed."""
    record = StepRecord(
        step=step.id,
        recorded_as=recorded_as,
        outcome=outcome.id if outcome is not None else None,
        at=work.at,
        by=work.actor.id,
        back_at=_back_at(outcome, run.case, work.at),
    )
    return _add(work, run, record, words)


def _back_at(outcome: StepOutcome | None, case: Case, at: datetime) -> datetime | None:
    """When a step that ended like this at that time comes back, by how urgent the case is now."""
    if outcome is None or outcome.again is None:
        return None
    return at + outcome.again.after(case.level)


def copy_step_record(work: Work, run: Run, page: Playbook, record: StepRecord) -> None:
    """Copy the record of a step to another run of the case: who, when, how it ended, and the words.

    What the page of that run makes of it beyond what is known already becomes a fact, too.
    """
    words = work.keys.open(record, "words")
    step = page.step(record.step)
    outcome = step.outcome(record.outcome) if step and record.outcome else None
    copy = StepRecord(
        step=record.step,
        recorded_as=record.recorded_as,
        outcome=record.outcome,
        at=record.at,
        by=record.by,
        # by the page of the new run: an older one may have called this over
        back_at=record.back_at or _back_at(outcome, run.case, record.at),
    )
    _add(work, run, copy, words)
    if step is None:
        return
    known = facts_of_playbook(work, run.case, run.edition.playbook)
    facts = _facts_of(page, record)
    account = account_named_by(work, run, step, at=record.at)
    missing = {name: facts[name] for name in facts.keys() - known.keys()}
    store_facts(
        work,
        run.case,
        missing,
        literal=facts,
        account=account,
        playbook=playbook_owning_findings(run, step),
    )


def _add(work: Work, run: Run, record: StepRecord, words: str) -> StepRecord:
    record.case, record.case_id, record.run_id = run.case, run.case_id, run.id
    if words:
        record.words = work.keys.seal(record, "words", words)
    run.records.append(record)
    return record


def playbook_owning_findings(run: Run, step: Step) -> str:
    """The owner of the findings of a step. Whose it is what a step of a run finds out: the case's
    where every playbook has that step, as it is about the person; else its own playbook's alone."""
    return OF_THE_CASE if step.comes_from_fragment else run.edition.playbook


def store_evidence(
    work: Work, case: Case, step: Step, told: Mapping[str, str], *, playbook: str
) -> None:
    """Store evidence, sealed. A second time replaces what the same playbook wrote down first, and
    nothing of another's."""
    for kind, text in told.items():
        if kind not in step.evidence:
            raise Conflict(
                "This step doesn’t need that information. Go back to the step and try again."
            )
        evidence = work.session.scalar(
            select(Evidence).where(
                Evidence.case_id == case.id,
                Evidence.playbook == playbook,
                Evidence.kind == kind,
            )
        )
        if evidence is None:
            evidence = Evidence(case=case, case_id=case.id, playbook=playbook, kind=kind)
        evidence.taken_at, evidence.taken_by = work.at, work.actor.id
        evidence.value = work.keys.seal(evidence, "value", text)
        work.session.add(evidence)
        record_contribution(work, case.id, ContributionKind.EVIDENCE, name=kind)


def account_named_by(work: Work, run: Run, step: Step, *, at: datetime) -> str:
    """The account that a step itself recorded at that time; empty where it names none. What another
    step had written down by then can be anything: the address of a fake account, too."""
    written = account_written_down(work, run.case, run.edition.playbook)
    if written is None or written.kind not in step.evidence or written.taken_at != at:
        return ""
    return work.keys.open(written, "value")


def store_facts(
    work: Work,
    case: Case,
    facts: Mapping[str, str],
    *,
    literal: Iterable[str],
    playbook: str,
    account: str = "",
) -> None:
    """Store the facts that a step set. Codes stand in clear, because gates ask for them; what was
    told in words is sealed, and so is the `account` of which ownership was found out. A step that
    names none says nothing against the one that was confirmed before."""
    for name, value in facts.items():
        at = _later_than_others(work, case) if name == OWNERSHIP else work.at
        fact = work.session.scalar(
            select(Fact).where(
                Fact.case_id == case.id, Fact.playbook == playbook, Fact.name == name
            )
        )
        if fact is None:
            fact = Fact(case=case, case_id=case.id, playbook=playbook, name=name)
            work.session.add(fact)
        if name == OWNERSHIP and not account and fact.value == OWNER_CONFIRMED:
            account = account_confirmed(work, case, playbook)
        fact.set_at, fact.set_by = at, work.actor.id
        is_code = name in literal
        fact.value = value if is_code else TOLD
        words = account if name == OWNERSHIP else "" if is_code else value
        is_sealed = name == OWNERSHIP or not is_code
        fact.words = work.keys.seal(fact, "words", words) if is_sealed else None
        record_contribution(work, case.id, ContributionKind.FACT, name=name)


def _later_than_others(work: Work, case: Case) -> datetime:
    """Now, or just after what was found out about the same before, where the database's clock was
    ahead then: of two playbooks that differ, the later one counts."""
    newest = select(func.max(Fact.set_at)).where(Fact.case_id == case.id, Fact.name == OWNERSHIP)
    last = work.session.scalar(newest)
    return work.at if last is None or last < work.at else last + timedelta(microseconds=1)


def undo_facts_of_step_record(
    work: Work,
    run: Run,
    page: Playbook,
    record: StepRecord,
    *,
    elsewhere: Iterable[StepRecord],
    kept: Collection[str] = (),
) -> None:
    """Undo the facts of a record that was taken back; what other steps of the run say stands.

    `elsewhere` is what the run has from other playbooks of the case, for the steps they share;
    `kept` names the facts that other playbooks say with steps of their own.
    """
    taken_back = page.step(record.step)
    if taken_back is None:
        return
    delete_facts_of_steps(work, run, [taken_back], kept=kept)
    names = facts_settable_by_step(taken_back).difference(kept)
    for other in (*elsewhere, *run.records):
        again = _facts_of(page, other)
        said = {name: value for name, value in again.items() if name in names}
        step = page.step(other.step)
        if step is None:
            continue
        account = account_named_by(work, run, step, at=other.at)
        whose = playbook_owning_findings(run, step)
        store_facts(work, run.case, said, literal=said, account=account, playbook=whose)


def restore_refusal(work: Work, run: Run, step: Step, name: str, record: StepRecord) -> None:
    """Restore a refusal of another run, as of then, where no other record says anything: somebody
    overwrote it and took that back."""
    owner = playbook_owning_findings(run, step)
    if facts_of_playbook(work, run.case, owner).get(name) is not None:
        return
    fact = Fact(case=run.case, case_id=run.case_id, playbook=owner, name=name)
    fact.value, fact.set_at, fact.set_by = REFUSED, record.at, record.by
    fact.words = work.keys.seal(fact, "words", "") if name == OWNERSHIP else None
    work.session.add(fact)


def delete_facts_of_steps(
    work: Work, run: Run, steps: Iterable[Step], *, kept: Collection[str] = ()
) -> None:
    """Delete the facts that these steps of a run can have found out, but for what is kept. A gate
    that stood on it closes. What is not known by which playbook it was found out goes too."""
    names = {name for step in steps for name in facts_settable_by_step(step)}.difference(kept)
    for name in sorted(names):
        record_contribution(work, run.case_id, ContributionKind.FACT, name=name)
    work.session.execute(
        delete(Fact).where(
            Fact.case_id == run.case_id,
            Fact.name.in_(names),
            Fact.playbook.in_((OF_THE_CASE, run.edition.playbook)),
        )
    )


def _facts_of(page: Playbook, record: StepRecord) -> dict[str, str]:
    """The facts that a record puts on the case by itself, without what was written down."""
    step = page.step(record.step)
    outcome = step.outcome(record.outcome) if step and record.outcome else None
    return facts_set_by_outcome(step, outcome, {}) if step and outcome else {}
