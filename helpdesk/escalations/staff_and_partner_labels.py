"""Labels of a request's codes for staff and partners. Reporters read other words."""

from collections.abc import Mapping
from typing import Final

from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import (
    ANOTHER_ACCOUNT,
    Ask,
    CallResult,
    DeliveryState,
    EscalationState,
    FollowUp,
    InboxFilter,
    PartnerAction,
    Priority,
    Reason,
    RequestPile,
    Verdict,
)
from helpdesk.partners.ask_labels import TAKES

ASKS: Final = {ask: TAKES[ask.value] for ask in Ask}

ASKED_OF_PARTNER: Final = ASKS | {Ask.REVIEW: "Review a decision of yours"}

PRIORITIES: Final = {
    Priority.P1: "P1: life at risk, or an attack in progress",
    Priority.P2: "P2: serious",
    Priority.P3: "P3: normal",
    Priority.P4: "P4: can wait",
}

FOLLOW_UPS: Final = {
    FollowUp.NUDGE: "Email the partner again about the same request",
    FollowUp.OTHER_CONTACT: "Remind us to try another contact there",
    FollowUp.PHONE_CALL: "Alert the people on duty to phone the partner",
    FollowUp.UNANSWERED: "Record that they didn’t answer, and tell the reporter",
}

CALL_RESULTS: Final = {
    CallResult.REACHED: "Reached someone",
    CallResult.NOT_REACHED: "Reached nobody",
}

# What a reporter has disputed of our record, by what history calls it.
PAST_DISPUTES: Final = {
    "conversation.denied": "said it wasn’t them we spoke to",
    "consent.denied": "said they hadn’t agreed to what we recorded",
    "escalation.verdict_denied": "said they hadn’t told us what we recorded about a decision",
}
# What is said of a gate that is open, by its name.
IN_ORDER: Final = {
    "Case": "The case is open",
    "Reporter’s denial": "Someone has written to the reporter about everything they dispute",
    "Sent back": "Nobody has sent it back",
    "Partner": "We have checked who the partner is",
    "Channel": "One of their channels takes it",
    "Someone to open it": "Someone there can open the request",
    "Their email address": "Their email address was confirmed",
    "What they accept": "They take requests of this kind",
    "Who we are": "They know who we are and who they can call",
    "Requester": "We know who is asking",
    "Ownership": "We know whose account it is",
    "Consent to help": "The reporter has agreed to us working on the case",
    "Consent": "The reporter has agreed to us asking this partner",
    "Public form": "The platform’s own form was filed, or left out for a reason",
    "What they need": "Everything they need is in it",
    "What they can receive": "It contains nothing they can’t receive",
    "No contact details of the reporter": "It doesn’t include the reporter’s address or number",
    "Where to return it": "The reporter hasn’t ruled out the return address",
    "Return address for an unconfirmed account": (
        "It doesn’t say where to return an account that we haven’t confirmed"
    ),
    "Second person": "You can send it",
}

# Of what one of us sends by a form of theirs, where that reads otherwise.
STATES_BY_FORM: Final = {
    EscalationState.APPROVED: "Approved: one of us has to send it",
    EscalationState.DISPATCHING: "Waiting for one of us to say that they sent it",
}
STATES: Final = {
    EscalationState.DRAFT: "Draft: not sent",
    EscalationState.APPROVED: "Approved, about to be sent",
    EscalationState.DISPATCHING: "On its way",
    EscalationState.WITH_PARTNER: "With the partner, no response yet",
    EscalationState.ACKNOWLEDGED: "Acknowledged",
    EscalationState.NEED_INFORMATION: "The partner has a question",
    EscalationState.IN_REVIEW: "With the partner again",
    EscalationState.DECIDED: "Decided: is it really fixed?",
    EscalationState.CLOSED: "Closed",
    EscalationState.WITHDRAWN: "Withdrawn",
    EscalationState.UNANSWERED: "No answer in time",
}

