"""Checks of a CACAO export before it is given out. The official schemas refuse little of this.

The rules are those of research/playbooks.md §4.4 of the design notes: the schemas accept a next
step that is not there, a loop, a step nobody reaches, a command without a text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from helpdesk.export.workflow_links import find_cycle, outgoing_links_of, reachable_steps

Object = Mapping[str, Any]

PORTABLE = {"start", "end", "action", "if-condition", "playbook-action"}
BRANCHES = ("on_true", "on_false")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
VARIABLE = re.compile(r"__[A-Za-z_][A-Za-z0-9_-]{0,199}?__")
# an address or a number at which somebody could be reached
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}|\+\d[\d ()-]{7,}\d")


def find_export_faults(exported: Object) -> list[str]:
    """Find everything wrong with one export, a sentence each; an empty list is good news."""
    return [fault for check in _CHECKS for fault in check(exported)]


def find_duplicate_ids(exports: Iterable[Object]) -> list[str]:
    """Find ids that several exports share."""
    ids = sorted(exported["id"] for exported in exports)
    return [f"Two playbooks have the id {one}." for one, other in pairwise(ids) if one == other]


def _one_start(exported: Object) -> Iterator[str]:
    workflow = exported["workflow"]
    starts = [node_id for node_id, node in workflow.items() if node["type"] == "start"]
    if len(starts) != 1:
        yield f"There must be one start, but there are {len(starts)}."
    elif exported["workflow_start"] != starts[0]:
        yield "workflow_start does not name the start."


def _types(exported: Object) -> Iterator[str]:
    for node_id, node in exported["workflow"].items():
        if node["type"] not in PORTABLE:
            yield f"{node_id} is a {node['type']}, which not every engine runs."
        if not node_id.startswith(f"{node['type']}--"):
            yield f"{node_id} calls itself a {node['type']}."
        if not UUID4.fullmatch(node_id.partition("--")[2]):
            yield f"{node_id} does not end in a UUIDv4."


def _links(exported: Object) -> Iterator[str]:
    workflow = exported["workflow"]
    for node_id, node in workflow.items():
        for name, target in outgoing_links_of(node):
            if target not in workflow:
                yield f"{name} of {node_id} leads to {target}, which is not there."
            elif workflow[target]["type"] == "start":
                yield f"{name} of {node_id} leads back to the start."


def _ways_on(exported: Object) -> Iterator[str]:
    """Every step but an end goes on, in one of the two manners and not in both."""
    for node_id, node in exported["workflow"].items():
        completes = "on_completion" in node
        decides = "on_success" in node or "on_failure" in node
        if node["type"] == "end" and (completes or decides):
            yield f"{node_id} is an end and goes on all the same."
        elif node["type"] != "end" and completes == decides:
            yield f"{node_id} needs either on_completion or on_success and on_failure."
        if node["type"] == "if-condition" and not ("condition" in node and "on_true" in node):
            yield f"{node_id} needs a condition and on_true."


def _reachable(exported: Object) -> Iterator[str]:
    workflow = exported["workflow"]
    seen = reachable_steps(workflow, exported["workflow_start"])
    for node_id in workflow:
        if node_id not in seen:
            yield f"Nothing leads to {node_id}."


def _no_loop(exported: Object) -> Iterator[str]:
    loop = find_cycle(exported["workflow"])
    if loop:
        yield f"These go round in a circle: {', '.join(loop)}."


def _own_ends(exported: Object) -> Iterator[str]:
    """Each branch comes to an end step that no other branch, and not the main way, shares."""
    workflow = exported["workflow"]
    owners: dict[str, str] = {}
    heads = [("the main way", exported["workflow_start"])] + [
        (f"{name} of {node_id}", node[name])
        for node_id, node in workflow.items()
        for name in BRANCHES
        if name in node
    ]
    for head, first in heads:
        ends = _ends_of_the_way(workflow, first)
        if not ends:
            yield f"The path that starts at {head} never ends."
        for end in ends:
            if owners.setdefault(end, head) != head:
                yield f"{owners[end]} and {head} share the end {end}."


def _ends_of_the_way(workflow: Object, first: str) -> set[str]:
    """The ends of a way itself; branches on it are ways of their own."""
    ends, here, seen = set(), [first], set()
    while here:
        node_id = here.pop()
        if node_id in seen or node_id not in workflow:
            continue
        seen.add(node_id)
        node = workflow[node_id]
        if node["type"] == "end":
            ends.add(node_id)
        here += [target for name, target in outgoing_links_of(node) if name not in BRANCHES]
    return ends


def _commands(exported: Object) -> Iterator[str]:
    for node_id, node in exported["workflow"].items():
        if node["type"] != "action":
            continue
        if not node.get("commands"):
            yield f"{node_id} has no command."
        for command in node.get("commands", ()):
            texts = [command[name] for name in ("command", "command_b64") if name in command]
            if len(texts) != 1:
                yield f"A command of {node_id} must have one text, but has {len(texts)}."
            elif not str(texts[0]).strip():
                yield f"A command of {node_id} is empty."


def _definitions(exported: Object) -> Iterator[str]:
    """What is used is defined, and what is defined is used."""
    nodes = list(exported["workflow"].values())
    agents = {node["agent"] for node in nodes if "agent" in node}
    agents |= {target for node in nodes for target in node.get("targets", ())}
    extensions = {name for node in nodes for name in node.get("step_extensions", ())}
    extensions |= set(exported.get("playbook_extensions", ()))
    used = {
        "agent_definitions": agents,
        "data_marking_definitions": set(exported.get("markings", ())),
        "extension_definitions": extensions,
    }
    for place, names in used.items():
        defined = set(exported.get(place, ()))
        for name in sorted(names - defined):
            yield f"{name} is used and {place} does not define it."
        for name in sorted(defined - names):
            yield f"{place} defines {name}, which nothing uses."
    for node_id, node in exported["workflow"].items():
        if node["type"] == "action" and "agent" not in node:
            yield f"{node_id} has no agent."


def _variables(exported: Object) -> Iterator[str]:
    declared = set(exported.get("playbook_variables", ()))
    for name in sorted(declared):
        if not VARIABLE.fullmatch(name):
            yield f"{name} is not the name of a variable."
    for node_id, node in exported["workflow"].items():
        used = set(VARIABLE.findall(node.get("condition", "")))
        used |= {*node.get("in_args", ()), *node.get("out_args", ())}
        for name in sorted(used - declared):
            yield f"{node_id} uses {name}, which nobody declared."


def _activities(exported: Object) -> Iterator[str]:
    listed = set(exported.get("playbook_activities", ()))
    nodes = exported["workflow"].values()
    done = {
        command["playbook_activity"]
        for node in nodes
        for command in node.get("commands", ())
        if "playbook_activity" in command
    }
    if exported.get("playbook_types") and not listed:
        yield "A playbook with types needs an activity."
    for name in sorted(listed ^ done):
        yield f"The activity {name} must be both listed and that of a command."


def _times(exported: Object) -> Iterator[str]:
    created, modified = exported["created"], exported["modified"]
    for time in (created, modified):
        if not TIMESTAMP.fullmatch(time):
            yield f"{time} is not a time with milliseconds in UTC."
    if modified < created:
        yield "It was changed before it was made."


def _nobody_to_reach(exported: Object) -> Iterator[str]:
    for text in _texts(exported):
        found = CONTACT.search(text)
        if found:
            yield f"“{found[0]}” looks like a way to reach someone, and no export may contain one."
    for name, agent in exported.get("agent_definitions", {}).items():
        if "contact" in agent or "location" in agent:
            yield f"{name} says how to reach someone."


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from _texts(value)


_CHECKS: tuple[Callable[[Object], Iterator[str]], ...] = (
    _one_start,
    _types,
    _links,
    _ways_on,
    _reachable,
    _no_loop,
    _own_ends,
    _commands,
    _definitions,
    _variables,
    _activities,
    _times,
    _nobody_to_reach,
)
