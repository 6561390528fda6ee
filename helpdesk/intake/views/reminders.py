"""Pages of email reminders: asked for and ended in the mailbox, or ended by the link in an
email."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from helpdesk.core.errors import NotFound
from helpdesk.intake import operations, queries
from helpdesk.intake.forms import ReminderCodeForm, RemindersForm
from helpdesk.intake.operations import ReminderAppearance
from helpdesk.intake.reminder_emails import preview_reminder
from helpdesk.intake.views.blueprint import bp
from helpdesk.intake.views.return_code import mailbox_required
from helpdesk.web.current_app_context import current_context
from helpdesk.web.form_tokens import allow_form_from_anywhere, allow_other_persons_form
from helpdesk.web.languages import current_language
from helpdesk.web.login import public_view
from helpdesk.web.request_work import work


@bp.get("/mailbox/case/reminders")
@mailbox_required
def show_reminders() -> ResponseReturnValue:
    """The form to ask for email reminders."""
    return _page(RemindersForm())


@bp.post("/mailbox/case/reminders")
@mailbox_required
def create_reminders() -> ResponseReturnValue:
    """Ask for email reminders; a test email is sent."""
    _refuse_where_not_offered()
    form = RemindersForm()
    if not form.validate_on_submit():
        return _page(form), 422
    look = ReminderAppearance(
        form.subject.data, form.sender.data, current_language(), form.names_site.data
    )
    operations.ask_for_reminders(work, queries.own_case(work), form.address.data, look)
    return redirect(url_for(".show_reminders"), 303)


@bp.post("/mailbox/case/reminders/confirmation")
@mailbox_required
def create_reminders_confirmation() -> ResponseReturnValue:
    """Confirm the address for reminders with the code of the test email."""
    form = ReminderCodeForm()
    if not form.validate_on_submit():
        return _page(RemindersForm(None), form), 422
    # A wrong code is counted, so the answer to one is a redirect: what is refused is not written.
    if operations.confirm_reminders(work, queries.own_case(work), form.code.data):
        flash(_("Email reminders are on."))
        return redirect(url_for(".show_case"), 303)
    flash(
        _("That code is wrong or has expired. Check the latest email, or ask for a new code."),
        "error",
    )
    return redirect(url_for(".show_reminders"), 303)


@bp.post("/mailbox/case/reminders/end")
@mailbox_required
def create_reminders_end() -> ResponseReturnValue:
    """End email reminders."""
    operations.end_reminders(work, queries.own_case(work))
    flash(_("Email reminders are off. We’ve deleted the address."))
    return redirect(url_for(".show_case"), 303)


@bp.get("/stop/<token>")
@public_view
def new_reminder_stop(token: str) -> ResponseReturnValue:
    """The page of the link that ends reminders, with one button. Nothing is looked up: programs
    that check links open it, too."""
    return render_template("intake/stop.html", token=token)


@bp.post("/stop/<token>")
@public_view
@allow_other_persons_form
@allow_form_from_anywhere
def create_reminder_stop(token: str) -> ResponseReturnValue:
    """End email reminders by the link in an email."""
    operations.end_reminders_by_link(work, token)
    return redirect(url_for(".show_reminders_stopped"), 303)


@bp.get("/stop")
@public_view
def show_reminders_stopped() -> ResponseReturnValue:
    """The page that says that reminders are ended; the same for a link that was right, used or
    never ours."""
    return render_template("intake/stop.html", token="")


def _page(form: RemindersForm, code_form: ReminderCodeForm | None = None) -> str:
    _refuse_where_not_offered()
    settings = current_context().settings
    return render_template(
        "mailbox/reminders.html",
        case=queries.own_case(work),
        reminders=operations.own_reminder_overview(work),
        form=form,
        code_form=code_form or ReminderCodeForm(None),
        sender=settings.reminder_from,
        lines=preview_reminder(settings, current_language()),
    )


def _refuse_where_not_offered() -> None:
    if not current_context().settings.offers_reminders:
        raise NotFound
