"""Operations that raise a case at its reporter's word: danger told and answers in the mailbox, and
what is said of danger that was told and then taken back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Function, cast, func, select

from helpdesk.cases import news, report_content, response_targets
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.models.case import LevelColumn
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.pausing import resume_case_if_raised
from helpdesk.cases.queries import lock_case
from helpdesk.cases.stale_page_marks import reporter_mark_of
from helpdesk.core.errors import StalePage
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work
from helpdesk.playbooks.conditions import Context
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import playbooks_of_kinds
from helpdesk.runs.condition_context import answers_of
from helpdesk.triage import first_reply_clock
from helpdesk.triage.judgement import judge_report
from helpdesk.triage.level_changes import (
    call_on_duty_if_pressing,
    keep_level_evaluation,
    raise_requests_with_case,
)
from helpdesk.triage.models import DANGER_SEEN, DANGER_TOLD
from helpdesk.triage.policy import may_acknowledge_danger_in_withdrawn_case
from helpdesk.triage.repository import load_decision_table


def is_judged_by_danger_told(case: Case) -> bool:
    """Whether the reporter told us in the mailbox that someone is in danger now, on a case that is
    open, and none of us has recorded anything else about it since."""
    return case.rule == DANGER_TOLD and not case.is_closed


def is_danger_report_unanswered(case: Case) -> bool:
    """Whether the case is judged by danger that was told in the mailbox, and an answer is owed."""
    return is_judged_by_danger_told(case) and case.reply_due_at is not None


def is_reported_danger_unanswered(case: Case) -> bool:
    """Whether a case is judged by danger now, as the report or a correction says and while an
    answer of ours is owed, or as was told in the mailbox and only seen since. Told by the rule,
    which the public pages may read: answers they can only write."""
    if case.is_closed:
        return False
    is_by_report = load_decision_table().is_rule_for_danger_now(case.rule)
    return case.rule == DANGER_SEEN or (is_by_report and case.reply_due_at is not None)


def raise_case_for_danger(work: Work, case: Case) -> None:
    """Raise a case because its reporter says in the mailbox that someone is in danger now: that
    answer alone makes it IMMEDIATE, in the first lane, and those on duty are alerted, whoever has
    it.

    No rule: whoever calls this has asked whether it is their case, holds it, and has said that an
    answer is owed.
    """
    was, was_in_second_lane = case.level, case.in_slow_lane
    judge_by_danger_told(work, case)
    work.record("case.danger_told", case, was=was, level=case.level)
    _follow_raised_by_reporter(work, case, was=was, was_in_second_lane=was_in_second_lane)
    alert_on_duty_about_danger(work, case)


def raise_case_for_answers(work: Work, case: Case, *, before: Context, answers: Context) -> None:
    """Answers of the mailbox that lead to a higher level than the case has raise it at once, and
    call those on duty as any rise does; no answer there lowers anything. `before` are the answers
    that are known here without them: what those lead to by themselves was judged in its time.

    No rule: whoever calls this has asked whether it is their case, holds it, and has said that an
    answer is owed.
    """
    pages = playbooks_of_kinds(load_current_library(), case.kinds_for_reporter)
    level = _level_by(pages, {**before, **answers})
    if level.rank <= max(case.level.rank, _level_by(pages, before).rank):
        return
    was, was_in_second_lane = case.level, case.in_slow_lane
    _raise_by_reporter(
        work, case, func.raise_own_level_to(cast(level, LevelColumn)), answers=answers
    )
    work.record("case.raised_by_answers", case, was=was, level=case.level)
    _follow_raised_by_reporter(work, case, was=was, was_in_second_lane=was_in_second_lane)
    call_on_duty_if_pressing(work, case, has_risen=True)


def judge_by_danger_told(work: Work, case: Case) -> None:
    """Judge a case by the reporter's word that someone is in danger now, until one of us records
    something else about it.

    No rule: whoever calls this has asked whether it is their case, and holds it.
    """
    _raise_by_reporter(work, case, func.raise_own_level(), answers=report_content.DANGER_NOW)


def alert_on_duty_about_danger(work: Work, case: Case) -> None:
    """Queue an alert to people on duty because danger was told.

    No rule: the reporter has said so, in this piece of work or before.
    """
    told_at = int(work.at.timestamp())
    work.enqueue("triage.call_on_duty", case_id=case.id, risen=1, in_danger=told_at)


def acknowledge_danger_in_withdrawn_case(
    work: Work, case: Case, *, seen: str | None = None
) -> None:
    """Acknowledge, as a coordinator, danger told in a case that its reporter withdrew: it goes from
    the board. `seen` is the mark of what the reporter had let us know when the board was opened."""
    lock_case(work, case)
    work.require(may_acknowledge_danger_in_withdrawn_case, case)
    refuse_if_changed_since(seen, now=reporter_mark_of(work, case))
    if case.rule != DANGER_TOLD:
        raise StalePage("Someone else has already said that they have seen it.")
    case.rule = DANGER_SEEN
    inputs = {"answers": answers_of(work, case)}
    keep_level_evaluation(work, case, level=case.level, rule=case.rule, inputs=inputs)
    work.record("case.danger_seen", case)


def _level_by(pages: Sequence[Playbook], answers: Context) -> Level:
    """What these answers lead to by themselves: whatever decides and is not known here counts as
    the least urgent answer, and so does what was said of it in the report."""
    table = load_decision_table()
    least = {point.id: point.scale[0] for point in table.points}
    return judge_report(table, pages, {**answers, **least}).level


def _follow_raised_by_reporter(
    work: Work, case: Case, *, was: Level, was_in_second_lane: bool
) -> None:
    """Whoever has the case hears of it, its clocks and requests follow its level."""
    news.notify_person(work, case.id, case.owner_id, NewsKind.LEVEL)
    resume_case_if_raised(work, case)
    if case.level is not was:
        first_reply_clock.restart_first_reply_for_level(work, case)
        raise_requests_with_case(work, case)
    elif was_in_second_lane:  # where a case has no alarms of its own
        response_targets.schedule_remaining_reply_alarms(work, case)


def _raise_by_reporter(
    work: Work, case: Case, raise_own: Function[Any], *, answers: Context
) -> None:
    """Let the database raise the case whose mailbox is open, as the public pages may not: it gives
    the level and the rule, which are kept with the answers that they rest on."""
    work.session.flush()
    work.session.execute(select(raise_own))
    work.session.refresh(case, ["level", "rule", "in_slow_lane"])
    keep_level_evaluation(work, case, level=case.level, rule=case.rule, inputs={"answers": answers})
