"""What can happen to a request; one function per sentence."""

from helpdesk.escalations.operations.approving import (
    approve,
    ask_second_person,
    read_afterwards,
    waive_public_form,
)
from helpdesk.escalations.operations.delivery_attempts import (
    DeliveryJob,
    begin_attempt,
    settle_attempt,
)
from helpdesk.escalations.operations.drafting import (
    NOT_TAKEN,
    change_draft,
    take_findings_into_draft,
    write_draft,
)
from helpdesk.escalations.operations.partner_actions import (
    acknowledge,
    ask_for_information,
    decide,
    look_back,
    note_reading,
    note_ticket,
)
from helpdesk.escalations.operations.staff_actions import (
    WAY_TO_REPORTER,
    answer_question,
    approve_answer,
    send_again,
    stop_waiting,
    wait_for_partner,
)
from helpdesk.escalations.operations.telling import note_news, say_they_know, tell_what_waited
from helpdesk.escalations.operations.verifying import deny_verdict, verify
from helpdesk.escalations.operations.withdrawing import respect_withdrawn_consent, withdraw

__all__ = [
    "NOT_TAKEN",
    "WAY_TO_REPORTER",
    "DeliveryJob",
    "acknowledge",
    "answer_question",
    "approve",
    "approve_answer",
    "ask_for_information",
    "ask_second_person",
    "begin_attempt",
    "change_draft",
    "decide",
    "deny_verdict",
    "look_back",
    "note_news",
    "note_reading",
    "note_ticket",
    "read_afterwards",
    "respect_withdrawn_consent",
    "say_they_know",
    "send_again",
    "settle_attempt",
    "stop_waiting",
    "take_findings_into_draft",
    "tell_what_waited",
    "verify",
    "wait_for_partner",
    "waive_public_form",
    "withdraw",
    "write_draft",
]
