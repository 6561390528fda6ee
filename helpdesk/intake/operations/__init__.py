"""What can happen at the public door; one function per sentence."""

from helpdesk.intake.operations.consents import (
    Agreement,
    agree_to,
    confirm_agreement,
    deny_agreement,
)
from helpdesk.intake.operations.conversations import object_to
from helpdesk.intake.operations.submission import Receipt, WayBack, submit
from helpdesk.intake.operations.verdicts import deny_verdict, give_verdict
from helpdesk.intake.operations.visits import (
    come_in,
    find_visit,
    go_away,
)
from helpdesk.intake.operations.withdrawal import withdraw_case
from helpdesk.intake.operations.words import write_message

__all__ = [
    "Agreement",
    "Receipt",
    "WayBack",
    "agree_to",
    "come_in",
    "confirm_agreement",
    "deny_agreement",
    "deny_verdict",
    "find_visit",
    "give_verdict",
    "go_away",
    "object_to",
    "submit",
    "withdraw_case",
    "write_message",
]
