"""A request that a partner without an account opens with a link and a code, and with neither
alone."""

import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from helpdesk.cases.models import News
from helpdesk.cases.models.news import NewsKind
from helpdesk.cases.response_targets import due_time_as_job_argument
from helpdesk.cli.key_rotation import reseal_everything
from helpdesk.core.codes import ReturnCode, has_bad_checksum
from helpdesk.core.emails import PermanentMailError, TemporaryMailError
from helpdesk.core.errors import Conflict, NotAllowed, NotFound, StalePage
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.keys import KeyKind, new_key
from helpdesk.core.sealing import CannotOpen, Envelope, EnvelopePlace, Secret
from helpdesk.core.service_keys import ServiceKeys
from helpdesk.escalations import jobs, operations, queries, request_lists
from helpdesk.escalations.link_sealing import (
    link_id_token,
    link_token,
    open_with_both,
    read_link_token,
    seal_under_both,
)
from helpdesk.escalations.models import Escalation, PartnerLink, PartnerLinkVisit
from helpdesk.escalations.models.partner_link import GivenWay, LinkEnd
from helpdesk.escalations.operations.link_visits import find_link_visit
from helpdesk.escalations.partner_links import (
    MOST_WRONG_CODES,
    last_link_of,
    link_mark_of,
    token_of_live_link,
)
from helpdesk.escalations.states import Ask, DeliveryState, EscalationState, FollowUp
from helpdesk.key_files import KeyFile
from helpdesk.partners import queries as partners
from helpdesk.partners.channel_terms import ChannelKind, ChannelTerms, OnwardDisclosure
from helpdesk.partners.models import Partner
from tests.conftest import KEY_FILES, PARTNER, become
from tests.escalations.conftest import a_partner, at
from tests.escalations.test_old_pages import at_mailbox
from tests.factories import sign_in
from tests.intake.browser import mark_in, token_in

BY_LINK = ChannelTerms(kind=ChannelKind.LINK, onward_disclosure=OnwardDisclosure.INSIDE)
PLACE = EnvelopePlace("partner_links", "unlocks", "c", "l")


@pytest.fixture
def house(house, context):
    """The same house, whose partner has a mailbox and people without accounts."""
    with context.begin() as work:
        partner = a_partner(work, house.lead, slug="by-link", channel=BY_LINK)
    return replace(house, partner=partner)


def make(house, request, who=None):
    with house.as_(who or house.writer) as work:
        return operations.make_link(work, house.mine(work, request))


def give(house, request, who=None):
    with house.as_(who or house.writer) as work:
        operations.record_code_given(work, house.mine(work, request), way=GivenWay.PHONE)


def renewed(house, request):
    """Another link, as the email has it, and its code."""
    code = make(house, request)
    give(house, request)
    run_due_jobs(house.context, "deliveries")
    return emailed_link(house), code


def linked(house, **how):
    """A request that was emailed, its link as the email has it, and its code."""
    request = house.approved(**how)
    code = make(house, request)
    give(house, request)
    house.carry(request)
    return house.now(request), emailed_link(house), code


def emailed_link(house):
    return re.search(r"http://partner\.test(/link/[a-z2-7]+)", house.context.mailer.sent[-1].body)[
        1
    ]


def enter(client, link, typed):
    typed = " ".join(typed.words) if isinstance(typed, ReturnCode) else typed
    page = client.get(link)
    return client.post(link, data={"csrf_token": token_in(page.text), "code": typed})


def opens(answer):
    return answer.headers.get("Location", "").startswith("/requests/")


def link_of(house, request):
    with house.as_(house.writer) as work:
        return last_link_of(work, house.mine(work, request))


def actions_of(house, request):
    with house.context.begin() as work:
        found = select(HistoryEntry.action).where(HistoryEntry.subject_id == request.id)
        return list(work.session.scalars(found.order_by(HistoryEntry.id)))


def another_browser(client):
    return client.application.test_client()