# Whose move it is, as a tone for the eye.
TONES: Final = {
    EscalationState.DRAFT: "active",
    EscalationState.NEED_INFORMATION: "active",
    EscalationState.DECIDED: "active",
    EscalationState.UNANSWERED: "stop",
    EscalationState.CLOSED: "done",
    EscalationState.WITHDRAWN: "",
}

FOR_PARTNER: Final = {
    EscalationState.DISPATCHING: "New",
    EscalationState.WITH_PARTNER: "New",
    EscalationState.ACKNOWLEDGED: "You have acknowledged it",
    EscalationState.NEED_INFORMATION: "You have asked a question",
    EscalationState.IN_REVIEW: "We have answered",
    EscalationState.DECIDED: "You have decided",
    EscalationState.CLOSED: "Closed: you don’t need to do anything more",
    EscalationState.WITHDRAWN: "Withdrawn: please take no further action",
    EscalationState.UNANSWERED: "Late: an answer would still help",
}

# The same state, after they had decided and nothing was better for the person.
AGAIN: Final = "Please look at it again"
# Closed on the person's own word. It closes on another one too, once we may not ask again.
FIXED: Final = "Closed: the person says it’s fixed"

PILES: Final = {
    InboxFilter.WAITING: "Waiting for you",
    InboxFilter.ASKED: "You asked us",
    InboxFilter.DECIDED: "Decided or closed",
}

PILE_ORDER: Final = {
    InboxFilter.WAITING: "By priority, then by time left",
    InboxFilter.ASKED: "Waiting for us, newest first",
    InboxFilter.DECIDED: "Nothing more to do unless we contact you again, newest first",
}

EMPTY_PILE: Final = {
    InboxFilter.WAITING: "Nothing is waiting for you.",
    InboxFilter.ASKED: "None of your questions are waiting for an answer.",
    InboxFilter.DECIDED: "You haven’t decided anything yet.",
}

BOARD_PILES: Final = {
    RequestPile.OPEN: "All open",
    RequestPile.ASKED: "The partner has a question",
    RequestPile.SILENT: "No answer in time",
    RequestPile.TO_FILL_IN: "To be sent by us",
    RequestPile.UNCERTAIN: "May not have arrived",
    RequestPile.UNDELIVERED: "Could not be sent",
    RequestPile.SECOND_PERSON: "Waiting for a second person",
    RequestPile.TO_VERIFY: "Is it really fixed?",
}

# What is behind a pile, and what can be done.
BOARD_HINTS: Final = {
    RequestPile.OPEN: "Every request that isn’t closed or withdrawn, including drafts.",
    RequestPile.ASKED: "The partner’s work is paused until we answer.",
    RequestPile.SILENT: "The partner’s time is up. Phone someone there, or ask another partner. A"
    " late answer still counts.",
    RequestPile.TO_FILL_IN: "Approved. One of us has to fill in the partner’s form, and say so, or"
    " make the link by which they open it.",
    RequestPile.UNCERTAIN: "We couldn’t tell if the email reached the partner. It is sent again"
    " under the same ID, so you don’t have to do anything yet.",
    RequestPile.UNDELIVERED: "Someone has to look at these: each page says what went wrong.",
    RequestPile.SECOND_PERSON: "Drafts about access, answers that someone else has to approve, and"
    " requests sent on one person’s approval that nobody else has read.",
    RequestPile.TO_VERIFY: "The partner has decided. The reporter has to say whether it is fixed.",
}

BOARD_SINCE: Final = {
    RequestPile.OPEN: "Written",
    RequestPile.ASKED: "Asked",
    RequestPile.SILENT: "Answer was due",
    RequestPile.TO_FILL_IN: "Approved",
    RequestPile.UNCERTAIN: "Last attempt",
    RequestPile.UNDELIVERED: "Last attempt, or approved",
    RequestPile.SECOND_PERSON: "Waiting since",
    RequestPile.TO_VERIFY: "Decided",
}

