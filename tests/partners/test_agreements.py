"""What is agreed with a partner: settled, shown, ended, and counted from their next turn on."""

# ruff: noqa: F401, F811 - fixtures of other files

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.partners import operations
from helpdesk.partners.agreement_terms import AgreementTerms, find_refused_time
from helpdesk.partners.deadlines import decision_due, first_sign_due
from helpdesk.partners.partner_terms import OfficeHours, PartnerTerms
from helpdesk.partners.response_times import ANSWER_WITHIN, DECIDE_WITHIN, time_in_words
from helpdesk.partners.stale_page_marks import agreement_mark_of
from tests.factories import sign_in, work_as
from tests.partners.test_vetting import Trust, trust

HOURS = OfficeHours((1, 2, 3, 4, 5), time(9), time(17))
TERMS = AgreementTerms(
    agreed_with="Head of trust and safety",
    answer_within={**ANSWER_WITHIN, "p2": timedelta(hours=24)},
    decide_within=DECIDE_WITHIN,
    counts_working_time=True,
    holiday_country="DE",
    holiday_subdivision="BE",
    keeps_for_days=90,
    may_be_named=True,
)
FRIDAY_AT_FOUR = datetime(2026, 11, 27, 15, tzinfo=UTC)


def knows_hours(trust, hours=HOURS):
    with work_as(trust.context, trust.ada) as work:
        about = PartnerTerms(timezone="Europe/Berlin", reach_us="We.", hours=hours)
        operations.change_partner(work, trust.theirs(work), name="Northern Social", about=about)


def settles(trust, terms=TERMS, by=None, **how):
    with work_as(trust.context, by or trust.ada) as work:
        operations.settle_agreement(work, trust.theirs(work), terms, on=work.at.date(), **how)


@pytest.fixture
def agreed(trust):
    knows_hours(trust)
    settles(trust)
    return trust


def test_response_times_are_counted_in_their_working_time_and_safety_waits_for_nobody(agreed):
    with work_as(agreed.context, agreed.ada) as work:
        partner = agreed.theirs(work)
        assert first_sign_due(partner, "p2", FRIDAY_AT_FOUR) == datetime(
            2026, 11, 30, 15, tzinfo=UTC
        )
        assert first_sign_due(partner, "p1", FRIDAY_AT_FOUR) == FRIDAY_AT_FOUR + timedelta(hours=2)
        assert decision_due(partner, "p2", FRIDAY_AT_FOUR) == datetime(2026, 12, 2, 15, tzinfo=UTC)

        # They had it on Friday from nine to five. The weekend that came while it was our move
        # costs them nothing, and gives them nothing: two of their three days are left.
        friday = datetime(2026, 11, 27, 8, tzinfo=UTC)
        turns = [(friday, friday + timedelta(hours=8))]
        monday = datetime(2026, 11, 30, 8, tzinfo=UTC)
        due = decision_due(partner, "p2", monday, turns=turns)
        assert due == datetime(2026, 12, 1, 16, tzinfo=UTC)
        # A weekend in a turn of theirs is none of their working days either.
        due = decision_due(partner, "p2", monday, turns=[(friday, monday)])
        assert due == datetime(2026, 12, 1, 16, tzinfo=UTC)


def test_no_calendar_makes_silence_longer_than_can_be_agreed(trust):
    knows_hours(trust, OfficeHours((1,), time(9), time(17)))
    settles(trust, replace(TERMS, decide_within={**DECIDE_WITHIN, "p4": timedelta(days=120)}))

    with work_as(trust.context, trust.ada) as work:
        partner = trust.theirs(work)
        for priority in ("p2", "p3", "p4"):
            most = 4 * DECIDE_WITHIN[priority] + timedelta(days=4)
            assert decision_due(partner, priority, FRIDAY_AT_FOUR) <= FRIDAY_AT_FOUR + most
            turns = [(FRIDAY_AT_FOUR - timedelta(days=9), FRIDAY_AT_FOUR)]
            least = max(FRIDAY_AT_FOUR, FRIDAY_AT_FOUR - timedelta(days=9) + most)
            assert decision_due(partner, priority, FRIDAY_AT_FOUR, turns=turns) <= least


