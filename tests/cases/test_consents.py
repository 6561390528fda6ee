"""What a reporter agreed to: one rule, whoever writes it down, and the case is held first."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import sessionmaker

from helpdesk.cases import operations
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import CaseOutcome, ConsentKind
from helpdesk.core.actors import reporter
from helpdesk.core.app_context import AppContext
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake import operations as mailbox
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier
from tests.factories import a_case, a_person, a_team, work_as
from tests.intake.test_sending_twice import database_of_its_own

ROUNDS = 8


@pytest.fixture
def case(context, queue, asha, now):
    with context.begin(at=now) as work:
        case = a_case(work, queue, platform="somewhere")
    with work_as(context, asha) as work:
        operations.record_consent(work, mine(work, case), kind=ConsentKind.PLATFORM)
    return case


@pytest.fixture
def bela(context, queue, asha, now):
    with context.begin(at=now) as work:
        return a_person(work, teams=[queue], name="Bela")


def mine(work, case):
    return work.session.get_one(Case, case.id)


def consent(work, case, kind=ConsentKind.PLATFORM):
    found = select(Consent).where(Consent.case_id == case.id, Consent.kind == kind)
    return work.session.scalars(found.order_by(Consent.given_at.desc())).first()


def record(work, case):
    operations.record_consent(work, case, kind=ConsentKind.HELPER)


def confirm(work, case):
    operations.confirm_consent(work, case, consent(work, case))


def withdraw(work, case):
    operations.withdraw_consent(work, case, consent(work, case))


def confirm_in_mailbox(work, case):
    mailbox.confirm_consent(work, case, consent(work, case))


def deny_in_mailbox(work, case):
    mailbox.dispute_consent(work, case, consent(work, case))


def choose_in_mailbox(work, case):
    mailbox.set_consents(work, case, agreements=[(ConsentKind.HELPER, None)])


def withdraw_the_case(work, case):
    mailbox.withdraw_case(work, case)


BY_STAFF = (record, confirm, withdraw)
BY_REPORTER = (confirm_in_mailbox, deny_in_mailbox, choose_in_mailbox, withdraw_the_case)


@pytest.mark.parametrize("act", BY_STAFF + BY_REPORTER)
def test_whoever_changes_a_consent_holds_its_case_before(context, case, bela, act):
    statements = []
    as_one_who_may = work_as(context, bela) if act in BY_STAFF else context.begin(reporter(case.id))
    with as_one_who_may as work:
        found = mine(work, case)
        connection = work.session.connection()
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))

        act(work, found)
        work.session.flush()

    held = [bool(re.search(r"FROM cases\b.*FOR UPDATE", one, re.DOTALL)) for one in statements]
    written = [bool(re.match(r"(INSERT INTO|UPDATE) consents\b", one)) for one in statements]
    assert True in written
    assert True in held
    assert held.index(True) < written.index(True)


@pytest.mark.parametrize("act", [withdraw, deny_in_mailbox, choose_in_mailbox, withdraw_the_case])
def test_what_is_taken_back_is_written_in_the_same_words_by_every_hand(context, case, bela, act):
    as_one_who_may = work_as(context, bela) if act in BY_STAFF else context.begin(reporter(case.id))
    with as_one_who_may as work:
        act(work, mine(work, case))

    with context.begin() as work:
        found = consent(work, case)
        assert found.withdrawn_at is not None
        entry = work.session.scalars(
            select(HistoryEntry).where(
                HistoryEntry.action == "consent.withdrawn", HistoryEntry.subject_id == found.id
            )
        ).one()
        assert entry.details == {"kind": "platform", "platform": "somewhere"}
        promised = work.session.scalars(
            select(OutboxJob.arguments).where(OutboxJob.job == "escalations.cancel_unsent")
        ).all()
        assert {"case_id": case.id} in promised


def test_one_of_us_speaks_for_no_reporter_of_a_closed_case_but_the_reporter_does(
    context, case, bela
):
    with context.begin(reporter(case.id)) as work:
        mailbox.withdraw_case(work, mine(work, case))
        mailbox.set_consents(work, mine(work, case), agreements=[(ConsentKind.KEEP, None)])

    with work_as(context, bela) as work, pytest.raises(NotAllowed):
        operations.withdraw_consent(work, mine(work, case), consent(work, case, ConsentKind.KEEP))
    with context.begin(reporter(case.id)) as work:
        assert mine(work, case).closure.outcome is CaseOutcome.WITHDRAWN
        mailbox.set_consents(work, mine(work, case), agreements=[])
        assert consent(work, case, ConsentKind.KEEP).withdrawn_at is not None


def test_the_reporter_of_another_case_changes_nothing(context, case, queue, now):
    with context.begin(at=now) as work:
        other = a_case(work, queue)
    for act in (confirm, withdraw):
        with context.begin(reporter(other.id)) as work, pytest.raises(NotAllowed):
            act(work, mine(work, case))


@pytest.fixture
def real_desk(postgres, settings):
    """A desk that really commits, on a database of its own."""
    with database_of_its_own(postgres) as engine_for:
        yield AppContext(
            settings,
            sessionmaker(engine_for("helpdesk_app"), expire_on_commit=False),
            FakeQueueNotifier(),
            FakeMailer(),
            SERVICE,
        )


def test_of_two_who_take_it_back_at_once_one_does_and_the_other_is_told(real_desk):
    with real_desk.begin() as work:
        queue = a_team(work)
        asha = a_person(work, teams=[queue])
        bela = a_person(work, teams=[queue])
    for _ in range(ROUNDS):
        with real_desk.begin() as work:
            case = a_case(work, queue, platform="somewhere")
        with work_as(real_desk, asha) as work:
            operations.record_consent(work, mine(work, case), kind=ConsentKind.PLATFORM)
        start = Barrier(3)

        def take_back(act, opened, case=case, start=start):
            try:
                with opened as work:
                    found, of_it = mine(work, case), consent(work, case)
                    start.wait()
                    act(work, found, of_it)
            except Conflict:
                return "told"
            return "done"

        turns = (
            (operations.withdraw_consent, work_as(real_desk, asha)),
            (operations.withdraw_consent, work_as(real_desk, bela)),
            (mailbox.dispute_consent, real_desk.begin(reporter(case.id))),
        )
        with ThreadPoolExecutor(3) as threads:
            fared = Counter(threads.map(lambda turn: take_back(*turn), turns))

        assert fared == {"done": 1, "told": 2}
        with real_desk.begin() as work:
            written = select(func.count()).where(
                HistoryEntry.action == "consent.withdrawn", HistoryEntry.case_id == case.id
            )
            assert work.session.scalar(written) == 1
