"""The content of a report, sealed in its case: story, answers, and how to reach the reporter."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from helpdesk.cases import queries
from helpdesk.cases.models import Case, Message, SealedCaseRecord
from helpdesk.core.sealing import EnvelopePlace, PublicKey, Secret
from helpdesk.core.unreadable_texts import UNREADABLE
from helpdesk.core.work import Work

Answer = str | Sequence[str] | None
# The id of a message of the mailbox, and what it answers.
AnsweredMessage = tuple[str, dict[str, Answer]]

# How and when to reach a reporter, and how never.
CONTACT_FIELDS = ("safe_channel", "safe_times", "never_contact")

# What a reporter says in the mailbox by pressing that someone is in danger now.
DANGER_NOW: Final[Mapping[str, str]] = {"danger": "imminent"}
# Beside the answers of a report: the last message with answers that was there when one of us
# corrected them. No question has a name like that.
CORRECTED_AFTER: Final = "corrected-after"
# What the advice in the mailbox goes by since then: what was told there, and what was released.
IN_MAILBOX: Final = "in-mailbox"
# The one kind of trouble of which alone the mailbox’s answer says whether it has stopped.
HOLD_IS_ABOUT: Final = "hold-is-about"
# The kinds of trouble of the report: what it asked about them is not asked again.
REPORTED: Final = "reported-kinds"


def seal_report(
    case: Case,
    key: Secret | PublicKey,
    *,
    story: str,
    answers: Mapping[str, Answer],
    contact: Mapping[str, str],
    reported: Sequence[str] = (),
) -> None:
    """Seal the content of a report for whoever can open the case, with the case's secret while
    somebody still has it. `reported`: the kinds of trouble that it is about."""
    for field, text in (
        ("story", story),
        ("answers", json.dumps({**answers, **_beside_answers(reported)})),
        ("contact", json.dumps(contact)),
    ):
        setattr(case, field, key.seal_text(text, case.envelope_place_of(field)))


def story_of(work: Work, case: Case) -> str:
    """The reporter's story, opened."""
    return work.keys.read(case, "story")


def answers_of(work: Work, case: Case) -> dict[str, Answer]:
    """The answers of the report, as corrected, by question id; empty where they cannot be read."""
    return _answers_and_corrections(work, case)[0]


def answers_in_mailbox(work: Work, case: Case) -> dict[str, Answer]:
    """The answers that the advice in the mailbox goes by: what the reporter told there and in the
    report, and what one of us corrected and released. Never what was corrected in confidence, nor
    that a button was pressed because someone is in danger now."""
    report, corrections = _answers_and_corrections(work, case)
    before: dict[str, Answer] = {}
    since: dict[str, Answer] = {}
    for message_id, told in _answers_by_message(work, case, None):
        since |= {} if told == DANGER_NOW else told
        if message_id == corrections.get(CORRECTED_AFTER):
            before, since = since, {}
    kept, known = corrections.get(IN_MAILBOX), {**before, **report}
    if isinstance(kept, str):
        known = dict(work.keys.mapping_of(kept, case.envelope_place_of("answers")))
    return {**known, **since}


def kind_asked_whether_it_stopped(work: Work, case: Case) -> str:
    """The one kind of trouble of which alone the mailbox's answer says whether it has stopped;
    nothing where that was told of several."""
    return str(_answers_and_corrections(work, case)[1].get(HOLD_IS_ABOUT) or "")


def kinds_reported(work: Work, case: Case) -> tuple[str, ...]:
    """The kinds of trouble that the report was about: of those it asked what can be urgent."""
    return tuple(_answers_and_corrections(work, case)[1].get(REPORTED) or ())


def correct_answers(
    work: Work,
    case: Case,
    answers: Mapping[str, Answer],
    *,
    in_mailbox: Mapping[str, Answer],
    hold_is_about: str,
) -> None:
    """Seal other answers in the place of the report's, by somebody who had all of the mailbox
    before them. `in_mailbox`: those that its advice goes by from now on, and `hold_is_about` the
    one kind that says of itself there whether it has stopped."""
    rows = work.session.execute(queries.LATER_ANSWERS, {"case_id": case.id}).all()
    kept = {**answers, **({CORRECTED_AFTER: rows[-1].id} if rows else {})}
    kept[IN_MAILBOX] = json.dumps(in_mailbox)
    beside = {HOLD_IS_ABOUT: hold_is_about, REPORTED: kinds_reported(work, case)}
    kept |= {name: told for name, told in beside.items() if told}
    case.answers = work.keys.seal(case, "answers", json.dumps(kept))


