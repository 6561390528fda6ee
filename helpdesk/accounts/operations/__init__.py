"""What can happen to people, teams and their keys; one function per sentence."""

from helpdesk.accounts.operations.enrolment import EnrolmentResult, enrol, person_with_code
from helpdesk.accounts.operations.first_setup import NewHelpdesk, set_up_helpdesk
from helpdesk.accounts.operations.mailboxes import (
    confirm_mailbox,
    propose_own_mailbox,
    send_code_again,
)
from helpdesk.accounts.operations.people import (
    NameTaken,
    add_member,
    disable,
    enable,
    go_off_duty,
    go_on_duty,
    invite,
    invite_again,
    leave_team,
    remove_member,
    reset_person,
)
from helpdesk.accounts.operations.recovery import change_passphrase, new_recovery_key, recover
from helpdesk.accounts.operations.sessions import end_other_sessions, sign_out, sign_out_everywhere
from helpdesk.accounts.operations.signing_in import (
    SignInAttempt,
    begin_sign_in,
    complete_sign_in,
    find_who_signs_in,
    replace_second_factor,
    use_second_factor_code,
)
from helpdesk.accounts.operations.team_keys import grant_access
from helpdesk.accounts.operations.teams import create_team

__all__ = [
    "EnrolmentResult",
    "NameTaken",
    "NewHelpdesk",
    "SignInAttempt",
    "add_member",
    "begin_sign_in",
    "change_passphrase",
    "complete_sign_in",
    "confirm_mailbox",
    "create_team",
    "disable",
    "enable",
    "end_other_sessions",
    "enrol",
    "find_who_signs_in",
    "go_off_duty",
    "go_on_duty",
    "grant_access",
    "invite",
    "invite_again",
    "leave_team",
    "new_recovery_key",
    "person_with_code",
    "propose_own_mailbox",
    "recover",
    "remove_member",
    "replace_second_factor",
    "reset_person",
    "send_code_again",
    "set_up_helpdesk",
    "sign_out",
    "sign_out_everywhere",
    "use_second_factor_code",
]