# How link and code open it.


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**126 - 1), st.integers(0, 2**126 - 1))
def test_neither_link_nor_code_opens_it_alone_and_no_other_of_either(raw, number, other):
    link, secret = Secret(raw), Secret.new()
    code, wrong = ReturnCode(number), ReturnCode(other if other != number else other + 1)

    sealed = seal_under_both(secret, link=link.public, code=code, place=PLACE)

    assert open_with_both(sealed, link=link, code=code, place=PLACE) == secret
    for tried in (
        {"link": link, "code": wrong, "place": PLACE},
        {"link": Secret.new(), "code": code, "place": PLACE},
        {"link": link, "code": code, "place": PLACE._replace(row_id="another")},
    ):
        with pytest.raises(CannotOpen):
            open_with_both(sealed, **tried)
    for alone in (code.link_secret(), code.secret(), link):
        with pytest.raises(CannotOpen):
            code.link_secret().open(sealed, PLACE)
        with pytest.raises(CannotOpen):
            alone.open(Envelope(sealed.raw[1:]), PLACE)


@given(st.binary(min_size=32, max_size=32))
def test_a_link_is_read_as_it_was_written(raw):
    assert read_link_token(link_token(Secret(raw))).raw == raw
    assert re.fullmatch("[a-z2-7]{52}", link_token(Secret(raw)))


@given(st.text(max_size=80))
def test_what_is_no_link_is_none(typed):
    found = read_link_token(typed)
    assert found is None or len(found.raw) == 32


# From the approval to the email.


def test_nothing_is_sent_before_one_of_us_has_given_them_the_code(house):
    request = house.approved()
    house.carry(request)
    make(house, request)

    assert house.now(request).needs_link
    assert house.now(request).answer_due_at is None
    with house.as_(house.writer) as work:
        assert [one.id for one in request_lists.requests_to_fill_in(work)] == [request.id]
    house.carry(request)
    assert house.context.mailer.sent == []


def test_the_email_has_the_link_and_neither_the_code_nor_a_word_of_the_case(house):
    request, _link, code = linked(house)

    email = house.context.mailer.sent[-1]
    said = f"{email.subject} {email.body}"
    assert "we never send it by email".lower() in said.lower()
    assert "marker" not in said
    assert not any(word in said.split() for word in code.words if len(word) > 5)
    assert code.letters not in said
    assert request.state is EscalationState.WITH_PARTNER
    assert not house.now(request).needs_link


def test_neither_link_nor_code_is_in_a_job_a_log_or_the_history(house, caplog):
    _request, link, code = linked(house)
    token = link.rpartition("/")[2]

    with house.context.begin() as work:
        kept = [
            *map(str, work.session.execute(text("SELECT * FROM outbox")).all()),
            *map(str, work.session.execute(text("SELECT * FROM history")).all()),
            *map(str, work.session.execute(text("SELECT * FROM partner_links")).all()),
        ]
    for one in (*kept, caplog.text):
        assert token not in one
        assert code.letters not in one
        assert " ".join(code.words) not in one


def test_nothing_is_made_without_consent_or_for_another_channel(house):
    request = house.approved()
    house.withdraw_consent()

    with pytest.raises(Conflict, match="withdrawn their consent"):
        make(house, request)
    assert link_of(house, request) is None


def test_nobody_of_another_queue_makes_a_link(house, context):
    request = house.approved()
    with house.as_(house.theirs) as work, pytest.raises(NotAllowed):
        operations.make_link(work, work.session.get(Escalation, request.id))


def test_a_partner_that_is_not_vetted_gets_no_link(house):
    request = house.approved()
    with house.context.begin() as work:
        partner = work.session.get(Partner, house.partner.id)
        partner.vetted_on = partner.vetted_by = None
        work.record("partner.changed_by_test", partner)

    with pytest.raises(Conflict, match="no longer vetted"):
        make(house, request)


def test_a_text_that_is_not_what_was_approved_is_sealed_to_nobody(house):
    request = house.approved()
    with house.context.begin() as work:
        found = work.session.get(Escalation, request.id)
        found.packet_hash = "0" * 64
        work.record("escalation.changed_by_test", found)

    with pytest.raises(Conflict):
        make(house, request)


def test_two_who_make_a_link_at_once_make_one(house):
    request = house.approved()
    with house.as_(house.writer) as work:
        seen = link_mark_of(None)
        operations.make_link(work, house.mine(work, request), seen=seen)

    with house.as_(house.second) as work, pytest.raises(StalePage):
        operations.make_link(work, house.mine(work, request), seen=seen)


# The partner's end.


