"""Operations on the level of a case: judge, judge again, raise, and lower it with two people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from helpdesk.accounts.on_call import AlertResult
from helpdesk.cases import news, report_content
from helpdesk.cases.contributions import answer_contribution_name, record_contribution
from helpdesk.cases.levels import Level, highest_level
from helpdesk.cases.models import Case, ContributionKind, LowerLevelRequest
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.queries import lock_case
from helpdesk.cases.second_person_requests import end_undecided_requests
from helpdesk.cases.stale_page_marks import answers_mark_of, case_mark_of
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.playbooks.answer_evaluation import drop_hidden_answers
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.model import Playbook, Question
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import playbooks_of_kinds
from helpdesk.runs.condition_context import answers_in_mailbox, answers_of
from helpdesk.triage import first_reply_clock, queries
from helpdesk.triage.case_advice import seal_answers_for_advice
from helpdesk.triage.decision_table import IMMINENT
from helpdesk.triage.judgement import Judgement, judge_report, sort_playbooks_by_urgency
from helpdesk.triage.level_changes import (
    call_on_duty_if_pressing,
    keep_level_evaluation,
    move_to_level,
)
from helpdesk.triage.models import DANGER_SEEN, DANGER_TOLD, DANGER_WAS_TOLD
from helpdesk.triage.policy import (
    may_correct_level,
    may_decide_lower_level,
)
from helpdesk.triage.repository import load_decision_table

RAISED: Final = "raised-by-hand"
LOWERED: Final = "lowered-by-hand"
UNHEARD: Final = "triage.unheard"


def kinds_by_urgency(kinds: Iterable[str], answers: Context) -> tuple[str, ...]:
    """The kinds of a report, the most urgent first: that is what the case is mainly about."""
    library = load_current_library()
    pages = sort_playbooks_by_urgency(
        load_decision_table(), playbooks_of_kinds(library, kinds), answers
    )
    return tuple(page.id for page in pages)


def judge_new_case(work: Work, case: Case, answers: Context) -> Judgement:
    """Judge a new case: give it its level, start its clock and queue the alarms.

    No rule: the report itself asks for it. It asks the database nothing, because the case may not
    be written yet and the public door could not read what it needs.
    """
    library = load_current_library()
    judgement = judge_report(
        load_decision_table(), playbooks_of_kinds(library, case.kinds), answers
    )
    case.level, case.rule = judgement.level, judgement.code
    keep_level_evaluation(
        work, case, level=judgement.level, rule=judgement.code, inputs={"answers": answers}
    )
    first_reply_clock.start_first_reply_clock(work, case)
    work.record(
        "case.judged",
        case,
        level=judgement.level,
        rule=judgement.code,
        table=judgement.table_version,
    )
    call_on_duty_if_pressing(work, case)
    return judgement


def correct_reporter_answers(
    work: Work,
    case: Case,
    changes: Mapping[str, Value],
    *,
    seen: str | None = None,
    shows_in_mailbox: bool = False,
    released: Collection[str] = (),
) -> Judgement:
    """Correct the reporter's answers and judge the case again. What was judged before is kept.

    Answers that lead higher raise the case at once. Those that lead lower change no level: they ask
    a second person for one level less, as anybody has to who wants a case to wait longer. `seen`
    is the mark of the answers that are corrected, those of the mailbox among them: an older page
    takes nothing back. The advice in the mailbox follows only if it `shows_in_mailbox`: what was
    said in confidence is not for whoever holds the return code. `released` are the questions whose
    answers were corrected in confidence before, and that it follows from now on.
    """
    lock_case(work, case)
    work.require(may_correct_level, case)
    refuse_if_changed_since(seen, now=answers_mark_of(work, case))
    pages, table = queries.playbooks_judging_case(work, case), load_decision_table()
    questions = queries.staff_questions_of(pages)
    before = answers_of(work, case)
    after = _corrected(questions, before, changes)
    judgement = judge_report(table, pages, after)
    told_in_report = report_content.answers_of(work, case)
    # What the mailbox was told stays there, so that a newer answer counts; what is corrected counts
    # before it, and so does that an answer was taken away.
    kept = {name: value for name, value in after.items() if name in {*told_in_report, *changes}}
    kept |= {name: "" for name, value in changes.items() if not value}
    in_mailbox = answers_in_mailbox(work, case)
    hold_is_about = report_content.kind_asked_whether_it_stopped(work, case)
    # What is corrected anew goes by its own tick.
    shown = {name: kept.get(name, "") for name in set(released).difference(changes)}
    shown |= {**changes} if shows_in_mailbox else {}
    if shown:
        in_mailbox = _corrected(questions, in_mailbox, shown)
        later = report_content.mailbox_answers_of(work, case)
        if "hold" in shown:  # what is told now is told of all that the case is about now
            hold_is_about = case.kinds[0] if len(case.kinds) == 1 else ""
        seal_answers_for_advice(
            case,
            in_mailbox,
            questions_answered_later=later,
            hold_is_about=hold_is_about,
            reported=report_content.kinds_reported(work, case),
        )
        work.record("case.answers_released", case, answers=sorted(shown))
    report_content.correct_answers(
        work, case, kept, in_mailbox=in_mailbox, hold_is_about=hold_is_about
    )
    for question in changes:
        record_contribution(
            work, case.id, ContributionKind.EVIDENCE, name=answer_contribution_name(question)
        )
    platform = load_current_library().named_platform(after)
    case.platform = platform.slug if platform else None
    was = judge_report(table, pages, before).level
    if changes and _apply(work, case, judgement, was=was, answers=after, corrected=sorted(changes)):
        _ask_as_judged(work, case, judgement)
    return judgement


def _corrected(
    questions: Iterable[Question], before: Context, changes: Mapping[str, Value]
) -> dict[str, Value]:
    """The answers with what is changed in them, without those that the changes hide. What was
    answered on a page that has left the case since was told all the same."""
    told = {name: value for name, value in {**before, **changes}.items() if value}
    elsewhere = set(told) - {question.id for question in questions}
    return drop_hidden_answers(questions, told) | {name: told[name] for name in elsewhere}


def judge_case_after_kind_change(
    work: Work, case: Case, *, was_about: Sequence[Playbook]
) -> Judgement:
    """Judge a case again, as it is about something else or more than before. The old result is
    kept.

    As with a corrected answer, a level set by hand stands until what is judged leads elsewhere. It
    only ever rises here, and nobody is asked: what was told stands under another name too.
    """
    lock_case(work, case)
    work.require(may_correct_level, case)
    table, answers = load_decision_table(), answers_of(work, case)
    judgement = judge_report(table, queries.playbooks_judging_case(work, case), answers)
    was = judge_report(table, was_about, answers).level
    _apply(work, case, judgement, was=was, answers=answers, about=[*case.kinds])
    return judgement


def _apply(
    work: Work,
    case: Case,
    judgement: Judgement,
    *,
    was: Level,
    answers: Context,
    **details: list[str],
) -> bool:
    """Raise the case, if what is judged leads higher than before; true if it leads lower."""
    level, rule = case.level, judgement.code
    if judgement.level is not was:
        level = highest_level([judgement.level, *_raised_by_hand(work, case)])
    leads_lower = level.rank < case.level.rank
    if leads_lower:
        level, rule = case.level, case.rule
        if rule in (DANGER_TOLD, DANGER_SEEN):  # told again, it is new
            rule = DANGER_WAS_TOLD
    elif case.rule == DANGER_TOLD and judgement.settled["danger"] == IMMINENT:
        rule = DANGER_TOLD  # until one of us records something else about it
    keep_level_evaluation(work, case, level=level, rule=rule, inputs={"answers": answers})
    work.record(
        "case.judged",
        case,
        was=case.level,
        level=level,
        rule=rule,
        table=judgement.table_version,
        **details,
    )
    move_to_level(work, case, level, rule=rule)
    return leads_lower


def _ask_as_judged(work: Work, case: Case, judgement: Judgement) -> None:
    """Call for the second person without whom corrected answers lower nothing."""
    lower = queries.next_lower_level(case.level)
    if lower is not None and queries.pending_lower_level_request(work, case) is None:
        reason = (
            f"The answers were corrected, and lead to {judgement.level} by rule {judgement.code}."
        )
        _write_wish(work, case, level=lower, reason=reason)


def raise_case_level(work: Work, case: Case, *, level: Level, reason: str) -> None:
    """Raise the level of a case above what the table says. One person is enough for that."""
    lock_case(work, case)
    work.require(may_correct_level, case)
    if level.rank <= case.level.rank:
        raise Conflict(
            f"This case is already {case.level}. To lower the level, ask a second person to agree."
        )
    keep_level_evaluation(work, case, level=level, rule=RAISED, inputs={"reason": reason})
    work.record("case.level_raised", case, was=case.level, level=level)
    move_to_level(work, case, level, rule=RAISED)


def request_lower_level(
    work: Work, case: Case, *, level: Level | None, reason: str
) -> LowerLevelRequest:
    """Request that a second person agrees to lower the level by one."""
    lock_case(work, case)
    work.require(may_correct_level, case)
    level = _one_below(case, level)
    _refuse_in_danger(work, case)
    if queries.pending_lower_level_request(work, case) is not None:
        raise StalePage(
            "Someone has already asked for a lower level. It is waiting for a second person."
        )
    return _write_wish(work, case, level=level, reason=reason)


def decide_lower_level_request(
    work: Work, request: LowerLevelRequest, *, granted: bool, seen: str | None = None
) -> None:
    """Decide, as the second person, on a request to lower the level. `seen` is the mark of the case
    and of the wish on their page: what the reporter wrote since, they have not read."""
    case = request.case
    # A level that is being raised at this moment is waited for, and never lowered over.
    lock_case(work, case)
    work.require(may_decide_lower_level, request)
    work.session.refresh(request, with_for_update=True)  # of two who decide at once, one does
    if request.decided_at is not None:
        raise StalePage("Someone else has already decided this.")
    refuse_if_changed_since(seen, now=case_mark_of(work, case, request.id))
    if granted:
        _one_below(case, request.level)
        _refuse_in_danger(work, case)
    request.decided_by, request.decided_at, request.granted = work.actor.id, work.at, granted
    work.record(
        "case.lowering_decided", request, was=case.level, level=request.level, granted=granted
    )
    news.notify_person(work, case.id, request.asked_by, NewsKind.LOWERING_DECIDED)
    if granted:
        reason = {"reason": work.keys.open(request, "reason"), "asked_by": request.asked_by}
        keep_level_evaluation(work, case, level=request.level, rule=LOWERED, inputs=reason)
        record_contribution(work, case.id, ContributionKind.LEVEL, actor=request.asked_by)
        move_to_level(work, case, request.level, rule=LOWERED)


def _write_wish(work: Work, case: Case, *, level: Level, reason: str) -> LowerLevelRequest:
    end_undecided_requests(work, case, LowerLevelRequest)
    request = LowerLevelRequest(
        case=case, case_id=case.id, level=level, asked_by=work.actor.id, asked_at=work.at
    )
    request.reason = work.keys.seal(request, "reason", reason)
    work.session.add(request)
    work.record("case.lowering_asked", request, was=case.level, level=level)
    return request


def record_alert_result(
    work: Work, case_id: str, reached: AlertResult, *, action: str, **details: int | str
) -> None:
    """Record who got an alert about a case. While nobody has, it stands on the board in red.

    No rule: the worker says what became of a letter.
    """
    case = work.session.get(Case, case_id)
    if case is None:
        return
    # A letter is sent a moment after what a reporter did.
    since = round_time_for_reporter(work.at)
    case.unheard_since = None if reached.is_heard else case.unheard_since or since
    work.record(
        action if reached.is_heard else UNHEARD,
        case,
        told=reached.told,
        **({"untold": reached.untold} if reached.untold else {}),
        **details,
    )


def _raised_by_hand(work: Work, case: Case) -> list[Level]:
    by_hand = [
        one
        for one in queries.level_evaluations_newest_first(work, case)
        if one.rule in (RAISED, LOWERED)
    ]
    return [one.level for one in by_hand[:1] if one.rule == RAISED]


def _one_below(case: Case, level: Level | None) -> Level:
    if level is None or level is not queries.next_lower_level(case.level):
        raise Conflict(f"A case that is {case.level} can only be lowered by one level at a time.")
    return level


def _refuse_in_danger(work: Work, case: Case) -> None:
    if queries.judge_current_answers(work, case).settled["danger"] == IMMINENT:
        raise Conflict("A case stays immediate while someone is in danger.")
