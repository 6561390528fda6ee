# ruff: noqa: E501
"""What each database role may do in each table: the one list, which a new table needs a line in.

The migrations grant; this says what the sum of them must be. A right is a word of GRANT, with its
columns where it is for some of them only.
"""

APP, INTAKE = "helpdesk_app", "helpdesk_intake"
PARTNER, WORKER, TICKER = "helpdesk_partner", "helpdesk_worker", "helpdesk_ticker"
ROLES = (APP, INTAKE, PARTNER, WORKER, TICKER)

RIGHTS: dict[str, dict[str, str]] = {
    "alembic_version": {
        APP: "SELECT",
    },
    "cases": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, INSERT, UPDATE (for_advice, reply_due_at, state, waits_on, waits_until, word_due_at)",
        PARTNER: "SELECT, UPDATE (reply_due_at, state, waits_on, waits_until, word_due_at)",
        WORKER: "SELECT, UPDATE (reply_due_at, state, unheard_since, waits_on, waits_until, word_due_at)",
        TICKER: "SELECT, UPDATE (reply_due_at, state, unheard_since, waits_on, waits_until, word_due_at)",
    },
    "clock_events": {
        APP: "SELECT, INSERT",
        INTAKE: "SELECT, INSERT",
        PARTNER: "SELECT, INSERT",
        WORKER: "SELECT, INSERT",
        TICKER: "SELECT, INSERT",
    },
    "closing_requests": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "closures": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, INSERT",
        PARTNER: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "consents": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, INSERT, UPDATE (confirmed_at, confirmed_by, withdrawn_at)",
        PARTNER: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "contributions": {
        APP: "SELECT, INSERT",
        WORKER: "SELECT",
    },
    "decisions": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT",
        PARTNER: "SELECT, INSERT",
    },
    "conversations": {
        APP: "SELECT, INSERT, UPDATE (objected_at, settled_at)",
        INTAKE: "SELECT (answered_due_at, case_id, id, objected_at, reached, settled_at, spoke_at, way), UPDATE (objected_at)",
    },
    "deliveries": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT, UPDATE (accepted_at, fence, leased_until, retry_at, state)",
        WORKER: "SELECT, UPDATE (accepted_at, fence, leased_until, retry_at, state)",
        TICKER: "SELECT, UPDATE (accepted_at, fence, leased_until, retry_at, state)",
    },
    "delivery_attempts": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT",
        WORKER: "SELECT, INSERT, UPDATE (ended_at, result, trouble)",
        TICKER: "SELECT, INSERT, UPDATE (ended_at, result, trouble)",
    },
    "email_reminders": {
        APP: "SELECT (case_id, state, told_at)",
        WORKER: "SELECT, UPDATE (code_sent_at, code_tag, sending_at, state, stop_tag, told_at)",
        TICKER: "SELECT, UPDATE (code_sent_at, code_tag, sending_at, state, stop_tag, told_at)",
    },
    "escalations": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, UPDATE (answer_due_at, state, turn_due_at)",
        PARTNER: "SELECT, UPDATE (answer_due_at, state, ticket, ticket_for_partner, turn_due_at, untold_since)",
        WORKER: "SELECT, UPDATE (answer_due_at, priority, state, turn_due_at, untold_since)",
        TICKER: "SELECT, UPDATE (answer_due_at, priority, state, turn_due_at, untold_since)",
    },
    "request_follow_ups": {
        APP: "SELECT, INSERT",
        WORKER: "SELECT",
        TICKER: "SELECT, INSERT (at, by, case_id, escalation_id, id, is_stopped, step, turn_due_at)",
    },
    "partner_calls": {
        APP: "SELECT, INSERT",
    },
    "evaluations": {
        APP: "SELECT, INSERT",
        INTAKE: "INSERT",
    },
    "evidence": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "exchanges": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT (at, case_id, escalation_id, id, is_from_partner)",
        PARTNER: "SELECT, INSERT",
    },
    "facts": {
        APP: "SELECT, INSERT, UPDATE, DELETE",
    },
    "history": {
        APP: "SELECT, INSERT (action, actor_id, at, case_id, details, subject_id, subject_type)",
        INTAKE: "SELECT (id), INSERT (action, actor_id, at, case_id, details, subject_id, subject_type)",
        PARTNER: "SELECT, INSERT (action, actor_id, at, case_id, details, subject_id, subject_type)",
        WORKER: "SELECT, INSERT (action, actor_id, at, case_id, details, subject_id, subject_type)",
        TICKER: "SELECT, INSERT (action, actor_id, at, case_id, details, subject_id, subject_type)",
    },
    "history_checkpoints": {
        APP: "SELECT",
        TICKER: "SELECT, INSERT",
    },
    "history_links": {
        APP: "SELECT",
        TICKER: "SELECT, INSERT",
    },
    "intake_load": {
        APP: "SELECT",
        INTAKE: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "key_copies": {
        APP: "SELECT, INSERT, DELETE",
        INTAKE: "INSERT",
        PARTNER: "SELECT, INSERT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "key_signatures": {
        APP: "SELECT, INSERT",
        INTAKE: "SELECT",
        PARTNER: "SELECT, INSERT",
    },
    "keys": {
        APP: "SELECT, INSERT",
        INTAKE: "SELECT, INSERT",
        PARTNER: "SELECT, INSERT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "level_requests": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "memberships": {
        APP: "SELECT, INSERT, UPDATE, DELETE",
        PARTNER: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "messages": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, INSERT",
    },
    "new_mailboxes": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT, INSERT, UPDATE (address, address_for_self, asked_at, code, code_tag, old, sent_at, tries)",
        WORKER: "SELECT, UPDATE (code, emails_wait_until, old, sent_at)",
        TICKER: "SELECT, UPDATE (code, emails_wait_until, old, sent_at)",
    },
    "new_partner_mailboxes": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT, UPDATE (tries)",
        WORKER: "SELECT, UPDATE (code, emails_wait_until, old, sent_at)",
        TICKER: "SELECT, UPDATE (code, emails_wait_until, old, sent_at)",
    },
    "news": {
        APP: "SELECT, UPDATE (seen_at)",
        WORKER: "SELECT, INSERT, UPDATE (at, is_untold, request_id, seen_at, times, told_at)",
        TICKER: "SELECT, INSERT, UPDATE (at, is_untold, request_id, seen_at, times, told_at)",
    },
    "notes": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "outbox": {
        APP: "SELECT, INSERT, UPDATE (attempts, due_at, ended_at, fence, leased_until, state, trouble)",
        INTAKE: "SELECT (id), INSERT",
        PARTNER: "SELECT (id), INSERT",
        WORKER: "SELECT, INSERT, UPDATE (attempts, due_at, ended_at, fence, leased_until, state, trouble)",
        TICKER: "SELECT, INSERT, UPDATE (attempts, due_at, ended_at, fence, leased_until, state, trouble)",
    },
    "partner_channels": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT (ended_on, id, onward_disclosure)",
        WORKER: "SELECT (ended_on, id, onward_disclosure, openpgp_expires_at)",
        TICKER: "SELECT (ended_on, id, onward_disclosure, openpgp_expires_at)",
    },
    "partner_link_visits": {},
    "partner_links": {
        APP: "SELECT, INSERT, UPDATE",
        WORKER: "SELECT (address, case_id, ended_at, escalation_id, expires_at, given_at, id)",
        TICKER: "SELECT (address, case_id, ended_at, escalation_id, expires_at, given_at, id)",
    },
    "partner_contacts": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "partners": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT (asks, id, is_drill, kind, name, platform, retired_on, slug, vetted_by, vetted_on)",
        PARTNER: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "paused_addresses": {
        WORKER: "SELECT, INSERT, UPDATE (sent_at, until)",
        TICKER: "SELECT, INSERT, UPDATE (sent_at, until)",
    },
    "people": {
        APP: "SELECT, INSERT, UPDATE",
        PARTNER: "SELECT, UPDATE (closed_until, email, email_confirmed_at, email_for_self, email_used_until, enrolment_tag, enrolment_until, failures, failures_beside_recovery_key, failures_in_known_browsers, key_id, salt, totp_last_step, totp_seed, under_passphrase, under_recovery)",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "playbook_editions": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "playbook_runs": {
        APP: "SELECT, INSERT, UPDATE",
    },
    "presses": {
        APP: "SELECT, INSERT",
        INTAKE: "INSERT",
        PARTNER: "INSERT",
    },
    "sending": {
        APP: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT, UPDATE (awake_since, database, held_because, held_since, house, ticked_at, ticks)",
    },
    "sent_test_emails": {
        WORKER: "SELECT, INSERT, UPDATE (sent_at)",
        TICKER: "SELECT, INSERT, UPDATE (sent_at)",
    },
    "sign_ins": {
        APP: "SELECT, INSERT, UPDATE, DELETE",
        PARTNER: "SELECT, INSERT, UPDATE (seen_at)",
    },
    "step_records": {
        APP: "SELECT, INSERT, UPDATE, DELETE",
    },
    "teams": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT",
        PARTNER: "SELECT",
        WORKER: "SELECT",
        TICKER: "SELECT",
    },
    "ticker_lease": {
        APP: "SELECT",
        TICKER: "SELECT, UPDATE (chained_at, fence, holder, until)",
    },
    "verifications": {
        APP: "SELECT, INSERT, UPDATE",
        INTAKE: "SELECT, INSERT, UPDATE (objected_at)",
        PARTNER: "SELECT",
    },
    "visits": {
        APP: "SELECT, INSERT, UPDATE, DELETE",
    },
}
