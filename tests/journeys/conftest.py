"""What the journeys stand on: the whole helpdesk as `helpdesk up` starts it, and real browsers.

They end with the journeys: a dozen processes that nobody needs take time from all that follow.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from helpdesk.drill.sign_in_sheet import SignInSheet
from tests.journeys import browser

ROOT = Path(__file__).resolve().parents[2]
ENOUGH = 240
# Languages whose words nobody has read yet, Arabic among them: their pages must hold too.
UNREAD = {"OFFER_UNREVIEWED": "1"}


@dataclass(frozen=True)
class Served:
    """A running helpdesk: three addresses, what it said when it started, and its folder."""

    public: str
    staff: str
    partner: str
    said: str
    instance: Path

    def player(self, handle):
        """Somebody of the drill, with passphrase and second factor."""
        return next(one for one in SignInSheet.load(self.instance).players if one.handle == handle)


@pytest.fixture(scope="package")
def elsewhere():
    """A page that has nothing to do with us, for those who leave."""
    server = _serve("<!doctype html><html lang=en><title>Weather</title><h1>Sunny</h1>")
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def served(elsewhere):
    """The whole helpdesk with its drill organisation, every process of it."""
    # Not under pytest's own folder: as root, PostgreSQL runs as somebody who may not enter there.
    with tempfile.TemporaryDirectory(prefix="hd-journeys-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        instance, port = Path(folder, "instance"), _free_ports(3)
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.cli", "up"],
            cwd=ROOT,
            env={
                **os.environ,
                "INSTANCE": str(instance),
                "PORT": str(port),
                "EXIT_URL": elsewhere,
                **UNREAD,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        too_long = threading.Timer(ENOUGH, process.kill)
        too_long.start()
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        too_long.cancel()
        assert process.poll() is None, f"The helpdesk did not start. It said:\n{said}"
        # Nobody reads on: what it says from here on must not fill the pipe.
        rest = threading.Thread(target=process.stdout.read, daemon=True)
        rest.start()
        addresses = [f"http://127.0.0.1:{port + n}" for n in range(3)]
        yield Served(*addresses, said, instance)
        process.send_signal(signal.SIGINT)
        process.wait(60)
        rest.join()
        process.stdout.close()


@pytest.fixture(scope="package")
def _chromium():
    driver = browser.chromium(scripts=False)
    yield driver
    driver.quit()


@pytest.fixture
def chromium(_chromium):
    """Chromium with scripts off, knowing nobody."""
    _chromium.delete_all_cookies()
    return _chromium


@pytest.fixture
def second_chromium():
    """Another Chromium with scripts off, for a second person."""
    driver = browser.chromium(scripts=False)
    yield driver
    driver.quit()


@pytest.fixture(scope="package")
def _judge():
    driver = browser.chromium(scripts=True)
    yield driver
    driver.quit()


@pytest.fixture
def judge(_judge, request):
    """Chromium with scripts on, in which axe-core can run."""
    browser.begin_to_examine(everything=request.config.getoption("--every-page"))
    _judge.delete_all_cookies()
    browser.look_as(_judge)
    return _judge


@pytest.fixture(scope="package")
def _firefox():
    driver = browser.firefox()
    yield driver
    driver.quit()


@pytest.fixture
def firefox(_firefox):
    """Firefox ESR with scripts off, knowing nobody."""
    _firefox.delete_all_cookies()
    return _firefox


@pytest.fixture
def page():
    """Serve one page of HTML; gives its address."""
    servers = []

    def serve(html):
        server = _serve(html)
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def _serve(html):
    """A server of one page, on a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _free_ports(number):
    """The first of some neighbouring ports that are free; each test process has its own range."""
    start = 18_100 + 300 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for first in range(start, start + 300 - number, number):
        doors = []
        try:
            for port in range(first, first + number):
                door = socket.socket()
                doors.append(door)
                door.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return first
        finally:
            for door in doors:
                door.close()
    raise RuntimeError("No free ports for the journeys.")
