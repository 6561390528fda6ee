"""Consistency of a whole playbook: everything named is there, everything there is used."""

from dataclasses import dataclass

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.context import PlaybookReferenceContext
from helpdesk.authoring.reading.facts import facts_set_by
from helpdesk.authoring.reading.questions import possible_answers
from helpdesk.authoring.reading.references import ReferenceKind
from helpdesk.authoring.source import ErrorCollector, Fields
from helpdesk.playbooks.model import DataSensitivity, Playbook


@dataclass(frozen=True)
class PlaybookConsistency:
    """Checks the consistency of a whole page that was read, with its pieces beside it."""

    page: Fields
    playbook: Playbook
    context: PlaybookReferenceContext

    def check(self) -> None:
        """Refuse what leads nowhere and what nothing leads to, all of it at once."""
        gathered = ErrorCollector()
        checks = (self._things, self._comparisons, self._ends, self._evidence, self._packets)
        for check in checks:
            with gathered.collecting():
                check()
        gathered.raise_collected()

    def _things(self) -> None:
        home, playbook, content = self.context.home, self.playbook, self.context.content
        known = {
            ReferenceKind.EVIDENCE: ({one.id for one in playbook.evidence}, home),
            ReferenceKind.END: ({one.id for one in playbook.ends}, home),
            ReferenceKind.ESCALATION: ({one.to for one in playbook.escalations}, home),
            ReferenceKind.PLAYBOOK: (set(content.playbook_ids), "this collection"),
            ReferenceKind.SERVICE: (set(content.services), "vocab/services.yml"),
        }
        self.context.references.check_names(known)

    def _comparisons(self) -> None:
        self.context.references.check_comparisons(
            {
                **possible_answers(self.playbook.questions),
                **{fact.id: fact.values for fact in self.context.content.collection.facts},
                **facts_set_by(self.playbook.steps),
            }
        )

    def _ends(self) -> None:
        reached = {outcome.end for step in self.playbook.steps for outcome in step.outcomes}
        for item, end in zip(self.page["ends"].items(), self.playbook.ends, strict=True):
            if end.id not in reached:
                item.refuse(f"no outcome leads to the end '{end.id}'", rule=LintRule.REACHABLE)

    def _evidence(self) -> None:
        if "evidence" not in self.page:
            return
        taken = {name for step in self.playbook.steps for name in step.evidence}
        for item, one in zip(self.page["evidence"].items(), self.playbook.evidence, strict=True):
            if one.id not in taken:
                item.refuse(f"no step writes '{one.id}' down", rule=LintRule.REACHABLE)

    def _packets(self) -> None:
        items = self.page["escalations"].items() if "escalations" in self.page else ()
        for item, plan in zip(items, self.playbook.escalations, strict=True):
            for name in plan.packet:
                evidence = self.playbook.piece_of_evidence(name)
                if evidence is not None and evidence.sensitivity is DataSensitivity.DANGER:
                    item.pairs()["packet"].refuse(
                        f"'{name}' could put someone in danger and never leaves in a packet",
                        rule=LintRule.PACKETS,
                    )
