"""Typed events: what a feature says that it did, without knowing who acts on it.

A feature may queue jobs of its own and of those below it by their names. What one above it must
do is registered there, with the event's type (`core/jobs.py`, `on=`), so that imports point down.
"""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Event:
    """The base of events: something that happened. Its fields are ids, codes and numbers: they
    become the arguments of the jobs that act on it."""

    def arguments(self) -> dict[str, Any]:
        """What is said of it; an empty word says nothing."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in told.items() if value != ""}
