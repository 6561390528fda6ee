"""What can happen to a request; one function per sentence."""

from helpdesk.escalations.operations.approving import (
    approve,
    ask_second_person,
    confirm_read_afterwards,
    waive_public_form,
)
from helpdesk.escalations.operations.delivery_attempts import (
    StartedAttempt,
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
    open_packet_and_record,
    require_may_read_ended_request,
    set_partner_ticket,
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
from helpdesk.escalations.operations.verdicts import deny_verdict, record_verdict
from helpdesk.escalations.operations.withdrawing import withdraw, withdraw_requests_without_consent

__all__ = [
    "NOT_TAKEN",
    "WAY_TO_REPORTER",
    "StartedAttempt",
    "acknowledge",
    "add_findings_to_draft",
    "answer_question",
    "approve",
    "approve_answer",
    "ask_for_information",
    "ask_second_person",
    "begin_attempt",
    "change_draft",
    "confirm_read_afterwards",
    "decide",
    "deny_verdict",
    "enqueue_waiting_news",
    "open_packet_and_record",
    "record_partner_told",
    "record_partner_told_another_way",
    "record_verdict",
    "require_may_read_ended_request",
    "send_again",
    "set_partner_ticket",
    "settle_attempt",
    "stop_waiting",
    "wait_for_partner",
    "waive_public_form",
    "withdraw",
    "withdraw_requests_without_consent",
    "write_draft",
]
