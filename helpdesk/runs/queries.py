"""Reading runs: the page each one pinned, how far it has come, what was written down."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from helpdesk.cases.models import Case, Fact
from helpdesk.cases.models import Evidence as EvidenceTaken
from helpdesk.cases.queries import NOT_CLOSED, visible_to
from helpdesk.core.errors import NotFound, NotNow
from helpdesk.core.work import Work
from helpdesk.playbooks import repository
from helpdesk.playbooks.conditions import Value
from helpdesk.playbooks.edition_diff import EditionDiff, compare, lost_answers, lost_records
from helpdesk.playbooks.library import Platform
from helpdesk.playbooks.model import EvidencePlan, Playbook, Readiness, Step, Text
from helpdesk.playbooks.preview import StepPreview, preview_steps
from helpdesk.playbooks.progress import Progress, Record, StepNow, progress
from helpdesk.runs.context import answers_of, context_of
from helpdesk.runs.models import Edition, Run, StepRecord
from helpdesk.runs.shared_steps import SharedStep, shared_steps

# The pages of a case's runs, and of those that have not ended; the oldest first.
EVER_AT_WORK: Final = (
    select(Edition.playbook)
    .join(Run, Run.content_hash == Edition.content_hash)
    .where(Run.case_id == bindparam("case_id"))
    .order_by(Run.started_at, Run.id)
)
# The facts on a case, their codes only: the words beside them stay sealed.
FACTS: Final = select(Fact.name, Fact.value).where(Fact.case_id == bindparam("case_id"))
AT_WORK: Final = EVER_AT_WORK.where(Run.ended_at.is_(None))


@dataclass(frozen=True)
class RunProgress:
    """A run with the page it stands on, how far it has come, and what others did of it."""

    run: Run
    page: Playbook
    progress: Progress
    elsewhere: Mapping[str, SharedStep]


def page_of(run: Run) -> Playbook:
    """The page exactly as it was when the run began."""
    return repository.pinned(run.content_hash, lambda: json.dumps(run.edition.content))


def progress_of(work: Work, run: Run) -> Progress:
    """Where every step of the run stands."""
    return progress_beside_others(work, run).progress


def progress_beside_others(work: Work, run: Run) -> RunProgress:
    """A run as it stands, beside the others of its case."""
    return _run_now(work, run, _all_of(work, run.case))


def runs_of(work: Work, case: Case) -> Sequence[RunProgress]:
    """The playbooks at work on a case: those that go on first, then the newest."""
    runs = _all_of(work, case)
    return [_run_now(work, run, runs) for run in runs]


def run_by_id(work: Work, case: Case, run_id: str) -> Run:
    """A run of this case."""
    run = work.session.scalar(select(Run).where(Run.id == run_id, Run.case_id == case.id))
    if run is None:
        raise NotFound
    return run


def running(work: Work, case: Case, playbook_id: str) -> Run | None:
    """The run of that page which has not ended, whatever its edition."""
    going_on = select(Run).where(Run.case_id == case.id, Run.ended_at.is_(None))
    return next(
        (run for run in work.session.scalars(going_on) if run.edition.playbook == playbook_id), None
    )


def where_found_out(work: Work, case: Case, fact: str) -> tuple[Run, StepNow] | None:
    """The step at work on a case that finds a fact out; one that can be done now comes first."""
    found = [
        (one.run, step)
        for one in runs_of(work, case)
        if one.run.ended_at is None
        for step in one.progress.steps
        if any(setting.fact == fact for setting in step.step.sets)
    ]
    return max(found, key=lambda pair: pair[1].may_be_recorded, default=None)


def at_work(work: Work, case: Case) -> tuple[str, ...]:
    """The pages whose runs have not ended, by id, the oldest run first."""
    return tuple(dict.fromkeys(work.session.scalars(AT_WORK, {"case_id": case.id})))


def newer_edition(run: Run) -> Playbook | None:
    """Today's edition of the page, where the run stands on another one. A retired page has none."""
    today = repository.current(run.edition.playbook)
    if today is None or today.playbook.status is Readiness.RETIRED:
        return None
    return today.playbook if today.content_hash != run.content_hash else None


@dataclass(frozen=True)
class MovePreview:
    """What moving a run to today's edition would change, and what would not go along."""

    old: Playbook
    new: Playbook
    comparison: EditionDiff
    left_behind: tuple[str, ...]
    lost_answers: Mapping[str, Value]
    lost_evidence: tuple[EvidencePlan, ...]


def move_of(work: Work, run: Run) -> MovePreview:
    """The two editions of a run side by side. Where there is nothing to move to, it is too late."""
    old, new = page_of(run), newer_edition(run)
    if new is None or run.ended_at is not None:
        raise NotNow("This run stands on today's edition already, or it has ended.")
    comparison = compare(old, new)
    written = evidence_of(work, run.case)
    return MovePreview(
        old=old,
        new=new,
        comparison=comparison,
        left_behind=lost_records(new, {one.step: Record(one.outcome) for one in run.records}),
        lost_answers=lost_answers(old, new, answers_of(work, run.case)),
        lost_evidence=tuple(
            one
            for one in old.evidence
            if one.id in comparison.evidence.removed and one.id in written
        ),
    )