EMPTY_BOARD: Final = {
    RequestPile.OPEN: "There are no open requests.",
    RequestPile.ASKED: "No partner is waiting for our answer.",
    RequestPile.SILENT: "No partner is late.",
    RequestPile.TO_FILL_IN: "No partner’s form has to be filled in, and no link made.",
    RequestPile.UNCERTAIN: "For every email, we know whether it was accepted.",
    RequestPile.UNDELIVERED: "Everything could be sent.",
    RequestPile.SECOND_PERSON: "Nothing is waiting for a second person.",
    RequestPile.TO_VERIFY: "No decision is waiting for the reporter’s answer.",
}

_PARTNER_TONES: Final = {
    EscalationState.DISPATCHING: "active",
    EscalationState.WITH_PARTNER: "active",
    EscalationState.IN_REVIEW: "active",
    EscalationState.UNANSWERED: "stop",
    EscalationState.NEED_INFORMATION: "waits",
    EscalationState.DECIDED: "waits",
}

RESULTS: Final = {
    None: "It is on its way.",
    DeliveryState.ACCEPTED: "A mail server accepted it. They haven’t answered yet.",
    DeliveryState.DEFERRED: "It could not be delivered. We will try again.",
    DeliveryState.UNCERTAIN: "It may have arrived. We will send it again under the same ID.",
    DeliveryState.REJECTED: "It was refused.",
}

# Of what nobody sends a second time without asking.
RESULTS_BY_OPENPGP: Final = RESULTS | {DeliveryState.UNCERTAIN: "It may have arrived."}

# Of what one of us carried.
RESULTS_BY_FORM: Final = {
    None: "They have the text open, and haven’t said whether they sent it.",
    DeliveryState.ACCEPTED: "They sent it.",
    DeliveryState.DEFERRED: "They opened the text and didn’t send it.",
    DeliveryState.UNCERTAIN: "They may have sent it.",
}

TROUBLES: Final = {
    "packet_changed": "The data is not what was approved. Withdraw it, and find out why.",
    "partner_not_vetted": "The partner is no longer vetted.",
    "partner_takes_it_no_more": "The partner was retired, or no longer takes requests like this."
    " Withdraw this one, and ask another partner.",
    "facts_taken_back": "We can no longer be sure who is asking, or whose account it is, or"
    " only the person who wrote it has confirmed it again. Have someone else do those steps again"
    " and then send it again, or withdraw it.",
    ANOTHER_ACCOUNT: "Since it was approved, ownership of another account has been confirmed."
    " Withdraw it. If it’s the same account after all, do the step “Confirm whose account it is”"
    " again and then send it again.",
    "denied_by_reporter": (
        "The reporter says it wasn’t them we spoke to, or that they didn’t tell us what we "
        "recorded. Write to them, and check what depends on it. Then send it again, or "
        "withdraw it."
    ),
    "needs_second_person": "One person approved it while the case was immediate. Now it isn’t. "
    "A second person, who wasn’t involved in it, has to read it and send it again.",
    "fields_not_allowed": (
        "It includes something the partner can no longer receive. Withdraw it, and write another "
        "request."
    ),
    "channel_changed": "The channel by which it was approved has ended, or more people would hear"
    " of it there by now. Withdraw it, and write another request.",
    "no_mailbox": "The partner has no email address.",
    "mailbox_unconfirmed": "The partner’s email address isn’t confirmed. Someone has to type the "
    "code from the test email on the partner’s page. Then send it again.",
    "taken_over": "A colleague took it over, so we can’t tell whether it was sent.",
    "may_have_arrived": "It may still have arrived. Check with the partner before you send it"
    " again, or they may get it twice. If they have it, record that.",
    "openpgp_key_expired": "The partner’s OpenPGP key has expired. Ask them for a renewed copy,"
    " which a coordinator saves on the partner’s page. Then send it again.",
    "link_ended": "There is no link any more that could be sent. Press “Send it again”, and make a"
    " new one.",
    "worker_gone": "The worker stopped while sending it.",
}

