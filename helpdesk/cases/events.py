"""Events of cases, which features above act on."""

from dataclasses import dataclass

from helpdesk.core.events import Event


@dataclass(frozen=True)
class ReplyAlarmDue(Event):
    """An alarm about the reply that is owed comes due, at this share of its time; `due` names the
    clock."""

    case_id: str
    percent: int
    due: int


@dataclass(frozen=True)
class UpdateAlarmDue(Event):
    """An alarm about our next update to the reporter comes due; `due` names the clock."""

    case_id: str
    percent: int
    due: int


@dataclass(frozen=True)
class NewsForOwner(Event):
    """Something is new on a case, for whoever has it, but not for `but`, who did it."""

    case_id: str
    what: str
    request_id: str = ""
    but: str = ""


@dataclass(frozen=True)
class NewsForPerson(Event):
    """Something is new on a case, for one person."""

    case_id: str
    person_id: str
    what: str
    request_id: str = ""


@dataclass(frozen=True)
class AnswerAwaitsReporter(Event):
    """Something of ours waits for a reporter in their mailbox."""

    case_id: str


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """A reporter took back what requests to partners stand on."""

    case_id: str
