"""Offboarding: the cases of a person who is blocked, reset or leaves are first given to somebody
else.

Accounts know no case. The feature that gives people something to keep registers here, once, at the
start; no one is removed, blocked or reset before it has handed on what they have.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from sqlalchemy import select

from helpdesk.accounts.events import PartnerLostMember
from helpdesk.accounts.models import Person
from helpdesk.core.actors import Role
from helpdesk.core.work import Work

# Instead of a colleague: nobody has it, and the next who is free takes it.
QUEUE: Final = "queue"


@dataclass(frozen=True)
class Reassignment:
    """Who takes over what from a leaver: a colleague's id or QUEUE, by the id of a case or of a
    whole team."""

    to: Mapping[str, str] = field(default_factory=dict)
    # How things stand, for those who take over.
    words: str = ""


@dataclass(frozen=True)
class Leaver:
    """The person who leaves, and the teams whose cases they won't be able to work on any more."""

    person: Person
    team_ids: frozenset[str]


class OffboardingHook(Protocol):
    """What is called when somebody leaves, to hand over their work."""

    def __call__(self, work: Work, leaver: Leaver, reassignment: Reassignment) -> None:
        """Leave nothing with them; Conflict while it isn't said who takes something."""
        ...


# One, or none: and then nobody is let go.
_registered: list[OffboardingHook] = []


def register_offboarding_hook(hook: OffboardingHook) -> None:
    """Register the one function that hands over the work of a leaver."""
    _registered[:] = [hook]


def reassign_work(
    work: Work, person: Person, team_ids: Iterable[str], reassignment: Reassignment
) -> None:
    """Hand over a leaver's work in these teams; Conflict, and nothing has changed, if any would be
    left.

    The person is held until then: what they, or a colleague for them, would take in the meantime
    waits, and is then refused (`queries.can_open_queue_cases`).
    """
    work.session.flush()
    work.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    leaver = Leaver(person, frozenset(team_ids))
    _registered[0](work, leaver, reassignment)
    if person.role is Role.PARTNER:
        for team_id in sorted(leaver.team_ids):
            work.announce(PartnerLostMember(team_id, at=int(work.at.timestamp())))
