"""Letters leave through a real SMTP server, or stay in a drill's folder."""

import email
import socket
import socketserver
import threading
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from email import policy

import pytest
from aiosmtpd.controller import Controller

from helpdesk.adapters import mailer
from helpdesk.adapters.mailer import FolderMailer, SmtpMailer, open_mailer
from helpdesk.core.app_context import Email
from helpdesk.core.emails import PermanentMailError, TemporaryMailError, UncertainMailError

LETTER = Email(
    to="desk@partner.test",
    subject="Request ESC-1",
    body="It waits for you: http://partner.test/requests/ESC-1\n",
    message_id="<delivery-1@helpdesk.test>",
)


@dataclass
class Mailbox:
    letters: list = field(default_factory=list)
    senders: list = field(default_factory=list)
    greeted_by: list = field(default_factory=list)
    at_recipient: str = "250 OK"
    at_data: str = "250 OK"
    hangs_up: bool = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the name aiosmtpd calls
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.hangs_up:
            server.transport.abort()
        if not self.at_data.startswith("250"):
            return self.at_data
        self.letters.append((envelope.rcpt_tos, envelope.content))
        self.senders.append(envelope.mail_from)
        self.greeted_by.append(session.host_name)
        return "250 OK"


@pytest.fixture
def mail_server():
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield port, mailbox
    controller.stop()


def test_a_letter_arrives_as_it_was_written(mail_server):
    port, mailbox = mail_server

    open_mailer(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)

    [(recipients, raw)] = mailbox.letters
    message = email.message_from_bytes(raw)
    assert recipients == ["desk@partner.test"]
    assert message["Message-ID"] == LETTER.message_id
    assert message["From"] == "helpdesk@helpdesk.test"
    assert message.get_payload().replace("\r\n", "\n").strip() == LETTER.body.strip()


@pytest.mark.parametrize("name", ["Calendar", "Agenda, été", "التقويم"])
def test_a_letter_under_another_name_shows_nothing_of_the_helpdesk(mail_server, name):
    port, mailbox = mail_server
    letter = Email(
        to="zoe@post.test",
        subject="Réunion",
        body="هناك جديد لكم.\n",
        message_id="<1@calendar.test>",
        sender="notes@calendar.test",
        sender_name=name,
    )

    open_mailer(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(letter)

    [(_recipients, raw)] = mailbox.letters
    message = email.message_from_bytes(raw, policy=policy.default)
    [sender] = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "notes@calendar.test")
    assert message["Subject"] == "Réunion"
    assert message.get_content().strip() == letter.body.strip()
    assert b"helpdesk" not in raw.lower()
    assert mailbox.senders == ["notes@calendar.test"]
    # It stands in the letter, too: "Received: from …"
    assert mailbox.greeted_by == ["calendar.test"]


def test_a_server_that_is_not_there_has_taken_nothing():
    with pytest.raises(TemporaryMailError):
        SmtpMailer("smtp://127.0.0.1:9", "helpdesk@helpdesk.test").send(LETTER)


@pytest.mark.parametrize("moment", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("451 Come again", TemporaryMailError), ("550 Never", PermanentMailError)],
)
def test_the_servers_answer_says_whether_to_come_again(mail_server, moment, answer, meaning):
    port, mailbox = mail_server
    setattr(mailbox, moment, answer)

    with pytest.raises(meaning):
        SmtpMailer(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)
    assert mailbox.letters == []


def test_a_connection_that_was_refused_leaves_no_timer_behind():
    before = threading.active_count()

    with pytest.raises(TemporaryMailError):
        SmtpMailer("smtp://127.0.0.1:9", "helpdesk@helpdesk.test").send(LETTER)

    left = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
    for one in left:
        one.join(timeout=10)
    assert threading.active_count() <= before