def test_link_and_code_open_one_request_and_every_view_is_in_the_history(house, partner_desk):
    request, link, code = linked(house)

    answer = enter(partner_desk, link, code)

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/requests/{request.ref}"
    page = partner_desk.get(answer.headers["Location"])
    assert "marker-happened" in page.text
    assert "Inbox" not in page.text
    partner_desk.get(answer.headers["Location"])
    assert actions_of(house, request).count("escalation.read") == 2
    with house.as_(house.writer) as work:
        [first, _second] = queries.packet_readings_of(work, house.mine(work, request))
    assert first.actor_id == f"link:{link_of(house, request).id}"


def test_a_forwarded_link_alone_shows_the_same_as_one_that_never_was(house, partner_desk):
    request, link, _code = linked(house)
    never = f"/link/{link_token(Secret.new())}"

    real, none = partner_desk.get(link), another_browser(partner_desk).get(never)

    def without_tokens(page, address):
        return re.sub(r'value="[^"]*"', "", page.text.replace(address, ""))

    assert without_tokens(real, link) == without_tokens(none, never)
    assert request.ref not in real.text
    assert house.partner.name not in real.text
    assert "escalation.read" not in actions_of(house, request)


def test_wrong_unknown_and_ended_look_the_same(house, partner_desk):
    request, link, code = linked(house)
    pages = [
        enter(partner_desk, link, ReturnCode.new()),
        enter(partner_desk, f"/link/{link_token(Secret.new())}", code),
        enter(partner_desk, "/link/nothing", code),
    ]
    with house.as_(house.writer) as work:
        operations.end_link(work, house.mine(work, request))
    pages.append(enter(partner_desk, link, code))

    shown = []
    for one in pages:
        page = partner_desk.get(one.headers["Location"]) if one.status_code == 303 else one
        assert page.status_code == 422
        shown.append(re.sub(r'(value|action)="[^"]*"|>[^<>]*</textarea>', "", page.text))
    assert len(set(shown)) == 1
    assert "escalation.read" not in actions_of(house, request)


def test_a_slip_is_said_and_does_not_count(house, partner_desk):
    request, link, code = linked(house)
    # One in sixteen passes the checksum by chance, and is a wrong code.
    slips = (
        " ".join((*code.words[:at], code.words[at + 1], code.words[at], *code.words[at + 2 :]))
        for at in range(11)
    )
    slip = next(one for one in slips if has_bad_checksum(one))

    page = enter(partner_desk, link, slip)

    assert "isn’t quite right" in page.text
    assert link_of(house, request).wrong_codes == 0


def test_with_too_many_wrong_codes_it_ends_and_our_side_hears_of_it(house, partner_desk, staff):
    request, link, code = linked(house)

    for _try in range(MOST_WRONG_CODES):
        enter(partner_desk, link, ReturnCode.new())

    ended = link_of(house, request)
    assert (ended.wrong_codes, ended.ended_because) == (MOST_WRONG_CODES, LinkEnd.WRONG_CODES)
    assert not opens(enter(partner_desk, link, code))
    assert actions_of(house, request)[-6:] == [
        *["escalation.link_code_refused"] * MOST_WRONG_CODES,
        "escalation.link_ended",
    ]
    run_due_jobs(house.context, "notices")
    with house.context.begin() as work:
        told = work.session.scalars(select(News).where(News.what == NewsKind.LINK_ENDED)).all()
    assert [one.person_id for one in told] == [house.writer.person.id]
    client = sign_in(staff, house.writer)
    assert "too many wrong codes" in client.get("/duty").text
    assert "too many wrong codes" in client.get(address(house, request)).text


def test_a_new_link_voids_the_one_before_with_its_code_and_its_visits(house, partner_desk):
    request, link, code = linked(house)
    enter(partner_desk, link, code)
    new_link, newer = renewed(house, request)

    assert new_link != link
    assert "marker" not in partner_desk.get(f"/requests/{request.ref}").text
    for old in ((link, code), (link, newer), (new_link, code)):
        assert not opens(enter(partner_desk, *old))
    assert opens(enter(partner_desk, new_link, newer))
    assert "marker-happened" in partner_desk.get(f"/requests/{request.ref}").text


