"""Operations by which a reporter writes later: messages, answers, and that someone is in danger."""

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.cases import news
from helpdesk.cases.models import Case, Message
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.policy import is_reporter_of
from helpdesk.cases.queries import lock_case
from helpdesk.cases.report_content import DANGER_NOW
from helpdesk.core.recent_times import column_not_ahead
from helpdesk.core.work import Work
from helpdesk.intake import queries
from helpdesk.intake.operations.reopening import reopen_case_for_reporter
from helpdesk.playbooks.conditions import Context
from helpdesk.triage.case_advice import add_answers_for_advice, answers_for_advice
from helpdesk.triage.first_reply_clock import owe_reply_to_reporter
from helpdesk.triage.raised_by_reporter import (
    is_danger_report_unanswered,
    raise_case_for_answers,
    raise_case_for_danger,
)

# For those who read it: the words of the button.
DANGER_IN_WORDS: Final = "Someone is in danger now. (They pressed this button in their mailbox.)"
# What the mailbox has of it: a message of theirs that has any is in no list there, so that who sits
# beside them and knows that they wrote nothing does not read that they did.
NOT_SHOWN: Final = ""


def record_deferred_answers(work: Work, case: Case, *, body: str, answers: Context) -> Message:
    """Record answers to deferred questions, which `body` says in words; the advice in the mailbox
    follows them. Those that lead to a higher level raise the case."""
    message = send_message_as_reporter(work, case, body=body, answers=answers)
    raise_case_for_answers(work, case, before=answers_for_advice(work, case), answers=answers)
    add_answers_for_advice(work, case, answers)
    return message


def send_message_as_reporter(
    work: Work, case: Case, *, body: str, answers: Context | None = None
) -> Message:
    """Send a message as the reporter, to which we owe an answer. A case that waited for them, or
    was closed, wakes up."""
    message = _add_message(work, case, body=body, answers=answers)
    news.notify_owner(work, case.id, NewsKind.MESSAGE)
    return message


def report_danger(work: Work, case: Case) -> None:
    """Report, as the reporter, that someone is in danger now: it raises the case at once and alerts
    those on duty. Pressed again in the same hour, with nothing said or judged in between, it does
    nothing more; whoever presses it later has a reason, and is heard again."""
    work.require(is_reporter_of, case)
    lock_case(work, case)
    if _has_just_been_told(work, case):
        return
    # Advice and messages in the mailbox stay as they were: who else reads there sees nothing of it.
    _add_message(work, case, body=DANGER_IN_WORDS, answers=DANGER_NOW, is_shown=False)
    news.notify_person(work, case.id, case.owner_id, NewsKind.MESSAGE)
    raise_case_for_danger(work, case)


def _has_just_been_told(work: Work, case: Case) -> bool:
    """Whether the press is the last that was written, but for questions that were answered since:
    those were asked of everybody, and who answers one has pressed nothing."""
    answered = (
        Message.is_from_reporter & Message.answers.is_not(None) & Message.for_reporter.is_(None)
    )
    newest = work.session.scalar(
        select(Message)
        .where(Message.case_id == case.id, ~answered)
        .where(column_not_ahead(Message.sent_at, at=work.at))
        .order_by(Message.sent_at.desc(), Message.id.desc())
        .limit(1)
    )
    return (
        newest is not None
        and newest.is_from_reporter
        and newest.for_reporter is not None
        and newest.sent_at >= work.hour_for_reporter
        and is_danger_report_unanswered(case)
    )


def _add_message(
    work: Work, case: Case, *, body: str, answers: Context | None, is_shown: bool = True
) -> Message:
    work.require(is_reporter_of, case)
    lock_case(work, case)
    message = Message(
        case=case,
        case_id=case.id,
        is_from_reporter=True,
        author=work.actor.id,
        sent_at=_after_the_last(work, case),
    )
    message.body = work.keys.seal(message, "body", body)
    if answers:
        message.answers = work.keys.seal(message, "answers", json.dumps(answers))
    if not is_shown:
        place = message.envelope_place_of("for_reporter")
        message.for_reporter = case.reporter_public.seal_text(NOT_SHOWN, place)
    work.session.add(message)
    # By this the database keeps room for it, when much else was written (0093).
    work.record("message.received", message, **({} if is_shown else {"in_danger": True}))
    reopen_case_for_reporter(work, case)
    owe_reply_to_reporter(work, case)
    return message


def _after_the_last(work: Work, case: Case) -> datetime:
    """The full hour; but an answer to what was asked within it still stands behind the question."""
    last = queries.last_message_at(work, case)
    return (
        max(work.hour_for_reporter, last + timedelta(microseconds=1))
        if last
        else work.hour_for_reporter
    )
