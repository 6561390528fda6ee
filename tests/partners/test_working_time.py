"""Working time of partners: response times by their days, hours and public holidays."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk.partners.working_time import (
    WorkingCalendar,
    add_working_time,
    countries_with_holidays,
    has_public_holidays,
    subdivisions_of,
    working_time_between,
)

OFFICE = WorkingCalendar("Europe/Berlin", frozenset(range(1, 6)), time(9), time(17), "DE", "BE")
NIGHT = WorkingCalendar("Africa/Nairobi", frozenset({1, 2, 3, 4, 5}), time(22), time(6))
WHOLE_DAYS = WorkingCalendar("Asia/Beirut", frozenset({1, 2, 3, 4, 5}), time(0), time(0))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(*when):
    return datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "span", "due"),
    [
        # Friday at four in Berlin: an hour that day, one on Monday.
        (OFFICE, at(2026, 11, 27, 15), 2 * HOUR, at(2026, 11, 30, 9)),
        # Half a day and more is at most one of their days.
        (OFFICE, at(2026, 11, 30, 9), 12 * HOUR, at(2026, 12, 1, 9)),
        (OFFICE, at(2026, 11, 30, 9), DAY, at(2026, 12, 1, 9)),
        (OFFICE, at(2026, 11, 30, 9), 2 * DAY, at(2026, 12, 2, 9)),
        # At night it begins when they open.
        (OFFICE, at(2026, 11, 30, 2), HOUR, at(2026, 11, 30, 9)),
        # Christmas is a Friday, and its second day a Saturday.
        (OFFICE, at(2026, 12, 24, 15), 2 * HOUR, at(2026, 12, 28, 9)),
        # The 8th of March is a holiday in Berlin alone.
        (OFFICE, at(2027, 3, 5, 15), 2 * HOUR, at(2027, 3, 9, 9)),
        # The clocks go forward in the night to 28 March 2027.
        (OFFICE, at(2027, 3, 26, 12), HOUR, at(2027, 3, 30, 8)),
        # Over midnight: the night of Friday belongs to Friday.
        (NIGHT, at(2026, 11, 27, 23), 3 * HOUR, at(2026, 11, 28, 2)),
        (NIGHT, at(2026, 11, 28, 2), 2 * HOUR, at(2026, 11, 30, 20)),
        (WHOLE_DAYS, at(2026, 11, 27, 12), DAY, at(2026, 11, 30, 12)),
    ],
)
def test_a_response_time_is_counted_while_they_are_there(calendar, start, span, due):
    assert add_working_time(calendar, start, span) == due


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
calendars = st.builds(
    WorkingCalendar,
    st.sampled_from(["UTC", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]),
    st.frozensets(st.integers(1, 7), min_size=1),
    times,
    times,
    st.sampled_from(["", "DE", "US", "EG"]),
)
moments = st.integers(0, 5 * 366 * 24 * 60).map(lambda one: at(2025, 1, 1) + timedelta(minutes=one))
spans = st.timedeltas(timedelta(0), timedelta(days=40))


@given(calendars, moments, spans, spans)
def test_more_time_is_never_less_and_no_time_ends_before_it_begins(calendar, start, one, other):
    less, more = sorted((one, other))
    due, later = (add_working_time(calendar, start, span) for span in (less, more))

    assert start <= due <= later


def test_more_time_than_is_looked_up_never_ends_earlier_than_less():
    rare = WorkingCalendar("UTC", frozenset({1}), time(9), time(9, 1))
    dues = [add_working_time(rare, at(2026, 12, 1), n * DAY) for n in range(1, 400)]

    assert dues == sorted(dues)


@given(calendars, moments, spans, spans)
def test_who_begins_later_is_never_done_sooner(calendar, start, later_by, span):
    assert add_working_time(calendar, start, span) <= add_working_time(
        calendar, start + later_by, span
    )


@given(calendars, moments, spans)
def test_it_ends_while_somebody_is_there(calendar, start, span):
    assume(span > timedelta(0))
    due = add_working_time(calendar, start, span)

    assert any(opens <= due <= closes for opens, closes in calendar._hours_from(due - DAY))


@given(calendars, moments, spans, st.lists(spans, min_size=1, max_size=4))
def test_what_was_used_in_parts_leaves_what_ends_when_the_whole_does(calendar, start, span, after):
    due = add_working_time(calendar, start, span)
    assume(due < start + 400 * DAY)
    cuts = sorted(min(start + one, due) for one in after)
    parts = zip([start, *cuts], cuts, strict=False)
    used = sum((working_time_between(calendar, *part) for part in parts), timedelta(0))

    assert add_working_time(calendar, cuts[-1], span, used=used) == due


@given(moments, spans)
def test_where_somebody_is_always_there_it_is_the_time_of_the_clock(start, span):
    always = WorkingCalendar("UTC", frozenset(range(1, 8)), time(0), time(0))

    assert add_working_time(always, start, span) == start + span


def test_every_country_on_offer_has_holidays_and_each_part_belongs_to_it():
    countries = countries_with_holidays()
    assert len(countries) > 200
    assert all(has_public_holidays(one) for one in countries)
    assert has_public_holidays("DE", "BE")
    assert not has_public_holidays("DE", "XX")
    assert not has_public_holidays("XX")
    assert "BE" in subdivisions_of("DE")
