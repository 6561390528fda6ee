"""Mail goes to a partner's address once the code of its test letter was typed, here or there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.core.actors import Role
from helpdesk.core.address_emails import EMAILS_A_DAY
from helpdesk.core.database_clock import DatabaseClock
from helpdesk.core.emails import TemporaryMailError
from helpdesk.core.errors import Conflict, NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.job_runner import run_due_jobs
from helpdesk.core.unconfirmed_addresses import CODE_HOLDS, CODE_TRIES
from helpdesk.partners import operations, queries
from helpdesk.partners.models import Partner
from tests.factories import a_person, a_team, sign_in, work_as
from tests.intake.browser import token_in

NEW, OLD = "new@platform.test", "old@platform.test"


@pytest.fixture
def lead(context, now):
    with context.begin(at=now) as work:
        return a_person(work, Role.COORDINATOR, [a_team(work)])


@pytest.fixture
def partner(context, lead, now):
    """Its test letter has not left yet."""
    with work_as(context, lead, now) as work:
        return operations.register_partner(
            work,
            slug="northern",
            name="Northern Social",
            platform="northern",
            mailbox=OLD,
            is_new_platform=True,
        )


@pytest.fixture
def theirs(context, partner, now):
    with context.begin(at=now) as work:
        return a_person(work, Role.PARTNER, [work.session.get(Partner, partner.id).team])


def mailbox(context, partner, at):
    with context.begin(at=at) as work:
        return queries.email_address_of(work, work.session.get(Partner, partner.id))


def codes_sent(context, at, to=OLD):
    run_due_jobs(context, "deliveries", at=at)
    letters = [one for one in context.mailer.sent if one.to == to and "Your code" in one.subject]
    return [re.search(r"\d{6}", one.body)[0] for one in letters]


def confirms(context, somebody, partner, code, at):
    with work_as(context, somebody, at) as work:
        found = work.session.get(Partner, partner.id)
        return operations.confirm_email_address(work, found, code)


def gives(context, lead, partner, address, at):
    with work_as(context, lead, at) as work:
        operations.set_partner_email_address(work, work.session.get(Partner, partner.id), address)


def asks_again(context, lead, partner, at):
    with work_as(context, lead, at) as work:
        operations.resend_email_address_code(work, work.session.get(Partner, partner.id))


def token_of(client, page):
    return token_in(client.get(page).text)


def send(client, page, to, **fields):
    return client.post(to, data={"csrf_token": token_of(client, page), **fields})


@pytest.mark.parametrize("typed", ["{0}", " {1} {2}", "\u202a{0}\u202c", "code: {0}"])
def test_nothing_goes_to_an_address_before_the_code_of_its_letter_was_typed(
    context, lead, partner, now, typed
):
    assert mailbox(context, partner, now) == ""
    [code] = codes_sent(context, now)
    assert mailbox(context, partner, now) == ""

    assert confirms(context, lead, partner, typed.format(code, code[:3], code[3:]), now)

    assert mailbox(context, partner, now) == OLD


def test_the_letter_says_nothing_of_a_case_and_works_without_an_account(context, partner, now):
    codes_sent(context, now)

    [letter] = context.mailer.sent
    assert "/mail/northern" in letter.body
    assert "read it out" in letter.body
    assert not re.search(r"\b(case|request|reporter)s?\b", letter.body)


def test_one_of_theirs_types_the_code_at_their_desk(context, lead, partner, theirs, now):
    [code] = codes_sent(context, now)

    assert confirms(context, theirs, partner, code, now)

    assert mailbox(context, partner, now) == OLD
    with pytest.raises(Conflict, match="already be confirmed"):
        confirms(context, lead, partner, code, now)


def test_who_was_not_let_in_and_who_is_of_another_partner_confirm_nothing(
    context, lead, partner, theirs, now
):
    [code] = codes_sent(context, now)
    with work_as(context, lead, now) as work:
        other = operations.register_partner(
            work, slug="o", name="O", platform="o", mailbox=NEW, is_new_platform=True
        )
    with context.begin(at=now) as work:
        team = work.session.get(Partner, partner.id).team
        newcomer = a_person(work, Role.PARTNER, [team], let_in=False)
        stranger = a_person(work, Role.PARTNER, [work.session.get(Partner, other.id).team])
        responder = a_person(work, Role.RESPONDER, [a_team(work)])

    for somebody in (newcomer, stranger, responder):
        with pytest.raises(NotAllowed):
            confirms(context, somebody, partner, code, now)
    for somebody in (theirs, responder):
        with pytest.raises(NotAllowed):
            asks_again(context, somebody, partner, now)
    assert mailbox(context, partner, now) == ""


def test_the_old_address_is_told_and_stays_in_use_until_the_new_one_is_confirmed(
    context, lead, partner, now
):
    confirms(context, lead, partner, codes_sent(context, now)[0], now)
    gives(context, lead, partner, NEW, now)
    [code] = codes_sent(context, now, to=NEW)

    told = [one for one in context.mailer.sent if one.to == OLD][-1]
    assert "another address" in told.body
    assert NEW not in told.body
    assert mailbox(context, partner, now) == OLD
    assert confirms(context, lead, partner, code, now)
    assert mailbox(context, partner, now) == NEW


def test_an_address_that_was_changed_meanwhile_gets_no_letter_and_its_code_is_none(
    context, lead, partner, now
):
    context.mailer.trouble.append(TemporaryMailError())
    assert codes_sent(context, now) == []
    gives(context, lead, partner, NEW, now + timedelta(minutes=1))
    later = now + timedelta(hours=1)

    [code] = codes_sent(context, later, to=NEW)

    assert codes_sent(context, later) == []
    assert confirms(context, lead, partner, code, later)
    assert mailbox(context, partner, later) == NEW


def test_a_code_that_left_before_the_address_was_changed_is_none(context, lead, partner, now):
    [first] = codes_sent(context, now)
    gives(context, lead, partner, NEW, now + timedelta(minutes=1))
    [second] = codes_sent(context, now + timedelta(minutes=1), to=NEW)

    right = first == second
    assert confirms(context, lead, partner, first, now + timedelta(minutes=1)) is right


def test_after_some_wrong_codes_the_right_one_is_none(context, lead, partner, theirs, now):
    [code] = codes_sent(context, now)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    assert not any(confirms(context, lead, partner, wrong, now) for _ in range(CODE_TRIES - 1))
    assert not confirms(context, theirs, partner, wrong, now)

    assert not confirms(context, theirs, partner, code, now)
    asks_again(context, lead, partner, now)
    assert confirms(context, theirs, partner, codes_sent(context, now)[-1], now)


def test_a_code_ends_a_day_after_its_letter(context, lead, partner, now):
    [code] = codes_sent(context, now)
    with context.begin() as work:
        left = queries.unconfirmed_email_address(
            work, work.session.get(Partner, partner.id)
        ).sent_at

    assert not confirms(context, lead, partner, code, left + CODE_HOLDS)
    assert confirms(context, lead, partner, code, left + CODE_HOLDS - timedelta(seconds=1))


def test_an_address_from_before_is_used_until_its_day(context, lead, partner, now):
    day = now + timedelta(days=30)
    confirms(context, lead, partner, codes_sent(context, now)[0], now)
    with context.sessions.begin() as session:
        as_before = "UPDATE partners SET mailbox_confirmed_at = NULL, mailbox_used_until = :day"
        session.execute(text(as_before), {"day": day})

    assert mailbox(context, partner, day - timedelta(seconds=1)) == OLD
    assert mailbox(context, partner, day) == ""

    asks_again(context, lead, partner, now + timedelta(minutes=1))
    code = codes_sent(context, now + timedelta(minutes=1))[-1]
    assert confirms(context, lead, partner, code, now + timedelta(minutes=1))
    assert mailbox(context, partner, day) == OLD
    with pytest.raises(Conflict, match="There is no address to confirm"):
        asks_again(context, lead, partner, day)


def test_history_holds_no_code_and_no_address(context, lead, partner, now):
    [code] = codes_sent(context, now)
    confirms(context, lead, partner, code, now)

    with context.begin() as work:
        entries = work.session.scalars(select(HistoryEntry)).all()
        new = queries.unconfirmed_email_address(work, work.session.get(Partner, partner.id))
    assert not [one for one in entries if code in str(one.details) or "@" in str(one.details)]
    assert "partner.mailbox_confirmed" in [one.action for one in entries]
    assert (new.address, new.code, new.code_tag) == (None, None, None)


def test_the_partners_page_says_what_is_not_confirmed_and_takes_the_code(
    context, staff, lead, partner
):
    page, box = f"/partners/{partner.slug}", f"/partners/{partner.slug}/mailbox"
    sign_in(staff, lead)
    assert "Not confirmed" in staff.get(page).text
    assert "Email address not confirmed" in staff.get("/partners").text
    assert "t sent the email with the code yet" in staff.get(box).text
    [code] = codes_sent(context, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    short = send(staff, box, f"{box}/confirmation", code="12")
    assert short.status_code == 422
    assert "Type the six digits in the email." in short.text
    said = send(staff, box, f"{box}/confirmation", code=wrong)
    assert said.location == box
    assert "isn’t the code" in staff.get(box).text
    assert send(staff, box, f"{box}/confirmation", code=code).location == page

    shown = staff.get(page).text
    assert "Confirmed" in shown
    assert "Not confirmed" not in shown
    assert OLD not in shown
    again = send(staff, box, f"{box}/confirmation", code=code)
    assert again.status_code == 409
    assert "already be confirmed" in again.text


def test_wrong_codes_are_counted_though_the_page_says_no(context, staff, lead, partner):
    box = f"/partners/{partner.slug}/mailbox"
    sign_in(staff, lead)
    [code] = codes_sent(context, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(CODE_TRIES):
        send(staff, box, f"{box}/confirmation", code=wrong)

    ended = staff.get(box).text
    assert "The code no longer works" in ended
    assert "Confirm this address" not in ended
    assert send(staff, box, f"{box}/code").location == box
    assert "Confirm this address" in staff.get(box).text


def test_a_responder_sees_the_state_and_changes_nothing(context, staff, partner):
    with context.begin() as work:
        responder = a_person(work, Role.RESPONDER, [a_team(work)])
    sign_in(staff, responder)
    page = f"/partners/{partner.slug}"

    assert "Not confirmed" in staff.get(page).text
    assert staff.get(f"{page}/mailbox").status_code == 403
    for act in ("confirmation", "code"):
        done = send(staff, "/partners", f"{page}/mailbox/{act}", code="123456")
        assert done.status_code == 403


def test_their_desk_takes_the_code_once(context, partner_desk, partner, theirs):
    sign_in(partner_desk, theirs)
    assert "isn’t confirmed yet" in partner_desk.get("/inbox").text
    assert "t sent the email with the code yet" in partner_desk.get("/mail/northern").text
    [code] = codes_sent(context, None)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    to = "/mail/northern/confirmation"

    assert send(partner_desk, "/mail/northern", to, code="x").status_code == 422
    assert send(partner_desk, "/mail/northern", to, code=wrong).location == "/mail/northern"
    pressed, old_tab = (
        {"csrf_token": token_of(partner_desk, "/mail/northern"), "code": code} for _ in range(2)
    )
    assert partner_desk.post(to, data=pressed).location == "/inbox"

    assert "isn’t confirmed yet" not in partner_desk.get("/inbox").text
    assert "was confirmed on" in partner_desk.get("/mail/northern").text
    assert partner_desk.post(to, data=pressed).location == "/inbox"
    late = partner_desk.post(to, data=old_tab)
    assert late.status_code == 409
    assert "already be confirmed" in late.text
    assert partner_desk.get("/mail/elsewhere").status_code == 404


def test_the_board_reminds_of_partners_that_are_asked_and_not_of_retired_ones(
    context, staff, lead, partner
):
    sign_in(staff, lead)
    assert "Northern Social" in staff.get("/duty").text

    with work_as(context, lead) as work:
        operations.retire_partner(work, work.session.get(Partner, partner.id))
    assert "Northern Social" not in staff.get("/duty").text


def test_a_retired_partner_can_still_confirm(context, lead, partner, now):
    with work_as(context, lead, now) as work:
        operations.retire_partner(work, work.session.get(Partner, partner.id))
    [code] = codes_sent(context, now)

    assert confirms(context, lead, partner, code, now)
    assert mailbox(context, partner, now) == OLD


def asks_often(context, lead, partner, at):
    """As often as emails leave in a day, and once more."""
    for number in range(EMAILS_A_DAY + 1):
        asks_again(context, lead, partner, at + timedelta(minutes=number))
        run_due_jobs(context, "deliveries", at=at + timedelta(minutes=number))


def test_emails_with_a_code_that_a_mail_server_refused_leave_later(context, lead, partner, now):
    # As often as it is asked, and once more for each try again.
    context.mailer.trouble += [TemporaryMailError() for _ in range(4 * EMAILS_A_DAY)]
    asks_often(context, lead, partner, now)
    assert context.mailer.sent == []
    context.mailer.trouble.clear()

    later = now + timedelta(hours=2)
    asks_again(context, lead, partner, later)
    [code] = codes_sent(context, later)

    assert confirms(context, lead, partner, code, later)


def test_past_the_bound_both_pages_say_when_the_code_leaves(
    context, staff, partner_desk, lead, partner, theirs, monkeypatch, now
):
    monkeypatch.setattr(DatabaseClock, "now", lambda _clock: now)
    asks_often(context, lead, partner, now)
    assert len(context.mailer.sent) == EMAILS_A_DAY

    ours = sign_in(staff, lead).get(f"/partners/{partner.slug}/mailbox").text
    at_their_desk = sign_in(partner_desk, theirs).get(f"/mail/{partner.slug}").text

    for page in (ours, at_their_desk):
        assert re.search(r"the next one has to wait.*on .*3 Nov 2026, 09:30 UTC", page)
    tomorrow = now + timedelta(days=1)
    monkeypatch.setattr(DatabaseClock, "now", lambda _clock: tomorrow)
    assert len(codes_sent(context, tomorrow)) == EMAILS_A_DAY + 1
