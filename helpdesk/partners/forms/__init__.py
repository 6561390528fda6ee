"""Forms about partners: what they are, their channels and contacts, and agreements."""

from helpdesk.partners.forms.agreement import AgreementForm
from helpdesk.partners.forms.partners import (
    HINTS,
    AllowListForm,
    ChannelForm,
    ContactForm,
    PartnerDetailsForm,
    PartnerEmailAddressForm,
    PartnerForm,
    VettingForm,
)

__all__ = [
    "HINTS",
    "AgreementForm",
    "AllowListForm",
    "ChannelForm",
    "ContactForm",
    "PartnerDetailsForm",
    "PartnerEmailAddressForm",
    "PartnerForm",
    "VettingForm",
]
