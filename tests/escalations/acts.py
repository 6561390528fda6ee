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
from helpdesk.cases.models import Case, ClosingRequest, Consent, LevelRequest
from helpdesk.cases.states import CaseOutcome, ConsentKind
from helpdesk.core.actors import Role
from helpdesk.core.errors import DomainError
from helpdesk.core.sealing import CannotOpen
from helpdesk.duty import case_closing
from helpdesk.escalations import operations, queries
from helpdesk.escalations.models import Escalation, Exchange
from helpdesk.escalations.states import Ask, EscalationState, Priority
from helpdesk.intake import operations as intake
from helpdesk.partners.models import Partner
from helpdesk.playbooks.model import Phase, Step, Text, Who
from helpdesk.runs import storage
from helpdesk.triage import operations as triage
from helpdesk.triage import queries as levels
from tests.escalations.conftest import TYPED, a_house
from tests.factories import a_person, enrolled

STAFF = ("writer", "second", "lead", "other_lead")
WHO = st.sampled_from(STAFF)
# What ends a sequence's story early is drawn often and done one time in four.
SELDOM = st.sampled_from([False, False, False, True])
ABOUT_ACCESS = {Ask.RESTORE, Ask.LOCK}
FACTS = {"vetted": "known", "owner_confirmed": "confirmed", "public_form_ref": "told"}
DANGER = ("none_known", "credible", "imminent")
HELP, PLATFORM = (ConsentKind.HELP, None), (ConsentKind.PLATFORM, "platform")
TRIED = Counter()


def a_step(kind):
    blank = Text("", "")
    return Step("made-up", blank, blank, Phase.VERIFY, Who.RESPONDER, (), evidence=(kind,))


