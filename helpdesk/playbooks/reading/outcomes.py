"""Reading what a page leaves behind: evidence, requests to others, and the ways a run ends."""

from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.pages import End, EndKind, EscalationPlan, Evidence, Sensitivity
from helpdesk.playbooks.reading.here import Here
from helpdesk.playbooks.reading.references import Kind
from helpdesk.playbooks.reading.vocabulary import refuse_repeats
from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import Piece

VERBS = ("restore", "lock", "remove", "preserve", "review")
GATES = ("vetted", "owner_confirmed", "consent_platform", "public_form")


def read_evidence(piece: Piece, here: Here) -> tuple[Evidence, ...]:
    """What is worth keeping."""
    evidence = piece.each(lambda item: _evidence(item, here))
    refuse_repeats(piece, [one.id for one in evidence])
    return evidence


def read_escalations(piece: Piece, here: Here) -> tuple[EscalationPlan, ...]:
    """When and with what somebody outside is asked to act."""
    plans = piece.each(lambda item: _escalation(item, here))
    refuse_repeats(piece, [plan.to for plan in plans])
    return plans


def read_ends(piece: Piece, here: Here) -> tuple[End, ...]:
    """The ways a run ends, of all four kinds."""
    ends = piece.each(lambda item: _end(item, here))
    refuse_repeats(piece, [end.id for end in ends])
    for kind in EndKind:
        if kind not in {end.kind for end in ends}:
            piece.refuse(
                f"there is no end of kind {kind}; people leave in all four ways",
                rule=Rule.FOUR_ENDS,
            )
    return ends


def _evidence(piece: Piece, here: Here) -> Evidence:
    fields = piece.fields("id kind label", "how must for sensitivity")
    evidence_id, kinds = fields["id"].id(), here.shelf.evidence_kinds
    home = f"evidence.{evidence_id}"
    kind = kinds.get(fields["kind"].id())
    if kind is None:
        fields["kind"].refuse(
            f"vocab/evidence.yml has no kind '{fields['kind'].id()}'", rule=Rule.REFERENCES
        )
    return Evidence(
        id=evidence_id,
        kind=kind.id,
        label=here.text(f"{home}.label", fields["label"]),
        how=fields.read("how", lambda said: here.text(f"{home}.how", said), kind.how),
        must=fields.read("must", Piece.flag, otherwise=False),
        platforms=fields.list_of("for", lambda said: _platform(said, here)),
        sensitivity=fields.read(
            "sensitivity", lambda said: said.one_of(Sensitivity), kind.sensitivity
        ),
    )


def _platform(piece: Piece, here: Here) -> str:
    if piece.id() not in {platform.slug for platform in here.shelf.words.platforms}:
        piece.refuse(f"vocab/platforms.yml has no platform '{piece.id()}'", rule=Rule.REFERENCES)
    return piece.id()


def _escalation(piece: Piece, here: Here) -> EscalationPlan:
    fields = piece.fields("to needs packet asks follow_up ceiling")
    plan = EscalationPlan(
        to=fields["to"].id(),
        needs=fields.list_of("needs", here.condition),
        packet=fields.list_of(
            "packet", lambda said: here.references.to(Kind.EVIDENCE, said.id(), said)
        ),
        asks=fields.list_of("asks", _verb),
        follow_up=fields.list_of("follow_up", Piece.duration),
        ceiling=fields["ceiling"].number(),
    )
    asked = {name for condition in plan.needs for name in names_in(condition)}
    for gate in GATES:
        if gate not in asked:
            fields["needs"].refuse(
                f"nothing leaves a case without '{gate}'; ask for it here", rule=Rule.GATES
            )
    return plan


def _verb(piece: Piece) -> str:
    if piece.id() not in VERBS:
        piece.refuse(f"a platform is asked one of: {', '.join(VERBS)}")
    return piece.id()


def _end(piece: Piece, here: Here) -> End:
    fields = piece.fields("id kind label say", "follow_up services")
    end_id = fields["id"].id()
    return End(
        id=end_id,
        kind=fields["kind"].one_of(EndKind),
        label=here.text(f"ends.{end_id}.label", fields["label"]),
        say=here.text(f"ends.{end_id}.say", fields["say"]),
        follow_up=fields.read("follow_up", Piece.duration, None),
        services=fields.list_of("services", here.service),
    )