@pytest.mark.parametrize("how", ["consent", "request", "closed", "ended", "expired", "in doubt"])
def test_what_is_over_opens_nothing_again_and_an_open_visit_ends_with_it(house, partner_desk, how):
    request, link, code = linked(house)
    enter(partner_desk, link, code)
    assert "marker-happened" in partner_desk.get(f"/requests/{request.ref}").text

    if how == "consent":
        house.withdraw_consent()
    elif how == "request":
        with house.as_(house.writer) as work:
            operations.withdraw_request(work, house.mine(work, request))
    elif how == "ended":
        with house.as_(house.writer) as work:
            operations.end_link(work, house.mine(work, request))
    else:
        with house.context.begin() as work:
            found = work.session.get(Escalation, request.id)
            if how == "closed":
                found.state = EscalationState.CLOSED
            elif how == "expired":
                work.session.get(PartnerLink, link_of_id(work, request)).expires_at = work.at
            else:
                found.partner.vetted_on = found.partner.vetted_by = None
            work.record("escalation.changed_by_test", found)

    page = partner_desk.get(f"/requests/{request.ref}", follow_redirects=True)
    assert "marker" not in page.text
    for post in ("acknowledgement", "question", "decision", "ticket"):
        answer = (
            partner_desk.post(
                f"/requests/{request.ref}/{post}", data={"csrf_token": token_in(page.text)}
            )
            if "csrf_token" in page.text
            else page
        )
        assert answer.status_code != 200 or "marker" not in answer.text
    assert house.now(request).state in (
        EscalationState.WITH_PARTNER,
        EscalationState.WITHDRAWN,
        EscalationState.CLOSED,
    )
    if how != "in doubt":
        assert not opens(enter(another_browser(partner_desk), link, code))


def link_of_id(work, request):
    return work.session.scalar(
        select(PartnerLink.id).where(PartnerLink.escalation_id == request.id)
    )


def test_the_visit_opens_no_other_request_no_inbox_and_no_file(house, partner_desk):
    _request, link, code = linked(house)
    other, other_link, other_code = linked(house, ask=Ask.LOCK)
    enter(partner_desk, link, code)

    assert partner_desk.get(f"/requests/{other.ref}").status_code == 404
    assert not opens(enter(another_browser(partner_desk), link, other_code))
    assert not opens(enter(another_browser(partner_desk), other_link, code))
    for closed in ("/inbox", "/requests.csv", "/requests.json", "/account", "/colleagues"):
        answer = partner_desk.get(closed)
        assert answer.status_code in (303, 404)
        assert "marker" not in answer.text


def test_a_visit_ends_after_half_an_hour_and_another_browser_has_none(house, partner_desk):
    request, link, code = linked(house)
    enter(partner_desk, link, code)
    cookie = partner_desk.get_cookie(partner_desk.application.config["DOOR_COOKIE_NAME"]).value

    with house.context.begin() as work:
        become(house.context, PARTNER)
        assert find_link_visit(work.session, cookie, work.at) is not None
        assert find_link_visit(work.session, "00" * 32, work.at) is None
        late = work.at + timedelta(minutes=31)
        assert find_link_visit(work.session, cookie, late) is None
        become(house.context, "helpdesk_app")
    assert "marker" not in another_browser(partner_desk).get(f"/requests/{request.ref}").text


def test_it_can_be_closed_in_the_browser(house, partner_desk):
    request, link, code = linked(house)
    enter(partner_desk, link, code)
    page = partner_desk.get(f"/requests/{request.ref}")

    answer = partner_desk.post("/link-visit/closing", data={"csrf_token": token_in(page.text)})

    assert answer.headers["Location"] == "/link-visit/closed"
    assert "marker" not in partner_desk.get(f"/requests/{request.ref}").text


def test_an_account_at_the_desk_never_sees_it(house):
    request, _link, _code = linked(house)
    with house.as_(house.theirs) as work, pytest.raises(NotFound):
        queries.visible_request_by_ref(work, request.ref)


# What the tables give up.


