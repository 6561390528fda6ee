"""News lines: what happened on cases that concern the signed-in person, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, func, select

from helpdesk.cases import queries as cases
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation

SHOWN: Final = 5
LISTED: Final = 200
WORDS: Final = {
    NewsKind.HANDED_OVER: "The case was handed over to you.",
    NewsKind.NO_LONGER_YOURS: (
        "You no longer have the case: someone else does, or it is back in the queue."
    ),
    NewsKind.MESSAGE: "The reporter wrote.",
    NewsKind.AGREEMENT: "The reporter changed or confirmed their permissions.",
    NewsKind.DENIED: "The reporter says they didn’t tell us something we recorded. Write to them.",
    NewsKind.WITHDRAWN: "The reporter withdrew the report.",
    NewsKind.BACK: "The case is no longer waiting: it’s our turn.",
    NewsKind.CLOSED: "A colleague closed the case.",
    NewsKind.REOPENED: "A colleague reopened the case.",
    NewsKind.NOTE: "A colleague left a note.",
    NewsKind.LEVEL: "A colleague changed how urgent it is.",
    NewsKind.LOWERING_DECIDED: "A colleague has decided about the lower level you asked for.",
    NewsKind.CLOSING_DECIDED: "A colleague has decided whether to close the case, as you asked.",
    NewsKind.APPROVED: "What you wrote to the partner was approved.",
    NewsKind.WAIVED: "Your request can be sent without the platform’s own form.",
    NewsKind.SENT_BACK: "A colleague sent the draft of a request back. Read why, and change it.",
    NewsKind.ASKED: "The partner has a question.",
    NewsKind.DECIDED: "The partner decided.",
    NewsKind.ACTED_BEFORE: "The partner had already acted before the request was withdrawn.",
    NewsKind.LINK_ENDED: (
        "A link to the request ended: someone who has it entered too many wrong codes."
    ),
    NewsKind.FIXED: "The reporter says it is fixed.",
    NewsKind.NOT_FIXED: "The reporter says it isn’t fixed, or only in part.",
    NewsKind.NOT_CARRIED: "The request couldn’t be sent.",
    NewsKind.OUR_MOVE_LATE: "Our deadline for the request has passed.",
    NewsKind.PARTNER_SILENT: "The partner hasn’t answered. Try another contact there.",
    NewsKind.UNANSWERED: "The partner didn’t answer in the end. Decide what to do without them.",
    NewsKind.REQUEST_OVER: "The request was withdrawn.",
    NewsKind.MOVED: "There is an update.",
}


@dataclass(frozen=True)
class NewsLine:
    """A line of news: what happened, where to read it, and whether it was seen."""

    ref: str
    level: Level
    request_ref: str | None
    words: str
    times: int
    at: datetime
    is_seen: bool


@dataclass(frozen=True)
class UnseenNews:
    """The news that a person has not seen, the most pressing first, and how much there is in
    all."""

    lines: tuple[NewsLine, ...]
    in_all: int

    @property
    def more(self) -> int:
        return self.in_all - len(self.lines)


def unseen_news(work: Work, limit: int = SHOWN) -> UnseenNews:
    """The news that this person has not seen yet, of cases that they may see."""
    found = _mine(work).where(News.seen_at.is_(None))
    rows = found.order_by(Case.level, News.at.desc(), News.id).limit(limit)
    lines = tuple(_line(row) for row in work.session.execute(rows))
    if len(lines) < limit:
        return UnseenNews(lines, len(lines))
    counted = found.with_only_columns(func.count()).order_by(None)
    return UnseenNews(lines, work.session.scalar(counted) or 0)


def all_news(work: Work) -> tuple[NewsLine, ...]:
    """All news of this person: what was not seen first, then what was, the newest before the
    others."""
    rows = _mine(work).order_by(News.seen_at.is_not(None), News.at.desc(), News.id).limit(LISTED)
    return tuple(_line(row) for row in work.session.execute(rows))


def _mine(work: Work) -> Select[News, str, Level, str]:
    visible = cases.visible_cases(work.actor).with_only_columns(Case.id)
    return (
        select(News, Case.ref, Case.level, Escalation.ref)
        .join(Case, Case.id == News.case_id)
        .outerjoin(Escalation, Escalation.id == News.request_id)
        .where(News.person_id == work.actor.person_id, Case.id.in_(visible))
    )


def _line(row: Row[News, str, Level, str]) -> NewsLine:
    news, ref, level, request_ref = row
    return NewsLine(
        ref=ref,
        level=level,
        request_ref=request_ref,
        words=WORDS[news.what],
        times=news.times,
        at=news.at,
        is_seen=news.seen_at is not None,
    )
