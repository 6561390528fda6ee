"""Of lines of one topic one is shown, so each says what the others say; and what someone close who
watches would notice is asked by none of them."""

import re
from itertools import permutations

import pytest

from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import (
    PEOPLE_FIRST,
    merged_advice,
    playbooks_of_kinds,
)

LIBRARY = load_current_library()
NAMES = [page.id for page in LIBRARY.playbooks]

# What every line of a topic says. Whatever else it says is a reason, which may be lost.
WHAT_A_TOPIC_SAYS = {
    "call-bank": [r"[Cc]all your bank now", r"recall the payment, and what they need from you"],
    "crisis-line": [r"call someone you trust or a crisis line", r"Please don’t wait for us"],
    "find-lawyer": [
        r"[Ff]ind a lawyer now, or tell us you need one",
        r"Ask them before you change anything",
    ],
    "no-delete-chat": [r"Do not delete the (messages|chat) or (close )?your account yet"],
    "no-pay-threat": [r"Do not pay"],
    "no-reset": [r"Do not (reset or clean|wipe or reset) (the phone|it) yet"],
    "not-your-fault": [r"You did nothing wrong"],
    "other-device": [r"Use another phone or computer for private conversations and to write to us"],
    "other-way-to-you": [
        r"[Aa]sk people who tell you secrets to reach you another way until we’ve talked"
    ],
    PEOPLE_FIRST: [r"go to people (they|you) trust"],
    "safe-phone": [r"[Ww]rite to us from a (phone or computer|device) .*can’t get into"],
    "tell-one": [r"Tell one person you trust"],
}
REASONS = {
    "Advice can wait.",
    "Everything technical can wait.",
    "It is your evidence.",
    "It may hold the only trace.",
    "It’s harder alone, and a threat loses power when someone knows.",
    "Many people go through this, and there are ways to stop the pictures spreading.",
    "Paying shows them that threats work.",
    "People who get money nearly always ask for more.",
    "Proof can wait.",
    "That would destroy what it could tell us.",
    "Someone may be reading this one.",
    "Someone may be reading your device.",
    "The account can wait.",
    "The app can wait.",
    "The device can wait.",
    "The files can wait.",
    "The lie can wait.",
    "The person attacking you chose to do it.",
    "The site can wait.",
    "They may be reading this one.",
    "They may be the only evidence.",
    "You can’t help if you’re held too.",
    "You don’t need proof.",
}
# Who is meant in other words: who knows of a danger to others meets them beside no other kind.
OF_THEMSELVES = {("device-suspicious", "your-safety"), ("harassment-threats", PEOPLE_FIRST)}


def topic_of(line):
    return PEOPLE_FIRST if line.id == PEOPLE_FIRST else line.topic


def told(kinds, answers):
    advice = merged_advice(playbooks_of_kinds(LIBRARY, kinds), answers)
    return [*advice.dos, *advice.donts]


def names(kinds, answers):
    return {one.id for one in told(kinds, answers)}


IN_TOPICS = [(page, line) for page in LIBRARY.playbooks for line in page.safe_now if topic_of(line)]


def test_what_each_topic_says_is_written_down():
    assert {topic_of(line) for _, line in IN_TOPICS} == set(WHAT_A_TOPIC_SAYS)


@pytest.mark.parametrize(
    ("page", "line"), IN_TOPICS, ids=[f"{page.id} {line.id}" for page, line in IN_TOPICS]
)
def test_each_line_of_a_topic_says_what_the_others_say_and_beside_it_only_reasons(page, line):
    says = WHAT_A_TOPIC_SAYS[topic_of(line)]

    assert [one for one in says if not re.search(one, str(line.text))] == []
    for sentence in re.split(r"(?<=[.?!]) ", str(line.text)):
        assert sentence in REASONS or any(re.search(one, sentence) for one in says)
    if topic_of(line) == PEOPLE_FIRST and (page.id, line.id) not in OF_THEMSELVES:
        assert re.match(
            r"(Anyone|You and anyone else) who may be in danger should (first )?go",
            str(line.text),
        )


OFFICE_AND_MESSAGE = list(permutations(["workspace-or-payment-fraud", "suspicious-message"]))


@pytest.mark.parametrize("kinds", OFFICE_AND_MESSAGE, ids=" and ".join)
@pytest.mark.parametrize("money", [None, "unsure", "sent_now", "none"])
@pytest.mark.parametrize("done", [("typed",), ("typed", "paid")])
def test_who_typed_card_details_is_told_of_the_bank_whatever_the_office_sent(kinds, money, done):
    said = {"msg_done": done} | ({"office_money": money} if money else {})

    words = " ".join(str(one.text) for one in told(kinds, said))

    assert "typed bank or card details, call your bank now" in words
    if money == "sent_now" or "paid" in done:
        assert "recall the payment, and what they need from you" in words


@pytest.mark.parametrize("kinds", OFFICE_AND_MESSAGE, ids=" and ".join)
def test_a_text_message_is_not_spoken_of_as_an_email_thread_alone(kinds):
    assert names(kinds, {"msg_way": "sms"}) >= {"no-answer", "leave-it", "no-thread", "keep-mails"}


