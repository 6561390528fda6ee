"""What partners have asked us and what they owe us: neither pile hides the other."""

from datetime import UTC, datetime, timedelta

from helpdesk.escalations import request_lists
from helpdesk.escalations.models import Escalation
from helpdesk.escalations.states import Ask, EscalationState
from tests.factories import a_person, a_team

NOW = datetime.now(UTC)


def stands(house, ask, state, late):
    """A request that has come so far, without the way there."""
    escalation = house.ask(ask)
    with house.context.begin() as work:
        one = work.session.get(Escalation, escalation.id)
        one.state, one.answer_due_at = state, NOW - late
        work.record("test", one)
    return escalation.ref


def refs(pile):
    return [one.ref for one in pile.requests]


def test_questions_of_partners_hide_no_partner_who_is_late(house):
    asked = [
        stands(house, ask, EscalationState.NEED_INFORMATION, timedelta(hours=hours))
        for ask, hours in ((Ask.RESTORE, 9), (Ask.LOCK, 8))
    ]
    late = [
        stands(house, ask, EscalationState.WITH_PARTNER, timedelta(hours=hours))
        for ask, hours in ((Ask.REMOVE, 2), (Ask.PRESERVE, 1))
    ]
    stands(house, Ask.REVIEW, EscalationState.WITH_PARTNER, timedelta(hours=-1))

    with house.as_(house.writer) as work:
        found = request_lists.requests_at_partners(work, at=NOW, limit=1)

    assert (refs(found.asked), found.asked.in_all, found.asked.more) == (asked[:1], 2, 1)
    assert (refs(found.late), found.late.in_all, found.late.more) == (late[:1], 2, 1)


def test_what_another_queue_has_is_in_no_pile(house):
    stands(house, Ask.RESTORE, EscalationState.NEED_INFORMATION, timedelta(hours=1))
    with house.context.begin() as work:
        stranger = a_person(work, teams=[a_team(work)])

    with house.as_(stranger) as work:
        found = request_lists.requests_at_partners(work, at=NOW)

    assert (found.asked.in_all, found.late.in_all) == (0, 0)
