"""A case that is ready to be escalated: a queue, two responders, a coordinator, a partner."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.accounts.models import Team
from helpdesk.cases.models import Case, Consent, Evidence, Fact
from helpdesk.cases.states import CaseState, ConsentKind
from helpdesk.core.actors import Role, reporter
from helpdesk.core.app_context import AppContext
from helpdesk.core.codes import ReturnCode
from helpdesk.escalations import jobs, operations, queries
from helpdesk.escalations.models import Delivery, Escalation
from helpdesk.escalations.states import Ask
from helpdesk.partners import operations as partners
from helpdesk.partners.channel_terms import BY_EMAIL, DESK_TERMS
from helpdesk.partners.models import Partner
from helpdesk.partners.packet_fields import BY_NAME
from helpdesk.partners.partner_terms import PartnerTerms
from tests.escalations.lock_order import watched
from tests.factories import Somebody, a_case, a_person, a_team, confirm_mail, sign_in, vet, work_as

MAILBOX = "trust@platform.test"
TYPED = {
    "target_url": "https://platform.test/marker-target",
    "happened": "Somebody changed the password. marker-happened",
    "ownership": "A colleague we trust has confirmed it. marker-ownership",
    "harm": "Sources could be exposed. marker-harm",
    "restore_address": "fresh@mailbox.test",
}
EVIDENCE = {
    "profile-url": TYPED["target_url"],
    "ownership-statement": TYPED["ownership"],
    "harm-statement": TYPED["harm"],
    "form-receipt": "marker-form-4711",
}
FACTS = {
    "vetted": "confirmed",
    "owner_confirmed": "confirmed",
    "public_form": "filed",
    "public_form_ref": "told",
}
CONTACT = {"safe_channel": "marker-contact@safe.test", "safe_times": "", "never_contact": "by day"}
STORY = "marker-story: they took it on Monday."


@dataclass
class House:
    """Everything around one case. `ask` drafts, `send` approves and carries."""

    context: AppContext
    queue: Team
    writer: Somebody
    second: Somebody
    lead: Somebody
    partner: Partner
    theirs: Somebody
    colleague: Somebody
    code: ReturnCode
    case: Case

    def as_(self, somebody, at=None):
        return work_as(self.context, somebody, at)

    def as_reporter(self, at=None):
        return self.context.begin(reporter(self.case.id), own=self.code.secret(), at=at)

    def mine(self, work, escalation):
        """The request as this actor finds it."""
        return queries.visible_request_by_ref(work, escalation.ref)

    def answer(self, escalation, words="Since Monday.", who=None, sent_by=None):
        """Answer what the partner asked: one writes, and a second person sends it."""
        with self.as_(who or self.writer) as work:
            operations.answer_question(work, self.mine(work, escalation), words=words)
        with self.as_(sent_by or self.second) as work:
            found = self.mine(work, escalation)
            if found.has_answer_to_approve:
                operations.approve_answer(work, found, seen_wording=found.wording_to_approve)

    def now(self, escalation) -> Escalation:
        with self.as_(self.writer) as work:
            return self.mine(work, escalation)

    def case_now(self) -> Case:
        with self.context.begin() as work:
            return work.session.get(Case, self.case.id)

    def delivery(self, escalation) -> Delivery:
        with self.as_(self.writer) as work:
            return queries.delivery_of_request(work, escalation)

    def ask(self, ask=Ask.RESTORE, typed=None, who=None, at=None, playbook=None) -> Escalation:
        with self.as_(who or self.writer, at) as work:
            case = work.session.get(Case, self.case.id)
            partner = work.session.get(Partner, self.partner.id)
            return operations.write_draft(
                work,
                case,
                partner,
                ask=ask,
                typed=TYPED if typed is None else typed,
                playbook=playbook or case.incident_type,
            )

    def approve(self, escalation, who=None, at=None) -> Escalation:
        with self.as_(who or self.second, at) as work:
            found = self.mine(work, escalation)
            operations.approve_request(work, found, seen_hash=found.packet_hash)
            return found

    def approved(self, **how) -> Escalation:
        return self.approve(self.ask(**how))

    def carried(self, **how) -> Escalation:
        """A request that has reached the partner."""
        escalation = self.approved(**how)
        self.carry(escalation)
        return self.now(escalation)

    def carry(self, escalation, *, later=timedelta(0)):
        """What the worker does when it is told to look, now or some time later."""
        context = at(self.context, datetime.now(UTC) + later) if later else self.context
        jobs.email_partner_request(context, delivery_id=self.delivery(escalation).id)

    def withdraw_consent(self, kind=ConsentKind.PLATFORM):
        with self.as_reporter() as work:
            for consent in work.session.query(Consent).filter_by(case_id=self.case.id):
                if consent.kind is kind:
                    consent.withdrawn_at = work.at
            work.record("consent.withdrawn", self.case)

    def give_consent(self):
        with self.as_reporter() as work:
            work.session.add(_consent(self.case, self.partner.platform, work.at))
            work.record("consent.given", self.case)

    def change_case(self, **values):
        with self.context.begin() as work:
            case = work.session.get(Case, self.case.id)
            for name, value in values.items():
                setattr(case, name, value)
            work.record("case.changed_by_test", case)


@dataclass(frozen=True)
class DeskAt(AppContext):
    """The same desk at another moment: a worker that runs late."""

    moment: datetime | None = None

    def begin(self, *arguments, **how):
        return super().begin(*arguments, **{"at": self.moment, **how})


def at(context, moment) -> DeskAt:
    parts = {name: getattr(context, name) for name in AppContext.__dataclass_fields__}
    return DeskAt(**parts, moment=moment)


def _consent(case, platform, moment):
    return Consent(
        case_id=case.id,
        kind=ConsentKind.PLATFORM,
        platform=platform,
        given_at=moment,
        given_by=f"reporter:{case.id}",
    )


def a_ready_case(work, queue, platform, code, **facts) -> Case:
    """Everything is found out that a request needs."""
    case = a_case(
        work,
        queue,
        state=facts.pop("state", CaseState.OPEN),
        platform=platform,
        code=code,
        story=STORY,
        contact=CONTACT,
        **facts,
    )
    for name, value in FACTS.items():
        work.session.add(
            Fact(case=case, case_id=case.id, name=name, value=value, set_at=work.at, set_by="test")
        )
    for kind, value in EVIDENCE.items():
        one = Evidence(case=case, case_id=case.id, kind=kind, taken_at=work.at, taken_by="test")
        one.value = case.public.seal_text(value, one.envelope_place_of("value"))
        work.session.add(one)
    work.session.add(_consent(case, platform, work.at))
    return case


def a_partner(
    work,
    lead,
    *,
    platform="platform",
    slug="",
    fields=tuple(BY_NAME),
    vetted=True,
    confirmed=True,
    channel=DESK_TERMS,
    **terms,
) -> Partner:
    by_lead = replace(work, actor=lead.actor)
    partner = partners.register_partner(
        by_lead,
        slug=slug or f"trust-{platform}",
        name=f"Trust team of {slug or platform}",
        platform=platform,
        mailbox=MAILBOX if channel.kind in BY_EMAIL else "",
        channel=channel,
        fields=fields,
        about=PartnerTerms(reach_us="The helpdesk of the tests. Call +00 000 000.", **terms),
        is_new_platform=True,
    )
    if confirmed and channel.kind in BY_EMAIL:
        confirm_mail(by_lead, partner)
    if vetted:
        vet(work, partner)
    return partner


def a_house(work, context, *, platform="platform") -> House:
    code = ReturnCode.new()
    queue = a_team(work)
    writer = a_person(work, teams=[queue], email="writer@helpdesk.test")
    second = a_person(work, teams=[queue], email="second@helpdesk.test")
    lead = a_person(work, Role.COORDINATOR, [queue], email="lead@helpdesk.test")
    partner = a_partner(work, lead, platform=platform, vetted=False)
    theirs = a_person(work, Role.PARTNER, [partner.team])
    vet(work, partner)
    colleague = a_person(work, Role.PARTNER, [partner.team])
    case = a_ready_case(work, queue, platform, code, owner=writer)
    return House(context, queue, writer, second, lead, partner, theirs, colleague, code, case)


@pytest.fixture(autouse=True)
def lock_order():
    """Every test of requests also says that nothing locks one before its case."""
    with watched() as order:
        yield order
    assert order.wrong == [], order.wrong[0]


@pytest.fixture
def house(context) -> House:
    with context.begin() as work:
        return a_house(work, context)


@pytest.fixture
def theirs(partner_desk, house):
    """Somebody of the partner, signed in at the partner desk."""
    return sign_in(partner_desk, house.theirs)
