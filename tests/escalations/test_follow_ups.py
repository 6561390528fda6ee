"""A partner's silence is followed up: each step once, at its time, whoever ticks, however late."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.cases.levels import Level
from helpdesk.cases.models import News
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.emails import PermanentMailError
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import CannotOpen
from helpdesk.duty.queries import load_board
from helpdesk.escalations import clocks, operations
from helpdesk.escalations.follow_up_times import AFTER_DUE, times_of_follow_ups
from helpdesk.escalations.models import Escalation, PartnerCall, RequestFollowUp
from helpdesk.escalations.states import CallResult, EscalationState, FollowUp, Priority
from tests.conftest import become
from tests.escalations.conftest import at
from tests.factories import a_person, a_team, sign_in
from tests.intake.browser import mark_in, token_in

A_MOMENT = timedelta(seconds=1)


@pytest.fixture
def house(house):
    house.change_case(level=Level.IMMEDIATE, owner_id=house.writer.person.id)
    return house


@pytest.fixture
def silent(house):
    """A request that has reached its partner; nobody there has said anything."""
    return house.carried()


def look(house, moment):
    """What the ticker finds and the workers do at a moment."""
    context = at(house.context, moment)
    with context.begin() as work:
        operations.enqueue_due_follow_ups(work)
    for queue in ("deliveries", "notices"):
        run_due_jobs(context, queue, at=moment)


def subjects(house, words):
    return [one.subject for one in house.context.mailer.sent if words in one.subject]


def made(house):
    with house.context.begin() as work:
        found = select(RequestFollowUp.step).order_by(RequestFollowUp.at, RequestFollowUp.id)
        return work.session.scalars(found).all()


def jobs(house, name):
    with house.context.begin() as work:
        return len(work.session.scalars(select(OutboxJob).where(OutboxJob.job == name)).all())


def times_of(house, escalation):
    now = house.now(escalation)
    return times_of_follow_ups(now.priority, now.answer_due_at, {})


@pytest.mark.parametrize("priority", Priority)
def test_follow_ups_come_in_their_order_and_end_with_a_word_to_the_reporter(priority):
    steps = AFTER_DUE[priority]

    assert list(steps) == [one for one in FollowUp if one in steps]
    assert list(steps.values()) == sorted(set(steps.values()))
    assert FollowUp.UNANSWERED in steps


def test_each_follow_up_is_made_at_its_time_and_once(house, silent):
    times = times_of(house, silent)
    house.context.mailer.sent.clear()

    look(house, times[FollowUp.NUDGE] - A_MOMENT)
    assert made(house) == []

    for _ in range(2):
        look(house, times[FollowUp.NUDGE] + A_MOMENT)
    assert subjects(house, "is still waiting") == [f"P1: request {silent.ref} is still waiting"]

    for _ in range(2):
        look(house, times[FollowUp.OTHER_CONTACT] + A_MOMENT)
    with house.context.begin() as work:
        news = select(News).where(News.what == NewsKind.PARTNER_SILENT)
        assert [one.times for one in work.session.scalars(news)] == [1]

    for _ in range(2):
        look(house, times[FollowUp.PHONE_CALL] + A_MOMENT)
    phoned = subjects(house, "please phone the partner")
    assert phoned
    assert len(phoned) == len(
        {one.to for one in house.context.mailer.sent if "phone" in one.subject}
    )

    for _ in range(2):
        look(house, times[FollowUp.UNANSWERED] + A_MOMENT)
    assert house.now(silent).state is EscalationState.UNANSWERED
    assert made(house) == list(FollowUp)
    assert len(subjects(house, "is still waiting")) == 1
    with house.context.begin() as work:
        assert work.session.scalars(select(News).where(News.what == NewsKind.UNANSWERED)).all()


def test_after_a_day_without_a_ticker_each_is_made_once_and_in_its_order(house, silent):
    """Nobody is written down as silent before they were phoned."""
    moment = times_of(house, silent)[FollowUp.UNANSWERED] + timedelta(days=1)

    for hours in (0, 1, 2, 3, 6, 7, 22, 23):
        look(house, moment + timedelta(hours=hours))
        phoned = bool(subjects(house, "please phone the partner"))
        assert phoned or house.now(silent).state is EscalationState.WITH_PARTNER

    assert made(house) == list(FollowUp)
    assert jobs(house, "escalations.follow_up") == 2
    assert jobs(house, "triage.follow_up") == 2
    assert len(subjects(house, "is still waiting")) == 1
    assert house.now(silent).state is EscalationState.UNANSWERED


def test_a_case_that_becomes_immediate_is_phoned_about_before_it_is_unanswered(house):
    house.change_case(level=Level.ROUTINE)
    escalation = house.carried()
    moment = times_of(house, escalation)[FollowUp.NUDGE] + timedelta(days=3)
    look(house, moment - timedelta(days=2))
    house.change_case(level=Level.IMMEDIATE)
    with at(house.context, moment).begin() as work:
        operations.raise_requests_to_level(work, house.case.id)

    look(house, moment + A_MOMENT)

    assert house.now(escalation).priority is Priority.P1
    assert house.now(escalation).state is EscalationState.WITH_PARTNER
    assert FollowUp.UNANSWERED not in made(house)


def test_while_the_consent_is_withdrawn_nobody_is_hurried(house, silent):
    """The worker that withdraws the request may be late."""
    house.withdraw_consent()
    house.context.mailer.sent.clear()

    for step in (FollowUp.NUDGE, FollowUp.OTHER_CONTACT, FollowUp.PHONE_CALL):
        with at(house.context, times_of(house, silent)[step] + A_MOMENT).begin() as work:
            operations.enqueue_due_follow_ups(work)
    moment = times_of(house, silent)[FollowUp.PHONE_CALL] + A_MOMENT
    with house.context.begin() as work:
        cancelling = select(OutboxJob).where(OutboxJob.job == "escalations.cancel_unsent")
        for one in work.session.scalars(cancelling):
            one.due_at = moment + timedelta(days=1)
    for queue in ("deliveries", "notices"):
        run_due_jobs(at(house.context, moment), queue, at=moment)

    assert subjects(house, "is still waiting") == subjects(house, "please phone") == []
    with house.as_(house.writer) as work, pytest.raises(Conflict):
        operations.hurry_follow_up(
            work, house.mine(work, silent), FollowUp.PHONE_CALL, reason="Hurry."
        )


def test_vetting_a_partner_again_begins_no_other_turn(house, silent):
    """What was made is not made again, and what one of us stopped stays stopped."""
    with house.as_(house.writer) as work:
        operations.stop_follow_up(
            work, house.mine(work, silent), FollowUp.PHONE_CALL, reason="They asked us not to."
        )
    look(house, times_of(house, silent)[FollowUp.NUDGE] + A_MOMENT)
    before = made(house)
    with house.context.begin() as work:
        one = work.session.get(Escalation, silent.id)
        clocks.hold_partner_clock(work, one)
        work.record("test", one)
    moment = times_of_turn(house, silent) + timedelta(hours=1)
    with at(house.context, moment).begin() as work:
        one = work.session.get(Escalation, silent.id)
        clocks.resume_partner_clock(work, one)
        work.record("test", one)

    for hours in (1, 8):
        look(house, moment + timedelta(hours=hours))

    assert made(house).count(FollowUp.NUDGE) == 1
    assert before.count(FollowUp.PHONE_CALL) == made(house).count(FollowUp.PHONE_CALL) == 1
    assert subjects(house, "please phone the partner") == []


def times_of_turn(house, escalation):
    return house.now(escalation).turn_due_at


def test_a_clock_that_jumps_back_makes_none_again(house, silent):
    due = times_of(house, silent)[FollowUp.NUDGE]
    look(house, due + A_MOMENT)

    look(house, due - timedelta(hours=1))
    look(house, due + A_MOMENT)

    assert made(house) == [FollowUp.NUDGE]
    assert jobs(house, "escalations.follow_up") == 1


def test_whoever_has_answered_is_followed_up_no_more(house, silent):
    times = times_of(house, silent)
    with at(house.context, times[FollowUp.NUDGE] + A_MOMENT).begin() as work:
        operations.enqueue_due_follow_ups(work)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, silent), question="Which one?")
    house.context.mailer.sent.clear()

    moment = times[FollowUp.NUDGE] + A_MOMENT
    run_due_jobs(at(house.context, moment), "deliveries", at=moment)
    look(house, times[FollowUp.UNANSWERED] + A_MOMENT)

    assert subjects(house, "is still waiting") == []
    assert made(house) == [FollowUp.NUDGE]


def test_the_other_turn_of_the_partner_is_followed_up_again(house, silent):
    look(house, times_of(house, silent)[FollowUp.NUDGE] + A_MOMENT)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, silent), question="Which one?")
    house.answer(silent)

    look(house, times_of(house, silent)[FollowUp.NUDGE] + A_MOMENT)

    assert made(house) == [FollowUp.NUDGE, FollowUp.NUDGE]


def test_one_of_us_makes_a_follow_up_now_and_it_is_not_made_again(house, silent):
    with house.as_(house.writer) as work:
        operations.hurry_follow_up(
            work, house.mine(work, silent), FollowUp.PHONE_CALL, reason="They are raided now."
        )
    run_due_jobs(house.context, "notices")
    assert subjects(house, "please phone the partner")

    for moment in times_of(house, silent).values():
        look(house, moment + A_MOMENT)

    assert made(house).count(FollowUp.PHONE_CALL) == 1
    assert jobs(house, "triage.follow_up") == 2, "another contact, and the phone"


def test_what_one_of_us_stopped_is_not_made_and_says_why(house, silent):
    with house.as_(house.writer) as work:
        operations.stop_follow_up(
            work, house.mine(work, silent), FollowUp.NUDGE, reason="We are on the phone."
        )
    house.context.mailer.sent.clear()

    look(house, times_of(house, silent)[FollowUp.NUDGE] + A_MOMENT)

    assert subjects(house, "is still waiting") == []
    with house.as_(house.writer) as work, pytest.raises(StalePage):
        operations.hurry_follow_up(
            work, house.mine(work, silent), FollowUp.NUDGE, reason="After all."
        )


@pytest.mark.parametrize("change", [operations.hurry_follow_up, operations.stop_follow_up])
def test_that_they_did_not_answer_is_neither_hurried_nor_stopped(house, silent, change):
    with house.as_(house.writer) as work, pytest.raises(Conflict):
        change(work, house.mine(work, silent), FollowUp.UNANSWERED, reason="Enough.")


def test_of_a_page_from_another_turn_nothing_is_stopped(house, silent):
    with house.as_(house.writer) as work, pytest.raises(StalePage):
        operations.stop_follow_up(
            work, house.mine(work, silent), FollowUp.NUDGE, reason="No.", seen="another"
        )


def test_a_draft_has_no_follow_ups(house):
    draft = house.ask()

    with house.as_(house.writer) as work, pytest.raises(StalePage):
        operations.stop_follow_up(work, house.mine(work, draft), FollowUp.NUDGE, reason="No.")


def test_nobody_else_changes_follow_ups(house, silent):
    with house.as_(house.theirs) as work, pytest.raises(NotAllowed):
        operations.stop_follow_up(work, house.mine(work, silent), FollowUp.NUDGE, reason="No.")


def test_the_processes_do_it_with_their_own_rights(house, silent):
    moment = times_of(house, silent)[FollowUp.UNANSWERED] + A_MOMENT
    before, done = become(house.context, "helpdesk_ticker"), []
    for hours in (0, 2, 6, 22):
        at_the_time = moment + timedelta(hours=hours)
        context = at(house.context, at_the_time)
        with context.begin() as work:
            operations.enqueue_due_follow_ups(work)
        become(house.context, "helpdesk_worker")
        done += [run_due_jobs(context, one, at=at_the_time) for one in ("deliveries", "notices")]
        become(house.context, "helpdesk_ticker")
    become(house.context, before)

    assert sum(done) >= len(FollowUp)
    assert made(house) == list(FollowUp)
    assert house.now(silent).state is EscalationState.UNANSWERED


def until_unanswered(house, escalation):
    """All follow-ups at their times; when the last was."""
    for moment in times_of(house, escalation).values():
        look(house, moment + 2 * A_MOMENT)
    return moment


def test_a_case_that_waited_for_the_partner_goes_on_when_nobody_answered(house, silent):
    with house.as_(house.writer) as work:
        operations.pause_case_for_partners(work, house.mine(work, silent).case)

    until_unanswered(house, silent)

    with house.as_(house.writer) as work:
        assert house.mine(work, silent).case.state is CaseState.OPEN


def test_a_late_answer_still_counts(house, silent):
    moment = until_unanswered(house, silent)

    with house.as_(house.theirs, moment + timedelta(days=1)) as work:
        operations.acknowledge_request(work, house.mine(work, silent))

    assert house.now(silent).state is EscalationState.ACKNOWLEDGED


@pytest.fixture
def writer(staff, house):
    return sign_in(staff, house.writer)


def page_of(house, escalation):
    return f"/cases/{house.case.ref}/requests/{escalation.ref}"


def send(writer, page, **fields):
    shown = writer.get(page)
    to = f"{page}/follow-ups"
    token = {"csrf_token": token_in(shown.text), **mark_in(shown, to)}
    return writer.post(to, data={**token, **fields})


def test_the_page_says_what_comes_next_and_when(house, silent, writer):
    page = writer.get(page_of(house, silent)).text

    assert "If they don’t answer" in page
    assert page.index("Email the partner again") < page.index("phone the partner")
    assert "We have no verified contacts at this partner." in page


def test_a_step_is_stopped_on_the_page_with_its_reason(house, silent, writer):
    page = page_of(house, silent)
    why = "We’re on the phone <b>with them</b>."

    answer = send(writer, page, step="nudge", change="stop", reason=why)

    assert answer.status_code == 303
    shown = writer.get(page).text
    assert "stopped by" in shown
    assert "on the phone &lt;b&gt;with them&lt;/b&gt;" in shown
    assert send(writer, page, step="nudge", change="hurry", reason="Again").status_code == 422


def test_a_form_that_lacks_something_keeps_what_was_typed(house, silent, writer):
    answer = send(writer, page_of(house, silent), step="phone_call", reason="They asked for it.")

    assert answer.status_code == 422
    assert "They asked for it." in answer.text
    assert "Choose one." in answer.text
    assert made(house) == []


def test_a_page_from_before_their_answer_changes_nothing(house, silent, writer):
    page = page_of(house, silent)
    shown = writer.get(page)
    token = {"csrf_token": token_in(shown.text), **mark_in(shown, f"{page}/follow-ups")}
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, silent), question="Which one?")

    fields = {**token, "step": "nudge", "change": "stop", "reason": "No."}
    answer = writer.post(f"{page}/follow-ups", data=fields)

    assert answer.status_code in (409, 422)
    assert made(house) == []
    assert "If they don’t answer" not in writer.get(page).text


def test_a_nudge_that_no_server_takes_stands_in_red_on_the_board(house, silent):
    house.context.mailer.trouble.append(PermanentMailError(550))

    look(house, times_of(house, silent)[FollowUp.NUDGE] + A_MOMENT)

    assert house.now(silent).untold_since is not None


@pytest.mark.parametrize(
    "odd",
    [
        {"is_stopped": True},
        {"by": "person:someone"},
        {"is_stopped": True, "by": "person:someone", "step": "unanswered"},
    ],
    ids=str,
)
def test_the_tickers_role_writes_none_that_is_stopped_or_of_one_of_us(house, silent, odd):
    row = {"step": "phone_call", "by": "system", "is_stopped": False} | odd
    statement = text(
        "INSERT INTO request_follow_ups (id, case_id, escalation_id, turn_due_at, step, at, by,"
        " is_stopped) SELECT 'planted', case_id, id, turn_due_at, :step, now(), :by, :is_stopped"
        " FROM escalations WHERE id = :id"
    )
    before = become(house.context, "helpdesk_ticker")
    with pytest.raises(IntegrityError, match="said_by"), house.context.begin() as work:
        work.session.execute(statement, row | {"id": silent.id})
    become(house.context, before)


def to_phone(house):
    with house.as_(house.second) as work:
        return [one.ref for one in load_board(work).to_phone]


def silent_until_phoned(house, silent):
    times = times_of(house, silent)
    for step in (FollowUp.NUDGE, FollowUp.OTHER_CONTACT):
        look(house, times[step] + A_MOMENT)
    assert to_phone(house) == []
    look(house, times[FollowUp.PHONE_CALL] + A_MOMENT)


def phone(house, silent, result, note="", who=None):
    with house.as_(who or house.second) as work:
        return operations.record_partner_call(
            work, house.mine(work, silent), result=result, note=note
        )


def test_a_partner_is_to_be_phoned_until_somebody_was_reached(house, silent):
    silent_until_phoned(house, silent)
    assert to_phone(house) == [silent.ref]

    phone(house, silent, CallResult.NOT_REACHED)
    assert to_phone(house) == [silent.ref]

    due = house.now(silent).answer_due_at
    phone(house, silent, CallResult.REACHED, "They look at it tonight.")
    assert to_phone(house) == []
    assert house.now(silent).answer_due_at == due, "a word on the phone is no answer"


def test_what_was_said_on_the_phone_is_sealed_and_who_called_is_in_history(house, silent):
    silent_until_phoned(house, silent)

    call = phone(house, silent, CallResult.REACHED, "They look at it tonight.")

    with house.context.begin() as work:
        kept = work.session.get(PartnerCall, call.id)
        raw = work.session.execute(text("SELECT note FROM partner_calls")).scalar_one()
        assert b"tonight" not in bytes(raw)
        with pytest.raises(CannotOpen):
            work.keys.open(kept, "note")
        [entry] = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.action == "escalation.partner_phoned")
        )
    assert entry.actor_id == house.second.actor.id
    assert entry.details == {"call": call.id, "result": "reached"}


def test_in_the_next_turn_of_theirs_they_may_have_to_be_phoned_again(house, silent):
    silent_until_phoned(house, silent)
    phone(house, silent, CallResult.REACHED, "Tomorrow.")
    with house.as_(house.theirs) as work:
        operations.acknowledge_request(work, house.mine(work, silent))
    assert to_phone(house) == []

    silent_until_phoned(house, silent)

    assert to_phone(house) == [silent.ref]


@pytest.mark.parametrize("who", ["theirs", "outsider"])
def test_nobody_else_records_a_call(house, silent, who):
    silent_until_phoned(house, silent)
    somebody = getattr(house, who, None)
    if somebody is None:
        with house.context.begin() as work:
            somebody = a_person(work, Role.RESPONDER, [a_team(work)])

    with pytest.raises((NotAllowed, NotFound)):
        phone(house, silent, CallResult.REACHED, "x", somebody)


def test_a_call_about_what_is_answered_is_not_recorded(house, silent):
    silent_until_phoned(house, silent)
    with house.as_(house.theirs) as work:
        operations.ask_for_information(work, house.mine(work, silent), question="Which one?")

    with pytest.raises(StalePage):
        phone(house, silent, CallResult.NOT_REACHED)
    assert to_phone(house) == []


def test_the_call_is_recorded_on_the_page_and_what_is_missing_is_said_beside_it(
    house, silent, staff
):
    silent_until_phoned(house, silent)
    client = sign_in(staff, house.second)
    page = f"/cases/{house.case.ref}/requests/{silent.ref}"
    shown = client.get(page)
    assert "Nobody has reached the partner yet" in shown.text
    assert "Partners to phone" in client.get("/duty").text

    def record(**typed):
        return client.post(
            f"{page}/calls",
            data={"csrf_token": token_in(shown.text), **mark_in(shown, f"{page}/calls"), **typed},
            follow_redirects=True,
        )

    refused = record(result="reached")
    assert refused.status_code == 422
    assert "Type what they said." in refused.text
    assert "Choose one." in record(note="They look at it.").text
    assert "They look at it." in record(note="They look at it.").text

    said = record(result="reached", note="They look at it tonight.").text
    assert "The call is recorded." in said
    assert "Reached someone." in said
    assert "They look at it tonight." in said
    assert "Nobody has reached the partner yet" not in said
    assert "Partners to phone" not in client.get("/duty").text
    assert "Phoned the partner: Reached someone." in client.get(f"/cases/{house.case.ref}").text
