"""Logs: one JSON object a line, in UTC, and nothing in a message can forge another line."""

import io
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import logs

ROOT = Path(__file__).resolve().parents[2]


def logged(message, *arguments, error=None):
    """What a process writes for one record."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLinesFormatter("ticker"))
    info = (type(error), error, None) if error else None
    handler.emit(logging.LogRecord("helpdesk.x", 40, "f", 1, message, arguments, info))
    return stream.getvalue()


@given(st.text())
def test_nothing_in_a_message_starts_a_line_of_its_own(text):
    written = logged("failed: %s", text)

    assert written.count("\n") == 1
    assert len(written.splitlines()) == 1
    assert written.isascii()
    assert json.loads(written)["message"] == f"failed: {text}"


def test_a_line_says_when_in_utc_what_and_which_process():
    line = json.loads(logged("job %s failed", "cases.wake"))

    assert datetime.fromisoformat(line["at"]).utcoffset() == UTC.utcoffset(None)
    assert (line["process"], line["logger"], line["level"]) == ("ticker", "helpdesk.x", "error")
    assert line["message"] == "job cases.wake failed"


def test_an_error_is_named_by_its_kind_and_never_by_its_words():
    written = logged("failed", error=ValueError("what a reporter told us"))

    assert json.loads(written)["error"] == "ValueError"
    assert "reporter" not in written


@pytest.mark.parametrize("module", ["wsgi", "helpdesk.cli.__main__"])
def test_every_process_logs_that_way(module, tmp_path):
    program = (
        "import logging, runpy, sys\n"
        "sys.argv = ['helpdesk', 'history', '--help']\n"
        f"try:\n    runpy.run_module({module!r}, run_name='__main__')\n"
        "except BaseException:\n    pass\n"
        "logging.getLogger('helpdesk').warning('seen')\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stderr.splitlines()[-1])["message"] == "seen"
