"""Simulation needs nothing that stores or serves: it runs wherever Python does."""

import subprocess
import sys

FORBIDDEN = ("flask", "flask_babel", "sqlalchemy", "psycopg", "redis", "rq", "nacl")
LOOK = f"""
import sys
import helpdesk.authoring.simulation.edition_diff
import helpdesk.authoring.simulation.coverage
import helpdesk.authoring.simulation.random_exploration
import helpdesk.playbooks.edition_diff
import helpdesk.authoring.reading.scenarios
print([name for name in {FORBIDDEN!r} if name in sys.modules])
"""


def test_simulation_needs_neither_pages_nor_a_database():
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
