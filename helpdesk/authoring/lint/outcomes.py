"""Lint rules about outcomes of steps: what is left open comes back, and what is claimed is
shown."""

from collections.abc import Iterator

from helpdesk.authoring.lint.findings import LintFinding
from helpdesk.authoring.lint.lint_input import LintInput
from helpdesk.authoring.lint_rules import LintRule
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import REQUEST_SENT, Playbook, Step, StepOutcome
from helpdesk.playbooks.step_facts import facts_set_by_outcome
from helpdesk.playbooks.step_rules import outcome_continues_run, outcome_ends_step


def outcomes_that_never_come_back(material: LintInput) -> Iterator[LintFinding]:
    """L28: an outcome that leaves the step open and never brings it back."""
    for page in material.library.playbooks:
        for step in page.steps:
            onward = [one for one in step.outcomes if outcome_continues_run(one)]
            for outcome in onward:
                yield from _left_open(material, step, outcome)
            if (
                onward
                and len(onward) == len(step.outcomes)
                and not any(map(outcome_ends_step, onward))
            ):
                yield material.finding_at(
                    onward[0].label,
                    LintRule.COMES_BACK,
                    f"'{step.id}' comes back whatever its outcome; add one after which it is over",
                )


def claims_without_evidence(material: LintInput) -> Iterator[LintFinding]:
    """L29: an outcome that claims something, or opens a gate, with nothing written down for it."""
    for page in material.library.playbooks:
        for step in page.steps:
            for outcome in step.outcomes:
                if (
                    not outcome_continues_run(outcome)
                    or not outcome_ends_step(outcome)
                    or outcome.shown_by
                ):
                    continue
                claim = next(material.words.claims.found_in(str(outcome.label)), None)
                gate = _gate_opened_by(page, step, outcome)
                if claim or gate:
                    says = f"says '{claim.words}'" if claim else f"opens the gate '{gate}'"
                    yield material.finding_at(
                        outcome.label,
                        LintRule.SHOWN,
                        f"'{outcome.id}' {says}; add `shown_by:` with the evidence of the step "
                        "that shows it, or with note",
                    )


def required_evidence_never_asked_for(material: LintInput) -> Iterator[LintFinding]:
    """L30: evidence that the page insists on, and a step that takes it but can do without."""
    for page in material.library.playbooks:
        for node in page.evidence:
            for step in page.steps if node.must else ():
                asked = {name for outcome in step.outcomes for name in outcome.shown_by}
                if node.id in step.evidence and node.id not in asked:
                    yield material.finding_at(
                        node.label,
                        LintRule.INSISTED_ON,
                        f"the page insists on '{node.id}', and no outcome of '{step.id}' asks for "
                        "it; name it in `shown_by:` of the outcome that it belongs to, or leave "
                        "out `must`",
                    )


def requests_without_outcome(material: LintInput) -> Iterator[LintFinding]:
    """L37: a step that asks a partner, and no outcome that is true only of a request."""
    for page in material.library.playbooks:
        for step in page.steps:
            if step.escalation is not None and step.outcome(REQUEST_SENT) is None:
                yield material.finding_at(
                    step.title,
                    LintRule.REQUEST_SENT,
                    f"'{step.id}' asks a partner; name the outcome that the request is on its way "
                    f"'{REQUEST_SENT}', so that it can be recorded only of a request that is there",
                )


def _left_open(material: LintInput, step: Step, outcome: StepOutcome) -> Iterator[LintFinding]:
    if outcome.over and step.must:
        yield material.finding_at(
            outcome.label,
            LintRule.COMES_BACK,
            f"'{step.id}' must be done, so '{outcome.id}' may not call it over; add `again:`",
        )
    phrase = next(material.words.open.found_in(str(outcome.label)), None)
    if phrase and outcome_ends_step(outcome) and not outcome.over:
        yield material.finding_at(
            outcome.label,
            LintRule.COMES_BACK,
            f"'{phrase.words}' leaves '{step.id}' open; add `again: 2d`, so that it comes back, or "
            "`over: true` if nothing more has to be done",
        )


def _gate_opened_by(page: Playbook, step: Step, outcome: StepOutcome) -> str:
    """The fact by which this outcome alone opens a gate of a request, if it does."""
    facts = facts_set_by_outcome(step, outcome, {})
    for plan in page.escalations:
        for gate in plan.needs:
            asked = set(names_in(gate))
            if asked <= set(facts) and evaluate_condition(gate, facts) is ConditionTruth.TRUE:
                return ", ".join(sorted(asked))
    return ""
