"""What looks sent by a machine is marked, and still arrives."""

import time
from datetime import timedelta

import pytest

from helpdesk.intake import form_token, slow_lane
from tests.intake.test_reports import LAST, cases, go_to, send


@pytest.fixture
def unhurried(monkeypatch):
    """A form that was handed out a minute ago."""
    now = time.time() + 60
    monkeypatch.setattr(form_token.time, "time", lambda: now)


@pytest.fixture
def filled_in(browser):
    go_to(browser, 3)
    return browser


def test_a_person_is_not_marked(house, filled_in, unhurried):
    send(filled_in)

    assert [case.in_slow_lane for case in cases(house)] == [False]


def test_faster_than_hands_is_marked(house, filled_in):
    send(filled_in)

    assert filled_in.status in (200, 201)
    assert [case.in_slow_lane for case in cases(house)] == [True]


def test_the_field_that_nobody_sees_marks_it(house, filled_in, unhurried):
    send(filled_in, LAST | {slow_lane.DECOY: "http://spam.example"})

    assert filled_in.status in (200, 201)
    assert [case.in_slow_lane for case in cases(house)] == [True]


def test_one_of_very_many_is_marked(house, browser, monkeypatch):
    monkeypatch.setattr(slow_lane, "QUICKEST", timedelta(0))
    for _ in range(slow_lane.BURST + 1):
        go_to(browser, 3)
        send(browser)
        assert browser.status == 200

    marked = [case.in_slow_lane for case in cases(house)]
    assert marked.count(True) == 1


def test_a_made_up_token_marks_it(house, filled_in, unhurried):
    send(filled_in, LAST | {"token": "made up"})

    assert [case.in_slow_lane for case in cases(house)] == [True]
