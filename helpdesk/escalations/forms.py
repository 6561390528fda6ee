"""Forms of requests: staff write and approve them, partners answer them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from helpdesk.core.markup import bidi_isolate
from helpdesk.core.un_subregions import SUBREGIONS
from helpdesk.core.visible_text import has_visible_text
from helpdesk.escalations.decision_rules import (
    UNFITTING,
    action_fits_reason,
    actions_taken,
    possible_actions,
)
from helpdesk.escalations.likely_decisions import likely_actions, reasons_not_to_act, reasons_to_act
from helpdesk.escalations.partner_links import WAYS
from helpdesk.escalations.staff_and_partner_labels import (
    ACTIONS,
    ASKS,
    FOLLOW_UPS,
    VERDICTS,
    reasons_for,
)
from helpdesk.escalations.states import Ask, CallResult, FollowUp, PartnerAction, Reason
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME, FIELDS, PacketField
from helpdesk.web.day_validators import require_past_day
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import SHORT_LIMIT, count_code_points, max_length_validator

LONG = 10_000


def _choices(words: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(str(code), said) for code, said in words.items()]


def _partner_choices(partners: Iterable[Partner]) -> list[SelectChoice]:
    return [SelectChoice(one.slug, bidi_isolate(one.name)) for one in partners]


class PartnerChoiceForm(Form):
    """The form that chooses a partner and what to ask for: the first page, without a token because
    it changes nothing."""

    class Meta(Form.Meta):
        csrf = False

    playbook = RadioField(
        "Which problem is it about?",
        [DataRequired("Choose which problem it’s about.")],
        description=(
            "We fill in the request with what that playbook recorded, and only what it confirmed "
            "counts. Nothing from the case’s other playbooks is sent."
        ),
    )
    # Where the account is, if that is not where the report says.
    platform = HiddenField()
    partner = RadioField("Who do we ask?", [DataRequired("Choose a partner.")])
    ask = RadioField(
        "What do we ask for?",
        [DataRequired("Choose what we ask them to do.")],
        choices=_choices(ASKS),
        description=(
            "Choose one. Locking is safer while an account is doing harm and nobody can be sure "
            "who controls it."
        ),
    )

    def offer(
        self, partners: Iterable[Partner], playbooks: Mapping[str, str]
    ) -> "PartnerChoiceForm":
        """Offer these partners, and these playbooks by their titles. Of one, nothing is asked."""
        self.partner.choices = _partner_choices(partners)
        self.playbook.choices = _choices(playbooks)
        if len(playbooks) == 1:
            [self.playbook.data] = playbooks
        return self


class OtherPartnerForm(Form):
    """Who is asked instead, of those who answer for the same platform."""

    partner = RadioField("Who do we ask?", [DataRequired("Choose a partner.")])
    seen_hash = HiddenField()

    def offer(self, partners: Iterable[Partner]) -> "OtherPartnerForm":
        """Offer these partners."""
        self.partner.choices = _partner_choices(partners)
        return self


class RegionForm(Form):
    """Where the reporter is, as coarsely as we ever say it."""

    region = SelectField(
        "Where is the reporter?",
        choices=_choices({"": "We don’t know", **SUBREGIONS}),
        description=(
            "Only choose what the reporter told us. It’s stored without encryption, so it is no "
            "more exact than this. A request includes it only if that partner’s list does."
        ),
    )


class PacketForm(Form):
    """The form for a packet's fields that a responder writes; made for a partner by
    `packet_form`."""

    playbook = HiddenField()
    platform = HiddenField()
    partner = HiddenField()
    ask = HiddenField()
    seen_hash = HiddenField()
    seen = HiddenField()

    @property
    def findings(self) -> list[str]:
        """What of the steps' findings lay before whoever fills it in."""
        return (self.seen.data or "").split()

    @property
    def typed(self) -> dict[str, str]:
        return {one.name: one.data or "" for one in self.written}

    @property
    def written(self) -> list[Any]:
        return [one for one in self if one.name in BY_NAME]

    def mark(self, needed: Collection[str]) -> None:
        """Say at a field that nobody could act without it."""
        for field in self.written:
            if field.name in needed:
                field.description = f"Needed. {field.description}".strip()

    def compare(self, told: Mapping[str, str]) -> None:
        """Say beside a field what a step wrote down, where the field says something else."""
        for field in self.written:
            if field.name in told:
                told_by_step = f"A step recorded: “{told[field.name]}”"
                field.description = f"{field.description} {told_by_step}".strip()


