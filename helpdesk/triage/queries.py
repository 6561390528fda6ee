"""Queries for the level of a case: the one in force and why, those before, what is still to ask."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, or_, select

from helpdesk.cases import queries as cases
from helpdesk.cases import report_content
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Closure, LowerLevelRequest
from helpdesk.cases.response_targets import due_time_as_job_argument
from helpdesk.cases.second_person_requests import is_request_pending
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core.errors import StalePage
from helpdesk.core.jobs import Queue
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.work import Work
from helpdesk.playbooks import organisation_questions, several_kinds_of_trouble
from helpdesk.playbooks.answer_evaluation import matching_tags
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.evaluation import unknown_names_in
from helpdesk.playbooks.model import Playbook, Question
from helpdesk.playbooks.repository import load_current_library
from helpdesk.runs import queries as runs
from helpdesk.runs.condition_context import answers_in_mailbox, answers_of
from helpdesk.triage.decision_table_rows import TableRow, decision_table_rows
from helpdesk.triage.judgement import Judgement, judge_report
from helpdesk.triage.models import DANGER_TOLD, LevelEvaluation
from helpdesk.triage.repository import load_decision_table

# An alarm goes out within seconds; one that is still here after these minutes went to no one.
ON_ITS_WAY: Final = timedelta(minutes=3)
ALARMS: Final = ("triage.call_on_duty", "triage.alarm")
# So many of those are looked at: many more than cases are shown, so that few hide no others.
LOOKED_AT: Final = 1000

# Every level a case was given, newest first.
EVALUATIONS: Final = (
    select(
        LevelEvaluation.at,
        LevelEvaluation.by,
        LevelEvaluation.level,
        LevelEvaluation.rule,
        LevelEvaluation.table_version,
    )
    .where(LevelEvaluation.case_id == bindparam("case_id"))
    .order_by(LevelEvaluation.at.desc(), LevelEvaluation.id)
)


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer as it was judged, in words: whether it is only assumed or still to ask, and whether
    it came later, in the mailbox."""

    question: str
    words: str
    is_assumed: bool
    is_to_ask: bool
    is_later: bool


@dataclass(frozen=True)
class TriageSummary:
    """The triage summary: everything the case page says about the level."""

    pages: tuple[Playbook, ...]
    known: Context
    judgement: Judgement
    rows: tuple[TableRow, ...]
    answers: tuple[JudgedAnswer, ...]
    evaluations: Sequence[Any]
    request: LowerLevelRequest | None
    reason: str
    could_raise: tuple[str, ...]

    def tags_of_incident(self, facts: Context) -> tuple[str, ...]:
        """The machine tags of what happened, by what was answered and found out; each once."""
        known = {**self.known, **facts}
        return tuple(
            dict.fromkeys(tag for page in self.pages for tag in matching_tags(page, known))
        )

    @property
    def organisation_tags(self) -> tuple[str, ...]:
        """Those of who asks, which stand apart."""
        return organisation_questions.organisation_tags(self.known)


def triage_of_case(work: Work, case: Case) -> TriageSummary:
    """Load the triage summary of a case: the level in force, why, what it was before, and what
    waits for a second person."""
    return triage_summary(
        work,
        case,
        evaluations=level_evaluations_newest_first(work, case),
        at_work=runs.playbooks_in_progress(work, case),
        request=pending_lower_level_request(work, case),
        messages=cases.messages_with_reporter(work, case),
    )


def triage_summary(
    work: Work,
    case: Case,
    *,
    evaluations: Sequence[Any],
    at_work: Sequence[str],
    request: LowerLevelRequest | None,
    messages: Sequence[Any],
) -> TriageSummary:
    """Make the triage summary of what was read: levels given, playbooks at work, a request for a
    lower level, and messages, of which some answer questions."""
    answers = answers_of(work, case, messages=messages)
    later = report_content.mailbox_answers_of(work, case, messages).keys()
    pages = several_kinds_of_trouble.playbooks_of_kinds(
        load_current_library(), (*case.kinds, *at_work)
    )
    judgement = judge_report(load_decision_table(), pages, answers)
    questions = staff_questions_of(pages)
    return TriageSummary(
        pages=pages,
        known=answers,
        judgement=judgement,
        rows=decision_table_rows(load_decision_table(), judgement),
        answers=_in_words(questions, answers, judgement, later=later),
        evaluations=evaluations,
        request=request,
        reason=work.keys.open(request, "reason") if request else "",
        could_raise=_could_raise(pages, questions, answers, case.level),
    )


