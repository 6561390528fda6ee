"""Several kinds of trouble at once: each question once, in words that fit; advice said once."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.answer_evaluation import safe_now_advice
from helpdesk.playbooks.conditions import Is
from helpdesk.playbooks.model import AnswerOption, LossIfLate, Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import (
    PEOPLE_FIRST,
    SOMETHING_ELSE,
    merged_advice,
    merged_questions,
    playbooks_of_kinds,
)

LIBRARY = load_current_library()
NAMES = [page.id for page in LIBRARY.playbooks]
POINTS = list(LIBRARY.decision_questions)
some_kinds = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)


def test_what_nobody_knows_is_something_else():
    assert [page.id for page in playbooks_of_kinds(LIBRARY, ["no-such-kind"])] == [SOMETHING_ELSE]
    assert [page.id for page in playbooks_of_kinds(LIBRARY, [])] == [SOMETHING_ELSE]
    assert [
        page.id for page in playbooks_of_kinds(LIBRARY, ["account-takeover", "no-such-kind"])
    ] == ["account-takeover"]


@given(some_kinds)
def test_every_question_of_every_page_is_asked_once_and_danger_first(kinds):
    pages = playbooks_of_kinds(LIBRARY, kinds)

    asked = [question.id for question in merged_questions(LIBRARY, pages)]

    assert asked[: len(POINTS)] == POINTS
    assert len(asked) == len(set(asked))
    assert set(asked) == {question.id for page in pages for question in page.questions}


@given(some_kinds)
def test_every_option_of_every_page_can_be_picked(kinds):
    pages = playbooks_of_kinds(LIBRARY, kinds)

    for question in merged_questions(LIBRARY, pages):
        offered = [option.id for option in question.options]
        same = [one for page in pages for one in page.questions if one.id == question.id]
        assert len(offered) == len(set(offered))
        assert set(offered) == {option.id for one in same for option in one.options}
        if "unsure" in offered:
            assert set(offered[offered.index("unsure") :]) <= {"unsure", "rather_not"}


def test_one_page_asks_in_its_own_words_and_two_in_the_words_of_all():
    account, other = (LIBRARY.playbook(name) for name in ("account-takeover", SOMETHING_ELSE))
    hold = LIBRARY.question("hold")

    assert asked("hold", [account]) == account.question("hold")
    assert str(asked("hold", [account]).ask) != str(hold.ask)
    assert (asked("hold", [account, other]).ask, asked("hold", [account, other]).hint) == (
        hold.ask,
        hold.hint,
    )


@pytest.mark.parametrize("other", [name for name in NAMES if name != "intimate-images"])
def test_how_to_answer_when_one_thinks_of_dying_is_said_beside_any_other_kind(other):
    pages = [LIBRARY.playbook(name) for name in ("intimate-images", other)]
    own, shared = pages[0].question("danger").hint, LIBRARY.question("danger")

    for kinds in (pages, pages[::-1]):
        danger = asked("danger", kinds)

        assert str(own) in str(danger.hint)
        assert str(shared.hint) in str(danger.hint)
        assert str(shared.option("imminent").label) in str(own), "the answer that it names is there"
        assert "imminent" in [option.id for option in danger.options]


def test_answers_that_fit_only_one_kind_of_trouble_are_put_in_the_words_of_all():
    arrest, device = (LIBRARY.playbook(name) for name in ("arrest-detention", "device-lost-seized"))
    shared = [str(option.label) for option in LIBRARY.question("hold").options]
    assert "No, they’re free again" not in shared

    said = [str(option.label) for option in asked("hold", [arrest, device]).options]

    assert said == shared


def test_what_one_page_hides_and_another_does_not_is_asked():
    account = LIBRARY.playbook("account-takeover")
    hidden = replace(account.question("typed"), ask_when=Is("whose", "mine"))
    hiding = replace(account, id="hiding", questions=(hidden,))

    assert asked("typed", [hiding, account]).ask_when is None
    assert asked("typed", [hiding, replace(hiding, id="same")]).ask_when == hidden.ask_when


def test_options_that_only_one_page_has_stand_before_i_do_not_know():
    account = LIBRARY.playbook("account-takeover")
    platform = account.question("platform")
    longer = replace(
        platform, options=(AnswerOption("zine", Text("x.zine", "A zine")), platform.options[-1])
    )
    other = replace(account, id="other", questions=(longer,))

    offered = [option.id for option in asked("platform", [account, other]).options]

    assert offered[-1] == "unsure"
    assert "zine" in offered
    assert offered.count("unsure") == 1


@given(some_kinds)
def test_advice_is_that_of_all_pages_and_nothing_is_said_twice(kinds):
    pages = playbooks_of_kinds(LIBRARY, kinds)

    advice = merged_advice(pages, {"img_age": "no"})

    said = [str(one.text) for one in (*advice.dos, *advice.donts)]
    assert len(said) == len(set(said))
    each = [safe_now_advice(page, {"img_age": "no"}) for page in pages]
    alone = {str(one.text): one for told in each for one in (*told.dos, *told.donts)}
    assert set(said) <= set(alone)
    # of one topic, and of what sends people to safety, a line is said
    left = [alone[text] for text in set(alone) - set(said)]
    assert {one.topic for one in left if PEOPLE_FIRST not in (one.id, one.topic)} <= {
        one.topic for one in (*advice.dos, *advice.donts) if one.topic
    }


def test_of_lines_with_one_topic_the_one_that_the_answers_call_for_is_said():
    first, second = (LIBRARY.playbook(name) for name in ("device-lost-seized", "device-suspicious"))
    line = first.safe_now[0]

    def page(old, name, **marks):
        made = replace(line, id=name, text=Text(name, name), topic="off-limits", **marks)
        return replace(old, safe_now=(made,))

    def told(*pages, **answers):
        return [one.id for one in merged_advice(pages, answers).dos]

    plain = {"when": None, "within_hours": False, "at_stake": LossIfLate.ACCESS}
    if_asked = {**plain, "when": Is("dev_kind", "phone")}
    worse = {**plain, "at_stake": LossIfLate.SAFETY}

    assert told(page(first, "one", **plain), page(second, "two", **plain)) == ["one"]
    assert told(page(first, "one", **if_asked), page(second, "two", **plain)) == ["two"]
    assert told(page(first, "one", **plain), page(second, "two", **worse)) == ["two"]
    both = page(first, "one", **plain), page(second, "two", **if_asked)
    assert told(*both, dev_kind="laptop") == ["one"]


def asked(name, pages):
    return next(one for one in merged_questions(LIBRARY, pages) if one.id == name)


def said_to(kinds, answers):
    advice = merged_advice(playbooks_of_kinds(LIBRARY, kinds), answers)
    return {one.id for one in (*advice.dos, *advice.donts)}


ABOUT_WHAT_IS_AWAY = {"not-alone", "no-wipe"}


def test_of_several_kinds_that_have_stopped_none_takes_a_line_away():
    """Who was arrested is free again, and the phone is still with the police."""
    ended = {"hold": "ended", "seized_how": "police"}

    assert said_to(["arrest-detention", "device-lost-seized"], ended) >= ABOUT_WHAT_IS_AWAY
    assert not said_to(["device-lost-seized"], ended) & ABOUT_WHAT_IS_AWAY
    kept = ended | {"seized_back": "not_back"}
    assert said_to(["device-lost-seized"], kept) >= ABOUT_WHAT_IS_AWAY


def test_whoever_has_nowhere_safe_tonight_is_told_to_sleep_elsewhere():
    said = {"danger": "credible", "dox_what": ("contact",), "dox_tonight": "no"}

    assert said_to(["doxing"], said) >= {"other-bed", "at-the-door"}


def test_what_was_said_of_one_kind_alone_counts_for_it_beside_another_shown_later():
    """The phone is back; that someone is in the account was shown by a colleague afterwards."""
    pages = playbooks_of_kinds(LIBRARY, ["device-lost-seized", "account-takeover"])
    back = {"hold": "ended", "seized_how": "lost", "seized_what": ("phone",)}

    told = merged_advice(pages, back, hold_is_about="device-lost-seized")

    names = {one.id for one in (*told.dos, *told.donts)}
    assert not names & {"lock-it", "block-sim", "not-alone"}
    assert "tell-close" in names, "nobody said that the account is free again"
    assert names < said_to(["device-lost-seized", "account-takeover"], back)


# What is kept by a line that every report may bring: no such picture or copy shows a person.
MAY_BE_COPIED = {
    "account-suspended": {"no-form", "save-notice"},
    "advice": {"copy-one"},
    "being-watched": {"leave-as-is", "account-watched"},
    "blocked-or-shutdown": {"keep-error"},
    "data-exposed": {"close-links", "close-now"},
    "device-lost-seized": {"keep-paper"},
    "intimate-images": {"deadline-adult", "deadline-under-18", "take-it-down", "block-copies"},
    "messenger-hijack": {"unlink", "look-at-linked"},
    "spyware-alert": {"keep-warning"},
    "website-hacked": {"copy-first"},
}
COPYING = (
    r"(?i)take (a )?picture|pictures? (of|that)\b|cop(y|ies) of what|copy it|save (that|every)"
    r"|full version"
)
SHOWING = {
    "impersonation": ("take-pictures", "note-first"),
    "harassment-threats": ("keep-picture", "keep-first"),
    "website-hacked": ("take-pictures", "tell-visitors"),
    "fake-website": ("take-pictures", "warn-your-people"),
    "something-else": ("keep-pictures", "keep-proof"),
    "smear-campaign": ("keep-original", "keep-record"),
    "account-suspended": ("save-pictures", "save-what-opens"),
}
# What is one's own, or only words, is kept whoever may be shown elsewhere.
STILL_KEPT = [
    ("account-suspended", {}, {"save-what-opens", "save-notice"}),
    ("account-suspended", {"susp_what": "post"}, {"own-copy", "save-notice"}),
    ("something-else", {"about": ("threats",)}, {"save-threats", "keep-proof"}),
    ("harassment-threats", {}, {"keep-first"}),
    ("impersonation", {}, {"note-first"}),
]


@pytest.mark.parametrize("kind", SHOWING)
@pytest.mark.parametrize("age", ["yes", "unsure", None])
def test_no_other_kind_asks_for_pictures_where_a_child_may_be_shown(kind, age):
    """A fake profile with pictures of a child: not even as proof are they copied. What nobody has
    answered yet rules no child out, and what else is to be kept still stands."""
    shows, still_said = SHOWING[kind]
    said = {"about": ("copy",)}
    told = said_to(["intimate-images", kind], said if age is None else said | {"img_age": age})

    assert shows not in told
    assert still_said in told
    assert shows in said_to(["intimate-images", kind], said | {"img_age": "no"})
    assert shows in said_to([kind], said)


@pytest.mark.parametrize(("kind", "answers", "kept"), STILL_KEPT)
@pytest.mark.parametrize("age", ["yes", "unsure", None])
def test_texts_and_records_are_kept_where_a_child_may_be_shown_elsewhere(kind, answers, kept, age):
    """The pictures of one kind are in no archive of the other, and its texts are nobody’s face."""
    known = answers if age is None else answers | {"img_age": age}

    assert said_to(["intimate-images", kind], known) >= kept


def test_each_line_that_copies_something_is_marked_or_was_looked_at():
    for page in LIBRARY.playbooks:
        unmarked = (one for one in page.safe_now if not (one.is_dont or one.copies))
        copying = {one.id for one in unmarked if re.search(COPYING, str(one.text))}
        assert copying == MAY_BE_COPIED.get(page.id, set()), page.id


def test_a_kind_that_came_later_takes_no_picture_either():
    """The mailbox went over from the pictures to the fake: what was said of them still counts."""
    assert "take-pictures" not in said_to(["impersonation"], {"img_age": "yes"})


GENERIC = r"go to people (you|they) trust"


@pytest.mark.parametrize("danger", ["credible", "imminent"])
def test_no_kind_pushes_out_the_line_that_keeps_somebody_safe_in_another(danger):
    """Who is sent to people they trust still hears of the door, and of the people in the data."""

    def told(*kinds):
        advice = merged_advice(playbooks_of_kinds(LIBRARY, kinds), {"danger": danger})
        return [one for one in (*advice.dos, *advice.donts) if one.at_stake is LossIfLate.SAFETY]

    for other in NAMES:
        # of one topic another line may be said in its place
        own = [one for one in told(other) if one.topic is None]
        particular = {str(one.text) for one in own if not re.search(GENERIC, str(one.text))}
        for kind in NAMES:
            assert particular <= {str(one.text) for one in told(kind, other)}, (kind, other)


def test_lines_that_count_as_one_say_one_thing():
    """Of lines called people-first only the first is shown, so none of them may say more."""
    lines = [one for page in LIBRARY.playbooks for one in page.safe_now if one.id == PEOPLE_FIRST]

    assert len(lines) > 5
    assert all(re.search(GENERIC, str(one.text)) for one in lines)


def test_whose_home_is_known_keeps_the_line_about_the_door_although_someone_came_free():
    said = {"danger": "imminent", "arrest_state": "free", "dox_what": ("home",)}

    assert "at-the-door" in said_to(["arrest-detention", "doxing"], said)


@pytest.mark.parametrize("hold_is_about", ["", "device-lost-seized"])
def test_that_it_stopped_counts_for_no_kind_that_it_was_not_said_of(hold_is_about):
    """The device is back, or one of two things is over: the mailbox goes over to the account."""
    pages = playbooks_of_kinds(LIBRARY, ["account-takeover"])
    ended = {"hold": "ended", "way_in": "signed_in"}

    def told(**about):
        advice = merged_advice(pages, ended, **about)
        return {one.id for one in (*advice.dos, *advice.donts)}

    assert told(hold_is_about=hold_is_about) >= {"tell-close", "stay-signed-in"}
    assert not told(hold_is_about="account-takeover") & {"tell-close", "stay-signed-in"}
    assert told() == told(hold_is_about="account-takeover")
