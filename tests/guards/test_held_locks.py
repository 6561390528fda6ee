"""The public pages' role holds whatever lock it can get: everybody else goes on with their work.
So do the staff's pages where the worker's holds news."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import sessionmaker

from helpdesk import ticker
from helpdesk.app import create_app
from helpdesk.cases.models import Case, Message, News
from helpdesk.cases.states import CaseState
from helpdesk.context_assembly import close_database_connections, open_context, open_engine
from helpdesk.core import codes, jobs
from helpdesk.core.actors import Role, operator
from helpdesk.core.app_context import AppContext
from helpdesk.core.history import HistoryEntry, HistoryLink
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.settings import Surface
from tests import factories
from tests.conftest import AT_THE_DOOR, SERVICE, FakeMailer, FakeQueueNotifier, plain
from tests.escalations.conftest import a_house
from tests.factories import a_case, a_person, a_team, sign_in
from tests.intake.browser import Browser
from tests.intake.test_reports import LAST, go_to, send

APP, INTAKE, TICKER = "helpdesk_app", "helpdesk_intake", "helpdesk_ticker"
WORKER = "helpdesk_worker"
MODES = (
    "ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE ROW EXCLUSIVE", "SHARE", "SHARE UPDATE EXCLUSIVE",
    "ROW EXCLUSIVE", "ROW SHARE", "ACCESS SHARE",
)  # fmt: skip
# With one of these, some other transaction's ordinary work waits.
STRONG = MODES[:5]
STRENGTHS = ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE")


@pytest.fixture(scope="module")
def address(postgres):
    """A database of its own, with the roles of production, where what is done stays."""
    with psycopg.connect(plain(postgres.url("postgres", "postgres")), autocommit=True) as database:
        database.execute("CREATE DATABASE held TEMPLATE strict_empty OWNER helpdesk_owner")
        yield lambda role: postgres.url(role, "held")
        database.execute("DROP DATABASE held WITH (FORCE)")


@pytest.fixture
def desks(address, settings):
    """Each process's own; a lock that is not had is an error after two seconds."""
    engines = {
        role: open_engine(address(role), lock_timeout="2s") for role in (APP, INTAKE, TICKER)
    }
    yield {
        role: AppContext(
            settings=settings,
            sessions=sessionmaker(engine, expire_on_commit=False),
            queue_notifier=FakeQueueNotifier(),
            mailer=FakeMailer(),
            service=AT_THE_DOOR if role == INTAKE else SERVICE,
        )
        for role, engine in engines.items()
    }
    for engine in engines.values():
        engine.dispose()


@pytest.fixture
def house(desks):
    """A queue, who works in it, and a queue that nobody has worked in yet."""
    with desks[APP].begin() as work:
        queue = a_team(work, slug=codes.new_short_ref().lower(), takes_reports=True)
        lead = a_person(work, Role.COORDINATOR, [queue])
        empty = a_team(work, slug=codes.new_short_ref().lower())
        case = a_case(work, queue, state=CaseState.OPEN, owner=lead)
    return queue, lead, empty, case


@pytest.fixture
def holder(address, house):
    """A session of the public pages' role that was taken over, and never lets go."""
    with psycopg.connect(plain(address(INTAKE))) as connection:
        yield connection


def hold_all(connection, empty):
    """Every lock that this session can get, until it ends: what it got, by kind."""
    held = []

    def take(kind, statement, *values):
        try:
            with connection.transaction():
                connection.execute(statement, values)
        except psycopg.Error:
            return
        held.append(kind)

    tables = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for (table,) in connection.execute(tables).fetchall():
        for mode in MODES:
            take(f"{table} {mode}", f"LOCK TABLE {table} IN {mode} MODE NOWAIT")
        for strength in STRENGTHS:
            take(f"{table} rows", f"SELECT 1 FROM {table} FOR {strength} SKIP LOCKED")  # noqa: S608 - ours
    take("advisory", "SELECT pg_advisory_lock(1)")
    take("a key's place", "INSERT INTO keys VALUES ('x', 'case', %s, 1, 'x')", empty.id)
    take("a press", "INSERT INTO presses VALUES (%s, now())", "f" * 64)
    return held


def count(context, table, *where):
    with context.begin() as work:
        return work.session.scalar(select(func.count()).select_from(table).where(*where))


