"""Every gate says what is missing and how to get it, and all of them speak at once."""

from dataclasses import replace

import pytest

from helpdesk.escalations.contributors import RequestContribution
from helpdesk.escalations.gates import (
    CANNOT_BE_CHECKED,
    GateInputs,
    ReporterContacts,
    check_gates,
    closed_gates,
    reveals_contact,
    reveals_contact_except_account,
    would_leave_without_second_reader,
)
from helpdesk.escalations.packets import PacketHeader, build_packet
from helpdesk.escalations.priorities import ABOUT_ACCESS
from helpdesk.escalations.staff_and_partner_labels import IN_ORDER
from helpdesk.escalations.states import Ask, Priority
from helpdesk.partners.packet_fields import BY_NAME

WRITER, OTHER = "person:writer", "person:other"
FIELDS = {
    "target_url": "https://platform.test/them",
    "happened": "The password was changed.",
    "ownership": "Confirmed by a colleague.",
    "harm": "Sources.",
    "rule": "Your rule on taken accounts.",
    "restore_address": "fresh@mailbox.test",
}


def a_packet(ask=Ask.RESTORE, priority=Priority.P2, **fields):
    return build_packet(
        PacketHeader("R-1", "example", ask, priority, "5a17"), FIELDS | fields, BY_NAME
    )


def all_is_well(**different):
    seen = GateInputs(
        packet=a_packet(),
        priority=Priority.P2,
        partner="Example",
        allowed=frozenset(BY_NAME),
        partner_is_vetted=True,
        partner_can_open=True,
        partner_has_mailbox=True,
        partner_gets_mail=True,
        partner_takes_it=True,
        says_who_we_are=True,
        facts={"vetted": "known", "owner_confirmed": "confirmed", "public_form_ref": "told"},
        account_confirmed="",
        may_help=True,
        has_consent=True,
        has_form_number=True,
        is_waived=False,
        ways_to_reporter=ReporterContacts(safe="quiet@safe.test", never=""),
        case_is_closed=False,
        unanswered_dispute="",
        parts={
            WRITER: (
                RequestContribution("wrote or changed what it says", opens=False, is_words=True),
            )
        },
    )
    account = different.get("packet", seen.packet).fields.get("target_url", "")
    return replace(seen, **{"account_confirmed": account} | different)


def shut(seen, approver=OTHER):
    return [gate.name for gate in closed_gates(check_gates(seen, approver=approver))]


def test_a_request_that_has_everything_passes():
    assert shut(all_is_well()) == []


def test_what_nobody_can_check_shuts_the_gate():
    ways = ReporterContacts(safe="", never="", is_readable=False)

    [closed] = closed_gates(check_gates(all_is_well(ways_to_reporter=ways), approver=OTHER))

    assert (closed.name, closed.sentence) == (
        "No contact details of the reporter",
        CANNOT_BE_CHECKED,
    )


@pytest.mark.parametrize(
    ("different", "gate"),
    [
        ({"case_is_closed": True}, "Case"),
        ({"unanswered_dispute": "It wasn't them."}, "Reporter’s denial"),
        ({"partner_is_vetted": False}, "Partner"),
        ({"partner_can_open": False}, "Someone to open it"),
        ({"partner_has_mailbox": False, "partner_gets_mail": False}, "Someone to open it"),
        ({"partner_gets_mail": False}, "Their email address"),
        ({"partner_takes_it": False}, "What they accept"),
        ({"says_who_we_are": False}, "Who we are"),
        ({"packet": a_packet(restore_address="")}, "What they need"),
        (
            {
                "packet": a_packet(restore_address=""),
                "allowed": frozenset(BY_NAME) - {"restore_address"},
            },
            "What they need",
        ),
        ({"facts": {"owner_confirmed": "confirmed"}}, "Requester"),
        ({"facts": {"owner_confirmed": "confirmed", "vetted": "not_possible"}}, "Requester"),
        ({"facts": {"vetted": "known"}}, "Ownership"),
        ({"facts": {"vetted": "known", "owner_confirmed": "cannot_tell"}}, "Ownership"),
        ({"may_help": False}, "Consent to help"),
        ({"has_consent": False}, "Consent"),
        ({"has_form_number": False}, "Public form"),
        ({"packet": a_packet(harm="")}, "What they need"),
        ({"allowed": frozenset(BY_NAME) - {"harm"}}, "What they can receive"),
        (
            {"packet": a_packet(happened="Write to QUIET@safe.test")},
            "No contact details of the reporter",
        ),
    ],
)
def test_each_missing_thing_shuts_its_gate_alone_and_says_how_to_open_it(different, gate):
    seen = all_is_well(**different)

    [found] = closed_gates(check_gates(seen, approver=OTHER))

    assert found.name == gate
    assert found.sentence.endswith(".")
    assert len(found.sentence.split()) > 8


