"""The instance folder: keys, data and logs of one helpdesk on one machine."""

import base64
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.adapters.processes import Trouble
from helpdesk.settings import KEY_BYTES


class AlreadyUp(Trouble):
    """Another `helpdesk up` works on this instance."""


@dataclass(frozen=True)
class Instance:
    """Where one helpdesk keeps what it is."""

    folder: Path

    @property
    def intake_key(self) -> Path:
        return self.folder / "keys" / "intake.key"

    @property
    def service_key(self) -> Path:
        return self.folder / "keys" / "service.key"

    @property
    def passwords(self) -> Path:
        """The folder with the password of each database role."""
        return self.folder / "keys" / "database"

    @property
    def outbox(self) -> Path:
        """The letters that a drill writes instead of sending."""
        return self.folder / "outbox"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def processes(self) -> Path:
        """Which process is which, for whoever wants to look, or to kill one on purpose."""
        return self.folder / "processes.json"

    def prepare(self) -> bool:
        """Make the folders and the keys that are missing. True if this is a new instance."""
        is_new = not self.service_key.exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        # As root, PostgreSQL runs as somebody else and must pass through; it can list nothing.
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (self.folder / "keys", self.outbox, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
        for key in (self.intake_key, self.service_key):
            _make_key(key)
        return is_new

    def remove(self) -> None:
        """Delete the whole folder: keys, data, logs."""
        shutil.rmtree(self.folder)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the instance to ourselves: two would write over each other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise AlreadyUp(
                    f"The helpdesk in {self.folder} is already running "
                    f"(process {lock.read().strip() or 'unknown'}). "
                    f"Stop it first, or choose another folder with INSTANCE=."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def _make_key(path: Path) -> None:
    """A new random key, written whole or not at all."""
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
