"""`helpdesk up`: one command starts everything, Ctrl-C leaves nothing, the next start keeps all."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpdesk.adapters import child_processes
from helpdesk.cli import up as cli_up
from helpdesk.supervisor.instance_folder import InstanceFolder

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = {
    "database",
    "Redis",
    "public pages",
    "staff pages",
    "partner pages",
    "worker for notices",
    "worker for deliveries",
    "worker for reminders",
    "ticker",
}


class Up:
    """A running `helpdesk up`, and what it has said so far."""

    def __init__(self, place, port):
        self.instance = place / "instance"
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.cli", "up"],
            cwd=ROOT,
            env={**os.environ, "INSTANCE": str(self.instance), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self):
        for line in self.process.stdout:
            self.said += line
        self.process.stdout.close()

    def until_it_says(self, words, within=120):
        deadline = time.monotonic() + within
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    @property
    def roll(self):
        return json.loads((self.instance / "processes.json").read_text())

    def everybody(self):
        """Every process below it, however deep."""
        found, fresh = [], [self.process.pid]
        while fresh:
            found += fresh
            fresh = [child for pid in fresh for child in children_of(pid)]
        return found

    def answer(self, offset):
        address = f"http://127.0.0.1:{self.port + offset}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status

    def end(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        self._listener.join(10)
        return code


def all_answer(helpdesk):
    try:
        return [helpdesk.answer(offset) for offset in range(3)] == [200, 200, 200]
    except OSError:
        return False


def until(true, within=60):
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def key_files_told(pid):
    """The files with secret keys that a process was told of."""
    told = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {one for one in told if "KEY_FILE=" in one or "PEPPER_FILE=" in one}


def children_of(pid):
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@contextmanager
def starting(place, port):
    started = []

    def start():
        started.append(Up(place, port))
        return started[-1]

    try:
        yield start
    finally:
        for one in started:
            one.end()


@pytest.fixture
def up(place, free_port):
    """Start an instance from nothing, and again."""
    with starting(place, free_port) as start:
        yield start


@pytest.fixture
def running(lasting_place, free_port):
    """A helpdesk that runs, however it was ended before: only the first to ask for it waits for a
    drill organisation to be made."""
    with starting(lasting_place, free_port) as start:
        helpdesk = start()
        helpdesk.until_it_says("Ctrl-C")
        yield helpdesk


def test_from_nothing_to_three_addresses_and_back_to_nothing(up):
    """Also where it was interrupted in the middle of the very first start."""
    interrupted = up()
    interrupted.until_it_says("Drill organisation")
    everybody = interrupted.everybody()
    assert interrupted.end() == 0
    assert [pid for pid in everybody if child_processes.is_alive(pid)] == []

    first = up()
    first.until_it_says("Ctrl-C")

    assert [first.answer(offset) for offset in range(3)] == [200, 200, 200]
    assert set(first.roll) == MEMBERS
    assert re.findall(r"http://127\.0\.0\.1:\d+", first.said)
    for handle in ("coordinator", "responder", "newcomer", "operator", "platform-lead"):
        assert re.search(
            rf"{handle}: .*\n +passphrase  \w+( \w+){{6}}\n +code now +\d{{6}}", first.said
        )

    told = {name: key_files_told(pid) for name, pid in first.roll.items()}
    assert told.pop("ticker") >= set.union(
        *(keys for name, keys in told.items() if name.startswith("worker for "))
    )
    assert all(told[name] for name in MEMBERS - {"database", "Redis", "ticker"})
    # Staff make partners' teams, so that both processes sign first keys there; it opens nothing.
    shared = set.intersection(told["staff pages"], told["partner pages"])
    assert [Path(one).name for one in shared] == ["partner-signing.key"]
    told["staff pages"] -= shared
    assert sum(map(len, told.values())) == len(set.union(*told.values())), "a key of two processes"

    everybody = first.everybody()
    assert len(everybody) > len(MEMBERS)
    assert first.end() == 0
    assert [pid for pid in everybody if child_processes.is_alive(pid)] == []

    # As in an instance of before: what opened second factors is an older key, of another name.
    (keys := first.instance / "keys").joinpath("staff-factors.key").rename(keys / "service.key")
    second = up()
    second.until_it_says("Ctrl-C")
    assert "A key for each purpose: ready" in second.said
    assert not (keys / "service.key").exists()
    assert passphrases(second.said) == passphrases(first.said)
    second.end()


def test_whatever_dies_is_started_again_and_a_second_one_is_refused(running, lasting_place):
    helpdesk = running
    # All that is in it is known to be ours.
    InstanceFolder(lasting_place / "instance").refuse_other_folder()

    for name in sorted(MEMBERS):
        # Workers end by themselves when Redis does, and may just be coming back.
        until(lambda name=name: child_processes.is_alive(helpdesk.roll[name]))
        pid = helpdesk.roll[name]
        os.kill(pid, signal.SIGKILL)
        until(lambda name=name, pid=pid: helpdesk.roll[name] != pid)
        assert f"The {name} stopped unexpectedly" in helpdesk.said
    until(lambda: all_answer(helpdesk))

    second = Up(lasting_place, helpdesk.port)
    assert second.process.wait(60) == 2
    second._listener.join()
    assert f"is already running (process {helpdesk.process.pid})" in second.said
    helpdesk.end()


def test_a_child_that_hangs_does_not_stay(running):
    helpdesk = running
    everybody = helpdesk.everybody()
    # The ticker is given half a minute: it would make no other test of what hangs.
    for name in ("worker for notices", "Redis"):
        os.kill(helpdesk.roll[name], signal.SIGSTOP)

    assert helpdesk.end(signal.SIGTERM) == 0

    assert [pid for pid in everybody if child_processes.is_alive(pid)] == []


def test_when_it_is_killed_nothing_of_it_stays_for_long(running):
    helpdesk = running
    everybody = helpdesk.everybody()

    helpdesk.process.kill()

    deadline = time.monotonic() + 40
    while left := [pid for pid in everybody if child_processes.is_alive(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def test_a_taken_port_is_a_sentence(up, free_port):
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", free_port + 1))
        somebody_else.listen()
        helpdesk = up()
        assert helpdesk.process.wait(60) == 2
    helpdesk._listener.join()

    assert f"Port {free_port + 1}, for the staff pages, is in use" in helpdesk.said
    assert "Traceback" not in helpdesk.said


def passphrases(said):
    return re.findall(r"passphrase  (.*)", said)


@pytest.mark.parametrize(
    ("command", "answers"),
    [(cli_up.start_drill_helpdesk_command, []), (cli_up.delete_instance_command, ["--yes"])],
)
def test_a_folder_named_from_here_is_found_from_everywhere(command, answers, tmp_path, monkeypatch):
    """The programs of an instance work in other folders than the one it was started in."""
    seen = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli_up, "start_everything", lambda instance, *_: seen.append(instance))
    monkeypatch.setattr(cli_up, "print_ignoring_closed_output", print)
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(cli_up, "InstanceFolder", lambda folder: seen.append(folder) or sys.exit(0))

    CliRunner().invoke(command, answers, env={"INSTANCE": "here"})

    assert seen[0] == tmp_path / "here"