def test_nothing_that_the_partners_role_can_read_opens_it(house, partner_desk):
    request, link, code = linked(house)
    token = read_link_token(link.rpartition("/")[2])
    with house.context.begin() as work:
        become(house.context, PARTNER)
        try:
            for one in (PartnerLink, PartnerLinkVisit):
                with (
                    pytest.raises(ProgrammingError, match="permission denied"),
                    work.session.begin_nested(),
                ):
                    work.session.execute(select(one.id))
            asked = text("SELECT * FROM find_partner_link(:token, :at)")
            nothing = work.session.execute(asked, {"token": "x", "at": work.at}).all()
            sealed = work.session.get(Escalation, request.id).packet_for_partner
        finally:
            become(house.context, "helpdesk_app")
    assert nothing == []
    kept = link_of(house, request)
    # With the forwarded link, all keys of the house and all that is stored, the code is missing.
    inner = token.open(kept.unlocks, kept.envelope_place_of("unlocks"))
    for one in (token, *house.context.service.secrets.values()):
        with pytest.raises(CannotOpen):
            one.open(Envelope(inner), kept.envelope_place_of("unlocks"))
        with pytest.raises(CannotOpen):
            one.open(sealed, request.envelope_place_of("packet_for_partner"))
    own = open_with_both(
        kept.unlocks, link=token, code=code, place=kept.envelope_place_of("unlocks")
    )
    assert b"marker-happened" in own.open(sealed, request.envelope_place_of("packet_for_partner"))


def test_the_database_opens_no_visit_without_the_proof_of_the_code(house):
    _request, link, _code = linked(house)
    token = link_id_token(read_link_token(link.rpartition("/")[2]))
    with house.context.begin() as work:
        asked = text("SELECT open_link_visit(:token, 'guess', 'mine', 'x', now())")
        assert work.session.scalar(asked, {"token": token}) is False


QUESTION = """INSERT INTO exchanges (id, case_id, escalation_id, is_from_partner, at, by, body)
    VALUES ('new', :case, :request, true, now(), :by, 'sealed')"""
ENTRY = """INSERT INTO history (at, actor_id, action, subject_type, subject_id, case_id, details)
    VALUES (now(), :by, 'escalation.decided', 'escalations', :request, :case, '{}')"""


@pytest.mark.parametrize("statement", [QUESTION, ENTRY], ids=["a question", "an entry of history"])
def test_the_partners_role_writes_in_the_name_of_a_link_only_where_its_visit_is_open(
    house, partner_desk, statement
):
    request, link, code = linked(house)
    other, _link, _code = linked(house, ask=Ask.LOCK)
    enter(partner_desk, link, code)
    cookie = partner_desk.get_cookie(partner_desk.application.config["DOOR_COOKIE_NAME"]).value
    mine, theirs = (f"link:{link_of(house, one).id}" for one in (request, other))

    def write(work, about, by):
        values = {"case": about.case_id, "request": about.id, "by": by}
        with work.session.begin_nested():
            work.session.execute(text(statement), values)

    with house.context.begin() as work:
        become(house.context, PARTNER)
        try:
            with pytest.raises(ProgrammingError, match="row-level security"):
                write(work, request, mine)
            assert find_link_visit(work.session, cookie, work.at) is not None
            for about, by in ((other, theirs), (other, mine), (request, theirs)):
                with pytest.raises(ProgrammingError, match="row-level security"):
                    write(work, about, by)
            write(work, request, mine)
        finally:
            become(house.context, "helpdesk_app")


def test_a_link_is_sealed_again_when_the_key_to_addresses_changes(house):
    request, link, _code = linked(house)
    old = house.context.service.secrets[KeyFile.PARTNER_ADDRESSES]
    newer = {**KEY_FILES, KeyFile.PARTNER_ADDRESSES: (b"n" * 32,)}
    context = replace(house.context, service=ServiceKeys.of(newer))

    become(context, "helpdesk_owner")
    reseal_everything(context, old, operator_name="tests")
    become(context, "helpdesk_app")

    with context.begin() as work:
        token = token_of_live_link(work, work.session.get(Escalation, request.id))
    assert link.endswith(token)
    assert token


def test_a_key_that_was_slipped_in_gets_none_of_our_answers(house, partner_desk):
    request, link, code = linked(house)
    ask(house, partner_desk, request, link, code)
    with house.context.begin() as work:
        found = work.session.get(Escalation, request.id)
        planted, _secret = new_key(work.session, KeyKind.LINK, link_of_id(work, request), epoch=2)
        work.session.flush()
        found.partner_key_id = planted.id
        work.record("escalation.changed_by_test", found)

    with pytest.raises(Conflict, match="our signature"):
        house.answer(request)


# A whole life of one.


def ask(house, client, request, link, code):
    enter(client, link, code)
    page = client.get(f"/requests/{request.ref}")
    return client.post(
        f"/requests/{request.ref}/question",
        data={"csrf_token": token_in(page.text), "question": "Since when? marker-question"},
    )


