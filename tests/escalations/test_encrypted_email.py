"""A request that goes by email, encrypted to the partner's OpenPGP key as it is approved."""

import email
import re
import socket
from dataclasses import replace
from datetime import timedelta
from email import policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from helpdesk.adapters import mailer
from helpdesk.adapters.mailer import SmtpMailer
from helpdesk.core import openpgp
from helpdesk.core.errors import Conflict, NotAllowed, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.openpgp import ANOTHER, EXPIRED, REVOKED, UnusableKey
from helpdesk.escalations import jobs, operations, queries, request_basis
from helpdesk.escalations.channels import adapter_of
from helpdesk.escalations.gates import check_gates
from helpdesk.escalations.states import (
    DeliveryState,
    EscalationState,
    PartnerAction,
    Reason,
)
from helpdesk.partners import operations as partners
from helpdesk.partners.channel_terms import ChannelKind, ChannelTerms, OnwardDisclosure
from helpdesk.partners.models import Partner, PartnerChannel
from helpdesk.partners.queries import channels_of
from helpdesk.partners.vetting import OTHER_FINGERPRINTS
from tests.escalations.conftest import MAILBOX, a_partner
from tests.escalations.test_old_pages import at_mailbox
from tests.factories import a_person, a_team, sign_in, vet, work_as
from tests.intake.browser import mark_in, token_in
from tests.openpgp_keys import KeyOwner, drop, short_home
from tests.smtp_counterpart import BAD_WAYS, STOPS_FOR_GOOD, counterpart

SENDER = "requests@helpdesk.test"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def owner():
    home = short_home()
    with KeyOwner(home) as owner:
        yield owner
    drop(home)


@pytest.fixture(scope="module")
def key(owner):
    return owner.make(expires="90d")


def terms_of(key, **how):
    text, fingerprint = key
    return ChannelTerms(
        kind=ChannelKind.OPENPGP,
        openpgp_key=text,
        openpgp_fingerprint=fingerprint,
        onward_disclosure=OnwardDisclosure.INSIDE,
        **how,
    )


@pytest.fixture
def house(house, context, key):
    """The same house, whose partner has a key and a mailbox, and no desk."""
    with context.begin() as work:
        partner = a_partner(work, house.lead, slug="by-openpgp", channel=terms_of(key))
    return replace(house, partner=partner)


class Arrived:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def post():
    box = Arrived()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def by(house, port):
    """The house, with a worker that sends by this server."""
    smtp = SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER)
    return replace(house, context=replace(house.context, mailer=smtp))


def read(owner, raw):
    """The outer email, and the one inside."""
    outer = email.message_from_bytes(raw, policy=policy.default)
    version, message = outer.iter_parts()
    assert outer.get_content_type() == "multipart/encrypted"
    assert outer.get_param("protocol") == "application/pgp-encrypted"
    assert version.get_content_type() == "application/pgp-encrypted"
    assert version.get_content().strip() == b"Version: 1"
    assert message.get_content_type() == "application/octet-stream"
    inner = owner.decrypt(message.get_payload(decode=True))
    return outer, email.message_from_bytes(inner, policy=policy.default)


