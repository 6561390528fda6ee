"""Walking stands on nothing that stores or serves: it runs wherever Python does."""

import subprocess
import sys

FORBIDDEN = ("flask", "flask_babel", "sqlalchemy", "psycopg", "redis", "rq", "nacl")
LOOK = f"""
import sys
import helpdesk.triage.walking.editions
import helpdesk.triage.walking.covering
import helpdesk.triage.walking.exploring
import helpdesk.playbooks.comparing
import helpdesk.playbooks.reading.walks
print([name for name in {FORBIDDEN!r} if name in sys.modules])
"""


def test_walking_needs_neither_pages_nor_a_database():
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
