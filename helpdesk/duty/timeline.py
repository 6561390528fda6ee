"""The timeline of a case: history in whole sentences. History keeps codes; here they become words.

A step, its outcome and how a playbook ended are said as in the edition that was at work.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from helpdesk.core.history import HistoryEntry
from helpdesk.core.history_details import text_in, texts_in
from helpdesk.core.markup import bidi_isolate
from helpdesk.core.plausible_days import format_plain_day, format_plain_moment
from helpdesk.escalations.partner_links import ENDED as LINK_ENDED
from helpdesk.escalations.partner_links import WAYS as CODE_WAYS
from helpdesk.escalations.staff_and_partner_labels import (
    ACTIONS,
    ASKS,
    CALL_RESULTS,
    FOLLOW_UPS,
    VERDICTS,
    reasons_for,
)
from helpdesk.playbooks.model import Playbook
from helpdesk.playbooks.repository import load_current_library

# What is said of an action; {details} are codes of the entry, read as words.
SENTENCES: Final[Mapping[str, str]] = {
    "case.submitted": "The report arrived{lane}.",
    "case.judged": "Judged {level}{before} by rule {rule} of the triage table {table}.{corrected}",
    "case.answers_released": "Matched the advice in the mailbox to the answers: {answers}.",
    "case.level_raised": "Raised from {was} to {level} by a colleague.",
    "case.raised_by_answers": "Answers in the mailbox raised it from {was} to {level}.",
    "case.danger_told": "Told us that someone is in danger now. It was {was}, and is now {level}.",
    "case.closing_asked": "Asked a second person to agree that it is not a report.",
    "case.closing_decided": "{decision}",
    "case.lowering_asked": "Asked to lower the level from {was} to {level}.",
    "case.lowering_decided": "{decision}",
    "case.claimed": "Took the case{lane}.",
    "case.left_second_lane": "Someone has it, so it’s no longer listed as possibly automated.",
    "case.released": "Gave the case back to the queue. {because}",
    "case.handed_over": "Handed the case over to {to}. {because}",
    "case.read": "Read the case.",
    "case.waits": "The case {waits} until {until}.",
    "case.resumed": "The case is open again. {because}",
    "case.closed": "Closed the case as {outcome}.{disputed}",
    "case.reopened": "Reopened the case.",
    "case.withdrawn": "Withdrew the report.",
    "message.sent": "Wrote to the reporter.",
    "message.received": "Wrote to us.",
    "conversation.recorded": "Spoke to the reporter {way} on {spoke_at}. {late}",
    "case.danger_seen": "Saw that the case was withdrawn after the reporter told us of danger.",
    "conversation.tried": "Tried to reach the reporter {way} on {spoke_at}, without success.",
    "conversation.denied": "Said it wasn’t them we spoke to {way} on {spoke_at}.",
    "message.needs_no_answer": "Recorded that this needs no answer.",
    "mailbox.opened": "Opened the mailbox.",
    "note.added": "Wrote a note.",
    "reminder.asked": "Asked to be told by email when an answer is waiting.",
    "reminder.confirmed": "Confirmed their email address for reminders.",
    "reminder.ended": "Turned email reminders off.",
    "reminder.sent": "The reporter was told by email that an answer is waiting.",
    "reminder.failed": "An email reminder to the reporter could not be sent.",
    "case.region_recorded": "Recorded which region the reporter is in.",
    "consent.given": "Consent was recorded: {kind} {platform}.",
    "consent.withdrawn": "Consent was withdrawn: {kind} {platform}.",
    "consent.confirmed": "Recorded consent was confirmed: {kind} {platform}.",
    "consent.denied": "The reporter says that they did not agree: {kind} {platform}.",
    "triage.duty_called": "The people on duty were alerted to the case.",
    "triage.alarm_sent": "An alert was sent after {percent}% of the time for our answer.",
    "triage.request_alarm_sent": "An alert was sent because our deadline for a request had passed.",
    "triage.phone_call_asked": "The people on duty were asked to phone the partner, who hadn’t "
    "answered.",
    "triage.word_alarm_sent": "An alert was sent after {percent}% of the time for our next update.",
    "triage.owner_told": "The person who has the case was told about an update.",
    "triage.unheard": "An alert reached nobody in this queue. It is in red on the duty board.",
    "playbook.started": "Started the playbook {playbook}.",
    "playbook.shown_in_mailbox": "Let the reporter’s mailbox show the advice of {playbook}.",
    "playbook.moved": "Moved the playbook {playbook} on from {was} to {to_edition}.",
    "playbook.step_finished": "Finished the step {step}: {outcome}.",
    "playbook.step_comes_back": "Recorded the step {step}: {outcome}. It is due again {at}.",
    "playbook.step_skipped": "Skipped the step {step}.",
    "playbook.step_reopened": "Undid the step {step}.",
    "playbook.ended": "The playbook {playbook} ended: {ended_as}.",
    "outbox.skipped": "What was due when a backup was restored was not sent again.",
    "escalation.drafted": "Wrote a request to {partner}: {ask}.",
    "escalation.changed": "Changed the request.",
    "escalation.sent_back": "Sent the draft back, so that it’s changed first.",
    "escalation.form_waived": "Took responsibility for not filing the platform’s own form.",
    "escalation.approved": "Approved the request{alone}.",
    "escalation.approved_again": "Approved the request again, because someone who wrote or "
    "approved it had confirmed again who is asking, or whose account it is.",
    "escalation.second_person_called": "Asked for a second person to read the {words}.",
    "escalation.second_person_told": "A second person was asked to read the {words}.",
    "escalation.second_person_untold": "Nobody could be reached to read the {words}.",
    "escalation.second_reader_told": "A second person was asked to read what had been sent.",
    "escalation.second_reader_untold": "Nobody could be reached to read what had been sent.",
    "escalation.second_reading_overdue": "Nobody had read it within the hour, so someone else was "
    "asked to.",
    "escalation.second_read": "Read the request as its second reader.",
    "escalation.waiver_ended": "The waiver of the platform’s own form ended, because the request "
    "is to another organisation now.",
    "escalation.partner_changed": "The request is now to {partner}.",
    "escalation.partner_told": "The partner was told about an update on the request.",
    "escalation.partner_told_otherwise": "Told the partner in another way about an update on "
    "the request.",
    "escalation.nothing_to_tell_partner": "Nobody sent the request, so the partner doesn’t have to "
    "be told about an update on it.",
    "escalation.partner_untold": "The partner could not be emailed about an update on the "
    "request. It is in red on the duty board.",
    "escalation.with_partner": "The request is with the partner.",
    "escalation.more_urgent": "The request became more urgent, with the case.",
    "escalation.held_up": "The request is held up, because we have doubts about the partner.",
    "escalation.goes_on": "The partner was vetted again, so the request can go ahead.",
    "escalation.read": "The partner {read} the request.",
    "escalation.acknowledged": "The partner acknowledged the request.",
    "escalation.asked": "The partner has a question.",
    "escalation.acknowledgement_entered": "Recorded that the partner has confirmed the request.",
    "escalation.question_entered": "Recorded a question of the partner.",
    "escalation.decision_entered": "Recorded that the partner {decided}: {outcome}. Their reason: "
    "{reason}.",
    "escalation.sent_by_hand": "Sent the request by the partner’s own form.",
    "escalation.answer_written": "Wrote an answer to the partner, for a second person to send.",
    "escalation.answered": "Answered the partner’s question{alone}.",
    "escalation.decided": "The partner {decided}: {outcome}. Their reason: {reason}.",
    "escalation.acted_before": "The partner had already acted before the request was withdrawn: "
    "{outcome}.",
    "escalation.link_made": "Made a link and a code by which the partner opens the request.",
    "escalation.link_code_given": "Gave the partner the code for their link {way}.",
    "escalation.link_code_refused": "Someone at the partner’s link entered a wrong code.",
    "escalation.link_ended": "A link to the request ended. {because}",
    "escalation.ticket_noted": "The partner added their own reference for the request.",
    "escalation.verified": "Whether it is fixed: {verdict}.",
    "escalation.verdict_denied": (
        "Said they never told us this about whether it is fixed: {verdict}."
    ),
    "escalation.nudged": "The partner was emailed again, because they hadn’t answered.",
    "escalation.partner_phoned": "Phoned the partner: {result}.",
    "escalation.follow_up_hurried": "Did a follow-up early: {step}.",
    "escalation.follow_up_stopped": "Stopped a follow-up: {step}.",
    "escalation.unanswered": "The partner did not answer in time.",
    "escalation.withdrawn": "The request was withdrawn: {because}.",
    "delivery.attempted": "The request was sent, attempt {number}.",
    "delivery.opened_to_copy": "Opened the text of the request to copy it into the partner’s form.",
    "delivery.attempt_ended": "Attempt {number} of the request: {result}.",
    "delivery.dead_letter": "The request could not be sent: {trouble}.",
    "delivery.sent_again": "Sent the request again.",
    "delivery.cancelled": "The request was stopped before it arrived: {because}.",
    "delivery.result_came_late": "An earlier attempt to send the request ended late: {result}.",
}
# What a second person is called to read; entries of before say nothing, and a request was meant.
READ: Final = {"None": "request", "request": "request", "answer": "answer to the partner"}
CONSENTS: Final = {
    "help": "to work on the case and help",
    "keep": "to keep it after the case is closed",
    "helper": "to share it with another helper",
    "platform": "to ask",
}
PAUSED: Final = {"reporter": "is waiting for the reporter", "partner": "is waiting for the partner"}
BACK: Final = {
    "day_came": "The date it was waiting for has come.",
    "reporter_silent": "The reporter did not answer in the time we gave them.",
    "partner_silent": "The partner’s time is up.",
    "nothing_left": "No partner has a request from us any more.",
    "partner_acted": "The partner has answered or asked something.",
    "reporter_acted": "The reporter has been in touch.",
    "level_raised": "It became more urgent.",
    "request_moved": "There is an update on a request.",
}
# Details that have words of their own on the pages where people choose them.
WAYS: Final = {
    "telephone": "by phone",
    "signal": "on Signal",
    "in_person": "in person",
    "other_desk": "through another helpdesk",
    "other": "in another way",
}
LATE: Final = {"late": "It was recorded after our answer or update was due."}
LEFT: Final = {"left": "The person who had it can no longer work on it."}
WORDS: Final[Mapping[str, Mapping[str, Mapping[Any, str]]]] = {
    "case.released": {"because": LEFT},
    "case.handed_over": {"because": LEFT},
    "conversation.recorded": {"way": WAYS, "late": LATE},
    "conversation.tried": {"way": WAYS, "late": LATE},
    "conversation.denied": {"way": WAYS},
    "consent.given": {"kind": CONSENTS},
    "consent.withdrawn": {"kind": CONSENTS},
    "consent.confirmed": {"kind": CONSENTS},
    "consent.denied": {"kind": CONSENTS},
    "case.resumed": {"because": BACK},
    "escalation.drafted": {"ask": ASKS},
    "escalation.decided": {"outcome": ACTIONS},
    "escalation.decision_entered": {"outcome": ACTIONS},
    "escalation.acted_before": {"outcome": ACTIONS},
    "escalation.link_code_given": {
        "way": {one: said[0].lower() + said[1:] for one, said in CODE_WAYS.items()}
    },
    "escalation.link_ended": {"because": LINK_ENDED},
    "escalation.partner_phoned": {"result": CALL_RESULTS},
    "escalation.follow_up_hurried": {"step": FOLLOW_UPS},
    "escalation.follow_up_stopped": {"step": FOLLOW_UPS},
    "escalation.verified": {"verdict": VERDICTS},
    "escalation.verdict_denied": {"verdict": VERDICTS},
    "escalation.second_person_called": {"words": READ},
    "escalation.second_person_told": {"words": READ},
    "escalation.second_person_untold": {"words": READ},
}
# What a partner did; why reads by what it was asked for.
DECIDED: Final = ("escalation.decided", "escalation.decision_entered")
JUDGED: Final = "case.judged"
RELEASED: Final = "case.answers_released"
LOWERED: Final = "case.lowering_decided"
CLOSED_BY_TWO: Final = "case.closing_decided"
COMES_BACK: Final = "playbook.step_comes_back"
# How many things the page of a case shows; all of them have a page of their own.
SHOWN: Final = 8


class TimelineLine(NamedTuple):
    """A line of the timeline: one thing that happened, when, who, in words."""

    at: datetime
    who: str
    sentence: str


def actor_ids_in(entries: Iterable[HistoryEntry]) -> set[str]:
    """The ids of all actors in these entries, so that all names can be asked for once."""
    named = {f"person:{to}" for entry in entries if (to := text_in(entry.details, "to"))}
    return named | {entry.actor_id for entry in entries}


def partner_ids_in(entries: Iterable[HistoryEntry]) -> set[str]:
    """The ids of all partners whom the reporter agreed to by name in these entries."""
    return {one for entry in entries if (one := text_in(entry.details, "partner_id"))}


def timeline_of(
    entries: Iterable[HistoryEntry], names: Mapping[str, str], pages: Sequence[Playbook] = ()
) -> list[TimelineLine]:
    """Turn history entries into timeline lines, in the order they came. `names` are those of actors
    and partners by their ids, `pages` those of the case's runs, the newest first: two editions may
    bear one version."""
    by_name = {page.name: page for page in reversed(pages)}
    return [
        TimelineLine(entry.at, names[entry.actor_id], sentence_for_entry(entry, names, by_name))
        for entry in entries
    ]


def sentence_for_entry(
    entry: HistoryEntry, names: Mapping[str, str], pages: Mapping[str, Playbook]
) -> str:
    """The sentence for a history entry. An action that has none is said by its own words, and never
    left out; so is one whose details nobody can read, which takes no page with it."""
    said = SENTENCES.get(entry.action)
    if said is None:
        return _as_words(entry.action).capitalize() + "."
    if "{" not in said:
        return said
    try:
        return _with_details(said, entry, names, pages)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # Entries are not only written by us: whoever has a process writes details of any shape.
        return f"{_as_words(entry.action).capitalize()}. The rest of this entry can’t be read."


def _with_details(
    said: str, entry: HistoryEntry, names: Mapping[str, str], pages: Mapping[str, Playbook]
) -> str:
    details = _Details(entry.details)
    to, partner_id = text_in(entry.details, "to"), text_in(entry.details, "partner_id")
    details.said["to"] = bidi_isolate(names.get(f"person:{to}", ""))
    details.said |= _in_words(entry)
    if partner := names.get(partner_id):
        details.said["platform"] = f"{bidi_isolate(partner)} ({details['platform']})"
    page = pages.get(text_in(entry.details, "playbook"))
    if page is not None:
        details.said |= _in_titles(
            entry.details, page, is_alone=len({one.id for one in pages.values()}) == 1
        )
    return " ".join(said.format_map(details).replace(" .", ".").split())


def _in_words(entry: HistoryEntry) -> dict[str, str]:
    """Codes as the pages say them; a platform by its name."""
    words = dict(WORDS.get(entry.action, {}))
    if entry.action in DECIDED:
        words["reason"] = reasons_for(entry.details.get("ask"))
    codes = {name: str(entry.details.get(name)) for name in words}
    said = {name: words[name][code] for name, code in codes.items() if code in words[name]}
    if entry.details.get("slow_lane"):
        said["lane"] = " and looked automated"
    if entry.details.get("second_lane"):
        said["lane"] = " from the list of possibly automated reports"
    if entry.action == COMES_BACK:
        said["at"] = format_plain_moment(datetime.fromisoformat(entry.details["at"]))
    if entry.action == "case.waits":
        said["waits"] = PAUSED.get(entry.details["on"], "is paused")
        said["until"] = format_plain_day(date.fromisoformat(entry.details["until"]))
    if entry.action == JUDGED:
        said |= _moved_from(entry.details)
    if entry.action == RELEASED:
        said["answers"] = ", ".join(_as_words(one) for one in entry.details["answers"])
    if entry.action == LOWERED:
        said["decision"] = _lowered(entry.details)
    if entry.action == CLOSED_BY_TWO:
        is_agreed = entry.details.get("granted")
        said["decision"] = f"{'Agreed' if is_agreed else 'Did not agree'} that it is not a report."
    if entry.details.get("own_dispute"):
        said["disputed"] = (
            " The reporter disputed something that the same person had recorded, and nobody else"
            " could open the case."
        )
    if entry.details.get("alone"):
        said["alone"] = ", on one person’s approval"
    if spoke_at := entry.details.get("spoke_at"):
        said["spoke_at"] = format_plain_moment(datetime.fromisoformat(spoke_at))
    said["read"] = "downloaded" if entry.details.get("exported") else "opened"
    said["decided"] = "corrected its decision" if entry.details.get("corrects") else "decided"
    slug = entry.details.get("platform")
    platform = load_current_library().platform(slug) if slug else None
    return said | ({"platform": str(platform.name)} if platform is not None else {})


def _lowered(details: Mapping[str, Any]) -> str:
    """Whether two people lowered a level, from which to which: an older entry names only one."""
    if not details.get("granted"):
        return "Did not agree to a lower level."
    before, after = text_in(details, "was"), text_in(details, "level")
    said = f" from {before}" if before else ""
    return f"Agreed to the lower level{said}" + (f" to {after}." if after else ".")


def _moved_from(details: Mapping[str, Any]) -> dict[str, str]:
    """From which level it came, and which answers were corrected; never what they say."""
    was = text_in(details, "was")
    names = ", ".join(_as_words(one) for one in texts_in(details, "corrected"))
    return {
        "before": f", after {was}," if was and was != details.get("level") else "",
        "corrected": f" Corrected answers: {names}." if names else "",
    }


def _in_titles(details: Mapping[str, Any], page: Playbook, *, is_alone: bool) -> dict[str, str]:
    """What a page calls its parts. Which page it was is said where the case has several."""
    said = {"playbook": f"“{page.title}”"}
    step = page.step(details.get("step", ""))
    if step is not None:
        said["step"] = f"“{step.title}”" if is_alone else f"“{step.title}” of “{page.title}”"
        outcome = step.outcome(details.get("outcome") or "")
        if outcome is not None:
            said["outcome"] = str(outcome.label)
    end = page.end(details.get("ended_as", ""))
    if end is not None:
        said["ended_as"] = str(end.label)
    return said


class _Details(dict[str, Any]):
    """Codes as words, unless they are `said` already; what is not there is nothing."""

    def __init__(self, codes: Mapping[str, Any]) -> None:
        super().__init__(codes)
        self.said: dict[str, str] = {}

    def __missing__(self, key: str) -> str:
        return ""

    def __getitem__(self, key: str) -> Any:
        if key in self.said:
            return self.said[key]
        value = super().__getitem__(key)
        if isinstance(value, str):
            return _as_words(value)
        return value if isinstance(value, int | float) and value else ""


def _as_words(code: str) -> str:
    """`case.handed_over` reads "case handed over"; a version keeps its dots."""
    if any(letter.isdigit() for letter in code):
        return code
    return code.replace("_", " ").replace(".", " ")
