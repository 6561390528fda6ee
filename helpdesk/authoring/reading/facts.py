"""Reading the facts that steps put on a case."""

from helpdesk.authoring.source import Node
from helpdesk.playbooks.model import FactSetting, FactSource, Step


def facts_set_by(steps: tuple[Step, ...]) -> dict[str, tuple[str, ...] | None]:
    """The facts that these steps set, each with the values some step can give it; None where it is
    told in free words."""
    facts: dict[str, tuple[str, ...] | None] = {}
    for step in steps:
        for outcome in step.outcomes:
            for setting in outcome.sets:
                facts[setting.name] = (*(facts.get(setting.name) or ()), setting.value)
        for fact in step.sets:
            if fact.source is FactSource.OUTCOME:
                ids = tuple(outcome.id for outcome in step.outcomes)
                facts[fact.fact] = (*(facts.get(fact.fact) or ()), *ids)
            else:
                facts[fact.fact] = None
    return facts


def read_fact(name: str, node: Node, step: Step) -> FactSetting:
    """Read a fact: where it takes its value from, how the step ended or what it recorded."""
    fields = node.fields("from", "evidence")
    source = fields["from"].one_of(FactSource)
    evidence = fields.read("evidence", Node.id, None)
    if source is FactSource.EVIDENCE and evidence not in step.evidence:
        node.refuse(
            "name one piece of evidence that this step takes: {from: evidence, evidence: …}"
        )
    if source is FactSource.OUTCOME and evidence is not None:
        node.refuse("a fact comes from the outcome or from evidence, not from both")
    return FactSetting(name, source, evidence)
