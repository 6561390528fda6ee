"""Mailers that send emails: a real SMTP server, or a folder in which a drill keeps its emails."""

import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from helpdesk.core.app_context import Email, Mailer
from helpdesk.core.email_addresses import as_to_header
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError
from helpdesk.setting_values import is_local_host

log = logging.getLogger(__name__)

TIMEOUT = 20
# The whole of one conversation, in seconds: one that answers a letter at a time never times out.
LONGEST = 120.0
# Bytes in one answer of a server. smtplib collects an answer's lines without an end.
LONGEST_ANSWER = 64_000
STARTED = 220
TAKEN = 250
# "Go on": what is sent next is the letter.
GO_ON = 354


class TlsNotOffered(smtplib.SMTPException):
    """Raised if the mail server offers no TLS, or somebody on the way has taken the offer out."""


class UnclearSmtpReply(smtplib.SMTPException):
    """Raised if the SMTP server's reply to the whole message was neither yes, later nor no."""


class SmtpMailer:
    """A mailer that sends emails to one SMTP server: smtp is STARTTLS before anything else, smtps
    TLS at once.

    Without TLS, and a certificate that fits the host, no password and no letter leaves. Only a
    server on this machine that wants no password is spoken to in clear.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._tls_at_once = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls_at_once else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._clear_will_do = not self._user and is_local_host(self._host)

    def send(self, email: Email) -> None:
        """Send, or raise TemporaryMailError, PermanentMailError or UncertainMailError."""
        message = build_mime_message(email, self._sender)
        with self._connected(message["From"].addresses[0].domain) as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                code, _ = next(iter(refused.recipients.values()))
                raise _answer(code) from refused
            except smtplib.SMTPResponseException as refused:
                raise _answer(refused.smtp_code) from refused
            except OSError as broken:
                # smtplib's errors are OSErrors too: a lost connection, a time that ran out.
                if server.has_begun:
                    raise UncertainMailError from broken
                raise TemporaryMailError from broken

    @contextmanager
    def _connected(self, domain: str) -> "Iterator[_Brief]":
        """A server that is ready for a letter. What goes wrong before that has sent nothing."""
        try:
            server = self._connect(domain)
        except (ssl.SSLError, TlsNotOffered) as unsafe:
            log.warning(
                "Could not connect securely to the mail server (%s).", type(unsafe).__name__
            )
            raise TemporaryMailError from unsafe
        except Exception as away:  # smtplib raises what it will for words that it cannot read
            raise TemporaryMailError from away
        try:
            yield server
        finally:
            _say_goodbye(server)

    def _connect(self, domain: str) -> "_Brief":
        # The server writes into the letter who greeted it: the name of this machine may be ours.
        here = domain if domain.isascii() else "localhost"
        if self._tls_at_once:
            context = ssl.create_default_context()
            server: _Brief = _BriefTls(
                self._host, self._port, here, timeout=TIMEOUT, context=context
            )
        else:
            server = _Brief(self._host, self._port, here, timeout=TIMEOUT)
        try:
            server.ehlo()
            if not self._tls_at_once:
                self._begin_tls(server)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _begin_tls(self, server: smtplib.SMTP) -> None:
        if server.has_extn("starttls"):
            code, _ = server.starttls(context=ssl.create_default_context())
            if code == STARTED:
                return
        elif self._clear_will_do:
            return
        raise TlsNotOffered


class _BoundedReader:
    """What a server says, up to so many bytes in one answer; OSError beyond them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.left = LONGEST_ANSWER

    def readline(self, size: int) -> bytes:
        line = self._file.readline(size)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("The mail server’s answer is too long.")
        return line

    def close(self) -> None:
        self._file.close()


