"""The two-person rule for access to a team: who invited somebody does not also give them access.

Whoever gives somebody the code to enrol with could enrol as them. So an account counts as a person
of its own once someone of a queue, who did not come in by the same hand, has let it in. Operators
are in no queue and let nobody in: a code of theirs and a colleague who lets in are two people.
"""

from sqlalchemy.orm import Session

from helpdesk.accounts import queries
from helpdesk.accounts.models import Membership, Person, TeamKind
from helpdesk.core.actors import Role
from helpdesk.core.markup import bidi_isolate

PERSON = "person:"
NOBODY_KNOWN = ""  # behind accounts that gave each other their codes


def access_sponsor_of(
    session: Session, actor_id: str, *, seen: frozenset[str] = frozenset()
) -> str:
    """The actor who stands behind this one: themselves, or who brought them in.

    NOBODY_KNOWN where codes went round in a ring that nobody from outside has let in: each new code
    takes the place of the one before, so that whoever began it is not written down any more.
    """
    person = session.get(Person, actor_id.removeprefix(PERSON))
    if person is None or not _could_be_another(session, person.code_given_by):
        return actor_id
    if actor_id in seen:
        return NOBODY_KNOWN
    seen |= {actor_id}
    maker = access_sponsor_of(session, person.code_given_by or "", seen=seen)
    vouchers = {one.let_in_by for one in person.memberships if one.let_in_by is not None}
    for voucher in sorted(vouchers - seen):
        if access_sponsor_of(session, voucher, seen=seen) not in (maker, NOBODY_KNOWN):
            return actor_id
    return maker


def is_independent_account(session: Session, person: Person) -> bool:
    """Whether an account is independent: nobody else of a queue could be the one behind it."""
    return access_sponsor_of(session, actor_id_of(person)) == actor_id_of(person)


def actor_id_of(person: Person) -> str:
    """The actor id of a person, as history has it."""
    return f"{PERSON}{person.id}"


def _could_be_another(session: Session, giver_id: str | None) -> bool:
    """Whether whoever gave a code is in queues themselves. Older accounts do not say who it was."""
    giver = session.get(Person, (giver_id or "").removeprefix(PERSON))
    return giver is not None and giver.role is not Role.OPERATOR


def why_access_is_refused(session: Session, membership: Membership, by: str) -> str:
    """The sentence that says why somebody cannot give this person access; empty if they can.

    Partners let in their own: what their team reads, the helpdesk wrote to them.
    """
    newcomer, giver = membership.person, membership.person.code_given_by
    if membership.team.kind is not TeamKind.QUEUE:
        return ""
    if giver == by:
        return (
            f"You gave {bidi_isolate(newcomer.name)} the code they enrolled with, so someone else "
            "has to give them access. That way, one person can’t pose as two."
        )
    behind = {access_sponsor_of(session, giver)} if giver is not None else set()
    if NOBODY_KNOWN in behind:
        return (
            f"{bidi_isolate(newcomer.name)}’s code came from one of several accounts that gave "
            "each other their codes, so we can’t tell who was behind it. Ask an operator to give "
            "them a new one."
        )
    # In a queue that they were let into first, the newcomer may be the one behind who lets in.
    behind.add(access_sponsor_of(session, actor_id_of(newcomer)))
    if access_sponsor_of(session, by) in behind:
        return (
            f"The same person brought in both you and {bidi_isolate(newcomer.name)}, so someone "
            "who joined another way has to give them access. That way, one person can’t pose as "
            "two."
        )
    return ""


def names_of_access_granters(session: Session, membership: Membership) -> list[str]:
    """The names of those who can give a member access, of all who can open the queue now."""
    return [
        one.name
        for one in queries.members_with_key(session, membership.team_id)
        if one.id != membership.person_id
        and not why_access_is_refused(session, membership, actor_id_of(one))
    ]
