"""The official CACAO schemas, which are not ours to give out."""

import os
from pathlib import Path

import pytest

from helpdesk.export.official_schemas import OfficialSchemas
from helpdesk.playbooks.repository import CONTENT

BESIDE_US = CONTENT.parents[1] / "shared" / "schemas" / "cacao-2.0" / "schemas"


@pytest.fixture(scope="session")
def schemas_folder():
    """Where they are. Who has none is told so; in CI they must be there."""
    folder = Path(os.environ.get("CACAO_SCHEMAS", BESIDE_US))
    if not folder.is_dir() and not os.environ.get("CI"):
        pytest.skip("The official CACAO schemas are not here; CACAO_SCHEMAS names their folder.")
    return folder


@pytest.fixture(scope="session")
def official(schemas_folder):
    return OfficialSchemas(schemas_folder)
