"""The CACAO 2.0 workflow of a playbook's steps.

Only step types that every engine runs are used: start, end, action with one manual command,
if-condition and playbook-action (the portable profile; other types are passed over in silence by
at least one engine). A step that is not always needed stands inside an if-condition. An outcome
that leads out of the page is asked for after the step: its branch tells how it ended, and what is
left of the page hangs in the other branch. Each branch closes with an end step of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.export import cacao_extension
from helpdesk.export.cacao_conditions import CacaoComparison, CacaoConditions
from helpdesk.export.ids_and_variables import outcome_variable_name, stable_id, variable_name
from helpdesk.export.step_instructions import step_instructions
from helpdesk.playbooks.model import Playbook, Step, StepOutcome, StepPerformer, StepPhase
from helpdesk.playbooks.step_facts import facts_settable_by_step

Node = dict[str, Any]

ACTIVITIES = {
    StepPhase.VERIFY: "analyze-collected-data",
    StepPhase.PROTECT: "configure-systems",
    StepPhase.CONTAIN: "restrict-access",
    StepPhase.EVIDENCE: "identify-indicators",
    StepPhase.ESCALATE: "deliver-content",
    StepPhase.RECOVER: "restore-capabilities",
    StepPhase.CARE: "compose-content",
    StepPhase.CLOSE: "deliver-content",
}


@dataclass
class CacaoWorkflow:
    """The workflow of one page. `nodes` are its steps by id, `start` is the first of them."""

    page: Playbook
    playbook_ids: Mapping[str, str]
    agents: Mapping[StepPerformer, str]
    platform: str
    nodes: dict[str, Node] = field(default_factory=dict)

    def build(self) -> str:
        """Make every step, and give back the id of the start."""
        return self._node("start", "start", on_completion=self._chain(self.page.steps))

    def _chain(self, steps: tuple[Step, ...]) -> str:
        """These steps one after the other, and what each can lead to; the id of the first."""
        if not steps:
            return self._end("the way out")
        step, rest = steps[0], steps[1:]
        leaving = tuple(one for one in step.outcomes if one.end or one.playbook)
        stays = len(leaving) < len(step.outcomes)
        after = self._leave(step, leaving, (lambda: self._chain(rest)) if stays else None)
        if step.when is None:
            return self._action(step, after)
        return self._node(
            "if-condition",
            f"whether {step.id}",
            name=f"Is it needed: {step.title}",
            condition=CacaoConditions(self.page).not_ruled_out(step.when),
            on_true=self._action(step, self._end(f"after {step.id}")),
            on_completion=after,
        )

    def _leave(
        self, step: Step, leaving: tuple[StepOutcome, ...], rest: Callable[[], str] | None
    ) -> str:
        """Ask for each outcome that leads out; whatever else goes on with the rest, if any."""
        if not leaving:
            return rest() if rest else self._end(f"after {step.id}")
        outcome, others = leaving[0], leaving[1:]
        way_out = self._way_out(step, outcome)
        if rest is None and not others:
            return way_out
        place = f"{step.id} as {outcome.id}"
        return self._node(
            "if-condition",
            f"if {place}",
            name=f"Did it end like this: {outcome.label}",
            condition=str(CacaoComparison(outcome_variable_name(step.id), outcome.id)),
            on_true=way_out,
            on_false=self._leave(step, others, rest),
            on_completion=self._end(f"either way, {place}"),
        )

    def _way_out(self, step: Step, outcome: StepOutcome) -> str:
        place = f"{step.id} as {outcome.id}"
        closing = self._end(place)
        if outcome.playbook is not None:
            return self._node(
                "playbook-action",
                place,
                name=f"Go on with: {outcome.label}",
                playbook_id=self.playbook_ids[outcome.playbook],
                on_completion=closing,
            )
        end = self.page.end(outcome.end or "")
        if end is None:
            raise LookupError(f"{self.page.id} has no end {outcome.end}.")
        return self._node(
            "action",
            f"say {place}",
            name=str(end.label),
            commands=[_manual(f"Tell the person how this ends: {end.say}", StepPhase.CLOSE)],
            agent=self.agents[StepPerformer.RESPONDER],
            on_completion=closing,
        )

    def _action(self, step: Step, after: str) -> str:
        optional: Node = {"targets": [self.platform]} if step.escalation else {}
        return self._node(
            "action",
            step.id,
            name=str(step.title),
            commands=[_manual(step_instructions(self.page, step), step.phase)],
            agent=self.agents[step.who],
            out_args=[
                outcome_variable_name(step.id),
                *sorted(variable_name(name) for name in facts_settable_by_step(step)),
            ],
            step_extensions={cacao_extension.EXTENSION: cacao_extension.step_extension(step)},
            on_completion=after,
            **optional,
        )

    def _end(self, place: str) -> str:
        return self._node("end", f"end of {place}")

    def _node(self, kind: str, place: str, **content: Any) -> str:
        node_id = stable_id(kind, self.playbook_ids[self.page.id], kind, place)
        self.nodes[node_id] = {"type": kind, **content}
        return node_id


def _manual(text: str, phase: StepPhase) -> Node:
    return {"type": "manual", "command": text, "playbook_activity": ACTIVITIES[phase]}
