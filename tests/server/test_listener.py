"""What requests and answers hold together is bounded, and to look costs next to nothing."""

import threading

import pytest

from helpdesk.server import server_limits
from helpdesk.server.page_server import PageServer

LIMIT = 1_000_000


class HeldConnection:
    """A connection that holds so many bytes of a body."""

    asked = 0

    def __init__(self, server, held):
        self._server = server
        self._held = held

    @property
    def bytes_held(self):
        type(self).asked += 1
        return self._held

    def handle_close(self):
        self._server.active_channels = {
            number: one for number, one in self._server.active_channels.items() if one is not self
        }


@pytest.fixture
def server(monkeypatch):
    """A server with a small limit, without a socket."""
    monkeypatch.setattr(server_limits, "MAX_BUFFERED_BYTES", LIMIT)
    monkeypatch.setattr(HeldConnection, "asked", 0)
    server = PageServer.__new__(PageServer)
    server._held_at_most = 0
    server._counting = threading.Lock()
    server.active_channels = {}
    return server


def connect(server, *held):
    server.active_channels = {
        number: HeldConnection(server, size) for number, size in enumerate(held)
    }


def receive(server, more):
    server.count_held(more)
    server.drop_largest()


def test_small_packets_ask_no_connection(server):
    connect(server, *[1] * 1_000)

    for _ in range(10_000):
        receive(server, 1)

    assert HeldConnection.asked == 0


def test_a_house_that_is_nearly_full_is_looked_over_seldom(server):
    connect(server, *[999] * 1_000)  # 999,000 bytes

    for _ in range(50_000):
        receive(server, 10)

    assert HeldConnection.asked <= 1_000 * (50_000 * 10 // (LIMIT // 10) + 2)


def test_the_largest_goes_first(server):
    connect(server, 500_000, 100, 700_000, 200)

    receive(server, LIMIT + 1)

    assert sorted(one.bytes_held for one in server.active_channels.values()) == [100, 200, 500_000]


def test_an_answer_that_is_ready_while_connections_are_asked_stays_counted(server, monkeypatch):
    connect(server, 100)
    seen = HeldConnection.bytes_held.fget

    def seen_while_a_thread_counts(connection):
        server.count_held(LIMIT)
        return seen(connection)

    monkeypatch.setattr(HeldConnection, "bytes_held", property(seen_while_a_thread_counts))
    receive(server, LIMIT + 1)
    connect(server, 100, LIMIT)

    monkeypatch.setattr(HeldConnection, "bytes_held", property(seen))
    receive(server, 1)

    assert [one.bytes_held for one in server.active_channels.values()] == [100]
