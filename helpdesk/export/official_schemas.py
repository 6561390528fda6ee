"""The official CACAO 2.0 schemas, where somebody has them: an extra, not the gate.

They declare draft-07 and use a later keyword: under a later draft they refuse the standard's own
examples. So a draft-07 validator is pinned here, whatever the newest one is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

ROOT = "playbook.json"


class SchemasNotFound(Exception):
    """Raised if the folder does not hold the official schemas."""


class OfficialSchemas:
    """The official CACAO schemas of one folder, read once."""

    def __init__(self, folder: Path) -> None:
        if not (folder / ROOT).is_file():
            raise SchemasNotFound(
                f"{folder} holds no {ROOT}. CACAO_SCHEMAS names the folder of schemas."
            )
        schemas = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
        resources = [(one["$id"], DRAFT7.create_resource(one)) for one in schemas if "$id" in one]
        registry: Registry[Any] = Registry().with_resources(resources)
        root = json.loads((folder / ROOT).read_text())
        self._validator = Draft7Validator(root, registry=registry)

    def faults_in(self, exported: Mapping[str, Any]) -> list[str]:
        """What the schemas refuse, a sentence each, with the place."""
        errors = sorted(self._validator.iter_errors(exported), key=lambda error: error.json_path)
        return [f"{error.json_path}: {error.message}" for error in errors]
