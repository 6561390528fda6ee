"""The form for the agreement with a partner."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from babel import Locale
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from helpdesk.partners.agreement_terms import (
    LONGEST_KEPT,
    AgreementTerms,
    find_refused_time,
    why_holidays_are_refused,
)
from helpdesk.partners.models import Partner
from helpdesk.partners.working_time import countries_with_holidays
from helpdesk.web.day_validators import require_past_day
from helpdesk.web.forms import Form
from helpdesk.web.text_lengths import count_code_points, max_length_validator

# The urgent ones are told in hours, the others in days.
UNITS: Final[Mapping[str, tuple[str, timedelta]]] = {
    "p1": ("hours", timedelta(hours=1)),
    "p2": ("hours", timedelta(hours=1)),
    "p3": ("days", timedelta(days=1)),
    "p4": ("days", timedelta(days=1)),
}
MOST: Final = 1000
NO_NUMBER: Final = "Type a whole number."


def _time(title: str, priority: str) -> IntegerField:
    return IntegerField(
        f"{priority.upper()}: {title}, in {UNITS[priority][0]}",
        [InputRequired(NO_NUMBER), NumberRange(1, MOST, message=f"Type a number up to {MOST}.")],
    )


class AgreementForm(Form):
    """The form for what was agreed with a partner."""

    agreed_on = DateField("When was it agreed?", [DataRequired("Choose a day."), require_past_day])
    agreed_with = StringField(
        "Who agreed to it at their side?",
        [
            DataRequired("Type their role."),
            max_length_validator(80, count=count_code_points),
        ],
        description="Their role, for example “head of trust and safety”. No names.",
    )
    answer_p1 = _time("first response", "p1")
    answer_p2 = _time("first response", "p2")
    answer_p3 = _time("first response", "p3")
    answer_p4 = _time("first response", "p4")
    decide_p1 = _time("decision", "p1")
    decide_p2 = _time("decision", "p2")
    decide_p3 = _time("decision", "p3")
    decide_p4 = _time("decision", "p4")
    counts_working_time = BooleanField(
        "Count P2, P3 and P4 in their working days and hours",
        description="P1 never waits for working hours: it’s about someone’s safety.",
    )
    holiday_country = SelectField(
        "Whose public holidays do they have?",
        choices=[
            SelectChoice("", "None that we count"),
            *sorted(
                (
                    SelectChoice(code, str(Locale("en").territories.get(code, code)))
                    for code in countries_with_holidays()
                ),
                key=lambda one: str(one.label),
            ),
        ],
    )
    holiday_subdivision = StringField(
        "Which part of the country?",
        [max_length_validator(8)],
        filters=[lambda typed: (typed or "").strip().upper()],
        description=(
            "Only if it has public holidays of its own. The code after the country’s, for example "
            "BE for Berlin."
        ),
    )
    keeps_for_days = IntegerField(
        "How many days do they keep what we send?",
        [
            Optional(),
            NumberRange(0, LONGEST_KEPT, message=f"Type a number of days up to {LONGEST_KEPT}."),
        ],
        description="Leave it empty if they didn’t say.",
    )
    may_be_named = BooleanField("They agree to be named where we publish how partners answer")

    @classmethod
    def of_partner(cls, partner: Partner) -> "AgreementForm":
        """The form with what is agreed now, or with what we ask of everyone."""
        agreed = {"answer": partner.answer_within, "decide": partner.decide_within}
        times = {
            f"{kind}_{one}": int(timedelta(seconds=within[one]) / unit)
            for kind, within in agreed.items()
            for one, (_, unit) in UNITS.items()
        }
        return cls(None, obj=partner, **times)

    @property
    def terms(self) -> AgreementTerms:
        return AgreementTerms(
            agreed_with=(self.agreed_with.data or "").strip(),
            answer_within=self._times("answer"),
            decide_within=self._times("decide"),
            counts_working_time=bool(self.counts_working_time.data),
            holiday_country=self.holiday_country.data or "",
            holiday_subdivision=self.holiday_subdivision.data or "",
            keeps_for_days=self.keeps_for_days.data,
            may_be_named=bool(self.may_be_named.data),
        )

    @property
    def times(self) -> list[tuple[str, list[Any]]]:
        """The fields of times, under their headings."""
        return [
            (title, [self[f"{kind}_{one}"] for one in UNITS])
            for kind, title in (("answer", "First response"), ("decide", "Decision"))
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all can be agreed; once each time is a number, they are looked at together, and
        the one that can't be says so."""
        is_valid = bool(super().validate(extra_validators))
        fields = [field for _, each in self.times for field in each]
        if all(field.data is not None and not field.errors for field in fields):
            refused = find_refused_time(self._times("answer"), self._times("decide"))
            if refused is not None:
                self[f"{refused.kind}_{refused.priority}"].errors = [refused.sentence]
                return False
        return is_valid

    def validate_holiday_subdivision(self, field: Any) -> None:
        refusal = why_holidays_are_refused(self.holiday_country.data or "", field.data or "")
        if refusal:
            raise ValidationError(refusal)

    def _times(self, kind: str) -> dict[str, timedelta]:
        return {one: self[f"{kind}_{one}"].data * unit for one, (_, unit) in UNITS.items()}