def test_a_report_a_message_a_queue_history_and_the_ticker_go_through(desks, house, holder):
    _queue, lead, empty, case = house
    held = hold_all(holder, empty)
    assert {"a key's place", "a press", "cases ACCESS SHARE"} <= set(held)
    assert "advisory" not in held
    assert not [one for one in held if one.split(" ", 1)[-1] in STRONG]

    public = create_app(desks[INTAKE], Surface.PUBLIC)
    staff = create_app(desks[APP], Surface.STAFF)
    public.testing = staff.testing = True
    reports, messages = count(desks[APP], Case), count(desks[APP], Message)
    browser = Browser(public.test_client())
    go_to(browser, 4)
    send(browser, LAST)
    assert count(desks[APP], Case) == reports + 1

    at_work = Browser(sign_in(staff.test_client(), lead))
    at_work.open(f"/cases/{case.ref}")
    at_work.send(f"/cases/{case.ref}/messages", answers={"message_text": "Do not log in."})
    assert count(desks[APP], Message) == messages + 1

    with desks[APP].begin(operator("tests")) as work:
        newcomer = a_person(work, Role.RESPONDER, [empty])
    with factories.work_as(desks[APP], newcomer) as work:
        later = a_case(work, empty)
        assert work.keys.open(later, "story")

    # It chains first; what the report promised may be overdue by its coarse clock, and adds more.
    entries = count(desks[APP], HistoryEntry)
    ticker.tick(desks[TICKER])
    assert count(desks[APP], HistoryLink) == entries


def test_jobs_pass_by_a_case_that_a_visit_holds(address, desks, house, holder, monkeypatch, now):
    """A reporter's own case can be held by whoever is that reporter: others are not held up."""
    queue, _lead, _empty, other = house
    proof = b"what a return code gives"
    with desks[APP].begin() as work:
        own = a_case(work, queue)
    with psycopg.connect(plain(address("postgres"))) as database:
        database.execute(
            "UPDATE cases SET reporter_tag = sha256(%s) WHERE id = %s", [proof, own.id]
        )
    holder.execute("SELECT open_visit(%s, 'token', 'sealed', now())", [proof])
    assert holder.execute("UPDATE cases SET waits_until = NULL").rowcount == 1
    done = []

    def touch(context, *, case_id):
        with context.begin() as work:
            work.session.execute(
                text("UPDATE cases SET unheard_since = NULL WHERE id = :id"), {"id": case_id}
            )
        done.append(case_id)

    name = "ground.touch"
    monkeypatch.setitem(jobs._register, name, jobs.Job(name, jobs.Queue.NOTICES, (60,), touch))
    with desks[APP].begin() as work:
        for case_id in (own.id, other.id):
            work.enqueue(name, case_id=case_id)
    engine = open_engine(address(TICKER), lock_timeout="1s")
    context = replace(desks[TICKER], sessions=sessionmaker(engine, expire_on_commit=False))

    ticker.job_runner.run_due_jobs(context, jobs.Queue.NOTICES)

    engine.dispose()
    assert done == [other.id]
    with desks[APP].begin() as work:
        kept = work.session.scalars(select(OutboxJob).where(OutboxJob.job == name)).all()
        assert {one.arguments["case_id"]: one.state for one in kept} == {
            own.id: OutboxJobState.WAITING,
            other.id: OutboxJobState.DONE,
        }


@pytest.mark.parametrize(("serves", "patience"), [((), "1s"), (tuple(Surface), "10s")])
def test_what_is_done_without_a_page_gives_way_sooner(address, settings, serves, patience):
    told = replace(settings, serves=frozenset(serves), database_url=address(APP))
    context = open_context(told)

    with context.begin() as work:
        assert work.session.scalar(text("SHOW lock_timeout")) == patience

    close_database_connections(context)


def test_reports_are_counted_past_rows_that_someone_holds(address):
    count_one = "SELECT count_intake(%s, 1, 100)"
    with (
        psycopg.connect(plain(address("helpdesk_owner"))) as holder,
        psycopg.connect(plain(address("helpdesk_owner")), autocommit=True) as other,
    ):
        other.execute("SET lock_timeout = '2s'")
        other.execute("INSERT INTO intake_load VALUES (now() - interval '3 days', false, 1, 1, 1)")
        before = _counted(other)
        for _ in range(40):
            holder.execute(count_one, [False])
            holder.execute(count_one, [True])
        for _ in range(5):
            other.execute(count_one, [False])
            other.execute(count_one, [True])
        assert _counted(other) == before + 10
        holder.commit()
        assert _counted(other) == before + 90


def _counted(database):
    return database.execute(
        "SELECT coalesce(sum(reports), 0) FROM intake_load WHERE at > now() - interval '1 day'"
    ).fetchone()[0]


def test_mailboxes_open_past_old_visits_that_someone_holds(address, house):
    *_, case = house
    opens = "SELECT open_visit(%s, 'token', '\\x00', now())"
    with psycopg.connect(plain(address("helpdesk_owner")), autocommit=True) as owner:
        owner.execute(
            "INSERT INTO visits (id, case_id, unlocked, begun_at, seen_at) VALUES"
            " (repeat('0', 64), %s, '\\x00', now() - interval '2 days', now() - interval '1 day')",
            [case.id],
        )
    with (
        psycopg.connect(plain(address(INTAKE))) as holder,
        psycopg.connect(plain(address(INTAKE))) as other,
    ):
        other.execute("SET lock_timeout = '2s'")
        holder.execute(opens, [b"no code"])
        other.execute(opens, [b"another"])
        other.rollback()


