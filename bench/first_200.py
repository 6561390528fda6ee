"""From nothing to the first answer: `helpdesk up` in a new folder, and once more in the same."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figures
from bench.house import PATIENCE, ROOT, answers, free_ports
from bench.load import HOST
from bench.plan import Plan


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
    port = free_ports(3)
    began = time.monotonic()
    process = _command(instance, "up", port=port)
    try:
        for door in range(port, port + 3):
            while not answers(f"http://{HOST}:{door}/"):
                if process.poll() is not None or time.monotonic() > began + 3 * PATIENCE:
                    raise RuntimeError("helpdesk up did not come up.")
                time.sleep(0.02)
        return time.monotonic() - began
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _command(instance: Path, *words: str, port: int = 0) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "helpdesk.cli", *words],
        cwd=ROOT,
        env={**os.environ, "INSTANCE": str(instance), "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
