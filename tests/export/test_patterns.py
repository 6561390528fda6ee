"""An if-condition of an export does what the product does: a step shows unless it is ruled out."""

import re

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.export.cacao_conditions import CacaoConditions
from helpdesk.export.ids_and_variables import option_variable_name, variable_name
from helpdesk.playbooks.conditions import AllOf, Answered, AnyOf, AtLeast, In, Is, Not, Picked
from helpdesk.playbooks.evaluation import ConditionTruth, evaluate_condition
from helpdesk.playbooks.model import QuestionKind
from helpdesk.playbooks.repository import load_current_library

PAGE = load_current_library().playbook("account-takeover")
ASKED = [one for one in PAGE.questions if one.options]
FACT = "account_state"
STATES = ("back", "locked", "lost")


def holds(pattern, variables):
    """A STIX pattern of comparisons, AND, OR and brackets, worked out over these variables."""
    tokens = [
        found[0]
        for found in re.finditer(
            r"\(|\)|\bAND\b|\bOR\b|__\S+?__:value (?:=|!=) '(?:[^'\\]|\\.)*'", pattern
        )
    ]

    def expression():
        value, word = term(), None
        while tokens and tokens[0] in ("AND", "OR"):
            assert word in (None, tokens[0]), "a pattern that mixes AND and OR needs brackets"
            word, other = tokens.pop(0), term()
            value = (value and other) if word == "AND" else (value or other)
        return value

    def term():
        token = tokens.pop(0)
        if token == "(":
            value = expression()
            assert tokens.pop(0) == ")"
            return value
        name, sign, wanted = re.fullmatch(r"(\S+):value (=|!=) '(.*)'", token).groups()
        return (variables[name] == wanted) == (sign == "=")

    value = expression()
    assert not tokens
    return value


def some_of(question):
    options = [option.id for option in question.options]
    return st.lists(st.sampled_from(options), min_size=1, unique=True)


def leaves():
    questions = st.sampled_from(ASKED)
    compared = questions.flatmap(
        lambda one: st.sampled_from(one.options).map(lambda option: Is(one.id, option.id))
    )
    several = questions.flatmap(
        lambda one: some_of(one).map(lambda values: In(one.id, tuple(values)))
    )
    picked = questions.flatmap(
        lambda one: st.sampled_from(one.options).map(lambda option: Picked(one.id, option.id))
    )
    high = st.just(AtLeast("danger", ("credible", "imminent")))
    answered = questions.map(lambda one: Answered(one.id))
    facts = st.sampled_from(STATES).map(lambda value: Is(FACT, value))
    return st.one_of(compared, several, picked, high, answered, facts)


CONDITIONS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)


def an_answer(question):
    options = st.sampled_from([option.id for option in question.options])
    if question.kind is QuestionKind.MANY_OF:
        return st.none() | st.lists(options, min_size=1, unique=True).map(tuple)
    return st.none() | options


ANSWERS = st.fixed_dictionaries(
    {one.id: an_answer(one) for one in ASKED} | {FACT: st.sampled_from(["", *STATES])}
)


def as_variables(known):
    variables = {variable_name(FACT): known[FACT]}
    for question in ASKED:
        value = known.get(question.id)
        several = question.kind is QuestionKind.MANY_OF
        variables[variable_name(question.id)] = ("answered" if several and value else value) or ""
        for option in question.options if several else ():
            variables[option_variable_name(question.id, option.id)] = (
                "true" if option.id in (value or ()) else "false"
            )
    return variables


@given(condition=CONDITIONS, told=ANSWERS)
def test_a_pattern_holds_unless_the_condition_is_ruled_out(condition, told):
    known = {name: value for name, value in told.items() if value is not None}
    pattern = CacaoConditions(PAGE).not_ruled_out(condition)
    assert holds(pattern, as_variables(known)) is (
        evaluate_condition(condition, known) is not ConditionTruth.FALSE
    )


def test_a_quote_in_a_value_stays_inside_its_string():
    pattern = CacaoConditions(PAGE).not_ruled_out(Is(FACT, "it's \\ here"))
    assert pattern == r"__account_state__:value = 'it\'s \\ here'"