def test_where_their_hours_are_forgotten_again_the_clock_alone_counts(agreed):
    knows_hours(agreed, OfficeHours())

    with work_as(agreed.context, agreed.ada) as work:
        due = first_sign_due(agreed.theirs(work), "p2", FRIDAY_AT_FOUR)
        assert due == FRIDAY_AT_FOUR + timedelta(hours=24)


def test_an_agreement_that_ends_leaves_what_we_ask_of_everyone(agreed):
    with work_as(agreed.context, agreed.ada) as work:
        operations.end_agreement(work, agreed.theirs(work))

    with work_as(agreed.context, agreed.ada) as work:
        partner = agreed.theirs(work)
        assert partner.working_calendar is None
        assert partner.answer_within["p2"] == ANSWER_WITHIN["p2"].total_seconds()
        assert (partner.agreed_on, partner.agreed_with, partner.keeps_for_days) == (None, "", None)
        with pytest.raises(StalePage):
            operations.end_agreement(work, partner)


def test_history_keeps_what_was_and_no_words(agreed):
    with work_as(agreed.context, agreed.ada) as work:
        found = select(HistoryEntry).where(HistoryEntry.action == "partner.agreement_settled")
        entry = work.session.scalars(found).one()
    assert entry.details["was"]["answer_within"]["p2"] == 12 * 3600
    assert entry.details["now"]["answer_within"]["p2"] == 24 * 3600
    assert "Head of" not in str(entry.details)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (replace(TERMS, agreed_with=""), "which role"),
        (replace(TERMS, keeps_for_days=3651), "number of days"),
        (replace(TERMS, holiday_country="XX"), "don’t know the public holidays"),
        (replace(TERMS, holiday_country="", holiday_subdivision="BE"), "Choose the country"),
        (replace(TERMS, holiday_subdivision="ZZ"), "no such region"),
        (
            replace(TERMS, holiday_country="LB", holiday_subdivision="ZZ"),
            "Leave the region empty",
        ),
        (
            replace(TERMS, answer_within={**ANSWER_WITHIN, "p1": timedelta(hours=9)}),
            "at most 8 hours",
        ),
        (
            replace(TERMS, answer_within={**ANSWER_WITHIN, "p4": timedelta(days=1)}),
            "less urgent priority",
        ),
        (
            replace(TERMS, decide_within={**DECIDE_WITHIN, "p1": timedelta(hours=1)}),
            "before the first response",
        ),
    ],
)
def test_what_would_hide_silence_or_means_nothing_is_refused(trust, terms, words):
    knows_hours(trust)
    with pytest.raises(Conflict, match=words):
        settles(trust, terms)


def test_working_time_of_a_partner_whose_hours_we_dont_know_is_refused(trust):
    with pytest.raises(Conflict, match="on which days"):
        settles(trust)


def test_only_coordinators_settle_it_and_an_old_page_settles_nothing(trust):
    knows_hours(trust)
    with work_as(trust.context, trust.ada) as work:
        seen = agreement_mark_of(trust.theirs(work))
    settles(trust, seen=seen)

    with pytest.raises(StalePage):
        settles(trust, seen=seen)
    with pytest.raises(NotAllowed):
        settles(trust, by=trust.cem)


def test_the_times_that_everyone_is_asked_for_are_fine():
    assert find_refused_time(ANSWER_WITHIN, DECIDE_WITHIN) is None