def packet_form(allowed: Collection[str], known: Mapping[str, str] | None = None) -> PacketForm:
    """Make the form for a packet, with the fields that this partner may receive, and no others."""
    made: dict[str, Any] = {
        field.name: _entry(field)
        for field in FIELDS
        if field.name in allowed and field.is_written_by_hand
    }
    of_partner: type[PacketForm] = type("PacketFormOfPartner", (PacketForm,), made)
    return of_partner(data=dict(known or {}))


def _entry(field: PacketField) -> Any:
    if field.choices:
        choices = [SelectChoice("", "Leave it out"), *(SelectChoice(*one) for one in field.choices)]
        return RadioField(field.staff_label, choices=choices, default="", description=field.hint)
    if field.is_long:
        return TextAreaField(
            field.staff_label, [max_length_validator(LONG)], description=field.hint
        )
    return StringField(
        field.staff_label, [max_length_validator(SHORT_LIMIT)], description=field.hint
    )


class ApprovalForm(Form):
    """The form that approves a request exactly as it was on the screen."""

    seen_hash = HiddenField(validators=[DataRequired("Please look at the request again.")])


class AnswerApprovalForm(Form):
    """The form that approves our answer to a partner exactly as it was on the screen."""

    seen_wording = HiddenField(validators=[DataRequired("Please look at the answer again.")])


class SendBackForm(Form):
    """The form to send a draft back to whoever wrote it, with the reason."""

    seen_hash = HiddenField(validators=[DataRequired("Please look at the request again.")])
    reason = TextAreaField(
        "What has to be changed?",
        [DataRequired("Type what has to be changed."), max_length_validator(LONG)],
        description=(
            "The person who wrote it will be told. The partner and the reporter can’t see this."
        ),
    )


class PublicFormWaiverForm(Form):
    """The form to say why a request may be sent without the platform's own form having been
    tried."""

    waiver = TextAreaField(
        "Why can it be sent without the platform’s own form?",
        [DataRequired("Type the reason."), max_length_validator(LONG)],
        description="For example, filing it would alert the intruder, or there is no form for "
        "this.",
    )


class FollowUpForm(Form):
    """The form to make a follow-up now or not at all: which, and why. It offers those to come."""

    step = RadioField("Which follow-up?", [DataRequired("Choose a follow-up.")])
    change = RadioField(
        "What should happen?",
        [DataRequired("Choose one.")],
        choices=[SelectChoice("hurry", "Do it now"), SelectChoice("stop", "Don’t do it")],
    )
    reason = TextAreaField(
        "Why?",
        [DataRequired("Type the reason."), max_length_validator(SHORT_LIMIT)],
        description="For example, we’re speaking to them on the phone.",
    )

    def offer(self, steps: Iterable[FollowUp]) -> "FollowUpForm":
        """Offer these follow-ups."""
        self.step.choices = [SelectChoice(one.value, FOLLOW_UPS[one]) for one in steps]
        return self


class PartnerCallForm(Form):
    """The form to record a phone call to a silent partner."""

    result = RadioField(
        "Did you reach anyone?",
        [DataRequired("Choose one.")],
        choices=[
            SelectChoice(CallResult.REACHED, "Yes"),
            SelectChoice(CallResult.NOT_REACHED, "No, we have to try again"),
        ],
    )
    note = TextAreaField(
        "What did they say?",
        [max_length_validator(SHORT_LIMIT)],
        description="No names are needed. If you reached nobody, you can leave this empty.",
    )

    def validate_note(self, field: TextAreaField) -> None:
        """Of a call that reached somebody the others need to know what was said."""
        if self.result.data == CallResult.REACHED and not has_visible_text(field.data or ""):
            raise ValidationError("Type what they said.")


class AnswerToPartnerForm(Form):
    """The form for our answer to a partner's question."""

    words = TextAreaField(
        "Our answer",
        [DataRequired("Type an answer."), max_length_validator(LONG)],
        description=(
            "We send it exactly as you write it. Don’t include names, or anything that shows who "
            "asked us."
        ),
    )


class RecordVerdictForm(Form):
    """The form to record what the reporter said about a decision, over a safe channel."""

    verdict = RadioField(
        "What does the reporter say?",
        [DataRequired("Choose what they said.")],
        choices=_choices(VERDICTS),
    )


class PartnerQuestionForm(Form):
    """The form for a partner's question to us."""

    question = TextAreaField(
        "What do you need to know?",
        [DataRequired("Type your question."), max_length_validator(LONG)],
        description="We’ll ask the person if that is safe, and answer you here.",
    )


