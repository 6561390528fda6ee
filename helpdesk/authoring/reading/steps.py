"""Reading steps and the fragments that pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.conditions import Scales, read_condition
from helpdesk.authoring.reading.facts import read_fact
from helpdesk.authoring.reading.fragments import (
    Fragment,
    StepEntry,
    StepNeighbours,
    expand_fragments,
    read_needed_step,
)
from helpdesk.authoring.reading.references import ReferenceCollector, ReferenceKind
from helpdesk.authoring.reading.repeat_after import read_repeat_after
from helpdesk.authoring.reading.step_fields import (
    read_is_silent,
    read_once_per_case,
    read_optional_text,
    read_pap_marking,
    read_required_evidence_or_note,
    refuse_repeating_final_outcome,
)
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import ErrorCollector, Node
from helpdesk.playbooks.conditions import Condition, names_in
from helpdesk.playbooks.model import (
    FactSetting,
    NamedValue,
    RunEnd,
    Step,
    StepOutcome,
    StepPerformer,
    StepPhase,
    Text,
)

EVERY_END = "every_end"


@dataclass(frozen=True)
class StepsReader:
    """Reads the steps of a page: holds what they may build on."""

    fragments: Mapping[str, Fragment]
    scales: Scales
    ends: tuple[RunEnd, ...]
    references: ReferenceCollector

    def read(self, node: Node, home: str) -> tuple[Step, ...]:
        """All steps in order, with the fragments in their places."""
        found = tuple(
            entry for item in node.items() for entry in expand_fragments(item, home, self.fragments)
        )
        if not found:
            node.refuse("there must be at least one step")
        names = [entry.name for entry in found]
        refuse_repeats(node, [name for name in names if name])
        gathered, steps = ErrorCollector(), list[Step]()
        for number, entry in enumerate(found):
            around = StepNeighbours(entry.prefix, set(names[:number]), set(names[number:]))
            with gathered.collecting():
                steps.append(self._step(entry, around))
        gathered.raise_collected()
        self._check_last(node, steps[-1])
        return tuple(steps)

    def _step(self, entry: StepEntry, around: StepNeighbours) -> Step:
        node, home, prefix = entry.node, entry.home, entry.prefix
        fields = node.fields(
            "id title do phase who ends_as",
            "needs must once when why risk words silent evidence sets escalation wait pap services",
        )
        local_id = fields["id"].id()
        home = f"{home}.steps.{local_id}"
        evidence = fields.list_of(
            "evidence", lambda said: self.references.add(ReferenceKind.EVIDENCE, said.id(), said)
        )
        outcomes = self._outcomes(fields["ends_as"], home, evidence)
        step = Step(
            id=prefix + local_id,
            title=Text(f"{home}.title", fields["title"].text()),
            do=Text(f"{home}.do", fields["do"].text()),
            phase=fields["phase"].one_of(StepPhase),
            who=fields["who"].one_of(StepPerformer),
            outcomes=outcomes,
            needs=fields.list_of("needs", lambda said: read_needed_step(said, around)),
            must=fields.read("must", Node.flag, otherwise=False),
            once=fields.read(
                "once", lambda said: read_once_per_case(said, prefix), otherwise=False
            ),
            when=fields.read(
                "when", lambda said: read_condition(said, self.scales, self.references), None
            ),
            why=read_optional_text(fields, "why", home),
            risk=read_optional_text(fields, "risk", home),
            words=read_optional_text(fields, "words", home),
            silent=fields.read(
                "silent", lambda said: read_is_silent(said, fields), otherwise=False
            ),
            evidence=evidence,
            escalation=fields.read(
                "escalation",
                lambda said: self.references.add(ReferenceKind.ESCALATION, said.id(), said),
                None,
            ),
            wait=fields.read("wait", Node.duration, None),
            pap=fields.read("pap", read_pap_marking, None),
            services=fields.list_of(
                "services", lambda said: self.references.add(ReferenceKind.SERVICE, said.id(), said)
            ),
        )
        return replace(step, sets=fields.read("sets", lambda said: self._sets(said, step), ()))

    def _outcomes(
        self, node: Node, home: str, evidence: tuple[str, ...]
    ) -> tuple[StepOutcome, ...]:
        if node.value == EVERY_END:
            return tuple(StepOutcome(id=end.id, label=end.label, end=end.id) for end in self.ends)
        outcomes = node.each(lambda item: self._outcome(item, home, evidence))
        if not outcomes:
            node.refuse(
                "a step that cannot end holds everything up; name its outcomes",
                rule=LintRule.WAYS_OUT,
            )
        refuse_repeats(node, [outcome.id for outcome in outcomes])
        return outcomes

    def _outcome(self, node: Node, home: str, evidence: tuple[str, ...]) -> StepOutcome:
        fields = node.fields("id label", "sets fits leads_to again over shown_by")
        outcome_id = fields["id"].id()
        refuse_repeating_final_outcome(fields)
        end = playbook = None
        if "leads_to" in fields:
            kind, said = fields["leads_to"].only_field("end playbook")
            if kind == "end":
                end = self.references.add(ReferenceKind.END, said.id(), said)
            else:
                playbook = self.references.add(ReferenceKind.PLAYBOOK, said.id(), said)
        return StepOutcome(
            id=outcome_id,
            label=Text(f"{home}.ends_as.{outcome_id}", fields["label"].text()),
            sets=fields.read("sets", self._literals, ()),
            end=end,
            playbook=playbook,
            fits=fields.read("fits", self._fits, None),
            again=fields.read("again", read_repeat_after, None),
            over=fields.read("over", Node.flag, otherwise=False),
            shown_by=fields.list_of(
                "shown_by", lambda said: read_required_evidence_or_note(said, evidence)
            ),
        )

    def _fits(self, node: Node) -> Condition:
        condition = read_condition(node, self.scales, self.references)
        for name in names_in(condition):
            if name not in self.scales:
                node.refuse(f"'fits' asks about urgency only: {', '.join(self.scales)}")
        return condition

    def _literals(self, node: Node) -> tuple[NamedValue, ...]:
        self._refuse_decision_points(node)
        return tuple(NamedValue(name, said.id()) for name, said in node.pairs().items())

    def _sets(self, node: Node, step: Step) -> tuple[FactSetting, ...]:
        self._refuse_decision_points(node)
        return tuple(read_fact(name, said, step) for name, said in node.pairs().items())

    def _refuse_decision_points(self, node: Node) -> None:
        for name, said in node.pairs().items():
            if name in self.scales:
                said.refuse(
                    f"a step does not set '{name}': answers are corrected on the case",
                    rule=LintRule.LEGAL_VALUES,
                )

    def _check_last(self, node: Node, last: Step) -> None:
        """The way out must stand open whatever has been answered."""
        if last.when is not None or last.needs:
            node.refuse(
                f"the last step, '{last.id}', may have neither 'when' nor 'needs'",
                rule=LintRule.WAYS_OUT,
            )
        for outcome in last.outcomes:
            if outcome.end is None and outcome.playbook is None:
                node.refuse(
                    f"the outcome '{outcome.id}' of '{last.id}' leads nowhere",
                    rule=LintRule.WAYS_OUT,
                )
