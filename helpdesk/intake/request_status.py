"""Statuses of requests to platforms, as the reporter sees them: how far each came, what was
said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from helpdesk.cases.models import Agreement
from helpdesk.escalations.models import Escalation, PartnerDecision, RecordedVerdict
from helpdesk.escalations.states import MOVES, EscalationState, Verdict

NOT_LEFT: Final = frozenset({EscalationState.DRAFT, EscalationState.APPROVED})


class WithdrawalEffect(StrEnum):
    """The effect on a request when its reporter withdraws the consent for its platform."""

    STAYS_HERE = "stays_here"  # nobody outside has seen it, and nobody will
    IS_STOPPED = "is_stopped"  # they may have read it, and are told to do nothing more
    IS_OVER = "is_over"  # they have answered: that stays, and nothing more is asked


@dataclass(frozen=True)
class PlatformAnswer:
    """A platform's answer: what it decided, and what the reporter said about it. `disputed` is what
    one of us wrote down and they say they never said."""

    decision: PartnerDecision
    verification: RecordedVerdict | None = None
    disputed: tuple[RecordedVerdict, ...] = ()

    @property
    def noted_by_staff(self) -> RecordedVerdict | None:
        """What one of us wrote down that the reporter told us, and they can object to."""
        said = self.verification
        return said if said is not None and not said.is_by_reporter else None

    @property
    def did_not_help(self) -> bool:
        """Whether the reporter saw it and said that it is not, or not wholly, fixed."""
        said = self.verification
        return said is not None and said.verdict is not Verdict.CONFIRMED


@dataclass(frozen=True)
class RequestStatus:
    """The status of a request to a partner as its reporter sees it: its way, and every answer,
    oldest first.

    `agreement` is what the reporter has to agree to for it, `is_agreed` whether they do at this
    moment, `arrived_at` when the
    request reached it, `was_seen` whether a person there has said anything, `late_actions` what
    they had done before it was withdrawn, `was_partner_asked` whether any request of the case to
    this partner was approved.
    """

    escalation: Escalation
    agreement: Agreement
    answers: tuple[PlatformAnswer, ...] = ()
    is_agreed: bool = True
    arrived_at: datetime | None = None
    was_seen: bool = False
    late_actions: tuple[PartnerDecision, ...] = ()
    was_partner_asked: bool = True

    @property
    def may_refuse_partner(self) -> bool:
        """Whether its reporter can still say no to this team and not to the whole platform."""
        goes_by_platform = self.agreement.partner_id is None
        return goes_by_platform and not self.was_partner_asked and not self.was_abandoned

    @property
    def awaits_verdict(self) -> bool:
        """Whether only the reporter can say now if it is really fixed."""
        decided = self.escalation.state is EscalationState.DECIDED and bool(self.answers)
        return decided and self.answers[-1].verification is None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was, or will be in a moment: the worker that does it may be late."""
        if self.escalation.state is EscalationState.WITHDRAWN:
            return True
        return not self.is_agreed and self._could_be_stopped

    @property
    def was_never_sent(self) -> bool:
        """Whether nobody approved it, so that nobody outside can have seen it."""
        return self.escalation.approved_at is None

    @property
    def was_abandoned(self) -> bool:
        """Whether it stayed here, and nobody is at work on it."""
        over = self.is_withdrawn or self.escalation.case.is_closed
        return self.was_never_sent and over

    @property
    def is_with_platform(self) -> bool:
        """Whether the next word is theirs."""
        waits = self.escalation.state not in (EscalationState.DECIDED, EscalationState.CLOSED)
        return waits and self.arrived_at is not None and not self.is_withdrawn

    @property
    def is_held_up(self) -> bool:
        """Whether nothing can come from them for now."""
        return self.is_with_platform and self.escalation.is_held_up

    @property
    def withdrawal_effect(self) -> WithdrawalEffect | None:
        """What happens to it when the agreement goes; None where that changes nothing."""
        if self.is_withdrawn or self.escalation.state is EscalationState.CLOSED:
            return None
        if self.escalation.state in NOT_LEFT:
            return WithdrawalEffect.STAYS_HERE
        return WithdrawalEffect.IS_STOPPED if self._could_be_stopped else WithdrawalEffect.IS_OVER

    @property
    def _could_be_stopped(self) -> bool:
        state = self.escalation.state
        return state is not EscalationState.DRAFT and EscalationState.WITHDRAWN in MOVES[state]
