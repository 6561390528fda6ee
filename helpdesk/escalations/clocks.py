"""The two clocks of a request: the partner's runs while we wait for them, ours while they wait for
us."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from helpdesk.cases import clocks
from helpdesk.cases.models import ClockAction, ClockEvent
from helpdesk.cases.response_targets import due_time_as_job_argument
from helpdesk.core.work import Work
from helpdesk.escalations.events import OurMoveDue
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.priorities import OUR_MOVE_WITHIN, VERIFIED_WITHIN
from helpdesk.escalations.states import EscalationState
from helpdesk.partners.deadlines import decision_due, first_sign_due

OURS: Final = "request_ours"
THEIRS: Final = "request_theirs"
# By so much two sums of the same times may differ: a job for a reporter is timed up to five minutes
# early (`round_time_for_reporter`).
ROUNDING: Final = timedelta(minutes=5, seconds=1)


def start_our_clock(work: Work, escalation: Escalation) -> datetime:
    """Start our own clock on a request: we have to draft, send, answer, or find out whether it is
    really fixed, until the time that is returned."""
    clocks.stop_clock(work, escalation.id, THEIRS)
    due = _start(work, escalation, OURS, within=our_time(escalation))
    escalation.answer_due_at = None
    return due


def our_time(escalation: Escalation) -> timedelta:
    """How much time we give ourselves for our move on a request, as it is and as urgent as it is
    now."""
    is_decided = escalation.state is EscalationState.DECIDED
    return (VERIFIED_WITHIN if is_decided else OUR_MOVE_WITHIN)[escalation.priority]


def our_move_due_at(work: Work, escalation: Escalation) -> datetime | None:
    """When our own clock on a request runs out; None while it is not our move."""
    return clocks.clock_due_at(clocks.clock_events_of(work.session, escalation.id, OURS))


def schedule_our_alarm(work: Work, escalation: Escalation, *, due: datetime) -> None:
    """Queue the alarm for when our own time is over; at once, if it is over already."""
    work.announce(
        OurMoveDue(escalation.case_id, escalation.id, due_time_as_job_argument(due)),
        after=max(due - work.at, timedelta(0)),
    )


def start_partner_clock(work: Work, escalation: Escalation, *, within: timedelta) -> None:
    """Start the partner's clock, for a turn of theirs: they have to answer within so much time."""
    stop_both_clocks(work, escalation)
    escalation.answer_due_at = _start(work, escalation, THEIRS, within=within)
    escalation.turn_due_at = escalation.answer_due_at


def hold_partner_clock(work: Work, escalation: Escalation) -> None:
    """Pause the partner's clock, as nothing can come of them for now: what they have left stays
    theirs."""
    clocks.pause_clock(work, escalation.id, THEIRS)
    escalation.answer_due_at = None


def resume_partner_clock(work: Work, escalation: Escalation) -> None:
    """Resume the partner's clock, if it was paused, with what was left of it."""
    events = clocks.clock_events_of(work.session, escalation.id, THEIRS)
    if not clocks.is_clock_paused(events):
        return
    started, held = events[-2], events[-1]
    left = timedelta(seconds=started.seconds or 0) - (held.at - started.at)
    escalation.answer_due_at = _start(work, escalation, THEIRS, within=max(left, timedelta(0)))


def shorten_partner_clock(work: Work, escalation: Escalation) -> bool:
    """Shorten the partner's clock, as the request is more urgent than when it was started: whoever
    has not moved yet has the time to a first sign from now on, the others what is left to a
    decision; and nobody more than before. Says whether they have less time by it."""
    due, within = escalation.answer_due_at, partner_time_at_priority(work, escalation)
    is_too_long = due is not None and due - work.at > within + ROUNDING
    if is_too_long:
        clocks.pause_clock(work, escalation.id, THEIRS)  # they have not moved: see arrivals
        escalation.answer_due_at = _start(work, escalation, THEIRS, within=within)
    return is_too_long


