"""What the worker does for triage: tell people that a case waits, without a word of it."""

from collections.abc import Iterable, Sequence

from helpdesk.accounts import queries as accounts
from helpdesk.accounts.models import Person, Team
from helpdesk.cases.models import Case
from helpdesk.core import letters
from helpdesk.core.desk import Desk, Letter
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.playbooks.shelf import the_library
from helpdesk.playbooks.tables import Tell
from helpdesk.triage.timing import due_code


@job("triage.call_on_duty", queue=Queue.NOTICES)
def call_on_duty(desk: Desk, *, case_id: str) -> None:
    """Tell whoever is on duty that a pressing case has come. Safe to run twice."""
    with desk.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None or case.reply_due_at is None or case.owner_id is not None:
            return
        told = _who(work, case, Tell.DUTY)
        post = _compose(desk, work, case, told, template="letters/case_waits.txt", kind="waits")
    _send_and_note(desk, case_id, post, action="triage.duty_called", heard=bool(told))


@job("triage.alarm", queue=Queue.NOTICES)
def alarm(desk: Desk, *, case_id: str, percent: int, due: int) -> None:
    """Say that much of the time to a first reply is gone. An alarm of an old clock says nothing."""
    with desk.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None or case.reply_due_at is None or due_code(case.reply_due_at) != due:
            return
        told = _who(work, case, _tell_at(case, percent))
        post = _compose(
            desk,
            work,
            case,
            told,
            template="letters/alarm.txt",
            kind=f"alarm-{percent}-{due}",
            percent=percent,
        )
    _send_and_note(
        desk, case_id, post, action="triage.alarm_sent", heard=bool(told), percent=percent
    )


@job("triage.tell_owner", queue=Queue.NOTICES)
def tell_owner(desk: Desk, *, case_id: str) -> None:
    """Say that somebody else moved a case: to its owner, or else to whoever is on duty."""
    with desk.begin() as work:
        case = work.session.get(Case, case_id)
        if case is None:
            return
        owner = work.session.get(Person, case.owner_id) if case.owner_id else None
        told = _reachable([owner] if owner is not None else []) or _who(work, case, Tell.DUTY)
        kind = f"moved-{int(work.at.timestamp()) // 60}"
        post = _compose(desk, work, case, told, template="letters/case_moved.txt", kind=kind)
    _send_and_note(desk, case_id, post, action="triage.owner_told", heard=bool(told))


def _tell_at(case: Case, percent: int) -> Tell:
    alarms = the_library().table.plan(case.level).alarms
    return next((one.tell for one in alarms if one.percent == percent), Tell.LEAD)


def _who(work: Work, case: Case, tell: Tell) -> Sequence[Person]:
    """Nobody on duty is a reason to tell the coordinators, and then everybody who can open it;
    never a reason to tell nobody."""
    on_duty = _reachable(accounts.on_duty(work.session, case.team_id, at=work.at))
    leads = _reachable(accounts.coordinators(work.session, case.team_id))
    others = () if on_duty or leads else accounts.everybody_in(work.session, case.team_id)
    match tell:
        case Tell.DUTY:
            return on_duty or leads or _reachable(others)
        case Tell.LEAD:
            leads_on_duty = [person for person in leads if person in on_duty]
            return leads_on_duty or leads or on_duty or _reachable(others)
        case Tell.COORDINATOR:
            return leads or on_duty or _reachable(others)


def _reachable(people: Iterable[Person]) -> list[Person]:
    """Those who can be told at all: still with us, and with a mailbox."""
    return [person for person in people if person.is_active and person.email is not None]


def _compose(
    desk: Desk,
    work: Work,
    case: Case,
    told: Sequence[Person],
    *,
    template: str,
    kind: str,
    **facts: object,
) -> dict[str, Letter]:
    """A letter for each who has a mailbox, by person. The same alarm is the same message id."""
    if not told:
        return _to_operators(desk, work, case)
    mailboxes = {person.id: accounts.mailbox_of(work, person) for person in told}
    return {
        person_id: letters.compose(
            desk,
            template,
            to=mailbox,
            key=f"{kind}.{case.ref}.{person_id}",
            ref=case.ref,
            level=case.level,
            link=f"{desk.settings.staff_url}/cases/{case.ref}",
            **facts,
        )
        for person_id, mailbox in mailboxes.items()
        if mailbox
    }


def _to_operators(desk: Desk, work: Work, case: Case) -> dict[str, Letter]:
    """That nobody in a queue can be told, to whoever looks after people and queues: once an hour
    at most, and nothing of the case. Coordinators of other queues may not know of this one."""
    team = work.session.get_one(Team, case.team_id)
    hour = int(work.at.timestamp()) // 3600
    reachable = _reachable(accounts.operators(work.session))
    mailboxes = {person.id: accounts.mailbox_of(work, person) for person in reachable}
    return {
        person_id: letters.compose(
            desk,
            "letters/unheard.txt",
            to=mailbox,
            key=f"unheard.{team.id}.{hour}.{person_id}",
            queue=team.name,
        )
        for person_id, mailbox in mailboxes.items()
        if mailbox
    }


def _send_and_note(
    desk: Desk, case_id: str, post: dict[str, Letter], *, action: str, heard: bool, **details: int
) -> None:
    told = letters.send_each(desk, post)  # no transaction is open here
    with desk.begin() as work:
        work.record_about(
            action if heard else "triage.unheard",
            "cases",
            case_id,
            case_id=case_id,
            told=told,
            **details,
        )
