"""Which cases one sees: every list and every page that shows cases or what hangs on them agrees."""

import pytest
from sqlalchemy import select

from helpdesk.accounts import queries as accounts
from helpdesk.cases import policy, queries, queue_pages
from helpdesk.cases.models import Case, LowerLevelRequest, UrgentClosingRequest
from helpdesk.cases.states import CaseState
from helpdesk.core.actors import NOBODY, SYSTEM, Actor, Role, operator, reporter
from helpdesk.core.errors import NotAllowed, NotFound
from helpdesk.duty import case_closing
from helpdesk.duty.views import case_page_variables
from helpdesk.escalations import request_lists
from helpdesk.triage import queries as triage
from tests.factories import a_case, a_person, a_team


@pytest.fixture
def two_queues(context, now):
    """A queue and another, a case in each, with all that lists of cases look for."""
    with context.begin(at=now) as work:
        ours, theirs = a_team(work), a_team(work)
        for team in (ours, theirs):
            lead = a_person(work, Role.COORDINATOR, [team])
            case = a_case(work, team, state=CaseState.NEW)
            case.unheard_since = now
            gone = a_case(work, team, state=CaseState.OPEN, owner=lead)
            gone.word_due_at = now
            work.session.add(
                LowerLevelRequest(
                    case_id=case.id,
                    case=case,
                    level=case.level,
                    asked_by=lead.actor.id,
                    asked_at=now,
                    reason=case.public.seal_text("So", case.envelope_place_of("story")),
                )
            )
            work.session.add(
                UrgentClosingRequest(
                    case_id=case.id, case=case, asked_by=lead.actor.id, asked_at=now
                )
            )
            work.record("case.read", case)
    return ours, theirs


def actors(ours):
    """One of each kind, all with this queue's name on them, and whether they may see its cases."""
    teams = frozenset({ours.id})
    of = {"teams": teams, "person_id": "p" * 32}
    return [
        (Actor("person:p", Role.RESPONDER, **of), True),
        (Actor("person:p", Role.COORDINATOR, **of), True),
        (Actor("person:p", Role.RESPONDER, **of, waits_in=teams), False),
        (Actor("person:p", Role.COORDINATOR, person_id="p" * 32), False),
        (Actor("person:p", Role.OPERATOR, **of), False),
        (Actor("person:p", Role.PARTNER, **of), False),
        (Actor("person:p", Role.REPORTER, **of, case_id="c" * 32), False),
        (Actor("system", Role.SYSTEM, **of), False),
        (reporter("c" * 32), False),
        (operator("tests"), False),
        (NOBODY, False),
        (SYSTEM, False),
    ]


def cases_in(found):
    return {getattr(one, "case_id", None) or one.id for one in found}


def one_by_one(work, cases, find):
    seen = set()
    for case in cases:
        try:
            find(work, case)
        except (NotFound, NotAllowed):
            continue
        seen.add(case.id)
    return seen


def by_name(work, cases):
    return one_by_one(work, cases, lambda work, case: queries.case_by_ref(work, case.ref))


def on_its_page(work, cases):
    return one_by_one(work, cases, lambda work, case: case_page_variables._find(work, case.ref))


def on_the_page_of_its_queue(work, cases):
    seen = set()
    for team in {case.team_id for case in cases}:
        slug = work.session.get(accounts.Team, team).slug
        try:
            page = queue_pages.queue_page(work, slug, show=queue_pages.QueueFilter.OPEN)
        except NotFound:
            continue
        seen |= cases_in(page.cases)
    return seen


def in_its_queue(work, cases):
    mine = {team.id for team in accounts.queues_of(work)}
    for team in {case.team_id for case in cases}:
        slug = work.session.get(accounts.Team, team).slug
        try:
            assert accounts.queue_by_slug(work, slug).id in mine
        except NotFound:
            assert team not in mine
    return {case.id for case in cases if case.team_id in mine}


def by_the_rule(work, cases):
    inside = work.actor.accessible_teams
    return {
        case.id
        for case in cases
        if policy.may_see_case(work.actor, case) and case.team_id in inside
    }


EVERYWHERE = (
    by_name,
    on_its_page,
    on_the_page_of_its_queue,
    in_its_queue,
    by_the_rule,
    lambda work, _: cases_in(work.session.scalars(queries.visible_cases(work.actor))),
)
# What each of these lists leaves out, it leaves out for other reasons than who asks.
SOMEWHERE = {
    "late": lambda work: queries.cases_with_late_update(work),
    "unheard": lambda work: triage.cases_with_failed_alert(work),
    "level requests": lambda work: triage.pending_lower_level_requests(work),
    "closing requests": lambda work: case_closing.pending_closing_requests(work),
    "failed deliveries": lambda work: request_lists.failed_deliveries(work),
}


def all_cases(work, *teams):
    ids = [team.id for team in teams]
    return work.session.scalars(select(Case).where(Case.team_id.in_(ids))).all()


@pytest.mark.parametrize("number", range(12))
def test_whoever_asks_every_way_to_a_case_says_the_same(context, two_queues, number):
    ours, theirs = two_queues
    actor, sees = actors(ours)[number]
    with context.begin(actor) as work:
        cases = all_cases(work, ours, theirs)
        mine = {case.id for case in cases if case.team_id == ours.id} if sees else set()

        for way in EVERYWHERE:
            assert way(work, cases) == mine, way


@pytest.mark.parametrize("name", SOMEWHERE)
def test_what_hangs_on_a_case_is_listed_to_whoever_sees_the_case(context, two_queues, name):
    ours, _theirs = two_queues
    for actor, sees in actors(ours):
        with context.begin(actor) as work:
            mine = {case.id for case in all_cases(work, ours)} if sees else set()
            listed = cases_in(SOMEWHERE[name](work))

            assert listed <= mine
            if sees and name != "failed deliveries":
                assert listed
