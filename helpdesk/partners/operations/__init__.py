"""What can happen to a partner; one function per sentence."""

from helpdesk.partners.operations.mailboxes import confirm_mailbox, give_mailbox, send_code_again
from helpdesk.partners.operations.settling import (
    change,
    change_allow_list,
    doubt,
    register,
    retire,
    take_back_retirement,
    vet,
)

__all__ = [
    "change",
    "change_allow_list",
    "confirm_mailbox",
    "doubt",
    "give_mailbox",
    "register",
    "retire",
    "send_code_again",
    "take_back_retirement",
    "vet",
]
