"""A queue and a responder in it, at the moment of the test."""

import pytest

from tests.factories import a_person, a_team


@pytest.fixture
def queue(context, now):
    with context.begin(at=now) as work:
        return a_team(work)


@pytest.fixture
def asha(context, queue, now):
    with context.begin(at=now) as work:
        return a_person(work, teams=[queue], name="Asha", email="asha@house.test")
