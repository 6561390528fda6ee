"""Every page leaves as CACAO 2.0, the same each time, and our own checks refuse what is broken."""

import copy
import re

import pytest

from helpdesk.authoring.playbook_uuids import read_playbook_uuids
from helpdesk.export import cacao_extension
from helpdesk.export.cacao import TLP_OWNER, author_identity, playbook_to_cacao, to_json_text
from helpdesk.export.cacao_checks import find_duplicate_ids, find_export_faults
from helpdesk.export.official_schemas import OfficialSchemas, SchemasNotFound
from helpdesk.playbooks.repository import CONTENT, load_current_library

PAGES = [page.id for page in load_current_library().playbooks]


def exported(page_id):
    library = load_current_library()
    return playbook_to_cacao(library, library.playbook(page_id), read_playbook_uuids(CONTENT))


@pytest.mark.parametrize("page_id", PAGES)
def test_every_page_passes_our_checks(page_id):
    assert find_export_faults(exported(page_id)) == []


@pytest.mark.parametrize("page_id", PAGES)
def test_every_page_passes_the_official_schemas(page_id, official):
    assert official.faults_in(exported(page_id)) == []


def test_the_official_schemas_do_refuse(official):
    export = exported("account-takeover")
    export["created"] = "yesterday"
    assert official.faults_in(export)


def test_a_folder_without_schemas_is_said_to_be_one(tmp_path):
    with pytest.raises(SchemasNotFound, match="CACAO_SCHEMAS"):
        OfficialSchemas(tmp_path)


@pytest.mark.parametrize("page_id", PAGES)
def test_two_exports_are_equal_to_the_byte(page_id):
    assert to_json_text(exported(page_id)).encode() == to_json_text(exported(page_id)).encode()


def test_a_translation_is_a_playbook_of_its_own_that_names_its_source():
    source, library = exported("doxing"), load_current_library("es")
    page = library.playbook("doxing")
    spanish = playbook_to_cacao(library, page, read_playbook_uuids(CONTENT), language="es")
    assert spanish["id"] != source["id"]
    assert spanish["derived_from"] == [source["id"]]
    assert spanish["name"] == str(page.title) != source["name"]
    assert find_export_faults(spanish) == []
    assert "derived_from" not in source


@pytest.mark.parametrize("page_id", PAGES)
def test_what_goes_beyond_cacao_is_named_where_it_says_what_it_is(page_id):
    page = load_current_library().playbook(page_id)

    said = {*cacao_extension.playbook_extension(page)}.union(
        *(cacao_extension.step_extension(step) for step in page.steps)
    )

    assert said <= {*re.findall(r"\w+", cacao_extension.MEANS)}


def test_which_answers_agree_with_an_outcome_leaves_the_house_too():
    step = load_current_library().playbook("doxing").step("first-contact.danger-again")

    said = cacao_extension.step_extension(step)

    assert said["fits"]["no_danger"] == {"is": ["danger", "none_known"]}
    assert "no_answer" not in said["fits"]


def test_no_two_pages_share_an_id():
    everything = [exported(page_id) for page_id in PAGES]
    assert find_duplicate_ids(everything) == []
    assert find_duplicate_ids([everything[0], *everything]) != []


def test_every_step_and_every_end_of_the_page_is_in_it():
    page, export = load_current_library().playbook("account-takeover"), exported("account-takeover")
    names = [node.get("name") for node in export["workflow"].values()]
    for step in page.steps:
        assert names.count(str(step.title)) == 1
    for end in page.ends:
        assert str(end.label) in names


def test_the_author_is_given_out_beside_it():
    author = author_identity(load_current_library())
    assert author["id"] == exported("something-else")["created_by"]
    assert author["type"] == "identity"


def test_the_marking_is_the_one_that_the_standard_fixes():
    [marking] = exported("account-takeover")["data_marking_definitions"].values()
    assert marking["created_by"] == TLP_OWNER
    assert marking["tlpv2_level"] == "TLP:CLEAR"


