"""What a reporter told us, as it lies sealed in a case: story, answers, how to reach them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.cases import queries
from helpdesk.cases.models import Case, Message, SealedCaseRecord
from helpdesk.core.sealing import EnvelopePlace, PublicKey, Secret
from helpdesk.core.unreadable_texts import UNREADABLE
from helpdesk.core.work import Work

Answer = str | Sequence[str] | None

# How and when to reach a reporter, and how never.
CONTACT_FIELDS = ("safe_channel", "safe_times", "never_contact")


def seal_report(
    case: Case,
    key: Secret | PublicKey,
    *,
    story: str,
    answers: Mapping[str, Answer],
    contact: Mapping[str, str],
) -> None:
    """Seal it for whoever can open the case, with the case's secret while somebody still has it."""
    for field, text in (
        ("story", story),
        ("answers", json.dumps(answers)),
        ("contact", json.dumps(contact)),
    ):
        setattr(case, field, key.seal_text(text, case.envelope_place_of(field)))


def story_of(work: Work, case: Case) -> str:
    return work.keys.read(case, "story")


def answers_of(work: Work, case: Case) -> dict[str, Answer]:
    """Question id to what was picked or typed; nothing where that cannot be read."""
    return dict(
        work.keys.mapping_of(work.keys.read(case, "answers"), case.envelope_place_of("answers"))
    )


def later_answers_of(
    work: Work, case: Case, rows: Sequence[Any] | None = None
) -> dict[str, Answer]:
    """What they answered in the mailbox, the newest where they answered twice.

    `rows` are the messages of the case, where they were read already.
    """
    if rows is None:
        rows = work.session.execute(queries.LATER_ANSWERS, {"case_id": case.id}).all()
    told = [one for one in rows if one.answers is not None]
    newest: dict[str, Answer] = {}
    for row, text in open_field_of_rows(work, case, Message, told, "answers"):
        newest |= work.keys.mapping_of(text, _place(case, Message, row, "answers"))
    return newest


def contact_of(work: Work, case: Case) -> dict[str, str]:
    """How and when to reach them, and how never; UNREADABLE for each where nobody can tell."""
    text, place = work.keys.read(case, "contact"), case.envelope_place_of("contact")
    said = work.keys.mapping_of(text, place)
    if not all(isinstance(one, str) for one in said.values()):
        work.keys.note_unreadable(place)
    if place in work.keys.unreadable:
        return dict.fromkeys(CONTACT_FIELDS, UNREADABLE)
    return dict(said)


def open_field_of_rows(
    work: Work,
    case: Case,
    kind: type[SealedCaseRecord],
    rows: Sequence[Any],
    field: str = "body",
) -> list[tuple[Any, str]]:
    """Rows that were gathered for a case, each with what it says, or UNREADABLE."""
    if not rows:
        return []
    secret, read = work.keys.secret(case.key_id), work.keys.read_with
    return [
        (row, read(secret, getattr(row, field), _place(case, kind, row, field))) for row in rows
    ]


def _place(case: Case, kind: type[SealedCaseRecord], row: Any, field: str) -> EnvelopePlace:
    return EnvelopePlace(kind.__tablename__, field, case.id, row.id)
