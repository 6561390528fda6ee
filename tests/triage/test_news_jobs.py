"""What happens on a case reaches the people whom it concerns: as news, and by letter."""

from datetime import timedelta

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.adapters.embedded.postgres import ROLES
from helpdesk.cases import news, operations
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, News
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.states import CaseOutcome, CaseState
from helpdesk.core.actors import Role, reporter
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.intake.operations import send_message_as_reporter
from helpdesk.triage import news_jobs
from helpdesk.triage import operations as triage
from tests.conftest import STAFF, WORKER, become
from tests.escalations.conftest import at
from tests.factories import a_case, a_person, a_team, work_as

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house(context, now):
    with context.begin(at=now) as work:
        team = a_team(work)
        people = {
            name: a_person(work, role, [team], name=name.title(), email=f"{name}@house.test")
            for name, role in (
                ("asha", Role.RESPONDER),
                ("bo", Role.RESPONDER),
                ("cleo", Role.COORDINATOR),
            )
        }
        elsewhere = a_person(work, teams=[a_team(work)], email="elsewhere@house.test")
    return type("House", (), {"team": team, "elsewhere": elsewhere, **people})


def a_case_of(context, house, now, owner, level=Level.SOON):
    with context.begin(at=now) as work:
        return a_case(work, house.team, owner=owner, level=level, state=CaseState.OPEN)


def act(context, who, moment, case, verb, **how):
    with work_as(context, who, moment) as work:
        verb(work, work.session.get(Case, case.id), **how)


def write_in(context, case, moment):
    with context.begin(reporter(case.id), at=moment) as work:
        send_message_as_reporter(work, work.session.get(Case, case.id), body="Please hurry.")


def perform(context, moment):
    """Do what is due at a moment, at that moment."""
    run_due_jobs(at(context, moment), "notices", at=moment)


def news_of(context, somebody):
    with context.begin() as work:
        mine = select(News).where(News.person_id == somebody.person.id).order_by(News.at, News.id)
        return [(one.what, one.times) for one in work.session.scalars(mine)]


def letters_to(context, name):
    return [one for one in context.mailer.sent if one.to == f"{name}@house.test"]


def test_a_handover_is_news_for_who_has_it_now_and_for_who_had_it(context, house, now):
    case = a_case_of(context, house, now, house.asha)

    act(
        context,
        house.cleo,
        now,
        case,
        operations.hand_over_case,
        to=house.bo.person,
        note="Please go on.",
    )
    perform(context, now)

    assert news_of(context, house.bo) == [(NewsKind.HANDED_OVER, 1)]
    assert news_of(context, house.asha) == [(NewsKind.NO_LONGER_YOURS, 1)]
    assert news_of(context, house.cleo) == []


VERBS = {
    NewsKind.NO_LONGER_YOURS: lambda work, case: operations.release_case(work, case),
    NewsKind.NOTE: lambda work, case: operations.add_case_note(work, case, "Look at this."),
    NewsKind.CLOSED: lambda work, case: operations.end_case_work(
        work, case, outcome=CaseOutcome.REFERRED
    ),
    NewsKind.LEVEL: lambda work, case: triage.raise_case_level(
        work, case, level=Level.URGENT, reason="It has grown."
    ),
}


@pytest.mark.parametrize("what", VERBS)
def test_what_a_colleague_does_to_a_case_is_news_for_its_owner_alone(context, house, now, what):
    case = a_case_of(context, house, now, house.asha)

    act(context, house.cleo, now, case, VERBS[what])
    perform(context, now)

    assert news_of(context, house.asha) == [(what, 1)]
    assert news_of(context, house.cleo) == news_of(context, house.bo) == []


@pytest.mark.parametrize("what", VERBS)
def test_nobody_hears_of_what_they_did_themselves(context, house, now, what):
    case = a_case_of(context, house, now, house.cleo)

    act(context, house.cleo, now, case, VERBS[what])
    perform(context, now)

    assert news_of(context, house.cleo) == []


def test_who_asked_for_a_lower_level_hears_what_was_decided(context, house, now):
    case = a_case_of(context, house, now, None, Level.URGENT)
    with work_as(context, house.asha, now) as work:
        asked = triage.request_lower_level(
            work, work.session.get(Case, case.id), level=Level.SOON, reason="It is quiet."
        )
    with work_as(context, house.bo, now) as work:
        triage.decide_lower_level_request(work, work.session.merge(asked), granted=False)

    perform(context, now)

    assert news_of(context, house.asha) == [(NewsKind.LOWERING_DECIDED, 1)]


