"""A real server on a socket that the test holds, as `helpdesk up` holds it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"


class Served:
    """The server, and what it is asked."""

    def __init__(self, folder, *, processes=2, threads=4, **environment):
        self.notes = folder / "notes"
        self.notes.touch()
        self.log = folder / "log"
        self._held = socket.create_server((HOST, 0), backlog=1024)
        self.port = self._held.getsockname()[1]
        self._environment = {
            **os.environ,
            "NOTES": str(self.notes),
            "WEB_CONCURRENCY": str(processes),
            "WEB_THREADS": str(threads),
            **environment,
        }
        self.start()

    def start(self):
        number = self._held.fileno()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.server.shortened"),
                    *("--bind", f"fd://{number}", "tests.server.application:application"),
                ],
                cwd=ROOT,
                env=self._environment,
                pass_fds=(number,),
                stderr=log,
                start_new_session=True,
            )

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)
        return code

    def end(self):
        if self.process.poll() is None:
            self.stop()
        self._held.close()

    def connect(self, sent=b""):
        """A client that has said so much and waits."""
        client = socket.socket()
        client.settimeout(15)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # what nobody reads, waits
        client.connect((HOST, self.port))
        client.sendall(sent)
        return client

    def has_read(self, client):
        """Whether all that this client has sent so far was taken out of the kernel's hands.

        A connection that no process has accepted yet has no inode; what waits unread is counted.
        """
        ours, theirs = f":{self.port:04X}", f":{client.getsockname()[1]:04X}"
        for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *rest = row.split()
            if local.endswith(ours) and remote.endswith(theirs):
                return rest[4] != "0" and int(queues.split(":")[1], 16) == 0
        return False

    def ask(self, path="/", headers="", body=None):
        """An honest request and the whole answer to it: (status, headers, body)."""
        method = "GET" if body is None else "POST"
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        first = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        with self.connect(f"{first}{length}{headers}\r\n".encode() + (body or b"")) as client:
            return read(client)

    def said(self, path="/", headers="", body=None):
        """What the application saw of a request."""
        status, _headers, answer = self.ask(path, headers, body)
        assert status == 200, answer
        return json.loads(answer)

    def pids(self):
        """The processes that serve."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(n) for n in children.read_text().split()}


def read(client):
    """An answer to its end."""
    whole = b""
    while data := client.recv(65536):
        whole += data
    head, _, body = whole.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode("latin-1"), body


def read_kept(client):
    """The headers of an answer, and the length of its body, on a connection that may stay open."""
    whole = b""
    while True:
        data = client.recv(65536)
        assert data, "the connection was closed instead of being answered"
        whole += data
        head, end, body = whole.partition(b"\r\n\r\n")
        told = re.search(rb"(?i)content-length: (\d+)", head)
        if end and told and len(body) == int(told[1]):
            return head.decode("latin-1"), len(body)


def is_closed(client, within=15):
    """Whether the server has ended this connection."""
    client.settimeout(within)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def until(true, within=15):
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


@pytest.fixture
def serve(tmp_path):
    """Start a server, with limits of a test's own: serve(LIMITS="IDLE_TIMEOUT=1")."""
    started = []

    def start(**wanted):
        started.append(Served(tmp_path, **wanted))
        return started[-1]

    yield start
    for one in started:
        one.end()
