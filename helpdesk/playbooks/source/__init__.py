"""A YAML file with its line numbers, so that every refusal can say where it looked."""

from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source.files import read_file, read_text, reading_once
from helpdesk.playbooks.source.pieces import ID, Fields, Piece
from helpdesk.playbooks.source.refusals import BadPlaybook, Gathered

__all__ = [
    "ID",
    "BadPlaybook",
    "Fields",
    "Gathered",
    "Piece",
    "Rule",
    "read_file",
    "read_text",
    "reading_once",
]
