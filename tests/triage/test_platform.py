"""A corrected platform is the platform of the case: consent and requests stand on it."""

import pytest

from helpdesk.triage import operations
from tests import factories


@pytest.mark.parametrize(("answer", "platform"), [("google", "google"), ("other", None)])
def test_correcting_the_service_moves_the_case_to_it(context, answer, platform):
    with context.begin() as work:
        queue = factories.a_team(work)
        responder = factories.a_person(work, teams=[queue])
        case = factories.a_case(work, queue, platform="meta")

    with factories.work_as(context, responder) as work:
        operations.correct_reporter_answers(work, work.session.merge(case), {"platform": answer})

    with factories.work_as(context, responder) as work:
        assert work.session.get(type(case), case.id).platform == platform
