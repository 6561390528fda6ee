"""Our server behind nginx, set up as docs/nginx.conf says."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.server.conftest import HOST, Served, until
from tests.server.test_slow_clients import HEAD, SLOW

OURS = Path(__file__).resolve().parents[2] / "docs" / "nginx.conf"


class BehindNginx(Served):
    """The same server, asked through nginx."""

    def __init__(self, folder):
        super().__init__(folder)
        self.inner = self.port
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        words = OURS.read_text().replace(f"{HOST}:8443", f"{HOST}:{self.port}")
        words = words.replace(f"{HOST}:8000", f"{HOST}:{self.inner}")
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; daemon off; worker_processes 1;\n"
            f"events {{ worker_connections 1024; }}\nhttp {{\n{temporary}{words}}}\n"
        )
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert nginx, "The tests need nginx (Debian: apt-get install nginx-light)."
        self.nginx = subprocess.Popen(
            [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
        )
        until(self._is_up)

    def _is_up(self):
        assert self.nginx.poll() is None
        with socket.socket() as client:
            return client.connect_ex((HOST, self.port)) == 0

    def end(self):
        self.nginx.terminate()
        self.nginx.wait(30)
        super().end()


@pytest.fixture
def behind(tmp_path):
    tmp_path.chmod(0o755)
    served = BehindNginx(tmp_path)
    yield served
    served.end()


def test_behind_nginx_two_hundred_slow_clients_hold_nobody_up(behind):
    kinds = [SLOW[name] for name in ("silent", "half headers", "half a body", "does not read")]
    hanging = [behind.connect(kinds[number % 4]) for number in range(200)]

    answers = [behind.said(body=b"body=words")["taken"] for _ in range(20)]

    assert answers == [10] * 20
    for client in hanging:
        client.close()


def test_behind_nginx_a_body_that_is_cut_off_never_reaches_the_pages(behind):
    whole = HEAD + b"Content-Length: 1000\r\n\r\n" + b"body=" + b"x" * 995

    for cut in range(20, len(whole), 50):
        with behind.connect(whole[:cut]):
            pass  # and gone

    assert behind.said(body=b"b" * 7)["taken"] == 7
    assert behind.notes.read_text() == "7\n"


def test_behind_nginx_a_form_in_pieces_arrives_whole(behind):
    sent = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n"

    with behind.connect(HEAD + sent) as client:
        answer = client.recv(65536)

    assert b"200 OK" in answer
    assert behind.notes.read_text() == "5\n"


def test_behind_nginx_no_header_of_a_client_changes_where_we_think_we_are(behind):
    forged = "SCRIPT_NAME: /evil\r\nScript-Name: /evil\r\nX-Forwarded-Proto: https\r\n"

    seen = behind.said("/here", headers=forged)

    assert (seen["mounted"], seen["path"], seen["scheme"]) == ("", "/here", "http")
