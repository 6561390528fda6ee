"""Loading the signed-in person before every page: in one trip, and no more than every page
wants."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.accounts.models import Membership, Person, SignInSession
from helpdesk.accounts.operations import sessions
from helpdesk.accounts.queries import holds_team_key
from helpdesk.core.actors import Actor, Role
from helpdesk.core.keys import Key
from helpdesk.core.sealing import Secret

# One row for each of their teams, or one without a team.
WHO: Final = (
    select(
        SignInSession.id,
        SignInSession.surface,
        SignInSession.unlocked,
        SignInSession.is_complete,
        SignInSession.begun_at,
        SignInSession.seen_at,
        SignInSession.person_id,
        Person.name,
        Person.role,
        Person.disabled_at,
        Person.key_id,
        Key.public_half,
        Membership.team_id,
        holds_team_key(Membership.team_id).label("is_let_in"),
    )
    .join(Person, Person.id == SignInSession.person_id)
    .join(Key, Key.id == Person.key_id)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .where(SignInSession.id == bindparam("id"))
)


@dataclass(frozen=True)
class SignedInPerson:
    """The person who is signed in, as flask-login wants them and as a page names them."""

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
    """Load the person whose cookie this is, by the rules of `is_session_valid`, and note that they
    were seen.

    Only the cookie opens their key; whoever stands between passphrase and second factor is nobody.
    """
    rows = session.execute(WHO, {"id": sessions.session_id_of(token)}).all()
    if not rows:
        return None
    row, teams = rows[0], [one for one in rows if one.team_id is not None]
    if not row.is_complete or not sessions.is_session_valid(row, row, surface=surface, at=at):
        return None
    secret = sessions.secret_of_session(row, token)
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
