"""The background job of intake: warn that what reports may store is running out."""

from helpdesk.accounts import on_call
from helpdesk.accounts import queries as accounts
from helpdesk.core import emails
from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.jobs import Queue, job
from helpdesk.core.work import Work
from helpdesk.intake import storage_quota
from helpdesk.intake.intake_volume import current_intake_volume


@job("intake.warn_of_quota", queue=Queue.NOTICES)
def warn_of_quota(context: AppContext, *, team_id: str, percent: int) -> None:
    """Email who is on duty and every operator how much of the quota is used. Safe to run twice."""
    with context.begin() as work:
        if storage_quota.was_quota_warning_sent(work, team_id, percent):
            return
        call = _compose(context, work, team_id, percent)
        operators = {
            one.id: _quota_email(context, work, percent, one.id, mailbox)
            for one in accounts.all_operators(work.session)
            if (mailbox := accounts.email_address_of(work, one))
        }
    until = emails.email_start_deadline()
    reached = on_call.send_alert(context, call, until=until)  # no transaction is open here
    sent = emails.send_emails(context, operators, until=until)
    with context.begin() as work:
        on_call.record_operator_alert(work, call, reached)
        told = [*reached.told, *sent.told]
        if told:
            work.record_about(storage_quota.TOLD, "teams", team_id, percent=percent, told=told)
    trouble = reached.trouble or sent.trouble
    if trouble is not None and not told:
        raise trouble


def _compose(context: AppContext, work: Work, team_id: str, percent: int) -> on_call.OnCallAlert:
    def email(person_id: str, mailbox: str) -> Email:
        return _quota_email(context, work, percent, person_id, mailbox)

    return on_call.compose_alert(work, team_id, email=email)


def _quota_email(
    context: AppContext, work: Work, percent: int, person_id: str, mailbox: str
) -> Email:
    load = current_intake_volume(work)
    return emails.compose_email(
        context,
        "emails/quota.txt",
        to=mailbox,
        key=f"quota-{percent}-{work.at:%Y%m%d}.{person_id}",
        percent=load.percent_of(context.settings.reports_quota),
        megabytes=load.megabytes,
        quota=context.settings.reports_quota,
        reports=load.reports,
        link=f"{context.settings.staff_url}/duty",
    )
