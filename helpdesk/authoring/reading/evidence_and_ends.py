"""Reading evidence, plans for requests to partners, and the ends of a playbook."""

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.context import PlaybookReferenceContext
from helpdesk.authoring.reading.references import ReferenceKind
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.playbooks.conditions import names_in
from helpdesk.playbooks.model import (
    DataSensitivity,
    EscalationPlan,
    EvidenceItem,
    RunEnd,
    RunEndKind,
)

VERBS = ("restore", "lock", "remove", "preserve", "review")
GATES = ("vetted", "owner_confirmed", "consent_platform", "public_form")


def read_evidence_items(node: Node, context: PlaybookReferenceContext) -> tuple[EvidenceItem, ...]:
    """Read the evidence that a playbook asks for."""
    evidence = node.each(lambda item: _evidence(item, context))
    refuse_repeats(node, [one.id for one in evidence])
    return evidence


def read_escalation_plans(
    node: Node, context: PlaybookReferenceContext
) -> tuple[EscalationPlan, ...]:
    """Read the plans for requests: when and with what a partner is asked to act."""
    plans = node.each(lambda item: _escalation(item, context))
    refuse_repeats(node, [plan.to for plan in plans])
    return plans


def read_ends(node: Node, context: PlaybookReferenceContext) -> tuple[RunEnd, ...]:
    """Read the ends of a run, of all four kinds."""
    ends = node.each(lambda item: _end(item, context))
    refuse_repeats(node, [end.id for end in ends])
    for kind in RunEndKind:
        if kind not in {end.kind for end in ends}:
            node.refuse(
                f"there is no end of kind {kind}; people leave in all four ways",
                rule=LintRule.FOUR_ENDS,
            )
    return ends


def _evidence(node: Node, context: PlaybookReferenceContext) -> EvidenceItem:
    fields = node.fields("id kind label", "how must for sensitivity")
    evidence_id, kinds = fields["id"].id(), context.content.evidence_kinds
    home = f"evidence.{evidence_id}"
    kind = kinds.get(fields["kind"].id())
    if kind is None:
        fields["kind"].refuse(
            f"vocab/evidence.yml has no kind '{fields['kind'].id()}'", rule=LintRule.REFERENCES
        )
    return EvidenceItem(
        id=evidence_id,
        kind=kind.id,
        label=context.text(f"{home}.label", fields["label"]),
        how=fields.read("how", lambda said: context.text(f"{home}.how", said), kind.how),
        must=fields.read("must", Node.flag, otherwise=False),
        platforms=fields.list_of("for", lambda said: _platform(said, context)),
        sensitivity=fields.read(
            "sensitivity", lambda said: said.one_of(DataSensitivity), kind.sensitivity
        ),
    )


def _platform(node: Node, context: PlaybookReferenceContext) -> str:
    if node.id() not in {platform.slug for platform in context.content.words.platforms}:
        node.refuse(f"vocab/platforms.yml has no platform '{node.id()}'", rule=LintRule.REFERENCES)
    return node.id()


def _escalation(node: Node, context: PlaybookReferenceContext) -> EscalationPlan:
    fields = node.fields("to needs packet asks follow_up ceiling")
    plan = EscalationPlan(
        to=fields["to"].id(),
        needs=fields.list_of("needs", context.condition),
        packet=fields.list_of(
            "packet", lambda said: context.references.add(ReferenceKind.EVIDENCE, said.id(), said)
        ),
        asks=fields.list_of("asks", _verb),
        follow_up=fields.list_of("follow_up", Node.duration),
        ceiling=fields["ceiling"].number(),
    )
    asked = {name for condition in plan.needs for name in names_in(condition)}
    for gate in GATES:
        if gate not in asked:
            fields["needs"].refuse(
                f"no request is sent without '{gate}'; ask for it here", rule=LintRule.GATES
            )
    return plan


def _verb(node: Node) -> str:
    if node.id() not in VERBS:
        node.refuse(f"a platform is asked one of: {', '.join(VERBS)}")
    return node.id()


def _end(node: Node, context: PlaybookReferenceContext) -> RunEnd:
    fields = node.fields("id kind label say", "follow_up services")
    end_id = fields["id"].id()
    return RunEnd(
        id=end_id,
        kind=fields["kind"].one_of(RunEndKind),
        label=context.text(f"ends.{end_id}.label", fields["label"]),
        say=context.text(f"ends.{end_id}.say", fields["say"]),
        follow_up=fields.read("follow_up", Node.duration, None),
        services=fields.list_of("services", context.service),
    )