class PartnerDecisionForm(Form):
    """The form for a partner's decision: what they did and why."""

    acted, did_not = "If you acted", "If you did not"
    # The decision that lay before whoever puts it right.
    corrects = HiddenField()
    action = RadioField(
        "What did you do?", [DataRequired("Choose what you did.")], choices=_choices(ACTIONS)
    )
    reason = RadioField(
        "Why?", [DataRequired("Choose a reason.")], choices=_choices(reasons_for(None))
    )
    note = TextAreaField("Anything that helps us explain it", [max_length_validator(LONG)])

    def about(self, ask: Ask, target_kind: str) -> "PartnerDecisionForm":
        """Only answers that fit what was asked: the likely ones first, others in a last group."""
        self.ask, outcomes = ask, possible_actions(ask)
        possible = {action: words for action, words in ACTIONS.items() if action in outcomes}
        actions = likely_actions(ask, target_kind)
        self.action.choices = _grouped(possible, {None: actions}, rest="Something else")
        reasons = {self.acted: reasons_to_act(ask), self.did_not: reasons_not_to_act(ask)}
        self.reason.choices = _grouped(reasons_for(ask), reasons, rest="Another reason")
        return self

    def validate_reason(self, field: Any) -> None:
        """A slip is asked about before anyone reads it."""
        if self.action.data not in set(PartnerAction) or field.data not in set(Reason):
            return  # those have errors of their own
        if not action_fits_reason(self.ask, PartnerAction(self.action.data), Reason(field.data)):
            raise ValidationError(UNFITTING)


class SentByHandForm(Form):
    """The form of whoever sent a request by a form of theirs: when, and the reference they got."""

    sent_on = DateField(
        "On which day did you send it?", [DataRequired("Type the day."), require_past_day]
    )
    sent_at = TimeField(
        "At what time, in UTC?",
        [InputRequired("Type the time, such as 14:05.")],
        description="Their time to answer begins then.",
    )
    reference = StringField(
        "Reference that the form gave you",
        [max_length_validator(SHORT_LIMIT, count=count_code_points)],
        description="Paste it as it is. Leave it empty if there was none.",
    )

    @property
    def moment(self) -> datetime:
        """When it was sent; the fields are checked by then."""
        return datetime.combine(self.sent_on.data or date.min, self.sent_at.data or time.min, UTC)


class CodeGivenForm(Form):
    """The form to record how one of us gave a partner the code of their link."""

    way = RadioField(
        "How did you give them the code?",
        [DataRequired("Choose how you gave them the code.")],
        choices=_choices(WAYS),
    )


class LinkCodeForm(Form):
    """The form for the code of a link, at the partner's end."""

    holds_codes = frozenset({"code"})

    code = TextAreaField(
        "The code",
        description=(
            "Enter the words in order, or the letters and digits. The first four letters of each"
            " word are enough."
        ),
    )


class EnteredQuestionForm(Form):
    """The form for a question that a partner asked us elsewhere."""

    question = TextAreaField(
        "What did they ask?",
        [DataRequired("Type or paste their question."), max_length_validator(LONG)],
        description="In their words, as far as you have them.",
    )


class EnteredDecisionForm(PartnerDecisionForm):
    """The form for a decision that a partner told us elsewhere."""

    acted, did_not = "If they acted", "If they did not"
    action = RadioField(
        "What did they do?", [DataRequired("Choose what they did.")], choices=_choices(ACTIONS)
    )
    reason = RadioField(
        "Which reason did they give, in their words?",
        [DataRequired("Choose the reason that comes closest.")],
        choices=_choices(reasons_for(None)),
    )
    note = TextAreaField(
        "What did they write?",
        [max_length_validator(LONG)],
        description="Leave out names of their people: the reporter can read this.",
    )


class ActionBeforeWithdrawalForm(Form):
    """The form for what the partner had done before a request was withdrawn."""

    action = RadioField(
        "What had you done?", [DataRequired("Choose what you had done.")], choices=_choices(ACTIONS)
    )
    note = TextAreaField(
        "When did you do it, and what should we know?",
        [DataRequired("Say when you did it."), max_length_validator(LONG)],
    )

    def about(self, ask: Ask) -> "ActionBeforeWithdrawalForm":
        """Only what can be done about what was asked."""
        self.action.choices = [(one.value, ACTIONS[one]) for one in actions_taken(ask)]
        return self


class PartnerTicketForm(Form):
    """The form for the partner's own reference of a request."""

    ticket = StringField(
        "Your own reference", [max_length_validator(SHORT_LIMIT, count=count_code_points)]
    )


def _grouped(
    words: Mapping[Any, str], groups: Mapping[Any, Collection[Any]], *, rest: str
) -> list[SelectChoice]:
    first = {code: name for name, codes in groups.items() for code in codes}
    others = dict.fromkeys((code for code in words if code not in first), rest)
    return [
        SelectChoice(code.value, words[code], optgroup=name)
        for code, name in (first | others).items()
    ]