HOLDS = [f"SELECT 1 FROM news FOR {strength}" for strength in STRENGTHS]  # noqa: S608 - ours
FORGETS = "SELECT forget_news('infinity', 'infinity')"


@pytest.fixture
def asked(desks):
    """A case with a request to a partner."""
    with desks[APP].begin() as work:
        house = a_house(work, desks[APP])
    return house, house.ask()


def test_no_page_waits_for_news_that_the_worker_holds(address, desks, asked):
    house, request = asked
    reader = house.writer
    staff = create_app(desks[APP], Surface.STAFF)
    staff.testing = True
    browser = Browser(sign_in(staff.test_client(), reader))
    unseen = (News, News.person_id == reader.person.id, News.seen_at.is_(None))
    row = (
        "INSERT INTO news (id, person_id, case_id, request_id, what, times, at)"
        " VALUES ('held', %s, %s, %s, 'note', 1, now())"
    )
    case_page = f"/cases/{house.case.ref}"

    for page in (case_page, f"{case_page}/requests/{request.ref}", "/news"):
        with psycopg.connect(plain(address("postgres"))) as database:
            database.execute("DELETE FROM news")
            database.execute(row, [reader.person.id, house.case.id, request.id])
        for hold in (*HOLDS, FORGETS):
            with psycopg.connect(plain(address(WORKER))) as holder:
                assert holder.execute(hold).rowcount == 1
                _look(browser, page)
                assert count(desks[APP], *unseen) == 1
                holder.rollback()
        _look(browser, page)
        assert count(desks[APP], *unseen) == 0


@pytest.mark.parametrize("role", [WORKER, TICKER])
def test_no_mailbox_and_no_tick_waits_for_a_reminder_that_someone_holds(
    address, desks, house, role
):
    code = codes.ReturnCode.new()
    public = create_app(desks[INTAKE], Surface.PUBLIC)
    public.testing = True
    browser = Browser(public.test_client())
    with desks[APP].begin(operator("tests")) as work:
        own = a_case(work, house[0], code=code, state=CaseState.OPEN, owner=house[1])
    with psycopg.connect(plain(address("postgres"))) as database:
        database.execute(
            "INSERT INTO email_reminders (case_id, state, address, ask_id, subject, sender,"
            " language, names_site, asks, asked_since, tries)"
            " VALUES (%s, 'told', 'sealed', repeat('0', 32), 'list', 'notes', 'en', false, 1,"
            " now() - interval '3 days', 0)",
            [own.id],
        )
    browser.open("/mailbox")
    browser.send("/mailbox", answers={"code": " ".join(code.words)})
    with psycopg.connect(plain(address(role))) as holder:
        held = "SELECT 1 FROM email_reminders FOR UPDATE"
        assert holder.execute(held).rowcount >= 1
        assert browser.open("/mailbox/case").status_code == 200
        # One that nobody confirmed is to be deleted: it stays for now, and all alarms go out.
        with psycopg.connect(plain(address("postgres"))) as database:
            promised = (
                "UPDATE outbox SET due_at = now() - interval '1 hour' WHERE state = 'waiting'"
            )
            database.execute(promised)
        desks[TICKER].queue_notifier.rung.clear()
        with psycopg.connect(plain(address("postgres")), autocommit=True) as database:
            database.execute("SET lock_timeout = '2s'")
            database.execute("SELECT erase_reminders(%s)", [own.id])
        ticker.tick(desks[TICKER])
        assert desks[TICKER].queue_notifier.rung
        holder.rollback()
    assert browser.open("/mailbox/case").status_code == 200
    with psycopg.connect(plain(address("postgres"))) as database:
        state = database.execute("SELECT state FROM email_reminders WHERE case_id = %s", [own.id])
        assert state.fetchone() == ("ready",)
        database.execute("DELETE FROM email_reminders")


def test_a_part_of_a_tick_that_waits_for_a_row_keeps_no_other_from_its_work(
    address, desks, house, monkeypatch
):
    with psycopg.connect(plain(address(APP))) as holder:
        holder.execute("SELECT 1 FROM cases FOR UPDATE")

        def waits(work):
            work.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            work.session.execute(text("SELECT 1 FROM cases FOR UPDATE"))

        monkeypatch.setattr(ticker.reminder_jobs, "erase_old_addresses", waits)
        with psycopg.connect(plain(address("postgres"))) as database:
            database.execute(
                "UPDATE outbox SET due_at = now() - interval '1 minute', state = 'waiting',"
                " ended_at = NULL WHERE queue = 'notices'"
            )
        desks[TICKER].queue_notifier.rung.clear()
        ticker.tick(desks[TICKER])
        holder.rollback()

    assert "notices" in desks[TICKER].queue_notifier.rung


def _look(browser, page):
    assert browser.open(page).status_code == 200
    if page == "/news":
        assert browser.send("/news/seen").status_code == 200
