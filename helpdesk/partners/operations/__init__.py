"""What can happen to a partner; one function per sentence."""

from helpdesk.partners.operations.mailboxes import confirm_mailbox, send_code_again, set_mailbox
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
    "retire_partner",
    "send_code_again",
    "set_mailbox",
    "suspend_vetting",
]
