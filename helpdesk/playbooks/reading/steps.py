"""Reading steps and the fragments that pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from helpdesk.playbooks.pages import (
    End,
    FactFrom,
    FactSetting,
    Outcome,
    Phase,
    Setting,
    Step,
    Text,
    Who,
)
from helpdesk.playbooks.reading.conditions import Scales, read_condition
from helpdesk.playbooks.reading.references import Kind, References
from helpdesk.playbooks.reading.vocabulary import refuse_repeats
from helpdesk.playbooks.source import Fields, Piece

EVERY_END = "every_end"
PAP = ("PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR")


@dataclass(frozen=True)
class Fragment:
    """Steps that many pages share. It is read anew for each page, so that messages name both."""

    id: str
    version: str
    steps: Piece


@dataclass(frozen=True)
class StepsReader:
    """What a page's steps may build on."""

    fragments: Mapping[str, Fragment]
    scales: Scales
    ends: tuple[End, ...]
    references: References

    def read(self, piece: Piece, home: str) -> tuple[Step, ...]:
        """All steps in order, with the fragments in their places."""
        steps: list[Step] = []
        for item in piece.items():
            if "include" in item.pairs():
                steps += self._included(item, steps)
            else:
                steps.append(self._step(item, home, prefix="", before=steps))
        if not steps:
            piece.refuse("here must be at least one step")
        refuse_repeats(piece, [step.id for step in steps])
        self._check_last(piece, steps[-1])
        return tuple(steps)

    def _included(self, item: Piece, before: list[Step]) -> list[Step]:
        said = item.fields("include")["include"]
        name = said.text().removeprefix("common/")
        if name not in self.fragments or not said.text().startswith("common/"):
            said.refuse(f"there is no fragment '{said.text()}'; write common/<id>")
        steps: list[Step] = []
        for inner in self.fragments[name].steps.items():
            if "include" in inner.pairs():
                inner.refuse("a fragment does not include another one")
            home, prefix = f"common.{name}", f"{name}."
            steps.append(self._step(inner, home, prefix=prefix, before=[*before, *steps]))
        return steps

    def _step(self, piece: Piece, home: str, *, prefix: str, before: list[Step]) -> Step:
        fields = piece.fields(
            "id title do phase who ends_as",
            "needs must when why risk words evidence sets escalation wait pap services",
        )
        local_id = fields["id"].id()
        home = f"{home}.steps.{local_id}"
        outcomes = self._outcomes(fields["ends_as"], home)
        step = Step(
            id=prefix + local_id,
            title=Text(f"{home}.title", fields["title"].text()),
            do=Text(f"{home}.do", fields["do"].text()),
            phase=fields["phase"].one_of(Phase),
            who=fields["who"].one_of(Who),
            outcomes=outcomes,
            needs=fields.list_of("needs", lambda said: _need(said, prefix, before)),
            must=fields.read("must", Piece.flag, otherwise=False),
            when=fields.read(
                "when", lambda said: read_condition(said, self.scales, self.references), None
            ),
            why=_text(fields, "why", home),
            risk=_text(fields, "risk", home),
            words=_text(fields, "words", home),
            evidence=fields.list_of(
                "evidence", lambda said: self.references.to(Kind.EVIDENCE, said.id(), said)
            ),
            escalation=fields.read(
                "escalation",
                lambda said: self.references.to(Kind.ESCALATION, said.id(), said),
                None,
            ),
            wait=fields.read("wait", Piece.duration, None),
            pap=fields.read("pap", _pap, None),
            services=fields.list_of(
                "services", lambda said: self.references.to(Kind.SERVICE, said.id(), said)
            ),
        )
        return replace(step, sets=fields.read("sets", lambda said: self._sets(said, step), ()))

    def _outcomes(self, piece: Piece, home: str) -> tuple[Outcome, ...]:
        if piece.value == EVERY_END:
            return tuple(Outcome(id=end.id, label=end.label, end=end.id) for end in self.ends)
        outcomes = tuple(self._outcome(item, home) for item in piece.items())
        if not outcomes:
            piece.refuse("a step that cannot end holds everything up; name its outcomes")
        refuse_repeats(piece, [outcome.id for outcome in outcomes])
        return outcomes

    def _outcome(self, piece: Piece, home: str) -> Outcome:
        fields = piece.fields("id label", "sets leads_to")
        outcome_id = fields["id"].id()
        end = playbook = None
        if "leads_to" in fields:
            kind, said = fields["leads_to"].only_field("end playbook")
            if kind == "end":
                end = self.references.to(Kind.END, said.id(), said)
            else:
                playbook = self.references.to(Kind.PLAYBOOK, said.id(), said)
        return Outcome(
            id=outcome_id,
            label=Text(f"{home}.ends_as.{outcome_id}", fields["label"].text()),
            sets=fields.read("sets", self._literals, ()),
            end=end,
            playbook=playbook,
        )

    def _literals(self, piece: Piece) -> tuple[Setting, ...]:
        self._refuse_decision_points(piece)
        return tuple(Setting(name, said.id()) for name, said in piece.pairs().items())

    def _sets(self, piece: Piece, step: Step) -> tuple[FactSetting, ...]:
        self._refuse_decision_points(piece)
        return tuple(_fact(name, said, step) for name, said in piece.pairs().items())

    def _refuse_decision_points(self, piece: Piece) -> None:
        for name, said in piece.pairs().items():
            if name in self.scales:
                said.refuse(f"a step does not set '{name}': answers are corrected on the case")

    def _check_last(self, piece: Piece, last: Step) -> None:
        """The way out must stand open whatever has been answered."""
        if last.when is not None or last.needs:
            piece.refuse(f"the last step, '{last.id}', may have neither 'when' nor 'needs'")
        for outcome in last.outcomes:
            if outcome.end is None and outcome.playbook is None:
                piece.refuse(f"the outcome '{outcome.id}' of '{last.id}' leads nowhere")


