"""Reading what answers lead to at once: red flags, and advice before anyone has read the report."""

from helpdesk.cases.levels import Level
from helpdesk.playbooks.pages import Advice, RedFlag
from helpdesk.playbooks.reading.here import Here
from helpdesk.playbooks.reading.vocabulary import refuse_repeats
from helpdesk.playbooks.rules import Rule
from helpdesk.playbooks.source import Piece


def read_red_flags(piece: Piece, here: Here) -> tuple[RedFlag, ...]:
    """The answers that must not wait."""
    flags = piece.each(lambda item: _red_flag(item, here))
    refuse_repeats(piece, [flag.id for flag in flags])
    return flags


def read_advice(piece: Piece, here: Here) -> tuple[Advice, ...]:
    """What to do now and what better not to do; at least one of each."""
    advice = piece.each(lambda item: _one_advice(item, here))
    refuse_repeats(piece, [one.id for one in advice])
    if len({one.is_dont for one in advice}) < 2:
        piece.refuse("name at least one thing to do now, and one not to do", rule=Rule.ADVICE)
    return advice


def _red_flag(piece: Piece, here: Here) -> RedFlag:
    fields = piece.fields("id when why", "floor go_to")
    flag_id = fields["id"].id()
    return RedFlag(
        id=flag_id,
        when=here.condition(fields["when"]),
        why=here.text(f"red_flags.{flag_id}", fields["why"]),
        floor=fields.read("floor", lambda said: said.one_of(Level), None),
        go_to=fields.read("go_to", here.playbook, None),
    )


def _one_advice(piece: Piece, here: Here) -> Advice:
    fields = piece.fields("id", "say dont when risk")
    if ("say" in fields) == ("dont" in fields):
        piece.refuse("write either say or dont")
    key = "dont" if "dont" in fields else "say"
    advice_id = fields["id"].id()
    home = f"safe_now.{advice_id}"
    if key == "dont" and "risk" in fields:
        fields["risk"].refuse("a risk belongs to something to do, not to something to leave")
    return Advice(
        id=advice_id,
        text=here.text(home, fields[key]),
        is_dont=key == "dont",
        when=fields.read("when", here.condition, None),
        risk=fields.read("risk", lambda said: here.text(f"{home}.risk", said), None),
    )
