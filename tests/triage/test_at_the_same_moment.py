"""Two who say how urgent a case is at the same moment: the higher level is not lowered over."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, LowerLevelRequest
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict
from helpdesk.triage import operations
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.escalations.conftest import a_house
from tests.intake.test_sending_twice import database_of_its_own


@pytest.fixture
def desk(postgres, settings):
    with database_of_its_own(postgres) as engine_for:
        engine = engine_for("helpdesk_app", pool_size=4)
        sessions = sessionmaker(engine, expire_on_commit=False)
        yield AppContext(settings, sessions, FakeQueueNotifier(), FakeMailer(), SERVICE)


def test_a_level_raised_while_a_second_person_agrees_to_a_lower_one_stays(desk):
    with desk.begin() as work:
        house = a_house(work, desk)
    house.change_case(level=Level.URGENT)
    with house.as_(house.writer) as work:
        asked = operations.request_lower_level(
            work, work.session.get(Case, house.case.id), level=Level.SOON, reason="It ended."
        ).id
    entered = Event()

    def agree():
        with house.as_(house.second) as work:
            request = work.session.get(LowerLevelRequest, asked)
            entered.set()
            operations.decide_lower_level_request(work, request, granted=True)

    with ThreadPoolExecutor(1) as thread:
        with house.as_(house.lead) as work:
            case = work.session.get(Case, house.case.id)
            operations.raise_case_level(work, case, level=Level.IMMEDIATE, reason="A call.")
            work.session.flush()
            agreed = thread.submit(agree)
            entered.wait()
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            with desk.sessions() as other:
                while not other.scalar(waiting):
                    other.rollback()
        refused = agreed.exception()

    assert house.case_now().level is Level.IMMEDIATE
    assert isinstance(refused, Conflict)
