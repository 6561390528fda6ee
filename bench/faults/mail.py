"""The partner's mail server: takes what is sent, slowly at times, and keeps every Message-ID."""

import asyncio
import email
import re
from collections import defaultdict
from contextlib import suppress
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.faults.trial import dice
from bench.house import free_ports
from bench.load import HOST

MAILBOX = "trust@platform.example"
REF = re.compile(r"R-[0-9A-Z]{3}-[0-9A-Z]{4}")
# Long enough that many a kill falls between taking a mail and saying so.
LONGEST_PAUSE = 0.4
ATTEMPTS = 5


class PartnersMail:
    """A real SMTP server for the length of a trial."""

    def __init__(self, seed: int) -> None:
        self.arrived: dict[str, list[str]] = defaultdict(list)
        # Letters to our own people: to whom, and their subject.
        self.duty: list[tuple[str, str]] = []
        self._chance = dice(seed)
        self._controller = self._open()

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self._controller.port}"

    def __enter__(self) -> "PartnersMail":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    def _open(self) -> Controller:
        """At a port of its own: another one if somebody took that between two looks."""
        for _ in range(ATTEMPTS):
            controller = Controller(self, hostname=HOST, port=free_ports(1))
            with suppress(OSError):
                controller.start()
                return controller
        raise RuntimeError("Each port that we chose was taken by somebody else.")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Taken is taken, whether or not the sender lives to hear of it."""
        content = envelope.content
        message = email.message_from_bytes(content if isinstance(content, bytes) else b"")
        found = REF.search(str(message["Subject"]))
        if MAILBOX in envelope.rcpt_tos and found is not None:
            await asyncio.sleep(self._chance.uniform(0, LONGEST_PAUSE))
            self.arrived[found.group()].append(str(message["Message-ID"]))
            await asyncio.sleep(self._chance.uniform(0, LONGEST_PAUSE))
        elif MAILBOX not in envelope.rcpt_tos:
            self.duty += [(to, str(message["Subject"])) for to in envelope.rcpt_tos]
        return "250 OK"