def test_the_partner_reads_exactly_what_was_approved_and_nobody_on_the_way_does(house, owner, post):
    request = house.approved()
    with house.as_(house.writer) as work:
        text = work.keys.open(house.mine(work, request), "packet")

    by(house, post.port).carry(request)

    [(recipients, raw)] = post.letters
    outer, inner = read(owner, raw)
    [attachment] = inner.iter_attachments()
    assert attachment.get_content() == text.encode()
    assert attachment.get_filename() == f"{request.ref}.json"
    body = inner.get_body().get_content()
    for marker in ("marker-target", "marker-happened", "marker-ownership", "marker-harm"):
        assert marker in body
    assert "The helpdesk of the tests. Call +00 000 000." in body
    assert recipients == [MAILBOX]
    assert outer["Subject"] == f"Request {request.ref}"
    assert "Give the account back to its owner" in inner["Subject"]
    assert inner["HP-Outer"] == f"Subject: {outer['Subject']}"
    assert (inner.get_param("hp"), inner.get_param("protected-headers")) == ("cipher", "v1")
    assert outer["Message-ID"].startswith(f"<{house.delivery(request).id}@")
    assert b"marker" not in raw
    assert set(outer.keys()) <= {
        *("From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version"),
        *("Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo"),
    }
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_whoever_carries_it_has_no_words_and_the_same_bytes_leave_at_every_attempt(house, owner):
    request = house.approved()
    assert house.now(request).packet_for_partner is None
    assert "marker" not in house.now(request).openpgp_message

    with counterpart("later after the letter") as server:
        by(house, server.server_address[1]).carry(request)
    assert house.delivery(request).state is DeliveryState.DEFERRED
    first = b"".join(server.heard)
    with counterpart() as server:
        by(house, server.server_address[1]).carry(request, later=DAY)
    [letter] = server.letters
    said = re.compile(rb"Message-ID: <[^>]+>|-----BEGIN PGP.*END PGP", re.DOTALL)
    assert said.findall(first) == said.findall(letter)
    assert house.now(request).state is EscalationState.WITH_PARTNER


@pytest.mark.parametrize("way", BAD_WAYS)
def test_a_bad_mail_server_gets_it_once_at_most_and_no_word_of_it(house, owner, monkeypatch, way):
    monkeypatch.setattr(mailer, "TIMEOUT", 0.5)
    monkeypatch.setattr(mailer, "LONGEST", 1.0)
    request = house.approved()

    with counterpart(way) as server:
        mine = by(house, server.server_address[1])
        mine.carry(request)
        state = house.delivery(request).state
        mine.carry(request)  # a job that comes once more
        if BAD_WAYS[way]:
            mine.carry(request, later=DAY)
            assert len(server.letters) <= 1
            assert house.delivery(request).state is DeliveryState.DEAD_LETTER
            assert house.delivery(request).may_have_been_sent_before

    if way in STOPS_FOR_GOOD or BAD_WAYS[way]:
        assert state is DeliveryState.DEAD_LETTER
    else:
        assert state is DeliveryState.DEFERRED
        assert server.letters == []
    assert not any(b"marker" in line for line in server.heard)
    assert house.now(request).state is EscalationState.DISPATCHING


def test_where_tls_was_stripped_nothing_of_it_leaves(house):
    request = house.approved()

    with counterpart() as server:
        smtp = SmtpMailer(f"smtp://us:word@127.0.0.1:{server.server_address[1]}", SENDER)
        replace(house, context=replace(house.context, mailer=smtp)).carry(request)

    assert house.delivery(request).state is DeliveryState.DEFERRED
    assert not any(b"PGP" in line or b"word" in line for line in server.heard)


def test_what_may_have_arrived_is_shown_and_a_person_decides(house, staff):
    request = house.approved()
    with counterpart("cuts the line before its answer") as server:
        by(house, server.server_address[1]).carry(request)

    page = sign_in(staff, house.writer).get(address(house, request)).text
    assert "Check with the partner before you send it again" in page
    assert "They have confirmed it" in page
    with house.as_(house.writer) as work:
        operations.enter_acknowledgement(work, house.mine(work, request))
    assert house.now(request).state is EscalationState.ACKNOWLEDGED
    assert house.delivery(request).state is DeliveryState.ACCEPTED