ACTIONS: Final = {
    PartnerAction.ACCESS_RESTORED: "Access was given back to the owner",
    PartnerAction.ACCESS_LOCKED: "Access was locked",
    PartnerAction.ACCOUNT_DISABLED: "The account was switched off",
    PartnerAction.CONTENT_REMOVED: "The content was taken down",
    PartnerAction.CONTENT_LIMITED: "The content was made harder to see",
    PartnerAction.CONTENT_REINSTATED: "The content was put back",
    PartnerAction.LINK_BLOCKED: "The link was blocked",
    PartnerAction.DOMAIN_SUSPENDED: "The domain was suspended",
    PartnerAction.HOST_SUSPENDED: "The hosting was suspended",
    PartnerAction.DATA_PRESERVED: "The data was preserved",
    PartnerAction.WARNING_ADDED: "A warning was added",
    PartnerAction.NONE: "Nothing was done",
}

_REASONS: Final = {
    Reason.POLICY_BREACH: "It breaks our rules",
    Reason.ILLEGAL: "It is against the law",
    Reason.NO_BREACH_FOUND: "It does not break our rules",
    Reason.INSUFFICIENT_EVIDENCE: "There is not enough evidence",
    Reason.OWNER_NOT_VERIFIED: "We could not confirm who the owner is",
    Reason.NOT_OUR_SERVICE: "It is not on our service",
    Reason.ALREADY_GONE: "It had already been removed",
    Reason.DUPLICATE: "We had already been asked to do this",
    Reason.LEGALLY_RESTRAINED: "The law prevents us from acting",
    Reason.OUT_OF_SCOPE: "This is not something we act on",
    Reason.OTHER: "Another reason",
}

# The same reason, put for what was asked: whoever gives an account back says why like this.
_REASONS_TO_ACT: Final[Mapping[Ask | None, Mapping[Reason, str]]] = {
    Ask.RESTORE: {Reason.POLICY_BREACH: "Someone had taken it over, which breaks our rules"},
    Ask.LOCK: {Reason.POLICY_BREACH: "Someone had taken it over, which breaks our rules"},
}

VERDICTS: Final = {
    Verdict.CONFIRMED: "It’s fixed",
    Verdict.PARTIAL: "It’s partly fixed",
    Verdict.NOT_EFFECTIVE: "Nothing has changed",
    Verdict.CANNOT_TELL: "They can’t tell yet",
}


def reasons_for(ask: Ask | None) -> Mapping[Reason, str]:
    """The labels of a partner's reasons for what was asked; `ask` is None where history has
    none."""
    return {**_REASONS, **_REASONS_TO_ACT.get(ask, {})}


def state_label_for_partner(state: EscalationState, *, is_again: bool, is_fixed: bool) -> str:
    """The label of a request's state, as the partner reads it."""
    if is_again and state is EscalationState.IN_REVIEW:
        return AGAIN
    return FIXED if is_fixed and state is EscalationState.CLOSED else FOR_PARTNER[state]


def status_colour_for_partner(state: EscalationState, *, is_fixed: bool) -> str:
    """The colour of a request's state for the partner: only what is fixed is a good end."""
    return "done" if is_fixed else _PARTNER_TONES.get(state, "")


def state_in_words(escalation: Escalation) -> str:
    """Where a request is, for our own people."""
    if escalation.is_answer_to_pass_on:
        return "Answered: one of us has to send it"
    if escalation.needs_link:
        return STATES_BY_FORM[EscalationState.APPROVED]
    if escalation.is_sent_back:
        return "Draft: sent back to be changed"
    state = escalation.state
    return STATES_BY_FORM.get(state, STATES[state]) if escalation.is_by_form else STATES[state]
