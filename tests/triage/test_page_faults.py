"""Faults planted in our own pages, one at a time: each is seen by a walk-through of that page."""

from dataclasses import replace

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.reading.scenarios import read_scenarios
from helpdesk.authoring.simulation.expectations import check_scenario
from helpdesk.playbooks.conditions import Not
from helpdesk.playbooks.repository import CONTENT

LIBRARY = read_library(CONTENT)
READ = read_scenarios(CONTENT, LIBRARY)

# Another red flag of the page is true for everybody, or for all whom this one is true for, so what
# it asks for is never less.
HIDDEN = {
    ("arrest-detention", "floor of nobody-knows-where"),
    ("device-lost-seized", "floor of given-back"),
    ("arrest-detention", "floor of used-since"),
    ("arrest-detention", "floor of voice-of-captors"),
    ("arrest-detention", "floor of devices-taken"),
}


def swapped(page, kind, number, **changes):
    """The page with one of its parts changed."""
    parts = getattr(page, kind)
    other = replace(parts[number], **changes)
    return replace(page, **{kind: (*parts[:number], other, *parts[number + 1 :])})


def with_part(parts, number, **changes):
    return (*parts[:number], replace(parts[number], **changes), *parts[number + 1 :])


def faults(page):
    """Every branch turned round, every floor and every meaning taken away, every way cut."""
    for n, flag in enumerate(page.red_flags):
        yield f"condition of {flag.id}", swapped(page, "red_flags", n, when=Not(flag.when))
        if flag.floor:
            yield f"floor of {flag.id}", swapped(page, "red_flags", n, floor=None)
    for n, question in enumerate(page.questions):
        if question.ask_when is not None:
            other = Not(question.ask_when)
            yield f"condition of {question.id}", swapped(page, "questions", n, ask_when=other)
        for m, option in enumerate(question.options):
            if option.sets:
                options = with_part(question.options, m, sets=())
                fault = swapped(page, "questions", n, options=options)
                yield f"meaning of {question.id}.{option.id}", fault
    for n, step in enumerate(page.steps):
        if "." not in step.id:
            yield from step_faults(page, n, step)


def step_faults(page, n, step):
    if step.when is not None:
        yield f"condition of {step.id}", swapped(page, "steps", n, when=Not(step.when))
    for m, outcome in enumerate(step.outcomes):
        if outcome.end or outcome.playbook:
            outcomes = with_part(step.outcomes, m, end=None, playbook=None)
            yield f"way of {step.id}.{outcome.id}", swapped(page, "steps", n, outcomes=outcomes)


@pytest.mark.parametrize("page", LIBRARY.playbooks, ids=lambda page: page.id)
def test_every_planted_fault_is_seen_by_a_walk_through(page):
    walks = READ[page.id].walks

    unseen = {
        (page.id, name)
        for name, fault in faults(page)
        if not any(check_scenario(LIBRARY, fault, walk) for walk in walks)
    }

    assert unseen == {one for one in HIDDEN if one[0] == page.id}