def test_whoever_sends_it_again_sends_the_same_one(house, owner, post):
    request = house.approved()
    with counterpart("cuts the line before its answer") as server:
        by(house, server.server_address[1]).carry(request)
    with house.as_(house.second) as work:
        operations.resend_request(work, house.mine(work, request))

    by(house, post.port).carry(request)

    [(_to, raw)] = post.letters
    said = re.compile(rb"Message-ID: <[^>]+>|-----BEGIN PGP.*END PGP", re.DOTALL)
    assert said.findall(raw) == said.findall(server.letters[0])
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_nobody_says_that_they_answered_what_was_never_sent(house):
    request = house.approved()

    with house.as_(house.writer) as work, pytest.raises(StalePage):
        operations.enter_acknowledgement(work, house.mine(work, request))
    with counterpart("never at DATA") as server:
        by(house, server.server_address[1]).carry(request)
    with house.as_(house.theirs) as work, pytest.raises((NotAllowed, StalePage)):
        operations.enter_acknowledgement(work, request)


def test_withdrawn_before_it_is_sent_it_never_leaves(house, post):
    request = house.approved()
    house.withdraw_consent()

    by(house, post.port).carry(request)

    assert post.letters == []
    assert house.now(request).state is EscalationState.WITHDRAWN


def test_a_key_that_expires_before_it_is_sent_stops_it(house, post):
    request = house.approved()

    by(house, post.port).carry(request, later=100 * DAY)

    assert post.letters == []
    assert house.delivery(request).state is DeliveryState.DEAD_LETTER
    with house.as_(house.writer) as work:
        found = queries.delivery_of_request(work, house.mine(work, request))
        assert queries.failure_code_of_delivery(work, found) == "openpgp_key_expired"


def test_an_expired_key_is_a_closed_gate_and_nothing_is_approved(house):
    request = house.ask()
    with house.context.begin() as work:
        ends = update(PartnerChannel).where(PartnerChannel.partner_id == house.partner.id)
        work.session.execute(ends.values(openpgp_expires_at=work.at - DAY))
        work.record_about("partner.tampered", "partners", house.partner.id)

    with house.as_(house.second) as work:
        seen = request_basis.gate_inputs(work, house.mine(work, request))
        gates = {one.name: one for one in check_gates(seen, approver=work.actor.id)}
    assert not gates["Channel"].is_open
    assert "has expired" in gates["Channel"].sentence
    with pytest.raises(Conflict, match="has expired"):
        house.approve(request)


def test_a_message_that_was_exchanged_never_leaves(house, owner, key, post):
    text, fingerprint = key
    request = house.approved()
    with house.as_(house.writer) as work:
        found = house.mine(work, request)
        found.openpgp_message = openpgp.encrypt(
            b"another request", key=text, fingerprint=fingerprint, at=work.at
        )
        work.record("escalation.tampered", found)

    by(house, post.port).carry(request)

    assert post.letters == []
    assert house.delivery(request).state is DeliveryState.DEAD_LETTER


def test_if_the_channel_ends_before_it_is_sent_it_never_leaves(house, post):
    request = house.approved()
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.end_channel(work, partner, channels_of(work, partner)[0])

    by(house, post.port).carry(request)

    assert post.letters == []
    assert house.delivery(request).state is DeliveryState.DEAD_LETTER


def test_our_answer_goes_encrypted_and_is_no_longer_there_for_the_next_news(house, owner, post):
    mine = by(house, post.port)
    request = mine.carried()
    with house.as_(house.writer) as work:
        operations.enter_question(work, house.mine(work, request), question="Since when?")
    mine.answer(request, words="Since Monday. marker-answer")
    with house.context.begin() as work:
        [exchange] = [
            one for one in queries.partner_messages_of(work, request) if not one.is_from_partner
        ]
    jobs.email_partner_news(mine.context, escalation_id=request.id, about=exchange.id)

    outer, inner = read(owner, post.letters[-1][1])
    assert outer["Subject"] == f"Request {request.ref}"
    assert "Since Monday. marker-answer" in inner.get_body().get_content()
    assert b"marker" not in post.letters[-1][1]
    with house.as_(house.writer) as work:
        operations.enter_decision(
            work,
            house.mine(work, request),
            action=PartnerAction.ACCESS_RESTORED,
            reason=Reason.POLICY_BREACH,
        )
    jobs.email_partner_news(mine.context, escalation_id=request.id, about="again-1")
    plain = email.message_from_bytes(post.letters[-1][1], policy=policy.default)
    assert plain.get_content_type() == "text/plain"