# --- planted faults: the official schemas let most of these through -----------------------------


def an_action(export):
    return next(node_id for node_id, node in export["workflow"].items() if node["type"] == "action")


def a_dangling_step(export):
    export["workflow"][an_action(export)]["on_completion"] = (
        "end--00000000-0000-4000-8000-000000000000"
    )


def a_loop(export):
    action = an_action(export)
    export["workflow"][action]["on_completion"] = action


def an_unreachable_step(export):
    export["workflow"]["action--00000000-0000-4000-8000-000000000000"] = copy.deepcopy(
        export["workflow"][an_action(export)]
    )


def a_missing_end(export):
    workflow = export["workflow"]
    condition = next(one for one in workflow.values() if one["type"] == "if-condition")
    end = workflow[condition["on_true"]]["on_completion"]
    del workflow[end]


def a_shared_end(export):
    conditions = [one for one in export["workflow"].values() if one["type"] == "if-condition"]
    first, second = (export["workflow"][one["on_true"]] for one in conditions[:2])
    second["on_completion"] = first["on_completion"]


def two_texts_in_one_command(export):
    export["workflow"][an_action(export)]["commands"][0]["command_b64"] = "bm8="


def a_command_without_a_text(export):
    del export["workflow"][an_action(export)]["commands"][0]["command"]


def a_second_start(export):
    export["workflow"]["start--00000000-0000-4000-8000-000000000000"] = copy.deepcopy(
        export["workflow"][export["workflow_start"]]
    )


def both_ways_on(export):
    export["workflow"][an_action(export)]["on_success"] = export["workflow_start"]


def an_unknown_agent(export):
    export["workflow"][an_action(export)]["agent"] = "group--00000000-0000-4000-8000-000000000000"


def an_unused_extension(export):
    unused = "extension-definition--00000000-0000-4000-8000-000000000000"
    export["extension_definitions"][unused] = {"type": "extension-definition"}


def an_undeclared_variable(export):
    del export["playbook_variables"]["__hold__"]


def a_step_not_every_engine_runs(export):
    export["workflow"]["parallel--00000000-0000-4000-8000-000000000000"] = {"type": "parallel"}


def an_activity_of_no_command(export):
    export["playbook_activities"].append("scan-system")


def a_time_without_milliseconds(export):
    export["modified"] = "2026-11-22T00:00:00Z"


def a_change_before_the_making(export):
    export["modified"] = "2001-01-01T00:00:00.000Z"


def an_address_to_write_to(export):
    export["workflow"][an_action(export)]["commands"][0]["command"] += " Ask trust@example.org."


def an_agent_with_a_contact(export):
    next(iter(export["agent_definitions"].values()))["contact"] = {}


PLANTED = [
    (a_dangling_step, "is not there"),
    (a_loop, "in a circle"),
    (an_unreachable_step, "Nothing leads to"),
    (a_missing_end, "never ends"),
    (a_shared_end, "share the end"),
    (two_texts_in_one_command, "must have one text, but has 2"),
    (a_command_without_a_text, "must have one text, but has 0"),
    (a_second_start, "one start"),
    (both_ways_on, "either on_completion or on_success"),
    (an_unknown_agent, "does not define it"),
    (an_unused_extension, "which nothing uses"),
    (an_undeclared_variable, "nobody declared"),
    (a_step_not_every_engine_runs, "not every engine runs"),
    (an_activity_of_no_command, "scan-system"),
    (a_time_without_milliseconds, "milliseconds"),
    (a_change_before_the_making, "changed before it was made"),
    (an_address_to_write_to, "way to reach someone"),
    (an_agent_with_a_contact, "how to reach someone"),
]


@pytest.mark.parametrize(("plant", "said"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_what_is_broken_does_not_leave(plant, said):
    export = copy.deepcopy(exported("account-takeover"))
    plant(export)
    assert any(said in fault for fault in find_export_faults(export))
