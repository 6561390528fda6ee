"""Texts for failed jobs: what did not happen, in words, for the duty board."""

from collections.abc import Mapping
from typing import Final

UNDONE: Final[Mapping[str, str]] = {
    "accounts.send_mailbox_code": "A code to confirm an address was not sent",
    "accounts.tell_of_access": "An email about a change to someone’s sign-in was not sent",
    "accounts.tell_old_mailbox": "An email to an address that was replaced was not sent",
    "cases.tell_of_cases": "A colleague was not told which cases they were given",
    "cases.wake": "A case that was paused did not come back on its day",
    "escalations.call_second_person": "Nobody was asked to read and approve a request or answer",
    "escalations.call_second_reader": "Nobody was asked to read a request that was already sent",
    "escalations.cancel_unsent": "Requests were not stopped after consent was withdrawn",
    "escalations.deliver": "A request was not sent to its partner",
    "escalations.follow_level": "Requests did not become more urgent with their case",
    "escalations.follow_vetting": (
        "Requests were not held up, or did not go on, when a partner’s vetting changed"
    ),
    "escalations.reading_overdue": "Nobody was told that a request that was already sent is unread",
    "escalations.follow_up": "A partner who hasn’t answered was not asked again",
    "triage.follow_up": "Nobody was asked to follow up a request that hasn’t been answered",
    "escalations.tell_partner": "A partner was not told about an update on a request",
    "escalations.tell_what_waited": (
        "A partner was not sent updates that waited for its address to be confirmed"
    ),
    "escalations.wake_unread": (
        "Nobody was told that a partner may have nobody left who can open requests"
    ),
    "intake.send_reminder": "A reporter was not told by email that an answer is waiting",
    "intake.send_reminder_code": "A code to confirm a reporter’s address was not sent",
    "intake.warn_of_quota": "Nobody was warned that reports have used most of their storage",
    "partners.send_mailbox_code": "A code to confirm a partner’s address was not sent",
    "partners.tell_old_mailbox": "An email to a partner’s address that was replaced was not sent",
    "triage.alarm": "An alert that our answer is due was not sent",
    "triage.call_on_duty": "The people on duty were not told of a new case",
    "triage.request_alarm": "An alert that our time for a request is over was not sent",
    "triage.send_news": "An email about updates for a colleague was not sent",
    "triage.tell_duty": "The people on duty were not told about an update",
    "triage.tell_of_many": "The people on duty were not told how many cases are waiting",
    "triage.tell_owner": "The person who has the case was not told about an update",
    "triage.tell_person": "A colleague was not told about an update",
    "triage.word_alarm": "An alert that our next update is due was not sent",
}


def describe_failed_job(job: str) -> str:
    """Describe a failed job: what people miss. A job that this version does not know keeps its
    name."""
    return UNDONE.get(job, f"The job {job} was not done")
