"""A piece of work: what it refuses, records and promises."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from helpdesk.core.actors import NOBODY, SYSTEM, Actor, Role, reporter
from helpdesk.core.errors import NotAllowed
from helpdesk.core.history import HistoryEntry
from helpdesk.core.work import round_time_for_reporter


@dataclass
class Thing:
    id: str = "thing-1"
    case_id: str | None = "case-1"
    __tablename__ = "things"


def may_touch(actor, thing):
    return actor.role is Role.RESPONDER


def test_a_rule_that_says_no_is_a_refusal(context):
    with context.begin(SYSTEM) as work, pytest.raises(NotAllowed):
        work.require(may_touch, Thing())


def test_a_rule_that_says_yes_lets_through(context):
    with context.begin(Actor("person:1", Role.RESPONDER)) as work:
        work.require(may_touch, Thing())


def test_history_names_actor_action_and_subject(context, now):
    with context.begin(SYSTEM, at=now) as work:
        work.record("thing.touched", Thing(), code="x")

    with context.begin(SYSTEM) as work:
        [entry] = work.session.scalars(select(HistoryEntry))
        assert (entry.at, entry.actor_id, entry.action) == (now, "system", "thing.touched")
        assert (entry.subject_type, entry.subject_id, entry.case_id) == (
            "things",
            "thing-1",
            "case-1",
        )
        assert entry.details == {"code": "x"}


@pytest.mark.parametrize("actor", [NOBODY, reporter("case-1")])
def test_what_a_reporter_does_is_known_to_the_hour_only(context, now, actor):
    at = now.replace(hour=9, minute=38, second=17, microsecond=5)
    with context.begin(actor, at=at) as work:
        work.record("thing.touched", Thing())
        assert work.at == at.replace(minute=35, second=0, microsecond=0)
        assert work.hour_for_reporter == at.replace(minute=0, second=0, microsecond=0)

    with context.begin(SYSTEM) as work:
        [entry] = work.session.scalars(select(HistoryEntry))
        assert entry.at == at.replace(minute=0, second=0, microsecond=0)


def test_a_reporters_clock_is_never_late(now):
    for minute in range(60):
        at = now.replace(minute=minute, second=59)
        assert 0 <= (at - round_time_for_reporter(at)).total_seconds() < 300
