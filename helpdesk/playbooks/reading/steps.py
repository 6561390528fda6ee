"""Reading steps and the fragments that pages share."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from helpdesk.playbooks.conditions import Condition, names_in
from helpdesk.playbooks.pages import (
    NOTE,
    End,
    FactSetting,
    Outcome,
    Phase,
    Setting,
    Step,
    Text,
    Who,
)
from helpdesk.playbooks.reading.again import read_again
from helpdesk.playbooks.reading.conditions import Scales, read_condition
from helpdesk.playbooks.reading.entries import Around, Entry, Fragment, entries, need
from helpdesk.playbooks.reading.facts import read_fact
from helpdesk.playbooks.reading.references import Kind, References
from helpdesk.playbooks.reading.vocabulary import refuse_repeats
from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import Fields, Gathered, Piece

EVERY_END = "every_end"
PAP = ("PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR")


@dataclass(frozen=True)
class StepsReader:
    """What a page's steps may build on."""

    fragments: Mapping[str, Fragment]
    scales: Scales
    ends: tuple[End, ...]
    references: References

    def read(self, piece: Piece, home: str) -> tuple[Step, ...]:
        """All steps in order, with the fragments in their places."""
        found = tuple(
            entry for item in piece.items() for entry in entries(item, home, self.fragments)
        )
        if not found:
            piece.refuse("here must be at least one step")
        names = [entry.name for entry in found]
        refuse_repeats(piece, [name for name in names if name])
        gathered, steps = Gathered(), list[Step]()
        for number, entry in enumerate(found):
            around = Around(entry.prefix, set(names[:number]), set(names[number:]))
            with gathered.going_on():
                steps.append(self._step(entry, around))
        gathered.settle()
        self._check_last(piece, steps[-1])
        return tuple(steps)

    def _step(self, entry: Entry, around: Around) -> Step:
        piece, home, prefix = entry.piece, entry.home, entry.prefix
        fields = piece.fields(
            "id title do phase who ends_as",
            "needs must once when why risk words silent evidence sets escalation wait pap services",
        )
        local_id = fields["id"].id()
        home = f"{home}.steps.{local_id}"
        evidence = fields.list_of(
            "evidence", lambda said: self.references.to(Kind.EVIDENCE, said.id(), said)
        )
        outcomes = self._outcomes(fields["ends_as"], home, evidence)
        step = Step(
            id=prefix + local_id,
            title=Text(f"{home}.title", fields["title"].text()),
            do=Text(f"{home}.do", fields["do"].text()),
            phase=fields["phase"].one_of(Phase),
            who=fields["who"].one_of(Who),
            outcomes=outcomes,
            needs=fields.list_of("needs", lambda said: need(said, around)),
            must=fields.read("must", Piece.flag, otherwise=False),
            once=fields.read("once", lambda said: _once(said, prefix), otherwise=False),
            when=fields.read(
                "when", lambda said: read_condition(said, self.scales, self.references), None
            ),
            why=_text(fields, "why", home),
            risk=_text(fields, "risk", home),
            words=_text(fields, "words", home),
            silent=fields.read("silent", lambda said: _silent(said, fields), otherwise=False),
            evidence=evidence,
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

    def _outcomes(self, piece: Piece, home: str, evidence: tuple[str, ...]) -> tuple[Outcome, ...]:
        if piece.value == EVERY_END:
            return tuple(Outcome(id=end.id, label=end.label, end=end.id) for end in self.ends)
        outcomes = piece.each(lambda item: self._outcome(item, home, evidence))
        if not outcomes:
            piece.refuse(
                "a step that cannot end holds everything up; name its outcomes",
                rule=Rule.WAYS_OUT,
            )
        refuse_repeats(piece, [outcome.id for outcome in outcomes])
        return outcomes

    def _outcome(self, piece: Piece, home: str, evidence: tuple[str, ...]) -> Outcome:
        fields = piece.fields("id label", "sets fits leads_to again over shown_by")
        outcome_id = fields["id"].id()
        _refuse_two_fates(fields)
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
            fits=fields.read("fits", self._fits, None),
            again=fields.read("again", read_again, None),
            over=fields.read("over", Piece.flag, otherwise=False),
            shown_by=fields.list_of("shown_by", lambda said: _shown_by(said, evidence)),
        )

    def _fits(self, piece: Piece) -> Condition:
        condition = read_condition(piece, self.scales, self.references)
        for name in names_in(condition):
            if name not in self.scales:
                piece.refuse(f"'fits' asks about urgency only: {', '.join(self.scales)}")
        return condition

    def _literals(self, piece: Piece) -> tuple[Setting, ...]:
        self._refuse_decision_points(piece)
        return tuple(Setting(name, said.id()) for name, said in piece.pairs().items())

    def _sets(self, piece: Piece, step: Step) -> tuple[FactSetting, ...]:
        self._refuse_decision_points(piece)
        return tuple(read_fact(name, said, step) for name, said in piece.pairs().items())

    def _refuse_decision_points(self, piece: Piece) -> None:
        for name, said in piece.pairs().items():
            if name in self.scales:
                said.refuse(
                    f"a step does not set '{name}': answers are corrected on the case",
                    rule=Rule.LEGAL_VALUES,
                )

    def _check_last(self, piece: Piece, last: Step) -> None:
        """The way out must stand open whatever has been answered."""
        if last.when is not None or last.needs:
            piece.refuse(
                f"the last step, '{last.id}', may have neither 'when' nor 'needs'",
                rule=Rule.WAYS_OUT,
            )
        for outcome in last.outcomes:
            if outcome.end is None and outcome.playbook is None:
                piece.refuse(
                    f"the outcome '{outcome.id}' of '{last.id}' leads nowhere", rule=Rule.WAYS_OUT
                )


def _refuse_two_fates(fields: Fields) -> None:
    """A step comes back, or it is over; one that leads out of the page is over anyway."""
    named = [key for key in ("leads_to", "over", "again") if key in fields]
    if "again" in named and len(named) > 1:
        fields["again"].refuse(f"an outcome with '{named[0]}' is over, and does not come back")


def _shown_by(piece: Piece, evidence: tuple[str, ...]) -> str:
    if piece.id() not in (*evidence, NOTE):
        piece.refuse(
            f"this step does not take '{piece.id()}'; name evidence of the step, or '{NOTE}' for "
            "the note beside the outcome",
            rule=Rule.REFERENCES,
        )
    return piece.id()


def _silent(piece: Piece, fields: Fields) -> bool:
    if "words" in fields:
        piece.refuse("a step with words to send is not silent")
    return piece.flag()


def _once(piece: Piece, prefix: str) -> bool:
    if not prefix:
        piece.refuse("only a step that pages share can be done once for all of them")
    return piece.flag()


def _pap(piece: Piece) -> str:
    if piece.text() not in PAP:
        piece.refuse(f"'{piece.text()}' is not one of: {', '.join(PAP)}")
    return piece.text()


def _text(fields: Fields, key: str, home: str) -> Text | None:
    return fields.read(key, lambda said: Text(f"{home}.{key}", said.text()), None)
