"""Ids of steps and names of variables in an export, the same on every run."""

from hashlib import blake2b
from uuid import UUID

DOT = "--"  # ids of ours never hold two dashes, so nothing else is spelt like this


def stable_id(kind: str, *origin: str) -> str:
    """A stable id, drawn from where the thing stands, not from chance.

    It has the form of a UUIDv4, as the CACAO 2.0 schemas ask for, and is the same on every run.
    """
    drawn = blake2b("\n".join(origin).encode(), digest_size=16).digest()
    return f"{kind}--{UUID(bytes=drawn, version=4)}"


def variable_name(name: str) -> str:
    """The name of a CACAO variable: __hold__ for a question or a fact."""
    return f"__{name.replace('.', DOT)}__"


def option_variable_name(question: str, option: str) -> str:
    """The name of the variable that says whether one option of several was chosen: "true" or
    "false"."""
    return variable_name(f"{question}{DOT}{option}")


def outcome_variable_name(step: str) -> str:
    """The name of the variable that holds how a step ended."""
    return variable_name(f"outcome{DOT}{step}")