@pytest.mark.parametrize(
    "kinds", list(permutations(["arrest-detention", "device-lost-seized"])), ids=" and ".join
)
def test_the_lawyer_of_who_is_held_comes_before_that_of_a_device(kinds):
    said = {
        "arrest_state": "held_known",
        "seized_how": "police",
        "seized_back": "not_back",
        "owner_state": "free",
    }

    [line] = (one for one in told(kinds, said) if one.topic == "find-lawyer")

    assert line.id == "find-lawyer"
    assert line.urgent_help == "taken"


def test_who_lost_a_device_to_the_authorities_is_told_whom_to_ask_and_where():
    [line] = (
        one
        for one in told(["device-lost-seized"], {"seized_how": "police"})
        if one.topic == "find-lawyer"
    )

    assert line.urgent_help == "taken"


@pytest.mark.parametrize("other", [name for name in NAMES if name != "impersonation"])
def test_where_to_go_is_agreed_on_whatever_else_happened(other):
    for kinds in permutations(["impersonation", other]):
        for danger in ("credible", "imminent"):
            said = told(kinds, {"danger": danger})

            assert "place-to-go" in {one.id for one in said}
            assert len([one for one in said if topic_of(one) == PEOPLE_FIRST]) == 1


# Who meets such a line is no one who is watched, or someone else does what it asks.
NOT_NOTICED = {
    "data-exposed": {"ask-kindly", "device-out"},
    "device-lost-seized": {"near-took-it", "sign-out-most-important", "lock-it"},
    "messenger-hijack": {"ask-new-code", "if-signed-out"},
    "website-hacked": {"call-registrar", "former-out"},
    "workspace-or-payment-fraud": {"shut-out"},
}
CHANGES = (
    r"(?i)(change|reset) .*passwords?\b|password, change|remove (each|any|it)|sign out|\bsign the"
    r"|face unlock|ask for a new code|two-step|\block (it|your phone)"
)
WATCHED = [
    ("device-suspicious", {"dev_who": "near"}),
    ("being-watched", {"watch_who": "near"}),
    ("advice", {"advice_from": ("near",)}),
]


def test_each_line_that_changes_what_would_be_noticed_is_marked_or_was_looked_at():
    for page in LIBRARY.playbooks:
        unmarked = [one for one in page.safe_now if not (one.is_dont or one.noticeable)]
        changing = {one.id for one in unmarked if re.search(CHANGES, str(one.text))}
        assert changing == NOT_NOTICED.get(page.id, set()), page.id


@pytest.mark.parametrize(("watched", "answers"), WATCHED, ids=[kind for kind, _ in WATCHED])
@pytest.mark.parametrize("other", NAMES)
def test_who_is_watched_by_someone_close_is_told_to_change_nothing_they_would_notice(
    watched, answers, other
):
    for kinds in permutations({watched, other}):
        said = told(kinds, answers)

        assert [one.id for one in said if one.noticeable] == []
        assert {"no-changes", "near-quiet"} & {one.id for one in said}
        if watched != other:
            own = names([other], {})
            kept = {one.id for one in LIBRARY.playbook(other).safe_now if one.noticeable}
            assert own - kept <= names(kinds, answers) | own & {
                one.id for one in LIBRARY.playbook(other).safe_now if topic_of(one)
            }


@pytest.mark.parametrize(
    ("kinds", "answers"),
    [
        (
            ["account-takeover", "device-suspicious"],
            {"way_in": "signed_in", "inside": ("same_password",), "dev_who": "near"},
        ),
        (["messenger-hijack", "being-watched"], {"chat_signs": ("linked",), "watch_who": "near"}),
        (["advice"], {"advice_from": ("near",), "advice_about": ("event",)}),
    ],
)
def test_no_list_says_both_to_change_and_to_leave_what_someone_close_would_notice(kinds, answers):
    words = " ".join(str(one.text) for one in told(kinds, answers) if not one.is_dont)

    assert not re.search(r"password|face unlock|remove", words)


def test_a_phone_with_little_on_it_is_taken_to_an_event_whoever_is_feared():
    event = {"advice_about": ("event",)}

    assert names(["advice"], event) >= {"event", "event-unlock"}
    near = names(["advice"], event | {"advice_from": ("near",)})
    assert "event" in near
    assert "event-unlock" not in near


def test_who_is_feared_and_took_the_device_comes_before_the_device():
    near = {"seized_how": "someone_near", "seized_back": "not_back"}
    advice = merged_advice(playbooks_of_kinds(LIBRARY, ["device-lost-seized"]), near)

    assert advice.first_dos[0].id == "near-took-it"
    assert advice.first_dos[0].urgent_help == "home"
    assert "near-took-it" not in names(["device-lost-seized"], {"seized_how": "stolen"})


def test_who_is_sent_to_people_is_named():
    """ "If someone is in danger, go to people" leaves open who goes: the person in danger, or the
    reader, who may be far away and safe."""
    for page in LIBRARY.playbooks:
        for line in page.safe_now:
            if "people you trust first" in str(line.text):
                of_the_reader = r"may hurt you|that’s you|afraid that someone may come"
                assert re.search(of_the_reader, str(line.text)), f"{page.id} {line.text}"
