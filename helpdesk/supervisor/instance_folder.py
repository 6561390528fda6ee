"""The instance folder: keys, data and logs of one helpdesk on one machine."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from helpdesk.adapters.child_processes import CannotStart
from helpdesk.key_files import KeyFile
from helpdesk.supervisor.key_folder import key_path, make_missing_keys

LOCK: Final = "up.lock"
# What `up` and the processes that it starts put at the top of the folder, and nothing else.
FOLDERS: Final = ("keys", "logs", "outbox", "postgres", "redis")
FILES: Final = ("processes.json", "sending.json", "drill-people.json", "drill-addresses.json")
# Written beside and then renamed: what was cut off stays.
CUT_OFF: Final = ("processes.unfinished", "sending.unfinished", "drill-people.json.unfinished")
MADE_HERE: Final = frozenset((LOCK, *FOLDERS, *FILES, *CUT_OFF))


class AlreadyRunning(CannotStart):
    """Raised if another `helpdesk up` works on this instance."""


@dataclass(frozen=True)
class InstanceFolder:
    """The instance folder: where one helpdesk keeps its keys, data and logs."""

    folder: Path

    def key(self, key: KeyFile) -> Path:
        """Where the key of a purpose is."""
        return key_path(self.folder / "keys", key)

    @property
    def old_service_key(self) -> Path:
        """The one key of before, in an instance that is older than a key for each purpose."""
        return self.folder / "keys" / "service.key"

    @property
    def is_older_than_signatures(self) -> bool:
        """Whether its people and teams have keys that nobody could sign yet."""
        return not self.key(KeyFile.STAFF_SIGNING).exists()

    @property
    def database_passwords_folder(self) -> Path:
        """The folder with the password of each database role."""
        return self.folder / "keys" / "database"

    @property
    def emails_folder(self) -> Path:
        """The letters that a drill writes instead of sending."""
        return self.folder / "outbox"

    @property
    def logs_folder(self) -> Path:
        return self.folder / "logs"

    @property
    def process_list_file(self) -> Path:
        """Which process is which, for whoever wants to look, or to kill one on purpose."""
        return self.folder / "processes.json"

    def prepare(self) -> bool:
        """Make the folders and the keys that are missing. True if this is a new instance."""
        is_new = not self.key(KeyFile.INTAKE).exists()
        self.folder.mkdir(parents=True, exist_ok=True)
        # As root, PostgreSQL runs as somebody else and must pass through; it can list nothing.
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for folder in (self.folder / "keys", self.emails_folder, self.logs_folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        make_missing_keys(self.folder / "keys")
        return is_new

    def refuse_other_folder(self) -> None:
        """CannotStart where `up` never ran, or where something lies that it did not make."""
        there = {one.name for one in self.folder.iterdir()}
        if LOCK not in there:
            raise CannotStart(
                f"{self.folder} is not the folder of a helpdesk made by `helpdesk up`, so nothing"
                " in it has been deleted."
            )
        if other := sorted(there - MADE_HERE):
            raise CannotStart(
                f"Nothing has been deleted: {self.folder / other[0]} is not part of the helpdesk."
                " Move it somewhere else first."
            )

    def remove(self) -> None:
        """Delete the whole folder: keys, data, logs."""
        self.refuse_other_folder()
        shutil.rmtree(self.folder)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep the instance to ourselves: two would write over each other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise AlreadyRunning(
                    f"The helpdesk in {self.folder} is already running "
                    f"(process {lock.read().strip() or 'unknown'}). "
                    f"Stop it first, or choose another folder with INSTANCE=."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