def test_everything_that_is_missing_is_said_at_once():
    nothing = all_is_well(
        partner_is_vetted=False, facts={}, has_consent=False, has_form_number=False
    )

    assert shut(nothing) == ["Partner", "Requester", "Ownership", "Consent", "Public form"]


def test_a_waiver_stands_in_for_the_public_form():
    assert shut(all_is_well(has_form_number=False, is_waived=True)) == []


@pytest.mark.parametrize("ask", Ask)
@pytest.mark.parametrize("priority", Priority)
@pytest.mark.parametrize("approver", [WRITER, OTHER])
def test_access_to_an_account_takes_two_people_unless_it_is_p1(ask, priority, approver):
    seen = all_is_well(packet=a_packet(ask, priority), priority=priority)
    about_access = ask in (Ask.RESTORE, Ask.LOCK, Ask.REVIEW)
    alone = about_access and approver == WRITER

    assert would_leave_without_second_reader(seen, approver) is alone
    assert ("Second person" in shut(seen, approver)) is (alone and priority is not Priority.P1)


@pytest.mark.parametrize(
    ("safe_channel", "said", "leads"),
    [
        ("quiet@safe.test", "Call quiet@safe.test", True),
        ("Signal: +49 170 123 45 67, evenings", "Their number is 0170-1234567.", True),
        ("Signal: +49 170 123 45 67, evenings", "Their number is +49 (170) 1234567.", True),
        ("Signal: +49 170 123 45 67, evenings", "The form has number 1234560.", False),
        ("Signal, in the evening", "They sign in in the evening with Signal.", False),
        ("@quiet on Mastodon", "They are @quiet there.", True),
        ("room 12, by day", "Since 12 May.", False),
        ("", "Anything.", False),
        ("٠٧٧٠٠٩٠٠١٢٣", "Their number is 07700900123.", True),
        ("+44 7700 900123", "Their number is ۰۷۷۰۰۹۰۰۱۲۳.", True),
        (
            "07700900123",
            "Their number is \uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13.",
            True,
        ),
        ("07700900123", "0770\u20130900\u2011123", True),
        ("07700900123", "0770,0900_123", True),
        ("07700900123", "0770\u200b0900\u2060123", True),
        ("07700900123, or 07700900456", "They answer 07700900123.", True),
        ("07700900123 07700900456", "They answer 07700 900 456.", True),
        ("nour@safe.test", "Write to nour\uff20safe.test", True),
        ("nour@safe.test", "Write to nour @ safe.test", True),
        ("nour @ safe.test", "Write to Nour@Safe.test", True),
        ("07700900123", "On 2026-11-02 at 10:30, number 77.", False),
        ("nour@safe.test", "Write to nour [at] safe [dot] test", True),
        ("nour@safe.test", "Write to nour(at)safe.test.", True),
        ("nour@safe.test", "Write to nour@safe[.]test", True),
        ("nour@safe.test", "Write to nour at safe dot test, please", True),
        ("nour@safe.test", "Write to nour@safe . test", True),
        ("nour@safe.test", "Write to n o u r @ s a f e . t e s t", True),
        ("nour@safe.test", "Write to nour@safe\u3002test", True),
        ("nour@safe.test", "Write to n\u043eur@safe.test", True),
        *(
            ("nour@safe.test", f"Write to nour@sa{sign}fe.test", True)
            for sign in "\ufe0f\u034f\u17b4\u2800\u3164\U0001d159\u0308\u20dd"
        ),
        ("Signal: nour.42", "They use Signal, as N\u00f6u\ufe0fr.42.", True),
        ("nour at safe dot test", "Write to nour@safe.test", True),
        ("nour[at]safe[.]test", "Write to nour@safe.test", True),
        ("07700 9oo123", "They answer 07700900123.", True),
        ("07700900123", "They answer 0770o900123.", True),
        ("Signal: nour.42", "They use Signal, as Nour.42.", True),
        ("https://t.me/nour_k", "See t.me/nour_k or hxxps://t[.]me/nour_k", True),
        ("https://www.wire.test/nourk", "It is wire.test/nourk.", True),
        ("Signal, mornings/evenings, v.2", "In the mornings/evenings they see v.2.", False),
        ("Call at home. Then write", "They are at home. Then they write.", False),
        ("@nour_k on Telegram", "The account is platform.test/nour_k.", False),
        ("", "They are at nour@safe.test", False),
    ],
)
def test_what_leads_to_the_reporter_is_found(safe_channel, said, leads):
    assert reveals_contact(said, ("", safe_channel)) is leads


