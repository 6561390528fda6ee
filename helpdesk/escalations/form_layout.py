"""An approved request laid out for a form of theirs, field by field to copy.

Pure. Every word is one of the packet that was approved, each field of it exactly once: what the
form is known to ask for first, in its order, and then the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from helpdesk.escalations.packets import Packet
from helpdesk.escalations.staff_and_partner_labels import ASKED_OF_PARTNER
from helpdesk.partners.packet_fields import FIELDS

ASK, REF = "ask", "ref"


class FormQuestion(Protocol):
    """What a form is known to ask for: its own label, and the field of ours that answers it."""

    label: str
    field: str
    longest: int | None


@dataclass(frozen=True)
class CopyArea:
    """A text to copy into one field of a form. `part` is the packet's field, or what of its header
    it says; `label` what the form calls it, where that is known; `ours` what we call it."""

    part: str
    label: str
    ours: str
    text: str
    longest: int | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether the form is known to take less."""
        return self.longest is not None and len(self.text) > self.longest


def lay_out(packet: Packet, questions: Iterable[FormQuestion] = ()) -> list[CopyArea]:
    """The areas of a packet, in the order of the form as far as that is known."""
    areas = {one.part: one for one in _areas(packet)}
    first = {
        one.field: CopyArea(
            one.field, one.label, areas[one.field].ours, areas[one.field].text, one.longest
        )
        for one in questions
        if one.field in areas
    }
    return [*first.values(), *(one for name, one in areas.items() if name not in first)]


def _areas(packet: Packet) -> Iterable[CopyArea]:
    yield CopyArea(ASK, "", "What we ask for", ASKED_OF_PARTNER[packet.header.ask])
    for field in FIELDS:
        if field.name in packet.fields:
            text = field.in_words(packet.fields[field.name])
            yield CopyArea(field.name, "", field.staff_label, text)
    yield CopyArea(REF, "", "Our reference", packet.header.ref)
