"""Alerts to a second person: asked for, sent, or that nobody could be reached; history alone knows
them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from helpdesk.core.history import HistoryEntry
from helpdesk.core.history_details import texts_in
from helpdesk.core.work import Work
from helpdesk.escalations.models import Escalation

# A writer asks for a second person; the job writes down who was told, or that nobody could be.
CALLED: Final = "escalation.second_person_called"
TOLD: Final = "escalation.second_person_told"
UNTOLD: Final = "escalation.second_person_untold"
READER_TOLD: Final = "escalation.second_reader_told"
READER_UNTOLD: Final = "escalation.second_reader_untold"
OVERDUE_TOLD: Final = "escalation.second_reading_overdue"


@dataclass(frozen=True)
class SecondPersonAlertStatus:
    """The status of an alert to a second person: asked for, told (by id), or that nobody could
    be."""

    at: datetime
    told: tuple[str, ...]
    reached_nobody: bool


def last_alert_for_approval(work: Work, escalation: Escalation) -> SecondPersonAlertStatus | None:
    """The last alert to approve a draft, or an answer that waits, as it is now."""
    return _last_call(work, escalation, (CALLED, TOLD, UNTOLD))


def last_alert_to_read_afterwards(
    work: Work, escalation: Escalation
) -> SecondPersonAlertStatus | None:
    """The last alert to read what was sent on one person's word."""
    return _last_call(work, escalation, (READER_TOLD, READER_UNTOLD, OVERDUE_TOLD))


def alert_to_read_overdue(work: Work, escalation: Escalation) -> SecondPersonAlertStatus | None:
    """The alert to more people when the hour for reading was over; None if there was none."""
    return _last_call(work, escalation, (OVERDUE_TOLD,))


def alert_second_person_once(work: Work, escalation: Escalation) -> None:
    """Queue an alert to a second person about the words that wait now, unless one is on its way or
    was heard."""
    call = last_alert_for_approval(work, escalation)
    if call is not None and not call.reached_nobody:
        return
    work.record(
        CALLED,
        escalation,
        wording=escalation.wording_to_approve,
        words=pending_review_kind(escalation),
    )
    work.enqueue("escalations.call_second_person", escalation_id=escalation.id)


def pending_review_kind(escalation: Escalation) -> str:
    """Which words of a request wait for a second person: its packet, an answer, or what was sent
    already; as history says it."""
    return "answer" if escalation.has_answer_to_approve else "request"


def _last_call(
    work: Work, escalation: Escalation, actions: tuple[str, ...]
) -> SecondPersonAlertStatus | None:
    entries = select(HistoryEntry).where(
        HistoryEntry.subject_id == escalation.id, HistoryEntry.action.in_(actions)
    )
    for entry in work.session.scalars(entries.order_by(HistoryEntry.id.desc())):
        # Entries from before answers had second persons name the packet.
        about = entry.details.get("wording") or entry.details.get("packet_hash")
        if about == escalation.wording_to_approve:
            told = texts_in(entry.details, "told")
            return SecondPersonAlertStatus(entry.at, told, entry.action in (UNTOLD, READER_UNTOLD))
    return None
