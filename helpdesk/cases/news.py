"""News of cases: recorded for the people concerned, emailed, marked as seen and deleted.

Whoever changes a case queues it; the worker finds out whom it concerns and writes the rows. No
process but the worker and the ticker may write one, and the pages show each person their own.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy import case as when
from sqlalchemy.dialects.postgresql import insert

from helpdesk.cases.events import NewsForOwner, NewsForPerson
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import BY_REPORTERS, NewsKind
from helpdesk.core.database import new_id
from helpdesk.core.work import Work, round_down_to_hour, round_time_for_reporter

KEPT_AFTER_SEEN: Final = timedelta(days=14)
KEPT_UNSEEN: Final = timedelta(days=90)

# Whether a case has news for somebody that they have not seen: asked with the page of the case.
UNSEEN_OF_CASE: Final = (
    select(News.id)
    .where(
        News.case_id == bindparam("case_id"),
        News.person_id == bindparam("reader_id"),
        News.seen_at.is_(None),
    )
    .limit(1)
)


def bind_values_of_unseen_news(work: Work) -> dict[str, Any]:
    """The bind values of UNSEEN_OF_CASE, beside the id of a case."""
    return {"reader_id": work.actor.person_id or ""}


def notify_owner(work: Work, case_id: str, kind: NewsKind, *, request_id: str = "") -> None:
    """Notify a case's owner and who wrote the request of news; those on duty, if nobody has it.

    Nobody hears of what they did themselves. No rule: it is queued by what happened.
    """
    work.announce(NewsForOwner(case_id, kind, request_id, but=work.actor.person_id or ""))


def notify_person(
    work: Work, case_id: str, person: str | None, kind: NewsKind, *, request_id: str = ""
) -> None:
    """Notify one person of news: an id, or the name of an actor; nobody, if it is none of ours.

    Nobody hears of what they did themselves. No rule: it is queued by what happened.
    """
    person_id = (person or "").removeprefix("person:")
    if person_id == work.actor.person_id or not person_id or ":" in person_id:
        return
    work.announce(NewsForPerson(case_id, person_id, kind, request_id))


def write_news_for_person(
    work: Work, case: Case, person_id: str, kind: NewsKind, *, request_id: str = ""
) -> None:
    """Record news for a person; what they have not seen yet of the kind is counted in the same row.

    No rule: the worker has found out whom it concerns. Brought twice, it is counted twice.
    """
    # Told by itself, so never closer than a reporter's clock: it may be they who raised the level.
    at = round_down_to_hour(work.at) if kind in BY_REPORTERS else round_time_for_reporter(work.at)
    row = insert(News).values(
        id=new_id(),
        person_id=person_id,
        case_id=case.id,
        request_id=request_id or None,
        what=kind,
        at=at,
        times=1,
        is_untold=True,
    )
    again = {
        "at": row.excluded.at,
        "request_id": row.excluded.request_id,
        "times": when((News.seen_at.is_(None), News.times + 1), else_=1),
        "seen_at": None,
        "is_untold": True,
    }
    work.session.execute(
        row.on_conflict_do_update(index_elements=["person_id", "case_id", "what"], set_=again)
    )


def delete_old_news(work: Work) -> None:
    """Delete old news: what was seen two weeks ago, and what nobody came to see in three months."""
    # By a function: with a table's DELETE a role could lock all of it.
    forget = func.forget_news(work.at - KEPT_AFTER_SEEN, work.at - KEPT_UNSEEN)
    work.session.execute(select(forget))


def news_to_email(work: Work, person_id: str, team_id: str) -> Sequence[tuple[News, Case]]:
    """The news that an email has still to tell a person who works in the queue, most urgent
    first."""
    waiting = (
        select(News, Case)
        .join(Case, Case.id == News.case_id)
        .where(News.person_id == person_id, Case.team_id == team_id)
        .where(News.seen_at.is_(None), News.is_untold)
        .order_by(Case.level, News.at, News.id)
    )
    return [(row[0], row[1]) for row in work.session.execute(waiting)]


def mark_news_emailed(work: Work, found: Sequence[tuple[News, Case]]) -> None:
    """Mark a person's news as emailed: what comes after is emailed again."""
    # A letter goes so long after what a reporter did as the level says: no closer than that.
    told_at = round_time_for_reporter(work.at)
    for news, _case in found:
        same = News.id == news.id, News.times == news.times
        _change(work, *same, is_untold=False)
        _change(work, News.id == news.id, told_at=told_at)


def mark_news_seen(work: Work, *, case_id: str = "", request_id: str = "") -> None:
    """Mark a person's news as seen, of a case or request that they opened; of all, without either.

    What someone else holds just now is marked the next time: no page waits for it.
    """
    mine = [News.person_id == work.actor.person_id, News.seen_at.is_(None)]
    if case_id:
        mine.append(News.case_id == case_id)
    if request_id:
        mine.append(News.request_id == request_id)
    free = select(News.id).where(*mine).with_for_update(skip_locked=True).cte()
    _change(work, News.id.in_(select(free.c.id)), seen_at=work.at)


def _change(work: Work, *rows: ColumnElement[bool], **values: Any) -> None:
    changed = update(News).where(*rows).values(**values)
    work.session.execute(changed.execution_options(synchronize_session=False))
