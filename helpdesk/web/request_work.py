"""The unit of work of a request: a response below 400 commits it, everything else rolls it back."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from helpdesk.core.actors import NOBODY, Actor
from helpdesk.core.lost_commits import commit
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work
from helpdesk.web.current_app_context import current_context
from helpdesk.web.session_cookies import session_cookie_name


@dataclass(frozen=True)
class Identity:
    """The identity behind a request: the actor, what they can open, the row that says they signed
    in."""

    actor: Actor
    secrets: dict[str, Secret] = field(default_factory=dict)
    own: Secret | None = None
    person: object | None = None
    session_id: str | None = None


STRANGER = Identity(NOBODY)

View = TypeVar("View", bound=Callable[..., Any])
Identify = Callable[[Session, datetime], Identity]


def init_app(app: Flask, identify: Identify) -> None:
    """Open a unit of work when a view first needs one; commit it or roll it back with the
    response."""
    app.extensions["identify"] = identify
    app.after_request(_end)
    app.teardown_appcontext(_drop)


def current_work() -> Work:
    """The unit of work of this request."""
    if "work" not in g:
        context = current_context()
        session = context.sessions()
        g.open_session = session
        # Should the database be away, the page that says so is a stranger's page.
        g.presence = STRANGER
        g.came_as = None
        now = _now(session)
        presence = cast(Identify, current_app.extensions["identify"])(session, now)
        g.presence = g.came_as = presence
        g.work = context.work_in_session(
            session, presence.actor, secrets=presence.secrets, own=presence.own, at=now
        )
    return cast(Work, g.work)


def _now(session: Session) -> datetime:
    """The database's time. Who only reads, and is known to nobody, waits for no database."""
    clock = current_context().clock
    if clock.is_stale and (request.method == "POST" or session_cookie_name() in request.cookies):
        with suppress(OperationalError):  # whoever needs it, says that it is away
            session.connection()
    return clock.now()


def current_identity() -> Identity:
    """The identity behind this request."""
    if "presence" not in g:
        current_work()
    return cast(Identity, g.presence)


def original_actor_of_request() -> str | None:
    """The actor who sent this request, also where it has become a stranger's since. None where that
    is not known, because nobody asked or the database was away."""
    came_as: Identity | None = g.get("came_as")
    return came_as.actor.id if came_as is not None else None


def become_anonymous() -> None:
    """Make this request a stranger's from here on: the database, which knew better, is away."""
    g.presence = STRANGER
    g.pop("_login_user", None)  # what flask-login has found; it will ask us again


work = cast(Work, LocalProxy(current_work))


def _end(response: Response) -> Response:
    ended: Work | None = g.pop("work", None)
    if ended is not None:
        if response.status_code < 400:
            commit(ended.session)
        else:
            ended.session.rollback()
    return response


def _drop(_error: BaseException | None) -> None:
    session: Session | None = g.pop("open_session", None)
    if session is not None:
        session.close()