class TwoPeople(RuleBasedStateMachine):
    """Nothing about access leaves, and no level falls, on the word of one."""

    context = None

    @initialize(level=st.sampled_from(list(Level)), who=WHO, approver=WHO | st.none())
    def begin(self, level, who, approver):
        # What one sequence wrote, the next one does not meet.
        self.before = self.context.sessions.kw["bind"].begin_nested()
        with self.context.begin() as work:
            self.house = a_house(work, self.context)
            queue = work.session.merge(self.house.queue)
            self.house.other_lead = a_person(work, Role.COORDINATOR, [queue])
        self.house.change_case(level=level)
        self.level = level
        # By actor: what they did for each request ("words", "waiver") and for the case.
        self.words, self.gates, self.evidence = {}, set(), set()
        self.spoke_for = {HELP: set(), PLATFORM: set()}
        self.judged, self.seen_sent, self.fell = set(), {}, None
        self.answers_sent = Counter()
        self.hands = {name: name for name in STAFF}
        self.draft(who, Ask.RESTORE)
        if approver is not None:
            self.approve(approver, 0)

    def teardown(self):
        self.before.rollback()

    # --- what each act needs -------------------------------------------------------------------

    def try_as(self, who, verb):
        """Do it; what is refused changes nothing. True if it was done."""
        TRIED["acts"] += 1
        somebody = getattr(self.house, who) if isinstance(who, str) else who
        try:
            with self.house.as_(somebody) as work:
                verb(work, work.session.get(Case, self.house.case.id))
        except (DomainError, CannotOpen):
            TRIED["refused"] += 1
            return False
        return True

    def by_reporter(self, verb):
        TRIED["acts"] += 1
        try:
            with self.house.as_reporter() as work:
                verb(work, work.session.get(Case, self.house.case.id))
        except DomainError:
            TRIED["refused"] += 1

    def actor(self, who):
        return getattr(self.house, who).actor.id

    def requests(self):
        with self.context.begin() as work:
            found = select(Escalation).where(Escalation.case_id == self.house.case.id)
            return list(work.session.scalars(found.order_by(Escalation.id)))

    def a_request(self, work, number):
        one = self.nth(work, number)
        return queries.request_by_own_ref(work, one.ref) if one is not None else None

    def nth(self, work, number):
        found = select(Escalation).where(Escalation.case_id == self.house.case.id)
        every = list(work.session.scalars(found.order_by(Escalation.id)))
        return every[number % len(every)] if every else None

    def on_request(self, who, number, verb):
        """An act on one of the requests, if there is one; its id if it was done."""
        touched = []

        def act(work, _case):
            request = self.a_request(work, number)
            if request is not None:
                verb(work, request)
                touched.append(request.id)

        done = self.try_as(who, act)
        return touched[0] if done and touched else None

    # --- acts ----------------------------------------------------------------------------------

    @rule(who=WHO, ask=st.sampled_from([Ask.RESTORE, Ask.LOCK, Ask.PRESERVE]))
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
            lambda work, one: operations.take_findings_into_draft(
                work, one, seen_hash=one.packet_hash
            ),
        ):
            self.words.setdefault(done, set()).add(self.actor(who))

    @rule(who=WHO, kind=st.sampled_from(["restore-address", "profile-url", "harm-statement"]))
    def write_evidence(self, who, kind):
        def act(work, case):
            storage.keep_evidence(work, case, a_step(kind), {kind: f"by {who}"})
            work.record("test.evidence", case)

        if self.try_as(who, act):
            self.evidence.add(self.actor(who))

    @rule(who=WHO, name=st.sampled_from(list(FACTS)))
    def write_fact(self, who, name):
        def act(work, case):
            storage.keep_facts(work, case, {name: FACTS[name]}, literal=[name])
            work.record("test.fact", case)

        if self.try_as(who, act):
            self.gates.add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 2))
    def waive(self, who, number):
        if done := self.on_request(
            who,
            number,
            lambda work, one: operations.waive_public_form(work, one, reason="No time."),
        ):
            self.words.setdefault(f"waiver {done}", set()).add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 2))
    def approve(self, who, number):
        def act(work, one):
            operations.approve(work, one, seen_hash=one.packet_hash)

        if done := self.on_request(who, number, act):
            TRIED["approved"] += 1
            self.must_be_a_second_person(done, self.actor(who))

    @rule(who=WHO)
    def approve_the_first(self, who):
        self.approve(who, 0)

    @rule(who=WHO, number=st.integers(0, 2))
    def read_afterwards(self, who, number):
        if done := self.on_request(who, number, operations.read_afterwards):
            TRIED["read afterwards"] += 1
            assert self.actor(who) not in self.parts_in(done)

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

    @rule(who=WHO, number=st.integers(0, 3))
    def confirm_consent(self, who, number):
        agreement = self.on_consent(
            number, lambda act: self.try_as(who, act), casework.confirm_consent
        )
        if agreement:
            self.spoke_for[agreement].add(self.actor(who))

    @rule(who=WHO, number=st.integers(0, 3), seldom=SELDOM)
    def take_consent_back_by_hand(self, who, number, seldom):
        if not seldom:
            return

        self.on_consent(number, lambda act: self.try_as(who, act), casework.withdraw_consent)

    @rule(number=st.integers(0, 3), says_yes=st.booleans())
    def reporter_answers_what_was_written_down(self, number, says_yes):
        verb = intake.confirm_consent if says_yes else intake.deny_consent
        done = []

        def act_as_reporter(act):
            self.by_reporter(lambda work, case: done.append(act(work, case)))
            return bool(done)

        self.on_consent(number, act_as_reporter, verb)

    @rule(agreements=st.sets(st.sampled_from([HELP, PLATFORM])))
    def reporter_chooses(self, agreements):
        self.by_reporter(lambda work, case: intake.set_consents(work, case, agreements=agreements))

    @rule()
    def reporter_writes(self):
        self.by_reporter(lambda work, case: intake.write_message(work, case, body="Please."))

    @rule(who=WHO, level=st.sampled_from(list(Level)))
    def raise_level(self, who, level):
        if self.try_as(
            who, lambda work, case: triage.raise_level(work, case, level=level, reason="!")
        ):
            self.gates.add(self.actor(who))

    @rule(who=WHO, danger=st.sampled_from(DANGER), hold=st.sampled_from(["ended", "running"]))
    def correct_answers(self, who, danger, hold):
        def act(work, case):
            before = case.level
            triage.correct_answers(work, case, {"danger": danger, "hold": hold})
            assert case.level.rank >= before.rank, "corrected answers lowered a level"
            changed.append(case.level is not before)

        changed = []
        if self.try_as(who, act) and changed[0]:
            self.gates.add(self.actor(who))

    @rule(who=WHO)
    def correct_the_address(self, who):
        """It judges nothing, and fills a field of what is drafted from then on."""
        changes = {"profile": f"by {who}"}
        if self.try_as(who, lambda work, case: triage.correct_answers(work, case, changes)):
            self.evidence.add(self.actor(who))

    @rule(who=WHO)
    def ask_to_lower(self, who):
        self.try_as(
            who,
            lambda work, case: triage.ask_to_lower(
                work, case, level=levels.one_below(case.level), reason="It can wait."
            ),
        )

    @rule(who=WHO, granted=st.booleans())
    def decide_lowering(self, who, granted):
        def act(work, case):
            wish = levels.pending_request_or_conflict(work, case)
            before = case.level
            triage.decide_lowering(work, wish, granted=granted)
            assert wish.asked_by != work.actor.id
            assert before.rank - case.level.rank == granted
            self.fell = case.level if granted else self.fell
            by.extend([wish.asked_by, work.actor.id] if granted else [])

        by = []
        if self.try_as(who, act):
            self.gates.update(by)
            TRIED["lowered"] += bool(by)

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

        self.try_as(who, case_closing.ask_to_close)

    @rule(who=WHO, granted=st.booleans())
    def decide_closing(self, who, granted):
        def act(work, case):
            wish = case_closing.pending_request(work, case)
            if wish is not None:
                case_closing.decide_closing(work, wish, granted=granted)
                assert wish.asked_by != work.actor.id

        self.try_as(who, act)

    @rule(who=WHO)
    def reopen(self, who):
        self.try_as(who, casework.reopen)

    @rule(who=st.sampled_from(["lead", "other_lead"]), whom=WHO, seldom=SELDOM)
    def reset(self, who, whom, seldom):
        """Whoever resets somebody enrols as them with the code."""
        if not seldom:
            return

        def act(work, _case):
            person = people.person_by_id(work, getattr(self.house, whom).person.id)
            accounts.reset_person(work, person, Reassignment({self.house.queue.id: QUEUE}))
            again.append(enrolled(work, person))

        again = []
        if who != whom and self.try_as(who, act):
            setattr(self.house, whom, again[0])
            self.hands[whom] = self.hands[who]

    @rule(who=WHO, whom=WHO)
    def let_in(self, who, whom):
        def act(work, _case):
            person_id = getattr(self.house, whom).person.id
            accounts.grant_access(work, people.membership(work, person_id, self.house.queue.id))

        if who != whom and self.try_as(who, act):
            TRIED["let in"] += 1
            assert self.hands[who] != self.hands[whom], "one person let themselves in"
            self.hands[whom] = whom  # a colleague has heard them read their six words

    @rule(number=st.integers(0, 2))
    def partner_acknowledges(self, number):
        self.on_request(self.house.theirs, number, operations.acknowledge)

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

    @rule(who=WHO, words=st.sampled_from(["To A.", "To B."]), then=WHO)
    def ask_answer_and_send(self, who, words, then):
        """The whole way of one answer, which single acts seldom find."""
        self.partner_asks(0)
        self.answer(who, 0, words)
        self.send_answer(then, 0)

    @rule(who=WHO, number=st.integers(0, 2))
    def send_answer(self, who, number):
        def act(work, one):
            operations.approve_answer(work, one, seen_wording=one.wording)

        if done := self.on_request(who, number, act):
            TRIED["answers sent"] += 1
            self.answers_sent[done] += 1
            self.must_be_a_second_person(done, self.actor(who))

    # --- what must hold --------------------------------------------------------------------------

    def on_consent(self, number, do, verb):
        """An act on one of the consents that stand; which one, if it was done."""
        with self.context.begin() as work:
            found = select(Consent).where(
                Consent.case_id == self.house.case.id, Consent.withdrawn_at.is_(None)
            )
            current = list(work.session.scalars(found.order_by(Consent.id)))
        if not current:
            return None
        one = current[number % len(current)]
        if do(lambda work, case: verb(work, case, work.session.get(Consent, one.id))):
            return (one.kind, one.platform)
        return None

    def reporters_own(self):
        """The agreements that stand by the reporter's own word, as the rows have it."""
        with self.context.begin() as work:
            found = select(Consent).where(
                Consent.case_id == self.house.case.id, Consent.withdrawn_at.is_(None)
            )
            return {
                (one.kind, one.platform)
                for one in work.session.scalars(found)
                if "reporter:" in (one.given_by + (one.confirmed_by or ""))
            }

    def gate_parts(self, request_id):
        own = self.reporters_own()
        spoke = {who for which, said in self.spoke_for.items() if which not in own for who in said}
        return self.gates | spoke | self.words.get(f"waiver {request_id}", set())

    def parts_in(self, request_id):
        words = self.words.get(request_id, set())
        return words | self.evidence | self.gate_parts(request_id)

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
            said = select(Exchange.escalation_id, Escalation.ask).join(
                Escalation, Escalation.id == Exchange.escalation_id
            )
            ours = said.where(
                Exchange.case_id == self.house.case.id, Exchange.is_from_partner.is_(False)
            )
            sent = Counter(one for one, ask in work.session.execute(ours) if ask in ABOUT_ACCESS)
        assert sent == self.answers_sent, "an answer left that no one sent"

    @invariant()
    def no_level_falls_on_one_word(self):
        now = self.house.case_now().level
        if now.rank < self.level.rank:
            assert self.fell is now
            assert self.level.rank - now.rank == 1
            with self.context.begin() as work:
                granted = select(LevelRequest).where(
                    LevelRequest.case_id == self.house.case.id, LevelRequest.granted
                )
                assert all(one.asked_by != one.decided_by for one in work.session.scalars(granted))
        self.level, self.fell = now, None

    @invariant()
    def no_urgent_case_is_no_report_on_one_word(self):
        with self.context.begin() as work:
            asked = select(ClosingRequest).where(
                ClosingRequest.case_id == self.house.case.id, ClosingRequest.granted
            )
            assert all(one.asked_by != one.decided_by for one in work.session.scalars(asked))
