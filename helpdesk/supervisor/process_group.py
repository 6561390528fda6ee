"""The process group of a helpdesk: processes started, watched, restarted when they die, and
stopped."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from helpdesk.adapters import child_processes
from helpdesk.adapters.embedded import ServerNotStarted

Say = Callable[[str], None]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED = 60.0
GLANCE = 0.2
BURIALS = 25  # glances between two looks for orphans: each reads the whole of /proc


class StartableProcess(Protocol):
    """What the group can start, look at and stop."""

    @property
    def is_running(self) -> bool: ...

    @property
    def pid(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class ChildProgram:
    """One of our own commands as a child process."""

    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str]
    folder: Path
    patience: float = 10.0
    keeps_open: tuple[int, ...] = ()
    _process: subprocess.Popen[bytes] | None = None
    _asked_at: float | None = None

    @property
    def is_running(self) -> bool:
        """Whether it lives. What a dead one left in its group would fight the next: it ends."""
        if self._process is None or self._process.returncode is not None:
            return False
        if not os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        # Before it is collected: as long as it lies there, nobody else can have its number.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return False

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        self._process = child_processes.spawn_child(
            self.command,
            log=self.log,
            environment=self.environment,
            folder=self.folder,
            keeps_open=self.keeps_open,
        )

    def ask_to_stop(self) -> None:
        """Only ask: several can finish their work at the same time."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._asked_at = time.monotonic()

    def stop(self) -> None:
        """Wait out what is left of its patience since it was asked, then end it."""
        if self._process is not None:
            waited = time.monotonic() - self._asked_at if self._asked_at else 0.0
            left = max(self.patience - waited, 0.0)
            child_processes.stop_process(self._process, (signal.SIGTERM, left))
            self._asked_at = None


@dataclass
class WatchedProcess:
    """A process that is watched and restarted."""

    name: str
    runs: StartableProcess
    _pause: float = FIRST_PAUSE
    _started_at: float = field(default_factory=time.monotonic)
    _again_at: float | None = None

    def restart_if_dead(self, say: Say) -> bool:
        """Notice a death, start again after a pause; True if a new process has started."""
        now = time.monotonic()
        if self.runs.is_running:
            if now - self._started_at > SETTLED:
                self._pause = FIRST_PAUSE
            return False
        if self._again_at is None:
            say(f"The {self.name} stopped unexpectedly. Restarting in {self._pause:g} s.")
            self._again_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if now < self._again_at:
            return False
        self._again_at = None
        self._started_at = now
        try:
            self.runs.start()
        except ServerNotStarted as trouble:
            say(str(trouble))
            return False
        return True


class ProcessGroup:
    """The group of all processes of one helpdesk, the ones others depend on first."""

    def __init__(self, say: Say, roll: Path) -> None:
        self._say = say
        self._roll = roll
        self._members: list[WatchedProcess] = []

    def add(self, name: str, runs: StartableProcess) -> None:
        """Start a process and watch it from now on."""
        self._members.append(WatchedProcess(name, runs))
        runs.start()
        self._write_roll()

    def watch(
        self,
        until: Callable[[], bool] = lambda: False,
        *,
        put_back: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Look after them until somebody interrupts. `put_back` undoes now and then what was set
        in them from inside, and gives a sentence for each thing."""
        for glance in count(1):
            if until():
                return
            back = [member.name for member in self._members if member.restart_if_dead(self._say)]
            if back:
                self._write_roll()
            for name in back:
                self._say(f"The {name} is running again.")
            if glance % BURIALS == 0:
                self._bury_orphans()
                for sentence in put_back():
                    self._say(sentence)
            time.sleep(GLANCE)

    def stop(self) -> None:
        """Ask our own programs together, wait for each, then stop the servers they stood on."""
        for member in self._members:
            if isinstance(member.runs, ChildProgram):
                member.runs.ask_to_stop()
        for member in reversed(self._members):
            member.runs.stop()
        self._roll.unlink(missing_ok=True)

    def _bury_orphans(self) -> None:
        """Collect grandchildren that lost their parent and have ended."""
        ours = {member.runs.pid for member in self._members}
        for pid in child_processes.child_pids():
            if pid not in ours and not child_processes.is_alive(pid):
                with suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def _write_roll(self) -> None:
        pids = {member.name: member.runs.pid for member in self._members}
        unfinished = self._roll.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(pids, indent=2) + "\n")
        unfinished.rename(self._roll)  # whoever reads it, reads the whole of it
