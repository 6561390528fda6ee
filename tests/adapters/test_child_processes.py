"""Children of ours have the limits that we give them, as far as this machine lets us."""

import subprocess
import sys

import pytest

MEGABYTE = 2**20
SPAWNS = """
import resource, sys
from pathlib import Path
from helpdesk.adapters.child_processes import spawn_child

own, most = int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_DATA, (own, own))
child = spawn_child(["/bin/sh", "-c", "ulimit -d"], log=Path(sys.argv[1]), most_memory=most)
sys.exit(child.wait())
"""


@pytest.mark.parametrize(("own", "most", "given"), [(700, 900, 700), (700, 500, 500)])
def test_a_child_has_no_more_memory_than_we_may_have_and_starts(tmp_path, own, most, given):
    log = tmp_path / "log"
    limits = [str(own * MEGABYTE), str(most * MEGABYTE)]

    subprocess.run([sys.executable, "-c", SPAWNS, str(log), *limits], check=True)

    assert int(log.read_text()) * 1024 == given * MEGABYTE
