"""From nothing to the first answer: `helpdesk up` in a new folder, and once more in the same."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from bench.figures import Figures
from bench.house import PATIENCE, ROOT, answers, free_ports
from bench.load import HOST
from bench.plan import Plan

ATTEMPTS = 5


class PortTaken(Exception):
    """Somebody else has a port that was free a moment ago."""


def measure(figures: Figures, plan: Plan) -> None:
    """The seconds until all three surfaces have answered."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-start-"))
    folder.chmod(0o711)
    try:
        for name in ("first start, to answers at three doors", "next start, the same"):
            figures.seconds[name] = _start(folder / "instance")
    finally:
        _command(folder / "instance", "forget-instance", "--yes").wait(PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _start(instance: Path) -> float:
    for _ in range(ATTEMPTS):
        try:
            return _start_at(instance, free_ports(3))
        except PortTaken:
            continue  # by somebody who was quicker than we
    raise RuntimeError("Each port that we chose was taken by somebody else.")


def _start_at(instance: Path, port: int) -> float:
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        process = _command(instance, "up", port=port, said=said)
        try:
            for door in range(port, port + 3):
                while not answers(f"http://{HOST}:{door}/"):
                    _look(process, said, until=began + 3 * PATIENCE)
                    time.sleep(0.02)
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _look(process: subprocess.Popen[bytes], said: IO[bytes], *, until: float) -> None:
    """Raise if it has ended, or takes too long."""
    if process.poll() is None and time.monotonic() < until:
        return
    said.seek(0)
    words = said.read().decode()
    if "is in use by another program" in words:
        raise PortTaken
    raise RuntimeError(f"helpdesk up did not come up. It said:\n{words}")


def _command(
    instance: Path, *words: str, port: int = 0, said: IO[bytes] | int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "helpdesk.cli", *words],
        cwd=ROOT,
        env={**os.environ, "INSTANCE": str(instance), "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT,
    )