def test_many_of_a_kind_on_one_case_are_one_line_until_it_is_seen(context, house, now):
    case = a_case_of(context, house, now, house.asha)
    for minutes in (0, 10, 20):
        write_in(context, case, now + minutes * MINUTE)
        perform(context, now + minutes * MINUTE)
    assert news_of(context, house.asha) == [(NewsKind.MESSAGE, 3)]

    with work_as(context, house.asha, now + HOUR) as work:
        news.mark_news_seen(work, case_id=case.id)
    write_in(context, case, now + 2 * HOUR)
    perform(context, now + 2 * HOUR)

    assert news_of(context, house.asha) == [(NewsKind.MESSAGE, 1)]


def test_what_a_reporter_did_is_kept_to_the_hour(context, house, now):
    case = a_case_of(context, house, now, house.asha)

    write_in(context, case, now + 17 * MINUTE)
    perform(context, now + 17 * MINUTE)

    with context.begin() as work:
        [one] = work.session.scalars(select(News))
        assert (one.at.minute, one.at.second) == (0, 0)


@pytest.mark.parametrize(("level", "after"), news_jobs.LETTER_AFTER.items())
def test_a_letter_waits_as_long_as_the_level_allows_and_names_the_case_alone(
    context, house, now, level, after
):
    case = a_case_of(context, house, now, house.asha, level)
    act(context, house.cleo, now, case, operations.add_case_note, text="They threaten her family.")

    perform(context, now)
    assert bool(letters_to(context, "asha")) is (level is Level.IMMEDIATE)
    perform(context, now + after - MINUTE)
    assert bool(letters_to(context, "asha")) is (level is Level.IMMEDIATE)
    perform(context, now + after)

    [letter] = letters_to(context, "asha")
    assert case.ref in letter.body
    assert f"/cases/{case.ref}" in letter.body
    assert "threaten" not in letter.body + letter.subject
    assert "note" not in (letter.body + letter.subject).lower()


def test_who_has_seen_it_by_then_gets_no_letter(context, house, now):
    case = a_case_of(context, house, now, house.asha)
    act(context, house.cleo, now, case, operations.add_case_note, text="Look at this.")
    perform(context, now)
    with work_as(context, house.asha, now + HOUR) as work:
        news.mark_news_seen(work, case_id=case.id)

    perform(context, now + DAY)

    assert letters_to(context, "asha") == []


def test_much_at_once_is_one_letter_and_the_next_comes_no_sooner_than_five_minutes(
    context, house, now
):
    cases = [a_case_of(context, house, now, house.asha, Level.IMMEDIATE) for _ in range(3)]
    act(context, house.cleo, now, cases[0], operations.add_case_note, text="One.")
    perform(context, now)
    for case in cases * 5:
        act(context, house.cleo, now + MINUTE, case, operations.add_case_note, text="More.")
    perform(context, now + MINUTE)
    assert len(letters_to(context, "asha")) == 1

    perform(context, now + 9 * MINUTE)
    assert len(letters_to(context, "asha")) == 1
    perform(context, now + 10 * MINUTE)

    [_first, second] = letters_to(context, "asha")
    assert "3 cases" in second.subject
    assert all(case.ref in second.body for case in cases)


def test_a_letter_that_no_one_takes_goes_to_duty_and_is_on_the_board(context, house, now):
    case = a_case_of(context, house, now, house.asha, Level.IMMEDIATE)
    act(context, house.cleo, now, case, operations.add_case_note, text="Look at this.")
    context.mailer.trouble.append(PermanentMailError(550))

    perform(context, now)

    assert [letter.to for letter in context.mailer.sent] == ["cleo@house.test"]


def test_nobody_hears_of_a_case_that_they_cannot_open(context, house, now):
    case = a_case_of(context, house, now, house.elsewhere)

    act(context, house.cleo, now, case, operations.add_case_note, text="Look at this.")
    perform(context, now)

    assert news_of(context, house.elsewhere) == []


def test_it_is_forgotten_two_weeks_after_it_was_seen_and_unseen_after_three_months(
    context, house, now
):
    case = a_case_of(context, house, now, house.asha)
    other = a_case_of(context, house, now, house.bo)
    act(context, house.cleo, now, case, operations.add_case_note, text="One.")
    act(context, house.cleo, now, other, operations.add_case_note, text="Two.")
    perform(context, now)
    with work_as(context, house.asha, now) as work:
        news.mark_news_seen(work)

    kept = []
    for days in (13, 15, 89, 91):
        before = become(context, WORKER)
        with context.begin(at=now + timedelta(days=days)) as work:
            news.delete_old_news(work)
        become(context, before)
        kept.append([one for one in (house.asha, house.bo) if news_of(context, one)])

    assert kept == [[house.asha, house.bo], [house.bo], [house.bo], []]


