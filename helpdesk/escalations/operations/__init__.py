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
    add_findings_to_draft,
    change_draft,
    write_draft,
)
from helpdesk.escalations.operations.partner_actions import (
    acknowledge,
    ask_for_information,
    decide,
    look_back,
    note_ticket,
    open_packet_and_record,
)
from helpdesk.escalations.operations.partner_notifications import (
    enqueue_waiting_news,
    record_partner_told,
    record_partner_told_another_way,
)
from helpdesk.escalations.operations.staff_actions import (
    WAY_TO_REPORTER,
    answer_question,
    approve_answer,
    send_again,
    stop_waiting,
    wait_for_partner,
)
from helpdesk.escalations.operations.verifying import deny_verdict, verify
from helpdesk.escalations.operations.withdrawing import withdraw, withdraw_requests_without_consent

__all__ = [
    "NOT_TAKEN",
    "WAY_TO_REPORTER",
    "DeliveryJob",
    "acknowledge",
    "add_findings_to_draft",
    "answer_question",
    "approve",
    "approve_answer",
    "ask_for_information",
    "ask_second_person",
    "begin_attempt",
    "change_draft",
    "decide",
    "deny_verdict",
    "enqueue_waiting_news",
    "look_back",
    "note_ticket",
    "open_packet_and_record",
    "read_afterwards",
    "record_partner_told",
    "record_partner_told_another_way",
    "send_again",
    "settle_attempt",
    "stop_waiting",
    "verify",
    "wait_for_partner",
    "waive_public_form",
    "withdraw",
    "withdraw_requests_without_consent",
    "write_draft",
]
