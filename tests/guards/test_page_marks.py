"""Every form says whether it carries a mark of what its page has shown, and if not, why not.

A new address that takes a form fails here until it has its line (decision 0055).
"""

import inspect

from tests.guards.test_routes import apps, routes

# The form decides about, agrees to, confirms, corrects or waves away what stands on its page. By
# endpoint: what its view reads of the page. The operation compares it, with the record held.
MARKED = {
    "accounts.create_access": "submitted_page_mark",
    "cases.create_consent": "submitted_page_mark",
    "cases.create_conversation": "form.seen",
    "cases.create_handover": "submitted_page_mark",
    "cases.create_message": "form.seen",
    "cases.create_no_reply_needed": '"seen"',
    "cases.create_release": "submitted_page_mark",
    "duty.create_closure": "submitted_page_mark",
    "duty.create_closure_decision": "submitted_page_mark",
    "duty.create_reset": "submitted_page_mark",
    "duty.create_case_pause": "_waits",
    "escalations.create_answer": "submitted_page_mark",
    "escalations.create_answer_approval": "form.seen_wording",
    "escalations.create_approval": "form.seen_hash",
    "escalations.create_code_given": "submitted_page_mark",
    "escalations.create_entered_decision": "submitted_page_mark",
    "escalations.create_findings": "findings",
    "escalations.create_follow_up": "submitted_page_mark",
    "escalations.create_form_opening": "submitted_page_mark",
    "escalations.create_link": "submitted_page_mark",
    "escalations.create_link_end": "submitted_page_mark",
    "escalations.create_named_consent": "submitted_page_mark",
    "escalations.create_packet": "form.seen_hash",
    "escalations.create_partner": "form.seen_hash",
    "escalations.create_partner_call": "submitted_page_mark",
    "escalations.create_partner_told": "submitted_page_mark",
    "escalations.create_region": "submitted_page_mark",
    "escalations.create_resend": "submitted_page_mark",
    "escalations.create_second_reading": "submitted_page_mark",
    "escalations.create_sending_back": "form.seen_hash",
    "escalations.create_verdict": "submitted_page_mark",
    "escalations.create_withdrawal": "submitted_page_mark",
    "intake.create_consents": "shown",
    "intake.create_partner_refusal": "submitted_page_mark",
    "intake.create_verdict": "submitted_page_mark",
    "partner_desk.create_decision": "submitted_page_mark",
    "partner_desk.create_action_before_withdrawal": "submitted_page_mark",
    "partners.create_allow_list": "submitted_page_mark",
    "partners.create_agreement": "submitted_page_mark",
    "partners.create_agreement_end": "submitted_page_mark",
    "partners.create_channel": "submitted_page_mark",
    "partners.create_channel_change": "submitted_page_mark",
    "partners.create_channel_end": "submitted_page_mark",
    "partners.create_channel_position": "submitted_page_mark",
    "partners.create_contact_change": "submitted_page_mark",
    "partners.create_contact_end": "submitted_page_mark",
    "partners.create_contact_verification": "submitted_page_mark",
    "partners.create_terms": "submitted_page_mark",
    "partners.create_vetting": "submitted_page_mark",
    "people.create_enrolment": "submitted_page_mark",
    "people.create_membership": "submitted_page_mark",
    "people.create_unblock": "submitted_page_mark",
    "playbooks.create_outcome": "form.seen_on_case",
    "playbooks.create_reopening": "submitted_page_mark",
    "playbooks.create_skip": "form.seen",
    "triage.create_danger_acknowledgement": "submitted_page_mark",
    "triage.create_answer_correction": "submitted_page_mark",
    "triage.create_lowering_decision": "submitted_page_mark",
}

# What leaves for a partner: their pages carry, besides, what the reporter had let us know by then.
LEAVES = (
    "escalations.create_answer",
    "escalations.create_answer_approval",
    "escalations.create_approval",
    "escalations.create_resend",
)

