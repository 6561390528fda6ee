"""The text of email reminders: nothing of us, of the case or of what waits, in words the reporter
picked.

Subject and sender are chosen from lists, so that nothing typed can be sent to somebody else's
address through us.
"""

from datetime import datetime
from typing import Final

from helpdesk.core.app_context import AppContext, Email
from helpdesk.core.errors import mark_translatable
from helpdesk.core.sealing import Secret
from helpdesk.intake.models import EmailReminder
from helpdesk.settings import Settings
from helpdesk.web.catalogues import load_catalogue_or_source

# As anyone might find it in an inbox.
SUBJECTS: Final = {
    "reminder": mark_translatable("Your reminder"),
    "appointment": mark_translatable("Appointment"),
    "list": mark_translatable("Shopping list"),
    "course": mark_translatable("Course dates"),
}
SENDERS: Final = {
    "calendar": mark_translatable("Calendar"),
    "notes": mark_translatable("Notes"),
    "reminders": mark_translatable("Reminders"),
}
LINES: Final = {
    "new": mark_translatable("There’s something new for you."),
    "code": mark_translatable("Your code is %(code)s. It works for one day."),
    "unasked": mark_translatable("If you didn’t ask for this email, you can ignore it."),
    "stop": mark_translatable("To stop these emails, open this page:"),
}


def compose_reminder(
    context: AppContext, key: Secret, reminder: EmailReminder, *, to: str
) -> Email:
    """Compose the email that something waits; the same one at each try."""
    lines = [_said(reminder.language, "new")]
    if reminder.names_site:
        lines.append(context.settings.public_url)
    return _email(
        context.settings, key, reminder, to=to, lines=lines, about=_moment(reminder.sending_at)
    )


def compose_code_email(
    context: AppContext, key: Secret, reminder: EmailReminder, *, to: str, code: str
) -> Email:
    """Compose the test email, with the code that shows that they read there."""
    said = _said(reminder.language, "code") % {"code": code}
    lines = [said, _said(reminder.language, "unasked")]
    about = f"code {reminder.ask_id}"
    return _email(context.settings, key, reminder, to=to, lines=lines, about=about)


def preview_reminder(settings: Settings, language: str) -> list[str]:
    """Preview an email: its lines as the page shows them before anybody agrees to it."""
    link = f"{reminder_stop_base_url(settings, language)}…"
    return [_said(language, "new"), _said(language, "stop"), link]


def reminder_stop_token(key: Secret, case_id: str, address: str) -> str:
    """The token of the link that ends reminders, in each email to an address about a case: nobody
    can guess it, it says nothing, and the database keeps a hash of it."""
    return key.derive(f"stop {case_id} {address}").hex()


def reminder_stop_base_url(settings: Settings, language: str) -> str:
    """The base URL of the link that ends reminders, without its token: never at the helpdesk's
    host."""
    return f"{settings.reminder_url}/{language}/stop/"


def _email(
    settings: Settings,
    key: Secret,
    reminder: EmailReminder,
    *,
    to: str,
    lines: list[str],
    about: str,
) -> Email:
    token = reminder_stop_token(key, reminder.case_id, to)
    link = f"{reminder_stop_base_url(settings, reminder.language)}{token}"
    words = [*lines, f"{_said(reminder.language, 'stop')}\n{link}"]
    host = settings.reminder_from.rpartition("@")[2]
    # Nothing that is known elsewhere stands in it.
    number = key.derive(f"message {reminder.case_id} {about}").hex()[:32]
    return Email(
        to=to,
        subject=_in(reminder.language, SUBJECTS.get(reminder.subject, SUBJECTS["reminder"])),
        body="\n\n".join(words) + "\n",
        message_id=f"<{number}@{host}>",
        sender=settings.reminder_from,
        sender_name=_in(reminder.language, SENDERS.get(reminder.sender, SENDERS["reminders"])),
    )


def _said(language: str, line: str) -> str:
    return _in(language, LINES[line])


def _in(language: str, sentence: str) -> str:
    """A sentence in the language that they chose, where no page is there to say it."""
    return str(load_catalogue_or_source(language).gettext(sentence))


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
