"""A circle among the steps of an export is named in the order in which its links lead."""

from helpdesk.export.workflow_links import find_cycle


def workflow(**leads_to):
    return {
        name: {"on_success": one, "on_failure": other} for name, (one, other) in leads_to.items()
    }


def test_a_circle_is_named_in_the_order_in_which_it_leads():
    found = find_cycle(workflow(start=("a", "end"), a=("b", "end"), b=("c", "end"), c=("a", "end")))

    turned = [found[n:] + found[:n] for n in range(len(found))]
    assert ["a", "b", "c"] in turned


def test_a_step_that_leads_to_itself_is_a_circle():
    assert find_cycle(workflow(start=("start", "end"))) == ["start"]


def test_ways_that_part_and_meet_again_are_none():
    assert find_cycle(workflow(start=("a", "b"), a=("end", "end"), b=("end", "end"))) == []