def test_news_in_clear_say_no_word_of_the_case_and_lead_to_no_desk(house, post):
    mine = by(house, post.port)
    request = mine.carried()
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, request))

    jobs.email_partner_news(mine.context, escalation_id=request.id, about="withdrawal")

    letter = email.message_from_bytes(post.letters[-1][1], policy=policy.default)
    said = letter.get_content()
    assert "is withdrawn" in said
    assert "http" not in said
    assert "marker" not in said


def test_the_reporter_reads_by_which_way_it_goes(house, public):
    request = house.ask()

    preview = at_mailbox(house, public).get(f"/mailbox/case/requests/{request.ref}").text

    assert "We send it by email, encrypted so that only" in preview


def test_the_partners_people_never_see_it_at_a_desk(house):
    request = house.carried()

    with house.as_(house.theirs) as work:
        assert request.id not in {
            one.id for one in work.session.scalars(queries.visible_requests(work.actor))
        }


def test_a_channel_keeps_its_key_and_takes_a_renewed_copy_of_it(house, context, owner):
    text, fingerprint = owner.make("Renewed", expires="2d")
    with context.begin() as work:
        partner = a_partner(work, house.lead, slug="renewed", channel=terms_of((text, fingerprint)))
        partner_id = partner.id
    owner.gpg("--quick-set-expire", fingerprint, "30d")
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, partner_id)
        [channel] = channels_of(work, partner)
        before = channel.openpgp_expires_at
        partners.change_channel(
            work, partner, channel, terms=terms_of((owner.text_of(fingerprint), fingerprint))
        )
        assert channel.openpgp_expires_at > before + 20 * DAY
        assert partner.is_vetted
        with pytest.raises(Conflict, match="keeps its key"):
            partners.change_channel(work, partner, channel, terms=terms_of(owner.make("Other")))
        with pytest.raises(UnusableKey, match=REVOKED[:20]):
            partners.change_channel(
                work, partner, channel, terms=terms_of((owner.revoke(fingerprint), fingerprint))
            )


def test_history_has_the_fingerprint_and_not_who_is_named_in_the_key(house, owner, context):
    named = owner.make("Marker Person")
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        partners.add_channel(work, partner, terms=terms_of(named))
        [told] = [
            one.details
            for one in work.session.scalars(
                select(HistoryEntry).where(HistoryEntry.action == "partner.channel_added")
            )
        ]
    assert told["openpgp_fingerprint"] == named[1]
    assert "BEGIN PGP" not in str(told)


def test_a_new_key_has_to_be_found_at_the_partners_own_website_by_who_vets(house, owner, context):
    new = owner.make("New key")
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        old = channels_of(work, partner)[0]
        partners.add_channel(work, partner, terms=terms_of(new))
        assert not partner.is_vetted
    with context.begin() as work:
        fresh = a_person(work, teams=[a_team(work)])
    for typed in ("", old.openpgp_fingerprint, new[1], new[1][-16:], f"{new[1]} {new[1]}"):
        with work_as(context, fresh) as work, pytest.raises(Conflict) as refused:
            partners.confirm_vetting(
                work,
                work.session.get(Partner, house.partner.id),
                on=work.at.date(),
                fingerprints=typed,
            )
        assert refused.value.sentence == OTHER_FINGERPRINTS
    with work_as(context, fresh) as work:
        partner = work.session.get(Partner, house.partner.id)
        spaced = f"{old.openpgp_fingerprint}\n{new[1][:20].lower()}  {new[1][20:]}\n"
        partners.confirm_vetting(work, partner, on=work.at.date(), fingerprints=spaced)
        assert partner.is_vetted


def address(house, request):
    return f"/cases/{house.case.ref}/requests/{request.ref}"


