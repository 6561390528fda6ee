"""Danger alerts: when people on duty are emailed because a reporter says that someone is in danger
now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select

from helpdesk.cases.models import Case
from helpdesk.core.history import HistoryEntry
from helpdesk.core.recent_times import happened_within
from helpdesk.core.work import Work
from helpdesk.triage.models import DANGER_TOLD

# Each time that it is told brings an email, and so does a case that is closed before it was seen;
# but the public pages queue them, and nobody who took those over fills an inbox from one mailbox:
# what is told beyond that waits until there is room, and one email is about all of it.
AN_HOUR: Final = 6
HOUR: Final = timedelta(hours=1)


class DangerAlert(NamedTuple):
    """One danger alert: which time of telling it is about, and how often the case was withdrawn by
    now; once where somebody else closed it, and never where it is open."""

    told: int
    times_closed: int

    @property
    def is_closed(self) -> bool:
        return self.times_closed > 0

    @property
    def kind(self) -> str:
        """What makes it the same message, or another one."""
        closed = f"-closed{self.times_closed if self.times_closed > 1 else ''}"
        return f"danger-{self.told}{closed if self.is_closed else ''}"

    @property
    def details(self) -> dict[str, int]:
        return {"danger": self.told, "closed": self.times_closed}


def danger_alert_due(work: Work, case: Case) -> DangerAlert | None:
    """The danger alert that was not sent yet, by what history says of the case."""
    about = HistoryEntry.case_id == case.id
    count = select(func.count()).where(about)
    told = work.session.scalar(count.where(HistoryEntry.action == "case.danger_told")) or 0
    # What the report itself said of it counts once they take the case back unanswered.
    if not told and case.rule != DANGER_TOLD:
        return None
    withdrawn = work.session.scalar(count.where(HistoryEntry.action == "case.withdrawn")) or 0
    alert = DangerAlert(told, max(withdrawn, 1) if case.is_closed else 0)
    is_sent = any(alert.details.items() <= details.items() for _, details in _sent(work, case))
    return None if is_sent else alert


def rest_until_danger_alert(work: Work, case: Case) -> timedelta:
    """How long a danger alert is put off, because so many others about the case were sent within
    the hour: until one of those is older. Nothing is dropped for that; the alert that is sent then
    is about all that was told by then."""
    sent = (at for at, _ in _sent(work, case))
    lately = sorted(at for at in sent if happened_within(at, HOUR, at=work.at))
    return lately[-AN_HOUR] + HOUR - work.at if len(lately) >= AN_HOUR else timedelta(0)


def _sent(work: Work, case: Case) -> Sequence[tuple[datetime, dict[str, Any]]]:
    called = select(HistoryEntry.at, HistoryEntry.details).where(
        HistoryEntry.case_id == case.id,
        HistoryEntry.action == "triage.duty_called",
        HistoryEntry.details.has_key("danger"),
    )
    return [(at, details) for at, details in work.session.execute(called)]
