"""The operation that makes a team: a queue of cases, or a partner's trust team."""

from sqlalchemy import select

from helpdesk.accounts.models import Membership, Person, Team, TeamKind
from helpdesk.accounts.operations.team_keys import create_team_key
from helpdesk.accounts.policy import may_make_team, role_fits_team
from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work


def create_team(
    work: Work, *, slug: str, name: str, kind: TeamKind, takes_reports: bool = False
) -> Team:
    """Create a team. Who makes a queue and may work in it is its first member and makes its key."""
    work.require(may_make_team, kind)
    if work.session.scalar(select(Team.id).where(Team.slug == slug)):
        raise Conflict(f"There is already a team called {slug}.")
    team = Team(slug=slug, name=name, kind=kind, takes_reports=takes_reports)
    work.session.add(team)
    work.session.flush()  # the membership and the key point at the team's row
    work.record("team.created", team, kind=kind)
    founder = work.session.get(Person, work.actor.person_id) if work.actor.person_id else None
    if founder is not None and role_fits_team(founder.role, team):
        founder.memberships.append(Membership(team=team, team_id=team.id, since_at=work.at))
        create_team_key(work, team, founder)
    return team
