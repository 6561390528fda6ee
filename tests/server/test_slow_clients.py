"""Clients who send little, slowly or nothing hold nobody up but themselves."""

import random
import time
from pathlib import Path

import pytest

from tests.server.conftest import is_closed, read, until

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
SLOW = {
    "silent": b"",
    "half a line": b"GET /rep",
    "half headers": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "half a body": HEAD + b"Content-Length: 1000\r\n\r\nbody=half",
    "chunked without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "waits to be told to go on": HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "does not read": b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
    "sends many, reads none": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 200,
}


@pytest.fixture
def hanging():
    """Clients that hang, of whom none goes before the test's end."""
    clients = []
    yield clients
    for client in clients:
        client.close()


@pytest.mark.parametrize("kind", SLOW)
def test_honest_requests_are_answered_while_fifty_of_a_kind_hang(serve, hanging, kind):
    served = serve()
    hanging += [served.connect(SLOW[kind]) for _ in range(50)]

    answers = [served.said(body=b"body=words")["taken"] for _ in range(20)]

    assert answers == [10] * 20


def test_honest_requests_are_answered_while_two_hundred_of_all_kinds_trickle(serve, hanging):
    served = serve()
    kinds = [SLOW[name] for name in ("silent", "half headers", "half a body", "does not read")]
    hanging += [served.connect(kinds[number % 4]) for number in range(200)]
    trickling = [one for number, one in enumerate(hanging) if number % 4 in (1, 2)]

    for _ in range(10):
        for client in trickling:
            client.sendall(b"x")
        assert served.said(body=b"body=words")["taken"] == 10


@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("silent", "IDLE_TIMEOUT=1"),
        ("half headers", "HEADERS_TIMEOUT=1"),
        ("half a body", "TRANSFER_TIMEOUT=1"),
        ("does not read", "TRANSFER_TIMEOUT=1 MIN_BYTES_PER_SECOND=1e9"),
    ],
)
def test_who_is_too_slow_is_closed(serve, kind, limits):
    served = serve(LIMITS=limits)

    with served.connect(SLOW[kind]) as client:
        if kind == "does not read":
            time.sleep(4)
            status, _, body = read(client)
            assert status == 200
            assert len(body) < 8_000_000
        else:
            assert is_closed(client)


def test_who_never_reads_is_closed_without_it(serve, hanging):
    served = serve(LIMITS="TRANSFER_TIMEOUT=4 MIN_BYTES_PER_SECOND=1e9", processes=1)
    served.ask()
    [pid] = served.pids()
    before = len(open_files(pid))

    hanging += [served.connect(SLOW["does not read"]) for _ in range(5)]

    until(lambda: len(open_files(pid)) >= before + 4)  # who asked first may go meanwhile
    until(lambda: len(open_files(pid)) <= before)


def test_answers_that_nobody_reads_take_only_so_much_memory_together(serve, hanging):
    """Each is 8 MB, of which the kernel takes up to 4 MB: between two and four of 12 may wait."""
    served = serve(processes=1, LIMITS="MAX_BUFFERED_BYTES=20000000")
    served.ask()
    [pid] = served.pids()
    before = len(open_files(pid))

    hanging += [served.connect(SLOW["does not read"]) for _ in range(12)]
    served.ask()

    until(lambda: len(open_files(pid)) <= before + 4)
    assert served.said()["path"] == "/"


def open_files(pid):
    return list(Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.parametrize("kind", ["half headers", "half a body"])
def test_a_byte_now_and_then_buys_no_time(serve, kind):
    served = serve(LIMITS="HEADERS_TIMEOUT=2 TRANSFER_TIMEOUT=2")

    with served.connect(SLOW[kind]) as client, pytest.raises(ConnectionError):
        _trickle(client)


def _trickle(client):
    for _ in range(600):
        client.sendall(b"x")
        time.sleep(0.1)


def test_a_slow_line_is_waited_for(serve):
    served = serve(LIMITS="TRANSFER_TIMEOUT=2 MIN_BYTES_PER_SECOND=1000")
    body = b"x" * 6000

    with served.connect(HEAD + b"Connection: close\r\nContent-Length: 6000\r\n\r\n") as client:
        # 2000 bytes a second: three seconds, longer than TRANSFER_TIMEOUT
        for start in range(0, 6000, 300):
            client.sendall(body[start : start + 300])
            time.sleep(0.15)
        status, _, _ = read(client)

    assert status == 200


def test_more_silent_clients_than_there_is_room_for_keep_nobody_out(serve, hanging):
    served = serve(LIMITS="MAX_CONNECTIONS=20", processes=1)

    for _ in range(10):
        hanging += [served.connect() for _ in range(20)]
        assert served.said()["path"] == "/"


def test_unfinished_bodies_together_take_only_so_much_memory(serve, hanging):
    served = serve(LIMITS="MAX_BUFFERED_BYTES=1000000", processes=1)
    half = HEAD + b"Content-Length: 300000\r\n\r\n" + b"x" * 200_000

    hanging += [served.connect(half) for _ in range(10)]

    assert served.said(body=b"x" * 5000)["taken"] == 5000
    closed = [client for client in hanging if _is_gone(client)]
    assert len(closed) >= 5


def _is_gone(client):
    client.settimeout(0.2)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_a_body_that_is_cut_off_never_reaches_the_pages(serve):
    served = serve()
    chance = random.Random(20_261_129)  # noqa: S311 - where to cut
    whole = HEAD + b"Content-Length: 1000\r\n\r\n" + b"body=" + b"x" * 995

    for _ in range(60):
        with served.connect(whole[: chance.randrange(len(whole))]):
            pass  # and gone

    assert served.said(body=b"b" * 7)["taken"] == 7
    assert served.notes.read_text() == "7\n"
