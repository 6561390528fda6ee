"""Who is at the door, asked before every page: one trip, and no more than every page wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.accounts.models import Membership, Person, StaffSession
from helpdesk.accounts.operations import sessions
from helpdesk.accounts.queries import holds_key_of
from helpdesk.core.actors import Actor, Role
from helpdesk.core.batch_query import BatchQuery
from helpdesk.core.keys import Key
from helpdesk.core.sealing import Secret

OF_A_COOKIE: Final = StaffSession.id == bindparam("id")
WHO: Final = BatchQuery(
    sign_ins=select(
        StaffSession.id,
        StaffSession.surface,
        StaffSession.unlocked,
        StaffSession.is_complete,
        StaffSession.begun_at,
        StaffSession.seen_at,
        StaffSession.person_id,
        Person.name,
        Person.role,
        Person.disabled_at,
        Person.key_id,
        Key.public_half,
    )
    .join(Person, Person.id == StaffSession.person_id)
    .join(Key, Key.id == Person.key_id)
    .where(OF_A_COOKIE),
    teams=select(Membership.team_id, holds_key_of(Membership.team_id).label("is_let_in"))
    .join(StaffSession, StaffSession.person_id == Membership.person_id)
    .join(Person, Person.id == Membership.person_id)
    .where(OF_A_COOKIE),
)


@dataclass(frozen=True)
class SignedInPerson:
    """Somebody who is signed in, as flask-login wants them and as a page names them."""

    id: str
    name: str
    role: Role
    teams: frozenset[str]
    waits_in: frozenset[str]
    sign_in_id: str
    key_id: str
    secret: Secret = field(repr=False)

    is_authenticated: ClassVar = True
    is_anonymous: ClassVar = False
    is_active: ClassVar = True

    def get_id(self) -> str:
        return self.id

    def as_actor(self) -> Actor:
        """Who this person is in history and to the rules."""
        return Actor(
            f"person:{self.id}",
            self.role,
            teams=self.teams,
            person_id=self.id,
            waits_in=self.waits_in,
        )


def load_signed_in_person(
    session: Session, token: str, *, surface: str, at: datetime
) -> SignedInPerson | None:
    """The person whose cookie this is, by the rules of `sessions.counts`, and seen from now on.

    Only the cookie opens their key; whoever stands between passphrase and second factor is nobody.
    """
    found = WHO.ask(session, id=sessions.session_id_of(token))
    for row in found["sign_ins"]:
        return _entering(session, row, found["teams"], token, surface=surface, at=at)
    return None


def _entering(
    session: Session,
    row: Any,
    teams: Sequence[Any],
    token: str,
    *,
    surface: str,
    at: datetime,
) -> SignedInPerson | None:
    if not row.is_complete or not sessions.counts(row, row, surface=surface, at=at):
        return None
    secret = sessions.unlocked_secret(row, token)
    if secret is None or secret.public.raw != row.public_half:
        return None
    sessions.touch_session(session, row, at=at)
    return SignedInPerson(
        id=row.person_id,
        name=row.name,
        role=row.role,
        teams=frozenset(one.team_id for one in teams),
        waits_in=frozenset(one.team_id for one in teams if not one.is_let_in),
        sign_in_id=row.id,
        key_id=row.key_id,
        secret=secret,
    )
