"""The timeline: history in whole sentences. History keeps codes; here they become words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from helpdesk.core.history import HistoryEntry

# What is said of an action; {details} are codes of the entry, read as words.
SENTENCES: Final[Mapping[str, str]] = {
    "case.submitted": "The report arrived.",
    "case.judged": "Judged {level} by rule {rule} of the triage table {table}.",
    "case.level_raised": "Raised from {was} to {level} by hand.",
    "case.lowering_asked": "Asked to lower the level from {was} to {level}.",
    "case.lowering_decided": "Decided on the lower level.",
    "case.claimed": "Took the case.",
    "case.released": "Gave the case back to the queue.",
    "case.handed_over": "Handed the case over to {to}.",
    "case.read": "Read the case.",
    "case.waits": "The case waits for the {on}.",
    "case.resumed": "The case goes on.",
    "case.closed": "Closed the case as {outcome}.",
    "case.reopened": "Opened the case again.",
    "case.withdrawn": "Withdrew the report.",
    "message.sent": "Wrote to the reporter.",
    "message.received": "Wrote to us.",
    "mailbox.opened": "Looked into the mailbox.",
    "note.added": "Wrote a note.",
    "consent.given": "Consent was written down: {kind} {platform}.",
    "consent.withdrawn": "Consent was taken back: {kind} {platform}.",
    "triage.duty_called": "Who is on duty was told that the case waits.",
    "triage.alarm_sent": "An alarm went out at {percent} % of the time to the first reply.",
    "triage.owner_told": "Who has the case was told that it moved.",
    "playbook.started": "Started the playbook {playbook}.",
    "playbook.moved": "Moved the playbook on from {was} to {to_edition}.",
    "playbook.step_finished": "Finished the step {step} of {playbook}: {outcome}.",
    "playbook.step_skipped": "Left out the step {step} of {playbook}.",
    "playbook.step_reopened": "Took back the step {step} of {playbook}.",
    "playbook.ended": "The playbook ended: {ended_as}.",
    "escalation.drafted": "Wrote a request to {partner}: {ask}.",
    "escalation.changed": "Changed the request.",
    "escalation.form_waived": "Answered for leaving out the platform's own form.",
    "escalation.approved": "Approved the request.",
    "escalation.second_read": "Read the request after it had left.",
    "escalation.with_partner": "The request is with the partner.",
    "escalation.read": "The partner opened the request.",
    "escalation.acknowledged": "The partner acknowledged the request.",
    "escalation.asked": "The partner asked something.",
    "escalation.answered": "Answered the partner's question.",
    "escalation.decided": "The partner decided: {outcome}, {reason}.",
    "escalation.verified": "Whether it is fixed: {verdict}.",
    "escalation.unanswered": "The partner did not answer in time.",
    "escalation.withdrawn": "The request was taken back: {because}.",
    "delivery.attempted": "The request left, attempt {number}.",
    "delivery.attempt_ended": "Attempt {number} of the request: {result}.",
    "delivery.dead_letter": "The request could not be carried: {trouble}.",
    "delivery.sent_again": "Had the request carried once more.",
    "delivery.cancelled": "The request was stopped before it arrived: {because}.",
    "delivery.result_came_late": "An old attempt of the request ended late: {result}.",
}


@dataclass(frozen=True)
class Line:
    """One thing that happened: when, who, in words."""

    at: datetime
    who: str
    sentence: str


def actors_in(entries: Iterable[HistoryEntry]) -> set[str]:
    """Whoever is named in these entries, so that all names can be asked for once."""
    named = {f"person:{entry.details['to']}" for entry in entries if entry.details.get("to")}
    return named | {entry.actor_id for entry in entries}


def lines_of(entries: Iterable[HistoryEntry], names: Mapping[str, str]) -> list[Line]:
    """History as it is read, in the order it came."""
    return [Line(entry.at, names[entry.actor_id], sentence_for(entry, names)) for entry in entries]


def sentence_for(entry: HistoryEntry, names: Mapping[str, str]) -> str:
    """An action we have no sentence for is said by its own words, and never left out."""
    said = SENTENCES.get(entry.action)
    if said is None:
        return _as_words(entry.action).capitalize() + "."
    if "{" not in said:
        return said
    details = _Details({**entry.details, "to": names.get(f"person:{entry.details.get('to')}", "")})
    return " ".join(said.format_map(details).replace(" .", ".").split())


class _Details(dict[str, Any]):
    """Codes as words; what is not there is nothing."""

    def __missing__(self, key: str) -> str:
        return ""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        return _as_words(value) if isinstance(value, str) and key != "to" else value or ""


def _as_words(code: str) -> str:
    """`case.handed_over` reads "case handed over"; a version keeps its dots."""
    if any(letter.isdigit() for letter in code):
        return code
    return code.replace("_", " ").replace(".", " ")
