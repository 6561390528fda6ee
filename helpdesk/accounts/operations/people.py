"""Operations on people: invite, add to teams, block, reset and remove."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.accounts.models import Membership, Person, Team
from helpdesk.accounts.offboarding import Reassignment, reassign_work
from helpdesk.accounts.operations.email_addresses import (
    distrust_email_address,
    propose_email_address_for_newcomer,
)
from helpdesk.accounts.operations.sessions import end_all_sessions
from helpdesk.accounts.operations.team_keys import (
    create_team_key,
    lock_person_and_teams,
    notify_access_change,
    revoke_team_keys,
)
from helpdesk.accounts.policy import (
    may_assign_to_team,
    may_invite_as,
    may_leave_team,
    may_manage_person,
    may_use_own_account,
    role_fits_team,
)
from helpdesk.accounts.stale_page_marks import account_mark_of
from helpdesk.core import codes
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, StalePage
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.stale_page_marks import refuse_if_changed_since
from helpdesk.core.visible_text import fold_for_comparison
from helpdesk.core.work import Work

NOTHING: Final = Reassignment()
CODE_HOLDS: Final = timedelta(days=7)
LONGEST_SHIFT: Final = timedelta(hours=24)


class DisplayNameTaken(Conflict):
    """Raised if somebody has this display name already, or one that looks the same."""


def invite_person(
    work: Work, *, handle: str, name: str, role: Role, teams: Iterable[Team] = (), email: str = ""
) -> tuple[Person, str]:
    """Invite a person: returns them and the code with which they enrol, shown once, kept as a
    hash."""
    work.require(may_invite_as, role)
    handle = handle.lower()  # as the sign-in form reads it
    if work.session.scalar(select(Person.id).where(Person.handle == handle)):
        raise Conflict(f"The name {handle} is already taken. Choose another one.")
    _refuse_second_of_a_name(work, name)
    person = Person(handle=handle, name=name, role=role, invited_at=work.at)
    code = _give_code(work, person)
    work.session.add(person)
    work.session.flush()  # the memberships point at the person's row
    propose_email_address_for_newcomer(work, person, email)
    work.record("person.invited", person, role=role)
    for team in teams:
        add_member(work, person, team)
    return person, code


def _refuse_second_of_a_name(work: Work, name: str) -> None:
    """Pages and history name people by their name alone: a second one would speak as the first."""
    wanted = fold_for_comparison(name)
    if any(
        fold_for_comparison(taken) == wanted for taken in work.session.scalars(select(Person.name))
    ):
        raise DisplayNameTaken(
            f"Someone here is already called {bidi_isolate(name)}. Add something to tell them "
            "apart, because history and approvals show this name."
        )


def renew_invitation(work: Work, person: Person, *, seen: str | None = None) -> str:
    """Create a new enrolment code for somebody who has not enrolled yet; the old one stops working.

    `seen`, here and below, is the mark of the account on the page: an old page takes away no code,
    key or block that somebody has given since.
    """
    work.require(may_manage_person, person)
    lock_person_and_teams(work, person)  # they may be enrolling at this moment
    if person.is_enrolled:
        raise StalePage(f"{bidi_isolate(person.name)} has already enrolled.")
    refuse_if_changed_since(seen, now=account_mark_of(person))
    code = _give_code(work, person)
    work.record("person.invited_again", person)
    return code


def require_new_enrolment(
    work: Work, person: Person, reassignment: Reassignment = NOTHING, *, seen: str | None = None
) -> str:
    """Reset an account and return a new enrolment code, for somebody who lost passphrase and
    recovery key, or the second factor.

    They get a new key that opens nothing until a member of each team has let them in again; in a
    queue somebody else than whoever presses this button. The person is told by letter. Until then
    they can work on nothing, so what they have is handed on.
    """
    work.require(may_manage_person, person)
    lock_person_and_teams(work, person)
    if not person.is_enrolled:
        raise Conflict(f"{bidi_isolate(person.name)} has not enrolled yet.")
    refuse_if_changed_since(seen, now=account_mark_of(person))
    reassign_work(work, person, _teams_of(person), reassignment)
    for membership in sorted(person.memberships, key=lambda one: one.team_id):
        revoke_team_keys(work, person, membership.team_id)
        membership.let_in_by = membership.let_in_at = None
    person.key = None
    person.key_id = None
    person.salt = person.under_passphrase = person.under_recovery = person.totp_seed = None
    person.email_for_self = None  # it was sealed to the key that is gone
    distrust_email_address(work, person)
    end_all_sessions(work, person)
    code = _give_code(work, person)
    person.was_reset = True
    work.record("person.started_over", person)
    notify_access_change(work, person)
    return code


def add_member(work: Work, person: Person, team: Team, *, seen: str | None = None) -> None:
    """Add a person to a team. They read nothing before a member has given them access."""
    work.require(may_assign_to_team, team)
    if not role_fits_team(person.role, team):
        raise Conflict(f"A {person.role} can’t be in {bidi_isolate(team.name)}.")
    if any(membership.team_id == team.id for membership in person.memberships):
        raise StalePage(f"{bidi_isolate(person.name)} is already in {bidi_isolate(team.name)}.")
    if seen is not None:  # the first member of a team makes its key
        lock_person_and_teams(work, person)
        refuse_if_changed_since(seen, now=account_mark_of(person))
    person.memberships.append(Membership(team=team, team_id=team.id, since_at=work.at))
    work.record("team.joined", team, person_id=person.id)
    if person.is_enrolled:
        create_team_key(work, team, person)


def remove_member(work: Work, membership: Membership, reassignment: Reassignment = NOTHING) -> None:
    """Remove a person from a team, and their copy of its keys with it. What they have there is
    handed on."""
    work.require(may_assign_to_team, membership.team)
    _take_out(work, membership, reassignment)


def leave_team(work: Work, membership: Membership, reassignment: Reassignment = NOTHING) -> None:
    """Leave a queue of one's own: as `remove_member`, by oneself."""
    work.require(may_leave_team, membership)
    _take_out(work, membership, reassignment)