def page_to_start(playbook_id: str) -> Playbook:
    """A page that could be started."""
    page = repository.the_library().playbook(playbook_id)
    if page is None or page.status is Readiness.RETIRED:
        raise NotFound
    return page


def progress_at_start(work: Work, case: Case, page: Playbook) -> Progress:
    """Where every step would stand if the page were put to work now."""
    return progress(
        page, context_of(work, case, page), _counting(elsewhere_at_start(work, case, page))
    )


def elsewhere_at_start(work: Work, case: Case, page: Playbook) -> Mapping[str, SharedStep]:
    """What of the page other playbooks of the case have recorded, if it were put to work now."""
    others = [(run, page_of(run)) for run in _all_of(work, case)]
    return shared_steps(page, others, begun_at=work.at)


def ahead_of(work: Work, case: Case, page: Playbook, steps: Progress) -> Mapping[str, StepPreview]:
    """Every step of a page to be read ahead, with where each way out of it leads."""
    library = repository.the_library()
    return preview_steps(page, steps, context_of(work, case, page), library.playbooks)


def startable(runs: Iterable[RunProgress]) -> tuple[Playbook, ...]:
    """The pages that could be started beside these runs."""
    busy = {one.page.id for one in runs if one.run.ended_at is None}
    return tuple(
        page
        for page in repository.the_library().playbooks
        if page.id not in busy and page.status is not Readiness.RETIRED
    )


def in_words(page: Playbook, names: Iterable[str]) -> str:
    """What conditions ask about, as people say it: the question, or the fact spelt out."""
    questions = {name: page.question(name) for name in names}
    said = [str(one.ask) if one else name.replace("_", " ") for name, one in questions.items()]
    return " · ".join(said)


def words_to_send(run: Run, step_id: str) -> Text | None:
    """What a step of a run offers to say to the reporter; without a step, what its end does."""
    page = page_of(run)
    if step_id:
        step = page.step(step_id)
        return step.words if step else None
    end = page.end(run.ended_as) if run.ended_as else None
    return end.say if end else None


def words_of(work: Work, record: StepRecord) -> str:
    """The note beside an outcome, or the reason for skipping."""
    return work.keys.open(record, "words")


def kinds_written(work: Work, case: Case) -> frozenset[str]:
    """The names of what was written down for the case, which open nothing."""
    kinds = select(EvidenceTaken.kind).where(EvidenceTaken.case_id == case.id)
    return frozenset(work.session.scalars(kinds))


@dataclass(frozen=True)
class DueStep:
    """A step whose day is here, in the run of a case that is open."""

    run: Run
    step: Step
    record: StepRecord


def came_back(work: Work, limit: int = 20) -> Sequence[DueStep]:
    """The steps of the actor's queues that have come back, the longest ago first."""
    due = (
        select(StepRecord)
        .join(Run, Run.id == StepRecord.run_id)
        .where(StepRecord.back_at <= work.at, Run.ended_at.is_(None))
        .where(Run.case_id.in_(visible_to(work.actor).where(NOT_CLOSED).with_only_columns(Case.id)))
        .order_by(StepRecord.back_at, StepRecord.id)
        .limit(limit)
    )
    records = work.session.scalars(due).all()
    ids = {record.run_id for record in records}
    runs = {run.id: run for run in work.session.scalars(select(Run).where(Run.id.in_(ids)))}
    found = [(runs[one.run_id], page_of(runs[one.run_id]).step(one.step), one) for one in records]
    return [DueStep(run, step, record) for run, step, record in found if step is not None]


def evidence_of(work: Work, case: Case) -> Mapping[str, str]:
    """What was written down for the case, by the name the page gives it."""
    taken = work.session.scalars(select(EvidenceTaken).where(EvidenceTaken.case_id == case.id))
    return {one.kind: work.keys.open(one, "value") for one in taken}


def _all_of(work: Work, case: Case) -> Sequence[Run]:
    every = select(Run).where(Run.case_id == case.id)
    newest_first = every.order_by(Run.ended_at.desc().nulls_first(), Run.started_at.desc())
    return work.session.scalars(newest_first).all()


def _run_now(work: Work, run: Run, runs: Iterable[Run]) -> RunProgress:
    page = page_of(run)
    others = [(other, page_of(other)) for other in runs if other is not run]
    elsewhere = shared_steps(page, others, begun_at=run.started_at)
    own = {record.step: record.as_recorded(work.at) for record in run.records}
    steps = progress(page, context_of(work, run.case, page), _counting(elsewhere) | own)
    return RunProgress(run, page, steps, elsewhere)


def _counting(elsewhere: Mapping[str, SharedStep]) -> dict[str, Record]:
    counting = {name: one.outcome.id for name, one in elsewhere.items() if one.counts}
    return {name: Record(outcome, is_elsewhere=True) for name, outcome in counting.items()}


def platform_of(case: Case) -> Platform | None:
    """What we know about the platform of the case."""
    return repository.the_library().platform(case.platform) if case.platform else None
