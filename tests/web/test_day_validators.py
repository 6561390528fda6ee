"""A day that nobody can mean is refused beside its field, with today's date and its zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.cases.forms import CloseCaseForm
from helpdesk.core.plausible_days import is_plausible_future_day, is_plausible_past_day
from helpdesk.partners.forms import VettingForm

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize("year", [1, 1999, 2126, 9999])
@pytest.mark.parametrize(("form", "field"), [(CloseCaseForm, "follow_up_on"), (VettingForm, "on")])
def test_a_year_that_is_a_slip_is_refused(staff, form, field, year):
    data = {field: f"{year:04}-01-01", "outcome": "resolved"}
    with staff.application.test_request_context(method="POST", data=data):
        filled = form(meta={"csrf": False})

        assert not filled.validate()

    [said] = filled.errors[field]
    assert str(datetime.now(UTC).year) in said
    assert "UTC" in said


def test_what_is_to_come_is_after_today_and_within_a_year():
    days = [timedelta(days=n) for n in (-1, 0, 1, 366, 367)]
    assert [is_plausible_future_day(TODAY + one, today=TODAY) for one in days] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert [is_plausible_past_day(TODAY + one, today=TODAY) for one in days[:3]] == [
        True,
        True,
        False,
    ]
    assert not is_plausible_past_day(date(1, 1, 1), today=TODAY)
