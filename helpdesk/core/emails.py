"""Composing and sending emails that say that something waits, never what; and the ways in which
sending fails.

They are templates like every page, rendered here because whoever sends them has no Flask.
"""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from helpdesk.core.app_context import AppContext, Email

log = logging.getLogger(__name__)

# Emails that are sent at a time: a server that takes a minute for each must not take ten for ten.
# Some servers allow an account three connections.
AT_ONCE = 3
# After so many seconds none is begun. With the longest conversation (`adapters/mailer.LONGEST`) for
# those that were, a job ends before its lease (`outbox.LEASE`), unless several circles are reached
# by a server that takes minutes for each: then it may be begun twice, with the same Message-IDs.
BEGUN_WITHIN = 25.0


class TemporaryMailError(Exception):
    """The mail server did not take the email, for now: the same email may be sent again later."""


class PermanentMailError(Exception):
    """The mail server will not take this email: repeating it helps nobody, a person must look."""


class UncertainMailError(Exception):
    """The connection broke while the email was being sent: it may have arrived."""


class EmailSettings(Protocol):
    """The settings that every email needs: the helpdesk's name and the sender."""

    @property
    def helpdesk_name(self) -> str: ...

    @property
    def mail_from(self) -> str: ...

    @property
    def drill(self) -> bool: ...


def compose_email(context: AppContext, template: str, *, to: str, key: str, **facts: Any) -> Email:
    """Compose an email from a template. The same `key` gives the same Message-ID, on every
    repeat."""
    return compose_email_from(context.settings, template, to=to, key=key, **facts)


def compose_email_from(
    settings: EmailSettings, template: str, *, to: str, key: str, **facts: Any
) -> Email:
    """Compose an email as `compose_email` does, of a helpdesk of which nothing else is known."""
    page = _environment().get_template(template)
    told = {"helpdesk_name": settings.helpdesk_name, "drill": settings.drill, **facts}
    subject = "".join(page.blocks["subject"](page.new_context(told)))
    return Email(
        to=to,
        subject=" ".join(subject.split()),
        body=page.render(told),
        message_id=_message_id(settings, key),
    )


def encrypted_email(
    settings: EmailSettings, *, to: str, key: str, subject: str, message: str
) -> Email:
    """An email of which nobody on the way reads more than the subject: `message` was encrypted to
    its receiver. The same `key` gives the same Message-ID here too."""
    return Email(
        to=to, subject=subject, body="", message_id=_message_id(settings, key), encrypted=message
    )


def _message_id(settings: EmailSettings, key: str) -> str:
    return f"<{key}@{settings.mail_from.rpartition('@')[2]}>"


@dataclass(frozen=True)
class SendResult:
    """The result of sending: which emails were taken, which were not, and the last error with
    those."""

    told: list[str]
    untold: list[str]
    trouble: Exception | None = None


def send_emails(
    context: AppContext, emails: Mapping[str, Email], *, until: float | None = None
) -> SendResult:
    """Send an email to each person, several at a time. One that fails, for whatever reason, stops
    no other.

    One that could not be begun within 25 seconds, or `until` (a moment of `time.monotonic`), counts
    as one that the server has not taken for now.
    """
    latest = email_start_deadline() if until is None else until

    def trouble_with(email: Email) -> Exception | None:
        try:
            if time.monotonic() > latest:
                raise TemporaryMailError
            context.mailer.send(email)
        except Exception as error:  # noqa: BLE001 - one odd letter must not silence an alarm
            log.warning("an email could not be sent: %s", type(error).__name__)
            return error
        return None

    names = sorted(emails)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as together:
        troubles = list(together.map(trouble_with, [emails[name] for name in names]))
    met = dict(zip(names, troubles, strict=True))
    if min(AT_ONCE, len(names)) > 1:
        # A server may have refused them for coming together: once more, one after the other.
        for name in names:
            if isinstance(met[name], TemporaryMailError) and time.monotonic() <= latest:
                met[name] = trouble_with(emails[name])
    return SendResult(
        told=[name for name in names if met[name] is None],
        untold=[name for name in names if met[name] is not None],
        trouble=next((met[name] for name in reversed(names) if met[name] is not None), None),
    )


def email_start_deadline() -> float:
    """The time (`time.monotonic`) by which a job that begins to send now should have begun its
    emails."""
    return time.monotonic() + BEGUN_WITHIN


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("helpdesk"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install = environment.install_gettext_translations  # type: ignore[attr-defined]  # by i18n
    install(NullTranslations(), newstyle=True)
    return environment