def _take_out(work: Work, membership: Membership, reassignment: Reassignment) -> None:
    person, team = membership.person, membership.team
    reassign_work(work, person, [team.id], reassignment)
    revoke_team_keys(work, person, team.id)
    person.memberships.remove(membership)
    work.record("team.left", team, person_id=person.id)


def disable_person(work: Work, person: Person, reassignment: Reassignment = NOTHING) -> None:
    """Block a person: they are signed out at once and everywhere. What they have is handed on."""
    work.require(may_manage_person, person)
    reassign_work(work, person, _teams_of(person), reassignment)
    person.disabled_at = work.at
    person.on_duty_until = None
    end_all_sessions(work, person)
    work.record("person.disabled", person)


def enable_person(work: Work, person: Person, *, seen: str | None = None) -> None:
    """Unblock a person: they can sign in again, and are in the same teams."""
    work.require(may_manage_person, person)
    lock_person_and_teams(work, person)
    refuse_if_changed_since(seen, now=account_mark_of(person))
    person.disabled_at = None
    person.forget_failures()
    work.record("person.enabled", person)


def go_on_duty(work: Work, person: Person, *, hours: int) -> None:
    """Put this person on duty for so many hours: alerts about waiting cases go to them first."""
    work.require(may_use_own_account, person)
    person.on_duty_until = work.at + min(timedelta(hours=hours), LONGEST_SHIFT)
    work.record("person.on_duty", person, hours=hours)


def go_off_duty(work: Work, person: Person) -> None:
    """Take this person off duty."""
    work.require(may_use_own_account, person)
    person.on_duty_until = None
    work.record("person.off_duty", person)


def hash_enrolment_code(code: str) -> bytes:
    """The hash under which an enrolment code is stored. It has 130 bits, so a plain hash gives
    nothing away."""
    return hashlib.blake2b(
        codes.clean_typed_code(code).encode(), person=b"hd enrolment", digest_size=32
    ).digest()


def _teams_of(person: Person) -> list[str]:
    return [membership.team_id for membership in person.memberships]


def _give_code(work: Work, person: Person) -> str:
    code = codes.new_one_time_code()
    person.enrolment_tag = hash_enrolment_code(code)
    person.enrolment_until = work.at + CODE_HOLDS
    person.code_given_by, person.code_given_at = work.actor.id, work.at
    return code
