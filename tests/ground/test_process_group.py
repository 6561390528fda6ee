"""The processes under watch: what dies is started again, what hangs is ended."""

import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from helpdesk.adapters import child_processes
from helpdesk.supervisor.process_group import ChildProgram, ProcessGroup, WatchedProcess

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


def program(place, code="import time; time.sleep(600)", patience=5.0):
    return ChildProgram(
        [sys.executable, "-c", code],
        log=place / "log",
        environment={"PATH": os.environ["PATH"]},
        folder=place,
        patience=patience,
    )


def until(true):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.fixture
def said():
    return []


def test_what_dies_is_started_again_and_somebody_is_told(place, said):
    runs = program(place)
    member = WatchedProcess("ticker", runs)
    runs.start()
    first = runs.pid

    os.kill(first, signal.SIGKILL)
    until(lambda: member.restart_if_dead(said.append))

    assert runs.pid != first
    assert said == ["The ticker stopped unexpectedly. Restarting in 0.5 s."]
    runs.stop()


def test_what_a_dead_one_left_behind_is_ended_with_it(place, said):
    parent = program(
        place,
        "import subprocess, sys, time\n"
        f"print(subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).pid, flush=True)\n"
        "time.sleep(600)",
    )
    parent.start()
    until(lambda: (place / "log").read_text().strip())
    left = int((place / "log").read_text())

    os.kill(parent.pid, signal.SIGKILL)
    until(lambda: not parent.is_running)

    until(lambda: not child_processes.is_alive(left))
    assert not parent.is_running


def test_what_dies_again_and_again_is_started_less_and_less_often(place, said):
    runs = program(place, code="raise SystemExit(1)")
    member = WatchedProcess("ticker", runs)
    runs.start()

    until(lambda: member.restart_if_dead(said.append) is None or len(said) >= 3)

    pauses = [line.rpartition(" in ")[2] for line in said if "unexpectedly" in line]
    assert pauses[:2] == ["0.5 s.", "1 s."]
    runs.stop()


def test_one_that_does_not_listen_is_ended_when_patience_is_over(place, said):
    runs = program(place, STUBBORN, patience=0.5)
    family = ProcessGroup(said.append, place / "processes.json")
    family.add("stubborn", runs)
    until(lambda: _ignores(runs.pid))

    began = time.monotonic()
    family.stop()

    assert 0.4 < time.monotonic() - began < 5
    assert not child_processes.is_alive(runs.pid)
    assert not (place / "processes.json").exists()


def test_all_are_asked_before_one_is_waited_for(place, said):
    family = ProcessGroup(said.append, place / "processes.json")
    slow = "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep(1), sys.exit()))\n"
    all_of_them = [program(place, slow + "time.sleep(600)") for _ in range(3)]
    for number, runs in zip(count(), all_of_them):
        family.add(f"number {number}", runs)
    until(lambda: all(_catches(runs.pid) for runs in all_of_them))

    began = time.monotonic()
    family.stop()

    assert time.monotonic() - began < 2.5


def test_the_roll_says_which_process_is_which(place, said):
    family = ProcessGroup(said.append, place / "processes.json")
    runs = program(place)
    family.add("ticker", runs)

    assert (place / "processes.json").read_text() == f'{{\n  "ticker": {runs.pid}\n}}\n'
    family.stop()


def test_the_sweep_ends_orphans_in_sessions_of_their_own(place):
    script = f"""
import subprocess, sys
from helpdesk.adapters import child_processes
child_processes.adopt_orphans()
child = '''
import subprocess, sys
from subprocess import DEVNULL
command = [sys.executable, "-c", {STUBBORN!r}]
print(subprocess.Popen(command, start_new_session=True, stdout=DEVNULL, stderr=DEVNULL).pid)
'''
pid = int(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout)
assert child_processes.is_alive(pid)
child_processes.end_all_children()
assert not child_processes.is_alive(pid)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, timeout=30, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def _ignores(pid):
    return _mask(pid, "SigIgn") & 1 << (signal.SIGTERM - 1)


def _catches(pid):
    return _mask(pid, "SigCgt") & 1 << (signal.SIGTERM - 1)


def _mask(pid, name):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1], 16)
    return 0
