"""Background jobs of news: record it for the people concerned, and email it.

A letter goes out only for what they have not seen by then: at once where it cannot wait, later
where it can, and never two in a row. It names the cases, and says nothing of them.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from helpdesk.accounts import on_call
from helpdesk.accounts import queries as accounts
from helpdesk.cases import news
from helpdesk.cases.events import NewsForOwner, NewsForPerson
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.core import emails
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.jobs import Queue, job
from helpdesk.core.recent_times import column_happened_within
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation
from helpdesk.triage import operations
from helpdesk.triage.case_alerts import (
    compose_case_alert,
    send_case_alert_and_record,
    tier_of_one_person,
)
from helpdesk.triage.summary_emails import MOVED, defer_to_next_summary

# How long somebody has to see it by themselves before a letter says that something is new.
LETTER_AFTER: Final = {
    Level.IMMEDIATE: timedelta(0),
    Level.URGENT: timedelta(minutes=10),
    Level.SOON: timedelta(hours=2),
    Level.ROUTINE: timedelta(hours=8),
}
# Nobody gets a second letter sooner: what happens in between is in the next one. It is counted from
# the five minutes in which the last one went, so that five of these ten are left at least.
BETWEEN_LETTERS: Final = timedelta(minutes=10)


@job("triage.tell_owner", queue=Queue.NOTICES, leaves_the_house=False, on=NewsForOwner)
def write_case_news(
    context: AppContext,
    *,
    case_id: str,
    what: str = NewsKind.MOVED,
    request_id: str = "",
    but: str = "",
) -> None:
    """Record news for who has the case and who wrote the request; for those on duty, if nobody has
    it. That the reporter denies what we recorded is no matter of those alone, one of whom may have
    recorded it: the coordinators hear of it too, or duty."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None:
            return
        members = accounts.members_with_key(work.session, case.team_id)
        inside = {person.id for person in members}
        concerned = {case.owner_id, _writer(work, request_id)} - {None, but}
        if what == NewsKind.DENIED:
            leads = {one.id for one in members if one.role is Role.COORDINATOR}
            is_among_themselves = leads <= concerned
            concerned |= leads
        else:
            is_among_themselves = False
        for person_id in sorted(one for one in concerned if one in inside):
            _bring(work, case, str(person_id), NewsKind(what), request_id)
        is_for_duty = is_among_themselves or what == NewsKind.ACTED_BEFORE
        if case.owner_id not in inside or is_for_duty:
            work.enqueue("triage.tell_duty", case_id=case_id)


@job("triage.tell_duty", queue=Queue.NOTICES)
def email_on_duty_about_news(context: AppContext, *, case_id: str) -> None:
    """Email people on duty that something is new on a case that nobody has. Safe to run twice:
    within a minute it is the same letter. Whatever moves within ten minutes is told by one letter
    more."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None or defer_to_next_summary(work, case):
            return
        kind = f"moved-{int(work.at.timestamp()) // 60}"
        call = compose_case_alert(context, work, case, template="emails/case_moved.txt", kind=kind)
    send_case_alert_and_record(context, case_id, call, action=MOVED, kind=kind)


@job("triage.tell_person", queue=Queue.NOTICES, leaves_the_house=False, on=NewsForPerson)
def write_person_news(
    context: AppContext, *, case_id: str, person_id: str, what: str, request_id: str = ""
) -> None:
    """Record news for one person, if they can still open the case."""
    with context.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None:
            return
        if person_id in {one.id for one in accounts.members_with_key(work.session, case.team_id)}:
            _bring(work, case, person_id, NewsKind(what), request_id)


@job("triage.send_news", queue=Queue.NOTICES)
def email_unseen_news(context: AppContext, *, person_id: str, team_id: str) -> None:
    """Email a person all news they have not seen yet; nothing, if they have seen it. Safe to run
    twice: what a letter has said is not said again."""
    with context.begin() as work:
        found = news.news_to_email(work, person_id, team_id)
        if not found:
            return
        last = _last_email(work, person_id)
        if last is not None:
            rest = last + BETWEEN_LETTERS - work.at
            work.enqueue("triage.send_news", after=rest, person_id=person_id, team_id=team_id)
            return
        call = _compose(context, work, person_id, team_id, found)
    reached = on_call.send_alert(context, call)  # no transaction is open here
    with context.begin() as work:
        on_call.record_operator_alert(work, call, reached)
        for case_id in dict.fromkeys(case.id for _news, case in found):
            operations.record_alert_result(work, case_id, reached, action=MOVED)
        if reached.is_heard:
            news.mark_news_emailed(work, found)
    if reached.trouble is not None and not reached.is_heard:
        raise reached.trouble


def _bring(work: Work, case: Case, person_id: str, what: NewsKind, request_id: str) -> None:
    news.write_news_for_person(work, case, person_id, what, request_id=request_id)
    news.delete_old_news(work)
    work.enqueue(
        "triage.send_news",
        after=LETTER_AFTER[case.level],
        person_id=person_id,
        team_id=case.team_id,
    )


def _writer(work: Work, request_id: str) -> str | None:
    request = work.session.get(Escalation, request_id) if request_id else None
    return request.drafted_by.removeprefix("person:") if request is not None else None


def _last_email(work: Work, person_id: str) -> datetime | None:
    """When they had a letter in the last minutes; None if they had none."""
    told = select(func.max(News.told_at)).where(
        News.person_id == person_id,
        column_happened_within(News.told_at, BETWEEN_LETTERS, at=work.at),
    )
    return work.session.scalar(told)


def _tag(found: Sequence[tuple[News, Case]]) -> str:
    """The same for each try of one letter, and for no other: a mail program drops what it has.

    News of the same hour are alike by their time. `told_at` is another one after each letter.
    """
    said = sorted(
        (one.id, one.times, int(one.told_at.timestamp()) if one.told_at else 0)
        for one, _case in found
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _compose(
    context: AppContext,
    work: Work,
    person_id: str,
    team_id: str,
    found: Sequence[tuple[News, Case]],
) -> on_call.OnCallAlert:
    """The letter to that person; to duty, where they cannot be sent one."""
    by_ref = {case.ref: case for _news, case in found}
    letter = _tag(found)

    def email(reader_id: str, mailbox: str) -> Email:
        return emails.compose_email(
            context,
            "emails/news.txt",
            to=mailbox,
            key=f"news.{person_id}.{letter}.{reader_id}",
            level=found[0][1].level,
            cases=[(ref, f"{context.settings.staff_url}/cases/{ref}") for ref in by_ref],
        )

    ladder = (tier_of_one_person(person_id), *on_call.DUTY_FIRST)
    return on_call.compose_alert(work, team_id, email=email, tiers=ladder)