def restart_partner_clock(work: Work, escalation: Escalation) -> None:
    """Restart the partner's clock after an answer of ours: with what they have left, and no more
    than the request's priority gives now. For who can read what was agreed."""
    within = min(time_left_to_partner(work, escalation), partner_time_at_priority(work, escalation))
    start_partner_clock(work, escalation, within=within)


def stop_both_clocks(work: Work, escalation: Escalation) -> None:
    """Stop both clocks of a request: it is decided, or over."""
    clocks.stop_clock(work, escalation.id, OURS)
    clocks.stop_clock(work, escalation.id, THEIRS)
    escalation.answer_due_at = None


def time_used_by_partner(work: Work, escalation: Escalation) -> timedelta:
    """How long the partner has had a request, all their turns together."""
    events = clocks.clock_events_of(work.session, escalation.id, THEIRS)
    return clocks.clock_time_used(events, at=work.at)


def time_left_to_partner(work: Work, escalation: Escalation) -> timedelta:
    """How much time a partner has left, and never less than what they were given at first.

    Computed from events alone: at the public door nobody can read what was agreed with a partner,
    and so a case that rose since is not seen in it. `raise_requests_to_level` shortens what is too
    long.
    """
    starts, left, runs = [], timedelta(0), False
    for event in clocks.clock_events_of(work.session, escalation.id, THEIRS):
        ran, runs = runs, event.turn is ClockAction.STARTED
        if runs:
            starts.append(event)
        elif ran:
            left = timedelta(seconds=starts[-1].seconds or 0) - (event.at - starts[-1].at)
    return max(left, timedelta(seconds=(starts[0].seconds or 0) if starts else 0))


def partner_time_at_priority(work: Work, escalation: Escalation) -> timedelta:
    """The response time agreed with the partner for the request's current priority, from now on as
    the clock goes: by their working days and hours, where that was agreed."""
    partner, priority = escalation.partner, escalation.priority
    least = first_sign_due(partner, priority, work.at) - work.at
    if escalation.wants_first_sign:
        return least
    events = clocks.clock_events_of(work.session, escalation.id, THEIRS)
    turns = clocks.clock_turns(events, at=work.at)
    return max(decision_due(partner, priority, work.at, turns=turns) - work.at, least)


@dataclass(frozen=True)
class ProgressAtPartner:
    """How far a request came at its partner, told from its clocks: whoever sees it may see no more
    than those."""

    arrived_at: datetime | None = None
    was_seen: bool = False


def arrival_and_first_sign_by_request(
    work: Work, escalations: Iterable[Escalation]
) -> dict[str, ProgressAtPartner]:
    """The progress of each of these requests at its partner: when it arrived, and whether a person
    there has moved."""
    started = select(ClockEvent).where(
        ClockEvent.subject_id.in_([one.id for one in escalations]),
        ClockEvent.clock.in_((OURS, THEIRS)),
        ClockEvent.turn.in_((ClockAction.STARTED, ClockAction.PAUSED)),
    )
    ways: defaultdict[str, ProgressAtPartner] = defaultdict(ProgressAtPartner)
    held: set[str] = set()
    for event in work.session.scalars(started.order_by(ClockEvent.at)):
        if event.turn is ClockAction.PAUSED:
            held.add(event.subject_id)
            continue
        if event.subject_id in held:  # it goes on, and nobody there has moved
            held.discard(event.subject_id)
            continue
        way = ways[event.subject_id]
        if way.arrived_at is not None:
            ways[event.subject_id] = ProgressAtPartner(way.arrived_at, was_seen=True)
        elif event.clock == THEIRS:
            ways[event.subject_id] = ProgressAtPartner(event.at)
    return ways


def _start(work: Work, escalation: Escalation, clock: str, *, within: timedelta) -> datetime:
    events = clocks.clock_events_of(work.session, escalation.id, clock)
    return clocks.start_clock(work, escalation.id, clock, within=within, events=events)
