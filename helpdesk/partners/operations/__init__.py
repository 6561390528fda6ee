"""Operations on a partner; one function per sentence."""

from helpdesk.partners.operations.agreements import end_agreement, settle_agreement
from helpdesk.partners.operations.channels import (
    add_channel,
    change_channel,
    end_channel,
    move_channel_forward,
)
from helpdesk.partners.operations.contacts import (
    add_contact,
    change_contact,
    end_contact,
    verify_contact,
)
from helpdesk.partners.operations.email_addresses import (
    confirm_email_address,
    resend_email_address_code,
    set_partner_email_address,
)
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
    "add_channel",
    "add_contact",
    "change_allow_list",
    "change_channel",
    "change_contact",
    "change_partner",
    "confirm_email_address",
    "confirm_vetting",
    "end_agreement",
    "end_channel",
    "end_contact",
    "move_channel_forward",
    "register_partner",
    "reinstate_partner",
    "resend_email_address_code",
    "retire_partner",
    "set_partner_email_address",
    "settle_agreement",
    "suspend_vetting",
    "verify_contact",
]
