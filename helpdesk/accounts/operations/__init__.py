"""Operations on people, teams and their keys; one function per sentence."""

from helpdesk.accounts.operations.email_addresses import (
    confirm_email_address,
    propose_own_email_address,
    resend_email_address_code,
)
from helpdesk.accounts.operations.enrolment import EnrolmentResult, enrol, person_by_enrolment_code
from helpdesk.accounts.operations.first_setup import FirstSetupResult, set_up_helpdesk
from helpdesk.accounts.operations.passphrase_and_recovery_key import (
    change_passphrase,
    new_recovery_key,
    recover_account,
)
from helpdesk.accounts.operations.people import (
    DisplayNameTaken,
    add_member,
    disable_person,
    enable_person,
    go_off_duty,
    go_on_duty,
    invite_person,
    leave_team,
    remove_member,
    renew_invitation,
    require_new_enrolment,
)
from helpdesk.accounts.operations.sessions import end_other_sessions, sign_out, sign_out_everywhere
from helpdesk.accounts.operations.signing_in import (
    SignInCandidate,
    begin_sign_in,
    complete_sign_in,
    find_person_signing_in,
    replace_second_factor,
    use_second_factor_code,
)
from helpdesk.accounts.operations.team_keys import grant_team_key
from helpdesk.accounts.operations.teams import create_team

__all__ = [
    "DisplayNameTaken",
    "EnrolmentResult",
    "FirstSetupResult",
    "SignInCandidate",
    "add_member",
    "begin_sign_in",
    "change_passphrase",
    "complete_sign_in",
    "confirm_email_address",
    "create_team",
    "disable_person",
    "enable_person",
    "end_other_sessions",
    "enrol",
    "find_person_signing_in",
    "go_off_duty",
    "go_on_duty",
    "grant_team_key",
    "invite_person",
    "leave_team",
    "new_recovery_key",
    "person_by_enrolment_code",
    "propose_own_email_address",
    "recover_account",
    "remove_member",
    "renew_invitation",
    "replace_second_factor",
    "require_new_enrolment",
    "resend_email_address_code",
    "set_up_helpdesk",
    "sign_out",
    "sign_out_everywhere",
    "use_second_factor_code",
]
