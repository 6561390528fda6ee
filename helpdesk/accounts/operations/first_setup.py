"""The first setup of a helpdesk: its first queue, and its first coordinator, who invites everybody
else."""

from dataclasses import dataclass

from sqlalchemy import select, text

from helpdesk.accounts.models import Person, Team, TeamKind
from helpdesk.accounts.operations.people import invite_person
from helpdesk.accounts.operations.teams import create_team
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict
from helpdesk.core.work import Work


@dataclass(frozen=True)
class FirstSetupResult:
    """The result of the first setup: the queue, the coordinator and the code with which they
    enrol."""

    team: Team
    coordinator: Person
    enrolment_code: str


def set_up_helpdesk(
    work: Work, *, queue: str, queue_name: str, handle: str, name: str, email: str = ""
) -> FirstSetupResult:
    """Set up a helpdesk: make the queue that takes reports in and its coordinator. Only in an empty
    helpdesk.

    No report can be taken before the coordinator has enrolled: until then there is no key to seal
    it to.
    """
    # Of two who begin at the same moment, the second waits and then finds the people of the first.
    work.session.execute(text("LOCK TABLE teams IN SHARE ROW EXCLUSIVE MODE"))
    if work.session.scalar(select(Person.id).limit(1)):
        raise Conflict("This helpdesk already has people. They can invite more.")
    team = create_team(work, slug=queue, name=queue_name, kind=TeamKind.QUEUE, takes_reports=True)
    coordinator, code = invite_person(
        work, handle=handle, name=name, role=Role.COORDINATOR, teams=[team], email=email
    )
    return FirstSetupResult(team, coordinator, code)
