"""Very many promises of one process delay nobody else's; and it promises about its own work alone.

Each is tried with that role's own rights. One INSERT of 20,000 promises kept every alarm of the
house waiting for seven minutes.
"""

# ruff: noqa: F401, F811, S608 - fixtures of other files; every word of every statement is ours

from dataclasses import replace

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text

from bench.faults.new_cases import WITH_NEW_CASES
from helpdesk.accounts.models import TeamKind
from helpdesk.core import job_runner, jobs, outbox
from helpdesk.core.actors import SYSTEM, Role
from tests.conftest import become
from tests.conftest import plain as address
from tests.factories import a_person, a_team
from tests.guards.test_role_attacks import INTAKE, PARTNER, TICKER, WORKER, as_role, furnished
from tests.guards.test_what_each_process_may_say import enqueue, entry

APP = "helpdesk_app"
MANY, CASES = 4_000, 4
# Two rounds: of each role's promises one from either end of its line.
SOON = 2 * 6
# New cases and promises about them, in one statement as a report is.
PLANT = (
    WITH_NEW_CASES
    + """
INSERT INTO outbox (id, job, queue, arguments, state, due_at, attempts, fence)
SELECT left(md5(random()::text), 32), 'triage.tell_owner', 'notices',
    jsonb_build_object('case_id', '{name}' || n % {cases} + 1, 'what', '{name}'), 'waiting',
    {due} - interval '6 minutes', 0, 0
FROM generate_series(0, {many} - 1) AS n
"""
)


@pytest.fixture
def kept(monkeypatch):
    """What was done, in that order: the word that each promise carries."""
    done, register = [], dict(jobs._register)
    for name, one in register.items():
        register[name] = replace(one, function=lambda _context, **told: done.append(told["what"]))
    monkeypatch.setattr(jobs, "_register", register)
    return done


@pytest.fixture
def team(context):
    with context.begin() as work:
        return a_team(work, takes_reports=True)


@pytest.fixture
def of_partner(context):
    with context.begin() as work:
        theirs = a_team(work, kind=TeamKind.PARTNER)
        return a_person(work, Role.PARTNER, [theirs]).person


def as_this(context, role, statement):
    before = become(context, role)
    with context.begin(SYSTEM) as work:
        work.session.execute(text(statement.replace(":", r"\:")))
    become(context, before)


def plant(context, team, now, *, name="planted", cases=CASES, many=MANY):
    due = f"timestamptz '{now.isoformat()}'"
    as_this(
        context,
        INTAKE,
        PLANT.format(name=name, team=f"'{team.id}'", level=0, cases=cases, many=many, due=due),
    )


def an_honest_one(context, team, now, role, of_partner=None):
    """Something that the process of that role promises in its ordinary work."""
    due = f"timestamptz '{now.isoformat()}'"
    if role == INTAKE:
        plant(context, team, now, name="honest", cases=1, many=1)
    elif role == PARTNER:
        honest = enqueue("accounts.tell_of_access", due, person_id=of_partner.id, what="honest")
        as_this(context, role, honest)
    else:
        as_this(context, role, enqueue("triage.alarm", due, case_id="old", what="honest"))


def run(context, now, kept, many):
    """Keep so many promises, in one go."""
    job_runner.run_due_jobs(context, "notices", at=now, while_=lambda: len(kept) < many)


@pytest.mark.parametrize("role", [APP, INTAKE, PARTNER, WORKER, TICKER])
def test_what_was_promised_before_very_many_came_is_not_behind_them(
    context, team, now, kept, role, of_partner
):
    an_honest_one(context, team, now, role, of_partner)
    plant(context, team, now)

    run(context, now, kept, SOON)

    assert "honest" in kept


@pytest.mark.parametrize("role", [APP, INTAKE, PARTNER, WORKER, TICKER])
def test_what_is_promised_after_very_many_came_is_not_behind_them(
    context, team, now, kept, role, of_partner
):
    plant(context, team, now)
    an_honest_one(context, team, now, role, of_partner)

    run(context, now, kept, SOON)

    assert "honest" in kept


def test_of_one_process_what_is_about_a_case_with_very_many_waits_for_others(
    context, team, now, kept
):
    plant(context, team, now, cases=1, many=1_000)
    for number in range(20):
        plant(context, team, now, name=f"honest{number}x", cases=1, many=1)

    run(context, now, kept, 20 + 8)

    assert kept.count("planted") == 8


def test_every_promise_is_kept_at_last(context, team, now, kept):
    plant(context, team, now, many=60)
    for role in (APP, WORKER, TICKER):
        an_honest_one(context, team, now, role)

    job_runner.run_due_jobs(context, "notices", at=now)

    assert sorted(kept) == ["honest"] * 3 + ["planted"] * 60


def test_promises_that_fail_hide_no_others_from_who_looks_after_them(context, team, now, kept):
    plant(context, team, now, many=200)
    an_honest_one(context, team, now, APP)
    as_this(context, APP, "UPDATE outbox SET state = 'failed'")

    with context.begin() as work:
        told = [one.arguments["what"] for one in outbox.failed_jobs(work.session)]

    assert "honest" in told


NOT_THERE = {
    "a promise about a case that is not there": enqueue("triage.call_on_duty", case_id="none"),
    "an alarm of one": enqueue("triage.alarm", case_id="none", percent=50, due=1),
    "an entry about one": entry("nobody", "case.submitted", "cases", "none", "'none'"),
}


