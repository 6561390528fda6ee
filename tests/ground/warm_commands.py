"""Commands of the helpdesk, each in a process of its own that finds the code already read.

Reading it takes more than a second, and some tests run a command sixty times to see one sentence
each. What a command is given is the same as from a shell: words, environment and no input; and it
ends as it would there, with its status and all that it said.
"""

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 60  # seconds
# All that the commands load when they are called.
READ = (
    "helpdesk.app",
    "helpdesk.cli",
    "helpdesk.cli.maintenance",
    "helpdesk.cli.up",
    "helpdesk.cli.workers",
    "helpdesk.context_assembly",
    "helpdesk.host_dispatch",
    "helpdesk.intake.startup_check",
)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


class WarmCommands:
    """The process that has read the code; each command is a fork of it."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ground.warm_commands"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words, environment):
        """`words` are a module and its arguments."""
        self._process.stdin.write(json.dumps([words, environment]) + "\n")
        self._process.stdin.flush()
        return Done(*json.loads(self._process.stdout.readline()))

    def end(self):
        self._process.communicate(timeout=LONGEST)


def serve():
    """Answer each line on standard input. In a fork, returns the words of its command."""
    for line in sys.stdin:
        words, environment = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            pid = os.fork()
            if not pid:
                become_command(environment, out.fileno(), err.fileno())
                return words
            _, status = os.waitpid(pid, 0)
            said = [_whole(one) for one in (out, err)]
        print(json.dumps([os.waitstatus_to_exitcode(status), *said]), flush=True)  # noqa: T201
    return None


def become_command(environment, out, err):
    signal.alarm(LONGEST)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ.clear()
    os.environ.update(environment)


def _whole(file):
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    for name in READ:
        import_module(name)
    if command := serve():
        sys.argv = command
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
