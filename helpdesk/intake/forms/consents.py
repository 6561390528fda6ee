"""The form of consents, on the last page of the report and later in the mailbox."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectMultipleField
from wtforms.fields import SelectChoice

from helpdesk.cases.models import Agreement, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.markup import bidi_isolate
from helpdesk.intake.request_status import RequestStatus, WithdrawalEffect
from helpdesk.playbooks.repository import load_current_library
from helpdesk.web.forms import Form
from helpdesk.web.languages import current_language
from helpdesk.web.time_format import format_day, part_of_day


class NamedPartner(NamedTuple):
    """A partner who is agreed to by name: how it is called, and whether it is a team of the
    platform itself."""

    name: str
    is_platform_itself: bool


NOBODY_NAMED: Final[Mapping[str, NamedPartner]] = MappingProxyType({})
CONSENTS = (
    SelectChoice(ConsentKind.HELP, _("You may work on my case and help me")),
    SelectChoice(ConsentKind.KEEP, _("You may keep this after the case is closed")),
    SelectChoice(ConsentKind.HELPER, _("You may share what is needed with another helper")),
)
PLAIN_AGREEMENTS: tuple[Agreement, ...] = tuple(Agreement(choice.value) for choice in CONSENTS)


class ConsentsForm(Form):
    """The form of everything a reporter consents to, all at once: what is not ticked is
    withdrawn."""

    agreed = SelectMultipleField(_("Your permissions"), validate_choice=False)
    elsewhere = SelectMultipleField(_("Another platform you’d let us ask"), validate_choice=False)
    # What stood on the page: two windows may be open, and only what was changed here is chosen.
    shown = HiddenField()
    # Said on a page of its own, when a request that may have been read is taken back.
    is_sure = BooleanField()

    def offer_choices(
        self,
        of_this_case: Sequence[Agreement],
        other_platforms: Sequence[Agreement],
        names: Mapping[str, NamedPartner] = NOBODY_NAMED,
    ) -> None:
        """Which agreements can be ticked: those of this case, and platforms it has not met. `names`
        are those of partners by id."""
        self.agreed.choices = [_choice_of(one, names) for one in of_this_case]
        self.elsewhere.choices = [_choice_of(one, names) for one in other_platforms]

    def preset(self, agreed: Iterable[Agreement]) -> None:
        """Show what stands now."""
        self.agreed.data = [_value_of(one) for one in agreed]
        self.shown.data = " ".join(self.agreed.data)

    def consents_shown(self) -> set[Agreement] | None:
        """What stood on the page that was sent; None where it does not say so."""
        if self.shown.data is None:
            return None
        offered = {choice.value for choice in [*self.agreed.choices, *self.elsewhere.choices]}
        return {_agreement(one) for one in self.shown.data.split() if one in offered}

    def consents_ticked(self) -> set[Agreement]:
        """Every agreement that is ticked and was on offer."""
        picked = {*(self.agreed.data or ()), *(self.elsewhere.data or ())}
        offered = [*self.agreed.choices, *self.elsewhere.choices]
        return {_agreement(choice.value) for choice in offered if choice.value in picked}

    @property
    def ticks_what_is_gone(self) -> bool:
        """Whether something was ticked that isn’t on offer any more: whom a request is to may have
        changed since the page was made, and no tick is lost in silence."""
        picked = {*(self.agreed.data or ()), *(self.elsewhere.data or ())}
        offered = {choice.value for choice in [*self.agreed.choices, *self.elsewhere.choices]}
        return bool(picked - offered - {*(self.shown.data or "").split()})

    def hidden_fields(self) -> list[tuple[str, str]]:
        """What is ticked, to be carried along in a form that asks once more."""
        ticked = sorted(_value_of(one) for one in self.consents_ticked())
        return [("shown", self.shown.data or ""), *(("agreed", one) for one in ticked)]

    def withdrawn_requests(self, requests: Iterable[RequestStatus]) -> list[RequestStatus]:
        """The requests that have left, and are taken back by what is not ticked any more."""
        ticked, stood = self.consents_ticked(), self.consents_shown()
        return [
            one
            for one in requests
            if one.withdrawal_effect is WithdrawalEffect.IS_STOPPED
            if one.agreement not in ticked and (stood is None or one.agreement in stood)
        ]


def explain_consequences(
    requests: Iterable[RequestStatus], agreed: Iterable[Consent] = ()
) -> dict[str, str]:
    """The sentences beside a tick that say what follows: that one of us set it, having been told,
    and for each platform that may be asked what taking it away does to what was asked."""
    by_hand = [one for one in agreed if not one.is_by_reporter]
    told = {_value_of(one.agreement): [_noted(one)] for one in by_hand}
    for one in requests:
        if one.is_agreed and one.withdrawal_effect is not None:
            told.setdefault(_value_of(one.agreement), []).append(
                _consequence(one, one.withdrawal_effect)
            )
    return {value: " ".join(sentences) for value, sentences in told.items()}


def _noted(consent: Consent) -> str:
    said = gettext(
        "We noted on %(day)s that you told us you agree to this. If you didn’t, untick it.",
        day=format_day(consent.given_at).striptags(),
    )
    return str(said)


def _consequence(request: RequestStatus, happens: WithdrawalEffect) -> str:
    name = request.escalation.partner.name
    match happens:
        case WithdrawalEffect.STAYS_HERE:
            said = gettext(
                "We’ve written a request to %(name)s but haven’t sent it. We won’t send it "
                "unless you tick this.",
                name=name,
            )
        case WithdrawalEffect.IS_OVER:
            said = gettext(
                "%(name)s has answered our request. If you untick this, their answer stays "
                "here, and we won’t ask them again.",
                name=name,
            )
        case WithdrawalEffect.IS_STOPPED if request.arrived_at is None:
            said = gettext(
                "As far as we know, our request hasn’t reached %(name)s yet. If you untick this, "
                "we’ll stop it. If they already have it, we’ll tell them to stop.",
                name=name,
            )
        case WithdrawalEffect.IS_STOPPED:
            said = gettext(
                "We asked %(name)s on %(time)s. If you untick this, we’ll tell them to stop. "
                "They may already have read our request.",
                name=name,
                time=part_of_day(request.arrived_at).striptags(),
            )
    return str(said)


def consent_label(agreement: Agreement, names: Mapping[str, NamedPartner] = NOBODY_NAMED) -> str:
    """The label of a consent, in the reporter's words."""
    return str(_choice_of(agreement, names).label)


