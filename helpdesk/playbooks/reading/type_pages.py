"""Reading one kind of trouble: the whole page, with every reference followed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.cases.levels import Level
from helpdesk.playbooks.conditions import Condition, names_in
from helpdesk.playbooks.library import Collection, EvidenceKind
from helpdesk.playbooks.pages import (
    Advice,
    Citation,
    End,
    EndKind,
    EscalationPlan,
    Evidence,
    NotFor,
    Playbook,
    Readiness,
    RedFlag,
    Review,
    Sensitivity,
    Step,
    Tag,
    Text,
)
from helpdesk.playbooks.reading.conditions import read_condition
from helpdesk.playbooks.reading.questions import Vocabulary, possible_answers, read_questions
from helpdesk.playbooks.reading.references import Kind, References
from helpdesk.playbooks.reading.steps import Fragment, StepsReader, facts_set_by
from helpdesk.playbooks.reading.vocabulary import refuse_repeats
from helpdesk.playbooks.source import Fields, Piece

SHARING = ("tlp:red", "tlp:amber+strict", "tlp:amber", "tlp:green", "tlp:clear")
TAG = re.compile(r'([a-z][a-z_-]*):[A-Za-z][A-Za-z_/ -]*(="[^"]+")?')
VERBS = ("restore", "lock", "remove", "preserve", "review")
GATES = ("vetted", "owner_confirmed", "consent_platform", "public_form")


@dataclass(frozen=True)
class Shelf:
    """What a page may build on: the collection, the vocabulary, the fragments, its neighbours."""

    collection: Collection
    words: Vocabulary
    evidence_kinds: Mapping[str, EvidenceKind]
    fragments: Mapping[str, Fragment]
    playbook_ids: tuple[str, ...]
    services: tuple[str, ...] = ()


def read_playbook(file: Piece, shelf: Shelf) -> Playbook:
    """One page, resolved. It is refused if anything in it leads nowhere."""
    page = file.fields(
        "schema id version status title trigger scope_limit sharing questions safe_now steps ends "
        "sources",
        "also_called not_for reviewed tags red_flags evidence escalations replaces",
    )
    if page["schema"].text() != "playbook/1":
        page["schema"].refuse("this reader knows playbook/1")
    home, references = _own_name(page["id"]), References()
    return _PageReader(page, home, shelf, references).read()


@dataclass(frozen=True)
class _PageReader:
    page: Fields
    home: str
    shelf: Shelf
    references: References

    def read(self) -> Playbook:
        page = self.page
        sharing = page["sharing"].fields("playbook case_default")
        ends = self._ends(page["ends"])
        questions = read_questions(page["questions"], self.home, self.shelf.words, self.references)
        steps = StepsReader(
            self.shelf.fragments, self.shelf.words.scales, ends, self.references
        ).read(page["steps"], self.home)
        playbook = Playbook(
            id=self.home,
            version=page["version"].version(),
            status=page["status"].one_of(Readiness),
            title=self._text("title"),
            trigger=self._text("trigger"),
            scope_limit=self._text("scope_limit"),
            sharing=_sharing(sharing["playbook"]),
            case_sharing=_sharing(sharing["case_default"]),
            questions=questions,
            safe_now=self._advice(page["safe_now"]),
            steps=steps,
            ends=ends,
            also_called=page.read("also_called", self._names, ()),
            not_for=page.read("not_for", self._not_for, ()),
            red_flags=page.list_of("red_flags", self._red_flag),
            evidence=page.list_of("evidence", self._evidence),
            escalations=page.list_of("escalations", self._escalation),
            tags=page.list_of("tags", self._tag),
            sources=page.list_of("sources", self._source),
            reviewed=page.read("reviewed", _review, None),
            replaces=page.read("replaces", self._replaces, None),
        )
        self._check(playbook)
        return playbook

    def _check(self, playbook: Playbook) -> None:
        here, noted = self.home, self.references
        ids = {one.id for one in playbook.evidence}
        noted.check_things(Kind.EVIDENCE, ids, within=here)
        noted.check_things(Kind.END, {one.id for one in playbook.ends}, within=here)
        noted.check_things(Kind.PLAYBOOK, self.shelf.playbook_ids, within="this collection")
        noted.check_things(Kind.SERVICE, self.shelf.services, within="vocab/services.yml")
        noted.check_things(Kind.ESCALATION, {one.to for one in playbook.escalations}, within=here)
        noted.check_comparisons(
            {
                **possible_answers(playbook.questions),
                **{fact.id: fact.values for fact in self.shelf.collection.facts},
                **facts_set_by(playbook.steps),
            }
        )
        self._check_ends(playbook.steps, playbook.ends)
        self._check_evidence(playbook)
        self._check_packets(playbook)
        for key in ("red_flags", "evidence", "safe_now", "escalations"):
            parts = getattr(playbook, key)
            if parts:
                names = [part.to if key == "escalations" else part.id for part in parts]
                refuse_repeats(self.page[key], names)

    def _check_ends(self, steps: tuple[Step, ...], ends: tuple[End, ...]) -> None:
        reached = {outcome.end for step in steps for outcome in step.outcomes}
        for item, end in zip(self.page["ends"].items(), ends, strict=True):
            if end.id not in reached:
                item.refuse(f"no outcome leads to the end '{end.id}'")

    def _check_evidence(self, playbook: Playbook) -> None:
        taken = {name for step in playbook.steps for name in step.evidence}
        for item, one in zip(
            self.page["evidence"].items() if playbook.evidence else (),
            playbook.evidence,
            strict=True,
        ):
            if one.id not in taken:
                item.refuse(f"no step writes '{one.id}' down")

    def _check_packets(self, playbook: Playbook) -> None:
        for plan in playbook.escalations:
            for name in plan.packet:
                evidence = playbook.piece_of_evidence(name)
                if evidence is not None and evidence.sensitivity is Sensitivity.DANGER:
                    self.page["escalations"].refuse(
                        f"'{name}' could put someone in danger and never leaves in a packet"
                    )

    def _text(self, key: str) -> Text:
        return Text(f"{self.home}.{key}", self.page[key].text())

    def _names(self, piece: Piece) -> tuple[Text, ...]:
        return tuple(
            Text(f"{self.home}.also_called.{number}", item.text())
            for number, item in enumerate(piece.items(), start=1)
        )

    def _not_for(self, piece: Piece) -> tuple[NotFor, ...]:
        return tuple(
            NotFor(
                self.references.to(Kind.PLAYBOOK, other, said),
                Text(f"{self.home}.not_for.{other}", said.text()),
            )
            for other, said in piece.pairs().items()
        )

    def _advice(self, piece: Piece) -> tuple[Advice, ...]:
        advice = tuple(self._one_advice(item) for item in piece.items())
        if all(one.is_dont for one in advice) or not any(one.is_dont for one in advice):
            piece.refuse("name at least one thing to do now, and one not to do")
        return advice

    def _one_advice(self, piece: Piece) -> Advice:
        fields = piece.fields("id", "say dont when risk")
        if ("say" in fields) == ("dont" in fields):
            piece.refuse("write either say or dont")
        key = "dont" if "dont" in fields else "say"
        advice_id = fields["id"].id()
        home = f"{self.home}.safe_now.{advice_id}"
        if key == "dont" and "risk" in fields:
            fields["risk"].refuse("a risk belongs to something to do, not to something to leave")
        return Advice(
            id=advice_id,
            text=Text(home, fields[key].text()),
            is_dont=key == "dont",
            when=fields.read("when", self._condition, None),
            risk=fields.read("risk", lambda said: Text(f"{home}.risk", said.text()), None),
        )

    def _red_flag(self, piece: Piece) -> RedFlag:
        fields = piece.fields("id when why", "floor go_to")
        flag_id = fields["id"].id()
        return RedFlag(
            id=flag_id,
            when=self._condition(fields["when"]),
            why=Text(f"{self.home}.red_flags.{flag_id}", fields["why"].text()),
            floor=fields.read("floor", lambda said: said.one_of(Level), None),
            go_to=fields.read(
                "go_to", lambda said: self.references.to(Kind.PLAYBOOK, said.id(), said), None
            ),
        )

    def _evidence(self, piece: Piece) -> Evidence:
        fields = piece.fields("id kind label", "how must for sensitivity")
        evidence_id, kinds = fields["id"].id(), self.shelf.evidence_kinds
        home = f"{self.home}.evidence.{evidence_id}"
        kind = kinds.get(fields["kind"].id())
        if kind is None:
            fields["kind"].refuse(f"vocab/evidence.yml has no kind '{fields['kind'].id()}'")
        return Evidence(
            id=evidence_id,
            kind=kind.id,
            label=Text(f"{home}.label", fields["label"].text()),
            how=fields.read("how", lambda said: Text(f"{home}.how", said.text()), kind.how),
            must=fields.read("must", Piece.flag, otherwise=False),
            platforms=fields.list_of("for", self._platform),
            sensitivity=fields.read(
                "sensitivity", lambda said: said.one_of(Sensitivity), kind.sensitivity
            ),
        )

    def _platform(self, piece: Piece) -> str:
        slugs = [platform.slug for platform in self.shelf.words.platforms]
        if piece.id() not in slugs:
            piece.refuse(f"vocab/platforms.yml has no platform '{piece.id()}'")
        return piece.id()

    def _escalation(self, piece: Piece) -> EscalationPlan:
        fields = piece.fields("to needs packet asks follow_up ceiling")
        plan = EscalationPlan(
            to=fields["to"].id(),
            needs=fields.list_of("needs", self._condition),
            packet=fields.list_of(
                "packet", lambda said: self.references.to(Kind.EVIDENCE, said.id(), said)
            ),
            asks=fields.list_of("asks", _verb),
            follow_up=fields.list_of("follow_up", Piece.duration),
            ceiling=fields["ceiling"].number(),
        )
        asked = {name for condition in plan.needs for name in names_in(condition)}
        for gate in GATES:
            if gate not in asked:
                fields["needs"].refuse(f"nothing leaves a case without '{gate}'; ask for it here")
        return plan

    def _tag(self, piece: Piece) -> Tag:
        fields = piece.fields("tag", "when")
        tag = fields["tag"].text()
        match = TAG.fullmatch(tag)
        if match is None:
            fields["tag"].refuse(f"'{tag}' is not a machine tag")
        if match[1] not in self.shelf.collection.taxonomies:
            fields["tag"].refuse(f"collection.yml does not list the taxonomy '{match[1]}'")
        return Tag(tag, fields.read("when", self._condition, None))

    def _source(self, piece: Piece) -> Citation:
        fields = piece.fields("key used_for")
        if fields["key"].text() not in self.shelf.collection.sources:
            fields["key"].refuse(f"collection.yml has no source '{fields['key'].text()}'")
        return Citation(fields["key"].text(), fields["used_for"].text())

    def _condition(self, piece: Piece) -> Condition:
        return read_condition(piece, self.shelf.words.scales, self.references)

    def _ends(self, piece: Piece) -> tuple[End, ...]:
        ends = tuple(self._end(item) for item in piece.items())
        refuse_repeats(piece, [end.id for end in ends])
        _check_kinds(piece, [end.kind for end in ends])
        return ends

    def _end(self, piece: Piece) -> End:
        fields = piece.fields("id kind label say", "follow_up services")
        end_id = fields["id"].id()
        home = f"{self.home}.ends.{end_id}"
        return End(
            id=end_id,
            kind=fields["kind"].one_of(EndKind),
            label=Text(f"{home}.label", fields["label"].text()),
            say=Text(f"{home}.say", fields["say"].text()),
            follow_up=fields.read("follow_up", Piece.duration, None),
            services=fields.list_of(
                "services", lambda said: self.references.to(Kind.SERVICE, said.id(), said)
            ),
        )

    def _replaces(self, piece: Piece) -> str:
        if piece.id() in self.shelf.playbook_ids:
            piece.refuse(f"'{piece.id()}' is still here; a page replaces one that is gone")
        return piece.id()


def _own_name(piece: Piece) -> str:
    name = piece.id()
    if not piece.file.endswith(f"types/{name}.yml"):
        piece.refuse(f"the page calls itself '{name}', and so must its file: types/{name}.yml")
    return name


def _check_kinds(piece: Piece, kinds: Iterable[EndKind]) -> None:
    for kind in EndKind:
        if kind not in set(kinds):
            piece.refuse(f"there is no end of kind {kind}; people leave in all four ways")


def _sharing(piece: Piece) -> str:
    if piece.text() not in SHARING:
        piece.refuse(f"'{piece.text()}' is not one of: {', '.join(SHARING)}")
    return piece.text()


def _verb(piece: Piece) -> str:
    if piece.id() not in VERBS:
        piece.refuse(f"a platform is asked one of: {', '.join(VERBS)}")
    return piece.id()


def _review(piece: Piece) -> Review:
    fields = piece.fields("on by next")
    return Review(fields["on"].day(), fields.list_of("by", Piece.text), fields["next"].day())
