"""The load: so many clients, each sending one request after the other over one connection.

One process and one loop for all clients, so that the generator takes as little as possible of the
machine that it shares with what is measured.
"""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

HOST = "127.0.0.1"
PATIENCE = 30.0
LARGEST_READ = 1 << 18


@dataclass(frozen=True)
class Answer:
    """What came back for the request of that number, and how long it took."""

    number: int
    status: int
    seconds: float
    length: int
    whole: bytes = b""


@dataclass
class Run:
    """All answers of one run, and how long the whole took."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.answers) / self.seconds

    def statuses(self) -> dict[int, int]:
        """How often each status came."""
        found: dict[int, int] = {}
        for answer in self.answers:
            found[answer.status] = found.get(answer.status, 0) + 1
        return found

    def percentile(self, percent: int) -> float:
        """Milliseconds within which so many percent were answered."""
        times = [answer.seconds * 1000 for answer in self.answers]
        return quantiles(times, n=100, method="inclusive")[percent - 1]


class Broken(Exception):
    """The measured side closed a connection or fell silent: such a run is no measurement."""


class _Client:
    """One connection, and the request on it that waits for its answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.number = -1
        self.began = 0.0
        self._received = bytearray()
        self._whole = 0
        self.socket = self._connect()

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.socket.close()

    def send(self, number: int, request: bytes) -> None:
        self.number, self._whole = number, 0
        self._received.clear()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self, *, keep: bool) -> Answer | None:
        """The answer once it is whole. Its bytes are kept only where somebody reads them."""
        piece = self.socket.recv(LARGEST_READ)
        if not piece:
            raise Broken("A connection was closed in the middle.")
        self._received += piece
        if not self._whole:
            self._whole = _whole_length(self._received)
        if not self._whole or len(self._received) < self._whole:
            return None
        took = time.perf_counter() - self.began
        kept = bytes(self._received) if keep else b""
        answer = Answer(self.number, int(self._received[9:12]), took, self._whole, kept)
        if _closes(self._received):
            # A worker that has served its time says so; the next request goes to another.
            self.socket.close()
            self.socket = self._connect()
        return answer

    def _connect(self) -> socket.socket:
        connection = socket.create_connection((HOST, self.port), timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def fire(port: int, requests: Iterable[bytes], clients: int, *, keep: bool = False) -> Run:
    """Send every request once, `clients` at a time, each client waiting for its answer."""
    run, queue = Run(), enumerate(requests)
    with selectors.DefaultSelector() as selector, ExitStack() as open_ones:
        crowd = [open_ones.enter_context(_Client(port)) for _ in range(clients)]
        began = time.perf_counter()
        busy = sum(_next(selector, client, queue) for client in crowd)
        while busy:
            ready = selector.select(PATIENCE)
            if not ready:
                raise Broken(f"No answer within {PATIENCE:g} s.")
            for key, _ in ready:
                client: _Client = key.data
                held = client.socket
                answer = client.receive(keep=keep)
                if answer is None:
                    continue
                run.answers.append(answer)
                selector.unregister(held)
                busy += _next(selector, client, queue) - 1
        run.seconds = time.perf_counter() - began
    return run


def get(path: str, *, cookies: str = "") -> bytes:
    """A GET as bytes."""
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{cookie}\r\n".encode()


def post(path: str, fields: Sequence[tuple[str, str]], *, cookies: str = "") -> bytes:
    """A form's POST as bytes, over a connection of its own: each is sent by somebody else."""
    body = urlencode(fields)
    cookie = f"Cookie: {cookies}\r\n" if cookies else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n{cookie}"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _next(
    selector: selectors.BaseSelector, client: _Client, queue: Iterator[tuple[int, bytes]]
) -> int:
    """Give a client its next request; 0 if there is none left."""
    for number, request in queue:
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.send(number, request)
        return 1
    return 0


def _whole_length(received: bytearray) -> int:
    """How long the whole answer is; 0 while its head is not there."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = received[:end].lower()
    start = head.find(b"content-length:")
    if start < 0:
        raise Broken("An answer did not say how long it is.")
    return end + 4 + int(head[start + 15 :].split(b"\r\n", 1)[0])


def _closes(received: bytearray) -> bool:
    return b"connection: close" in received[: received.find(b"\r\n\r\n")].lower()
