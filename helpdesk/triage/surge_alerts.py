"""Surge alerts: when very many cases wait, one email with their number, and not one for each of
them.

In the first lane a few cases have a letter each; with more, and always in the second lane, the
ticker sees to it that each circle of people hears of all of them together, ten minutes after the
last such letter at the earliest. So whatever stands among them is spoken of within ten minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, union_all

from helpdesk.accounts.models import Team, TeamKind
from helpdesk.cases.levels import Level
from helpdesk.cases.models import Case
from helpdesk.cases.queries import DUE, NOBODYS, NOT_CLOSED
from helpdesk.core.actors import SYSTEM
from helpdesk.core.history import HistoryEntry
from helpdesk.core.outbox import OutboxJob, OutboxJobState
from helpdesk.core.recent_times import column_happened_within, happened_within
from helpdesk.core.work import Work, round_time_for_reporter
from helpdesk.triage.decision_table import AlertAudience
from helpdesk.triage.first_reply_clock import response_plan_for
from helpdesk.triage.repository import load_decision_table

# So many cases of the first lane have letters of their own in ten minutes.
LETTERS: Final = 5
EVERY: Final = timedelta(minutes=10)
LOOK_BACK: Final = timedelta(hours=2)
TOLD: Final = "triage.many_told"
# A letter goes out within seconds; one that has not after these minutes reached no one.
ON_ITS_WAY: Final = timedelta(minutes=3)
JOB: Final = "triage.tell_of_many"
# A letter that could not be sent is tried again by then; what is queued for later, is not ours.
TRIED_AGAIN: Final = timedelta(hours=1)
# From here on people hear of a case when it comes, and not first at half its time.
CALLS: Final = Level.URGENT


@dataclass(frozen=True)
class QueueLane:
    """The two lanes of a queue."""

    team_id: str
    is_second: bool = False

    def waiting(self, *columns: Any) -> Select[Any]:
        """What nobody has taken in it, and that has a clock."""
        return select(*columns).where(
            Case.team_id == self.team_id,
            Case.in_slow_lane.is_(self.is_second),
            NOT_CLOSED,
            NOBODYS,
            Case.reply_due_at.is_not(None),
        )


@dataclass(frozen=True)
class SurgeAlertMoment:
    """A moment at which people hear of waiting cases: they came, or a part of their time is
    gone."""

    level: Level
    tell: AlertAudience
    at: datetime
    cases: int
    is_arrival: bool


@dataclass(frozen=True)
class LastSurgeAlert:
    """The last surge alert: when people heard of all cases together, and of each level how many had
    come in those five minutes: the clock of arrivals knows no shorter time."""

    at: datetime
    came: Mapping[str, int]


def is_part_of_surge(work: Work, case: Case) -> bool:
    """Whether a case of the first lane is part of a surge, and no alert of its own is sent."""
    lane = QueueLane(case.team_id)
    if any(work.at - told.at < EVERY for told in last_alerts_by_audience(work, lane).values()):
        return True
    return _is_crowded(alert_moments(work, lane, since=work.at - EVERY), lane, work.at)


def tiers_to_alert(
    work: Work, lane: QueueLane, *, at: datetime | None = None
) -> list[AlertAudience]:
    """The tiers to alert about a lane, now or at that moment."""
    moment = at or work.at
    found = [one for one in alert_moments(work, lane, since=moment - LOOK_BACK) if one.at <= moment]
    if not found:
        return []
    told, is_crowd = last_alerts_by_audience(work, lane), _is_crowded(found, lane, moment)
    heard = [one.at for one in told.values()]
    if not (is_crowd or heard):
        return []
    # Without a crowd, those are spoken of that came while letters were held back; and of the first
    # lane nothing that came before, when each had a letter of its own.
    until = moment if is_crowd else max(heard) + EVERY
    since = moment - LOOK_BACK if lane.is_second else min([moment, *heard]) - EVERY
    news = [one for one in found if since < one.at <= until and _is_news(one, told.get(one.tell))]
    return [
        tell
        for tell in AlertAudience
        if any(one.tell is tell for one in news)
        and (tell not in told or moment - told[tell].at >= EVERY)
    ]


def is_surge_alert_overdue(work: Work, team_id: str) -> bool:
    """Whether a surge alert should have been sent minutes ago, and was not."""
    moment = work.at - ON_ITS_WAY
    return any(
        tiers_to_alert(work, QueueLane(team_id, second), at=moment) for second in (False, True)
    )


def enqueue_surge_alerts(work: Work) -> None:
    """Queue the surge alerts that are due. The ticker asks; one that is queued waits to be sent."""
    queues = work.session.scalars(select(Team.id).where(Team.kind == TeamKind.QUEUE)).all()
    for lane in (QueueLane(team_id, second) for team_id in queues for second in (False, True)):
        if tiers_to_alert(work, lane) and not _is_enqueued(work, lane):
            work.enqueue("triage.tell_of_many", team_id=lane.team_id, second=int(lane.is_second))


def record_surge_alert(
    work: Work, lane: QueueLane, tier: AlertAudience, *, told: Sequence[str]
) -> None:
    """Record that a circle was alerted about all that waits in a lane."""
    tick = round_time_for_reporter(work.at)
    came = {one.level: one.cases for one in alert_moments(work, lane, since=tick) if one.is_arrival}
    work.record_about(
        TOLD, "teams", lane.team_id, second=lane.is_second, tell=tier, came=came, told=list(told)
    )


def last_alerts_by_audience(work: Work, lane: QueueLane) -> Mapping[AlertAudience, LastSurgeAlert]:
    """When each audience was last alerted about a lane."""
    lately = select(HistoryEntry.at, HistoryEntry.details).where(
        HistoryEntry.subject_id == lane.team_id,
        HistoryEntry.action == TOLD,
        HistoryEntry.actor_id == SYSTEM.id,
        column_happened_within(HistoryEntry.at, LOOK_BACK, at=work.at),
    )
    entries = work.session.execute(lately.order_by(HistoryEntry.at))
    return dict(one for at, details in entries for one in _read(lane, at, details))


def waiting_count_by_level(work: Work, lane: QueueLane) -> list[tuple[Level, int]]:
    """How many cases wait in a lane, by level, the most urgent first."""
    counted = lane.waiting(Case.level, func.count()).group_by(Case.level).order_by(Case.level)
    return [(level, number) for level, number in work.session.execute(counted)]


def alert_moments(work: Work, lane: QueueLane, *, since: datetime) -> list[SurgeAlertMoment]:
    """The moments from then on at which people hear of what waits in a lane."""
    kinds = list(_kinds())
    # One short walk along the index for each kind of moment, however many cases there are.
    walks = [
        lane.waiting(literal(number).label("kind"), DUE.label("due"), func.count().label("cases"))
        .where(Case.level == level, since + left <= DUE, work.at + left >= DUE)
        .group_by(DUE)
        for number, (level, _tell, left, _is_arrival) in enumerate(kinds)
    ]
    found = work.session.execute(union_all(*walks)).all()
    return [
        SurgeAlertMoment(level, tell, due - left, cases, is_arrival)
        for kind, due, cases in found
        for level, tell, left, is_arrival in (kinds[kind],)
    ]


def _read(
    lane: QueueLane, at: datetime, details: Mapping[str, Any]
) -> Iterator[tuple[AlertAudience, LastSurgeAlert]]:
    """What an entry says of a lane. One that is odd says nothing: it must stop no ticker, no alarm
    and no board."""
    came = details.get("came")
    if details.get("second") != lane.is_second or details.get("tell") not in list(AlertAudience):
        return
    if isinstance(came, dict) and all(isinstance(number, int) for number in came.values()):
        yield AlertAudience(details["tell"]), LastSurgeAlert(at, came)


def _kinds() -> Iterator[tuple[Level, AlertAudience, timedelta, bool]]:
    """Level, who is told, how much time is left then, and whether it is the moment of arrival."""
    for level in Level:
        within = response_plan_for(level).first_reply
        if level.rank >= CALLS.rank:
            yield level, AlertAudience.DUTY, within, True
        for alarm in load_decision_table().plan(level).alarms:
            yield level, alarm.tell, within * (100 - alarm.percent) / 100, False


def _is_crowded(found: Sequence[SurgeAlertMoment], lane: QueueLane, at: datetime) -> bool:
    lately = sum(one.cases for one in found if happened_within(one.at, EVERY, at=at))
    return lane.is_second or lately > LETTERS


def _is_news(mark: SurgeAlertMoment, told: LastSurgeAlert | None) -> bool:
    if told is None:
        return True
    if not mark.is_arrival:
        return mark.at > told.at
    tick = round_time_for_reporter(told.at)
    return mark.at > tick or (mark.at == tick and mark.cases > told.came.get(mark.level, 0))


def _is_enqueued(work: Work, lane: QueueLane) -> bool:
    there = select(OutboxJob.id).where(
        OutboxJob.job == JOB,
        OutboxJob.state.in_((OutboxJobState.WAITING, OutboxJobState.LEASED)),
        OutboxJob.arguments["team_id"].as_string() == lane.team_id,
        # As text: one that is no number must not be an error.
        OutboxJob.arguments["second"].as_string() == str(int(lane.is_second)),
        OutboxJob.due_at <= work.at + TRIED_AGAIN,
    )
    return work.session.scalar(there.limit(1)) is not None