def test_an_address_to_give_the_account_back_to_is_there_on_purpose():
    seen = all_is_well(packet=a_packet(restore_address="quiet@safe.test"))

    assert shut(seen) == []


@pytest.mark.parametrize("ask", [Ask.LOCK, Ask.REVIEW])
def test_what_changes_access_to_an_account_that_nobody_confirmed_waits_for_two(ask):
    """A review can be answered by giving access back, as a lock can: who types the account alone
    says whose it is, and would say where to give it back to as well."""
    given_back = a_packet(ask, Priority.P1)
    seen = all_is_well(packet=given_back, priority=Priority.P1, account_confirmed="")
    assert shut(seen) == ["Return address for an unconfirmed account"]
    assert shut(seen, WRITER) == ["Return address for an unconfirmed account", "Second person"]

    seen = replace(seen, packet=a_packet(ask, Priority.P1, restore_address=""))
    assert shut(seen) == []
    assert shut(seen, WRITER) == ["Second person"]
    elsewhere = [given_back.fields["target_url"]]
    assert shut(replace(seen, accounts_confirmed_elsewhere=elsewhere), WRITER) == []


@pytest.mark.parametrize("ask", [Ask.RESTORE, Ask.LOCK, Ask.REVIEW])
def test_what_changes_access_names_the_account_that_was_confirmed(ask):
    seen = all_is_well(packet=a_packet(ask), account_confirmed="https://platform.test/another")

    assert shut(seen) == ["Ownership"]


ON_IT = f"{FIELDS['target_url']}/posts/17"


@pytest.mark.parametrize(
    ("asked", "confirmed", "is_open"),
    [
        (ON_IT, FIELDS["target_url"], True),
        (f"{FIELDS['target_url']} {ON_IT}", FIELDS["target_url"], True),
        (ON_IT, f"{FIELDS['target_url']}/, number 4711", True),
        ("https://site.test/news/17", "https://www.site.test", True),
        ("https://platform.test/them-too/posts/17", FIELDS["target_url"], False),
        ("https://platform.test/them/../another", FIELDS["target_url"], False),
        ("https://platform.test/them/%2E%2e/another", FIELDS["target_url"], False),
        ("https://platform.test/them/..\\another", FIELDS["target_url"], False),
        (f"{ON_IT} https://platform.test/another", FIELDS["target_url"], False),
        ("https://platform.test/another", "platform.test, @them", False),
        ("@them/another", "@them", False),
        ("nour@mail.test/another", "nour@mail.test", False),
    ],
)
def test_a_review_may_name_a_post_of_the_account_that_was_confirmed(asked, confirmed, is_open):
    """A partner needs the post, and what was confirmed is the account."""
    review = a_packet(Ask.REVIEW, target_url=asked, restore_address="")
    seen = all_is_well(packet=review, account_confirmed=confirmed)

    assert shut(seen) == ([] if is_open else ["Ownership"])

    lock = a_packet(Ask.LOCK, target_url=asked, restore_address="")
    assert shut(replace(seen, packet=lock)) == ["Ownership"]


