"""Invariants that must hold on every page for everybody, said once more in other words than the
rules use.

Each invariant looks at one made-up person and says what is broken, or nothing.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from helpdesk.authoring.simulation.level_ladders import (
    Ladder,
    find_unsure_ranked_below_no,
    find_worse_answer_with_lower_level,
    level_ladder,
)
from helpdesk.authoring.simulation.random_people import (
    PlaybookWithLibrary,
    RandomPerson,
    different_answer,
)
from helpdesk.authoring.simulation.scripted import IntakeResult, assess_answers
from helpdesk.authoring.simulation.simulator import SimulatedRun, SimulatedStep, simulate_run
from helpdesk.authoring.unfit_advice import find_unfit_advice
from helpdesk.escalations.gates import VETTED
from helpdesk.escalations.packets import OWNER_CONFIRMED
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.escalation_gates import missing_for_request
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import RunEndKind, Step
from helpdesk.playbooks.step_facts import NOT_SO_FAR, facts_settable_by_step
from helpdesk.triage.decision_table import DecisionPoint

CONSENT: Final = ("consent_platform", "given")


@dataclass(frozen=True)
class SimulatedPerson:
    """A made-up person who has gone through a page, and what came of it."""

    ground: PlaybookWithLibrary
    person: RandomPerson
    told: IntakeResult
    way: SimulatedRun


def simulate_person(ground: PlaybookWithLibrary, person: RandomPerson) -> SimulatedPerson:
    """Simulate a person's way through the page."""
    told = assess_answers(ground.library, (ground.page,), person.answers)
    way = simulate_run(
        ground.course, {**told.answers, **person.facts}, person.chooser(), person.step_picker()
    )
    return SimulatedPerson(ground, person, told, way)


def check_run_always_ends(tried: SimulatedPerson) -> str:
    """Check that the run ends or goes over to another page; a sentence if it does not."""
    way = tried.way
    if way.end is not None or way.goes_over_to is not None:
        return ""
    return f"After {len(way.taken)} steps: {way.stopped or 'nothing leads on.'}"


def check_unsure_never_lowers_level(tried: SimulatedPerson) -> str:
    """Check that "I don't know" never gives a lower level than "no"; a sentence if it does."""
    point = _point(tried)
    return find_unsure_ranked_below_no(point, _ladder(tried, point))


def check_worse_answer_never_lowers_level(tried: SimulatedPerson) -> str:
    """Check that a worse answer never gives a lower level; a sentence if one does."""
    point = _point(tried)
    return find_worse_answer_with_lower_level(point, _ladder(tried, point))


def check_hidden_answers_are_ignored(tried: SimulatedPerson) -> str:
    """Check that answers to hidden questions change nothing; a sentence if they do."""
    ground, answers = tried.ground, tried.person.answers
    hidden = _hidden(ground, answers)
    if not hidden:
        return ""
    dice = random.Random(f"hidden {tried.person.seed}")  # noqa: S311 - a made-up person, no secret
    without = {name: value for name, value in answers.items() if name not in hidden}
    other = {name: _other(ground, name, answers, dice) for name in hidden}
    for changed in (without, {**without, **other}):
        told = {name: value for name, value in changed.items() if value is not None}
        again = simulate_person(ground, _with_answers(tried.person, told))
        if _seen(again) != _seen(tried):
            return f"Hidden answers to {', '.join(sorted(hidden))} change what happens."
    return ""


def check_no_request_leaves_early(tried: SimulatedPerson) -> str:
    """Check that no request could be sent before its gates are open; a sentence if one could."""
    page, known = tried.ground.page, dict(tried.told.answers) | dict(tried.person.facts)
    done: set[str] = set()
    written: dict[str, str] = {}
    for one in (*tried.way.taken, None):
        for plan in page.escalations:
            if missing_for_request(page, plan, known, written).is_nothing:
                lacks = [*_not_open(page.steps, known, done), *_not_written(tried, known, written)]
                if lacks:
                    return f"A request to {plan.to} could leave without {', '.join(lacks)}."
        if one is not None:
            known |= one.facts
            written |= one.choice.evidence
            done |= {one.step.id} if one.choice.outcome is not None else set()
    return ""


