"""Gates of a playbook's requests to partners: what has to be found out and recorded first, and what
of it is missing."""

from collections.abc import Collection
from dataclasses import dataclass

from helpdesk.playbooks.conditions import UNTOLD, Condition, Context
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.library import PLATFORM_QUESTION
from helpdesk.playbooks.model import EscalationPlan, EvidenceItem, Playbook


@dataclass(frozen=True)
class MissingForRequest:
    """What is missing for a request: gates that are not open, and required evidence that nobody
    recorded."""

    to: str
    gates: tuple[Condition, ...]
    evidence: tuple[EvidenceItem, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the request may leave, as far as the page goes."""
        return not self.gates and not self.evidence


def missing_for_request(
    page: Playbook, plan: EscalationPlan, known: Context, written_down: Collection[str]
) -> MissingForRequest:
    """Find what is missing for a request. A gate opens only for what is certain."""
    return MissingForRequest(
        to=plan.to,
        gates=tuple(
            need
            for need in plan.needs
            if evaluate_condition(need, known) is not ConditionTruth.TRUE
        ),
        evidence=tuple(
            one
            for one in page.evidence
            if one.must and one.id not in written_down and _is_for(one, known)
        ),
    )


def _is_for(evidence: EvidenceItem, known: Context) -> bool:
    """Whether it is wanted for the platform at hand. One that we do not know may want it."""
    platform = known.get(PLATFORM_QUESTION)
    if not evidence.platforms or not isinstance(platform, str) or platform in UNTOLD:
        return True
    return platform in evidence.platforms
