"""Actors: who acts, with a role, the teams they belong to, and a name for history that says no
more."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The role of an actor: reporter, responder, coordinator, operator, partner, the system itself
    or nobody."""

    NOBODY = "nobody"
    REPORTER = "reporter"
    RESPONDER = "responder"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    PARTNER = "partner"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Whoever acts in a piece of work. `id` is what history keeps; `teams` is the need-to-know.

    Of a partner's people, whoever came by a link sees one request (`request_id`), and has no team.

    Into some of them nobody may have let them yet (`waits_in`): of what these have, such an account
    sees nothing. It may be a second one of whoever made it.
    """

    id: str
    role: Role
    teams: frozenset[str] = frozenset()
    person_id: str | None = None
    case_id: str | None = None
    waits_in: frozenset[str] = frozenset()
    request_id: str | None = None

    @property
    def accessible_teams(self) -> frozenset[str]:
        """The teams of which they see what is there."""
        return self.teams - self.waits_in

    @property
    def queues(self) -> frozenset[str]:
        """The queues whose cases they see: none for whoever does not work on cases."""
        return self.accessible_teams if self.works_on_cases else frozenset()

    @property
    def is_anonymous(self) -> bool:
        """Whether exact times would say when a reporter sat at a keyboard."""
        return self.role in (Role.NOBODY, Role.REPORTER)

    @property
    def works_on_cases(self) -> bool:
        return self.role in (Role.RESPONDER, Role.COORDINATOR)


NOBODY = Actor("nobody", Role.NOBODY)
SYSTEM = Actor("system", Role.SYSTEM)


def reporter(case_id: str) -> Actor:
    """The actor for the reporter of one case, back with the return code."""
    return Actor(f"reporter:{case_id}", Role.REPORTER, case_id=case_id)


def link_holder(link_id: str, request_id: str) -> Actor:
    """The actor for somebody at a partner who has the link and the code of one request."""
    return Actor(f"link:{link_id}", Role.PARTNER, request_id=request_id)


def operator(name: str) -> Actor:
    """The actor for a person with a shell: named in history, holding no key."""
    return Actor(f"shell:{name}", Role.OPERATOR)
