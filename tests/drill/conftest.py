"""The whole drill, played once; every test looks at it and changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from helpdesk.accounts import passphrases
from helpdesk.core.desk import Desk
from helpdesk.drill.cast import Told
from helpdesk.drill.organisation import found
from helpdesk.drill.plays import play_all
from helpdesk.drill.sheet import Player
from helpdesk.drill.stage import Stage, on_stage
from tests.conftest import SERVICE, FakeBell, FakePost


@dataclass
class Drill:
    """The stage after the last scene, and what was said on it."""

    stage: Stage
    players: list[Player]
    told: dict[str, Told]
    now: datetime

    @property
    def letters(self):
        return self.stage.desk.post.sent


class Undone(Exception):
    """Nothing of the drill stays in the tests' database."""


# Not for the whole session: until it is rolled back, nobody else could chain history.
@pytest.fixture(scope="module")
def drill(postgres, settings):
    engine = create_engine(postgres.url("helpdesk_owner"))
    desk = Desk(
        settings=replace(settings, drill=True),
        sessions=sessionmaker(engine, expire_on_commit=False),
        bell=FakeBell(),
        post=FakePost(),
        service=SERVICE,
    )
    now = datetime.fromisoformat("2026-11-20T14:00:00+00:00")
    dear = passphrases.COSTS[passphrases.CURRENT]
    passphrases.COSTS[passphrases.CURRENT] = passphrases.Cost(passes=1, memory=8192)
    try:
        with on_stage(desk) as stage:
            beginning = now.replace(day=now.day - 14)
            players = found(stage, beginning)
            told = play_all(stage, beginning=beginning, now=now)
            yield Drill(stage, players, told, now)
            raise Undone
    except Undone:
        passphrases.COSTS[passphrases.CURRENT] = dear
        engine.dispose()
