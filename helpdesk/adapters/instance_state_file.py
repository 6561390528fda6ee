"""The file in the instance folder that keeps the ticker's progress, beside the database and its
backup."""

import json
import logging
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from helpdesk.core.send_hold import SavedTickProgress

log = logging.getLogger(__name__)

NAME = "sending.json"


class InstanceStateFile:
    """The file with the ticker's progress. It is written whole or not at all, after what it tells
    of was committed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._cannot = False

    def read(self) -> SavedTickProgress | None:
        """What was kept; None where there is nothing that can be read."""
        try:
            told = json.loads(self._path.read_text())
            awake_since = datetime.fromisoformat(told["awake_since"])
            if awake_since.tzinfo is None:
                return None
            return SavedTickProgress(str(told["house"]), awake_since, int(told["ticks"]))
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError):
            return None

    def write(self, kept: SavedTickProgress) -> None:
        """Keep this. Where it cannot be written, that is said once, and the house goes on."""
        told = {
            "house": kept.house,
            "awake_since": kept.awake_since.isoformat(),
            "ticks": kept.ticks,
        }
        unfinished = self._path.with_suffix(".unfinished")
        try:
            with suppress(FileNotFoundError):
                unfinished.unlink()
            with unfinished.open("w") as file:
                file.write(json.dumps(told) + "\n")
                file.flush()
                os.fsync(file.fileno())  # else a power cut can leave an empty file of that name
            unfinished.rename(self._path)
        except OSError:
            if not self._cannot:
                log.warning(
                    "INSTANCE is not writable, so an old copy of the database would not be noticed."
                )
            self._cannot = True
