"""Conditions come out true, false or "cannot tell", and never guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.playbooks.conditions import (
    AllOf,
    Answered,
    AnyOf,
    AtLeast,
    In,
    Is,
    Not,
    Picked,
    condition_from_data,
    condition_to_data,
    names_in,
)
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition, unknown_names_in

TRUE, FALSE, CANNOT_TELL = ConditionTruth.TRUE, ConditionTruth.FALSE, ConditionTruth.CANNOT_TELL
HOLD = AtLeast("hold", ("unclear", "running"))

names = st.sampled_from(["hold", "changed", "owner", "form"])
values = st.sampled_from(["running", "unclear", "ended", "password", "unsure", "rather_not"])
leaves = st.one_of(
    st.builds(Is, names, values),
    st.builds(In, names, st.lists(values, min_size=1, max_size=3).map(tuple)),
    st.builds(AtLeast, names, st.lists(values, min_size=1, max_size=3).map(tuple)),
    st.builds(Picked, names, values),
    st.builds(Answered, names),
)
conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
told = st.one_of(values, st.none(), st.lists(values, max_size=3).map(tuple))
knowledge = st.dictionaries(names, told)


@pytest.mark.parametrize(
    ("condition", "known", "truth"),
    [
        (Is("hold", "running"), {"hold": "running"}, TRUE),
        (Is("hold", "running"), {"hold": "ended"}, FALSE),
        (Is("hold", "running"), {}, CANNOT_TELL),
        (Is("hold", "running"), {"hold": "unsure"}, CANNOT_TELL),
        (Is("hold", "running"), {"hold": "rather_not"}, CANNOT_TELL),
        (Is("hold", "running"), {"hold": None}, CANNOT_TELL),
        (Is("hold", "unsure"), {"hold": "unsure"}, TRUE),
        (Picked("hold", "unsure"), {"hold": "unsure"}, TRUE),
        (Picked("hold", "unsure"), {"hold": "ended"}, FALSE),
        (Picked("hold", "ended"), {"hold": "unsure"}, FALSE),
        (Picked("hold", "ended"), {"hold": ("ended", "unsure")}, TRUE),
        (Picked("hold", "ended"), {}, FALSE),
        (Picked("hold", "ended"), {"hold": None}, CANNOT_TELL),
        (Is("changed", "posts"), {"changed": ("posts", "password")}, TRUE),
        (Is("changed", "posts"), {"changed": ("password",)}, FALSE),
        (Is("changed", "posts"), {"changed": ("password", "unsure")}, CANNOT_TELL),
        (Is("changed", "posts"), {"changed": ()}, CANNOT_TELL),
        (In("hold", ("ended", "running")), {"hold": "running"}, TRUE),
        (In("hold", ("ended", "running")), {"hold": "unclear"}, FALSE),
        (HOLD, {"hold": "unclear"}, TRUE),
        (HOLD, {"hold": "ended"}, FALSE),
        (HOLD, {"hold": "unsure"}, CANNOT_TELL),
        (Answered("owner"), {"owner": "confirmed"}, TRUE),
        (Answered("owner"), {"owner": "unsure"}, FALSE),
        (Answered("owner"), {"owner": ""}, FALSE),
        (Answered("owner"), {"owner": ()}, FALSE),
        (Answered("owner"), {}, FALSE),
        (Answered("owner"), {"owner": None}, TRUE),
        (Not(Is("hold", "running")), {}, CANNOT_TELL),
        (Not(Is("hold", "running")), {"hold": "ended"}, TRUE),
        (AllOf((HOLD, Is("owner", "free"))), {"hold": "ended"}, FALSE),
        (AllOf((HOLD, Is("owner", "free"))), {"hold": "running"}, CANNOT_TELL),
        (AnyOf((HOLD, Is("owner", "free"))), {"hold": "running"}, TRUE),
        (AnyOf((HOLD, Is("owner", "free"))), {"hold": "ended"}, CANNOT_TELL),
        (AnyOf((HOLD, Is("owner", "free"))), {"hold": "ended", "owner": "held"}, FALSE),
    ],
)
def test_a_condition_comes_out_as_its_words_say(condition, known, truth):
    assert evaluate_condition(condition, known) is truth


@given(conditions, knowledge)
def test_doubts_are_named_exactly_when_it_cannot_be_told(condition, known):
    named = unknown_names_in(condition, known)

    assert bool(named) == (evaluate_condition(condition, known) is CANNOT_TELL)
    assert set(named) <= set(names_in(condition))


@given(
    conditions, knowledge, names, values.filter(lambda value: value not in ("unsure", "rather_not"))
)
def test_learning_more_never_turns_yes_into_no(condition, known, name, value):
    """What was certain stays certain when an open question is answered. `answered` and `picked` are
    the exceptions that prove it: they are about the asking itself."""
    if name in known or any(isinstance(leaf, Answered | Picked) for leaf in leaves_of(condition)):
        return
    before = evaluate_condition(condition, known)

    after = evaluate_condition(condition, {**known, name: value})

    assert before is CANNOT_TELL or after is before


@given(conditions)
def test_a_condition_survives_being_stored(condition):
    assert condition_from_data(condition_to_data(condition)) == condition


def leaves_of(condition):
    if isinstance(condition, Not):
        return leaves_of(condition.part)
    if isinstance(condition, AllOf | AnyOf):
        return [leaf for part in condition.parts for leaf in leaves_of(part)]
    return [condition]
