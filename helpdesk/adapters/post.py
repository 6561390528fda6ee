"""The way out for mail: a real SMTP server, or a folder in which a drill keeps its letters."""

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpdesk.core.desk import Letter, Post

TIMEOUT = 20


class SmtpPost:
    """Hands letters to one SMTP server. STARTTLS is used where it is offered; smtps is TLS at once."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._tls_at_once = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls_at_once else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Send, or raise: smtplib's errors and OSError mean that the server did not take it."""
        message = as_message(letter, self._sender)
        with self._connect() as server:
            if not self._tls_at_once and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self._tls_at_once:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        server.ehlo()
        return server


class FolderPost:
    """Keeps letters as files, newest name last. Used in drills, where nothing may leave the machine."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Write the letter; the same message id twice is the same file, as a receiver would see it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = letter.message_id.strip("<>").replace("/", "-")
        waiting = self._folder / f".{name}"
        waiting.write_bytes(bytes(as_message(letter, self._sender)))
        waiting.replace(self._folder / f"{name}.eml")


def open_post(url: str, sender: str) -> Post:
    """The post for a MAIL_URL; ValueError for a scheme we do not know."""
    scheme = urlsplit(url).scheme
    if scheme == "folder":
        return FolderPost(Path(urlsplit(url).path), sender)
    if scheme in ("smtp", "smtps"):
        return SmtpPost(url, sender)
    raise ValueError("MAIL_URL begins with smtp://, smtps:// or folder://.")


def as_message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message
