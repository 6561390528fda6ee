"""Every walk-through in playbooks/tests comes out as it is written down."""

import pytest

from helpdesk.playbooks.reading.walks import read_walks, strays
from helpdesk.playbooks.shelf import CONTENT, the_library
from helpdesk.triage.walking.checking import check
from helpdesk.triage.walking.covering import unvisited

LIBRARY = the_library()
READ = read_walks(CONTENT, LIBRARY)
WALKS = [(name, walk) for name, walks in READ.items() for walk in walks.walks]


def test_every_file_of_walk_throughs_reads():
    assert [str(problem) for walks in READ.values() for problem in walks.problems] == []
    assert [str(problem) for problem in strays(CONTENT, LIBRARY)] == []


@pytest.mark.parametrize(("name", "walk"), WALKS, ids=[f"{name}-{walk.id}" for name, walk in WALKS])
def test_the_walk_comes_out_as_written(name, walk):
    assert [str(one) for one in check(LIBRARY, LIBRARY.playbook(name), walk)] == []


@pytest.mark.parametrize("name", list(READ))
def test_the_walks_of_a_page_visit_everything(name):
    assert len(READ[name].walks) >= 4
    assert not unvisited(LIBRARY, LIBRARY.playbook(name), READ[name].walks)