def test_a_connection_that_breaks_after_the_letter_left_is_unclear(mail_server):
    port, mailbox = mail_server
    mailbox.hangs_up = True

    with pytest.raises(UncertainMailError):
        SmtpMailer(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("word", [b"MAIL", b"RCPT", b"DATA"])
def test_a_connection_that_breaks_before_the_letter_has_sent_nothing(word):
    class HangsUp(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                if line.upper().startswith(word):
                    return
                self.wfile.write(b"250 OK\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(TemporaryMailError):
            SmtpMailer(
                f"smtp://127.0.0.1:{server.server_address[1]}", "helpdesk@helpdesk.test"
            ).send(LETTER)
        server.shutdown()


class AnswersOddly(socketserver.StreamRequestHandler):
    """A server that takes the letter and then says `last`."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
                self.wfile.write(self.server.last + b"\r\n")
            elif line.upper().startswith(b"QUIT"):
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 OK\r\n")


@pytest.fixture
def odd_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), AnswersOddly) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("last", "meaning"),
    [
        *((last, None) for last in (b"250 OK", b"251 OK", b"200 OK", b"250-OK\r\n250 done")),
        *(
            (last, UncertainMailError)
            for last in (b"354 again", b"100 x", b"999 x", b"ok", b"", b"\xff\xfe", b"-12 x", b"25")
        ),
        (b"421 Later", TemporaryMailError),
        (b"451 Later", TemporaryMailError),
        (b"554 Never", PermanentMailError),
    ],
)
def test_only_4xx_and_5xx_say_that_a_letter_was_not_taken(odd_server, last, meaning):
    odd_server.last = last
    mailer = SmtpMailer(
        f"smtp://127.0.0.1:{odd_server.server_address[1]}", "helpdesk@helpdesk.test"
    )

    with nullcontext() if meaning is None else pytest.raises(meaning):
        mailer.send(LETTER)


def test_a_full_disk_keeps_no_letter(tmp_path):
    (tmp_path / "outbox").write_text("a file where the folder should be")

    with pytest.raises(TemporaryMailError):
        FolderMailer(tmp_path / "outbox", "helpdesk@helpdesk.test").send(LETTER)


def test_a_drill_keeps_its_letters_and_a_repeat_is_the_same_letter(tmp_path):
    post = open_mailer(f"folder://{tmp_path}/outbox", "helpdesk@helpdesk.test")

    post.send(LETTER)
    post.send(LETTER)

    assert isinstance(post, FolderMailer)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [
        "delivery-1@helpdesk.test.eml"
    ]


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="MAIL_URL"):
        open_mailer("carrier-pigeon://x", "helpdesk@helpdesk.test")


@pytest.mark.parametrize("said", [b"220-wait\r\n", b"2"])
def test_a_server_that_talks_for_ever_is_hung_up(monkeypatch, said):
    monkeypatch.setattr(mailer, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            with suppress(OSError), listener.accept()[0] as client:
                while True:
                    client.sendall(said)
                    time.sleep(0.02)

        threading.Thread(target=drip, daemon=True).start()

        with pytest.raises(TemporaryMailError):
            open_mailer(f"smtp://127.0.0.1:{listener.getsockname()[1]}", "us@house.test").send(
                LETTER
            )


def test_an_answer_without_an_end_is_not_collected(monkeypatch):
    monkeypatch.setattr(mailer, "LONGEST_ANSWER", 10_000)
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def flood():
            nonlocal sent
            with suppress(OSError), listener.accept()[0] as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
                client.sendall(b"220 here\r\n")
                while sent < 50_000_000:
                    sent += client.send(b"250-" + b"x" * 500 + b"\r\n")

        flooding = threading.Thread(target=flood, daemon=True)
        flooding.start()

        with pytest.raises(TemporaryMailError):
            open_mailer(f"smtp://127.0.0.1:{listener.getsockname()[1]}", "us@house.test").send(
                LETTER
            )
        flooding.join()

    assert sent < 50_000_000
