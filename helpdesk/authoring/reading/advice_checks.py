"""Reading vocab/advice_checks.yml: what advice never says, or has to say, after certain answers."""

from helpdesk.authoring.reading.conditions import Scales, read_condition
from helpdesk.authoring.reading.references import ReferenceCollector
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.authoring.written_library import AdviceCheck

ADVICE_CHECKS = "vocab/advice_checks.yml"


def read_advice_checks(file: Node, scales: Scales) -> tuple[AdviceCheck, ...]:
    """Read every check of advice. Whether a page has what it asks for is seen where it is held
    against pages."""
    fields = file.fields("schema checks")
    if fields["schema"].text() != "advice-checks/1":
        fields["schema"].refuse("this reader knows advice-checks/1")
    checks = fields["checks"].each(lambda item: _check(item, scales))
    refuse_repeats(fields["checks"], [check.id for check in checks])
    return checks


def _check(node: Node, scales: Scales) -> AdviceCheck:
    fields = node.fields("id because", "when never first together")
    if not {"never", "first", "together"} & {*node.pairs()}:
        node.refuse("say what is looked for: never, first or together")
    return AdviceCheck(
        id=fields["id"].id(),
        because=fields["because"].text(),
        when=fields.read(
            "when", lambda said: read_condition(said, scales, ReferenceCollector()), None
        ),
        never=fields.list_of("never", Node.text),
        first=fields.list_of("first", Node.text),
        together=fields.list_of("together", Node.text),
    )