def facts_set_by(steps: tuple[Step, ...]) -> dict[str, tuple[str, ...] | None]:
    """Each fact with the values some step can give it; None where it is told in free words."""
    facts: dict[str, tuple[str, ...] | None] = {}
    for step in steps:
        for outcome in step.outcomes:
            for setting in outcome.sets:
                facts[setting.name] = (*(facts.get(setting.name) or ()), setting.value)
        for fact in step.sets:
            if fact.source is FactFrom.OUTCOME:
                ids = tuple(outcome.id for outcome in step.outcomes)
                facts[fact.fact] = (*(facts.get(fact.fact) or ()), *ids)
            else:
                facts[fact.fact] = None
    return facts


def _need(piece: Piece, prefix: str, before: list[Step]) -> str:
    known = {step.id for step in before}
    for name in (prefix + piece.reference(), piece.reference()):
        if name in known:
            return name
    return _refuse_need(piece)


def _refuse_need(piece: Piece) -> NoReturn:
    piece.refuse(
        f"there is no step '{piece.reference()}' before this one; a step needs only steps that "
        "stand above it, so that nothing waits in a circle"
    )


def _fact(name: str, piece: Piece, step: Step) -> FactSetting:
    fields = piece.fields("from", "evidence")
    source = fields["from"].one_of(FactFrom)
    evidence = fields.read("evidence", Piece.id, None)
    if source is FactFrom.EVIDENCE and evidence not in step.evidence:
        piece.refuse(
            "name one piece of evidence that this step takes: {from: evidence, evidence: …}"
        )
    if source is FactFrom.OUTCOME and evidence is not None:
        piece.refuse("a fact comes from the outcome or from evidence, not from both")
    return FactSetting(name, source, evidence)


def _pap(piece: Piece) -> str:
    if piece.text() not in PAP:
        piece.refuse(f"'{piece.text()}' is not one of: {', '.join(PAP)}")
    return piece.text()


def _text(fields: Fields, key: str, home: str) -> Text | None:
    return fields.read(key, lambda said: Text(f"{home}.{key}", said.text()), None)