def platform_consent_label(name: str) -> str:
    """The label of the consent to ask a platform. Its name stands after a colon: many are common
    nouns, as “The bank”, which no language takes into its sentence unchanged."""
    return str(_("You may ask this service to act: %(platform)s", platform=name))


def _choice_of(agreement: Agreement, names: Mapping[str, NamedPartner]) -> SelectChoice:
    if agreement.platform is None:
        return next(choice for choice in CONSENTS if choice.value == agreement.kind)
    known = load_current_library(current_language()).platform(agreement.platform)
    name = str(known.name) if known else agreement.platform
    said = platform_consent_label(name)
    partner = names.get(agreement.partner_id or "")
    if partner is not None:
        # Its name says which of those who answer for the platform.
        called = bidi_isolate(partner.name)
        said = (
            platform_consent_label(f"{called} ({name})")
            if partner.is_platform_itself
            else _(
                "You may ask %(partner)s to act. It isn’t part of this service: %(platform)s",
                partner=called,
                platform=name,
            )
        )
    return SelectChoice(_value_of(agreement), said)


def _value_of(agreement: Agreement) -> str:
    return ":".join(filter(None, agreement))


def _agreement(value: str) -> Agreement:
    kind, *whom = value.split(":")
    return Agreement(ConsentKind(kind), *whom)
