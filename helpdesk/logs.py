"""Logging of every process: one JSON object a line, times in UTC, ids and codes only.

What may be logged, and how long it is kept: docs/security-controls.md.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

LEVEL: Final = logging.WARNING


class JsonLinesFormatter(logging.Formatter):
    """A log formatter: one record as one line of JSON, so that nothing in a message can start a
    line of its own.

    A traceback is reduced to the kind of the error: its words may hold what a reporter told us.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self._process,
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=True)


def configure_logging(process: str) -> None:
    """Configure logging: this process's log goes to standard error. Safe to call twice."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLinesFormatter(process))
    logging.basicConfig(level=LEVEL, handlers=[handler], force=True)
