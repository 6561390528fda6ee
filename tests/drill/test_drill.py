"""The drill: cases in different states, open to those who should see them."""

import stat

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk.accounts.models import Person
from helpdesk.accounts.operations.passphrase_and_recovery_key import unlock_with_passphrase
from helpdesk.accounts.passphrases import rederive_key_from_passphrase
from helpdesk.cases import queries
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import Role
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.sealing import CannotOpen
from helpdesk.drill.cli import drill_commands as commands
from helpdesk.drill.scenario_schedule import run_scenarios
from helpdesk.drill.sign_in_sheet import DrillReporter, SignInSheet
from helpdesk.duty.queries import load_board
from helpdesk.escalations import operations as escalations
from helpdesk.escalations import partner_inbox
from helpdesk.escalations.models import Escalation, RequestFollowUp
from helpdesk.escalations.states import EscalationState as Request
from helpdesk.escalations.states import FollowUp, InboxFilter
from helpdesk.intake import queries as intake
from helpdesk.partners import queries as partners
from tests.conftest import INTAKE_KEY, SERVICE


def test_there_are_cases_in_every_state(drill):
    cases = drill.past.session.scalars(select(Case)).all()

    assert len(cases) == 18
    assert {case.state for case in cases} == set(CaseState)
    assert len({case.level for case in cases}) == 4
    assert all(case.is_drill for case in cases)


def test_requests_stand_in_six_different_places(drill):
    requests = drill.past.session.scalars(select(Escalation)).all()

    assert {request.state for request in requests} == {
        Request.DRAFT,
        Request.APPROVED,
        Request.WITH_PARTNER,
        Request.NEED_INFORMATION,
        Request.UNANSWERED,
        Request.DECIDED,
    }


def test_a_request_waits_for_its_link(drill):
    case = drill.told["cycling-club"].case
    work = drill.past.person_work("responder", drill.now)

    request = drill.past.session.scalars(
        select(Escalation).where(Escalation.case_id == case.id)
    ).one()
    code = escalations.make_link(work, request)

    assert request.needs_link
    assert len(code.words) == 12


@pytest.mark.parametrize(
    ("story", "made"),
    [
        ("legal-clinic", []),
        ("seed-library", [FollowUp.NUDGE]),
        ("night-shelter", [FollowUp.NUDGE, FollowUp.OTHER_CONTACT]),
        ("street-paper", [FollowUp.NUDGE, FollowUp.OTHER_CONTACT, FollowUp.PHONE_CALL]),
        ("tenants-group", list(FollowUp)),
    ],
)
def test_a_request_stands_at_each_follow_up_on_silence(drill, story, made):
    case = drill.told[story].case
    rows = drill.past.session.scalars(
        select(RequestFollowUp)
        .where(RequestFollowUp.case_id == case.id)
        .order_by(RequestFollowUp.at)
    ).all()

    assert [one.step for one in rows] == made
    assert all(one.at < drill.now for one in rows)


@pytest.mark.parametrize("who", ["coordinator", "responder"])
def test_who_is_in_both_queues_can_open_every_story(drill, who):
    work = drill.past.person_work(who, drill.now)

    cases = work.session.scalars(queries.visible_cases(work.actor)).all()

    assert len(cases) == 18
    for told in drill.told.values():
        assert work.keys.open(told.case, "story") == told.story.words


def test_the_newcomer_can_neither_find_nor_open_the_quiet_room(drill):
    work = drill.past.person_work("newcomer", drill.now)
    quiet = drill.told["quiet"].case

    cases = work.session.scalars(queries.visible_cases(work.actor)).all()

    assert len(cases) == 17
    assert quiet not in cases
    with pytest.raises(CannotOpen):
        work.keys.open(quiet, "story")


def test_the_operator_finds_no_case(drill):
    work = drill.past.person_work("operator", drill.now)

    assert work.session.scalars(queries.visible_cases(work.actor)).all() == []


def test_one_partners_address_waits_for_a_code_that_still_works(drill):
    work = drill.past.person_work("coordinator", drill.now)

    [waiting] = load_board(work).unconfirmed_partners

    new = partners.unconfirmed_email_address(work, waiting)
    assert waiting.name == "Drill video team"
    assert new.sent_at is not None
    assert not new.is_over(drill.now)
    assert not partners.can_anyone_open_requests(work, waiting)


