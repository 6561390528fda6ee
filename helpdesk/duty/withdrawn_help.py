"""Stopping all help when a reporter wants none any more: asked before, then done as the page
said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk.cases import operations as casework
from helpdesk.cases import queries as cases
from helpdesk.cases.models import Case, Consent
from helpdesk.cases.states import ConsentKind
from helpdesk.core.stale_page_marks import mark_of
from helpdesk.core.work import Work
from helpdesk.escalations import queries as escalations
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import OVER, EscalationState
from helpdesk.playbooks.model import Playbook, RunEndKind, Step
from helpdesk.runs import queries as run_queries
from helpdesk.runs.models import Run

OF_HELPING: Final = (ConsentKind.HELP, ConsentKind.HELPER, ConsentKind.PLATFORM)


@dataclass(frozen=True)
class StoppedHelp:
    """What stops when a reporter wants no help: what they had agreed to for it, which requests stop
    with it, and which other playbooks of the case they may still want help with."""

    consents: Sequence[Consent]
    requests: Sequence[Escalation]
    others: Sequence[Playbook]
    # All that is not over and not about the problem of another playbook at work, drafts among them.
    unfinished: Sequence[Escalation]

    @property
    def may_end_alone(self) -> bool:
        """Whether the one playbook can end and what was agreed to stay, for the others: not while a
        request could leave, or stay out, that they want no more."""
        return bool(self.others) and not self.unfinished

    @property
    def must_be_asked(self) -> bool:
        """Whether more stops than the one playbook in which it is recorded."""
        return bool(self.consents) and bool(self.requests or self.others)

    @property
    def mark(self) -> str:
        return mark_of(
            *(one.id for one in self.consents),
            *(one.id for one in self.requests),
            *(one.id for one in self.others),
            *(one.id for one in self.unfinished),
        )


def says_help_not_wanted(page: Playbook, step: Step, outcome: str) -> bool:
    """Whether this outcome of a step says that the reporter wants no help any more."""
    chosen = step.outcome(outcome)
    end = page.end(chosen.end) if chosen is not None and chosen.end else None
    return end is not None and end.kind is RunEndKind.WITHDRAWN


def stopped_help(work: Work, run: Run) -> StoppedHelp:
    """What stops if this run ends because the reporter wants no help."""
    consents = cases.unwithdrawn_consents(work, run.case, OF_HELPING)
    requests = {
        one.id: one
        for consent in consents
        for one in escalations.requests_depending_on_consent(work, consent)
    }
    runs = run_queries.runs_of_case(work, run.case)
    others = [one.page for one in runs if one.run.id != run.id and one.run.ended_at is None]
    # What is decided neither leaves nor stays out: only the reporter's “not fixed” opens it again.
    over = OVER | {EscalationState.DECIDED}
    asked = escalations.requests_not_about_playbooks(work, run.case, {page.id for page in others})
    unfinished = [one for one in asked if one.state not in over]
    return StoppedHelp(consents, tuple(requests.values()), others, unfinished)


def withdraw_help(work: Work, case: Case, stopped: StoppedHelp) -> None:
    """Withdraw every consent that our help needs, because the reporter wants none any more: no
    request is sent, and what is out is withdrawn. What is kept after the case is another question,
    and its answer stands.

    No rule: whoever may withdraw a single one may, and is asked that for each.
    """
    for consent in stopped.consents:
        casework.withdraw_consent(work, case, consent)