def next_lower_level(level: Level) -> Level | None:
    """The next lower level; none below the last."""
    return next((one for one in Level if one.rank == level.rank - 1), None)


def playbooks_judging_case(work: Work, case: Case) -> tuple[Playbook, ...]:
    """The playbooks a case is judged by: the kinds it is about, and the playbooks at work on it."""
    return several_kinds_of_trouble.playbooks_of_kinds(
        load_current_library(), (*case.kinds, *runs.playbooks_in_progress(work, case))
    )


def withheld_questions(work: Work, case: Case, questions: Iterable[Question]) -> list[Question]:
    """The questions whose corrected answer the advice in the mailbox does not follow: it was
    corrected in confidence. That somebody pressed “Someone is in danger now” is none of them:
    nobody is to release it by a tick that names it a correction."""
    known, in_mailbox = report_content.answers_of(work, case), answers_in_mailbox(work, case)
    return [
        one
        for one in questions
        if one.id in known
        and _as_value(known[one.id]) != in_mailbox.get(one.id, "")
        and known[one.id] != report_content.DANGER_NOW.get(one.id)
    ]


def _as_value(answer: report_content.Answer) -> Value:
    return answer or "" if answer is None or isinstance(answer, str) else tuple(answer)


def staff_questions_of(pages: Sequence[Playbook]) -> tuple[Question, ...]:
    """The questions of these pages, in the words of the house; and, last, those about who it is
    that asks."""
    library = load_current_library()
    asked = several_kinds_of_trouble.merged_questions(library, pages)
    names = {question.id for question in asked}
    late = (
        one for one in organisation_questions.organisation_questions(library) if one.id not in names
    )
    return (*asked, *late)


def judge_current_answers(work: Work, case: Case) -> Judgement:
    """Judge the answers as they stand by today's table, with what is assumed and to ask."""
    return judge_report(
        load_decision_table(), playbooks_judging_case(work, case), answers_of(work, case)
    )


def level_evaluations_newest_first(work: Work, case: Case) -> Sequence[LevelEvaluation]:
    """Every level this case was given, newest first."""
    given = select(LevelEvaluation).where(LevelEvaluation.case_id == case.id)
    return work.session.scalars(given.order_by(LevelEvaluation.at.desc(), LevelEvaluation.id)).all()


def pending_lower_level_request(work: Work, case: Case) -> LowerLevelRequest | None:
    """The undecided request to lower the level of a case."""
    return work.session.scalar(
        select(LowerLevelRequest).where(
            LowerLevelRequest.case_id == case.id,
            is_request_pending(LowerLevelRequest, case.team_id),
        )
    )


def pending_lower_level_request_or_conflict(work: Work, case: Case) -> LowerLevelRequest:
    """The undecided request to lower the level; where there is none, Conflict: somebody has been
    quicker."""
    request = pending_lower_level_request(work, case)
    if request is None:
        raise StalePage("Someone else has already decided this.")
    return request


def pending_lower_level_requests(work: Work) -> Sequence[LowerLevelRequest]:
    """The undecided requests to lower a level in the actor's queues, oldest first."""
    pending = (
        select(LowerLevelRequest)
        .join(Case, Case.id == LowerLevelRequest.case_id)
        .where(
            cases.is_case_in_queues(work.actor.queues),
            is_request_pending(LowerLevelRequest, Case.team_id),
        )
        .where(cases.NOT_CLOSED)
        .order_by(LowerLevelRequest.asked_at)
    )
    return work.session.scalars(pending).all()