def test_everybody_on_the_sheet_can_open_their_own_key(drill):
    people = {one.handle: one for one in drill.past.session.scalars(select(Person))}

    for player in drill.players:
        person = people[player.handle]
        secret = unlock_with_passphrase(
            person,
            rederive_key_from_passphrase(
                player.passphrase,
                person.salt,
                SERVICE.peppers_for_surface("partner" if person.role is Role.PARTNER else "staff"),
            ),
        )
        assert secret.raw == drill.past.secrets[player.handle].raw
        assert len(player.code(drill.now)) == 6


def test_every_return_code_leads_to_its_case(drill):
    for told in drill.told.values():
        work = drill.past.stranger_work(drill.now)
        found = intake.case_by_return_code(work, [told.code], [INTAKE_KEY])
        assert found == (told.case, told.code)


def test_no_promise_failed_and_none_that_was_due_is_left(drill):
    left = select(OutboxJob).where(OutboxJob.state != OutboxJobState.DONE)
    for outbox_job in drill.past.session.scalars(left):
        assert outbox_job.state is OutboxJobState.WAITING
        assert outbox_job.due_at > drill.now


def test_one_alarm_reached_no_one_and_the_board_says_so(drill):
    work = drill.past.person_work("responder", drill.now)

    assert load_board(work).unheard == [drill.told["union-mail"].case]


def test_letters_went_out_without_a_word_of_what_was_told(drill):
    assert {letter.to.split("@")[0] for letter in drill.letters} >= {
        "coordinator",
        "responder",
        "trust-team",
    }
    for letter in drill.letters:
        for told in drill.told.values():
            assert told.story.words[:40] not in letter.body
            assert not any(word in letter.body for word in told.code.words[-2:] if len(word) > 7)


def test_the_platform_reads_the_packet_that_was_sent(drill):
    work = drill.past.person_work("platform-lead", drill.now)

    inbox = partner_inbox.partner_inbox(work, InboxFilter.WAITING)

    assert sum(inbox.sizes.values()) >= 3


def test_the_sheet_comes_back_as_it_was_and_only_we_can_read_it(drill, tmp_path):
    sheet = SignInSheet(tuple(drill.players), (DrillReporter("A trouble", "ten words"),))

    sheet.save(tmp_path)

    assert SignInSheet.load(tmp_path) == sheet
    assert stat.S_IMODE((tmp_path / "drill-people.json").stat().st_mode) == 0o600


def test_the_sheet_says_how_everybody_signs_in(drill):
    sheet = SignInSheet(tuple(drill.players), (DrillReporter("A trouble", "ten words"),))

    told = sheet.as_text(drill.now, public="http://p", staff="http://s", partner="http://t")

    for player in drill.players:
        assert player.passphrase in told
        assert player.code(drill.now) in told
    assert told.index("http://s") < told.index("coordinator") < told.index("http://t")
    assert told.index("http://t") < told.index("platform-lead")
    assert not [one for one in drill.players if one.role is Role.PARTNER and "staff" in one.may]


def test_who_asks_for_codes_later_is_told_the_addresses_too(drill, tmp_path):
    SignInSheet(tuple(drill.players)).save(tmp_path)
    ask = ["people", "--instance", str(tmp_path)]
    addresses = ["--public", "http://p:1", "--staff", "http://s:2", "--partner", "http://t:3"]
    assert "http" not in CliRunner().invoke(commands, ask).output

    CliRunner().invoke(commands, [*ask, *addresses])

    told = CliRunner().invoke(commands, ask).output
    assert "Sign in as staff:  http://s:2" in told
    assert "http://p:1" in told
    assert "http://t:3" in told


def test_scenes_come_in_the_order_of_time_and_nothing_happens_after_now(drill):
    seen = []

    class NoStage:
        def run_jobs_until(self, at):
            pass

    def play(name, *moments):
        for moment in moments:
            at = yield moment
            seen.append((at, name))

    run_scenarios(NoStage(), [play("a", 1, 4, 9), play("b", 2, 3, 12)], beginning=0, until=10)

    assert seen == [(1, "a"), (2, "b"), (3, "b"), (4, "a"), (9, "a")]
