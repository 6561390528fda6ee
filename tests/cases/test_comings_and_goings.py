"""No sequence of people and acts leaves an open case with somebody who cannot work on it."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import offboarding
from helpdesk.accounts import operations as people
from helpdesk.accounts import queries as accounts
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import operations
from helpdesk.cases.models import Case
from helpdesk.core.actors import Role
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import DomainError
from tests.cases.comings_and_goings import LOST, TRIED, ComingsAndGoings
from tests.conftest import SERVICE, STAFF, FakeMailer, FakeQueueNotifier, become
from tests.factories import a_case, a_person, a_team, work_as
from tests.intake.test_sending_twice import database_of_its_own
from tests.sequences import run_sequences

SEED, SEQUENCES, ACTS = 7, 12, 25
ROUNDS = 12
TRIGGERS = ("owner_can_work ON cases", "leaves_no_case ON people", "leaves_no_case ON memberships")


def run(context, *, seed=SEED, sequences=SEQUENCES):
    """So many sequences; what was tried, by kind."""
    TRIED.clear()
    run_sequences(ComingsAndGoings, context, seed=seed, sequences=sequences, acts=ACTS)
    return TRIED


def test_no_open_case_is_left_with_somebody_who_cannot_work_on_it(context, request):
    sequences, seed = map(request.config.getoption, ("--sequences", "--acts-seed"))

    tried = run(context, seed=seed, sequences=sequences)

    sys.stdout.write(f"\n{sequences} sequences of comings and goings, seed {seed}: {dict(tried)}\n")
    assert tried["done"] > tried["let go"] > 0
    assert tried["refused"] > 0


def forget(_work, _leaver, _handing):
    """An operation that hands nothing on."""


def test_where_the_operations_forget_it_the_database_refuses(context, monkeypatch):
    monkeypatch.setattr(offboarding, "_registered", [forget])

    with pytest.raises(IntegrityError):
        run(context)


def test_a_planted_fault_is_seen(context, monkeypatch):
    monkeypatch.setattr(offboarding, "_registered", [forget])
    become(context, "postgres")
    with context.begin() as work:
        for trigger in TRIGGERS:
            work.session.execute(text(f"DROP TRIGGER {trigger}"))
    become(context, STAFF)

    with pytest.raises(AssertionError, match="cannot work on"):
        run(context)


@pytest.fixture
def real_desk(postgres, settings):
    """A desk that really commits, on a database of its own."""
    with database_of_its_own(postgres) as engine_for:
        sessions = sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False)
        yield AppContext(settings, sessions, FakeQueueNotifier(), FakeMailer(), SERVICE)


@pytest.mark.parametrize("act", ["disable_person", "require_new_enrolment", "remove_member"])
def test_what_is_taken_while_somebody_is_let_go_is_not_left_with_them(real_desk, act):
    context, fared = real_desk, []
    with context.begin() as work:
        queue = a_team(work)
        lead = a_person(work, Role.COORDINATOR, [queue])
    for _ in range(ROUNDS):
        with context.begin() as work:
            queue = work.session.merge(queue)
            leaver = a_person(work, teams=[queue])
            case_id = a_case(work, queue).id
        start, handing = Barrier(2), Reassignment({queue.id: QUEUE})

        def take(leaver=leaver, case_id=case_id, start=start):
            with work_as(context, leaver) as work:
                case = work.session.get(Case, case_id)
                work.keys.holds(case.key_id)
                start.wait()
                operations.claim_case(work, case)

        def let_go(leaver=leaver, start=start, handing=handing):
            with work_as(context, lead) as work:
                person = accounts.person_by_id(work, leaver.person.id)
                subject = person.memberships[0] if act == "remove_member" else person
                start.wait()
                getattr(people, act)(work, subject, handing)

        with ThreadPoolExecutor(2) as threads:
            fared += list(threads.map(_how_it_fared, (take, let_go)))
        with context.begin() as work:
            assert not work.session.scalars(LOST).all()

    assert fared.count("done") >= ROUNDS  # whoever is second may be refused, never both


def _how_it_fared(verb):
    try:
        verb()
    except DomainError:
        return "refused"
    return "done"