def _could_raise(
    pages: Sequence[Playbook], questions: Sequence[Question], known: Context, level: Level
) -> tuple[str, ...]:
    """The questions nobody has answered that stand between this level and a red flag above it.

    A report asks about two or three kinds of trouble at most, and everything may be skipped.
    """
    open_to = dict.fromkeys(
        name
        for page in pages
        for flag in page.red_flags
        if flag.floor is not None and flag.floor.rank > level.rank
        for name in unknown_names_in(flag.when, known)
    )
    points = {point.id for point in load_decision_table().points}
    asked = {one.id: str(one.ask) for one in questions if one.id not in points}
    return tuple(asked[name] for name in open_to if name in asked)


def _in_words(
    questions: Sequence[Question],
    answers: Context,
    judgement: Judgement,
    *,
    later: Collection[str],
) -> tuple[JudgedAnswer, ...]:
    table = load_decision_table()
    unknown = {*judgement.assumed, *judgement.to_ask}
    told = []
    for question in questions:
        picked = answers.get(question.id)
        chosen = (picked,) if isinstance(picked, str) else tuple(picked or ())
        labels = {option.id: str(option.label) for option in question.options}
        words = ", ".join(labels.get(one, one) for one in chosen)
        if question.id in judgement.assumed:
            counted = judgement.settled[question.id]
            words = f"{words or 'Not answered'}: {table.point(question.id).value(counted).label}"
        if words or question.id in unknown:
            told.append(
                JudgedAnswer(
                    question=str(question.ask),
                    words=words or "Not answered",
                    is_assumed=question.id in judgement.assumed,
                    is_to_ask=question.id in judgement.to_ask,
                    is_later=question.id in later,
                )
            )
    return tuple(told)


def cases_with_failed_alert(work: Work, *, limit: int = cases.LISTED_AT_MOST) -> Sequence[Case]:
    """Cases with an alert that has reached no one: it could not be sent, or still lies here."""
    lying = _still_here(work)
    waiting = cases.visible_cases(work.actor).where(
        Case.reply_due_at.is_not(None),
        or_(
            # Spelt out for the small index of those.
            and_(Case.unheard_since.is_not(None), cases.is_case_in_queues(work.actor.queues)),
            Case.id.in_([str(one["case_id"]) for one in lying]),
        ),
    )
    ordered = waiting.options(*cases.LISTED).order_by(*cases.IN_ORDER).limit(limit)
    found = work.session.scalars(ordered).all()
    return [one for one in found if one.unheard_since or _is_meant(one, lying)]


def cases_withdrawn_in_danger(work: Work, *, limit: int = cases.LISTED_AT_MOST) -> Sequence[Case]:
    """Cases whose reporters told us of danger and then took them back: somebody may have made them.
    The newest first, so that many of one person hide no other; until a coordinator has seen them.
    """
    found = cases.visible_cases(work.actor).where(
        # Spelt out for the small index of those.
        Case.state == CaseState.CLOSED,
        Case.rule == DANGER_TOLD,
        cases.is_case_in_queues(work.actor.queues),
        Closure.outcome == CaseOutcome.WITHDRAWN,
        Closure.by.startswith("reporter:"),
    )
    closed = found.join(Closure, Closure.case_id == Case.id)
    ordered = closed.options(*cases.LISTED).order_by(Closure.at.desc(), Case.id).limit(limit)
    return work.session.scalars(ordered).all()


def _still_here(work: Work) -> Sequence[dict[str, Any]]:
    """Alarms that should have gone out by now; the longest queued, if they are very many."""
    late = select(OutboxJob.arguments).where(
        OutboxJob.queue == Queue.NOTICES,
        OutboxJob.job.in_(ALARMS),
        OutboxJob.state.in_((OutboxJobState.WAITING, OutboxJobState.LEASED)),
        OutboxJob.due_at < work.at - ON_ITS_WAY,
    )
    ordered = late.order_by(OutboxJob.turn, OutboxJob.place)
    return work.session.scalars(ordered.limit(LOOKED_AT)).all()


def _is_meant(case: Case, lying: Sequence[dict[str, Any]]) -> bool:
    """Whether one of these alarms still has something to say: not one of an older clock."""
    assert case.reply_due_at is not None  # noqa: S101 - the query looked
    due = due_time_as_job_argument(case.reply_due_at)
    return any(
        one["case_id"] == case.id
        and (one["due"] == due if "due" in one else case.owner_id is None or "in_danger" in one)
        for one in lying
    )
