"""What a reporter told us, as it lies sealed in a case: story, answers, how to reach them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.cases import queries
from helpdesk.cases.models import Case, Message, SealedCaseRecord
from helpdesk.core.sealing import Place, PublicKey, Secret
from helpdesk.core.work import Work

Answer = str | Sequence[str] | None


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
        setattr(case, field, key.seal_text(text, case.place_of(field)))


def story_of(work: Work, case: Case) -> str:
    return work.keys.open(case, "story")


def answers_of(work: Work, case: Case) -> dict[str, Answer]:
    """Question id to what was picked or typed."""
    text = work.keys.open(case, "answers")
    return dict(json.loads(text)) if text else {}


def later_answers_of(
    work: Work, case: Case, rows: Sequence[Any] | None = None
) -> dict[str, Answer]:
    """What they answered in the mailbox, the newest where they answered twice.

    `rows` are the messages of the case, where they were read already.
    """
    if rows is None:
        rows = work.session.execute(queries.LATER_ANSWERS, {"case_id": case.id}).all()
    told = [one for one in rows if one.answers is not None]
    opened = open_field_of_rows(work, case, Message, told, "answers")
    return {name: answer for _row, text in opened for name, answer in json.loads(text).items()}


def contact_of(work: Work, case: Case) -> dict[str, str]:
    """How and when to reach them, and how never."""
    text = work.keys.open(case, "contact")
    return dict(json.loads(text)) if text else {}


def open_field_of_rows(
    work: Work,
    case: Case,
    kind: type[SealedCaseRecord],
    rows: Sequence[Any],
    field: str = "body",
) -> list[tuple[Any, str]]:
    """Rows that were gathered for a case, each with what it says."""
    if not rows:
        return []
    secret, table = work.keys.secret(case.key_id), kind.__tablename__
    return [
        (row, secret.open_text(getattr(row, field), Place(table, field, case.id, row.id)))
        for row in rows
    ]
