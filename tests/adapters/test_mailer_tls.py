"""A password and a letter leave over TLS with the right certificate, or they do not leave."""

import ssl
import subprocess
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from bench.house import free_ports
from helpdesk.adapters import mailer
from helpdesk.adapters.mailer import SmtpMailer
from helpdesk.core.emails import TemporaryMailError
from tests.adapters.test_mailer import LETTER, Mailbox

PASSWORD = "not-for-everybody"


@dataclass
class Seen:
    """What came to the server, with and without TLS."""

    passwords: list = field(default_factory=list)
    in_clear: list = field(default_factory=list)


class Server(Controller):
    """A mail server that asks for a password, and offers STARTTLS or has it stripped."""

    def __init__(self, mailbox, seen, *, starttls=None, server=None):
        super().__init__(mailbox, hostname="127.0.0.1", port=free_ports(1))
        self.seen, self.starttls, self.server_class = seen, starttls, server or Noting

    def factory(self):
        def check(server, session, envelope, mechanism, data):
            self.seen.passwords.append(data.password)
            return AuthResult(success=True)

        made = self.server_class(
            self.handler,
            tls_context=self.starttls,
            authenticator=check,
            auth_require_tls=False,
            hostname="127.0.0.1",
        )
        made.seen = self.seen
        return made


class Noting(SMTP):
    async def _call_handler_hook(self, command, *words):
        if self.transport.get_extra_info("sslcontext") is None:
            self.seen.in_clear.append(command)
        return await super()._call_handler_hook(command, *words)


class Lying(Noting):
    """It offers TLS, and says no when asked for it."""

    async def ehlo_hook(self, _line):
        await self.push("250-STARTTLS")

    async def smtp_STARTTLS(self, _line):  # noqa: N802 - aiosmtpd's name
        await self.push("454 TLS not available due to temporary reason")


class Confused(Noting):
    """It answers a password with a question that nobody can read."""

    async def smtp_AUTH(self, _line):  # noqa: N802 - aiosmtpd's name
        await self.push("334 Y")


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate for 127.0.0.1, which this process trusts as it trusts those of the system."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", key, "-out", cert,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.fixture
def serve():
    servers = []

    def start(**how):
        mailbox, seen = Mailbox(), Seen()
        server = Server(mailbox, seen, **how)
        server.start()
        servers.append(server)
        return server.port, mailbox, seen

    yield start
    for server in servers:
        server.stop()


def with_password(port):
    return SmtpMailer(f"smtp://desk:{PASSWORD}@127.0.0.1:{port}", "helpdesk@helpdesk.test")


def test_over_starttls_password_and_letter_arrive(serve, certificate):
    port, mailbox, seen = serve(starttls=certificate)

    with_password(port).send(LETTER)

    assert seen.passwords == [PASSWORD.encode()]
    assert len(mailbox.letters) == 1
    assert set(seen.in_clear) <= {"EHLO", "STARTTLS"}


def test_where_starttls_was_stripped_neither_password_nor_letter_leaves(serve):
    port, mailbox, seen = serve()

    with pytest.raises(TemporaryMailError):
        with_password(port).send(LETTER)

    assert seen.passwords == []
    assert mailbox.letters == []


def test_where_the_server_says_no_to_tls_nothing_leaves(serve):
    port, mailbox, seen = serve(server=Lying)

    with pytest.raises(TemporaryMailError):
        with_password(port).send(LETTER)

    assert seen.passwords == []
    assert mailbox.letters == []


def test_where_nobody_can_read_what_the_server_asks_nothing_was_sent(serve, certificate):
    port, mailbox, _seen = serve(starttls=certificate, server=Confused)

    with pytest.raises(TemporaryMailError):
        with_password(port).send(LETTER)

    assert mailbox.letters == []


def test_a_password_that_smtplib_cannot_write_has_sent_nothing(serve, certificate):
    port, mailbox, _seen = serve(starttls=certificate)

    with pytest.raises(TemporaryMailError):
        SmtpMailer(f"smtp://desk:p%C3%A4ss@127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)

    assert mailbox.letters == []


def test_a_certificate_that_nobody_vouches_for_gets_nothing(serve, certificate, monkeypatch):
    port, mailbox, seen = serve(starttls=certificate)
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(TemporaryMailError):
        with_password(port).send(LETTER)

    assert seen.passwords == []
    assert mailbox.letters == []


def test_a_certificate_of_another_name_gets_nothing(serve, certificate):
    port, mailbox, seen = serve(starttls=certificate)

    with pytest.raises(TemporaryMailError):
        SmtpMailer(f"smtp://desk:{PASSWORD}@localhost:{port}", "helpdesk@helpdesk.test").send(
            LETTER
        )

    assert seen.passwords == []
    assert mailbox.letters == []


def test_to_another_machine_no_letter_goes_in_clear_even_without_a_password(serve, monkeypatch):
    port, mailbox, _ = serve()
    monkeypatch.setattr(mailer, "is_local_host", lambda _host: False)

    with pytest.raises(TemporaryMailError):
        SmtpMailer(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)

    assert mailbox.letters == []


def test_smtps_checks_the_certificate_too(serve, certificate):
    port, mailbox, seen = serve()

    with pytest.raises(TemporaryMailError):
        SmtpMailer(f"smtps://desk:{PASSWORD}@127.0.0.1:{port}", "helpdesk@helpdesk.test").send(
            LETTER
        )

    assert seen.passwords == []
    assert mailbox.letters == []
