"""The decision table: every cell, every pair, and what "I don't know" may never do."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.cases.levels import Level, highest_level
from helpdesk.playbooks.model import Text
from helpdesk.playbooks.repository import load_current_library
from helpdesk.triage.judgement import LevelFloor, judge_answers, judge_report
from helpdesk.triage.repository import load_decision_table

TABLE = load_decision_table()
ACCOUNT = load_current_library().playbook("account-takeover")
POINTS = {point.id: point.scale for point in TABLE.points}
WORST = {point: scale[-1] for point, scale in POINTS.items()}
NO = {point: scale[0] for point, scale in POINTS.items()}
EVERY = [dict(zip(POINTS, values, strict=True)) for values in itertools.product(*POINTS.values())]

answers = st.fixed_dictionaries(
    {},
    optional={
        point: st.sampled_from([*scale, "unsure", "rather_not", "nonsense", None])
        for point, scale in POINTS.items()
    },
)


def test_there_are_72_combinations():
    assert len(EVERY) == 72


def test_beyond_the_gate_the_levels_are_split_8_19_17_4():
    counts = Counter(
        judge_answers(TABLE, one).level for one in EVERY if one["danger"] != "imminent"
    )

    assert counts == {Level.IMMEDIATE: 8, Level.URGENT: 19, Level.SOON: 17, Level.ROUTINE: 4}


@pytest.mark.parametrize("one", [one for one in EVERY if one["danger"] == "imminent"])
def test_danger_now_settles_it(one):
    assert judge_answers(TABLE, one).rule == "R1"
    assert judge_answers(TABLE, one).level is Level.IMMEDIATE


def test_a_higher_answer_never_gives_a_lower_level_in_any_pair():
    for low, high in itertools.product(EVERY, repeat=2):
        if all(POINTS[p].index(high[p]) >= POINTS[p].index(low[p]) for p in POINTS):
            assert judge_answers(TABLE, high).level.rank >= judge_answers(TABLE, low).level.rank


def test_every_rule_is_reached_and_says_the_level_of_its_cells():
    reached = {judge_answers(TABLE, one).rule: judge_answers(TABLE, one).level for one in EVERY}

    assert reached == {rule.id: rule.level for rule in TABLE.rules}
    assert len(reached) == 12


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("unknown", ["unsure", "rather_not", None])
def test_i_do_not_know_is_never_less_urgent_than_no(point, unknown):
    for one in EVERY:
        no = judge_answers(TABLE, {**one, point: NO[point]})
        not_known = judge_answers(TABLE, {**one, point: unknown})
        skipped = judge_answers(
            TABLE, {name: value for name, value in one.items() if name != point}
        )

        assert not_known.level.rank >= no.level.rank
        assert skipped == not_known


@given(answers)
def test_knowing_less_never_ranks_below_all_no(known):
    told = {point: NO[point] if known.get(point) is None else known[point] for point in POINTS}
    lowest = {p: v if v in POINTS[p] else NO[p] for p, v in told.items()}

    assert judge_answers(TABLE, known).level.rank >= judge_answers(TABLE, lowest).level.rank


@given(answers)
def test_what_was_guessed_and_what_is_to_ask_are_named(known):
    judgement = judge_answers(TABLE, known)
    unknown = {point for point in POINTS if known.get(point) not in POINTS[point]}

    assert {*judgement.assumed, *judgement.to_ask} == unknown
    assert set(judgement.assumed) <= {"danger", "hold"}
    assert all(judgement.settled[point] in POINTS[point] for point in POINTS)


def test_nothing_known_counts_as_possible_danger_that_may_go_on():
    judgement = judge_answers(TABLE, {})

    assert judgement.level is Level.SOON
    assert judgement.rule == "R9"
    assert judgement.assumed == ("danger", "hold")
    assert judgement.to_ask == ("reach", "clock", "capacity")
    assert judgement.table_version == TABLE.version


@given(answers, st.lists(st.sampled_from(Level), max_size=4))
def test_floors_raise_and_never_lower(known, levels):
    floors = [LevelFloor(f"flag-{n}", level, Text("why", "Why.")) for n, level in enumerate(levels)]
    plain = judge_answers(TABLE, known)

    judgement = judge_answers(TABLE, known, floors)

    assert judgement.level is highest_level([plain.level, *levels])
    assert judgement.rule == plain.rule
    assert all(floor.level.rank > plain.level.rank for floor in judgement.raised_by)
    assert bool(judgement.raised_by) == (judgement.level is not plain.level)


PRESSURES = {
    "reach": ("others", "Other people are affected."),
    "clock": ("within_72h", "An important date is coming up."),
    "capacity": ("cannot_act", "You need help with this."),
}


@pytest.mark.parametrize("rule", ["R5", "R6"])
def test_the_reporter_reads_of_the_pressures_that_there_are_and_of_no_other(rule):
    found = [one for one in EVERY if judge_answers(TABLE, one).rule == rule]

    for one in found:
        said = judge_answers(TABLE, one).sentence_for_reporter
        assert said.startswith(("It is still going on.", "Someone could be harmed"))
        for name, (value, sentence) in PRESSURES.items():
            assert (sentence in said) == (one[name] == value), said
    assert found


def test_the_responder_reads_the_reasons_and_what_is_still_open():
    known = {"danger": "none_known", "hold": "running", "reach": "others", "clock": "unsure"}

    sentence = judge_answers(TABLE, known).sentence_for_responder

    assert "URGENT" in sentence
    assert "still going on" in sentence
    assert "other people are affected" in sentence
    assert f"Rule R6, triage table {TABLE.version}" in sentence
    to_ask = "Still to ask: whether an important date is close, whether the person can act"
    assert to_ask in sentence


@pytest.mark.parametrize("danger", [{}, {"danger": "unsure"}, {"danger": "rather_not"}])
def test_whoever_left_danger_open_is_not_told_what_they_did_not_say(danger):
    judgement = judge_answers(TABLE, danger | {"hold": "running"})

    assert judgement.sentence_for_reporter == str(TABLE.left_open)


def test_whoever_said_how_it_is_with_danger_is_told_the_rule():
    known = {"danger": "credible", "hold": "running"}

    assert (
        "Someone could be harmed, and it is still"
        in judge_answers(TABLE, known).sentence_for_reporter
    )


def test_the_reporter_reads_no_rule_numbers():
    for one in EVERY:
        assert "R1" not in judge_answers(TABLE, one).sentence_for_reporter
        assert not any(
            word in judge_answers(TABLE, one).sentence_for_reporter for word in ("level", "score")
        )


def test_a_red_flag_of_the_page_raises_the_level_and_says_so():
    known = {**NO, "inside": ("people", "money")}

    judgement = judge_report(TABLE, ACCOUNT, known)

    assert judgement.level is Level.URGENT
    assert judgement.rule == "R12"
    assert [floor.flag for floor in judgement.raised_by] == ["exposes-people"]
    assert "Raised to URGENT" in judgement.sentence_for_responder
    assert str(TABLE.raised) in judgement.sentence_for_reporter


def test_a_held_owner_is_an_emergency_whatever_else_was_said():
    assert judge_report(TABLE, ACCOUNT, {**NO, "owner_state": "held"}).level is Level.IMMEDIATE


def test_an_option_that_means_you_cannot_act_counts_as_that():
    lost = {"danger": "credible", "hold": "running", "way_in": "none"}

    assert judge_report(TABLE, ACCOUNT, lost).settled["capacity"] == "cannot_act"
    assert judge_report(TABLE, ACCOUNT, lost).rule == "R2"
    assert judge_report(TABLE, ACCOUNT, {**lost, "way_in": "reset"}).rule == "R4"


def test_an_option_never_lowers_what_was_said():
    known = {**WORST, "way_in": "reset"}

    assert judge_report(TABLE, ACCOUNT, known).settled == WORST


@given(answers)
def test_other_questions_left_open_change_nothing(known):
    assert judge_report(TABLE, ACCOUNT, {**known, "way_in": "unsure"}) == judge_answers(
        TABLE, known
    )


def test_levels_stand_in_order():
    assert [level.rank for level in Level] == [0, 1, 2, 3]
    assert highest_level([Level.SOON, Level.IMMEDIATE, Level.ROUTINE]) is Level.IMMEDIATE
    assert [plan.level for plan in TABLE.levels] == sorted(Level, key=lambda x: -x.rank)


def test_a_more_urgent_level_promises_more():
    plans = TABLE.levels
    for urgent, calm in itertools.pairwise(plans):
        assert urgent.first_reply < calm.first_reply
        assert urgent.owner < calm.owner
        assert urgent.next_word < calm.next_word
