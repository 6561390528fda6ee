"""A request that one of us carries to a form of theirs: the same consent, approvals and clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from helpdesk.cases.levels import Level
from helpdesk.cases.models import Fact
from helpdesk.cases.response_targets import due_time_as_job_argument
from helpdesk.cases.states import ConsentKind, WaitsOn
from helpdesk.core.actors import Role
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.escalations import clocks, jobs, operations, queries, request_basis, request_lists
from helpdesk.escalations.form_layout import ASK, REF, lay_out
from helpdesk.escalations.gates import check_gates
from helpdesk.escalations.operations.delivery_attempts import mark_undeliverable
from helpdesk.escalations.operations.restored_deliveries import mark_possibly_delivered
from helpdesk.escalations.packets import PacketHeader, build_packet
from helpdesk.escalations.stale_page_marks import carrier_mark_of
from helpdesk.escalations.states import (
    ANOTHER_ACCOUNT,
    Ask,
    DeliveryState,
    EscalationState,
    FollowUp,
    PartnerAction,
    Priority,
    Reason,
    Verdict,
)
from helpdesk.partners import operations as partners
from helpdesk.partners.channel_terms import ChannelKind, ChannelTerms, OnwardDisclosure
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.packet_fields import BY_NAME, FIELDS
from helpdesk.playbooks.platform_forms import PlatformFormField
from tests.escalations.conftest import a_partner, at
from tests.factories import a_person, sign_in, work_as
from tests.intake.browser import mark_in, token_in

FORM = "https://platform.test/report?what=account"
BY_FORM = ChannelTerms(
    kind=ChannelKind.FORM, form_address=FORM, onward_disclosure=OnwardDisclosure.INSIDE
)


@pytest.fixture
def house(house, context):
    """The same house, whose partner has a public form and nothing else."""
    with context.begin() as work:
        partner = a_partner(work, house.lead, slug="form-only", channel=BY_FORM)
    return replace(house, partner=partner)


def open_text(house, request, who=None):
    with house.as_(who or house.writer) as work:
        operations.open_text_to_copy(work, house.mine(work, request))


def text(house, request, who=None):
    with house.as_(who or house.writer) as work:
        return operations.text_to_copy(work, house.mine(work, request))


def sent(house, request, who=None, reference="", later=timedelta(0)):
    with house.as_(who or house.writer) as work:
        at = work.at + later
    with house.as_(who or house.writer, at) as work:
        operations.record_sent_by_hand(
            work, house.mine(work, request), sent_at=work.at, reference=reference
        )


def carried(house, **how):
    request = house.approved(**how)
    open_text(house, request)
    sent(house, request)
    return house.now(request)


def decide(house, request, who=None, **how):
    told = {"action": PartnerAction.ACCESS_RESTORED, "reason": Reason.POLICY_BREACH}
    with house.as_(who or house.writer) as work:
        operations.enter_decision(work, house.mine(work, request), **(told | how))


def history_of(house, action):
    with house.context.begin() as work:
        return list(work.session.scalars(select(HistoryEntry).where(HistoryEntry.action == action)))


def test_nothing_is_queued_for_a_worker_and_nothing_is_sealed_for_a_desk(house):
    request = house.approved()

    now = house.now(request)
    assert now.state is EscalationState.APPROVED
    assert now.packet_for_partner is None
    house.carry(request)  # a job that somebody queued all the same
    assert house.delivery(request).state is DeliveryState.PENDING
    assert house.now(request).state is EscalationState.APPROVED


def test_nothing_is_shown_to_copy_before_it_is_approved(house, staff):
    draft = house.ask()

    with pytest.raises(StalePage):
        open_text(house, draft)
    page = sign_in(staff, house.writer).get(f"{address(house, draft)}/form")
    assert "marker-happened" not in page.text


def test_nothing_is_shown_to_who_has_not_opened_it(house, staff):
    request = house.approved()
    open_text(house, request)

    with pytest.raises(StalePage):
        text(house, request, house.second)
    page = sign_in(staff, house.second).get(f"{address(house, request)}/form")
    assert "marker-happened" not in page.text
    assert "marker-happened" in sign_in(staff, house.writer).get(page.request.path).text


@pytest.mark.parametrize("kind", [ConsentKind.PLATFORM, ConsentKind.HELP])
def test_without_consent_nothing_is_shown_to_copy(house, kind):
    request = house.approved()
    house.withdraw_consent(kind)

    with pytest.raises(Conflict):
        open_text(house, request)
    assert house.now(request).state is EscalationState.APPROVED


def test_what_is_withdrawn_while_it_is_open_is_no_longer_shown(house, staff):
    request = house.approved()
    open_text(house, request)
    client = sign_in(staff, house.writer)
    assert "marker-happened" in client.get(f"{address(house, request)}/form").text

    house.withdraw_consent()
    assert "marker-happened" not in client.get(f"{address(house, request)}/form").text
    jobs.cancel_requests_without_consent(house.context, case_id=house.case.id)

    assert house.now(request).state is EscalationState.WITHDRAWN
    assert "marker-happened" not in client.get(f"{address(house, request)}/form").text
    with pytest.raises(StalePage):
        text(house, request)


def test_withdrawn_before_anyone_opened_it_never_shows_the_text(house):
    request = house.approved()
    with house.as_(house.second) as work:
        operations.withdraw_request(work, house.mine(work, request))

    with pytest.raises(StalePage):
        open_text(house, request)
    assert house.now(request).untold_since is None


def test_what_was_sent_all_the_same_is_recorded_and_they_have_to_be_told(house):
    request = house.approved()
    open_text(house, request)
    with house.as_(house.second) as work:
        operations.withdraw_request(work, house.mine(work, request))

    sent(house, request)

    now = house.now(request)
    assert now.state is EscalationState.WITHDRAWN
    assert now.untold_since is not None
    [entry] = history_of(house, "escalation.sent_by_hand")
    assert entry.details["after_withdrawal"] is True


@pytest.mark.parametrize("doubt", ["facts", "partner", "fields", "channel"])
def test_what_it_rests_on_is_asked_again_at_each_look(house, doubt):
    request = house.approved()
    open_text(house, request)
    with work_as(house.context, house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        if doubt == "partner":
            partners.suspend_vetting(work, partner)
        elif doubt == "fields":
            partners.change_allow_list(work, partner, fields=["target_url"])
        elif doubt == "channel":
            channel = work.session.get(PartnerChannel, house.now(request).channel_id)
            partners.end_channel(work, partner, channel)
    if doubt == "facts":
        with house.context.begin() as work:
            for fact in _facts(work, house):
                fact.value = "refused"
            work.record("case.changed_by_test", house.case)

    with pytest.raises(Conflict):
        text(house, request)


def _facts(work, house):
    return work.session.scalars(
        select(Fact).where(Fact.case_id == house.case.id, Fact.name == "owner_confirmed")
    )


def test_once_sent_their_clock_runs_from_then_and_history_says_who_carried_it(house):
    request = house.approved()
    open_text(house, request)
    with house.as_(house.writer) as work:
        at = work.at + timedelta(hours=1)
        sent_at = work.at + timedelta(minutes=10)
    with house.as_(house.writer, at) as work:
        operations.record_sent_by_hand(
            work, house.mine(work, request), sent_at=sent_at, reference="F-4711"
        )

    now = house.now(request)
    within = timedelta(seconds=house.partner.answer_within[now.priority])
    assert now.state is EscalationState.WITH_PARTNER
    assert abs(now.answer_due_at - (sent_at + within)) < timedelta(seconds=2)
    [entry] = history_of(house, "escalation.sent_by_hand")
    assert entry.actor_id == house.writer.actor.id
    [attempt] = house.delivery(request).attempts
    assert attempt.by == house.writer.actor.id
    with house.as_(house.second) as work:
        assert work.keys.read(house.mine(work, request), "ticket") == "F-4711"


@pytest.mark.parametrize("off", [timedelta(minutes=-5), timedelta(minutes=5)])
def test_nobody_sent_it_before_they_opened_it_or_in_the_future(house, off):
    request = house.approved()
    open_text(house, request)

    with house.as_(house.writer) as work, pytest.raises(Conflict):
        operations.record_sent_by_hand(work, house.mine(work, request), sent_at=work.at + off)


def test_who_did_not_send_it_gives_it_back(house):
    request = house.approved()
    open_text(house, request)
    with house.as_(house.writer) as work:
        operations.record_not_sent(work, house.mine(work, request))

    with pytest.raises(StalePage):
        text(house, request)
    open_text(house, request, house.second)
    sent(house, request, house.second)
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_who_takes_it_over_leaves_visible_that_it_may_have_been_sent(house):
    request = house.approved()
    open_text(house, request)
    open_text(house, request, house.second)

    first, second = house.delivery(request).attempts
    assert (first.result, first.trouble) == (DeliveryState.UNCERTAIN, "taken_over")
    assert second.by == house.second.actor.id
    with pytest.raises(StalePage):
        text(house, request)


def test_who_opens_it_by_an_old_page_does_not_take_it_from_a_colleague_unseen(house):
    request = house.approved()
    with house.as_(house.writer) as work:
        old = carrier_mark_of(queries.delivery_of_request(work, house.mine(work, request)))
    open_text(house, request, house.second)

    with house.as_(house.writer) as work, pytest.raises(StalePage):
        operations.open_text_to_copy(work, house.mine(work, request), seen=old)


def test_it_waits_on_the_board_until_somebody_says_that_they_sent_it(house):
    request = house.approved()
    with house.as_(house.writer) as work:
        assert [one.id for one in request_lists.requests_to_fill_in(work)] == [request.id]
    open_text(house, request)
    sent(house, request)
    with house.as_(house.writer) as work:
        assert request_lists.requests_to_fill_in(work) == []


def test_what_they_answer_is_entered_and_the_reporter_judges_it(house):
    request = carried(house)
    with house.as_(house.writer) as work:
        operations.enter_acknowledgement(work, house.mine(work, request))
    with house.as_(house.writer) as work:
        operations.enter_question(work, house.mine(work, request), question="Since when?")
    assert house.now(request).state is EscalationState.NEED_INFORMATION
    house.answer(request, "Since Monday.")
    assert house.now(request).state is EscalationState.IN_REVIEW
    decide(house, request, note="It is theirs again.")

    assert house.now(request).state is EscalationState.DECIDED
    with house.as_reporter() as work:
        operations.record_verdict(work, house.mine(work, request), verdict=Verdict.CONFIRMED)
    assert house.now(request).state is EscalationState.CLOSED
    with house.as_(house.second) as work:
        [decision] = queries.decisions_of(work, house.mine(work, request))
        assert decision.by == house.writer.actor.id
        assert work.keys.read(decision, "note") == "It is theirs again."


def test_a_decision_is_corrected_only_by_who_has_seen_it(house):
    request = carried(house)
    decide(house, request)
    with pytest.raises(StalePage):
        decide(house, request)
    with house.as_(house.writer) as work:
        [first] = queries.decisions_of(work, house.mine(work, request))
    decide(house, request, corrects=first.id, action=PartnerAction.NONE, reason=Reason.OTHER)
    with house.as_(house.writer) as work:
        assert len(queries.decisions_of(work, house.mine(work, request))) == 2


def test_nothing_is_answered_before_it_was_sent(house):
    request = house.approved()
    open_text(house, request)

    with pytest.raises(StalePage):
        decide(house, request)


def test_silence_has_the_same_ladder(house):
    request = carried(house)
    with house.as_(house.writer) as work:
        late = house.mine(work, request).answer_due_at + timedelta(minutes=1)
    with house.as_(house.writer, late) as work:
        operations.record_partner_silence(work, house.mine(work, request))
    assert house.now(request).state is EscalationState.UNANSWERED
    decide(house, request)  # a late answer is still an answer
    assert house.now(request).state is EscalationState.DECIDED


def test_a_nudge_to_who_has_no_account_is_asked_of_one_of_us(house):
    request = carried(house)
    due = due_time_as_job_argument(request.answer_due_at)

    jobs.follow_up_on_silence(house.context, escalation_id=request.id, due=due, step=FollowUp.NUDGE)

    assert house.now(request).untold_since is not None


def test_news_for_who_has_no_account_waits_for_one_of_us(house):
    request = carried(house)
    with house.as_(house.second) as work:
        operations.withdraw_request(work, house.mine(work, request))
    jobs.email_partner_news(house.context, escalation_id=request.id, about="withdrawal")

    assert house.now(request).untold_since is not None


def test_what_goes_to_a_desk_is_neither_copied_nor_answered_here(house, context):
    desk = replace(house, partner=_desk_of(context))
    request = desk.approved()
    for verb in (operations.open_text_to_copy, operations.enter_acknowledgement):
        with desk.as_(desk.writer) as work, pytest.raises(NotAllowed):
            verb(work, desk.mine(work, request))


def _desk_of(context):
    with context.begin() as work:
        return work.session.scalar(select(Partner).where(Partner.slug == "trust-platform"))


def test_who_is_not_in_the_queue_carries_nothing(house, context):
    request = house.approved()
    with context.begin() as work:
        stranger = a_person(work)
        with pytest.raises(NotAllowed):
            operations.open_text_to_copy(
                replace(work, actor=stranger.actor), work.session.get(type(request), request.id)
            )
    with work_as(context, stranger) as work, pytest.raises(NotFound):
        queries.visible_request_by_ref(work, request.ref)


WORDS = st.text(max_size=300)


@given(
    st.sampled_from(list(Ask)),
    st.fixed_dictionaries(
        {},
        optional={
            field.name: st.sampled_from([code for code, _ in field.choices])
            if field.choices
            else WORDS
            for field in FIELDS
        },
    ),
    st.sets(st.sampled_from(list(BY_NAME))),
)
def test_what_is_laid_out_is_the_packet_that_was_approved(ask, told, allowed):
    header = PacketHeader("R-1", "example", ask, Priority.P2, "5a17")
    packet = build_packet(header, told, allowed)

    areas = lay_out(packet)

    back = {
        one.part: next(
            (code for code, words in BY_NAME[one.part].choices if words == one.text), one.text
        )
        for one in areas
        if one.part not in (ASK, REF)
    }
    assert build_packet(header, back, BY_NAME).as_text() == packet.as_text()
    assert len(areas) == len(packet.fields) + 2


class Areas(HTMLParser):
    """Each text area of a page as a browser has it: without its first line break."""

    def __init__(self, page):
        super().__init__()
        self.found, self.at = {}, None
        self.feed(page)
        self.found = {name: "".join(said).removeprefix("\n") for name, said in self.found.items()}

    def handle_starttag(self, tag, attrs):
        if tag == "textarea":
            assert "readonly" in dict(attrs)
            self.at = dict(attrs)["id"].removeprefix("copy-")
            self.found[self.at] = []

    def handle_endtag(self, tag):
        self.at = None if tag == "textarea" else self.at

    def handle_data(self, data):
        if self.at is not None:
            self.found[self.at].append(data)


def test_what_a_form_is_known_to_ask_for_comes_first_and_says_if_it_is_too_long():
    header = PacketHeader("R-1", "example", Ask.LOCK, Priority.P2, "5a17")
    packet = build_packet(header, {"happened": "It was taken.", "harm": "x"}, BY_NAME)
    asked = [
        PlatformFormField("Tell us more", "harm", "OWN"),
        PlatformFormField("What is wrong?", "happened", "OWN", longest=5),
        PlatformFormField("Link", "target_url", "OWN"),
    ]

    first, second, *rest = lay_out(packet, asked)

    assert (first.label, first.text, first.is_too_long) == ("Tell us more", "x", False)
    assert (second.label, second.text, second.is_too_long) == (
        "What is wrong?",
        "It was taken.",
        True,
    )
    assert [one.part for one in rest] == [ASK, REF]


def test_a_browser_copies_exactly_what_was_approved(house, staff):
    odd = "\n  <b>“Ünï”</b> &amp; \\n\n\n{{ 7 }} سلام\u200f ' \" end  "
    request = house.approved(
        typed={
            "target_url": "https://platform.test/marker-target",
            "happened": odd,
            "ownership": "Ours.",
            "harm": "x\n\ny",
            "restore_address": "fresh@mailbox.test",
        }
    )
    open_text(house, request)

    page = sign_in(staff, house.writer).get(f"{address(house, request)}/form").text

    shown = Areas(page).found
    with house.as_(house.second) as work:
        packet = queries.packet_of(work, house.mine(work, request))
    expected = {name: BY_NAME[name].in_words(value) for name, value in packet.fields.items()}
    assert {name: said for name, said in shown.items() if name not in (ASK, REF)} == expected
    assert shown[REF] == request.ref
    assert FORM in page.replace("&amp;", "&")


def test_the_whole_way_in_a_browser(house, staff):
    request = house.approved()
    client = sign_in(staff, house.writer)
    page = address(house, request)

    def post(at, to, **fields):
        shown = client.get(at)
        sent = {"csrf_token": token_in(shown.text), **mark_in(shown, to), **fields}
        return client.post(to, data=sent, follow_redirects=True)

    assert "One of us has to send this" in client.get(page).text
    opened = post(f"{page}/form", f"{page}/form/opening")
    assert "marker-happened" in opened.text
    with house.as_(house.writer) as work:
        now = work.at
    when = {"sent_on": f"{now:%Y-%m-%d}", "sent_at": f"{now:%H:%M}"}
    refused = post(f"{page}/form", f"{page}/form/sending", **when | {"sent_at": ""})
    assert refused.status_code == 422
    done = post(f"{page}/form", f"{page}/form/sending", **when, reference="F-1")
    assert "F-1" in done.text
    post(page, f"{page}/entered-acknowledgement")
    assert house.now(request).state is EscalationState.ACKNOWLEDGED
    asked = post(f"{page}/entered-decision", f"{page}/entered-question", question="Which day?")
    assert "Which day?" in asked.text
    decided = post(
        f"{page}/entered-decision",
        f"{page}/entered-decision",
        action="access_restored",
        reason="policy_breach",
        note="Done.",
    )
    assert decided.status_code == 200
    assert house.now(request).state is EscalationState.DECIDED
    assert "Recorded by" in decided.text


def test_partners_people_never_see_what_one_of_us_filled_in(house, context):
    request = carried(house)
    with context.begin() as work:
        partner = work.session.get(Partner, house.partner.id)
        insider = a_person(work, Role.PARTNER, [partner.team])
    with work_as(context, insider) as work, pytest.raises(NotFound):
        queries.visible_request_by_ref(work, request.ref)


def address(house, request):
    return f"/cases/{house.case.ref}/requests/{request.ref}"


LATE = timedelta(minutes=31)


def letters_that_it_is_late(house, *, later=LATE):
    """The letters that a request is late, when the worker looks so much later."""
    house.context.mailer.sent.clear()
    moment = datetime.now(UTC) + later
    run_due_jobs(at(house.context, moment), "notices", at=moment)
    return [one for one in house.context.mailer.sent if "is late" in one.subject]


@pytest.fixture
def urgent(house):
    house.change_case(level=Level.IMMEDIATE, owner_id=house.writer.person.id, reply_due_at=None)
    return house


def test_somebody_is_called_for_what_nobody_has_filled_in_when_our_time_is_over(urgent):
    request = urgent.approved()

    assert letters_that_it_is_late(urgent, later=timedelta(minutes=20)) == []
    [letter] = letters_that_it_is_late(urgent)
    assert letter.to == "lead@helpdesk.test"
    assert request.ref in letter.subject
    assert "could not be sent" not in letter.body
    assert "nobody has said that they sent it" in " ".join(letter.body.split())


def test_somebody_is_called_for_what_was_opened_and_forgotten(urgent):
    open_text(urgent, urgent.approved())

    assert letters_that_it_is_late(urgent) != []


def test_nobody_is_called_once_somebody_said_that_it_was_sent(urgent):
    carried(urgent)

    assert letters_that_it_is_late(urgent) == []


def test_a_case_does_not_rest_while_one_of_us_has_to_fill_in_a_form_for_it(house):
    waiting = house.approved()
    carried(house, ask=Ask.LOCK)
    assert house.case_now().waits_on is None

    open_text(house, waiting)
    sent(house, waiting)
    assert house.case_now().waits_on is WaitsOn.PARTNER


def not_sent(house, request, who=None):
    with house.as_(who or house.writer) as work:
        operations.record_not_sent(work, house.mine(work, request))


def withdraw(house, request):
    with house.as_(house.second) as work:
        operations.withdraw_request(work, house.mine(work, request))


def tell_of_withdrawal(house):
    """What the worker does with the news that was queued, if any was."""
    run_due_jobs(house.context, "deliveries", at=datetime.now(UTC))


def test_nobody_is_told_of_the_withdrawal_of_what_nobody_sent(house):
    request = house.approved()
    open_text(house, request)
    not_sent(house, request)

    withdraw(house, request)
    tell_of_withdrawal(house)

    assert house.now(request).untold_since is None


def test_what_left_nobody_is_not_named_to_them_as_consent_is_withdrawn(house):
    request = house.approved()
    open_text(house, request)
    not_sent(house, request)

    house.withdraw_consent()
    jobs.cancel_requests_without_consent(house.context, case_id=house.case.id)
    tell_of_withdrawal(house)

    assert house.now(request).state is EscalationState.WITHDRAWN
    assert house.now(request).untold_since is None


@pytest.mark.parametrize("is_said_first", [True, False])
def test_who_had_it_open_and_did_not_send_it_leaves_nothing_to_tell_them(house, is_said_first):
    request = house.approved()
    open_text(house, request)
    withdraw(house, request)

    for step in (tell_of_withdrawal, lambda house: not_sent(house, request))[
        :: -1 if is_said_first else 1
    ]:
        step(house)

    assert house.now(request).untold_since is None


def test_what_a_colleague_may_have_sent_is_still_to_be_told(house):
    request = house.approved()
    open_text(house, request)
    open_text(house, request, house.second)
    withdraw(house, request)
    tell_of_withdrawal(house)

    not_sent(house, request, house.second)

    assert house.now(request).untold_since is not None


def test_what_nobody_sent_waits_for_one_of_us_as_at_first(house, staff):
    request = house.approved()
    open_text(house, request)
    client, page = sign_in(staff, house.writer), address(house, request)
    shown = client.get(f"{page}/form")

    said = client.post(
        f"{page}/form/abandonment",
        data={"csrf_token": token_in(shown.text), **mark_in(shown, f"{page}/form/abandonment")},
        follow_redirects=True,
    ).text

    assert "Approved: one of us has to send it" in said
    assert "say that they sent it" not in said
    assert "Withdraw the request" in said
    assert house.now(request).state is EscalationState.APPROVED
    open_text(house, request)
    sent(house, request, house.writer)
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_while_a_colleague_has_not_said_whether_they_sent_it_it_may_have_left(house):
    request = house.approved()
    open_text(house, request)
    open_text(house, request, house.second)

    not_sent(house, request, house.second)
    assert house.now(request).state is EscalationState.DISPATCHING

    not_sent(house, request)
    assert house.now(request).state is EscalationState.APPROVED


def test_what_is_withdrawn_is_not_said_to_wait_again(house, staff):
    request = house.approved()
    open_text(house, request)
    withdraw(house, request)
    client = sign_in(staff, house.writer)
    page = f"{address(house, request)}/form"

    said = client.post(
        f"{page}/abandonment",
        data={"csrf_token": token_in(client.get(page).text)},
        follow_redirects=True,
    ).text

    assert "you didn’t send it" in said
    assert "waiting again" not in said


@pytest.mark.parametrize(("kind", "is_open"), [("platform", True), ("host", False)])
def test_only_the_form_of_the_platform_itself_opens_the_gate_of_its_form(house, kind, is_open):
    request = house.ask()
    with house.context.begin() as work:
        work.session.get(Partner, house.partner.id).kind = kind
        filed = select(Fact).where(Fact.case_id == house.case.id, Fact.name == "public_form_ref")
        work.session.delete(work.session.scalars(filed).one())
        work.record("case.changed_by_test", house.case)

    with house.as_(house.second) as work:
        seen = request_basis.gate_inputs(work, house.mine(work, request))
    [gate] = [one for one in check_gates(seen, approver="") if one.name == "Public form"]

    assert gate.is_open is is_open


def after(house, minutes):
    """A moment so many minutes from now, to the minute, as a form has it."""
    with house.as_(house.writer) as work:
        return (work.at + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def sent_after(house, request, who, minutes, *, said, reference=""):
    """Somebody says so many minutes from now that they sent it at another minute."""
    with house.as_(who, after(house, said)) as work:
        operations.record_sent_by_hand(
            work,
            house.mine(work, request),
            sent_at=after(house, minutes),
            reference=reference,
        )


def opened_after(house, request, who, minutes):
    with house.as_(who, after(house, minutes)) as work:
        operations.open_text_to_copy(work, house.mine(work, request))


def attempts_of(house, request):
    return [(one.by, one.result) for one in house.delivery(request).attempts]


@pytest.fixture
def taken_over(house):
    """The writer opened the text, and 20 minutes later the second took it over."""
    request = house.approved()
    opened_after(house, request, house.writer, 1)
    opened_after(house, request, house.second, 20)
    return request


def test_who_was_taken_over_from_says_when_they_sent_it(house, taken_over):
    sent_after(house, taken_over, house.writer, 5, said=30, reference="F-1")

    now = house.now(taken_over)
    within = timedelta(seconds=house.partner.answer_within[now.priority])
    assert now.state is EscalationState.WITH_PARTNER
    assert abs(now.answer_due_at - (after(house, 5) + within)) <= timedelta(minutes=1)
    assert attempts_of(house, taken_over) == [
        (house.writer.actor.id, DeliveryState.ACCEPTED),
        (house.second.actor.id, None),
    ]
    with pytest.raises(StalePage):
        text(house, taken_over, house.second)


def test_who_had_it_open_as_well_still_says_what_they_did(house, taken_over):
    sent_after(house, taken_over, house.writer, 5, said=30, reference="F-1")
    due = house.now(taken_over).answer_due_at

    sent_after(house, taken_over, house.second, 25, said=31, reference="F-2")

    assert [result for _by, result in attempts_of(house, taken_over)] == [
        DeliveryState.ACCEPTED,
        DeliveryState.ACCEPTED,
    ]
    now = house.now(taken_over)
    assert (now.state, now.answer_due_at) == (EscalationState.WITH_PARTNER, due)
    with house.as_(house.second) as work:
        assert work.keys.read(house.mine(work, taken_over), "ticket") == "F-1, F-2"


def test_who_was_taken_over_from_says_that_they_did_not_send_it(house, taken_over):
    not_sent(house, taken_over)

    assert [result for _by, result in attempts_of(house, taken_over)] == [
        DeliveryState.DEFERRED,
        None,
    ]
    assert house.delivery(taken_over).state is DeliveryState.SENDING
    assert text(house, taken_over, house.second)
    with pytest.raises(StalePage):
        not_sent(house, taken_over)


@pytest.mark.parametrize("minutes", [0, 40])
def test_nor_can_it_have_been_sent_before_they_opened_it_at_first(house, taken_over, minutes):
    with pytest.raises(Conflict):
        sent_after(house, taken_over, house.writer, minutes, said=30)


def test_who_took_it_back_sent_it_at_first_and_not_again(house, taken_over):
    opened_after(house, taken_over, house.writer, 25)

    sent_after(house, taken_over, house.writer, 5, said=30)

    assert attempts_of(house, taken_over) == [
        (house.writer.actor.id, DeliveryState.ACCEPTED),
        (house.second.actor.id, DeliveryState.UNCERTAIN),
        (house.writer.actor.id, DeliveryState.DEFERRED),
    ]


def test_after_a_withdrawal_everyone_who_had_it_open_is_asked_and_can_say(house, taken_over, staff):
    withdraw(house, taken_over)
    page = sign_in(staff, house.writer).get(address(house, taken_over)).text
    assert page.count("Say whether it was sent") == 2

    sent_after(house, taken_over, house.writer, 5, said=30)

    now = house.now(taken_over)
    assert now.state is EscalationState.WITHDRAWN
    assert now.untold_since is not None


def test_after_a_withdrawal_nothing_is_to_be_told_once_all_said_that_they_did_not(
    house, taken_over
):
    withdraw(house, taken_over)
    tell_of_withdrawal(house)

    not_sent(house, taken_over, house.second)
    assert house.now(taken_over).untold_since is not None
    not_sent(house, taken_over)

    assert house.now(taken_over).untold_since is None


def test_who_was_taken_over_from_finds_where_to_say_it(house, taken_over, staff):
    page = f"{address(house, taken_over)}/form"

    shown = sign_in(staff, house.writer).get(page).text

    assert "marker-happened" not in shown
    assert "I sent it" in shown


PERHAPS_SENT = "may have been sent before"


def test_who_opens_it_is_told_that_a_colleague_may_have_sent_it_before(house, taken_over, staff):
    not_sent(house, taken_over, house.second)
    client, page = sign_in(staff, house.lead), f"{address(house, taken_over)}/form"

    assert PERHAPS_SENT in client.get(page).text
    open_text(house, taken_over, house.lead)
    opened = client.get(page).text
    assert "marker-happened" in opened
    assert PERHAPS_SENT in opened
    not_sent(house, taken_over)
    assert PERHAPS_SENT not in client.get(page).text


def test_who_opens_it_after_a_backup_was_restored_is_told_so_as_well(house, staff):
    request = house.approved()
    with house.context.begin() as work:
        mark_possibly_delivered(
            work, queries.delivery_of_request(work, work.session.get(type(request), request.id))
        )

    shown = sign_in(staff, house.writer).get(f"{address(house, request)}/form").text

    assert PERHAPS_SENT in shown


def test_who_has_it_open_as_it_is_stopped_is_told_not_to_send_it_and_where_to_say(house, staff):
    request = house.approved()
    open_text(house, request)
    with house.context.begin() as work:
        delivery = queries.delivery_of_request(work, work.session.get(type(request), request.id))
        mark_undeliverable(work, delivery, ANOTHER_ACCOUNT)

    shown = sign_in(staff, house.writer).get(address(house, request)).text

    assert "don’t send it" in shown
    assert "Say whether it was sent" in shown


@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_time_at_which_it_was_not_sent_is_refused_beside_what_was_typed(house, staff, minutes):
    request = house.approved()
    open_text(house, request)
    client, page = sign_in(staff, house.writer), f"{address(house, request)}/form"
    when = after(house, minutes)
    shown = client.get(page)

    refused = client.post(
        f"{page}/sending",
        data={
            "csrf_token": token_in(shown.text),
            "sent_on": f"{when:%Y-%m-%d}",
            "sent_at": f"{when:%H:%M}",
            "reference": "F-17",
        },
    )

    assert refused.status_code == 422
    assert "F-17" in refused.text
    assert "in UTC: after you opened the text" in refused.text
    assert house.delivery(request).open_attempt is not None


def test_a_case_does_not_rest_before_somebody_has_passed_our_answer_on(house, staff):
    request = carried(house)
    with house.as_(house.writer) as work:
        operations.enter_question(work, house.mine(work, request), question="Since when?")
    with house.as_(house.writer) as work:
        operations.answer_question(work, house.mine(work, request), words="Since Monday.")
    client, page = sign_in(staff, house.second), address(house, request)
    shown = client.get(page)

    said = client.post(
        f"{page}/answer/approval",
        data={
            "csrf_token": token_in(shown.text),
            **mark_in(shown, f"{page}/answer/approval"),
            "seen_wording": house.now(request).wording_to_approve,
        },
        follow_redirects=True,
    ).text
    tell_of_withdrawal(house)

    assert house.now(request).state is EscalationState.IN_REVIEW
    assert "was sent to" not in said
    assert house.case_now().waits_on is None
    assert "Answered: one of us has to send it" in said
    assert "With the partner again" not in said
    assert house.now(request).answer_due_at is None  # nothing was sent, so no time of theirs runs
    board = sign_in(staff, house.lead).get("/requests?show=to-fill-in").text
    assert "Answered: one of us has to send it" in board
    with house.as_(house.writer) as work:
        due = clocks.our_move_due_at(work, house.mine(work, request))
    assert due is not None
    late = due + timedelta(minutes=1)
    run_due_jobs(at(house.context, late), "notices", at=late)
    assert any("Our answer on request" in one.body for one in house.context.mailer.sent)

    shown = client.get(page)
    said = client.post(
        f"{page}/telling",
        data={"csrf_token": token_in(shown.text), **mark_in(shown, f"{page}/telling")},
        follow_redirects=True,
    ).text
    assert "With the partner again" in said
    answer_due = house.now(request).answer_due_at
    within = timedelta(seconds=house.partner.answer_within[house.now(request).priority])
    assert answer_due - datetime.now(UTC) >= within - timedelta(minutes=1)
    assert house.case_now().waits_on is WaitsOn.PARTNER


def test_a_partner_in_doubt_is_sent_no_answer_and_gets_it_once_it_is_vetted_again(house, staff):
    request = carried(house)
    with house.as_(house.writer) as work:
        operations.enter_question(work, house.mine(work, request), question="Since when?")
    house.answer(request, "Since Monday.")
    assert house.now(request).is_answer_to_pass_on
    with house.as_(house.lead) as work:
        partners.suspend_vetting(work, work.session.get(Partner, house.partner.id))

    page = sign_in(staff, house.writer).get(address(house, request)).text
    assert "One of us has to send our answer" not in page
    assert "haven’t told them about" not in page
    with house.as_(house.writer) as work:
        assert request_lists.requests_with_untold_news(work) == []
        with pytest.raises(Conflict, match="don’t tell them anything now"):
            operations.record_partner_told_another_way(work, house.mine(work, request))

    with house.as_(house.second) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.confirm_vetting(work, partner, on=work.at.date())
    assert house.now(request).is_answer_to_pass_on
    with house.as_(house.writer) as work:
        operations.record_partner_told_another_way(work, house.mine(work, request))
    assert house.now(request).answer_due_at is not None