def all_answers_of(work: Work, case: Case, rows: Sequence[Any] | None = None) -> dict[str, Answer]:
    """All answers: those of the report, as corrected, and where it says nothing, those of the
    mailbox. That someone is in danger now counts over the report from when it is told until one of
    us corrects the answers."""
    report, corrections = _answers_and_corrections(work, case)
    answered = _answers_by_message(work, case, rows)
    danger = DANGER_NOW if _is_told_since_correction(answered, corrections) else {}
    return {**_newest_of(answered), **report, **danger}


def is_danger_told(work: Work, case: Case) -> bool:
    """Whether the reporter told us in the mailbox that someone is in danger now, and none of us has
    recorded since that it is over or not known. What the report itself said is another thing."""
    rows = work.session.execute(queries.LATER_ANSWERS, {"case_id": case.id}).all()
    was_told = any(map(_tells_danger, _answers_by_message(work, case, rows)))
    return was_told and DANGER_NOW.items() <= all_answers_of(work, case, rows).items()


def danger_told_at(work: Work, case: Case, rows: Sequence[Any]) -> datetime | None:
    """The hour in which the reporter last told us in the mailbox that someone is in danger now.
    `rows` are the messages of the case, oldest first."""
    answered = _answers_by_message(work, case, rows)
    danger = {message_id for message_id, _ in filter(_tells_danger, answered)}
    return max((one.sent_at for one in rows if one.id in danger), default=None)


def mailbox_answers_of(
    work: Work, case: Case, rows: Sequence[Any] | None = None
) -> dict[str, Answer]:
    """The answers that the reporter gave in the mailbox, the newest where they answered twice.

    `rows` are the messages of the case, where they were read already.
    """
    return _newest_of(_answers_by_message(work, case, rows))


def contact_of(work: Work, case: Case) -> dict[str, str]:
    """The reporter's contact details: how and when to reach them, and how never; UNREADABLE for
    each that nobody can tell."""
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
    """Open a sealed field of many rows of one case: each with what it says, or UNREADABLE."""
    if not rows:
        return []
    secret, read = work.keys.secret(case.key_id), work.keys.read_with
    return [
        (row, read(secret, getattr(row, field), _place(case, kind, row, field))) for row in rows
    ]


def _answers_and_corrections(work: Work, case: Case) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The answers of the report, and what stands beside them since one of us corrected some."""
    text, place = work.keys.read(case, "answers"), case.envelope_place_of("answers")
    answers: dict[str, Answer] = dict(work.keys.mapping_of(text, place))
    names = (CORRECTED_AFTER, IN_MAILBOX, HOLD_IS_ABOUT, REPORTED)
    return answers, {name: answers.pop(name) for name in names if name in answers}


def _beside_answers(reported: Sequence[str]) -> dict[str, Answer]:
    alone = reported[0] if len(reported) == 1 else ""
    return {HOLD_IS_ABOUT: alone, REPORTED: [*reported]} if reported else {}


def _newest_of(answered: Iterable[AnsweredMessage]) -> dict[str, Answer]:
    newest: dict[str, Answer] = {}
    for _message_id, told in answered:
        newest |= told
    return newest


def _is_told_since_correction(
    answered: Iterable[AnsweredMessage], corrections: Mapping[str, Answer]
) -> bool:
    is_told = False
    for one in answered:
        is_told |= _tells_danger(one)
        if one[0] == corrections.get(CORRECTED_AFTER):
            is_told = False
    return is_told


def _tells_danger(answered: AnsweredMessage) -> bool:
    _message_id, told = answered
    return DANGER_NOW.items() <= told.items()


def _answers_by_message(
    work: Work, case: Case, rows: Sequence[Any] | None
) -> list[AnsweredMessage]:
    """Each message of the mailbox that answers something, oldest first, and what it answers."""
    if rows is None:
        rows = work.session.execute(queries.LATER_ANSWERS, {"case_id": case.id}).all()
    told = [one for one in rows if one.answers is not None]
    return [
        (row.id, dict(work.keys.mapping_of(text, _place(case, Message, row, "answers"))))
        for row, text in open_field_of_rows(work, case, Message, told, "answers")
    ]


def _place(case: Case, kind: type[SealedCaseRecord], row: Any, field: str) -> EnvelopePlace:
    return EnvelopePlace(kind.__tablename__, field, case.id, row.id)
