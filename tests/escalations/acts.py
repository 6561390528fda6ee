"""Random sequences of people and acts around one case, and what must hold after each of them.

The machine keeps a list of its own of who had a part in what, written down from what it asked for
and not from what the helpdesk stored: so a part that the helpdesk forgets is seen.
"""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from helpdesk.accounts import operations as accounts
from helpdesk.accounts import queries as people
from helpdesk.accounts.offboarding import QUEUE, Reassignment
from helpdesk.cases import operations as casework
from helpdesk.cases.levels import Level
from helpdesk.cases.models import (
    Case,
    Consent,
    ConversationChannel,
    Evidence,
    Fact,
    LowerLevelRequest,
    UrgentClosingRequest,
)
from helpdesk.cases.states import CaseOutcome, ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import DomainError
from helpdesk.core.sealing import CannotOpen
from helpdesk.duty import case_closing
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import Escalation, PartnerMessage
from helpdesk.escalations.states import Ask, EscalationState, Priority
from helpdesk.intake import operations as intake
from helpdesk.partners import operations as partners
from helpdesk.partners.models import Partner
from helpdesk.partners.partner_terms import PartnerTerms
from helpdesk.playbooks.model import Step, StepPerformer, StepPhase, Text
from helpdesk.runs import operations as steps
from helpdesk.runs import queries as playbooks
from helpdesk.runs import storage
from helpdesk.runs.policy import may_start_run
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as levels
from tests.conftest import become
from tests.escalations.conftest import TYPED, a_house
from tests.factories import a_person, enrolled

STAFF = ("writer", "second", "lead", "other_lead")
PARTS = ("evidence", "address", "fact", "level", "answers", "waiver", "words")
# Invited and enrolled by the lead and not let in; taken out of the queue; at the partner.
OUTSIDE = ("outsider", "gone", "theirs")
WHO, OF_US = st.sampled_from(STAFF * 2 + OUTSIDE), st.sampled_from((*STAFF, "outsider", "gone"))
MEMBER, LEADS = st.sampled_from(STAFF), st.sampled_from(["lead", "other_lead", "outsider"])
# What ends a sequence's story early is drawn often and done one time in four.
SELDOM = st.sampled_from([False, False, False, True])
ABOUT_ACCESS = {Ask.RESTORE, Ask.LOCK, Ask.REVIEW}
FACTS = {"vetted": "known", "owner_confirmed": "confirmed", "public_form_ref": "told"}
PAGE = "account-takeover"
# What of it a gate stands on, and what of it a packet says.
GATE_FACTS = {"vetted", "owner_confirmed", "public_form", "public_form_ref"}
IN_PACKETS = {
    "profile-url",
    "first-sign",
    "last-good",
    "changes-seen",
    "ownership-statement",
    "form-receipt",
    "harm-statement",
    "restore-address",
}
SETTLED = PartnerTerms(reach_us="The helpdesk.")
DANGER = ("none_known", "credible", "imminent")
HELP, PLATFORM = (ConsentKind.HELP, None), (ConsentKind.PLATFORM, "platform")
TRIED = Counter()


class NothingThere(DomainError):
    """What the act would be done to is not there (yet)."""


def a_step(kind):
    blank = Text("", "")
    return Step(
        "made-up", blank, blank, StepPhase.VERIFY, StepPerformer.RESPONDER, (), evidence=(kind,)
    )


