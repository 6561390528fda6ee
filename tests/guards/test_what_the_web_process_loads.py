"""The processes of the pages load no code for writing playbooks; they take those published."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk import key_files
from helpdesk.settings import Surface

ROOT = Path(__file__).resolve().parents[2]
# Reading YAML, lint, translators' files, simulation, the commands of all these, and their parser.
AUTHORING = ("helpdesk.authoring", "helpdesk.cli", "yaml", "pytaxonomies")
PROGRAM = """
import json, sys, wsgi
assert wsgi.application
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def surroundings(tmp_path):
    """What a process of pages is told; its database is never asked."""
    key = tmp_path / "a.key"
    key.write_text(base64.b64encode(b"k" * 32).decode())
    names = {name.value for names in key_files.OF_PAGES.values() for name in names}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "PUBLIC_URL": "https://public.test",
        "STAFF_URL": "https://staff.test",
        "PARTNER_URL": "https://partner.test",
        "MAIL_URL": f"folder://{tmp_path}/outbox",
        "MAIL_FROM": "helpdesk@helpdesk.test",
        "OFFER_UNREVIEWED": "1",
    } | dict.fromkeys(names, str(key))


@pytest.mark.parametrize("surface", list(Surface))
def test_pages_load_no_authoring_code(surroundings, surface):
    mine = {key.value for key in key_files.OF_PAGES[surface]}
    told = {k: v for k, v in surroundings.items() if not k.endswith("_FILE") or k in mine}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=told | {"SERVES": surface.value},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert "helpdesk.app" in loaded
    assert [name for name in loaded if name.startswith(AUTHORING)] == []
