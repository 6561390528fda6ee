"""Reading red flags and advice, which answers lead to before anyone has read the report."""

from helpdesk.authoring.lint_rules import LintRule
from helpdesk.authoring.reading.context import PlaybookReferenceContext
from helpdesk.authoring.reading.vocabulary import refuse_repeats
from helpdesk.authoring.source import Node
from helpdesk.cases.levels import Level
from helpdesk.playbooks.model import Advice, LossIfLate, RedFlag, UrgentHelpSection


def read_red_flags(node: Node, context: PlaybookReferenceContext) -> tuple[RedFlag, ...]:
    """Read the red flags: answers that must not wait."""
    flags = node.each(lambda item: _red_flag(item, context))
    refuse_repeats(node, [flag.id for flag in flags])
    return flags


def read_advice(node: Node, context: PlaybookReferenceContext) -> tuple[Advice, ...]:
    """Read the advice: what to do now and what better not to do; at least one of each."""
    advice = node.each(lambda item: _one_advice(item, context))
    refuse_repeats(node, [one.id for one in advice])
    if len({one.is_dont for one in advice}) < 2:
        node.refuse("name at least one thing to do now, and one not to do", rule=LintRule.ADVICE)
    return advice


def _red_flag(node: Node, context: PlaybookReferenceContext) -> RedFlag:
    fields = node.fields("id when why", "floor go_to")
    flag_id = fields["id"].id()
    return RedFlag(
        id=flag_id,
        when=context.condition(fields["when"]),
        why=context.text(f"red_flags.{flag_id}", fields["why"]),
        floor=fields.read("floor", lambda said: said.one_of(Level), None),
        go_to=fields.read("go_to", context.playbook, None),
    )


def _one_advice(node: Node, context: PlaybookReferenceContext) -> Advice:
    fields = node.fields(
        "id",
        "say dont when risk at_stake copies noticeable within_hours topic leads urgent_help",
    )
    if ("say" in fields) == ("dont" in fields):
        node.refuse("write either say or dont")
    key = "dont" if "dont" in fields else "say"
    advice_id = fields["id"].id()
    home = f"safe_now.{advice_id}"
    if key == "dont" and "risk" in fields:
        fields["risk"].refuse("a risk belongs to something to do, not to something to leave")
    return Advice(
        id=advice_id,
        text=context.text(home, fields[key]),
        is_dont=key == "dont",
        when=fields.read("when", context.condition, None),
        risk=fields.read("risk", lambda said: context.text(f"{home}.risk", said), None),
        at_stake=fields.read("at_stake", lambda said: said.one_of(LossIfLate), LossIfLate.NOTHING),
        copies=fields.read("copies", Node.flag, otherwise=False),
        within_hours=fields.read("within_hours", Node.flag, otherwise=False),
        topic=fields.read("topic", Node.id, None),
        leads=fields.read("leads", Node.flag, otherwise=False),
        noticeable=fields.read("noticeable", Node.flag, otherwise=False),
        urgent_help=fields.read("urgent_help", lambda said: said.one_of(UrgentHelpSection), None),
    )
