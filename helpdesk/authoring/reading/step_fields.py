"""Reading single fields of a step and its outcomes, each with what it must not say."""

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.source import Fields, Node
from helpdesk.playbooks.model import NOTE, Text

PAP = ("PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR")


def refuse_repeating_final_outcome(fields: Fields) -> None:
    """Refuse an outcome that is final and repeats: a step comes back, or it is over; one that leads
    out of the page is over anyway."""
    named = [key for key in ("leads_to", "over", "again") if key in fields]
    if "again" in named and len(named) > 1:
        fields["again"].refuse(f"an outcome with '{named[0]}' is over, and does not come back")


def read_required_evidence_or_note(node: Node, evidence: tuple[str, ...]) -> str:
    """Read what an outcome requires: evidence of the step, or the note beside the outcome."""
    if node.id() not in (*evidence, NOTE):
        node.refuse(
            f"this step does not take '{node.id()}'; name evidence of the step, or '{NOTE}' for "
            "the note beside the outcome",
            rule=LintRule.REFERENCES,
        )
    return node.id()


def read_is_silent(node: Node, fields: Fields) -> bool:
    """Read whether nothing is said to the person, although the text may sound like it."""
    if "words" in fields:
        node.refuse("a step with words to send is not silent")
    return node.flag()


def read_once_per_case(node: Node, prefix: str) -> bool:
    """Read whether the step is done once for a case."""
    if not prefix:
        node.refuse("only a step that pages share can be done once for all of them")
    return node.flag()


def read_pap_marking(node: Node) -> str:
    """Read the mark of the permissible actions protocol (PAP)."""
    if node.text() not in PAP:
        node.refuse(f"'{node.text()}' is not one of: {', '.join(PAP)}")
    return node.text()


def read_optional_text(fields: Fields, key: str, home: str) -> Text | None:
    """Read an optional text: a sentence that may be left out."""
    return fields.read(key, lambda said: Text(f"{home}.{key}", said.text()), None)
