"""Random sequences of people who take cases, come and go; after each act, who has what is seen.

What must hold is asked of the tables by one statement of its own, which knows no operation.
"""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from helpdesk.accounts import operations as people
from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import operations
from helpdesk.cases.models import Case
from helpdesk.cases.states import CaseOutcome
from helpdesk.core.actors import Role, operator, reporter
from helpdesk.core.codes import ReturnCode
from helpdesk.core.errors import DomainError
from helpdesk.core.sealing import CannotOpen
from helpdesk.intake import operations as intake
from tests.factories import a_case, a_person, a_team, enrolled

STAFF = ("lead", "second lead", "one", "two", "three")
WHO = st.sampled_from(STAFF)
CASE = st.integers(0, 4)
QUEUE_OF = st.integers(0, 1)
TRIED = Counter()

# Open cases of somebody who is blocked, in no queue of theirs, or without a key that opens them.
LOST = text("""
SELECT cases.ref FROM cases LEFT JOIN people ON people.id = cases.owner_id
WHERE cases.state <> 'closed' AND cases.owner_id IS NOT NULL AND (
    people.disabled_at IS NOT NULL
    OR NOT EXISTS (SELECT FROM memberships
        WHERE person_id = people.id AND memberships.team_id = cases.team_id)
    OR NOT EXISTS (SELECT FROM key_copies AS of_case JOIN key_copies AS of_team
        ON of_team.key_id = of_case.holder_id
        WHERE of_case.key_id = cases.key_id AND of_team.holder_id = people.key_id))
""")


class ComingsAndGoings(RuleBasedStateMachine):
    """No open case has an owner who cannot work on it."""

    context = None

    @initialize()
    def begin(self):
        # What one sequence wrote, the next one does not meet.
        self.before = self.context.sessions.kw["bind"].begin_nested()
        with self.context.begin() as work:
            self.queues = [a_team(work), a_team(work)]
            roles = [Role.COORDINATOR, Role.COORDINATOR, *[Role.RESPONDER] * 3]
            self.staff = {
                name: a_person(work, role, self.queues)
                for name, role in zip(STAFF, roles, strict=True)
            }
            self.codes = [ReturnCode.new() for _ in range(5)]
            self.cases = [
                a_case(work, self.queues[number % 2], code=code).id
                for number, code in enumerate(self.codes)
            ]

    def teardown(self):
        self.before.rollback()

    # --- what each act needs -------------------------------------------------------------------

    def person(self, work, name):
        return work.session.get(Person, self.staff[name].person.id)

    def case(self, work, number):
        return work.session.get(Case, self.cases[number])

    def handing(self, kind, whom):
        """Nothing said, the queue for all, one colleague for all, or each queue its own."""
        theirs = self.staff[whom].person.id
        first, second = (one.id for one in self.queues)
        return Reassignment(
            {
                "nothing": {},
                "queue": {first: QUEUE, second: QUEUE},
                "colleague": {first: theirs, second: theirs},
                "each": {first: theirs, second: QUEUE, self.cases[0]: QUEUE},
            }[kind]
        )

    def try_as(self, name, verb):
        """Do it, if they can come in; what is refused changes nothing. True if it was done."""
        TRIED["acts"] += 1
        with self.context.begin() as work:
            person = self.person(work, name)
            actor, may_come = person.as_actor(), person.is_active and person.is_enrolled
        try:
            if not may_come:
                raise DomainError
            with self.context.begin(actor, secrets=self.staff[name].secrets) as work:
                verb(work)
        except (DomainError, CannotOpen):
            TRIED["refused"] += 1
            return False
        TRIED["done"] += 1
        return True

    # --- acts ----------------------------------------------------------------------------------

    @rule(who=WHO, number=CASE)
    def claim(self, who, number):
        self.try_as(who, lambda work: operations.claim_case(work, self.case(work, number)))

    @rule(who=WHO, number=CASE, whom=WHO)
    def hand_over(self, who, number, whom):
        def act(work):
            to = self.person(work, whom)
            operations.hand_over_case(work, self.case(work, number), to=to, note="Please.")

        self.try_as(who, act)

    @rule(
        who=WHO, number=CASE, step=st.sampled_from(["release_case", "end_case_work", "reopen_case"])
    )
    def move(self, who, number, step):
        def act(work):
            case = self.case(work, number)
            if step == "end_case_work":
                operations.end_case_work(work, case, outcome=CaseOutcome.UNRESOLVED)
            else:
                getattr(operations, step)(work, case)

        self.try_as(who, act)

    @rule(number=CASE)
    def reporter_writes(self, number):
        """What was closed opens again, and whoever had it has it again."""
        case_id, own = self.cases[number], self.codes[number].secret()
        with self.context.begin(reporter(case_id), own=own) as work:
            intake.send_message_as_reporter(work, self.case(work, number), body="It is back.")

    @rule(
        who=WHO,
        leaver=WHO,
        act=st.sampled_from(
            ["disable_person", "require_new_enrolment", "remove_member", "leave_team"]
        ),
        kind=st.sampled_from(["nothing", "queue", "colleague", "each"]),
        whom=WHO,
        queue=QUEUE_OF,
    )
    def let_go(self, who, leaver, act, kind, whom, queue):
        def go(work):
            handing = self.handing(kind, whom)
            person = self.person(work, leaver)
            if act in ("disable_person", "require_new_enrolment"):
                getattr(people, act)(work, person, handing)
            else:
                found = accounts.membership_of(work, person.id, self.queues[queue].id)
                getattr(people, act)(work, found, handing)
            TRIED["let go"] += 1

        self.try_as(leaver if act == "leave_team" else who, go)

    @rule(leaver=WHO)
    def come_back(self, leaver):
        """The door is open again, they enrol, are in both queues, and are let in."""
        with self.context.begin(operator("tests")) as work:
            person = self.person(work, leaver)
            if not person.is_active:
                people.enable_person(work, person)
            if not person.is_enrolled:
                self.staff[leaver] = enrolled(work, person)
            for queue in self.queues:
                if all(one.team_id != queue.id for one in person.memberships):
                    people.add_member(work, person, work.session.merge(queue))
        for queue in self.queues:

            def let_in(work, queue=queue):
                person_id = self.staff[leaver].person.id
                people.grant_team_key(work, accounts.membership_of(work, person_id, queue.id))

            any(self.try_as(name, let_in) for name in STAFF if name != leaver)

    @invariant()
    def every_owner_can_work(self):
        if hasattr(self, "before"):
            with self.context.begin() as work:
                lost = work.session.scalars(LOST).all()
            assert not lost, "somebody has a case that they cannot work on"
