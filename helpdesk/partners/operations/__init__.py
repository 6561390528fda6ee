"""What can happen to a partner; one function per sentence."""

from helpdesk.partners.operations.mailboxes import confirm_mailbox, resend_mailbox_code, set_mailbox
from helpdesk.partners.operations.registration import (
    change_allow_list,
    change_partner,
    confirm_vetting,
    register_partner,
    reinstate_partner,
    retire_partner,
    suspend_vetting,
)

__all__ = [
    "change_allow_list",
    "change_partner",
    "confirm_mailbox",
    "confirm_vetting",
    "register_partner",
    "reinstate_partner",
    "resend_mailbox_code",
    "retire_partner",
    "set_mailbox",
    "suspend_vetting",
]
