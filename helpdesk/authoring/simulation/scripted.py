"""Simulating a script: how urgent it is and why, what is said at once, each step, the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.authoring.scenarios import SKIPPED, SimulationScript
from helpdesk.authoring.simulation.simulator import (
    SimulatedRun,
    StepChoice,
    StepContext,
    simulate_run,
)
from helpdesk.authoring.written_library import WrittenLibrary
from helpdesk.cases.levels import Level
from helpdesk.playbooks.answer_evaluation import (
    SafeNowAdvice,
    drop_hidden_answers,
    matching_tags,
    raised_red_flags,
)
from helpdesk.playbooks.conditions import Context, Value
from helpdesk.playbooks.escalation_gates import MissingForRequest, missing_for_request
from helpdesk.playbooks.model import Playbook, Question, RedFlag
from helpdesk.playbooks.several_kinds_of_trouble import merged_advice, merged_questions
from helpdesk.playbooks.step_progress_calculator import StepProgressCalculator
from helpdesk.triage.judgement import Judgement, judge_report


@dataclass(frozen=True)
class IntakeResult:
    """The result of intake: what is decided from the answers alone, before anybody has read the
    report.

    `dropped` names the answers to questions that other answers had hidden.
    """

    answers: Mapping[str, Value]
    dropped: tuple[str, ...]
    judgement: Judgement
    flags: tuple[RedFlag, ...]
    safe_now: SafeNowAdvice


@dataclass(frozen=True)
class SimulationResult:
    """The result of simulating a script on one page. `missing` is what the script itself did not
    establish: what was only assumed opens no gate. `unused` names outcomes of steps that never
    came."""

    told: IntakeResult
    way: SimulatedRun
    tags: tuple[str, ...]
    missing: tuple[MissingForRequest, ...]
    unused: tuple[str, ...]


def assess_answers(
    library: WrittenLibrary, pages: Sequence[Playbook], answers: Context
) -> IntakeResult:
    """Assess answers: what they lead to, on one page or on several at once."""
    kept = drop_hidden_answers(_asked_on(library, pages), answers)
    flags = {flag.id: flag for page in pages for flag in raised_red_flags(page, kept)}
    return IntakeResult(
        answers=kept,
        dropped=tuple(name for name in answers if name not in kept),
        judgement=judge_report(library.table, pages, kept),
        flags=tuple(flags.values()),
        safe_now=merged_advice(pages, kept),
    )


def level_for_answers(
    library: WrittenLibrary, pages: Sequence[Playbook], answers: Context
) -> Level:
    """The level that these answers give."""
    kept = drop_hidden_answers(_asked_on(library, pages), answers)
    return judge_report(library.table, pages, kept).level


def simulate_script(
    library: WrittenLibrary, pages: Sequence[Playbook], script: SimulationScript
) -> tuple[SimulationResult, ...]:
    """Simulate a script on each of its pages. What one page found out, the next one knows."""
    told = assess_answers(library, pages, script.answers)
    facts: Mapping[str, Value] = script.facts
    sure: Mapping[str, Value] = script.facts
    walked: list[SimulationResult] = []
    for page in pages:
        way = simulate_run(
            StepProgressCalculator(page), {**told.answers, **facts}, _Chooser(script)
        )
        found = {name: value for one in way.taken for name, value in one.facts.items()}
        named = {
            name: value
            for one in way.taken
            if not one.choice.is_assumed
            for name, value in one.facts.items()
        }
        facts, sure = {**facts, **found}, {**sure, **named}
        walked.append(_walked(page, told, way, script, {**told.answers, **sure}))
    return tuple(walked)


def _asked_on(library: WrittenLibrary, pages: Sequence[Playbook]) -> tuple[Question, ...]:
    return pages[0].questions if len(pages) == 1 else merged_questions(library, pages)


def _walked(
    page: Playbook, told: IntakeResult, way: SimulatedRun, script: SimulationScript, sure: Context
) -> SimulationResult:
    return SimulationResult(
        told=told,
        way=way,
        tags=matching_tags(page, way.known),
        missing=tuple(
            missing_for_request(page, plan, sure, script.evidence) for plan in page.escalations
        ),
        unused=tuple(
            name
            for name in script.outcomes
            if page.step(name) is not None and name not in way.records
        ),
    )


@dataclass(frozen=True)
class _Chooser:
    """Does what the script says, and takes the usual way where it says nothing."""

    script: SimulationScript

    def __call__(self, moment: StepContext) -> StepChoice:
        step, named = moment.step, self.script.outcomes.get(moment.step.id)
        told = {name: self.script.evidence.get(name, "") for name in step.evidence}
        evidence = {name: words for name, words in told.items() if words}
        if named is not None:
            outcome = step.outcome(named)
            if outcome is not None:
                return StepChoice.with_evidence(outcome, evidence)
            if named == SKIPPED:
                return StepChoice(None, evidence=evidence)
        usual = moment.default_outcome()
        if usual is None:
            return StepChoice(None, is_assumed=True, evidence=evidence)
        return StepChoice.with_evidence(usual, evidence, is_assumed=True)
