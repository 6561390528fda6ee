"""The connection of one client: whole requests only, one at a time, and a deadline for each part of
one."""

import re
import time
from socket import SHUT_WR
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import FixedStreamReceiver
from waitress.task import ErrorTask
from waitress.utilities import BadRequest

from helpdesk.server import server_limits

SENTENCES = {
    400: "We couldn’t understand this request.",
    408: "This took too long.",
    411: "The request does not say how long it is.",
    413: "This is more than we can take at once. Please send less text.",
    431: "The address or the headers of this request are too long.",
}
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?)(:[0-9]{1,5})?")
FAILED = "We can’t answer right now. Please try again in a minute."


class LengthRequired(BadRequest):
    """Refuses a body without a length: browsers say how long a form is; what comes in pieces is no
    form."""

    code = 411
    reason = "Length Required"


class DiscardingBuffer:
    """A buffer that takes the bytes of a body that is too long, and keeps none."""

    def append(self, _data: bytes) -> None:
        return

    def close(self) -> None:
        return

    def getfile(self) -> "DiscardingBuffer":
        return self

    def read(self, _size: int = -1) -> bytes:
        return b""

    def __len__(self) -> int:
        return 0


class IncomingRequest(HTTPRequestParser):
    """A request while it arrives."""

    error: Any
    chunked: bool
    headers: dict[str, str]
    content_length: int
    body_bytes_received: int

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        if self.error is None and self.headers_finished:
            self.error = LengthRequired("") if self.chunked else self._wrong_host()
            if self.error is not None:
                self.completed = True
        return taken

    def _wrong_host(self) -> BadRequest | None:
        """Which of our hosts it wants is said, once, and as a host. Pages read any other name as no
        host at all, so they would not see that it is the one where nothing may name us."""
        return None if HOST.fullmatch(self.headers.get("HOST", "")) else BadRequest("")

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers. What has no length or an odd one is refused before its body comes."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of 5,000 digits, an address that is none
            raise ParsingError("") from error
        if "TRANSFER_ENCODING" in self.headers:  # HTTP/1.0, where it has no meaning
            self.chunked = True
        elif server_limits.MAX_BODY_BYTES < self.content_length < server_limits.MAX_DISCARDED_BYTES:
            self.body_rcv = FixedStreamReceiver(self.content_length, DiscardingBuffer())

    @property
    def is_for_page(self) -> bool:
        """Whether the pages answer it: we refuse others, and files are sent as they are."""
        return self.error is None and not self.path.startswith(server_limits.STATIC_PREFIX)

    @property
    def bytes_held(self) -> int:
        """How many bytes of a body it keeps in memory."""
        return len(self.body_rcv) if self.body_rcv is not None else 0


class RefusedByServer(ErrorTask):
    """The response to a request that never reaches the pages: a sentence, and not a word of the
    request."""

    def execute(self) -> None:
        error = self.request.error
        body = SENTENCES.get(error.code, FAILED).encode() + b"\n"
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class ClientConnection(HTTPChannel):
    """A client's connection, which a slow client keeps only for so long."""

    # What waitress has, in words that a type checker knows.
    server: Any
    socket: Any
    request: IncomingRequest | None
    requests: list[IncomingRequest]
    connected: bool
    will_close: bool
    close_when_flushed: bool
    sent_continue: bool
    total_outbufs_len: int

    parser_class = IncomingRequest
    error_task_class = RefusedByServer

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.waits_since = time.monotonic()
        self.has_asked = False
        self._is_leaving = False
        self._answer_length = 0
        super().__init__(*args, **kw)

    def received(self, data: bytes) -> bool:
        """Take bytes of one request. A second one sent without waiting is not looked at."""
        received = len(data)
        with self.requests_lock:
            if self._is_leaving or self.will_close or self.close_when_flushed or self.requests:
                return False
            if self.request is None:
                data = data.lstrip(b"\r\n")  # which some clients send after a form
                if not data:
                    return True
                self.request = IncomingRequest(self.adj)
                self.waits_since = time.monotonic()
            rest = self._take(self.request, data)
            if self.request.completed:
                self._is_whole(self.request, rest=rest.strip(b"\r\n"))
            elif self.request.expect_continue and not self.sent_continue:
                self.send_continue()
        if self.request is not None:
            self.server.count_held(received)
        return True

    def _take(self, request: IncomingRequest, data: bytes) -> bytes:
        """Give the bytes to the request, headers first; what is left when it is whole."""
        while data and not request.completed:
            had_headers = request.headers_finished
            data = data[request.received(data) :]
            if request.headers_finished and not had_headers:
                self.waits_since = time.monotonic()
        return data

    def _is_whole(self, request: IncomingRequest, *, rest: bytes) -> None:
        self.request, self.sent_continue = None, False
        if request.empty:
            self.will_close = True
            return
        if rest or self.server.is_stopping:
            request.headers["CONNECTION"] = "close"
        self.has_asked = True
        self.requests.append(request)
        self.server.add_task(self)

    def service(self) -> None:
        """Answer the request; in a thread."""
        is_page = self.requests[0].is_for_page
        super().service()
        self.waits_since = time.monotonic()
        self._answer_length = self.total_outbufs_len
        self.server.count_held(self._answer_length)
        self.server.pull_trigger()  # room is made at once, not when somebody sends the next packet
        self.server.count_response(is_page=is_page)

    def handle_write(self) -> None:
        """Send what is ready. After the last answer, let the client finish before we hang up."""
        if not self.close_when_flushed or self.will_close:
            super().handle_write()
            return
        self.close_when_flushed = False
        super().handle_write()
        if self.total_outbufs_len:
            self.close_when_flushed = True
        elif self.connected:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        """Say that nothing more will come. Who is still sending could not read our answer if the
        connection were cut: what they send is read for a moment, and thrown away."""
        self._is_leaving = True
        self.waits_since = time.monotonic()
        try:
            self.socket.shutdown(SHUT_WR)
        except OSError:
            self.handle_close()

    @property
    def is_being_served(self) -> bool:
        """Whether it is our turn: a whole request is here, and its answer is not ready."""
        return bool(self.requests)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way in either direction."""
        if self._is_leaving:
            return False
        return not (self.requests or self.request is not None or self.total_outbufs_len)

    @property
    def bytes_held(self) -> int:
        """What it keeps in memory: of a request that is not whole, or of an answer that its client
        has not read yet. While a thread works on it, nothing is taken from under its hands."""
        if self.is_being_served:
            return 0
        request = self.request
        return self.total_outbufs_len + (request.bytes_held if request is not None else 0)

    def is_overdue(self, now: float) -> bool:
        """Whether the client has taken longer than anybody on a slow line does."""
        if self.is_being_served:
            return False
        waited = now - self.waits_since
        if self._is_leaving:
            return waited > server_limits.CLOSE_TIMEOUT
        if self.total_outbufs_len:
            return waited > _transfer_timeout(self._answer_length)
        request = self.request
        if request is None:
            return waited > server_limits.IDLE_TIMEOUT
        if not request.headers_finished:
            return waited > server_limits.HEADERS_TIMEOUT
        return waited > _transfer_timeout(request.body_bytes_received)

    def handle_error(self) -> None:
        """Whatever went wrong with a connection, its words and its address stay out of the log."""
        self.logger.error("A connection failed and was closed.")
        self.handle_close()


def _transfer_timeout(length: int) -> float:
    return server_limits.TRANSFER_TIMEOUT + length / server_limits.MIN_BYTES_PER_SECOND
