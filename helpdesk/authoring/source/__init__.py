"""Reading YAML files with their line numbers, so that every refusal can say where it looked."""

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source.errors import ErrorCollector, PlaybookError
from helpdesk.authoring.source.files import cache_read_files, parse_yaml_text, read_yaml_file
from helpdesk.authoring.source.nodes import ID, Fields, Node

__all__ = [
    "ID",
    "ErrorCollector",
    "Fields",
    "LintRule",
    "Node",
    "PlaybookError",
    "cache_read_files",
    "parse_yaml_text",
    "read_yaml_file",
]
