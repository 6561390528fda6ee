"""A team's key: the first member makes it, every member can give it to the next."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.accounts.models import Membership, Person, Team, TeamKind
from helpdesk.accounts.policy import may_let_in
from helpdesk.accounts.vouching import why_not_let_in
from helpdesk.core.errors import NotAllowed, NotNow
from helpdesk.core.keys import Key, KeyCopy, KeyKind, current_key, give, make_key
from helpdesk.core.markup import isolated
from helpdesk.core.sealing import Secret
from helpdesk.core.work import Work


def found_team_key(work: Work, team: Team, person: Person) -> bool:
    """Make the team's key if it has none, and give it to this person: nobody else has it yet.

    No rule: it happens while somebody enrols, to teams they were invited into.
    """
    if person.key is None or current_key(work.session, team.id) is not None:
        return False
    key, secret = make_key(KeyKind.TEAM, team.id)
    # Two first members at once: the second waits here for the first, and has made none.
    new = insert(Key).values(
        id=key.id, kind=key.kind, owner_id=team.id, epoch=1, public_half=key.public_half
    )
    if work.session.scalar(new.on_conflict_do_nothing().returning(Key.id)) is None:
        return False
    give(work.session, key, secret, person.key)
    work.keys.learn(key.id, secret)
    work.record("team.key_made", team, person_id=person.id)
    return True


def let_in(work: Work, membership: Membership) -> None:
    """Give a colleague the keys of the team we share. Only who holds a key can give it.

    Into a queue, never who gave them their code, or came in by the same hand: nobody alone makes
    a second person of themselves. Whose sign-in was reset before is told by letter.
    """
    work.require(may_let_in, membership)
    newcomer = membership.person
    if newcomer.key is None:
        name = isolated(newcomer.name)
        raise NotNow(f"{name} has not enrolled yet, so there is no key to seal to.")
    refusal = why_not_let_in(work.session, membership, work.actor.id)
    if refusal:
        raise NotNow(refusal)
    given = False
    for key in keys_of(work, membership.team_id):
        if work.session.get(KeyCopy, (key.id, newcomer.key.id)) is None:
            give(work.session, key, _held(work, key), newcomer.key)
            given = True
    if not given:
        raise NotNow(f"{isolated(newcomer.name)} can read this team's cases already.")
    if membership.team.kind is TeamKind.QUEUE:  # partners' own pages may write no membership
        membership.let_in_by, membership.let_in_at = work.actor.id, work.at
    work.record("team.let_in", membership.team, person_id=newcomer.id)
    if newcomer.was_reset:
        tell_of_access(work, newcomer)


def tell_of_access(work: Work, person: Person) -> None:
    """A letter to where their duty mail goes: something about their account has changed."""
    work.promise("accounts.tell_of_access", person_id=person.id, at=int(work.at.timestamp()))


def take_back(work: Work, person: Person, team_id: str) -> None:
    """Delete the person's copies of a team's keys; refuse if nothing would open them any more.

    What the person has read they have read; a new key for what is written from now on (a new
    epoch) is made by a later part of the helpdesk.
    """
    if person.key_id is None:
        return
    keys = [key.id for key in keys_of(work, team_id)]
    mine = (KeyCopy.key_id.in_(keys), KeyCopy.holder_id == person.key_id)
    others = select(KeyCopy.key_id).where(
        KeyCopy.key_id.in_(keys), KeyCopy.holder_id != person.key_id
    )
    still_held = set(work.session.scalars(others))
    held = set(work.session.scalars(select(KeyCopy.key_id).where(*mine)))
    if held - still_held:
        raise NotNow(
            f"{isolated(person.name)} is the only one who can open what this team has. "
            "Let somebody else in first, or nobody will ever read it again."
        )
    work.session.execute(delete(KeyCopy).where(*mine))


def keys_of(work: Work, team_id: str) -> list[Key]:
    """Every epoch of a team's key, oldest first."""
    epochs = select(Key).where(Key.owner_id == team_id, Key.kind == KeyKind.TEAM)
    return list(work.session.scalars(epochs.order_by(Key.epoch)))


def _held(work: Work, key: Key) -> Secret:
    if not work.keys.holds(key.id):
        raise NotAllowed("You wait to be let in yourself, so you have no key to give.")
    return work.keys.secret(key.id)
