"""A process of ours that crashes leaves nothing of its memory on the disk."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CRASHES = """
import os, runpy, sys
sys.path.insert(0, {root!r})
sys.argv = ['helpdesk', 'history', '--help']
words = 'what a reporter told us'
try:
    runpy.run_module({module!r}, run_name='__main__')
except SystemExit:
    pass
if {crashes}:
    os.abort()
os.execv(sys.executable, [sys.executable, '-c', 'import os; os.abort()'])
"""


def without_a_limit():
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def crash(folder, module, *, crashes=True):
    program = CRASHES.format(root=str(ROOT), module=module, crashes=crashes)
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        preexec_fn=without_a_limit,
        capture_output=True,
    )


@pytest.mark.parametrize("crashes", [True, False])
@pytest.mark.parametrize("module", ["wsgi", "helpdesk.cli.__main__"])
def test_a_process_that_crashes_leaves_no_core(tmp_path, module, crashes):
    ended = crash(tmp_path, module, crashes=crashes)

    assert ended.returncode < 0, ended.stderr
    assert list(tmp_path.iterdir()) == []