def test_of_a_post_nobody_is_told_where_to_give_it_back_to():
    seen = all_is_well(packet=a_packet(Ask.REVIEW, target_url=ON_IT))
    assert shut(seen) == []

    assert shut(replace(seen, account_confirmed=FIELDS["target_url"])) == [
        "Return address for an unconfirmed account"
    ]


NEVER = "Never write to maria@mail.test, my ex reads it. Nor call 07700 900123."


@pytest.mark.parametrize(
    ("back", "account", "is_open"),
    [
        ("fresh@mailbox.test", "https://platform.test/them", True),
        ("maria@mail.test", "https://platform.test/them", False),
        ("Maria @ Mail.test", "https://platform.test/them", False),
        ("+44 7700 900123", "https://platform.test/them", False),
        ("nour@platform.test", "nour@platform.test", False),
        ("NOUR@platform.test", "The account nour@platform.test", False),
        ("nour@platform.test", "https://platform.test/nour", True),
        ("nour.new@platform.test", "nour@platform.test", True),
        ("new-nour@platform.test", "nour@platform.test", True),
    ],
)
def test_nothing_is_given_back_to_the_account_itself_or_to_where_never_to_write(
    back, account, is_open
):
    seen = all_is_well(
        packet=a_packet(restore_address=back, target_url=account),
        ways_to_reporter=ReporterContacts(safe="quiet@safe.test", never=NEVER),
    )

    assert shut(seen) == ([] if is_open else ["Where to return it"])


@pytest.mark.parametrize(
    ("account", "never"),
    [
        ("nour@gmail.test", "My gmail nour@gmail.test, they read it"),
        ("nour@gmail.test", "nour at gmail dot test"),
        ("mailto:nour@gmail.test", "nour@gmail.test"),
        ("+49 170 1234567 (WhatsApp)", "Not my number 0170/12 34 567!"),
        ("https://wa.test/491701234567", "+49 170 1234567"),
        ("https://photos.test/nour.k", "never write to photos.test/nour.k"),
        ("https://www.photos.test/nour.k/?hl=en", "photos.test/nour.k"),
        ("Signal, nour.42", "nour.42 on Signal"),
    ],
)
def test_the_account_is_named_although_they_are_never_to_be_reached_by_it(account, never):
    ways = ReporterContacts(safe="quiet@safe.test", never=f"{never}, and not +49 30 7654321")
    named = a_packet(target_url=account, happened=f"They took {never} on Monday.")
    other = a_packet(target_url=account, happened="Their number is 030 7654321.")

    assert shut(all_is_well(packet=named, ways_to_reporter=ways)) == []
    assert shut(all_is_well(packet=other, ways_to_reporter=ways)) == [
        "No contact details of the reporter"
    ]
    assert not reveals_contact_except_account(f"It is {account}.", ways, account=account)
    assert reveals_contact_except_account("Call 030 7654321", ways, account=account)


@pytest.mark.parametrize(
    ("account", "never"),
    [
        ("ananour@gmail.test", "nour@gmail.test"),
        ("nour@gmail.test.example", "nour@gmail.test"),
        ("https://photos.test/nour-k", "photos.test/nour"),
        ("https://photos.test/u/70012345678", "7001234"),
        ("", "nour@gmail.test"),
    ],
)
def test_what_is_only_like_the_account_is_still_not_to_be_named(account, never):
    ways = ReporterContacts(safe="", never=never)

    assert reveals_contact_except_account(f"Ask {never}", ways, account=account)


@pytest.mark.parametrize("never", ["", "nour@gmail.test"])
def test_an_account_that_is_their_safe_channel_shuts_the_gate(never):
    ways = ReporterContacts(safe="nour@gmail.test", never=never)
    seen = all_is_well(packet=a_packet(target_url="nour@gmail.test"), ways_to_reporter=ways)

    assert shut(seen) == ["No contact details of the reporter"]
    assert reveals_contact_except_account("nour@gmail.test", ways, account="nour@gmail.test")


def test_each_gate_has_words_for_when_it_is_open():
    names = {gate.name for gate in check_gates(all_is_well(), approver=OTHER)}

    assert names == set(IN_ORDER)


