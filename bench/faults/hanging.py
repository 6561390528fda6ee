"""Hanging: very many connections that say nothing or half a request, and people among them.

What is measured is how long honest pages take, without them and with them; the bar is a second.
"""

import random
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress

from bench.faults.trial import Trial, dice
from bench.load import HOST, Broken, Run, fire, get

HEAD = b"POST /report HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
KINDS = {
    "silent": b"",
    "half a line": b"GET /rep",
    "half headers": b"GET /report HTTP/1.1\r\nHost: x\r\n",
    "half a body": HEAD + b"Content-Length: 100000\r\n\r\nstory=half",
    "reads nothing": b"GET /report?page=1 HTTP/1.1\r\nHost: x\r\n\r\n",
}
TRICKLE = 0.2
PATIENCE = 30.0
PAGES = ("/", "/report?page=1", "/help-now", "/mailbox")
CLIENTS = 4
# Within so many milliseconds 99 of a hundred honest pages are there.
BAR = 1000.0

Post = Callable[[int], list[bytes]]


def trial(
    port: int,
    *,
    seed: int,
    sockets: int,
    asked: int,
    reports: Post | None = None,
    bar: float | None = BAR,
) -> Trial:
    """So many hanging sockets and so many honest requests; `reports` makes reports to send too.

    Without a `bar` nothing is said of the time, and only the answers are judged.
    """
    result, chance = Trial(f"{sockets} slow sockets", seed), dice(seed)
    with result.timed(), ExitStack() as hanging:
        before = _honest(port, asked, chance, reports, result)
        clients = [hanging.enter_context(_hang(port, chance, result)) for _ in range(sockets)]
        stop = threading.Event()
        trickling = threading.Thread(target=_trickle, args=(clients[::2], stop))
        trickling.start()
        try:
            among = _honest(port, asked, chance, reports, result)
        finally:
            stop.set()
            trickling.join()
    _judge(result, before, among, bar)
    return result


def _hang(port: int, chance: random.Random, result: Trial) -> socket.socket:
    kind = chance.choice(sorted(KINDS))
    client = socket.create_connection((HOST, port), timeout=PATIENCE)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(KINDS[kind])
    result.done[f"hung: {kind}"] += 1
    return client


def _trickle(clients: Sequence[socket.socket], stop: threading.Event) -> None:
    """Half of them send a letter now and then, so that no pause of theirs is long."""
    while not stop.wait(TRICKLE):
        for client in clients:
            with suppress(OSError):  # closed by the other side, which is its right
                client.sendall(b"x")


def _honest(
    port: int, asked: int, chance: random.Random, reports: Post | None, result: Trial
) -> Run | None:
    requests = [get(chance.choice(PAGES)) for _ in range(asked)]
    try:
        requests += reports(asked // 4) if reports is not None else []
        chance.shuffle(requests)
        return fire(port, requests, CLIENTS)
    except (Broken, OSError) as broken:
        result.faults.append(f"Honest people were not answered: {type(broken).__name__}.")
        return None


def _judge(result: Trial, before: Run | None, among: Run | None, bar: float | None) -> None:
    for name, run in (("alone", before), ("among them", among)):
        if run is None:
            continue
        result.acknowledged += len(run.answers)
        result.done[f"honest p99 {name}, ms"] = round(run.percentile(99))
        wrong = {status: many for status, many in run.statuses().items() if status >= 400}
        if wrong:
            result.faults.append(f"Honest people, {name}, were answered with {wrong}.")
    if bar is not None and among is not None and among.percentile(99) > bar:
        result.faults.append(f"Honest p99 was {among.percentile(99):.0f} ms, more than {bar:.0f}.")
