"""What a reporter can agree to, on the last page of the report and later in the mailbox."""

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField
from wtforms.fields import SelectChoice

from helpdesk.cases.status import ConsentKind
from helpdesk.intake.operations import Agreement
from helpdesk.playbooks.shelf import the_library
from helpdesk.web.forms import Form

CONSENTS = (
    SelectChoice(ConsentKind.HELP, _("You may work on my case and help me")),
    SelectChoice(ConsentKind.KEEP, _("You may keep this after the case is closed")),
    SelectChoice(ConsentKind.HELPER, _("You may share what is needed with another helper")),
)
PLAIN_AGREEMENTS: tuple[Agreement, ...] = tuple((choice.value, None) for choice in CONSENTS)


class ConsentsForm(Form):
    """What the reporter agrees to, all at once: what is not ticked is taken back."""

    agreed = SelectMultipleField(_("Ticked is agreed"), validate_choice=False)
    elsewhere = SelectMultipleField(
        _("Another platform that you would let us ask"), validate_choice=False
    )

    def offer(self, near: Sequence[Agreement], further: Sequence[Agreement]) -> None:
        """Which agreements can be ticked: those of this case, and platforms it has not met."""
        self.agreed.choices = [_choice_of(*one) for one in near]
        self.elsewhere.choices = [_choice_of(*one) for one in further]

    def tick(self, standing: Iterable[Agreement]) -> None:
        """Show what stands now."""
        self.agreed.data = [_value_of(*one) for one in standing]

    def ticked(self) -> set[Agreement]:
        """Every agreement that is ticked and was on offer."""
        picked = {*(self.agreed.data or ()), *(self.elsewhere.data or ())}
        offered = [*self.agreed.choices, *self.elsewhere.choices]
        return {_agreement(choice.value) for choice in offered if choice.value in picked}


def _choice_of(kind: ConsentKind, platform: str | None) -> SelectChoice:
    value = _value_of(kind, platform)
    if platform is None:
        return next(choice for choice in CONSENTS if choice.value == kind)
    known = the_library().platform(platform)
    name = str(known.name) if known else platform
    return SelectChoice(value, _("You may ask %(platform)s to act", platform=name))


def _value_of(kind: ConsentKind, platform: str | None) -> str:
    return f"{kind}:{platform}" if platform else kind.value


def _agreement(value: str) -> Agreement:
    kind, _colon, platform = value.partition(":")
    return ConsentKind(kind), platform or None
