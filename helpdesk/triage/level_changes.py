"""What follows when a level is given to a case: it is kept with what it rests on; clocks, requests
and the people concerned follow it."""

import json
from collections.abc import Mapping

from helpdesk.cases import news, response_targets
from helpdesk.cases.contributions import record_contribution
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, ContributionKind
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.operations.pausing import resume_case_if_raised
from helpdesk.core.work import Work
from helpdesk.triage import first_reply_clock
from helpdesk.triage.models import LevelEvaluation
from helpdesk.triage.repository import load_decision_table
from helpdesk.triage.surge_alerts import CALLS


def move_to_level(work: Work, case: Case, level: Level, *, rule: str) -> None:
    """Let a case have the level that somebody's judgement leads to. Whoever judges it has looked at
    it: it leaves the second lane also where its level stays, so that its alarms are its own."""
    response_targets.move_case_to_first_lane(work, case)
    was = case.level
    case.rule = rule
    if level is was:
        return
    case.level = level
    record_contribution(work, case.id, ContributionKind.LEVEL)
    news.notify_person(work, case.id, case.owner_id, NewsKind.LEVEL)
    if level.rank > was.rank:
        resume_case_if_raised(work, case)
    first_reply_clock.restart_first_reply_for_level(work, case)
    if level.rank > was.rank:
        call_on_duty_if_pressing(work, case, has_risen=True)
        raise_requests_with_case(work, case)


def raise_requests_with_case(work: Work, case: Case) -> None:
    """What partners were asked for the case is as urgent as the case from now on."""
    work.enqueue("escalations.follow_level", case_id=case.id)


def keep_level_evaluation(
    work: Work, case: Case, *, level: Level, rule: str, inputs: Mapping[str, object]
) -> None:
    """Keep, sealed, what a case was judged by: the rule and what it rests on."""
    evaluation = LevelEvaluation(
        case=case,
        case_id=case.id,
        at=work.at,
        by=work.actor.id,
        level=level,
        rule=rule,
        table_version=load_decision_table().version,
    )
    evaluation.inputs = work.keys.seal(evaluation, "inputs", json.dumps(inputs))
    work.add(evaluation)


def call_on_duty_if_pressing(work: Work, case: Case, *, has_risen: bool = False) -> None:
    """Alert those on duty to a case whose level calls them, unless it is in the second lane."""
    if case.level.rank < CALLS.rank or case.in_slow_lane:
        return
    if has_risen:
        work.enqueue("triage.call_on_duty", case_id=case.id, risen=1)
    else:
        work.enqueue("triage.call_on_duty", case_id=case.id)
