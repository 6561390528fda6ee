"""Links between the steps of a CACAO workflow."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

Workflow = Mapping[str, Mapping[str, Any]]

LINKS = ("on_completion", "on_success", "on_failure", "on_true", "on_false")


def outgoing_links_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The outgoing links of a step: the name of each and the id it leads to."""
    for name in LINKS:
        if name in node:
            yield name, node[name]


def reachable_steps(workflow: Workflow, first: str) -> set[str]:
    """The steps that can be reached from here, this one included."""
    seen: set[str] = set()
    here = [first]
    while here:
        node_id = here.pop()
        if node_id in workflow and node_id not in seen:
            seen.add(node_id)
            here += [target for _, target in outgoing_links_of(workflow[node_id])]
    return seen


def find_cycle(workflow: Workflow) -> list[str]:
    """Find a cycle of links, in the order in which they lead; empty if there is none."""
    leads_to = {
        node_id: [way for _, way in outgoing_links_of(node)] for node_id, node in workflow.items()
    }
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as found:
        # it names each before the one that leads to it, and the first again at the end
        return list(reversed(found.args[1][1:]))
    return []