@pytest.mark.parametrize("column", ["counts_working_time = true", "keeps_for_days = 3"])
def test_nothing_is_agreed_without_a_day(trust, column):
    with (
        work_as(trust.context, trust.ada) as work,
        pytest.raises(IntegrityError),
        work.session.begin_nested(),
    ):
        work.session.execute(text(f"UPDATE partners SET {column}"))  # noqa: S608 - ours


def typed(page, **other):
    """What stands in the form, and what is typed instead."""
    shown = r'<input class="input[^"]*" id="\w+" name="(\w+)"[^>]*value="([^"]*)"'
    found = dict(re.findall(shown, page))
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    return {**found, "seen": seen, "holiday_country": "", **other}


def test_it_is_written_down_shown_and_ended_on_pages(trust, staff):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    knows_hours(trust)
    sign_in(staff, trust.ada)
    about = f"/partners/{trust.partner.slug}"
    assert "Nothing is agreed with them" in staff.get(about).text
    page = staff.get(f"{about}/agreement").text
    form = typed(
        page,
        agreed_on="2026-11-30",
        agreed_with="Abuse desk lead",
        answer_p2="20",
        counts_working_time="y",
        holiday_country="DE",
        holiday_subdivision="be",
        keeps_for_days="30",
    )

    wrong = staff.post(f"{about}/agreement", data={**form, "answer_p1": "200"})
    kept = staff.post(f"{about}/agreement", data=form)
    shown = staff.get(about).text

    assert wrong.status_code == 422
    assert "at most 8 hours" in wrong.text
    assert 'value="Abuse desk lead"' in wrong.text
    assert 'value="200"' in wrong.text
    assert kept.status_code == 303
    assert "Abuse desk lead" in shown
    assert "without the public holidays of Germany, DE-BE" in shown
    assert "30 days" in shown
    assert "20 hours" in shown
    with work_as(trust.context, trust.ada) as work:
        mark = agreement_mark_of(trust.theirs(work))
    ended = staff.post(f"{about}/agreement/end", data={"seen": mark})
    assert ended.status_code == 303
    after = staff.get(about).text
    assert "Nothing is agreed with them" in after
    assert "Before, from P1 to P4: first response 2 hours, 20 hours, 48 hours, 5 days" in after


def test_a_responder_reads_what_is_agreed_and_changes_nothing(agreed, staff):
    sign_in(staff, agreed.cem)
    about = f"/partners/{agreed.partner.slug}"

    shown = staff.get(about).text

    assert "Head of trust and safety" in shown
    assert "Change the agreement" not in shown
    assert staff.get(f"{about}/agreement").status_code == 403
    assert staff.get("/partners/nobody/agreement").status_code == 404


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=20), "20 hours"),
        (timedelta(days=3), "72 hours"),
        (timedelta(days=4), "4 days"),
        (timedelta(hours=100), "100 hours"),
    ],
)
def test_a_response_time_is_said_in_one_way_and_loses_no_hour(time, words):
    assert time_in_words(time) == words


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"answer_p1": "999"}, "The time to a first response for P1 must be"),
        ({"decide_p2": "999"}, "The time to a decision for P2 must be"),
        ({"answer_p3": "1", "answer_p2": "48"}, "can’t be shorter for a less urgent priority"),
        ({"decide_p1": "1", "answer_p1": "2"}, "For P1, the decision can’t be due before"),
    ],
)
def test_a_time_that_cannot_be_agreed_says_so_itself(trust, staff, wrong, sentence):
    staff.application.config["WTF_CSRF_ENABLED"] = False
    sign_in(staff, trust.ada)
    address = f"/partners/{trust.partner.slug}/agreement"
    form = typed(staff.get(address).text, agreed_with="Head of trust", agreed_on="2026-11-02")

    refused = staff.post(address, data={**form, **wrong})

    assert refused.status_code == 422
    name = next(iter(wrong))
    assert re.findall(r'id="(\w+)-error"', refused.text) == [name]
    assert sentence in re.sub(r"<[^>]+>", "", refused.text)
    assert "Head of trust" in refused.text
