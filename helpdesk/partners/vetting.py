"""Vetting: a second person makes sure who a partner is, whose accounts are at its desk, and that
the address of a form is the partner's own.

Whoever registered a partner and could sign in as its people would be both sides of each request.
So the one who vets did neither register it nor change it since it was vetted, and brought none of
its people in.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.key_fingerprints import key_fingerprint
from helpdesk.accounts.keys_signed_by_helpdesk import verified_key_of_person
from helpdesk.accounts.models import Membership, Person
from helpdesk.accounts.two_person_access_rule import NOBODY_KNOWN, PERSON, access_sponsor_of
from helpdesk.core.errors import Conflict
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.openpgp import normalise_fingerprint
from helpdesk.core.work import Work
from helpdesk.partners import queries
from helpdesk.partners.models import Partner
from helpdesk.partners.policy import may_vet_partner

NOBODY_ENROLLED = (
    "None of their people can open requests at the moment, so there are no accounts to check. "
    "If none of them has enrolled yet, invite one. If they are blocked, unblock one if that’s safe:"
    " only they can let new people in. The partner can be vetted after that."
)
NO_CHANNEL = (
    "No request can get to them, so there is nothing to check. Add a channel. The partner can be"
    " vetted after that."
)
OTHER_FINGERPRINTS = (
    "This isn’t the fingerprint of the key that was added here. Check that you copied all 40"
    " characters from the partner’s own website. If you did, the key may be someone else’s:"
    " don’t vet them, and tell a coordinator."
)
SOMEONE_ELSE = (
    " Someone else has to vet them, so that one person can’t act for both sides of a request."
)


class DeskPerson(NamedTuple):
    """A person at a partner's desk, who can open what is sent there, and their key in six words;
    none if it is false."""

    name: str
    words: str


class VettingEligibility(NamedTuple):
    """Who can vet a partner: who is at its desk, why not the actor, and who else can."""

    desk: Sequence[DeskPerson]
    why_not: str
    others: Sequence[str]


def vetting_eligibility_of(work: Work, partner: Partner) -> VettingEligibility:
    """Work out who can vet a partner. Of those who can, it names whom the actor may see."""
    refusal = why_vetting_is_refused(work, partner, work.actor.id)
    seen = {one.id for one in accounts.all_visible_people(work)}
    able = [one for one in _who_may_vet(work, partner) if f"{PERSON}{one.id}" != work.actor.id]
    return VettingEligibility(
        people_at_desk(work, partner), refusal, [one.name for one in able if one.id in seen]
    )


def partners_to_vet(work: Work) -> Sequence[Partner]:
    """Partners that wait for vetting, and that the actor can vet."""
    return [
        one
        for one in queries.partners_to_ask(work)
        if not one.is_vetted
        and may_vet_partner(work.actor, one)
        and not why_vetting_is_refused(work, one, work.actor.id)
    ]


def why_vetting_is_refused(work: Work, partner: Partner, by: str) -> str:
    """The sentence that says why the actor cannot vet this partner; empty if they can."""
    if queries.has_desk(work, partner) and not queries.can_anyone_open_requests(work, partner):
        return NOBODY_ENROLLED
    if not queries.channels_of(work, partner):
        return NO_CHANNEL
    own = access_sponsor_of(work.session, by)
    for who, did in _parts(work.session, partner):
        behind = access_sponsor_of(work.session, who)
        if who == by:
            return f"You {did}.{SOMEONE_ELSE}"
        if NOBODY_KNOWN in (own, behind):
            return (
                "Your account, or one involved with this partner, is one of several that gave each "
                "other their codes. We can’t tell who is behind them, so ask an operator for a new "
                "code."
            )
        if behind == own:
            return (
                f"The same person brought in your own account and the one that {did}.{SOMEONE_ELSE}"
            )
    return ""


def why_fingerprints_are_refused(work: Work, partner: Partner, typed: str) -> str:
    """The sentence that says why what somebody copied from the partner's own website does not vouch
    for the keys that are pinned here; empty if it does."""
    pinned = set(queries.openpgp_fingerprints_of(work, partner))
    found = {normalise_fingerprint(line) for line in typed.splitlines() if line.strip()}
    return "" if found == pinned else OTHER_FINGERPRINTS


def _parts(session: Session, partner: Partner) -> Iterator[tuple[str, str]]:
    """Who had a part in what the partner is now, and what they did."""
    name = bidi_isolate(partner.name)
    if partner.registered_by is not None:
        yield partner.registered_by, f"registered {name}"
    for changer in partner.changed_by:
        yield changer, f"changed what we know of {name}"
    theirs = select(Person).join(Membership).where(Membership.team_id == partner.team_id)
    for one in session.scalars(theirs.order_by(Person.name, Person.id)):
        if one.code_given_by is not None:
            yield (
                one.code_given_by,
                f"gave {bidi_isolate(one.name)} the code for {name}’s desk",
            )


def _who_may_vet(work: Work, partner: Partner) -> list[Person]:
    return [
        one
        for one in accounts.people_with_case_access(work.session)
        if not why_vetting_is_refused(work, partner, f"{PERSON}{one.id}")
    ]


def people_at_desk(work: Work, partner: Partner) -> list[DeskPerson]:
    """The people at a partner's desk, who can open what is sent to them."""
    found = accounts.members_with_key(work.session, partner.team_id)
    return [DeskPerson(one.name, _words(work, one)) for one in found]


def _words(work: Work, person: Person) -> str:
    try:
        return key_fingerprint(verified_key_of_person(work, person))
    except Conflict:
        return ""
