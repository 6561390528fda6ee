"""Operations on a request; one function per sentence."""

from helpdesk.escalations.operations.approving import (
    alert_second_person,
    approve_request,
    confirm_read_afterwards,
    waive_public_form,
)
from helpdesk.escalations.operations.delivery_attempts import (
    StartedAttempt,
    begin_attempt,
    record_attempt_result,
)
from helpdesk.escalations.operations.drafting import (
    NOT_TAKEN,
    add_findings_to_draft,
    change_draft,
    write_draft,
)
from helpdesk.escalations.operations.entered_answers import (
    enter_acknowledgement,
    enter_decision,
    enter_question,
)
from helpdesk.escalations.operations.exporting import export_requests
from helpdesk.escalations.operations.follow_ups import (
    enqueue_due_follow_ups,
    hurry_follow_up,
    may_be_hurried,
    record_nudged,
    record_unanswered,
    refresh_if_still_silent,
    stop_follow_up,
)
from helpdesk.escalations.operations.form_carrying import (
    open_text_to_copy,
    record_not_sent,
    record_sent_by_hand,
    text_to_copy,
    why_not_sent_then,
)
from helpdesk.escalations.operations.link_visits import (
    close_link_visit,
    open_link,
)
from helpdesk.escalations.operations.partner_actions import (
    acknowledge_request,
    ask_for_information,
    open_packet_and_record,
    open_packet_for_export,
    record_action_before_withdrawal,
    record_partner_decision,
    require_let_in_to_see_outcome,
    set_partner_ticket,
)
from helpdesk.escalations.operations.partner_calls import record_partner_call
from helpdesk.escalations.operations.partner_changes import (
    change_partner_of_draft,
    record_consent_to_partner,
)
from helpdesk.escalations.operations.partner_links import (
    end_link,
    make_link,
    record_code_given,
)
from helpdesk.escalations.operations.partner_notifications import (
    enqueue_waiting_news,
    record_partner_told,
    record_partner_told_another_way,
)
from helpdesk.escalations.operations.partners_in_doubt import (
    hold_or_resume_requests_of_partner,
    wake_cases_of_unread_requests,
)
from helpdesk.escalations.operations.requests_no_longer_justified import (
    wake_case_if_requests_not_justified,
)
from helpdesk.escalations.operations.rising_levels import raise_requests_to_level
from helpdesk.escalations.operations.sending_back import send_draft_back
from helpdesk.escalations.operations.staff_actions import (
    answer_question,
    approve_answer,
    pause_case_for_partners,
    record_partner_silence,
    resend_request,
)
from helpdesk.escalations.operations.verdicts import dispute_verdict, record_verdict
from helpdesk.escalations.operations.withdrawing import (
    withdraw_request,
    withdraw_requests_without_consent,
)

__all__ = [
    "NOT_TAKEN",
    "StartedAttempt",
    "acknowledge_request",
    "add_findings_to_draft",
    "alert_second_person",
    "answer_question",
    "approve_answer",
    "approve_request",
    "ask_for_information",
    "begin_attempt",
    "change_draft",
    "change_partner_of_draft",
    "close_link_visit",
    "confirm_read_afterwards",
    "dispute_verdict",
    "end_link",
    "enqueue_due_follow_ups",
    "enqueue_waiting_news",
    "enter_acknowledgement",
    "enter_decision",
    "enter_question",
    "export_requests",
    "hold_or_resume_requests_of_partner",
    "hurry_follow_up",
    "make_link",
    "may_be_hurried",
    "open_link",
    "open_packet_and_record",
    "open_packet_for_export",
    "open_text_to_copy",
    "pause_case_for_partners",
    "raise_requests_to_level",
    "record_action_before_withdrawal",
    "record_attempt_result",
    "record_code_given",
    "record_consent_to_partner",
    "record_not_sent",
    "record_nudged",
    "record_partner_call",
    "record_partner_decision",
    "record_partner_silence",
    "record_partner_told",
    "record_partner_told_another_way",
    "record_sent_by_hand",
    "record_unanswered",
    "record_verdict",
    "refresh_if_still_silent",
    "require_let_in_to_see_outcome",
    "resend_request",
    "send_draft_back",
    "set_partner_ticket",
    "stop_follow_up",
    "text_to_copy",
    "waive_public_form",
    "wake_case_if_requests_not_justified",
    "wake_cases_of_unread_requests",
    "why_not_sent_then",
    "withdraw_request",
    "withdraw_requests_without_consent",
    "write_draft",
]