@pytest.mark.parametrize("attack", NOT_THERE.values(), ids=NOT_THERE)
def test_the_public_pages_promise_and_say_nothing_of_a_case_that_is_not_there(as_role, attack):
    with pytest.raises(InsufficientPrivilege):
        as_role(INTAKE).execute(attack)


@pytest.fixture
def taking(furnished):
    with psycopg.connect(address(furnished.url("postgres", "strict")), autocommit=True) as database:
        database.execute("UPDATE teams SET takes_reports = true WHERE id = 'q'")


def test_the_public_pages_promise_about_a_case_no_more_than_a_thousand_things(as_role, taking):
    connection = as_role(INTAKE)
    brought = PLANT.format(name="X", team="'q'", level=0, cases=2, many="{}", due="now()")
    with connection.transaction(force_rollback=True):
        assert connection.execute(brought.format(2_000)).rowcount == 2_000

    with pytest.raises(InsufficientPrivilege, match="a thousand"):
        connection.execute(brought.format(2_001))


def test_the_partner_desk_promises_about_a_person_no_more_than_a_thousand_things(as_role):
    one = enqueue("accounts.tell_of_access", person_id="pp", at=1)

    with pytest.raises(InsufficientPrivilege, match="a thousand"):
        as_role(PARTNER).execute(many_of(one, 1_001))


def many_of(one, number):
    """The same promise so many times, in one statement."""
    said, _, row = one.partition("VALUES (")
    return f"{said}SELECT {row[:-1]} FROM generate_series(1, {number})"


NEXT_YEAR = "now() + interval '399 days'"
LATER = {
    "a word of a reporter": (
        INTAKE,
        enqueue("triage.tell_owner", NEXT_YEAR, case_id="c"),
        enqueue("triage.tell_owner", case_id="c"),
    ),
    "a consent that is taken back": (
        INTAKE,
        enqueue("escalations.cancel_unsent", NEXT_YEAR, queue="deliveries", case_id="c"),
        enqueue("escalations.cancel_unsent", queue="deliveries", case_id="c"),
    ),
    "a letter to a partner's person": (
        PARTNER,
        enqueue("accounts.tell_of_access", NEXT_YEAR, person_id="pp", at=1),
        enqueue("accounts.tell_of_access", person_id="pp", at=1),
    ),
}


@pytest.mark.parametrize(("role", "flood", "honest"), LATER.values(), ids=LATER)
def test_who_used_up_the_thousand_keeps_nobody_from_promising_an_hour_later(
    furnished, role, flood, honest
):
    visit = "SELECT open_visit('what a return code gives', 'token', 'sealed', now())"
    with psycopg.connect(address(furnished.url("postgres", "strict"))) as database:
        database.execute(f"SET LOCAL ROLE {role}")
        if role == INTAKE:
            database.execute(visit)
        database.execute(many_of(flood, 1_000))
        with pytest.raises(InsufficientPrivilege, match="a thousand"), database.transaction():
            database.execute(honest)
        database.execute("RESET ROLE")
        database.execute("UPDATE outbox SET promised_at = promised_at - interval '61 minutes'")
        database.execute(f"SET LOCAL ROLE {role}")

        assert database.execute(honest).rowcount == 1
        database.rollback()


def test_the_partner_desk_does_not_choose_what_a_letter_to_its_people_is_about(as_role):
    one = enqueue("accounts.tell_of_access", person_id="pp", at=1, case_id="any")
    another = one.replace("""'{"person_id""", """format('{"person_id""").replace(
        """"any"}'""", """"%s"}', number)::jsonb"""
    )
    many = many_of(another, 1_001) + " AS number"

    with pytest.raises(InsufficientPrivilege, match="a thousand"):
        as_role(PARTNER).execute(many)


FIRST_IN_LINE = {
    "promised_by": "'helpdesk_ticker'",
    "promised_at": "'2000-01-01'",
    "place": "-1",
    "about": "'another'",
    "turn": "-1",
}


@pytest.mark.parametrize("column", FIRST_IN_LINE)
def test_nobody_chooses_their_place_in_line(as_role, furnished, column):
    said = (
        enqueue("accounts.tell_of_access", person_id="pp", at=1)
        .replace("fence)", f"fence, {column})")
        .replace("0, 0)", f"0, 0, {FIRST_IN_LINE[column]})")
    )
    with psycopg.connect(address(furnished.url("postgres", "strict"))) as database:
        database.execute(f"SET LOCAL ROLE {PARTNER}")
        database.execute(said)
        database.execute("RESET ROLE")
        [found] = database.execute(
            "SELECT ROW(promised_by, promised_at > now() - interval '6 minutes', place > 0, about,"
            " turn)::text FROM outbox"
        ).fetchall()
        database.rollback()

    assert found == ("(helpdesk_partner,t,t,pp,0)",)


@pytest.mark.parametrize("role", [APP, PARTNER, WORKER, TICKER])
@pytest.mark.parametrize("column", FIRST_IN_LINE)
def test_nobody_changes_a_place_in_line(as_role, role, column):
    with pytest.raises(InsufficientPrivilege):
        as_role(role).execute(f"UPDATE outbox SET {column} = {FIRST_IN_LINE[column]}")


def test_the_staffs_pages_take_no_promise_away_and_lock_none_of_them(as_role):
    for attack in ("DELETE FROM outbox", "LOCK TABLE outbox IN SHARE MODE"):
        with pytest.raises(InsufficientPrivilege), as_role(APP) as connection:
            connection.execute(attack)
