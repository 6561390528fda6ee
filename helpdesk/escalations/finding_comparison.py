"""Comparing a draft with what steps found out since: what goes into it, and what a person looks at.

Pure. What somebody typed stays, and so does what somebody left out: only what its writer had not
seen goes into a field that stands empty. What they saw is kept by name and moment, because two
pieces of work may end in another order than they began.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from helpdesk.escalations.packets import Packet, normalise_text
from helpdesk.escalations.states import Priority
from helpdesk.partners.packet_fields import BY_NAME, FIELDS, FieldSource


@dataclass(frozen=True)
class RecordedEvidence:
    """A piece of evidence that a step recorded for a field of a packet, when, and in which
    playbook."""

    value: str
    at: datetime
    playbook: str = ""

    def mark_of(self, name: str) -> str:
        """What says that it was seen as it stands now: written down again, it is new."""
        return evidence_mark(name, self.at)


def evidence_mark(name: str, at: datetime) -> str:
    """The mark of a piece of evidence: a field and a moment, as one word."""
    return f"{name}@{at.astimezone(UTC).isoformat()}"


@dataclass(frozen=True)
class FieldOrigin:
    """The origin of a packet's field: what a step of its playbook recorded under `kind`, or nothing
    that one did. `elsewhere` names other playbooks that wrote these very words down, of another
    trouble of the case."""

    label: str
    kind: str
    written: RecordedEvidence | None
    is_as_written: bool
    elsewhere: Collection[str]


@dataclass(frozen=True)
class DraftFindings:
    """What steps found out that a draft does not say. `fills` and `settled` can be taken up as they
    are; the rest needs a person.

    `otherwise` is whatever steps wrote down and the draft does not say so, `differs` what of it is
    new to its writer and stands where the draft says something else.
    """

    fills: Mapping[str, str]
    settled: Collection[str]
    differs: Collection[str]
    otherwise: Mapping[str, str]
    has_other_level: bool

    @property
    def missing_in_draft(self) -> tuple[str, ...]:
        """What the draft would say then and does not say now, in our words."""
        priority = (
            ("Its priority: the case now has a different level",) if self.has_other_level else ()
        )
        return (*priority, *(BY_NAME[name].staff_label for name in (*self.fills, *self.settled)))

    @property
    def differing_labels(self) -> tuple[str, ...]:
        return tuple(BY_NAME[name].staff_label for name in self.differs)


def origins_of_fields(
    packet: Packet,
    written: Mapping[str, RecordedEvidence],
    others: Mapping[str, Mapping[str, RecordedEvidence]],
) -> list[FieldOrigin]:
    """The origins of a packet's fields, of those that a step can record, in the order of our list.
    `others` is what other playbooks of the case wrote down for the same fields."""
    return [
        FieldOrigin(
            label=field.staff_label,
            kind=field.origin,
            written=written.get(field.name),
            is_as_written=_says(written, field.name, packet.fields[field.name]),
            elsewhere=[
                playbook
                for playbook, theirs in others.items()
                if _says(theirs, field.name, packet.fields[field.name])
            ],
        )
        for field in FIELDS
        if field.source is FieldSource.EVIDENCE and field.name in packet.fields
    ]


def _says(written: Mapping[str, RecordedEvidence], name: str, words: str) -> bool:
    return name in written and normalise_text(written[name].value) == words


def compare_findings(
    packet: Packet,
    seen: Collection[str],
    allowed: Collection[str],
    *,
    written: Mapping[str, RecordedEvidence],
    settled: Mapping[str, str],
    priority: Priority,
) -> DraftFindings:
    """Compare a draft with the evidence recorded by now, of what its partner may receive."""
    said = dict(packet.fields)
    told = {name: normalise_text(one.value) for name, one in written.items() if name in allowed}
    told = {name: value for name, value in told.items() if value}
    since = {name: value for name, value in told.items() if written[name].mark_of(name) not in seen}
    fills = {name: value for name, value in since.items() if name not in said}
    return DraftFindings(
        fills=fills,
        settled=[
            name
            for name, value in settled.items()
            if name in allowed and normalise_text(value) != said.get(name, "")
        ],
        differs=[name for name, value in since.items() if value != (said | fills)[name]],
        otherwise={
            name: value for name, value in told.items() if value != (said | fills).get(name)
        },
        has_other_level=packet.header.priority is not priority,
    )
