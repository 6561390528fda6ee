"""Every walk-through in playbooks/tests comes out as it is written down."""

import pytest

from helpdesk.authoring.reading.folder import read_library
from helpdesk.authoring.reading.scenarios import read_scenarios, stray_scenario_files
from helpdesk.authoring.simulation.coverage import find_uncovered_parts
from helpdesk.authoring.simulation.expectations import check_scenario
from helpdesk.playbooks.repository import CONTENT

LIBRARY = read_library(CONTENT)
READ = read_scenarios(CONTENT, LIBRARY)
WALKS = [(name, walk) for name, walks in READ.items() for walk in walks.walks]


def test_every_file_of_walk_throughs_reads():
    assert [str(problem) for walks in READ.values() for problem in walks.problems] == []
    assert [str(problem) for problem in stray_scenario_files(CONTENT, LIBRARY)] == []


@pytest.mark.parametrize(("name", "walk"), WALKS, ids=[f"{name}-{walk.id}" for name, walk in WALKS])
def test_the_walk_comes_out_as_written(name, walk):
    assert [str(one) for one in check_scenario(LIBRARY, LIBRARY.playbook(name), walk)] == []


@pytest.mark.parametrize("name", list(READ))
def test_the_walks_of_a_page_visit_everything(name):
    assert len(READ[name].walks) >= 4
    assert not find_uncovered_parts(LIBRARY, LIBRARY.playbook(name), READ[name].walks)