def test_a_promise_of_the_version_before_is_kept(context, house, now):
    case = a_case_of(context, house, now, house.asha)
    with context.begin(at=now) as work:
        work.enqueue("triage.tell_owner", case_id=case.id)

    perform(context, now)

    assert news_of(context, house.asha) == [(NewsKind.MOVED, 1)]


def test_the_same_letter_twice_says_nothing_twice(context, house, now):
    case = a_case_of(context, house, now, house.asha, Level.IMMEDIATE)
    act(context, house.cleo, now, case, operations.add_case_note, text="One.")
    perform(context, now)
    with context.begin(at=now) as work:
        [sent] = work.session.scalars(select(OutboxJob).where(OutboxJob.job == "triage.send_news"))
        arguments = sent.arguments

    news_jobs.email_unseen_news(at(context, now + HOUR), **arguments)

    assert len(letters_to(context, "asha")) == 1


def test_a_second_letter_of_the_same_hour_is_no_repeat_of_the_first(context, house, now):
    cases = [a_case_of(context, house, now, house.asha, Level.IMMEDIATE) for _ in range(2)]
    start = now.replace(minute=0)
    for minutes, case in ((1, cases[0]), (12, cases[0]), (23, cases[1])):
        write_in(context, case, start + minutes * MINUTE)
        perform(context, start + minutes * MINUTE)
        with work_as(context, house.asha, start + minutes * MINUTE) as work:
            news.mark_news_seen(work, case_id=case.id)

    letters = letters_to(context, "asha")
    assert len({letter.message_id for letter in letters}) == len(letters) == 3


def test_a_letter_whose_sending_was_not_noted_is_the_same_when_it_is_tried_again(
    context, house, now, monkeypatch
):
    case = a_case_of(context, house, now, house.asha)
    write_in(context, case, now)
    perform(context, now)
    monkeypatch.setattr(news, "mark_news_emailed", lambda _work, _found: None)

    for minutes in (0, 2):
        news_jobs.email_unseen_news(
            at(context, now + minutes * MINUTE),
            person_id=house.asha.person.id,
            team_id=house.team.id,
        )

    first, again = letters_to(context, "asha")
    assert first.message_id == again.message_id


ATTACKS = [
    "SELECT * FROM news",
    "INSERT INTO news (id) VALUES ('x')",
    "UPDATE news SET seen_at = now()",
    "DELETE FROM news",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("role", ["helpdesk_intake", "helpdesk_partner"])
def test_the_public_pages_and_the_partner_desk_have_no_right_to_news(postgres, role, attack):
    assert role in ROLES
    with (
        psycopg.connect(postgres.url(role, "strict").replace("+psycopg", "")) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(attack)


@pytest.mark.parametrize(
    "attack", [*ATTACKS[1:2], ATTACKS[3], "UPDATE news SET what = 'note'", "LOCK TABLE news"]
)
def test_the_staffs_pages_only_note_that_news_were_seen(postgres, attack):
    with (
        psycopg.connect(postgres.url("helpdesk_app", "strict").replace("+psycopg", "")) as staff,
        pytest.raises(InsufficientPrivilege),
    ):
        staff.execute(attack)


@pytest.mark.parametrize("column", ["at", "seen_at", "told_at"])
def test_no_news_come_at_a_time_that_is_never(owners_desk, column):
    moments = {"at": "now()", "seen_at": "NULL", "told_at": "NULL", column: "'infinity'"}
    values = ", ".join(moments[one] for one in ("at", "seen_at", "told_at"))
    row = "INSERT INTO news (id, person_id, case_id, what, times, at, seen_at, told_at) VALUES"
    statement = f"{row} ('x', 'p', 'c', 'note', 1, {values})"  # words of ours
    with owners_desk.begin() as work:
        refused = pytest.raises(IntegrityError, match=f"news_{column}_finite")
        with refused, work.session.begin_nested():
            work.session.execute(text(statement))


def test_a_letter_of_the_year_2999_puts_off_no_other(context, house, now):
    case = a_case_of(context, house, now, house.asha)
    write_in(context, case, now)
    perform(context, now)
    become(context, WORKER)
    with context.begin() as work:
        late = {"told_at": "2999-12-31", "at": "2999-12-31"}
        work.session.execute(text("UPDATE news SET told_at = :told_at, at = :at"), late)
    become(context, STAFF)
    context.mailer.sent.clear()

    other = a_case_of(context, house, now + DAY, house.asha)
    write_in(context, other, now + DAY)
    perform(context, now + DAY)
    perform(context, now + DAY + 3 * HOUR)

    assert letters_to(context, "asha")