def address(house, request):
    return f"/cases/{house.case.ref}/requests/{request.ref}"


def press(client, page_address, to, **typed):
    page = client.get(page_address)
    return client.post(to, data={"csrf_token": token_in(page.text), **mark_in(page, to), **typed})


def test_from_the_case_page_to_the_partners_answer_and_back_to_the_mailbox(
    house, staff, partner_desk, public
):
    request = house.ask()
    preview = at_mailbox(house, public).get(f"/mailbox/case/requests/{request.ref}").text
    assert "a link by email, and give them a code another way" in preview
    client, here = sign_in(staff, house.second), address(house, request)
    approval = press(client, here, f"{here}/approval", seen_hash=house.now(request).packet_hash)
    assert approval.status_code == 303
    page = client.get(here)
    assert "One of us has to make the link" in page.text

    made = press(client, here, f"{here}/link")
    page = client.get(made.headers["Location"]) if made.location else made
    assert made.status_code in (201, 303), made.text
    listed = re.search(r'class="code-words".*?>(.*?)</ol>', page.text, re.DOTALL)[1]
    code = next(ReturnCode.find_all(re.sub("<[^>]+>", " ", listed)))
    assert "We only show it once" in page.text
    given = client.post(
        f"{here}/link/code",
        data={
            "csrf_token": token_in(page.text),
            **mark_in(page, f"{here}/link/code"),
            "way": "phone",
        },
    )
    assert given.status_code == 303
    assert "gave them the code" in client.get(here).text
    house.carry(request)
    link = emailed_link(house)

    enter(partner_desk, link, code)
    there = f"/requests/{request.ref}"
    assert press(partner_desk, there, f"{there}/acknowledgement").status_code == 303
    assert house.now(request).state is EscalationState.ACKNOWLEDGED
    assert (
        press(partner_desk, there, f"{there}/question", question="Since when?").status_code == 303
    )
    house.answer(request, words="Since Monday. marker-answer")
    run_due_jobs(house.context, "deliveries")
    assert emailed_link(house) == link
    page = partner_desk.get(there).text
    assert "marker-answer" in page
    assert "Since when?" in page
    decided = press(
        partner_desk,
        there,
        f"{there}/decision",
        action="access_restored",
        reason="policy_breach",
        note="Done. marker-note",
    )
    assert decided.status_code == 303, decided.text

    assert house.now(request).state is EscalationState.DECIDED
    page = client.get(here).text
    assert "marker-note" in page
    assert "someone with the link and the code" in page
    assert "link" in client.get(f"/cases/{house.case.ref}/history").text
    mailbox = public.get(f"/mailbox/case/requests/{request.ref}").text
    assert f"/requests/{request.ref}/verification" in mailbox


def test_what_was_said_is_there_behind_a_new_link_too(house, partner_desk):
    request, link, code = linked(house)
    ask(house, partner_desk, request, link, code)
    new_link, newer = renewed(house, request)
    house.answer(request, words="Since Monday. marker-answer")

    enter(partner_desk, new_link, newer)

    page = partner_desk.get(f"/requests/{request.ref}").text
    assert "marker-question" in page
    assert "marker-answer" in page
    assert "marker-happened" in page


def test_once_withdrawn_the_email_has_no_link(house):
    request, _link, _code = linked(house)
    with house.as_(house.writer) as work:
        operations.withdraw_request(work, house.mine(work, request))

    run_due_jobs(house.context, "deliveries")

    body = house.context.mailer.sent[-1].body
    assert "is withdrawn" in body
    assert "/link/" not in body


def test_a_link_that_ends_before_it_is_sent_waits_for_one_of_us(house):
    request = house.approved()
    make(house, request)
    give(house, request)
    with house.as_(house.writer) as work:
        operations.end_link(work, house.mine(work, request))

    house.carry(request)

    assert house.context.mailer.sent == []
    assert house.now(request).needs_link
    renewed(house, request)
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_what_could_not_be_sent_is_sent_again_with_the_same_link(house):
    request = house.approved()
    make(house, request)
    give(house, request)
    house.context.mailer.trouble = [PermanentMailError("no")]
    house.carry(request)
    assert house.delivery(request).state is DeliveryState.DEAD_LETTER
    with pytest.raises(Conflict, match="Send it again"):
        make(house, request)

    with house.as_(house.second) as work:
        operations.resend_request(work, house.mine(work, request))
    run_due_jobs(house.context, "deliveries")

    assert emailed_link(house)
    assert house.now(request).state is EscalationState.WITH_PARTNER


