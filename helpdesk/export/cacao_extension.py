"""The CACAO extension: what a playbook says beyond CACAO, with its own version.

A reader that does not know it still has a whole manual playbook, because every text that a step
needs stands in its command as well.
"""

from typing import Any

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import condition_to_data
from helpdesk.playbooks.model import Playbook, RepeatAfter, Step

EXTENSION = "extension-definition--51d7c341-534d-40ed-bc37-12c693cc3f47"
VERSION = "1.2.0"
MEANS = (
    "What a helpdesk playbook says beyond CACAO. On the playbook: status, scope_limit, not_for, "
    "questions, red_flags, safe_now, evidence, escalations, ends. On a step: its own id (step), "
    "phase, must, once (done in one playbook of a case, it need not be done again in another), "
    "needs, evidence, outcomes, fits (which answers about urgency agree with an outcome), again "
    "(an outcome after which the step is not over, with the seconds until it comes back, by how "
    "urgent the case is), shown_by (what has to be written down for an outcome: evidence, or a "
    "note), risk, words, wait_seconds, pap. Every text that a person needs to do a step is in the "
    "manual command as well."
)

Object = dict[str, Any]


def playbook_extension(page: Playbook) -> Object:
    """The extension of a playbook: its questions, flags, advice, evidence, requests and ends."""
    return {
        "status": page.status.value,
        "scope_limit": str(page.scope_limit),
        "not_for": {one.playbook: str(one.when_it_is) for one in page.not_for},
        "questions": [
            {
                "id": one.id,
                "ask": str(one.ask),
                "kind": one.kind.value,
                "options": {option.id: str(option.label) for option in one.options},
            }
            for one in page.questions
        ],
        "red_flags": [
            {
                "id": one.id,
                "when": condition_to_data(one.when),
                "floor": one.floor.value if one.floor else None,
                "why": str(one.why),
                "go_to": one.go_to,
            }
            for one in page.red_flags
        ],
        "safe_now": [
            {
                "id": one.id,
                "dont" if one.is_dont else "say": str(one.text),
                "when": condition_to_data(one.when) if one.when else None,
            }
            for one in page.safe_now
        ],
        "evidence": [
            {
                "id": one.id,
                "label": str(one.label),
                "how": str(one.how),
                "must": one.must,
                "sensitivity": one.sensitivity.value,
            }
            for one in page.evidence
        ],
        "escalations": [
            {
                "to": one.to,
                "needs": [condition_to_data(need) for need in one.needs],
                "packet": list(one.packet),
                "asks": list(one.asks),
                "follow_up_seconds": [int(wait.total_seconds()) for wait in one.follow_up],
                "ceiling": one.ceiling,
            }
            for one in page.escalations
        ],
        "ends": [
            {"id": one.id, "kind": one.kind.value, "label": str(one.label), "say": str(one.say)}
            for one in page.ends
        ],
    }


def step_extension(step: Step) -> Object:
    """The extension of a step: what CACAO has no place for. Readers that do not know it still have
    the whole text."""
    held: Object = {
        "step": step.id,
        "phase": step.phase.value,
        "must": step.must,
        "once": step.once or None,
        "needs": list(step.needs),
        "evidence": list(step.evidence),
        "outcomes": {one.id: str(one.label) for one in step.outcomes},
        "fits": {one.id: condition_to_data(one.fits) for one in step.outcomes if one.fits},
        "again": {one.id: _again(one.again) for one in step.outcomes if one.again},
        "shown_by": {one.id: list(one.shown_by) for one in step.outcomes if one.shown_by},
        "risk": str(step.risk) if step.risk else None,
        "words": str(step.words) if step.words else None,
        "wait_seconds": int(step.wait.total_seconds()) if step.wait else None,
        "pap": step.pap,
    }
    return {name: value for name, value in held.items() if value not in (None, [], {})}


def _again(again: RepeatAfter) -> Object:
    return {level.value: int(again.after(level).total_seconds()) for level in Level}