def test_of_many_parts_that_someone_had_the_first_three_are_named():
    did = [RequestContribution(f"wrote part {number}", opens=False) for number in range(5)]
    seen = all_is_well(
        parts={WRITER: (RequestContribution("wrote it", opens=False, is_words=True), *did)}
    )

    [gate] = [one for one in check_gates(seen, approver=WRITER) if one.name == "Second person"]

    assert "you wrote it, wrote part 0, wrote part 1, and 3 more. A second" in gate.sentence


@pytest.mark.parametrize(
    ("different", "is_alone"),
    [
        ({}, True),
        ({"facts": {"vetted": "known", "owner_confirmed": "confirmed"}}, False),
        ({"facts": {"vetted": "known", "owner_confirmed": "confirmed"}, "is_waived": True}, True),
    ],
    ids=["a step recorded it", "who writes typed it", "it was waived"],
)
def test_a_form_number_that_only_the_draft_says_lets_nothing_leave_alone(different, is_alone):
    packet = a_packet(priority=Priority.P1, public_form_ref="FORM-1")
    seen = all_is_well(packet=packet, priority=Priority.P1, **different)

    assert ("Second person" not in shut(seen, WRITER)) == is_alone
    assert shut(seen, OTHER) == []


@pytest.mark.parametrize(
    "asked",
    [
        "https://platform.test/somebody-else",
        "@somebody",
        # a letter of another alphabet
        FIELDS["target_url"].replace("a", "\u0430"),
    ],
)
@pytest.mark.parametrize("confirmed", [f"{FIELDS['target_url']}/, number 4711", ""])
def test_no_account_is_given_back_of_which_ownership_was_not_confirmed(asked, confirmed):
    seen = all_is_well(packet=a_packet(target_url=asked), account_confirmed=confirmed)

    assert shut(seen) == ["Ownership"]
    mine = replace(seen, packet=a_packet())
    assert shut(mine) == ([] if confirmed else ["Ownership"])
    both = f"{FIELDS['target_url']} {asked}"
    assert shut(replace(seen, packet=a_packet(target_url=both))) == ["Ownership"]


NOTHING = ["https://", "...", "<>", "https://www./", "www.", "-", "https:"]


@pytest.mark.parametrize("asked", NOTHING)
@pytest.mark.parametrize("ask", list(Ask))
def test_an_account_that_no_word_names_is_asked_for_by_nobody(ask, asked):
    """`happened` could say any other account, and one person could send it."""
    packet = a_packet(ask, Priority.P1, target_url=asked)
    seen = all_is_well(packet=packet, priority=Priority.P1, account_confirmed=FIELDS["target_url"])

    assert "What they need" in shut(seen, WRITER)
    assert ("Ownership" in shut(seen, WRITER)) == (ask in ABOUT_ACCESS)
    unconfirmed = replace(
        seen,
        packet=a_packet(ask, Priority.P1, target_url=asked, restore_address=""),
        account_confirmed="",
        accounts_confirmed_elsewhere=[FIELDS["target_url"]],
    )
    assert ("Second person" in shut(unconfirmed, WRITER)) == (ask in ABOUT_ACCESS)


@pytest.mark.parametrize("asked", ["Platform", "account -", "platform.test"])
def test_words_around_an_account_do_not_name_it(asked):
    confirmed = f"Platform - account {FIELDS['target_url']} (platform.test)"
    seen = all_is_well(packet=a_packet(target_url=asked), account_confirmed=confirmed)

    assert shut(seen) == ["Ownership"]
    assert shut(replace(seen, packet=a_packet())) == []
    whole = a_packet(target_url="Maria of Platform")
    assert shut(all_is_well(packet=whole, account_confirmed="Maria of Platform")) == []


@pytest.mark.parametrize("confirmed", ["https://", "..."])
def test_where_no_word_was_written_down_nothing_is_given_back(confirmed):
    seen = all_is_well(account_confirmed=confirmed)

    assert shut(seen) == ["Ownership"]


def test_what_is_not_given_back_may_be_somebody_elses():
    removal = a_packet(Ask.REMOVE, target_url="https://platform.test/fake", rule="Impersonation.")

    assert shut(all_is_well(packet=removal, account_confirmed="")) == []