def form_of(page, key, **how):
    text, fingerprint = key
    return {
        "csrf_token": token_in(page.text),
        **mark_in(page, "/partners/by-openpgp/channels"),
        "kind_of_channel": "openpgp",
        "openpgp_key": text,
        "openpgp_fingerprint": fingerprint,
        "onward_disclosure": "inside",
        "receipt": "person",
        "storage_region": "155",
        **how,
    }


def test_the_form_refuses_a_key_with_a_sentence_and_takes_a_good_one(house, owner, staff):
    client = sign_in(staff, house.lead)
    page = client.get("/partners/by-openpgp/channels/new")
    good, revoked = owner.make("Good"), owner.make("Bad")
    bad = (owner.revoke(revoked[1]), revoked[1])

    for typed, sentence in ((bad, REVOKED), ((good[0], revoked[1]), ANOTHER)):
        answer = client.post("/partners/by-openpgp/channels", data=form_of(page, typed))
        assert answer.status_code == 422
        assert sentence in answer.text
    answer = client.post("/partners/by-openpgp/channels", data=form_of(page, good))
    assert answer.status_code == 303
    shown = client.get("/partners/by-openpgp").text
    assert good[1][:4] not in shown.replace(house.partner.id, "")
    with house.context.begin() as work:
        vet(work, work.session.get(Partner, house.partner.id))
    assert (
        " ".join(good[1][i : i + 4] for i in range(0, 40, 4))
        in client.get("/partners/by-openpgp").text
    )


def test_an_expired_key_is_refused_at_the_form(house, owner):
    text, fingerprint = owner.make("Short", expires="seconds=1")
    with house.as_(house.lead, at=None) as work:
        partner = work.session.get(Partner, house.partner.id)
        at = work.at + DAY
    with house.as_(house.lead, at) as work, pytest.raises(UnusableKey, match=EXPIRED[:20]):
        partners.add_channel(
            work,
            work.session.get(Partner, partner.id),
            terms=terms_of((text, fingerprint)),
        )


def test_the_pages_from_the_case_to_the_answer(house, owner, post, staff):
    request = house.ask()
    client = sign_in(staff, house.second)
    page = client.get(address(house, request))
    assert "Email encrypted to their OpenPGP key" in page.text
    assert "On the way, only its number can be read" in page.text
    answer = client.post(
        f"{address(house, request)}/approval",
        data={
            "csrf_token": token_in(page.text),
            "seen_hash": house.now(request).packet_hash,
            **mark_in(page, f"{address(house, request)}/approval"),
        },
    )
    assert answer.status_code == 303
    by(house, post.port).carry(request)
    assert "What they answer" in client.get(address(house, request)).text
    answer = client.get(f"{address(house, request)}/entered-decision")
    assert answer.status_code == 200
    assert client.get(f"{address(house, request)}/form").status_code == 404


@pytest.mark.parametrize(("kind", "formats"), [("host", {"xarf"}), ("cert", {"misp", "stix"})])
def test_programs_of_theirs_get_the_same_beside_the_packet(house, owner, kind, formats):
    request = house.ask()
    with house.as_(house.writer) as work:
        found = house.mine(work, request)
        found.playbook, found.partner.kind = "fake-website", kind
        found.partner.reach_us = "Ask for the helpdesk: us@helpdesk.test"
        text = work.keys.open(found, "packet")
        adapter_of(ChannelKind.OPENPGP).seal(work, found, text)
        inside = owner.decrypt(found.openpgp_message)
        work.record("escalation.changed_by_test", found)

    attached = {
        one.get_filename(): one.get_content()
        for one in email.message_from_bytes(inside, policy=policy.default).iter_attachments()
    }
    assert attached.pop(f"{request.ref}.json") == text.encode()
    assert set(attached) == {f"{request.ref}.{name}.json" for name in formats}
    for said in attached.values():
        assert b"us@helpdesk.test" in said or kind == "cert"
        assert b"marker-happened" not in said
