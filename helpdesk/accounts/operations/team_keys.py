"""Keys of teams: created by the first member, and given to the next ones or taken from them."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from helpdesk.accounts.keys_signed_by_helpdesk import (
    epochs_of_team_key,
    team_signing_key_file,
    verified_key_of_person,
)
from helpdesk.accounts.models import Membership, Person, Team, TeamKind
from helpdesk.accounts.policy import may_share_team_key
from helpdesk.accounts.stale_page_marks import fingerprint_mark_of
from helpdesk.accounts.two_person_access_rule import is_independent_account, why_access_is_refused
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.key_signatures import sign_key
from helpdesk.core.keys import Key, KeyCopy, KeyKind, make_unsaved_key, seal_key_for
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.sealing import Secret
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.work import Work


def create_team_key(work: Work, team: Team, person: Person) -> bool:
    """Create a team's key if it has none, for this person, who is its first member.

    The house signs it: whatever else is put under the team's name, nothing is sealed to that.

    The key of a queue is made by a person of their own: it counts as being let in, and who was let
    in by nobody may be a second account of whoever invited them.

    No rule: it happens while somebody enrols, to teams they were invited into.
    """
    if team.kind is TeamKind.QUEUE and not is_independent_account(work.session, person):
        return False
    known, house = (
        epochs_of_team_key(work, team),
        work.keys.service.secret(team_signing_key_file(team.kind)),
    )
    if person.key is None or known.current is not None or house is None:
        return False
    key, secret = make_unsaved_key(KeyKind.TEAM, team.id, known.next_epoch)
    # Two first members at once: the second waits here for the first, and has made none.
    new = insert(Key).values(
        id=key.id, kind=key.kind, owner_id=team.id, epoch=key.epoch, public_half=key.public_half
    )
    if work.session.scalar(new.on_conflict_do_nothing().returning(Key.id)) is None:
        return False
    sign_key(work.session, key, by=house, secret=secret)
    seal_key_for(work.session, key, secret, verified_key_of_person(work, person))
    work.keys.remember(key.id, secret)
    work.record("team.key_made", team, person_id=person.id)
    return True


def grant_team_key(work: Work, membership: Membership, *, seen: str | None = None) -> None:
    """Give a colleague access to a team that we share: seal its keys to theirs. Only who holds a
    key can give it.

    Into a queue, never who gave them their code, or came in by the same hand: nobody alone makes
    a second person of themselves. Whose sign-in was reset before is told by letter. `seen` is the
    mark of the six words on the page: another key, made since, was compared by nobody.
    """
    work.require(may_share_team_key, membership)
    newcomer = membership.person
    lock_person_and_teams(work, newcomer)  # they may be reset, or taken out, at this moment
    if membership not in newcomer.memberships:
        raise NotFound
    if newcomer.key is None:
        name = bidi_isolate(newcomer.name)
        raise Conflict(f"{name} has not enrolled yet, so there is no key to encrypt to.")
    refusal = why_access_is_refused(work.session, membership, work.actor.id)
    if refusal:
        raise Conflict(refusal)
    given, theirs = False, verified_key_of_person(work, newcomer)
    refuse_if_changed_since(seen, now=fingerprint_mark_of(theirs))
    for key in epochs_of_team_key(work, membership.team).good:
        if work.session.get(KeyCopy, (key.id, theirs.id)) is None:
            seal_key_for(work.session, key, _held(work, key), theirs)
            given = True
    if not given:
        raise StalePage(f"{bidi_isolate(newcomer.name)} can already read this team’s cases.")
    if membership.team.kind is TeamKind.QUEUE:  # partners' own pages may write no membership
        membership.let_in_by, membership.let_in_at = work.actor.id, work.at
        _create_keys_that_waited(work, newcomer)
    work.record("team.let_in", membership.team, person_id=newcomer.id)
    if newcomer.was_reset:
        notify_access_change(work, newcomer)


def _create_keys_that_waited(work: Work, person: Person) -> None:
    """Of queues they are in that have no key: until now they could not make one."""
    for membership in person.memberships:
        create_team_key(work, membership.team, person)


def notify_access_change(work: Work, person: Person) -> None:
    """Queue an email to a person that something about their account has changed."""
    work.enqueue("accounts.tell_of_access", person_id=person.id, at=int(work.at.timestamp()))


def lock_person_and_teams(work: Work, person: Person) -> None:
    """Lock the row of a person, and read them and their teams as they are now."""
    work.session.flush()
    work.session.refresh(person, with_for_update={"of": Person})


def revoke_team_keys(work: Work, person: Person, team_id: str) -> None:
    """Take a team's keys from a person; refuse if nothing would open them any more.

    What the person has read they have read; a new key for what is written from now on (a new
    epoch) is made by a later part of the helpdesk.
    """
    if person.key_id is None:
        return
    # Of the last two who let go at the same moment, the second waits, and sees that they are last.
    # Reports, which point at the team, go on.
    team = select(Team.id).where(Team.id == team_id).with_for_update(key_share=True)
    work.session.execute(team)
    epochs = select(Key.id).where(Key.owner_id == team_id, Key.kind == KeyKind.TEAM)
    keys = list(work.session.scalars(epochs))
    mine = (KeyCopy.key_id.in_(keys), KeyCopy.holder_id == person.key_id)
    others = select(KeyCopy.key_id).where(
        KeyCopy.key_id.in_(keys), KeyCopy.holder_id != person.key_id
    )
    still_held = set(work.session.scalars(others))
    held = set(work.session.scalars(select(KeyCopy.key_id).where(*mine)))
    if held - still_held:
        raise Conflict(
            f"{bidi_isolate(person.name)} is the only person who can open what this team has. Give "
            "someone else access first, or nobody will be able to read it again."
        )
    work.session.execute(delete(KeyCopy).where(*mine))


def _held(work: Work, key: Key) -> Secret:
    if not work.keys.holds(key.id):
        raise NotAllowed("You don’t have access yourself yet, so you can’t give it to anyone.")
    return work.keys.secret(key.id)
