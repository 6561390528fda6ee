"""Letters leave through a real SMTP server, or stay in a drill's folder."""

import email
import socket
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller

from helpdesk.adapters.post import FolderPost, SmtpPost, open_post
from helpdesk.core.desk import Letter
from helpdesk.core.letters import NotTaken

LETTER = Letter(
    to="desk@partner.test",
    subject="Request ESC-1",
    body="It waits for you: http://partner.test/requests/ESC-1\n",
    message_id="<delivery-1@helpdesk.test>",
)


@dataclass
class Mailbox:
    letters: list = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.letters.append((envelope.rcpt_tos, envelope.content))
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

    open_post(f"smtp://127.0.0.1:{port}", "helpdesk@helpdesk.test").send(LETTER)

    [(recipients, raw)] = mailbox.letters
    message = email.message_from_bytes(raw)
    assert recipients == ["desk@partner.test"]
    assert message["Message-ID"] == LETTER.message_id
    assert message["From"] == "helpdesk@helpdesk.test"
    assert message.get_payload().replace("\r\n", "\n").strip() == LETTER.body.strip()


def test_a_server_that_is_not_there_has_taken_nothing():
    with pytest.raises(NotTaken):
        SmtpPost("smtp://127.0.0.1:9", "helpdesk@helpdesk.test").send(LETTER)


def test_a_drill_keeps_its_letters_and_a_repeat_is_the_same_letter(tmp_path):
    post = open_post(f"folder://{tmp_path}/outbox", "helpdesk@helpdesk.test")

    post.send(LETTER)
    post.send(LETTER)

    assert isinstance(post, FolderPost)
    assert [path.name for path in (tmp_path / "outbox").iterdir()] == [
        "delivery-1@helpdesk.test.eml"
    ]


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="MAIL_URL"):
        open_post("carrier-pigeon://x", "helpdesk@helpdesk.test")