class _Brief(smtplib.SMTP):
    """A conversation that is ended after two minutes, or at an answer without an end."""

    _clock: threading.Timer | None = None
    # Whether any of the letter may be with the server.
    has_begun = False

    def getreply(self) -> tuple[int, bytes]:
        """One answer of the server: its code and its words."""
        if self.file is None and self.sock is not None:
            self.file = _BoundedReader(self.sock.makefile("rb"))
        if isinstance(self.file, _BoundedReader):
            self.file.left = LONGEST_ANSWER
        code, words = super().getreply()
        self.has_begun = self.has_begun or code == GO_ON
        return code, words

    def data(self, msg: Any) -> tuple[int, bytes]:
        """The letter, and the answer to it. From then on the server has it: every 2xx is a yes, and
        only 4xx and 5xx say that it was not taken."""
        code, words = super().data(msg)
        if 200 <= code < 300:
            return TAKEN, words
        if not 400 <= code < 600:
            raise UnclearSmtpReply
        return code, words

    def _get_socket(self, *where: Any) -> Any:
        self._clock = threading.Timer(LONGEST, self._hang_up)
        self._clock.daemon = True
        self._clock.start()
        try:
            return super()._get_socket(*where)  # type: ignore[misc]  # unknown to the stubs
        except BaseException:
            self._clock.cancel()
            raise

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # or there is none

    def close(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
        super().close()


class _BriefTls(_Brief, smtplib.SMTP_SSL):
    """The same with TLS at once."""


class FolderMailer:
    """A mailer that writes emails as files. Used in drills, where nothing may leave the machine."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, email: Email) -> None:
        """Write the letter; the same message id twice is the same file, as a receiver sees it."""
        name = email.message_id.strip("<>").replace("/", "-")
        waiting = self._folder / f".{name}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting.write_bytes(bytes(build_mime_message(email, self._sender)))
            waiting.replace(self._folder / f"{name}.eml")
        except OSError as full:
            raise TemporaryMailError from full


class NoMailer:
    """A mailer that sends nothing, for a command that was told of no mail server: an email waits
    for a worker that knows one."""

    def send(self, email: Email) -> None:
        raise TemporaryMailError


def open_mailer(url: str, sender: str) -> Mailer:
    """Open the mailer for a MAIL_URL; ValueError for a scheme we do not know. Without one, none is
    sent."""
    if not url:
        return NoMailer()
    scheme = urlsplit(url).scheme
    if scheme == "folder":
        return FolderMailer(Path(urlsplit(url).path), sender)
    if scheme in ("smtp", "smtps"):
        return SmtpMailer(url, sender)
    raise ValueError("MAIL_URL must begin with smtp://, smtps:// or folder://.")


def build_mime_message(email: Email, sender: str) -> EmailMessage:
    """Build the MIME message of an email; PermanentMailError if its address is none, however long
    it was kept here."""
    message = EmailMessage()
    try:
        message["From"] = (
            Address(email.sender_name, addr_spec=email.sender) if email.sender else sender
        )
        message["To"] = as_to_header(email.to)
    except Exception as wrong:
        raise PermanentMailError from wrong
    if [one.addr_spec for one in message["To"].addresses] != [email.to]:
        raise PermanentMailError
    message["Subject"] = email.subject
    message["Message-ID"] = email.message_id
    message["Auto-Submitted"] = "auto-generated"
    if email.encrypted:
        _put_encrypted(message, email.encrypted)
    else:
        message.set_content(email.body)
    return message


def _put_encrypted(message: EmailMessage, encrypted: str) -> None:
    """The two parts of PGP/MIME (RFC 3156): which version, and the message as it is."""
    version, body = EmailMessage(), EmailMessage()
    version.set_content(b"Version: 1\n", "application", "pgp-encrypted", cte="7bit")
    body.set_content(
        encrypted.encode("ascii"),
        "application",
        "octet-stream",
        cte="7bit",
        disposition="inline",
        filename="encrypted.asc",
    )
    message.make_mixed()
    for part in (version, body):
        del part["MIME-Version"]
        message.attach(part)
    message.replace_header("Content-Type", "multipart/encrypted")
    message.set_param("protocol", "application/pgp-encrypted")


def _answer(code: int) -> Exception:
    """What a server's answer means: 5xx is a no for good, and after all else we come again."""
    return PermanentMailError(code) if 500 <= code < 600 else TemporaryMailError(code)


def _say_goodbye(server: smtplib.SMTP) -> None:
    """End the connection. The email is with the server by now: nothing here can change that."""
    try:
        server.quit()
    except OSError:
        server.close()
