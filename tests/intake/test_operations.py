"""What holds for a report and a reporter below the pages, with the rights of the intake process."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from helpdesk.accounts.keys_signed_by_helpdesk import epochs_of_team_key
from helpdesk.accounts.models import Team, TeamKind
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.actors import Role, reporter
from helpdesk.core.code_words import POSSIBLE_CODES, WORDS_IN_CODE
from helpdesk.core.codes import ReturnCode
from helpdesk.core.database import Base
from helpdesk.core.errors import CannotTakeReports, NotAllowed, NotFound
from helpdesk.core.history import HistoryEntry
from helpdesk.core.key_signatures import sign_key
from helpdesk.core.keys import KeyCopy, KeyKind, new_key
from helpdesk.core.outbox import OutboxJob
from helpdesk.core.sealing import CannotOpen, Secret
from helpdesk.intake import operations, queries
from helpdesk.intake.operations import ReportLookupKeys
from helpdesk.intake.report_form_rules import ReportContent
from helpdesk.key_files import KeyFile
from tests.conftest import SERVICE
from tests.factories import a_case, a_person, a_team

TOLD = ReportContent(
    "account-takeover",
    answers={"danger": "imminent", "profile": "@marker-handle"},
    story="marker-story",
    contact={"safe_channel": "marker-contact"},
    consents=frozenset({ConsentKind.HELP, ConsentKind.PLATFORM}),
    platform="google",
)
JUST_BEFORE_TEN = datetime(2026, 11, 2, 9, 58, 41, tzinfo=UTC)


@pytest.fixture
def way_back(settings):
    code = ReturnCode.new()
    return ReportLookupKeys(b"f" * 32, code, code.tag(settings.intake_keys[0]))


@given(st.integers(0, POSSIBLE_CODES - 1), st.data())
def test_every_code_survives_both_ways_of_writing_it(number, data):
    code = ReturnCode(number)
    between = data.draw(st.sampled_from([" ", "-", "  ", "\r\n", ", ", " - "]))
    in_words = between.join(code.words)
    in_letters = code.letters.replace("-", data.draw(st.sampled_from(["", "-", " "])))

    assert len(code.words) == WORDS_IN_CODE
    for written in (in_words, in_words.upper(), f"  {in_words}\n", in_letters, in_letters.lower()):
        assert ReturnCode.read(written) == code


def test_whoever_takes_a_report_in_cannot_read_it(house, way_back):
    with house.at_the_door() as work:
        case = operations.submit_report(work, TOLD, keys=way_back).case
    for field in ("story", "contact", "answers"):
        for opening in ("open", "open_own"):
            with (
                pytest.raises((CannotOpen, ProgrammingError)),
                house.at_the_door(reporter(case.id), own=way_back.code.secret()) as work,
            ):
                getattr(work.keys, opening)(queries.own_case(work), field)


def a_way_back(settings, number):
    code = ReturnCode.new()
    return ReportLookupKeys(bytes([number]) * 32, code, code.tag(settings.intake_keys[0]))


def holder_of(work, case):
    return work.session.scalar(select(KeyCopy.holder_id).where(KeyCopy.key_id == case.key_id))


def test_a_report_goes_to_whoever_takes_them_at_that_moment(house, settings):
    with house.at_the_door() as work:
        first = operations.submit_report(work, TOLD, keys=a_way_back(settings, 1)).case
    with house.inside() as work:
        other = a_team(work, takes_reports=False)
        a_person(work, Role.RESPONDER, [other])
        work.session.execute(update(Team).values(takes_reports=Team.id == other.id))
        others_key = epochs_of_team_key(work, other).current.id

    with house.at_the_door() as work:
        second = operations.submit_report(work, TOLD, keys=a_way_back(settings, 2)).case

    assert (first.team_id, second.team_id) == (house.team.id, other.id)
    with house.inside() as work:
        assert holder_of(work, second) == others_key
        about = select(func.count()).where(HistoryEntry.case_id == second.id)
        assert work.session.scalar(about.where(HistoryEntry.action == "case.submitted")) == 1


def a_next_key(house, *, by=None):
    """A key of the next epoch; by default as a member makes it, who opens the one before."""
    with house.inside() as work:
        known = epochs_of_team_key(work, house.team)
        key, secret = new_key(work.session, KeyKind.TEAM, house.team.id, known.next_epoch)
        work.session.flush()
        sign_key(work.session, key, by=by or work.keys.secret(known.current.id), secret=secret)
        return key.id


def report(house, settings, number):
    with house.at_the_door() as work:
        case = operations.submit_report(work, TOLD, keys=a_way_back(settings, number)).case
    with house.inside() as work:
        return holder_of(work, case)


def test_a_report_is_sealed_to_the_newest_key_that_a_member_signed(house, settings):
    report(house, settings, 1)
    newer = a_next_key(house)

    assert report(house, settings, 2) == newer


@pytest.mark.parametrize("by", [None, Secret(b"x" * 32), SERVICE.secrets[KeyFile.STAFF_SIGNING]])
def test_a_key_that_no_member_signed_is_passed_over_and_said_in_the_log(
    house, settings, by, caplog
):
    good = report(house, settings, 1)
    if by is None:
        with house.inside() as work:
            new_key(work.session, KeyKind.TEAM, house.team.id, epoch=2)
    else:
        a_next_key(house, by=by)

    assert report(house, settings, 2) == good
    assert "have no valid signature" in caplog.text
    assert report(house, settings, 3) == good
    after = a_next_key(house)
    assert report(house, settings, 4) == after


def test_a_team_that_was_made_to_take_reports_without_a_key_of_ours_gets_none(house, settings):
    good = report(house, settings, 1)
    with house.inside() as work:
        other = Team(
            id="0" * 32, slug="other", name="Other", kind=TeamKind.QUEUE, takes_reports=True
        )
        work.session.add(other)
        work.session.flush()
        new_key(work.session, KeyKind.TEAM, other.id)

    assert report(house, settings, 2) == good


def test_no_word_of_it_stands_in_history_or_outbox(house, way_back):
    with house.at_the_door() as work:
        operations.submit_report(work, TOLD, keys=way_back)

    with house.inside() as work:
        written = str(work.session.execute(text("SELECT history::text FROM history")).all())
        promised = str(work.session.execute(text("SELECT outbox::text FROM outbox")).all())
    for place in (written, promised):
        assert "marker" not in place


def test_times_of_a_strangers_hand_are_coarse(house, way_back):
    with house.at_the_door(at=JUST_BEFORE_TEN) as work:
        operations.submit_report(work, TOLD, keys=way_back)

    with house.inside() as work:
        [case] = work.session.scalars(select(Case))
        assert case.opened_at.strftime("%H:%M:%S") == "09:00:00"
        assert case.reply_due_at.strftime("%H:%M:%S") == "10:25:00"
        entries = work.session.scalars(
            select(HistoryEntry).where(HistoryEntry.case_id == case.id)
        ).all()
        assert {entry.at.strftime("%H:%M:%S") for entry in entries} == {"09:00:00"}
        due = work.session.scalars(
            select(OutboxJob.due_at).where(OutboxJob.arguments["case_id"].astext == case.id)
        )
        assert {(moment.minute % 5, moment.second) for moment in due} <= {(0, 0), (2, 30)}


def test_the_intake_process_opens_no_person_no_key_and_no_note(house):
    for table in ("people", "key_copies", "notes", "facts", "evidence", "sign_ins"):
        with pytest.raises(ProgrammingError), house.at_the_door() as work:
            work.session.execute(select(Base.metadata.tables[table]))


def test_a_reporter_sees_one_case_and_a_stranger_none(house):
    with house.inside() as work:
        mine, other = a_case(work, house.team), a_case(work, house.team)

    with house.at_the_door(reporter(mine.id)) as work:
        assert queries.own_case(work).id == mine.id
    with house.at_the_door() as work, pytest.raises(NotFound):
        queries.own_case(work)
    with house.at_the_door(reporter(mine.id)) as work:
        theirs = work.session.get(Case, other.id)
        for verb in (
            lambda: operations.send_message_as_reporter(work, theirs, body="x"),
            lambda: operations.set_consents(work, theirs, agreements=[]),
            lambda: operations.withdraw_case(work, theirs),
        ):
            with pytest.raises(NotAllowed):
                verb()


def test_a_responder_is_no_reporter(house):
    with house.inside() as work:
        case = a_case(work, house.team, state=CaseState.OPEN)
        with pytest.raises(NotAllowed):
            operations.send_message_as_reporter(work, case, body="In their name.")


def test_no_team_takes_reports_is_our_fault_and_never_a_lost_report(house, way_back):
    with house.inside() as work:
        work.session.execute(text("UPDATE teams SET takes_reports = false"))

    with pytest.raises(CannotTakeReports), house.at_the_door() as work:
        operations.submit_report(work, TOLD, keys=way_back)


def test_a_report_is_taken_in_while_nobody_listens(house, way_back):
    """P5: the queue, the worker, the mail and the staff are away; the promises wait as rows."""

    def no_bell(_queue):
        return False

    house.intake.queue_notifier.notify = no_bell
    with house.at_the_door() as work:
        receipt = operations.submit_report(work, TOLD, keys=way_back)

    assert receipt.is_new
    with house.inside() as work:
        assert work.session.scalars(select(OutboxJob.state)).first() == "waiting"
