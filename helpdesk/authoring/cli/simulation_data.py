"""The result of a simulation as JSON data."""

from collections.abc import Sequence
from typing import Any

from helpdesk.authoring.simulation.expectations import simulation_summary_of
from helpdesk.authoring.simulation.scripted import IntakeResult, SimulationResult
from helpdesk.authoring.simulation.simulator import SimulatedStep
from helpdesk.playbooks.condition_text import condition_in_words
from helpdesk.playbooks.conditions import Value, condition_to_data, names_in
from helpdesk.playbooks.escalation_gates import MissingForRequest
from helpdesk.playbooks.model import Advice, Playbook
from helpdesk.playbooks.run_progress import StepState

NOT_TAKEN = (StepState.NOT_NEEDED, StepState.OPEN, StepState.BLOCKED, StepState.WAITING)


def simulation_as_data(walked: Sequence[SimulationResult]) -> dict[str, Any]:
    """The result of a script's simulation as data. What holds for all pages and the first page
    stand on top."""
    first, *others = walked
    return {
        **_told_data(first.told),
        **_walked_data(first),
        "also": [_walked_data(one) for one in others],
    }


def advice_with_risk(advice: Advice) -> str:
    """A line of advice as data, with the risk it carries."""
    return f"{advice.text} ({advice.risk})" if advice.risk else str(advice.text)


def _told_data(told: IntakeResult) -> dict[str, Any]:
    judgement = told.judgement
    return {
        "level": judgement.level.value,
        "rule": judgement.rule,
        "table_version": judgement.table_version,
        "explanation": {
            "reporter": judgement.sentence_for_reporter,
            "responder": judgement.sentence_for_responder,
        },
        "assumed": list(judgement.assumed),
        "to_ask": list(judgement.to_ask),
        "answers": {name: _plain(value) for name, value in told.answers.items()},
        "dropped": list(told.dropped),
        "red_flags": [
            {
                "id": flag.id,
                "floor": flag.floor.value if flag.floor else None,
                "why": str(flag.why),
                "go_to": flag.go_to,
            }
            for flag in told.flags
        ],
        "safe_now": {
            "do": [{"id": one.id, "text": advice_with_risk(one)} for one in told.safe_now.dos],
            "dont": [{"id": one.id, "text": advice_with_risk(one)} for one in told.safe_now.donts],
        },
    }


def _walked_data(walked: SimulationResult) -> dict[str, Any]:
    way, page, result = walked.way, walked.way.playbook, simulation_summary_of(walked)
    end = page.end(way.end or "")
    over = {"playbook": way.goes_over_to} if way.goes_over_to else None
    return {
        "type": page.id,
        "version": page.version,
        "status": page.status.value,
        "tags": list(walked.tags),
        "steps": [_step_data(one) for one in way.taken],
        **{
            state.value: [one.step.id for one in way.progress.steps if one.state is state]
            for state in NOT_TAKEN
        },
        "unused_outcomes": list(walked.unused),
        "missing": [_missing_data(missing, page) for missing in walked.missing],
        "end": end.id if end is not None else over,
        "end_kind": end.kind.value if end is not None else None,
        "end_says": str(end.say) if end is not None else None,
        "stopped": way.stopped or None,
        "expect": {
            "level": result.level,
            "rule": result.rule,
            "flags": list(result.flags),
            "steps": list(result.steps),
            "end": end.id if end is not None else over,
        },
    }


def _step_data(one: SimulatedStep) -> dict[str, Any]:
    outcome = one.choice.outcome
    return {
        "id": one.step.id,
        "title": str(one.step.title),
        "phase": one.step.phase.value,
        "who": one.step.who.value,
        "state": (StepState.DONE if outcome else StepState.SKIPPED).value,
        "outcome": outcome.id if outcome is not None else None,
        "assumed": one.choice.is_assumed,
        "sets": dict(one.facts),
        "cannot_tell": list(one.cannot_tell),
    }


def _missing_data(missing: MissingForRequest, page: Playbook) -> dict[str, Any]:
    return {
        "to": missing.to,
        "gates": [
            {
                "gate": ", ".join(names_in(gate)),
                "needs": condition_to_data(gate),
                "in_words": condition_in_words(gate, page),
            }
            for gate in missing.gates
        ],
        "evidence": [{"id": one.id, "label": str(one.label)} for one in missing.evidence],
    }


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
