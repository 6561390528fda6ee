"""What can happen to people, teams and their keys; one function per sentence."""

from helpdesk.accounts.operations.enrolment import Enrolled, enrol, person_with_code
from helpdesk.accounts.operations.founding import Founded, found_helpdesk
from helpdesk.accounts.operations.keys import let_in
from helpdesk.accounts.operations.mailboxes import confirm_mailbox, give_mailbox, send_code_again
from helpdesk.accounts.operations.people import (
    disable,
    enable,
    go_off_duty,
    go_on_duty,
    invite,
    invite_again,
    leave,
    place,
    remove,
    start_over,
)
from helpdesk.accounts.operations.recovery import change_passphrase, new_recovery_key, recover
from helpdesk.accounts.operations.sessions import end_others, sign_out, sign_out_everywhere
from helpdesk.accounts.operations.signing_in import (
    Attempt,
    begin_sign_in,
    complete_sign_in,
    knock,
    move_second_factor,
    uses_second_factor,
)
from helpdesk.accounts.operations.teams import create_team

__all__ = [
    "Attempt",
    "Enrolled",
    "Founded",
    "begin_sign_in",
    "change_passphrase",
    "complete_sign_in",
    "confirm_mailbox",
    "create_team",
    "disable",
    "enable",
    "end_others",
    "enrol",
    "found_helpdesk",
    "give_mailbox",
    "go_off_duty",
    "go_on_duty",
    "invite",
    "invite_again",
    "knock",
    "leave",
    "let_in",
    "move_second_factor",
    "new_recovery_key",
    "person_with_code",
    "place",
    "recover",
    "remove",
    "send_code_again",
    "sign_out",
    "sign_out_everywhere",
    "start_over",
    "uses_second_factor",
]
