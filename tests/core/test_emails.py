"""Sending to several: some at a time, none begun late, and one that fails stops no other."""

import threading
import time
from types import SimpleNamespace

import pytest

from helpdesk.core import emails
from helpdesk.core.emails import TemporaryMailError, send_emails


def desk(send):
    return SimpleNamespace(mailer=SimpleNamespace(send=send))


def test_one_that_takes_long_keeps_no_other_from_being_sent(monkeypatch):
    monkeypatch.setattr(emails, "AT_ONCE", 10)  # as many as there are
    together = threading.Barrier(10, timeout=30)  # all ten are being sent at one moment

    sent = send_emails(desk(lambda _email: together.wait()), {f"person-{n}": n for n in range(10)})

    assert (len(sent.told), sent.untold, sent.trouble) == (10, [], None)


def test_when_the_time_is_up_the_others_are_left_for_the_next_try(monkeypatch):
    monkeypatch.setattr(emails, "AT_ONCE", 1)

    sent = send_emails(
        desk(lambda _email: time.sleep(0.2)),
        {"ada": 1, "ben": 2, "cem": 3},
        until=time.monotonic() + 0.1,
    )

    assert (sent.told, sent.untold) == (["ada"], ["ben", "cem"])
    assert isinstance(sent.trouble, TemporaryMailError)


def test_a_server_that_takes_fewer_together_gets_the_others_after_them(monkeypatch):
    monkeypatch.setattr(emails, "AT_ONCE", 3)
    inside = threading.Semaphore(2)

    def send(_email):
        if not inside.acquire(blocking=False):
            raise TemporaryMailError
        time.sleep(0.05)
        inside.release()

    sent = send_emails(desk(send), {f"person-{n}": n for n in range(8)})

    assert (len(sent.told), sent.untold, sent.trouble) == (8, [], None)


@pytest.mark.parametrize("at_once", [1, 10])
def test_one_that_fails_stops_no_other(monkeypatch, at_once):
    monkeypatch.setattr(emails, "AT_ONCE", at_once)

    def send(email):
        if email == "odd":
            raise ValueError

    sent = send_emails(desk(send), {"ada": "well", "ben": "odd", "cem": "well"})

    assert (sent.told, sent.untold) == (["ada", "cem"], ["ben"])
    assert isinstance(sent.trouble, ValueError)


def test_one_alone_that_is_refused_for_now_waits_for_its_next_try(monkeypatch):
    monkeypatch.setattr(emails, "AT_ONCE", 3)
    tried = []

    def send(email):
        tried.append(email)
        raise TemporaryMailError

    assert send_emails(desk(send), {"ada": "well"}).untold == ["ada"]
    assert tried == ["well"]
