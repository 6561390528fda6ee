"""What the worker does for the public door: say that what reports may store is running out."""

from helpdesk.accounts import calling
from helpdesk.accounts import queries as accounts
from helpdesk.core import emails
from helpdesk.core.desk import Desk, Email
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.intake import quota
from helpdesk.intake.load import load_of


@job("intake.warn_of_quota", queue=Queue.NOTICES)
def warn_of_quota(desk: Desk, *, team_id: str, percent: int) -> None:
    """Tell who is on duty and every operator how much of the quota is used. Safe to run twice."""
    with desk.begin() as work:
        if quota.was_told(work, team_id, percent):
            return
        call = _compose(desk, work, team_id, percent)
        operators = {
            one.id: _letter(desk, work, percent, one.id, mailbox)
            for one in accounts.operators(work.session)
            if (mailbox := accounts.mailbox_of(work, one))
        }
    reached = calling.place_call(desk, call)  # no transaction is open here
    sent = emails.send_emails(desk, operators)
    with desk.begin() as work:
        calling.note_call(work, call, reached)
        told = [*reached.told, *sent.told]
        if told:
            work.record_about(quota.TOLD, "teams", team_id, percent=percent, told=told)
    trouble = reached.trouble or sent.trouble
    if trouble is not None and not told:
        raise trouble


def _compose(desk: Desk, work: Work, team_id: str, percent: int) -> calling.Call:
    def email(person_id: str, mailbox: str) -> Email:
        return _letter(desk, work, percent, person_id, mailbox)

    return calling.compose_call(work, team_id, email=email)


def _letter(desk: Desk, work: Work, percent: int, person_id: str, mailbox: str) -> Email:
    load = load_of(work)
    return emails.compose_email(
        desk,
        "emails/quota.txt",
        to=mailbox,
        key=f"quota-{percent}-{work.at:%Y%m%d}.{person_id}",
        percent=load.percent_of(desk.settings.reports_quota),
        megabytes=load.megabytes,
        quota=desk.settings.reports_quota,
        reports=load.reports,
        link=f"{desk.settings.staff_url}/duty",
    )
