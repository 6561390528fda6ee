"""From a fact that a request needs to the step that finds it out."""

import pytest

from tests.factories import a_person, a_team, sign_in
from tests.runs.test_views import address, ref_of


@pytest.fixture
def asha(staff, at_work):
    return sign_in(staff, at_work.asha)


def leads_to(client, at_work, fact):
    return client.get(f"/cases/{ref_of(at_work)}/facts/{fact}").location


def test_a_fact_leads_to_the_step_that_finds_it_out(asha, at_work):
    run_id = at_work.start()

    assert leads_to(asha, at_work, "vetted").startswith(address(at_work, run_id) + "?step=")
    landed = asha.get(leads_to(asha, at_work, "vetted"))
    assert landed.status_code == 200


@pytest.mark.parametrize("fact", ["owner_confirmed", "nothing-we-know"])
def test_where_no_playbook_is_at_work_it_leads_to_the_playbooks(asha, at_work, fact):
    assert leads_to(asha, at_work, fact) == f"/cases/{ref_of(at_work)}#playbooks"


def test_outside_the_queue_there_is_no_such_case(staff, at_work, context):
    ref = ref_of(at_work)
    with context.begin() as work:
        stranger = a_person(work, teams=[a_team(work)])

    assert sign_in(staff, stranger).get(f"/cases/{ref}/facts/vetted").status_code == 404
