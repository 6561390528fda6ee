"""Clients that cost little: prepared requests over kept connections, and how long each took."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# A client that does not come through in so many seconds has met a fault, not a slow server.
PATIENCE = 60.0


class Lost(Exception):
    """The connection ended before the whole answer had come."""


@dataclass(frozen=True)
class Answer:
    """What came back: the code, the head and the body."""

    status: int
    head: bytes
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that this answer sets; an emptied one is empty."""
        found = {}
        for line in self.head.split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                name, _, value = line.partition(b":")[2].split(b";")[0].strip().partition(b"=")
                found[name.decode()] = value.decode()
        return found

    @property
    def location(self) -> str:
        for line in self.head.split(b"\r\n"):
            if line.lower().startswith(b"location:"):
                return line.partition(b":")[2].strip().decode()
        return ""


class Connection:
    """One kept connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Answer:
        """Send a request and read its answer; again on a fresh connection if ours was closed."""
        if self._socket is not None:
            try:
                return self._exchange(request)
            except (OSError, Lost):
                self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._exchange(request)

    def ask_once(self, request: bytes) -> Answer:
        """The same on a fresh connection and without a second try: a lost answer stays lost."""
        self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE)
        try:
            return self._exchange(request)
        finally:
            self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, request: bytes) -> Answer:
        assert self._socket is not None
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[:end], received[end + 4 :]
        lower = head.lower()
        if b"\r\ncontent-length:" in lower:
            size = int(lower.partition(b"\r\ncontent-length:")[2].split(b"\r\n")[0])
            while len(body) < size:
                body += self._more()
        if b"\r\nconnection: close" in lower:
            self.close()
        return Answer(int(head[9:12]), head, body)

    def _more(self) -> bytes:
        assert self._socket is not None
        piece = self._socket.recv(1 << 16)
        if not piece:
            raise Lost
        return piece


def get(path: str, cookies: dict[str, str] | None = None) -> bytes:
    """The bytes of a GET."""
    return _head("GET", path, cookies) + b"\r\n"


def post(path: str, body: bytes, cookies: dict[str, str] | None = None) -> bytes:
    """The bytes of a POST of form fields."""
    return (
        _head("POST", path, cookies)
        + b"Content-Type: application/x-www-form-urlencoded\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def _head(method: str, path: str, cookies: dict[str, str] | None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html"]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in cookies.items()))
    return "\r\n".join(lines).encode() + b"\r\n"


@dataclass
class Figures:
    """How long each request took, and over how long they were sent."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000

    def summary(self) -> dict[str, float]:
        return {
            "per_second": round(self.rate, 1),
            "p50_ms": round(self.percentile(0.50), 2),
            "p95_ms": round(self.percentile(0.95), 2),
            "p99_ms": round(self.percentile(0.99), 2),
            "requests": len(self.took),
        }


def drive(
    port: int, clients: int, seconds: float, requests: Callable[[int], Iterator[bytes]], good: int
) -> Figures:
    """So many clients, each sending one request after the other; any answer but `good` fails.

    The first tenth is not counted.
    """
    figures, lock, failures = Figures(), threading.Lock(), []
    begin = time.perf_counter()
    count_from, until = begin + seconds / 10, begin + seconds

    def client(number: int) -> None:
        connection = Connection(port)
        took = []
        for request in requests(number):
            started = time.perf_counter()
            if started >= until:
                break
            answer = connection.ask(request)
            ended = time.perf_counter()
            if answer.status != good:
                failures.append(answer)
                break
            if started >= count_from:
                took.append(ended - started)
        connection.close()
        with lock:
            figures.took += took

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures.seconds = min(time.perf_counter(), until) - count_from
    if failures:
        raise SystemExit(f"An answer was {failures[0].status}:\n{failures[0].body[:2000].decode()}")
    return figures
