"""Where the steps of a CACAO workflow lead."""

from collections.abc import Iterator, Mapping
from typing import Any

Workflow = Mapping[str, Mapping[str, Any]]

LINKS = ("on_completion", "on_success", "on_failure", "on_true", "on_false")


def links_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each way on from a step: the name of the link and the id it leads to."""
    for name in LINKS:
        if name in node:
            yield name, node[name]


def reached(workflow: Workflow, first: str) -> set[str]:
    """Every step that can be come to from here, this one included."""
    seen: set[str] = set()
    here = [first]
    while here:
        node_id = here.pop()
        if node_id in workflow and node_id not in seen:
            seen.add(node_id)
            here += [target for _, target in links_of(workflow[node_id])]
    return seen


def cycles(workflow: Workflow) -> Iterator[list[str]]:
    """Every circle that a walk along the links would run into, once for its closing link."""
    done: set[str] = set()
    for first in workflow:
        way: list[str] = []
        # ids still to be looked at; None says that everything behind the last of the way is
        here: list[str | None] = [first]
        while here:
            node_id = here.pop()
            if node_id is None:
                done.add(way.pop())
            elif node_id in way:
                yield way[way.index(node_id) :]
            elif node_id in workflow and node_id not in done:
                way.append(node_id)
                here += [None, *(target for _, target in links_of(workflow[node_id]))]
