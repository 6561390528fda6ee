"""Mail goes to a partner's address once the code of its test letter was typed, here or there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.core.actors import Role
from helpdesk.core.emails import TemporaryMailError
from helpdesk.core.errors import NotAllowed, NotNow
from helpdesk.core.history import HistoryEntry
from helpdesk.core.performing import drain
from helpdesk.core.unconfirmed import CODE_HOLDS, CODE_TRIES
from helpdesk.partners import operations, queries
from helpdesk.partners.models import Partner
from tests.factories import a_person, a_team, sign_in, work_as

NEW, OLD = "new@platform.test", "old@platform.test"


@pytest.fixture
def lead(desk, now):
    with desk.begin(at=now) as work:
        return a_person(work, Role.COORDINATOR, [a_team(work)])


@pytest.fixture
def partner(desk, lead, now):
    """Its test letter has not left yet."""
    with work_as(desk, lead, now) as work:
        return operations.register(
            work,
            slug="northern",
            name="Northern Social",
            platform="northern",
            mailbox=OLD,
            is_new_platform=True,
        )


@pytest.fixture
def theirs(desk, partner, now):
    with desk.begin(at=now) as work:
        return a_person(work, Role.PARTNER, [work.session.get(Partner, partner.id).team])


def mailbox(desk, partner, at):
    with desk.begin(at=at) as work:
        return queries.mailbox_of(work, work.session.get(Partner, partner.id))


def codes_sent(desk, at, to=OLD):
    drain(desk, "deliveries", at=at)
    letters = [one for one in desk.mailer.sent if one.to == to and "Your code" in one.subject]
    return [re.search(r"\d{6}", one.body)[0] for one in letters]


def confirms(desk, somebody, partner, code, at):
    with work_as(desk, somebody, at) as work:
        found = work.session.get(Partner, partner.id)
        return operations.confirm_mailbox(work, found, code)


def gives(desk, lead, partner, address, at):
    with work_as(desk, lead, at) as work:
        operations.give_mailbox(work, work.session.get(Partner, partner.id), address)


def asks_again(desk, lead, partner, at):
    with work_as(desk, lead, at) as work:
        operations.send_code_again(work, work.session.get(Partner, partner.id))


def token_of(client, page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).text)[1]


def send(client, page, to, **fields):
    return client.post(to, data={"csrf_token": token_of(client, page), **fields})


@pytest.mark.parametrize("typed", ["{0}", " {1} {2}", "\u202a{0}\u202c", "code: {0}"])
def test_nothing_goes_to_an_address_before_the_code_of_its_letter_was_typed(
    desk, lead, partner, now, typed
):
    assert mailbox(desk, partner, now) == ""
    [code] = codes_sent(desk, now)
    assert mailbox(desk, partner, now) == ""

    assert confirms(desk, lead, partner, typed.format(code, code[:3], code[3:]), now)

    assert mailbox(desk, partner, now) == OLD


def test_the_letter_says_nothing_of_a_case_and_works_without_an_account(desk, partner, now):
    codes_sent(desk, now)

    [letter] = desk.mailer.sent
    assert "/mail/northern" in letter.body
    assert "read it out" in letter.body
    assert not re.search(r"\b(case|request|reporter)s?\b", letter.body)


def test_one_of_theirs_types_the_code_at_their_desk(desk, lead, partner, theirs, now):
    [code] = codes_sent(desk, now)

    assert confirms(desk, theirs, partner, code, now)

    assert mailbox(desk, partner, now) == OLD
    with pytest.raises(NotNow, match="confirmed already"):
        confirms(desk, lead, partner, code, now)


def test_who_was_not_let_in_and_who_is_of_another_partner_confirm_nothing(
    desk, lead, partner, theirs, now
):
    [code] = codes_sent(desk, now)
    with work_as(desk, lead, now) as work:
        other = operations.register(
            work, slug="o", name="O", platform="o", mailbox=NEW, is_new_platform=True
        )
    with desk.begin(at=now) as work:
        team = work.session.get(Partner, partner.id).team
        newcomer = a_person(work, Role.PARTNER, [team], let_in=False)
        stranger = a_person(work, Role.PARTNER, [work.session.get(Partner, other.id).team])
        responder = a_person(work, Role.RESPONDER, [a_team(work)])

    for somebody in (newcomer, stranger, responder):
        with pytest.raises(NotAllowed):
            confirms(desk, somebody, partner, code, now)
    for somebody in (theirs, responder):
        with pytest.raises(NotAllowed):
            asks_again(desk, somebody, partner, now)
    assert mailbox(desk, partner, now) == ""


def test_the_old_address_is_told_and_stays_in_use_until_the_new_one_is_confirmed(
    desk, lead, partner, now
):
    confirms(desk, lead, partner, codes_sent(desk, now)[0], now)
    gives(desk, lead, partner, NEW, now)
    [code] = codes_sent(desk, now, to=NEW)

    told = [one for one in desk.mailer.sent if one.to == OLD][-1]
    assert "another address" in told.body
    assert NEW not in told.body
    assert mailbox(desk, partner, now) == OLD
    assert confirms(desk, lead, partner, code, now)
    assert mailbox(desk, partner, now) == NEW


def test_an_address_that_was_changed_meanwhile_gets_no_letter_and_its_code_is_none(
    desk, lead, partner, now
):
    desk.mailer.trouble.append(TemporaryMailError())
    assert codes_sent(desk, now) == []
    gives(desk, lead, partner, NEW, now + timedelta(minutes=1))
    later = now + timedelta(hours=1)

    [code] = codes_sent(desk, later, to=NEW)

    assert codes_sent(desk, later) == []
    assert confirms(desk, lead, partner, code, later)
    assert mailbox(desk, partner, later) == NEW


def test_a_code_that_left_before_the_address_was_changed_is_none(desk, lead, partner, now):
    [first] = codes_sent(desk, now)
    gives(desk, lead, partner, NEW, now + timedelta(minutes=1))
    [second] = codes_sent(desk, now + timedelta(minutes=1), to=NEW)

    right = first == second
    assert confirms(desk, lead, partner, first, now + timedelta(minutes=1)) is right


def test_after_some_wrong_codes_the_right_one_is_none(desk, lead, partner, theirs, now):
    [code] = codes_sent(desk, now)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert not any(confirms(desk, lead, partner, wrong, now) for _ in range(CODE_TRIES - 1))
    assert not confirms(desk, theirs, partner, wrong, now)

    assert not confirms(desk, theirs, partner, code, now)
    asks_again(desk, lead, partner, now)
    assert confirms(desk, theirs, partner, codes_sent(desk, now)[-1], now)


def test_a_code_ends_a_day_after_its_letter(desk, lead, partner, now):
    [code] = codes_sent(desk, now)
    with desk.begin() as work:
        left = queries.new_mailbox(work, work.session.get(Partner, partner.id)).sent_at

    assert not confirms(desk, lead, partner, code, left + CODE_HOLDS)
    assert confirms(desk, lead, partner, code, left + CODE_HOLDS - timedelta(seconds=1))


def test_an_address_from_before_is_used_until_its_day(desk, lead, partner, now):
    day = now + timedelta(days=30)
    confirms(desk, lead, partner, codes_sent(desk, now)[0], now)
    with desk.sessions.begin() as session:
        as_before = "UPDATE partners SET mailbox_confirmed_at = NULL, mailbox_used_until = :day"
        session.execute(text(as_before), {"day": day})

    assert mailbox(desk, partner, day - timedelta(seconds=1)) == OLD
    assert mailbox(desk, partner, day) == ""

    asks_again(desk, lead, partner, now + timedelta(minutes=1))
    code = codes_sent(desk, now + timedelta(minutes=1))[-1]
    assert confirms(desk, lead, partner, code, now + timedelta(minutes=1))
    assert mailbox(desk, partner, day) == OLD
    with pytest.raises(NotNow, match="No address waits"):
        asks_again(desk, lead, partner, day)


def test_history_holds_no_code_and_no_address(desk, lead, partner, now):
    [code] = codes_sent(desk, now)
    confirms(desk, lead, partner, code, now)

    with desk.begin() as work:
        entries = work.session.scalars(select(HistoryEntry)).all()
        new = queries.new_mailbox(work, work.session.get(Partner, partner.id))
    assert not [one for one in entries if code in str(one.details) or "@" in str(one.details)]
    assert "partner.mailbox_confirmed" in [one.action for one in entries]
    assert (new.address, new.code, new.code_tag) == (None, None, None)


def test_the_partners_page_says_what_is_not_confirmed_and_takes_the_code(
    desk, staff, lead, partner
):
    page, box = f"/partners/{partner.slug}", f"/partners/{partner.slug}/mailbox"
    sign_in(staff, lead)
    assert "Not confirmed" in staff.get(page).text
    assert "Not confirmed" in staff.get("/partners").text
    assert "left yet" in staff.get(box).text
    [code] = codes_sent(desk, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    short = send(staff, box, f"{box}/confirmation", code="12")
    assert short.status_code == 422
    assert "Type the six digits in the letter." in short.text
    said = send(staff, box, f"{box}/confirmation", code=wrong)
    assert said.location == box
    assert "isn&#39;t the code" in staff.get(box).text
    assert send(staff, box, f"{box}/confirmation", code=code).location == page

    shown = staff.get(page).text
    assert "Confirmed" in shown
    assert "Not confirmed" not in shown
    assert OLD not in shown
    again = send(staff, box, f"{box}/confirmation", code=code)
    assert again.status_code == 409
    assert "confirmed already" in again.text


def test_wrong_codes_are_counted_though_the_page_says_no(desk, staff, lead, partner):
    box = f"/partners/{partner.slug}/mailbox"
    sign_in(staff, lead)
    [code] = codes_sent(desk, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(CODE_TRIES):
        send(staff, box, f"{box}/confirmation", code=wrong)

    ended = staff.get(box).text
    assert "The code has ended" in ended
    assert "Confirm this address" not in ended
    assert send(staff, box, f"{box}/code").location == box
    assert "Confirm this address" in staff.get(box).text


def test_a_responder_sees_the_state_and_changes_nothing(desk, staff, partner):
    with desk.begin() as work:
        responder = a_person(work, Role.RESPONDER, [a_team(work)])
    sign_in(staff, responder)
    page = f"/partners/{partner.slug}"

    assert "Not confirmed" in staff.get(page).text
    assert staff.get(f"{page}/mailbox").status_code == 403
    for act in ("confirmation", "code"):
        done = send(staff, "/partners", f"{page}/mailbox/{act}", code="123456")
        assert done.status_code == 403


def test_their_desk_takes_the_code_once(desk, partner_desk, partner, theirs):
    sign_in(partner_desk, theirs)
    assert "isn't confirmed yet" in partner_desk.get("/inbox").text
    assert "left yet" in partner_desk.get("/mail/northern").text
    [code] = codes_sent(desk, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    to = "/mail/northern/confirmation"

    assert send(partner_desk, "/mail/northern", to, code="x").status_code == 422
    assert send(partner_desk, "/mail/northern", to, code=wrong).location == "/mail/northern"
    pressed, old_tab = (
        {"csrf_token": token_of(partner_desk, "/mail/northern"), "code": code} for _ in range(2)
    )
    assert partner_desk.post(to, data=pressed).location == "/inbox"

    assert "isn't confirmed yet" not in partner_desk.get("/inbox").text
    assert "was confirmed on" in partner_desk.get("/mail/northern").text
    assert partner_desk.post(to, data=pressed).location == "/inbox"
    late = partner_desk.post(to, data=old_tab)
    assert late.status_code == 409
    assert "confirmed already" in late.text
    assert partner_desk.get("/mail/elsewhere").status_code == 404


def test_the_board_reminds_of_partners_that_are_asked_and_not_of_retired_ones(
    desk, staff, lead, partner
):
    sign_in(staff, lead)
    assert "Northern Social" in staff.get("/duty").text

    with work_as(desk, lead) as work:
        operations.retire(work, work.session.get(Partner, partner.id))
    assert "Northern Social" not in staff.get("/duty").text


def test_a_retired_partner_can_still_confirm(desk, lead, partner, now):
    with work_as(desk, lead, now) as work:
        operations.retire(work, work.session.get(Partner, partner.id))
    [code] = codes_sent(desk, now)

    assert confirms(desk, lead, partner, code, now)
    assert mailbox(desk, partner, now) == OLD
