"""The result of a simulation as text."""

import textwrap
from collections.abc import Iterator, Sequence

from helpdesk.authoring.cli.simulation_data import advice_with_risk
from helpdesk.authoring.simulation.expectations import simulation_summary_of
from helpdesk.authoring.simulation.scripted import IntakeResult, SimulationResult
from helpdesk.authoring.simulation.simulator import SimulatedRun, SimulatedStep
from helpdesk.playbooks.condition_text import condition_in_words
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.escalation_gates import MissingForRequest
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.run_progress import StepState

WIDTH = 98


def simulation_lines(walked: Sequence[SimulationResult]) -> Iterator[str]:
    """The result of a script's simulation as lines, to read from top to bottom."""
    for one in walked:
        page = one.way.playbook
        yield f"{page.name} ({page.status}): {page.title}"
    yield ""
    yield from intake_result_lines(walked[0].told)
    for one in walked:
        if len(walked) > 1:
            yield ""
            yield f"== {one.way.playbook.id} =="
        yield from _walked(one)


def intake_result_lines(told: IntakeResult) -> Iterator[str]:
    """The lines of what the answers alone decide."""
    judgement = told.judgement
    yield f"{judgement.level.upper()} by rule {judgement.rule}"
    yield from _wrapped("For the reporter:  ", judgement.sentence_for_reporter)
    yield from _wrapped("For the responder: ", judgement.sentence_for_responder)
    if told.dropped:
        yield from _wrapped(
            "Dropped, because other answers hide the question: ", ", ".join(told.dropped)
        )
    if told.flags:
        yield "Red flags:"
    for flag in told.flags:
        floor = f" (at least {flag.floor})" if flag.floor else ""
        yield from _wrapped(f"  {flag.id}{floor}: ", str(flag.why))
    yield "Safe to do now:"
    for advice in told.safe_now.dos:
        yield from _wrapped("  + ", advice_with_risk(advice))
    yield "What not to do:"
    for advice in told.safe_now.donts:
        yield from _wrapped("  - ", advice_with_risk(advice))


def step_lines(way: SimulatedRun) -> Iterator[str]:
    """The lines of the steps in the order in which they were taken, and of those that were not."""
    yield "Steps:"
    for number, one in enumerate(way.taken, start=1):
        yield from _wrapped(f"{number:4}. ", _step(one))
    for state, words in _NOT_TAKEN.items():
        names = [one.step.id for one in way.progress.steps if one.state is state]
        if names:
            yield from _wrapped(f"{words}: ", ", ".join(names))


_NOT_TAKEN = {
    StepState.NOT_NEEDED: "Not needed",
    StepState.OPEN: "Still open",
    StepState.BLOCKED: "Still waiting for others",
    StepState.WAITING: "Due again later",
}


def _walked(walked: SimulationResult) -> Iterator[str]:
    way, page = walked.way, walked.way.playbook
    yield from step_lines(way)
    if walked.unused:
        yield from _wrapped(
            "These have an outcome but were never reached: ", ", ".join(walked.unused)
        )
    for missing in walked.missing:
        yield from _missing(missing, page)
    if walked.tags:
        yield from _wrapped("Tags: ", " · ".join(walked.tags))
    yield from _wrapped("End: ", _end(way))
    result = simulation_summary_of(walked)
    yield ""
    yield "As the expectations of a walk-through:"
    yield from _wrapped(
        "  ",
        f"expect: {{level: {result.level}, rule: {result.rule}, "
        f"flags: [{', '.join(result.flags)}], steps: [{', '.join(result.steps)}], "
        f"end: {result.end}}}",
    )


def _step(one: SimulatedStep) -> str:
    outcome = one.choice.outcome
    how = f"{outcome.id}: {outcome.label}" if outcome is not None else "left out"
    assumed = " (assumed)" if one.choice.is_assumed else ""
    unsure = f" (shown, although we cannot tell: {', '.join(one.cannot_tell)})"
    return f"{one.step.id} → {how}{assumed}{unsure if one.cannot_tell else ''}"


def _missing(missing: MissingForRequest, page: Playbook) -> Iterator[str]:
    if missing.is_nothing:
        yield f"Nothing is missing for a request to: {missing.to}"
        return
    yield f"Missing for a request to {missing.to}:"
    for gate in missing.gates:
        yield from _wrapped(f"  {', '.join(names_in(gate))}: ", condition_in_words(gate, page))
    for one in missing.evidence:
        yield from _wrapped(f"  {one.id}: ", f"{one.label} (evidence)")


def _end(way: SimulatedRun) -> str:
    end = way.playbook.end(way.end or "")
    if end is not None:
        return f"{end.id} ({end.kind}): {end.say}"
    return f"goes on as {way.goes_over_to}" if way.goes_over_to else f"none. {way.stopped}"


def _wrapped(head: str, words: str) -> list[str]:
    return textwrap.wrap(
        head + words,
        WIDTH,
        subsequent_indent=" " * min(len(head), 20),
        break_long_words=False,
        break_on_hyphens=False,
    )
