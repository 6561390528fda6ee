"""The public door as it really is: the intake process's role, and no key that opens anything."""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from helpdesk.cases.levels import Level
from helpdesk.core.actors import NOBODY, Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.codes import ReturnCode
from helpdesk.core.database import new_id
from helpdesk.settings import Surface
from tests.conftest import AT_THE_DOOR, app_of, desk_on
from tests.factories import Somebody, a_case, a_person, a_team
from tests.intake.browser import Browser


@dataclass
class House:
    """A queue that takes reports, somebody who reads them, and the public process beside them."""

    staff: AppContext
    intake: AppContext
    team: object
    responder: Somebody

    @contextmanager
    def inside(self, who=None, at=None):
        """Work of the responder or somebody else, with the rights of the staff's pages."""
        somebody = who or self.responder
        with (
            self.backstage() as context,
            context.begin(somebody.actor, secrets=somebody.secrets, at=at) as work,
        ):
            yield work

    @contextmanager
    def backstage(self):
        """The desk of the other processes, with their rights."""
        self._become("helpdesk_app")
        yield self.staff
        self._become("helpdesk_intake")

    @contextmanager
    def at_the_door(self, actor=NOBODY, at=None, own=None):
        """Work of a stranger or a reporter, with the rights of the public pages."""
        with self.intake.begin(actor, own=own, at=at) as work:
            self._open_mailbox(work, actor.case_id)
            yield work

    def _open_mailbox(self, work, case_id):
        """A reporter is here with a token, as a browser would have it; a stranger has none."""
        token = new_id() if case_id else ""
        self._become("postgres")
        if case_id:
            hashed = hashlib.sha256(token.encode()).hexdigest()
            now = {"id": hashed, "case_id": case_id, "at": work.at}
            work.session.execute(
                text("INSERT INTO visits VALUES (:id, :case_id, 'sealed', :at, :at)"), now
            )
        work.session.execute(text("SELECT set_config('helpdesk.visit', :it, true)"), {"it": token})
        self._become("helpdesk_intake")

    def _become(self, role):
        self.staff.sessions.kw["bind"].execute(text(f"SET LOCAL ROLE {role}"))


@pytest.fixture
def house(any_role, settings):
    """Everything lands in one transaction, in which we change from role to role."""
    with desk_on(any_role, settings) as staff:
        with staff.begin() as work:
            # Other tests' reports, which stay, may have come within the same ten minutes.
            work.session.execute(text("DELETE FROM intake_load"))
            team = a_team(work, takes_reports=True)
            responder = a_person(work, Role.RESPONDER, [team])
        house = House(staff, replace(staff, service=AT_THE_DOOR), team, responder)
        house._become("helpdesk_intake")
        yield house


@pytest.fixture
def app(house):
    return app_of(house.intake, Surface.PUBLIC)


@pytest.fixture
def browser(app):
    """A browser without scripts, at the public pages."""
    return Browser(app.test_client())


@pytest.fixture
def code():
    return ReturnCode.new()


@pytest.fixture
def case(house, code):
    """An unanswered case of three hours ago."""
    with house.inside(at=datetime.now(UTC) - timedelta(hours=3)) as work:
        return a_case(work, house.team, code=code, level=Level.URGENT, owner=house.responder)
