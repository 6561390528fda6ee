"""A condition reads as a clause, and its opposite as the opposite clause."""

from helpdesk.playbooks.condition_text import condition_in_words
from helpdesk.playbooks.conditions import AllOf, Answered, AnyOf, In, Is, Not
from helpdesk.playbooks.repository import load_current_library

PAGE = load_current_library().playbook("account-takeover")


def test_an_answer_is_quoted_with_its_question():
    ask = PAGE.question("way_in").ask
    none = PAGE.question("way_in").option("none").label
    assert condition_in_words(Is("way_in", "none"), PAGE) == f"“{ask}” is “{none}”"
    assert condition_in_words(Not(Is("way_in", "none")), PAGE) == f"“{ask}” is not “{none}”"
    assert condition_in_words(Answered("way_in"), PAGE) == f"“{ask}” has an answer"
    assert condition_in_words(Not(Answered("way_in")), PAGE) == f"“{ask}” has no answer"


def test_a_fact_is_told_by_the_steps_that_record_it():
    clause = condition_in_words(Is("cause", "intruder"), PAGE)
    assert clause == "“Rule out a harmless cause” ended as “Someone else is or was in it”"
    opposite = condition_in_words(Not(In("cause", ("intruder", "cannot_tell"))), PAGE)
    assert opposite.count("“Rule out a harmless cause” did not end as") == 2
    assert " and " in opposite


def test_a_fact_of_the_house_has_its_name():
    assert (
        condition_in_words(Is("consent_platform", "given"), PAGE) == "consent platform is “given”"
    )


def test_a_negation_goes_through_to_the_parts():
    hold, reach = Is("hold", "ended"), Is("reach", "self")
    neither = condition_in_words(Not(AnyOf((hold, reach))), PAGE)
    assert neither == condition_in_words(AllOf((Not(hold), Not(reach))), PAGE)
    assert condition_in_words(Not(Not(hold)), PAGE) == condition_in_words(hold, PAGE)


def test_parts_within_parts_stand_in_brackets():
    clause = condition_in_words(AllOf((AnyOf((Is("hold", "ended"), Is("hold", "unclear"))),)), PAGE)
    assert clause.startswith("(")
