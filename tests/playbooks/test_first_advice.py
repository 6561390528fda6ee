"""The first lines of advice are those that lose most if they are followed late."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.authoring.simulation.random_people import random_answers
from helpdesk.playbooks.answer_evaluation import (
    FIRST,
    FIRST_DONTS,
    drop_hidden_answers,
    safe_now_advice,
)
from helpdesk.playbooks.conditions import AllOf, Answered, AtLeast, Is, names_in
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import Advice, LossIfLate, Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.playbooks.several_kinds_of_trouble import (
    PEOPLE_FIRST,
    merged_advice,
    merged_questions,
    not_stopped,
)

LIBRARY = load_current_library()
PAGES = LIBRARY.playbooks
PAGE = next(page for page in PAGES if page.id == "doxing")
CHILD = Is("dox_what", "child")


def line(number, stake, when=None, *, is_dont=False):
    text = Text(f"x.{number}", f"Line {number}")
    return Advice(f"line-{number}", text, is_dont, when=when, at_stake=stake)


def ids(lines):
    return [one.id for one in lines]


@given(st.lists(st.tuples(st.sampled_from(LossIfLate), st.booleans()), max_size=20))
def test_five_come_first_and_none_of_the_others_would_lose_more(kinds):
    lines = tuple(line(n, stake, is_dont=dont) for n, (stake, dont) in enumerate(kinds))

    told = safe_now_advice(replace(PAGE, safe_now=lines), {})

    first = (*told.first_dos, *told.first_donts)
    rest = (*told.more_dos, *told.more_donts)
    assert len(first) == min(FIRST, len(lines))
    assert sorted(ids((*first, *rest))) == sorted(ids(lines))
    for shown, left in ((told.first_dos, told.more_dos), (told.first_donts, told.more_donts)):
        worst_left = min((one.at_stake.rank for one in left), default=len(LossIfLate))
        assert all(one.at_stake.rank <= worst_left for one in shown)


@given(st.lists(st.tuples(st.sampled_from(LossIfLate), st.booleans(), st.booleans()), max_size=20))
def test_what_is_too_late_tomorrow_keeps_a_place_among_the_first(kinds):
    """Five at most; of what better not, two. One of those is always in sight: a list of what to do
    alone looks as if nothing did harm."""
    lines = tuple(
        replace(line(n, stake, is_dont=dont), within_hours=hours)
        for n, (stake, dont, hours) in enumerate(kinds)
    )

    told = safe_now_advice(replace(PAGE, safe_now=lines), {})

    dos, donts = ([one.within_hours for one in few] for few in (told.dos, told.donts))
    assert dos == sorted(dos, reverse=True)
    assert donts == sorted(donts, reverse=True)
    assert sum(one.within_hours for one in told.first_donts) >= min(sum(donts), FIRST_DONTS)
    left = FIRST - max(min(sum(donts), FIRST_DONTS), min(len(donts), 1))
    assert told.first_donts or not donts
    assert sum(one.within_hours for one in told.first_dos) == min(sum(dos), left)
    assert len(told.first_dos) + len(told.first_donts) == min(FIRST, len(lines))


def test_what_nobody_called_for_keeps_no_place_however_soon_it_would_be_too_late():
    late = replace(line(1, LossIfLate.MONEY, CHILD), within_hours=True)
    page = replace(PAGE, safe_now=(line(0, LossIfLate.SAFETY), late))

    assert ids(safe_now_advice(page, {}).dos) == ["line-0", "line-1"]
    assert ids(safe_now_advice(page, {"dox_what": ("child",)}).dos) == ["line-1", "line-0"]


def is_about_danger(one):
    """There because of danger, and for no other reason."""
    is_soon = one.at_stake is LossIfLate.SAFETY and one.within_hours and one.when is not None
    none = {"danger": "none_known"}
    return is_soon and evaluate_condition(one.when, none) is ConditionTruth.FALSE


def saves_a_life_today(one, answers):
    """Safety that cannot wait: called for by the answers, or by danger nobody has ruled out."""
    if one.at_stake is not LossIfLate.SAFETY or not one.within_hours:
        return False
    is_sure = one.when is None or evaluate_condition(one.when, answers) is ConditionTruth.TRUE
    return is_sure or is_about_danger(one)


def not_now(answers):
    return answers.get("danger") != "imminent"


def people_with(pages):
    """Who has answered nothing, and some who were made up."""
    yield {}
    questions = merged_questions(LIBRARY, pages)
    for seed in range(2):
        dice = random.Random(f"{seed} {[page.id for page in pages]}")  # noqa: S311 - made up
        yield drop_hidden_answers(questions, random_answers(questions, dice))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_what_saves_a_life_stands_before_all_else_with_one_kind_and_with_two(page):
    """Only other such lines may crowd one out of the first, and never all that send who may be in
    danger to people."""
    after = PAGES[PAGES.index(page) + 1 :]
    for pages in ((page,), *((page, other) for other in after)):
        for answers in people_with(pages):
            told = merged_advice(pages, answers)
            first_dos = set(map(is_about_danger, told.first_dos))
            assert True in first_dos or not any(map(is_about_danger, told.dos))
            known = answers if len(pages) == 1 else not_stopped(answers)

            for lines, first in ((told.dos, told.first_dos), (told.donts, told.first_donts)):
                saves = [saves_a_life_today(one, known) for one in lines]
                where = f"{[one.id for one in pages]} {answers} {ids(lines)}"
                assert saves == sorted(saves, reverse=True), where
                assert all(saves[: len(first)]) or not any(saves[len(first) :]), where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_of_two_kinds_that_cannot_wait_neither_takes_all_the_places(page):
    """What saves lives of both kinds is in sight, whichever was ticked first; and nothing twice."""
    for other in PAGES:
        if other is page:
            continue
        for answers in people_with((page, other)):
            told = merged_advice((page, other), answers)
            known = not_stopped(answers)

            texts = [str(one.text) for one in (*told.dos, *told.donts)]
            assert len(texts) == len(set(texts))
            for kind in (page, other):
                own = [one for one in told.dos if one in kind.safe_now]
                saving = [one for one in own if saves_a_life_today(one, known)]
                where = f"{page.id}, {other.id} {answers}: {ids(told.first_dos)}"
                assert not saving or set(map(id, saving)) & set(map(id, told.first_dos)), where


def is_called_for(one, answers):
    """Too late tomorrow, and there because of an answer that this kind of trouble asks for."""
    if not one.within_hours or one.when is None:
        return False
    own = set(names_in(one.when)) - {"danger", "hold", "reach", "clock", "capacity"}
    return bool(own & {*answers}) and evaluate_condition(one.when, answers) is ConditionTruth.TRUE


def says(one):
    return PEOPLE_FIRST if one.id == PEOPLE_FIRST else one.topic or str(one.text)


def test_each_of_two_kinds_has_in_sight_what_its_own_answers_call_for_within_hours():
    """Unless someone is in danger now, or what is in sight would lose more, leads, sends to people
    or is all that the other kind has there: 18 of 789 are left, where it had been 36."""
    asked, folded = 0, []
    for pair in itertools.permutations(PAGES, 2):
        for answers in filter(not_now, people_with(pair)):
            told, known = merged_advice(pair, answers), not_stopped(answers)
            to_do, in_sight = ({says(one) for one in few} for few in (told.dos, told.first_lines))
            for kind in pair:
                own = {says(one) for one in kind.safe_now if is_called_for(one, known)}
                asked += bool(own & to_do)
                if own & to_do and not own & in_sight:
                    folded.append((kind.id, [one.id for one in pair], ids(told.first_lines)))

    assert asked > 500
    assert len(folded) <= asked * 3 / 100, folded


def test_danger_that_nobody_was_asked_about_still_stands_before_the_money():
    danger = replace(line(1, LossIfLate.SAFETY, AtLeast("danger", "credible")), within_hours=True)
    money = replace(line(0, LossIfLate.MONEY), within_hours=True)
    page = replace(PAGE, safe_now=(money, danger))

    assert ids(safe_now_advice(page, {}).dos) == ["line-1", "line-0"]
    assert ids(safe_now_advice(page, {"danger": "unsure"}).dos) == ["line-1", "line-0"]
    assert ids(safe_now_advice(page, {"danger": "none_known"}).dos) == ["line-0"]


@pytest.mark.parametrize(
    ("kinds", "said", "line_id"),
    [
        (
            ["account-takeover", "impersonation"],
            {"fakeme_does": ("calls", "money"), "inside": ("people", "money")},
            "warn-place",
        ),
        (
            ["account-takeover", "smear-campaign"],
            {"inside": ("people", "money"), "smear_effect": ("authority",)},
            "lawyer-now",
        ),
        (
            ["device-lost-seized"],
            {"seized_how": "police", "seized_state": "open", "seized_on_it": ("sources",)},
            "lawyer-first",
        ),
        (
            ["arrest-detention", "workspace-or-payment-fraud"],
            {"office_money": "sent_now", "office_bank": "not_yet", "arrest_state": "held_known"},
            "call-bank",
        ),
        (["account-takeover", "suspicious-message"], {"msg_done": ("typed",)}, "bank-details"),
        (
            ["arrest-detention", "intimate-images"],
            {"img_demand": ("deadline",), "img_age": "no", "arrest_state": "held_known"},
            "deadline-adult",
        ),
        (["arrest-detention", "doxing"], {"dox_what": ("hiding", "child")}, "leave-hiding"),
        (["arrest-detention", "doxing"], {"dox_what": ("child",)}, "tell-school"),
        (["arrest-detention", "device-lost-seized"], {"seized_state": "open"}, "was-unlocked"),
    ],
)
def test_what_decides_in_hours_is_among_the_first_lines_of_two_kinds(kinds, said, line_id):
    """And who is in danger is still sent to people before all else."""
    pages = [page for page in PAGES if page.id in kinds]

    told = merged_advice(pages, {"danger": "imminent"} | said)

    assert line_id in ids(told.first_dos)
    assert told.first_dos[0].at_stake is LossIfLate.SAFETY


@pytest.mark.parametrize(
    ("kinds", "said", "line_id"),
    [
        # Two men are at the door of someone whose address was published.
        (
            ["account-takeover", "doxing"],
            {"danger": "imminent", "dox_what": ("home",), "dox_came": ("visit",)},
            "at-the-door",
        ),
        (
            ["harassment-threats", "doxing"],
            {"danger": "imminent", "dox_came": ("visit",), "threat_bearing": ("helper",)},
            "at-the-door",
        ),
        (
            ["account-takeover", "arrest-detention"],
            {"danger": "imminent", "arrest_state": "held_known", "arrest_devices": ("phone",)},
            "warn-listed",
        ),
        (
            ["device-lost-seized", "account-takeover"],
            {"danger": "credible", "seized_on_it": ("sources",), "inside": ("people",)},
            "warn-named",
        ),
        (
            ["account-takeover", "impersonation"],
            {
                "danger": "none_known",
                "hold": "running",
                "fakeme_does": ("money",),
                "fakeme_own": "mine",
                "fakeme_hidden": "no",
            },
            "say-it-is-fake",
        ),
        (
            ["intimate-images"],
            {"danger": "credible", "img_age": "yes", "img_demand": ("money", "more")},
            "no-pay",
        ),
        (
            ["intimate-images"],
            {"danger": "credible", "img_age": "yes", "img_demand": ("money", "more")},
            "no-copies-or-more",
        ),
        (
            ["being-watched", "device-suspicious"],
            {"danger": "credible", "hold": "running", "dev_matters": ("sources",)},
            "other-way-to-you",
        ),
        (
            ["website-down"],
            {"danger": "none_known", "hold": "running", "site_told": "traffic"},
            "flood-host",
        ),
        (
            ["device-lost-seized"],
            {
                "danger": "credible",
                "seized_how": "police",
                "seized_back": "back_soon",
                "seized_what": ("phone",),
            },
            "back-aside",
        ),
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_what_people_needed_is_in_sight_whichever_kind_was_ticked_first(
    kinds, said, line_id, is_turned
):
    pages = [LIBRARY.playbook(kind) for kind in (reversed(kinds) if is_turned else kinds)]

    told = merged_advice(pages, said)

    assert line_id in ids(told.first_lines), ids(told.first_lines)
    if line_id in ("at-the-door", "back-aside"):
        assert told.first_dos[0].id == line_id


def test_of_lines_alike_the_one_that_the_answers_call_for_stands():
    """Both send to a crisis line: that one of two kinds was not asked takes no place away."""
    pages = [page for page in PAGES if page.id in ("harassment-threats", "intimate-images")]

    told = merged_advice(pages, {"danger": "imminent", "img_age": "no"})

    assert "crisis line" in str(told.first_dos[0].text)


def test_of_two_alike_the_one_that_the_answers_call_for_comes_first():
    unsure, sure = line(1, LossIfLate.PROOF, CHILD), line(2, LossIfLate.PROOF)
    page = replace(PAGE, safe_now=(unsure, sure))

    assert ids(safe_now_advice(page, {}).first_dos) == ["line-2", "line-1"]
    assert ids(safe_now_advice(page, {"dox_what": ("child",)}).first_dos) == ["line-1", "line-2"]


def test_a_line_for_what_was_ticked_is_shown_to_nobody_else():
    page = replace(
        PAGE, safe_now=(line(1, LossIfLate.SAFETY, AllOf((Answered("dox_what"), CHILD))),)
    )

    assert ids(safe_now_advice(page, {"dox_what": ("child",)}).dos) == ["line-1"]
    assert (
        safe_now_advice(page, {}).dos == safe_now_advice(page, {"dox_what": ("unsure",)}).dos == ()
    )


def test_people_who_picked_several_kinds_are_sent_to_safety_once():
    told = merged_advice(PAGES, {"danger": "imminent"})

    assert ids((*told.dos, *told.donts)).count("people-first") == 1
    assert all(one.at_stake is LossIfLate.SAFETY for one in told.first_dos)


def test_who_has_just_sent_money_is_told_to_call_the_bank_before_all_else():
    """The bank is asked about later: what nobody has said yet makes no line less urgent."""
    page = next(page for page in PAGES if page.id == "workspace-or-payment-fraud")

    told = safe_now_advice(page, {"danger": "none_known", "office_money": "sent_now"})

    assert told.first_dos[0].id == "call-bank"


@pytest.mark.parametrize(
    ("kind", "said", "line_id"),
    [
        ("spyware-alert", {"spy_others": "no"}, "no-erase"),
        ("spyware-alert", {"danger": "imminent", "spy_soon": ("raid",)}, "no-erase"),
        ("files-locked-or-lost", {"files_what": ("only_proof",)}, "only-copy"),
        ("website-down", {"site_told": "complaint"}, "complaint"),
        ("intimate-images", {"img_age": "yes", "img_demand": ("money",)}, "no-copies"),
    ],
)
def test_what_cannot_be_undone_is_among_the_first_things_not_to_do(kind, said, line_id):
    page = next(page for page in PAGES if page.id == kind)

    assert line_id in ids(safe_now_advice(page, said).first_donts)
