"""Requests that await a second person: before they are sent, or after they were sent alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from helpdesk.cases import clocks as case_clocks
from helpdesk.core.work import Work
from helpdesk.escalations import clocks, request_basis, request_lists
from helpdesk.escalations.contributors import contributions_to
from helpdesk.escalations.gates import is_only_second_person_missing
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.priorities import could_change_account_access
from helpdesk.escalations.states import Priority

# Of what presses less than P1 the board shows so many.
OTHERS_AT_MOST: Final = 5


@dataclass(frozen=True)
class RequestAwaitingSecondPerson:
    """A request that awaits a second person: by when, and whether it was sent already."""

    request: Escalation
    due_at: datetime | None
    has_left: bool
    had_a_part: bool


@dataclass(frozen=True)
class RequestsAwaitingSecondPerson:
    """The requests of the actor's queues that wait for a second person: all that are P1, and of the
    others the first few."""

    urgent: Sequence[RequestAwaitingSecondPerson] = ()
    others: Sequence[RequestAwaitingSecondPerson] = ()

    @property
    def may_be_more(self) -> bool:
        """Whether the page of approvals may have more of the others."""
        return len(self.others) >= OTHERS_AT_MOST


def requests_awaiting_second_person(work: Work) -> RequestsAwaitingSecondPerson:
    """The requests of the actor's queues that wait for a second person, the nearest first.

    Of drafts those that lack nothing else, and answers to what a partner asked. Who had a part in
    one is told so: they are no second.
    """
    waiting = sorted(request_lists.requests_to_approve(work), key=lambda one: one.priority)
    urgent = [one for one in waiting if one.priority is Priority.P1]
    left = _left_alone(work)
    # Each is looked into: of the others no more than are shown.
    others = islice(_drafts(work, waiting[len(urgent) :]), OTHERS_AT_MOST)
    return RequestsAwaitingSecondPerson(
        _nearest_first(work, [*_drafts(work, urgent), *left]), list(others)
    )


def _nearest_first(
    work: Work, found: Sequence[RequestAwaitingSecondPerson]
) -> Sequence[RequestAwaitingSecondPerson]:
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or work.at))


def _drafts(work: Work, waiting: Sequence[Escalation]) -> Iterator[RequestAwaitingSecondPerson]:
    for request in waiting:
        if not could_change_account_access(request.ask):
            continue
        if not request.has_answer_to_approve and not _lacks_nothing_else(work, request):
            continue
        events = case_clocks.clock_events_of(work.session, request.id, clocks.OURS)
        yield RequestAwaitingSecondPerson(
            request,
            case_clocks.clock_due_at(events),
            has_left=False,
            had_a_part=work.actor.id in contributions_to(work, request),
        )


def _lacks_nothing_else(work: Work, request: Escalation) -> bool:
    """Who waits to be let in cannot open it, and may still know that it is there."""
    if not work.keys.holds(request.case.key_id):
        return True
    return is_only_second_person_missing(
        request_basis.gate_inputs(work, request), request.drafted_by
    )


def _left_alone(work: Work) -> Iterator[RequestAwaitingSecondPerson]:
    """What left on one person's word has an hour: it presses, whatever its priority is by now."""
    for request in request_lists.requests_to_read_afterwards(work):
        mine = work.actor.id == request.approved_by or work.actor.id in contributions_to(
            work, request
        )
        yield RequestAwaitingSecondPerson(
            request, request.second_read_due_at, has_left=True, had_a_part=mine
        )
