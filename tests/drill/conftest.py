"""The whole drill, played once; every test looks at it and changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import passphrases
from helpdesk.core.app_context import AppContext
from helpdesk.drill.actions import DrillReport
from helpdesk.drill.organisation import create_organisation
from helpdesk.drill.past_moments import PastMoments, past_in_one_transaction
from helpdesk.drill.scenarios import run_all_scenarios
from helpdesk.drill.sign_in_sheet import DrillAccount
from tests.conftest import SERVICE, FakeMailer, FakeQueueNotifier


@dataclass
class Drill:
    """The drill as it is at its end, and what was said in it."""

    past: PastMoments
    players: list[DrillAccount]
    told: dict[str, DrillReport]
    now: datetime

    @property
    def letters(self):
        return self.past.context.mailer.sent


class Undone(Exception):
    """Nothing of the drill stays in the tests' database."""


# Not for the whole session: until it is rolled back, nobody else could chain history.
@pytest.fixture(scope="module")
def drill(postgres, settings):
    engine = create_engine(postgres.url("helpdesk_owner"))
    context = AppContext(
        settings=replace(settings, drill=True),
        sessions=sessionmaker(engine, expire_on_commit=False),
        queue_notifier=FakeQueueNotifier(),
        mailer=FakeMailer(),
        service=SERVICE,
    )
    now = datetime.fromisoformat("2026-11-20T14:00:00+00:00")
    dear = passphrases.COSTS[passphrases.CURRENT]
    passphrases.COSTS[passphrases.CURRENT] = passphrases.HashCost(passes=1, memory=8192)
    try:
        with past_in_one_transaction(context) as past:
            beginning = now.replace(day=now.day - 14)
            players = create_organisation(past, beginning)
            told = run_all_scenarios(past, beginning=beginning, now=now)
            yield Drill(past, players, told, now)
            raise Undone
    except Undone:
        passphrases.COSTS[passphrases.CURRENT] = dear
        engine.dispose()
