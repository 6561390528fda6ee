"""What can happen to a case, through Work, on the real database."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.accounts import queries as accounts
from helpdesk.cases import jobs, operations, queries, queue_pages
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case, Closure, Consent
from helpdesk.cases.states import MOVES, CaseOutcome, CaseState, ConsentKind, WaitsOn
from helpdesk.core.actors import Role
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import Conflict, NotAllowed, NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.keys import Key, KeyCopy
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import EnvelopePlace
from tests.conftest import become
from tests.factories import a_case, a_person, a_team, work_as


@pytest.fixture
def queue(context):
    with context.begin() as work:
        return a_team(work)


@pytest.fixture
def responder(context, queue):
    with context.begin() as work:
        return a_person(work, teams=[queue])


@pytest.fixture
def colleague(context, queue, responder):
    with context.begin() as work:
        return a_person(work, teams=[queue])


@pytest.fixture
def coordinator(context, queue, responder):
    with context.begin() as work:
        return a_person(work, Role.COORDINATOR, [queue])


def a_case_of(context, queue, **facts):
    with context.begin() as work:
        return a_case(work, queue, **facts)


def test_a_claimed_case_is_open_and_has_one_owner(context, queue, responder, colleague):
    case = a_case_of(context, queue)

    with work_as(context, responder) as work:
        operations.claim_case(work, queries.case_by_ref(work, case.ref))
    with work_as(context, colleague) as work, pytest.raises(Conflict):
        operations.claim_case(work, queries.case_by_ref(work, case.ref))

    with work_as(context, colleague) as work:
        found = queries.case_by_ref(work, case.ref.lower())
        assert (found.owner_id, found.state) == (responder.person.id, CaseState.OPEN)


def test_nobody_takes_a_case_that_they_cannot_open(context, queue, responder):
    case = a_case_of(context, queue)
    with context.begin() as work:
        newcomer = a_person(work, teams=[queue], let_in=False)

    with work_as(context, newcomer) as work, pytest.raises(NotAllowed, match="give you access"):
        operations.claim_case(work, queries.case_by_ref(work, case.ref))


def test_the_next_case_is_the_most_urgent_then_the_one_with_least_time(
    context, queue, responder, now
):
    with context.begin(at=now) as work:
        refs = [
            a_case(work, queue, level=level, opened_at=now).ref
            for level in (Level.ROUTINE, Level.SOON, Level.IMMEDIATE)
        ]
        urgent = [
            a_case(work, queue, level=Level.URGENT, reply_due_at=now + timedelta(hours=hours))
            for hours in (3, 1, 2)
        ]
        for case, hours in zip(urgent, (3, 1, 2), strict=True):
            case.reply_due_at = now + timedelta(hours=hours)
        a_case(work, queue, level=Level.IMMEDIATE, state=CaseState.WAITING)
        a_case(work, queue, level=Level.IMMEDIATE, state=CaseState.CLOSED)

    taken = []
    with work_as(context, responder) as work:
        team = accounts.queue_by_slug(work, queue.slug)
        taken = [operations.claim_next_case(work, team).ref for _ in range(6)]
        with pytest.raises(Conflict):
            operations.claim_next_case(work, team)

    urgent_by_time = [urgent[1].ref, urgent[2].ref, urgent[0].ref]
    assert taken == [refs[2], *urgent_by_time, refs[1], refs[0]]


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 65, 500])
def test_a_case_that_does_not_open_is_in_nobodys_way(context, queue, responder, now, length):
    """Somebody has put it there, with a copy of a key that is none."""
    with context.begin(at=now) as work:
        ours = a_case(work, queue, level=Level.SOON).ref
        theirs = a_case(work, queue, level=Level.IMMEDIATE)
        work.session.flush()
        copy = work.session.scalars(select(KeyCopy).where(KeyCopy.key_id == theirs.key_id)).one()
        holder = work.session.get(Key, copy.holder_id)
        work.session.expunge(copy)
        place = EnvelopePlace("key_copies", "sealed", "", f"{copy.key_id}/{copy.holder_id}")
        junk = {"key": copy.key_id, "junk": holder.public.seal(b"x" * length, place).raw}
    before = become(context, "helpdesk_owner")
    with context.begin(at=now) as work:
        work.session.execute(text("UPDATE key_copies SET sealed = :junk WHERE key_id = :key"), junk)
    become(context, before)

    with work_as(context, responder) as work:
        team = accounts.queue_by_slug(work, queue.slug)
        assert operations.claim_next_case(work, team).ref == ours
        with pytest.raises(NotAllowed):
            operations.claim_next_case(work, team)


def test_who_has_the_case_hands_it_over_with_a_sealed_note(context, queue, responder, colleague):
    case = a_case_of(context, queue, owner=responder)

    with work_as(context, responder) as work:
        to = accounts.person_by_id(work, colleague.person.id)
        operations.hand_over_case(
            work, queries.case_by_ref(work, case.ref), to=to, note="Call on Tuesday."
        )

    with work_as(context, colleague) as work:
        found = queries.case_by_ref(work, case.ref)
        [note] = queries.notes_of(work, found)
        assert found.owner_id == colleague.person.id
        assert work.keys.open(note, "body") == "Call on Tuesday."
        assert b"Tuesday" not in note.body.raw


def test_a_case_is_not_handed_to_somebody_who_cannot_read_it(context, queue, responder):
    with context.begin() as work:
        waiting = a_person(work, teams=[queue], let_in=False)
        elsewhere = a_person(work, teams=[a_team(work)])
    case = a_case_of(context, queue, owner=responder)

    for nobody in (waiting, elsewhere):
        with work_as(context, responder) as work:
            found = queries.case_by_ref(work, case.ref)
            with pytest.raises(Conflict):
                operations.hand_over_case(work, found, to=nobody.person, note="Please.")


def test_only_who_has_a_case_or_a_coordinator_gives_it_back(
    context, queue, responder, colleague, coordinator
):
    case = a_case_of(context, queue, owner=responder)

    with work_as(context, colleague) as work, pytest.raises(NotAllowed):
        operations.release_case(work, queries.case_by_ref(work, case.ref))
    with work_as(context, coordinator) as work:
        operations.release_case(work, queries.case_by_ref(work, case.ref), note="Off sick.")
    with work_as(context, coordinator) as work:
        assert queries.case_by_ref(work, case.ref).owner_id is None
        with pytest.raises(Conflict):
            operations.release_case(work, queries.case_by_ref(work, case.ref))


def test_the_first_message_keeps_the_promise_of_a_reply_and_opens_the_case(
    context, queue, responder
):
    code = ReturnCode.new()
    case = a_case_of(context, queue, code=code)
    assert case.reply_due_at is not None

    with work_as(context, responder) as work:
        operations.send_message(work, queries.case_by_ref(work, case.ref), "Do not log in for now.")

    with context.begin(own=code.secret()) as work:
        found = work.session.get(Case, case.id)
        [message] = queries.messages_with_reporter(work, found)
        assert (found.state, found.reply_due_at) == (CaseState.OPEN, None)
        assert work.keys.open_own(message, "for_reporter") == "Do not log in for now."


def test_a_case_that_waits_for_a_day_comes_back_on_it_and_only_then(context, queue, responder, now):
    case = a_case_of(context, queue, state=CaseState.OPEN, owner=responder)
    first, later = date(2026, 11, 5), date(2026, 11, 9)

    for day in (first, later):
        with work_as(context, responder, at=now) as work:
            operations.pause_case(
                work, queries.case_by_ref(work, case.ref), waits_on=WaitsOn.DATE, until=day
            )
    with context.begin() as work:
        promised = select(OutboxJob).where(OutboxJob.job == "cases.wake").order_by(OutboxJob.due_at)
        wakes = work.session.scalars(promised).all()
        assert [wake.due_at.date() for wake in wakes] == [first, later]

    jobs.resume_due_case(context, **wakes[0].arguments)
    with context.begin() as work:
        assert work.session.get(Case, case.id).state is CaseState.WAITING, "it was put off since"
    for _ in range(2):
        jobs.resume_due_case(context, **wakes[1].arguments)
    with context.begin() as work:
        assert work.session.get(Case, case.id).state is CaseState.OPEN
        resumed = select(HistoryEntry).where(HistoryEntry.action == "case.resumed")
        assert len(work.session.scalars(resumed).all()) == 1


def test_nobody_waits_for_yesterday(context, queue, responder, now):
    case = a_case_of(context, queue, state=CaseState.OPEN, owner=responder)

    for day in (None, now.date(), now.date() - timedelta(days=1)):
        with work_as(context, responder, at=now) as work, pytest.raises(Conflict):
            operations.pause_case(
                work, queries.case_by_ref(work, case.ref), waits_on=WaitsOn.DATE, until=day
            )


@pytest.mark.parametrize("state", CaseState)
def test_a_case_closes_from_exactly_the_states_the_table_names(context, queue, coordinator, state):
    case = a_case_of(context, queue, state=state)

    if CaseState.CLOSED in MOVES[state]:
        with work_as(context, coordinator) as work:
            operations.end_case_work(
                work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.RESOLVED
            )
        with context.begin() as work:
            assert work.session.get(Closure, case.id).outcome is CaseOutcome.RESOLVED
            assert work.session.get(Case, case.id).reply_due_at is None
    else:
        with work_as(context, coordinator) as work, pytest.raises(NotAllowed):
            operations.end_case_work(
                work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.RESOLVED
            )


def test_a_closed_case_can_be_opened_again_and_its_closure_is_gone(context, queue, coordinator):
    case = a_case_of(context, queue, owner=coordinator)
    with work_as(context, coordinator) as work:
        operations.end_case_work(
            work, queries.case_by_ref(work, case.ref), outcome=CaseOutcome.UNRESOLVED
        )

    with work_as(context, coordinator) as work:
        operations.reopen_case(work, queries.case_by_ref(work, case.ref))

    with context.begin() as work:
        assert work.session.get(Closure, case.id) is None
        assert work.session.get(Case, case.id).state is CaseState.OPEN


def test_a_follow_up_stands_on_the_board_on_its_day(context, queue, coordinator, now):
    case = a_case_of(context, queue, owner=coordinator)
    with work_as(context, coordinator, at=now) as work:
        operations.end_case_work(
            work,
            queries.case_by_ref(work, case.ref),
            outcome=CaseOutcome.RESOLVED,
            follow_up_on=now.date() + timedelta(days=14),
        )

    with work_as(context, coordinator) as work:
        before, on = (now.date() + timedelta(days=days) for days in (13, 14))
        assert queries.cases_to_follow_up(work, today=before) == []
        assert [one.ref for one in queries.cases_to_follow_up(work, today=on)] == [case.ref]


def test_of_very_many_follow_ups_the_most_urgent_is_shown(context, queue, coordinator, now):
    with work_as(context, coordinator, at=now) as work:
        for number in range(queries.FOLLOW_UPS_AT_MOST + 1):
            is_last = number == queries.FOLLOW_UPS_AT_MOST
            level = Level.IMMEDIATE if is_last else Level.ROUTINE
            case = a_case(work, queue, owner=coordinator, level=level, state=CaseState.OPEN)
            day = now.date() + timedelta(days=1 + number)
            operations.end_case_work(work, case, outcome=CaseOutcome.RESOLVED, follow_up_on=day)

    with work_as(context, coordinator) as work:
        later = now.date() + timedelta(days=300)
        shown = queries.cases_to_follow_up(work, today=later)
    assert shown[0].ref == case.ref
    assert len(shown) == queries.FOLLOW_UPS_AT_MOST


def test_consent_to_one_platform_is_written_down_once_and_can_be_taken_back(
    context, queue, responder
):
    case = a_case_of(context, queue, platform="somewhere")

    with work_as(context, responder) as work:
        found = queries.case_by_ref(work, case.ref)
        consent = operations.record_consent(work, found, kind=ConsentKind.PLATFORM)
        assert (consent.platform, consent.given_by) == ("somewhere", responder.actor.id)
        with pytest.raises(Conflict):
            operations.record_consent(work, found, kind=ConsentKind.PLATFORM)
        operations.withdraw_consent(work, found, consent)
        with pytest.raises(Conflict):
            operations.withdraw_consent(work, found, consent)
        operations.record_consent(work, found, kind=ConsentKind.PLATFORM)
    with context.begin() as work:
        kept = select(Consent).where(Consent.case_id == case.id, Consent.platform == "somewhere")
        assert len(work.session.scalars(kept).all()) == 2


def test_without_a_platform_there_is_nothing_to_consent_to(context, queue, responder):
    case = a_case_of(context, queue)

    with work_as(context, responder) as work:
        found = queries.case_by_ref(work, case.ref)
        with pytest.raises(Conflict):
            operations.record_consent(work, found, kind=ConsentKind.PLATFORM)


def test_reading_is_noted_once_an_hour_for_each_person(context, queue, responder, colleague, now):
    case = a_case_of(context, queue)
    for somebody, minutes in ((responder, 0), (responder, 59), (colleague, 59), (responder, 61)):
        with work_as(context, somebody, at=now + timedelta(minutes=minutes)) as work:
            operations.record_cases_read(work, {queries.case_by_ref(work, case.ref).id})

    with context.begin() as work:
        noted = select(HistoryEntry.actor_id).where(HistoryEntry.action == "case.read")
        readers = work.session.scalars(noted.order_by(HistoryEntry.id)).all()
    assert readers == [responder.actor.id, colleague.actor.id, responder.actor.id]


def test_a_reading_of_a_clock_that_was_ahead_hides_none_of_today(context, queue, responder, now):
    case = a_case_of(context, queue)
    for at in (now + timedelta(days=1), now):
        with work_as(context, responder, at=at) as work:
            operations.record_cases_read(work, {queries.case_by_ref(work, case.ref).id})

    with context.begin() as work:
        noted = select(HistoryEntry.id).where(HistoryEntry.action == "case.read")
        assert len(work.session.scalars(noted).all()) == 2


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.PARTNER])
def test_operators_and_partners_see_no_case(context, queue, responder, role):
    case = a_case_of(context, queue)
    with context.begin() as work:
        somebody = a_person(work, role)

    with work_as(context, somebody) as work, pytest.raises(NotFound):
        queries.case_by_ref(work, case.ref)


def test_a_queue_is_walked_page_by_page_without_losing_or_repeating_a_case(
    context, queue, responder, now
):
    with context.begin(at=now) as work:
        for number in range(130):
            level = list(Level)[number % 4]
            case = a_case(work, queue, level=level, state=CaseState.OPEN)
            case.reply_due_at = now + timedelta(minutes=number // 8) if number % 3 else None

    walked, after = [], ""
    with work_as(context, responder) as work:
        while True:
            page = queue_pages.queue_page(
                work, queue.slug, show=queue_pages.QueueFilter.OPEN, after=after
            )
            walked += page.cases
            after = page.next_after
            if not after:
                break

    far = now + timedelta(days=999)
    keys = [(-case.level.rank, case.reply_due_at or far, case.id) for case in walked]
    assert len(keys) == 130
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("after", ["", "x", "9~infinity~a", "1~yesterday~a", "1~infinity", "~~"])
def test_a_place_that_cannot_be_read_is_the_beginning(context, queue, responder, after):
    case = a_case_of(context, queue, state=CaseState.OPEN)

    with work_as(context, responder) as work:
        page = queue_pages.queue_page(
            work, queue.slug, show=queue_pages.QueueFilter.OPEN, after=after
        )
        assert [one.ref for one in page.cases] == [case.ref]


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("open", {"new", "open", "waiting"}),
        ("unclaimed", {"new", "open"}),
        ("new", {"new"}),
        ("waiting", {"waiting"}),
        ("closed", {"closed"}),
    ],
)
def test_the_filters_of_a_queue(context, queue, responder, show, expected):
    with context.begin() as work:
        for state in CaseState:
            owner = responder if state is CaseState.WAITING else None
            a_case(work, queue, state=state, owner=owner)

    with work_as(context, responder) as work:
        page = queue_pages.queue_page(work, queue.slug, show=queue_pages.QueueFilter(show))
        assert {case.state.value for case in page.cases} == expected


def test_late_cases_are_those_whose_time_has_run_out(context, queue, responder, now):
    with context.begin(at=now - timedelta(hours=5)) as work:
        late = a_case(work, queue, level=Level.URGENT)
        a_case(work, queue, level=Level.SOON)
        a_case(work, queue, level=Level.IMMEDIATE, state=CaseState.OPEN)

    with work_as(context, responder, at=now) as work:
        assert [one.ref for one in queries.cases_with_late_update(work)] == [late.ref]


def test_a_case_that_waits_and_is_nobodys_is_to_be_taken_once_its_reporter_waits(
    context, queue, responder
):
    case = a_case_of(context, queue, state=CaseState.OPEN, reply_due_at=None)
    with work_as(context, responder) as work:
        found = work.session.get(Case, case.id)
        found.wait(WaitsOn.PARTNER, (work.at + timedelta(days=9)).date())
        work.record("case.waits", found)
        assert queries.next_unclaimed_case(work, queue) is None

    with work_as(context, responder) as work:
        work.session.get(Case, case.id).reply_due_at = work.at
        work.record("case.resumed", case)
    with work_as(context, responder) as work:
        assert queries.next_unclaimed_case(work, queue).id == case.id
