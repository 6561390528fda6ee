"""The fields of packets, a closed list: each one's name, source and sensitivity.

Nothing about the reporter is among them: no name, no contact, no story. A partner's allow-list
picks from these; what is on no list cannot be sent, whatever it is called.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from helpdesk.core.un_subregions import SUBREGIONS


class FieldSource(StrEnum):
    """The sources of a packet's field. Only what is typed can be written by hand."""

    FACT = "fact"
    EVIDENCE = "evidence"
    CASE = "case"
    TYPED = "typed"


class FieldSensitivity(StrEnum):
    """The sensitivity of a packet's field: what it could do in the wrong hands."""

    NONE = "none"
    PERSONAL = "personal"


@dataclass(frozen=True)
class PacketField:
    """A field that a packet may have. `origin`: the fact, the evidence or the case's field."""

    name: str
    label: str
    source: FieldSource
    sensitivity: FieldSensitivity
    origin: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_long: bool = False
    label_for_us: str = ""

    @property
    def staff_label(self) -> str:
        """The label as our own people read it. In a packet "your" is the partner's."""
        return self.label_for_us or self.label

    @property
    def is_written_by_hand(self) -> bool:
        """Evidence can be trimmed before it leaves; facts and the case's own codes cannot."""
        return self.source in (FieldSource.TYPED, FieldSource.EVIDENCE)

    def in_words(self, value: str) -> str:
        """A value as people read it: a code's words, or the text itself."""
        return dict(self.choices).get(value, value)


_NONE, _PERSONAL = FieldSensitivity.NONE, FieldSensitivity.PERSONAL
# It is read days later: "yesterday" would be another day.
_WHEN: Final = "The day, and the time if they know it. For example, 21 Nov 2026, about 20:15."

FIELDS: Final = (
    PacketField(
        "target_url",
        "Link to the account or page, with its numeric ID if it has one",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "profile-url",
        is_long=True,
    ),
    PacketField(
        "target_kind",
        "What it is",
        FieldSource.TYPED,
        _NONE,
        choices=(
            ("account", "An account"),
            ("page", "A page"),
            ("group", "A group"),
            ("channel", "A channel"),
            ("post", "A post or a message"),
        ),
    ),
    PacketField(
        "happened",
        "What happened",
        FieldSource.TYPED,
        _PERSONAL,
        hint="Three to six plain sentences. No names, and nothing that shows who asked us.",
        is_long=True,
    ),
    PacketField(
        "first_sign",
        "First sign of it (UTC)",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "first-sign",
        hint=_WHEN,
    ),
    PacketField(
        "last_good",
        "Last time the owner signed in (UTC)",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "last-good",
        hint=_WHEN,
    ),
    PacketField(
        "changes", "What was changed", FieldSource.EVIDENCE, _PERSONAL, "changes-seen", is_long=True
    ),
    PacketField(
        "rule",
        "Which of your rules this breaks, and why",
        FieldSource.TYPED,
        _NONE,
        is_long=True,
        label_for_us="Which of their rules this breaks, and why",
    ),
    PacketField(
        "ownership",
        "How we know whose account it is",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "ownership-statement",
        hint="Who confirmed it by role, and how. No names and no documents.",
        is_long=True,
    ),
    PacketField(
        "ownership_check",
        "Ownership, as we confirmed it",
        FieldSource.FACT,
        _NONE,
        "owner_confirmed",
        choices=(("confirmed", "Confirmed by a responder of the helpdesk"),),
    ),
    PacketField(
        "requester_check",
        "Who is asking, as we confirmed it",
        FieldSource.FACT,
        _NONE,
        "vetted",
        choices=(
            ("confirmed", "Someone we trust has confirmed them"),
            ("known", "We have known them before"),
        ),
    ),
    PacketField(
        "public_form",
        "Your public form",
        FieldSource.FACT,
        _NONE,
        "public_form",
        choices=(
            ("filed", "It was filed"),
            ("refused", "It was filed and refused"),
            ("no_form", "There is none for this"),
            ("not_safe", "Filing it would not be safe"),
        ),
        label_for_us="Their public form",
    ),
    PacketField(
        "public_form_ref",
        "Reference number of your public form, and when it was filed",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "form-receipt",
        label_for_us="Reference number of their public form, and when it was filed",
    ),
    PacketField(
        "harm",
        "What could happen, and who could be harmed (roles only)",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "harm-statement",
        hint="Two to five sentences without names.",
        is_long=True,
    ),
    PacketField(
        "useful_until",
        "Answer needed by (UTC)",
        FieldSource.TYPED,
        _NONE,
        hint="The day and time after which it is too late. Leave it empty if there is none.",
    ),
    PacketField(
        "restore_address",
        "Address to return the account to",
        FieldSource.EVIDENCE,
        _PERSONAL,
        "restore-address",
        hint="A new one that was never linked to any account.",
    ),
    PacketField(
        "keep_quiet",
        "Who must not know about this",
        FieldSource.TYPED,
        _NONE,
        choices=(
            ("target", "Please do not tell the person who has the account now"),
            (
                "authorities",
                "Contacting the authorities would endanger people: please ask us first",
            ),
            ("both", "Please do not tell the person who has the account, or any authority"),
        ),
    ),
    PacketField(
        "language",
        "Language of the account’s owner",
        FieldSource.CASE,
        _NONE,
        "language",
        # those of the public form; any other is said by its code
        choices=(
            ("en", "English"),
            ("es", "Spanish"),
            ("fr", "French"),
            ("ar", "Arabic"),
            ("pt", "Portuguese"),
        ),
    ),
    PacketField(
        "region",
        "Region",
        FieldSource.CASE,
        _NONE,
        "region",
        choices=tuple(SUBREGIONS.items()),
    ),
    PacketField(
        "context",
        "What an outsider wouldn’t know",
        FieldSource.TYPED,
        _PERSONAL,
        hint="For example, what a word or date means there.",
        is_long=True,
    ),
    PacketField(
        "if_no_answer",
        "What we’ll do if we hear nothing",
        FieldSource.TYPED,
        _NONE,
    ),
)

BY_NAME: Final = {field.name: field for field in FIELDS}