class TwoPeople(RuleBasedStateMachine):
    """Nothing about access leaves, and no level falls, on the word of one."""

    context = None

    @initialize(
        level=st.sampled_from(list(Level)),
        who=MEMBER,
        approver=MEMBER | st.none(),
        part=st.sampled_from(PARTS) | st.none(),
        phoned=SELDOM,
    )
    def begin(self, level, who, approver, part, phoned):
        # What one sequence wrote, the next one does not meet.
        self.before = self.context.sessions.kw["bind"].begin_nested()
        with self.context.begin() as work:
            self.house = a_house(work, self.context)
            queue = work.session.merge(self.house.queue)
            self.house.other_lead = a_person(work, Role.COORDINATOR, [queue])
            self.house.gone = a_person(work, teams=[queue])
        self.house.change_case(level=level)
        self.level = level
        # By actor: what they did for each request ("words", "waiver") and for the case.
        self.words, self.gates, self.evidence = {}, set(), set()
        self.spoke_for = {HELP: set(), PLATFORM: set()}
        self.judged, self.seen_sent, self.fell = set(), {}, None
        self.answers_sent = Counter()
        # Whether the reporter disputed a call or a record of ours, and nobody has written since.
        self.disputed = False
        # Whose hand each account could be, and who has been let in by somebody else.
        self.hands, self.inside = {name: name for name in (*STAFF, *OUTSIDE)}, {*STAFF, "gone"}
        # Which agreements are the reporter's own word, and which a second person of ours confirmed.
        self.own, self.confirmed = {HELP, PLATFORM}, set()
        self.invite("lead")
        self.take_out("lead", "gone", seldom=True)
        assert self.inside == {*STAFF}
        self.reset("outsider", "gone", seldom=True)  # refused: nobody has let them in
        self.draft(who, Ask.RESTORE)
        if phoned:
            self.phoned_by_somebody_else(who, "second", "lead", seldom=False)
        if approver is not None:
            self.have_a_part(approver, part, who)
            self.approve(approver, 0)

    def teardown(self):
        self.before.rollback()

    # --- what each act needs -------------------------------------------------------------------

    def try_as(self, who, verb, *, from_inside=True):
        """Do it; what is refused changes nothing. True if it was done.

        By name these are acts of ours, which nobody does who is not let into the queue.
        """
        TRIED["acts"] += 1
        somebody = getattr(self.house, who) if isinstance(who, str) else who
        try:
            with self.house.as_(somebody) as work:
                verb(work, work.session.get(Case, self.house.case.id))
        except (DomainError, CannotOpen):
            TRIED["refused"] += 1
            return False
        if from_inside and isinstance(who, str):
            assert who in self.inside, f"{who} is outside"
        return True

    def by_reporter(self, verb):
        TRIED["acts"] += 1
        try:
            with self.house.as_reporter() as work:
                verb(work, work.session.get(Case, self.house.case.id))
        except DomainError:
            TRIED["refused"] += 1
            return False
        return True

    def actor(self, who):
        return getattr(self.house, who).actor.id

    def requests(self):
        with self.context.begin() as work:
            found = select(Escalation).where(Escalation.case_id == self.house.case.id)
            return list(work.session.scalars(found.order_by(Escalation.id)))

    def a_request(self, work, number):
        one = self.nth(work, number)
        return queries.visible_request_by_ref(work, one.ref) if one is not None else None

    def nth(self, work, number):
        found = select(Escalation).where(Escalation.case_id == self.house.case.id)
        every = list(work.session.scalars(found.order_by(Escalation.id)))
        return every[number % len(every)] if every else None

    def on_request(self, who, number, verb):
        """An act on one of the requests, if there is one; its id if it was done."""
        touched = []

        def act(work, _case):
            request = self.a_request(work, number)
            if request is None:
                raise NothingThere
            verb(work, request)
            touched.append(request.id)

        done = self.try_as(who, act)
        return touched[0] if done and touched else None

    # --- acts ----------------------------------------------------------------------------------

    @rule(who=WHO, ask=st.sampled_from([Ask.RESTORE, Ask.LOCK, Ask.REVIEW, Ask.PRESERVE]))
    def draft(self, who, ask):
        made = []

        def act(work, case):
            partner = work.session.get(Partner, self.house.partner.id)
            made.append(operations.write_draft(work, case, partner, ask=ask, typed=TYPED).id)

        if self.try_as(who, act):
            self.words.setdefault(made[0], set()).add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 2), harm=st.sampled_from(["Sources.", "Others."]))
    def change(self, who, number, harm):
        def act(work, one):
            operations.change_draft(
                work, one, typed={**TYPED, "harm": harm}, seen_hash=one.packet_hash
            )

        if done := self.on_request(who, number, act):
            self.words.setdefault(done, set()).add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 2))
    def take_up_what_steps_found_out(self, who, number):
        if done := self.on_request(
            who,
            number,
            lambda work, one: operations.add_findings_to_draft(
                work, one, seen_hash=one.packet_hash
            ),
        ):
            self.words.setdefault(done, set()).add(self.actor(who))

    @rule(who=WHO, kind=st.sampled_from(["restore-address", "profile-url", "harm-statement"]))
    def write_evidence(self, who, kind):
        def act(work, case):
            work.require(may_start_run, case)
            storage.store_evidence(work, case, a_step(kind), {kind: f"by {who}"}, playbook=PAGE)
            work.record("test.evidence", case)

        if self.try_as(who, act):
            self.evidence.add(self.actor(who))

    @rule(who=WHO, name=st.sampled_from(list(FACTS)))
    def write_fact(self, who, name):
        def act(work, case):
            work.require(may_start_run, case)
            account = TYPED["target_url"]
            storage.store_facts(
                work, case, {name: FACTS[name]}, literal=[name], account=account, playbook=PAGE
            )
            work.record("test.fact", case)

        if self.try_as(who, act):
            self.gates.add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 40), ending=st.integers(0, 5))
    def finish_a_step(self, who, number, ending):
        """A real step of a real playbook, ended in one of its ways."""

        def act(work, case):
            run = playbooks.unfinished_run_of(work, case, PAGE) or steps.start_run(work, case, PAGE)
            now = playbooks.progress_of_run(work, run)
            at_hand = [one for one in now.steps if one.may_be_recorded]
            one = at_hand[number % len(at_hand)]
            ended_as = one.step.outcomes[ending % len(one.step.outcomes)]
            record = next((past for past in run.records if past.step == one.step.id), None)
            told = dict.fromkeys(one.step.evidence, f"by {who}")
            if "profile-url" in told:  # another account is never given back
                told["profile-url"] = TYPED["target_url"]
            seen = record.id if record is not None else ""
            how = {"outcome": ended_as.id, "evidence": told, "note": "So it was.", "seen": seen}
            steps.finish_step(work, run, one.step.id, **how)

        TRIED["steps"] += self.with_what_was_found_out(who, act)

    @rule(who=WHO, number=st.integers(0, 40))
    def take_a_step_back(self, who, number):
        def act(work, case):
            run = playbooks.unfinished_run_of(work, case, PAGE)
            if run is None or not run.records:
                raise NothingThere
            steps.reopen_step(work, run, run.records[number % len(run.records)].step)

        self.with_what_was_found_out(who, act)

    def with_what_was_found_out(self, who, act):
        """Do it, and whose word on the case it changed: by what stands there before and after."""
        before = self.found_out()
        done = self.try_as(who, act)
        changed = {name for name, _ in before ^ self.found_out()} if done else set()
        if changed & GATE_FACTS:
            self.gates.add(self.actor(who))
        if changed & IN_PACKETS:
            self.evidence.add(self.actor(who))
        return done

    def found_out(self):
        with self.context.begin() as work:
            of_case = {"case_id": self.house.case.id}
            facts = select(Fact.name, Fact.set_at).filter_by(**of_case)
            evidence = select(Evidence.kind, Evidence.taken_at).filter_by(**of_case)
            return {tuple(row) for one in (facts, evidence) for row in work.session.execute(one)}

    @rule(who=WHO, number=st.integers(0, 2))
    def waive(self, who, number):
        if done := self.on_request(
            who,
            number,
            lambda work, one: operations.waive_public_form(work, one, reason="No time."),
        ):
            self.words.setdefault(f"waiver {done}", set()).add(self.actor(who))
            TRIED["waived"] += 1

    @rule(who=WHO, number=st.integers(0, 2))
    def approve(self, who, number):
        def act(work, one):
            operations.approve_request(work, one, seen_hash=one.packet_hash)

        if done := self.on_request(who, number, act):
            TRIED["approved"] += 1
            self.must_not_be_disputed()
            self.must_be_a_second_person(done, self.actor(who))

    @rule(who=LEADS, writer=MEMBER, then=WHO)
    def waive_and_approve(self, who, writer, then):
        """A coordinator answers for it that the platform's own form was not waited for."""
        self.draft(writer, Ask.LOCK)
        for number in range(2):
            self.waive(who, number)
            self.approve(then, number)

    @rule(who=WHO)
    def approve_the_first(self, who):
        self.approve(who, 0)

    def have_a_part(self, who, part, writer):
        """One act of those that make somebody no second person; what it found out is taken up."""
        acts = {
            "evidence": lambda: self.write_evidence(who, "harm-statement"),
            "address": lambda: self.correct_the_address(who),
            "fact": lambda: self.write_fact(who, "vetted"),
            "level": lambda: self.raise_level(who, Level.IMMEDIATE),
            "answers": lambda: self.correct_answers(who, "none_known", "ended"),
            "waiver": lambda: self.waive(who, 0),
            "words": lambda: self.change(who, 0, "Others."),
            None: lambda: None,
        }
        acts[part]()
        if part in ("evidence", "address"):
            self.take_up_what_steps_found_out(writer, 0)

    @rule(who=MEMBER, part=st.sampled_from(PARTS), writer=MEMBER)
    def have_a_part_and_approve(self, who, part, writer):
        """The shortest way on which one person would be first and second."""
        self.draft(writer, Ask.RESTORE)
        self.have_a_part(who, part, writer)
        for number in range(2):
            self.approve(who, number)

    @rule(who=WHO, then=WHO, reader=MEMBER)
    def approve_and_read(self, who, then, reader):
        self.approve(who, 0)
        self.read_afterwards(then, 0)
        self.read_afterwards(reader, 0)

    @rule(writer=MEMBER, reader=st.integers(1, len(STAFF) - 1))
    def leave_on_one_word_and_be_read(self, writer, reader):
        """The whole way of what leaves at once and is read within the hour."""
        self.draft(writer, Ask.RESTORE)
        for number in range(3):
            self.approve(writer, number)
            self.read_afterwards("outsider", number)  # refused while nobody has let them in
            # Drawn as a distance: two names drawn apart are too often one.
            self.read_afterwards(STAFF[(STAFF.index(writer) + reader) % len(STAFF)], number)

    @rule(who=WHO, number=st.integers(0, 2))
    def read_afterwards(self, who, number):
        if done := self.on_request(who, number, operations.confirm_read_afterwards):
            TRIED["read afterwards"] += 1
            assert self.actor(who) not in self.parts_in(done), "who had a part read it afterwards"

    @rule(who=WHO, agreement=st.sampled_from([HELP, PLATFORM]), seldom=SELDOM)
    def write_consent_by_hand(self, who, agreement, seldom):
        if not seldom:
            return

        kind, platform = agreement
        if self.try_as(
            who,
            lambda work, case: casework.record_consent(work, case, kind=kind, platform=platform),
        ):
            self.spoke_for[agreement].add(self.actor(who))
            TRIED["consents by hand"] += 1

    @rule(who=WHO, number=st.integers(0, 3))
    def confirm_consent(self, who, number):
        agreement = self.on_consent(
            number, lambda act: self.try_as(who, act), casework.confirm_consent
        )
        if agreement:
            self.spoke_for[agreement].add(self.actor(who))
            self.confirmed.add(agreement)
            TRIED["consents confirmed"] += 1

    @rule(
        which=st.sampled_from([HELP, PLATFORM]),
        who=MEMBER,
        confirmer=st.integers(0, 4),
        approver=WHO,
    )
    def the_whole_way_of_a_consent(self, which, who, confirmer, approver):
        """The reporter's own is gone; one writes it down, another or the reporter confirms it."""
        self.reporter_chooses({HELP, PLATFORM} - {which})
        self.write_consent_by_hand(who, which, seldom=True)
        for number in range(2):
            if confirmer == len(STAFF):
                self.reporter_answers_what_was_written_down(number, says_yes=True)
            else:
                # Drawn as a distance: two names drawn apart are too often one.
                self.confirm_consent(STAFF[(STAFF.index(who) + confirmer) % len(STAFF)], number)
        self.approve(approver, 0)

    @rule(who=WHO, number=st.integers(0, 3), seldom=SELDOM)
    def take_consent_back_by_hand(self, who, number, seldom):
        if not seldom:
            return

        gone = self.on_consent(number, lambda act: self.try_as(who, act), casework.withdraw_consent)
        self.own.discard(gone)
        self.confirmed.discard(gone)

    @rule(number=st.integers(0, 3), says_yes=st.booleans())
    def reporter_answers_what_was_written_down(self, number, says_yes):
        verb = intake.confirm_consent if says_yes else intake.dispute_consent
        agreement = self.on_consent(number, self.by_reporter, verb)
        if agreement and not says_yes:
            self.disputed = True
            TRIED["records denied"] += 1
        if agreement and says_yes:
            self.own.add(agreement)
            TRIED["confirmed in the mailbox"] += 1

    @rule(agreements=st.sets(st.sampled_from([HELP, PLATFORM])))
    def reporter_chooses(self, agreements):
        """Exactly these stand afterwards, each their own word where none of us confirmed it."""
        if self.by_reporter(
            lambda work, case: intake.set_consents(work, case, agreements=agreements)
        ):
            self.confirmed &= agreements
            self.own = agreements - self.confirmed

    @rule(who=WHO, approver=MEMBER, writer=MEMBER, seldom=SELDOM)
    def phoned_by_somebody_else(self, who, approver, writer, seldom):
        """One of us writes a call down, and the reporter says that it was not them. Most of the
        time somebody writes to them soon."""
        calls = []

        def call(work, case):
            one = casework.record_conversation(
                work,
                case,
                way=ConversationChannel.TELEPHONE,
                spoke_at=work.at,
                reached=True,
                summary="Give it back to the new address.",
            )
            calls.append(one.id)

        if not self.try_as(who, call):
            return
        before = become(self.context, "postgres")  # no role of the staff's says so for them
        done = self.by_reporter(
            lambda work, case: intake.dispute_conversation(work, case, calls[0])
        )
        become(self.context, before)
        if done:
            self.disputed = True
            TRIED["calls disputed"] += 1
        self.draft(writer, Ask.PRESERVE)  # what needs no second person meets this gate soonest
        for number in range(3):
            self.approve(approver, number)
        self.send_answer(approver, 0)
        if not seldom:
            self.write_to_reporter(writer)

    @rule(who=WHO)
    def write_to_reporter(self, who):
        """With all of it before them: that is what settles a dispute."""
        if self.try_as(who, lambda work, case: casework.send_message(work, case, "Was it you?")):
            self.disputed = False

    @rule()
    def reporter_writes(self):
        self.by_reporter(
            lambda work, case: intake.send_message_as_reporter(work, case, body="Please.")
        )

    @rule(who=WHO, level=st.sampled_from(list(Level)))
    def raise_level(self, who, level):
        if self.try_as(
            who, lambda work, case: triage.raise_case_level(work, case, level=level, reason="!")
        ):
            self.gates.add(self.actor(who))

    @rule(who=WHO, danger=st.sampled_from(DANGER), hold=st.sampled_from(["ended", "running"]))
    def correct_answers(self, who, danger, hold):
        def act(work, case):
            before = case.level
            triage.correct_reporter_answers(work, case, {"danger": danger, "hold": hold})
            assert case.level.rank >= before.rank, "corrected answers lowered a level"
            changed.append(case.level is not before)

        changed = []
        if self.try_as(who, act) and changed[0]:
            self.gates.add(self.actor(who))

    @rule(who=WHO)
    def correct_the_address(self, who):
        """It judges nothing, and fills a field of what is drafted from then on."""
        changes = {"profile": f"by {who}"}
        if self.try_as(
            who, lambda work, case: triage.correct_reporter_answers(work, case, changes)
        ):
            self.evidence.add(self.actor(who))

    @rule(who=WHO)
    def ask_to_lower(self, who):
        self.try_as(
            who,
            lambda work, case: triage.request_lower_level(
                work, case, level=levels.next_lower_level(case.level), reason="It can wait."
            ),
        )

    @rule(who=WHO, granted=st.booleans())
    def decide_lowering(self, who, granted):
        def act(work, case):
            wish = levels.pending_lower_level_request_or_conflict(work, case)
            before = case.level
            triage.decide_lower_level_request(work, wish, granted=granted)
            assert wish.asked_by != work.actor.id
            assert before.rank - case.level.rank == granted
            self.fell = case.level if granted else self.fell
            by.extend([wish.asked_by, work.actor.id] if granted else [])

        by = []
        if self.try_as(who, act):
            self.gates.update(by)
            TRIED["lowered"] += bool(by)

    @rule(who=MEMBER, then=WHO)
    def ask_and_decide(self, who, then):
        """The whole way of a lower level."""
        self.ask_to_lower(who)
        self.decide_lowering(then, granted=True)

    @rule(who=WHO, outcome=st.sampled_from(list(CaseOutcome)), seldom=SELDOM)
    def close(self, who, outcome, seldom):
        if not seldom:
            return

        def act(work, case):
            case_closing.close_case(work, case, outcome=outcome)
            urgent = case.level.rank >= Level.URGENT.rank
            assert not (urgent and outcome is CaseOutcome.SPAM), "one said that it was no report"

        self.try_as(who, act)

    @rule(who=WHO, seldom=SELDOM)
    def ask_to_close(self, who, seldom):
        if not seldom:
            return

        self.try_as(who, case_closing.request_closing)

    @rule(who=WHO, granted=st.booleans())
    def decide_closing(self, who, granted):
        def act(work, case):
            wish = case_closing.pending_closing_request(work, case)
            if wish is None:
                raise NothingThere
            case_closing.decide_closing_request(work, wish, granted=granted)
            assert wish.asked_by != work.actor.id

        self.try_as(who, act)

    @rule(who=WHO)
    def reopen(self, who):
        self.try_as(who, casework.reopen_case)

    @rule(who=LEADS, whom=OF_US, seldom=SELDOM)
    def reset(self, who, whom, seldom):
        """Whoever resets somebody enrols as them with the code."""
        if not seldom:
            return

        def act(work, _case):
            person = people.person_by_id(work, getattr(self.house, whom).person.id)
            accounts.require_new_enrolment(work, person, Reassignment({self.house.queue.id: QUEUE}))
            again.append(enrolled(work, person))

        again = []
        if who != whom and self.try_as(who, act):
            setattr(self.house, whom, again[0])
            self.hands[whom] = self.hands[who]
            self.inside.discard(whom)
            TRIED["reset"] += 1

    def invite(self, who):
        """Whoever invites somebody enrols as them with the code."""

        def act(work, _case):
            team = people.team_by_slug(work, self.house.queue.slug)
            person, _code = accounts.invite_person(
                work, handle="outsider", name="Outsider", role=Role.COORDINATOR, teams=[team]
            )
            self.house.outsider = enrolled(work, person)

        assert self.try_as(who, act)
        self.hands["outsider"] = self.hands[who]

    @rule(who=LEADS | OF_US, whom=OF_US, seldom=SELDOM)
    def take_out(self, who, whom, seldom):
        """Somebody leaves, or is taken out of the queue; what they had goes back to it."""
        if not seldom:
            return

        def act(work, _case):
            person = people.person_by_id(work, getattr(self.house, whom).person.id)
            one = people.membership_of(work, person.id, self.house.queue.id)
            go = accounts.leave_team if who == whom else accounts.remove_member
            go(work, one, Reassignment({self.house.queue.id: QUEUE}))
            getattr(self.house, whom).person = person

        if self.try_as(who, act, from_inside=who != whom):
            self.inside.discard(whom)
            TRIED["left"] += 1

    @rule(who=LEADS, whom=OF_US)
    def place_again(self, who, whom):
        """Back in the queue, and not let in."""

        def act(work, _case):
            person = people.person_by_id(work, getattr(self.house, whom).person.id)
            accounts.add_member(work, person, people.team_by_slug(work, self.house.queue.slug))
            getattr(self.house, whom).person = person

        self.try_as(who, act)

    @rule(who=WHO, whom=OF_US)
    def let_in(self, who, whom):
        def act(work, _case):
            person_id = getattr(self.house, whom).person.id
            accounts.grant_team_key(
                work, people.membership_of(work, person_id, self.house.queue.id)
            )

        if who != whom and self.try_as(who, act):
            TRIED["let in"] += 1
            assert self.hands[who] != self.hands[whom], "one person let themselves in"
            self.inside.add(whom)
            self.hands[whom] = whom  # a colleague has heard them read their six words

    @rule(who=LEADS, whom=OF_US, leaves=st.booleans(), by=MEMBER, then=OF_US)
    def the_whole_way_of_an_account(self, who, whom, leaves, by, then):
        """Reset, or out of the queue and back; let in by whoever can, and then second person."""
        if leaves:
            self.take_out(who, whom, seldom=True)
            self.place_again(who, whom)
        else:
            self.reset(who, whom, seldom=True)
        self.approve(whom, 0)
        self.let_in(by, whom)
        self.approve(whom, 0)
        self.approve(then, 0)

    @rule(doubter=LEADS, who=OF_US)
    def doubt_and_vet(self, doubter, who):
        self.on_partner(doubter, partners.suspend_vetting)
        self.vet(who)

    @rule(who=LEADS, name=st.sampled_from(["Other", "Another"]))
    def change_the_partner_and_vet(self, who, name):
        """Who changed it last is no second person for it."""
        changed = self.on_partner(
            who, lambda work, one: partners.change_partner(work, one, name=name, about=SETTLED)
        )
        assert not (self.vet(who) and changed), "who changed a partner vetted it"

    def vet(self, who):
        """The lead registered the partner: neither they nor a second account of theirs vets it."""
        done = self.on_partner(
            who, lambda work, one: partners.confirm_vetting(work, one, on=work.at.date())
        )
        if done:
            TRIED["vetted"] += 1
            assert self.hands[who] != self.hands["lead"], "who registered a partner vetted it"
        return done

    def on_partner(self, who, verb):
        return self.try_as(
            who, lambda work, _case: verb(work, work.session.get(Partner, self.house.partner.id))
        )

    @rule(number=st.integers(0, 2))
    def partner_acknowledges(self, number):
        self.on_request(self.house.theirs, number, operations.acknowledge_request)

    @rule(number=st.integers(0, 2))
    def partner_asks(self, number):
        """What was carried lies before them, and they ask."""

        def act(work, one):
            operations.ask_for_information(work, one, question="Where to?")

        self.carry(number)
        self.on_request(self.house.theirs, number, act)

    def carry(self, number):
        with self.context.begin() as work:
            one = self.nth(work, number)
            if one is not None and one.state is EscalationState.APPROVED:
                one.state = EscalationState.WITH_PARTNER
                work.record("test.carried", one)

    @rule(who=WHO, number=st.integers(0, 2), words=st.sampled_from(["To A.", "To B."]))
    def answer(self, who, number, words):
        if done := self.on_request(
            who, number, lambda work, one: operations.answer_question(work, one, words=words)
        ):
            self.words.setdefault(done, set()).add(self.actor(who))
            self.must_not_be_disputed()

    @rule(who=MEMBER, words=st.sampled_from(["To A.", "To B."]), then=MEMBER, approver=MEMBER)
    def ask_answer_and_send(self, who, words, then, approver):
        """The whole way of one answer, which single acts seldom find."""
        self.approve(approver, 0)
        self.partner_asks(0)
        self.answer(who, 0, words)
        self.send_answer(then, 0)

    @rule(who=WHO, number=st.integers(0, 2))
    def send_answer(self, who, number):
        def act(work, one):
            operations.approve_answer(work, one, seen_wording=one.wording_to_approve)

        if done := self.on_request(who, number, act):
            TRIED["answers sent"] += 1
            self.answers_sent[done] += 1
            self.must_not_be_disputed()
            self.must_be_a_second_person(done, self.actor(who))

    # --- what must hold --------------------------------------------------------------------------

    def on_consent(self, number, do, verb):
        """An act on one of the consents that stand; which one, if it was done."""
        current = self.consents()
        if not current:
            return None
        one = current[number % len(current)]
        if do(lambda work, case: verb(work, case, work.session.get(Consent, one.id))):
            return (one.kind, one.platform)
        return None

    def consents(self):
        with self.context.begin() as work:
            found = select(Consent).where(
                Consent.case_id == self.house.case.id,
                Consent.withdrawn_at.is_(None),
                Consent.kind.in_([kind for kind, _ in (HELP, PLATFORM)]),
            )
            return list(work.session.scalars(found.order_by(Consent.id)))

    def gate_parts(self, request_id):
        said = [who for which, who in self.spoke_for.items() if which not in self.own]
        spoke = {who for each in said for who in each}
        return self.gates | spoke | self.words.get(f"waiver {request_id}", set())

    def parts_in(self, request_id):
        words = self.words.get(request_id, set())
        return words | self.evidence | self.gate_parts(request_id)

    def must_not_be_disputed(self):
        """What just left may rest on the word of somebody who spoke for the reporter."""
        assert not self.disputed, "it left against a dispute"

    def must_be_a_second_person(self, request_id, approver):
        [request] = [one for one in self.requests() if one.id == request_id]
        if request.ask not in ABOUT_ACCESS or approver not in self.parts_in(request_id):
            return
        TRIED["left alone"] += 1
        asking = self.words[request_id] | {approver}
        assert request.priority is Priority.P1, "it left on one word without being P1"
        assert not asking & self.gate_parts(request_id), "who asks had opened a gate"
        assert request.second_read_due_at is not None, "nobody is called to read it"

    @invariant()
    def nothing_leaves_that_was_not_approved(self):
        for one in self.requests():
            assert (
                one.state in (EscalationState.DRAFT, EscalationState.WITHDRAWN) or one.approved_by
            )

    @invariant()
    def no_answer_about_access_leaves_unread(self):
        with self.context.begin() as work:
            said = select(PartnerMessage.escalation_id, Escalation.ask).join(
                Escalation, Escalation.id == PartnerMessage.escalation_id
            )
            ours = said.where(
                PartnerMessage.case_id == self.house.case.id,
                PartnerMessage.is_from_partner.is_(False),
            )
            sent = Counter(one for one, ask in work.session.execute(ours) if ask in ABOUT_ACCESS)
        assert sent == self.answers_sent, "an answer left that no one sent"

    @invariant()
    def no_level_falls_on_one_word(self):
        now = self.house.case_now().level
        if now.rank < self.level.rank:
            assert self.fell is now, "a level fell on one word"
            assert self.level.rank - now.rank == 1, "a level fell by more than one"
            with self.context.begin() as work:
                granted = select(LowerLevelRequest).where(
                    LowerLevelRequest.case_id == self.house.case.id, LowerLevelRequest.granted
                )
                assert all(one.asked_by != one.decided_by for one in work.session.scalars(granted))
        self.level, self.fell = now, None

    @invariant()
    def no_urgent_case_is_no_report_on_one_word(self):
        with self.context.begin() as work:
            asked = select(UrgentClosingRequest).where(
                UrgentClosingRequest.case_id == self.house.case.id, UrgentClosingRequest.granted
            )
            assert all(one.asked_by != one.decided_by for one in work.session.scalars(asked))