def check_resolved_needs_required_steps(tried: SimulatedPerson) -> str:
    """Check that a run ends as resolved only after its required steps; a sentence if it does
    not."""
    page, way = tried.ground.page, tried.way
    end = page.end(way.end or "")
    if end is None or end.kind is not RunEndKind.RESOLVED:
        return ""
    *before, last = way.taken
    known = _known_before(tried, before)
    for step in page.steps[: page.steps.index(last.step)]:
        record = way.records.get(step.id)
        outcome = step.outcome(record.outcome or "") if record is not None else None
        is_done = outcome is not None and outcome.again is None
        if step.must and not is_done and not _is_needless(tried, step, known):
            return f"It ended as resolved ({end.id}), and {step.id} was not done."
    return ""


def check_advice_fits_answers(tried: SimulatedPerson) -> str:
    """Check that the advice fits the answers; a sentence if it does not."""
    ground = tried.ground
    found = find_unfit_advice(ground.library.advice_checks, (ground.page,), tried.told.answers)
    return "; ".join(map(str, found))


INVARIANTS: Final[Mapping[str, Callable[[SimulatedPerson], str]]] = {
    "always ends": check_run_always_ends,
    "not knowing is never less urgent than no": check_unsure_never_lowers_level,
    "raising an answer never lowers the level": check_worse_answer_never_lowers_level,
    "hidden answers influence nothing": check_hidden_answers_are_ignored,
    "nothing is sent without its preconditions": check_no_request_leaves_early,
    "resolved only after what must be done": check_resolved_needs_required_steps,
    "advice fits what was said": check_advice_fits_answers,
}


def _point(tried: SimulatedPerson) -> DecisionPoint:
    """One decision point for each seed, in turn."""
    points = tried.ground.library.table.points
    return points[tried.person.seed % len(points)]


def _ladder(tried: SimulatedPerson, point: DecisionPoint) -> Ladder:
    return level_ladder(tried.ground.library, tried.ground.page, tried.person.answers, point)


def _hidden(ground: PlaybookWithLibrary, answers: Mapping[str, Value]) -> set[str]:
    """The answered questions that nobody would have seen, asked in the order of the page."""
    hidden: set[str] = set()
    seen: dict[str, Value] = {}
    for question in ground.page.questions:
        condition = question.ask_when
        if condition is not None and evaluate_condition(condition, seen) is ConditionTruth.FALSE:
            hidden.add(question.id)
        elif question.id in answers:
            seen[question.id] = answers[question.id]
    return hidden & set(answers)


def _other(ground: PlaybookWithLibrary, name: str, answers: Context, dice: random.Random) -> Value:
    question = ground.page.question(name)
    return different_answer(question, answers[name], dice) if question is not None else None


def _with_answers(trial: RandomPerson, answers: Mapping[str, Value]) -> RandomPerson:
    return RandomPerson(trial.seed, answers, trial.facts, trial.evidence)


def _seen(tried: SimulatedPerson) -> tuple[object, ...]:
    """Everything that anybody would notice."""
    told, way = tried.told, tried.way
    taken = [(one.step.id, one.choice.outcome and one.choice.outcome.id) for one in way.taken]
    return (told.judgement, told.flags, told.safe_now, taken, way.end, way.goes_over_to)


def _not_open(steps: tuple[Step, ...], known: Context, done: set[str]) -> Iterator[str]:
    """The preconditions that nobody established: each by a step that was done, or by the house."""
    established = {
        fact for step in steps if step.id in done for fact in facts_settable_by_step(step)
    }
    if known.get("vetted") not in VETTED or "vetted" not in established:
        yield "vetting"
    if known.get("owner_confirmed") != OWNER_CONFIRMED or "owner_confirmed" not in established:
        yield "the owner’s confirmation"
    if known.get(CONSENT[0]) != CONSENT[1]:
        yield "consent"
    if not known.get("public_form") or "public_form" not in established:
        yield "the public form"


def _not_written(
    tried: SimulatedPerson, known: Context, written: Mapping[str, str]
) -> Iterator[str]:
    platform = known.get("platform")
    for one in tried.ground.page.evidence:
        if one.must and one.id not in written and (not one.platforms or platform in one.platforms):
            yield one.id


def _known_before(tried: SimulatedPerson, taken: list[SimulatedStep]) -> Context:
    known: dict[str, Value] = {**tried.told.answers, **tried.person.facts}
    for one in taken:
        known |= one.facts
    return known


def _is_needless(tried: SimulatedPerson, step: Step, known: Context) -> bool:
    """Whether its condition fails for certain; a fact that nobody recorded is not so."""
    named = {fact for one in tried.ground.page.steps for fact in facts_settable_by_step(one)}
    so_far = {**dict.fromkeys(named, NOT_SO_FAR), **known}
    return step.when is not None and evaluate_condition(step.when, so_far) is ConditionTruth.FALSE