def test_a_new_link_while_the_old_one_is_put_off_waits_for_its_code(house):
    request = house.approved()
    make(house, request)
    give(house, request)
    house.context.mailer.trouble = [TemporaryMailError("later")]
    house.carry(request)
    make(house, request)

    house.carry(request, later=timedelta(hours=1))

    assert house.context.mailer.sent == []
    assert house.now(request).needs_link
    give(house, request)
    house.carry(request)
    assert emailed_link(house)


def test_who_gives_the_code_says_how_and_the_link_is_the_one_on_the_page(house):
    request = house.approved()
    make(house, request)
    with house.as_(house.writer) as work:
        mark = link_mark_of(last_link_of(work, house.mine(work, request)))
        operations.record_code_given(work, house.mine(work, request), way=GivenWay.PHONE, seen=mark)
    assert link_of(house, request).given_by == house.writer.actor.id
    make(house, request)

    with house.as_(house.second) as work, pytest.raises(StalePage):
        operations.record_code_given(work, house.mine(work, request), way=GivenWay.PHONE, seen=mark)


def test_reminders_have_the_link_while_it_works(house):
    request, link, _code = linked(house)
    due = due_time_as_job_argument(request.answer_due_at)
    late = at(house.context, request.answer_due_at + timedelta(hours=1))

    jobs.follow_up_on_silence(late, escalation_id=request.id, due=due, step=FollowUp.NUDGE)

    assert house.context.mailer.sent[-1].body.count(link) == 1
    assert "is still waiting" in house.context.mailer.sent[-1].subject


def test_a_partner_of_that_kind_is_registered_and_its_people_need_no_account(house, staff):
    client = sign_in(staff, house.lead)
    page = client.get("/partners/by-link/channels/new").text

    assert "A link by email and a code that one of us gives them" in page
    with house.as_(house.lead) as work:
        partner = work.session.get(Partner, house.partner.id)
        assert partner.is_vetted
        assert partners.obstacles_to_sending(work, partner) == []


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_only_the_newest_link_opens_with_its_own_code(house, partner_desk, seed):
    """Links are made, ended, tried with other codes and withdrawn, in any order."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    request, link, code = linked(house)
    pairs, wrong, is_live = [(link, code)], 0, True

    for _act in range(10):
        act = chance.choice(["make", "end", "wrong", "wrong", "read"])
        if act == "make":
            pairs.append(renewed(house, request))
            wrong, is_live = 0, True
        elif act == "end" and is_live:
            with house.as_(house.writer) as work:
                operations.end_link(work, house.mine(work, request))
            is_live = False
        elif act == "wrong":
            others = [one for _link, one in pairs[:-1]] or [ReturnCode.new()]
            assert not opens(enter(partner_desk, pairs[-1][0], chance.choice(others)))
            wrong += is_live
            is_live = is_live and wrong < MOST_WRONG_CODES

        for old in pairs[:-1]:
            assert not opens(enter(another_browser(partner_desk), *old))
        browser = another_browser(partner_desk)
        assert opens(enter(browser, *pairs[-1])) is is_live
        assert ("marker-happened" in browser.get(f"/requests/{request.ref}").text) is is_live

    house.withdraw_consent()
    for pair in pairs:
        assert not opens(enter(another_browser(partner_desk), *pair))


def test_without_a_link_that_works_nothing_is_sent_and_our_side_is_told(house, staff):
    request, _link, _code = linked(house)
    with house.as_(house.writer) as work:
        operations.end_link(work, house.mine(work, request))
    before = len(house.context.mailer.sent)
    due = due_time_as_job_argument(request.answer_due_at)
    late = at(house.context, request.answer_due_at + timedelta(hours=1))

    jobs.follow_up_on_silence(late, escalation_id=request.id, due=due, step=FollowUp.NUDGE)

    assert len(house.context.mailer.sent) == before
    page = sign_in(staff, house.writer).get(address(house, request)).text
    assert "an update we haven’t told them about" in page
    assert "Their link has ended" in page
    renewed(house, request)
    assert house.now(request).untold_since is None