NAMED = "the address names the one thing that is decided, and it never changes"
NEW = "it adds something new, made only of what is typed"
OWN = "it is about one's own account, and opens with a passphrase or a code"
CODE = "the code that is typed says which thing is meant"
STATE = "the operation looks at the state again; in whatever state it passes, it is meant"
STOPS = "it only stops, takes back or asks somebody to look: as right on an old page as now"
LATEST = "it takes what is newest, or first in line, at that moment"
ONE = "it gives or takes one person one thing, named in the form, and the rule is asked again"
PLAIN = {
    "accounts.create_sign_in_code": OWN,
    "accounts.create_enrolment": OWN,
    "accounts.create_enrolment_start": OWN,
    "accounts.create_email_address": OWN,
    "accounts.create_email_address_code": OWN,
    "accounts.create_email_address_confirmation": CODE,
    "accounts.create_passphrase": OWN,
    "accounts.create_recovery": OWN,
    "accounts.create_recovery_key": OWN,
    "accounts.create_second_factor": OWN,
    "accounts.create_sign_in": OWN,
    "accounts.create_sign_out": OWN,
    "accounts.create_sign_out_everywhere": OWN,
    "cases.create_claim": STATE,
    "cases.create_consent_confirmation": NAMED,
    "cases.create_note": NEW,
    "cases.create_reopening": STATE,
    "cases.create_resumption": STATE,
    "duty.create_block": ONE,
    "duty.create_consent_withdrawal": NAMED,
    "duty.create_departure": OWN,
    "duty.create_membership_end": ONE,
    "duty.create_next_claim": LATEST,
    "duty.create_next_second_lane_claim": LATEST,
    "duty.create_job_retry": NAMED,
    "duty.create_news_seen": LATEST,
    "duty.create_shift": OWN,
    "duty.create_shift_end": OWN,
    "escalations.create": NEW,
    "escalations.create_second_person_alert": STOPS,
    "escalations.create_entered_acknowledgement": STATE,
    "escalations.create_entered_question": STATE,
    "escalations.create_form_abandonment": STATE,
    "escalations.create_form_sending": STATE,
    "escalations.create_no_answer": STATE,
    "escalations.create_waiver": "it is about the platform's own form, not about the packet",
    "intake.create_answers": NEW,
    "intake.create_consent_confirmation": NAMED,
    "intake.create_consent_dispute": NAMED,
    "intake.create_language_switch": "it keeps what is typed, and decides nothing",
    "intake.create_danger": "it only raises and calls, and asks whether that was done already",
    "intake.create_message": NEW,
    "intake.create_conversation_dispute": NAMED,
    "intake.create_report": NEW,
    "intake.create_reminders": "the whole address is typed, and counts when its code comes back",
    "intake.create_reminders_confirmation": CODE,
    "intake.create_reminders_end": STOPS,
    "intake.create_return": CODE,
    "intake.create_sign_out": OWN,
    "intake.create_reminder_stop": STOPS,
    "intake.create_verdict_dispute": NAMED,
    "intake.create_withdrawal": STOPS,
    "partner_desk.create_acknowledgement": "that they have it is true of every state of a request",
    "partner_desk.create_email_address_confirmation": CODE,
    "partner_desk.create_link_closing": OWN,
    "partner_desk.create_link_visit": CODE,
    "partner_desk.create_question": STATE,
    "partner_desk.create_ticket": "the number is theirs, and nothing follows from it",
    "partners.create": NEW,
    "partners.create_contact": NEW,
    "partners.create_vetting_suspension": STOPS,
    "partners.create_email_address": "the whole address is typed, and its code comes back first",
    "partners.create_email_address_code": STATE,
    "partners.create_email_address_confirmation": CODE,
    "partners.create_retirement": STOPS,
    "partners.create_reinstatement": STATE,
    "people.create_invitation": NEW,
    "people.create_queue": NEW,
    "playbooks.create_edition_move": LATEST,
    "playbooks.create_kind_of_trouble_shown_in_mailbox": ONE,
    "playbooks.create_run": NEW,
    "triage.create_level": "the level that is wanted is chosen, and a higher one is never refused",
    "triage.create_lowering": "the wish is for a second person, who sees from which level",
}


def forms(context):
    return {
        rule.endpoint: app.view_functions[rule.endpoint]
        for _surface, app in apps(context)
        for method, rule in routes(app)
        if method == "POST"
    }


def test_every_form_says_whether_it_carries_a_mark_of_its_page(context):
    found = set(forms(context))

    assert not MARKED.keys() & PLAIN.keys()
    assert found == MARKED.keys() | PLAIN.keys(), (
        "A form came or went. If it decides, agrees, confirms, corrects or waves away, it carries "
        "a mark of what its page has shown (core/stale_page_marks.py); say so in MARKED. If not, "
        "PLAIN says why."
    )


def test_the_view_of_a_form_with_a_mark_reads_it(context):
    views = forms(context)

    for endpoint, token in MARKED.items():
        assert token in inspect.getsource(inspect.unwrap(views[endpoint])), endpoint
    for endpoint in LEAVES:
        source = inspect.getsource(inspect.unwrap(views[endpoint]))
        assert "submitted_reporter_mark" in source, endpoint
