"""Who asks: the causes are those of the taxonomy, and stand apart from what happened."""

from pytaxonomies import Taxonomies

from helpdesk.playbooks import organisation_questions
from helpdesk.playbooks.answer_evaluation import matching_tags
from helpdesk.playbooks.repository import load_current_library


def test_the_causes_are_the_predicates_of_the_taxonomy_and_no_others():
    published = {one.predicate for one in Taxonomies()["accessnow"].predicates.values()}
    assert {cause.slug for cause in load_current_library().causes} == published


def test_an_organisation_has_the_tags_of_its_causes():
    known = {organisation_questions.CAUSE: ("human-rights", "womens-right")}
    told = organisation_questions.organisation_tags(known)
    assert told == ("accessnow:human-rights", "accessnow:womens-right")
    assert organisation_questions.organisation_tags({}) == ()


def test_no_answer_puts_a_tag_of_organisations_on_an_incident():
    known = {
        organisation_questions.CAUSE: tuple(cause.slug for cause in load_current_library().causes)
    }
    for page in load_current_library().playbooks:
        assert not [tag for tag in matching_tags(page, known) if tag.startswith("accessnow:")]


def test_the_cause_is_asked_by_a_responder_and_by_no_form():
    library = load_current_library()
    asked = {one.id for page in library.playbooks for one in page.questions}
    assert organisation_questions.CAUSE not in asked
    assert organisation_questions.CAUSE in {
        one.id for one in organisation_questions.organisation_questions(library)
    }
