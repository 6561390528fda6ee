"""The page server: a socket with everybody who came through it; room is made for a new one,
always."""

import resource
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from helpdesk.server import server_limits
from helpdesk.server.client_connection import ClientConnection

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


# How much of what may be held is left after room was made.
ROOM_MADE = 0.9


class PageServer(TcpWSGIServer):
    """The page server: Waitress on a socket that others hold too. See
    docs/decisions/0028-waitress.md."""

    channel_class = ClientConnection

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.is_stopping = False
        self.answers = 0
        self.answered_at = time.monotonic()
        self.most = _connections()
        self._held_at_most = 0
        self._counting = threading.Lock()
        super().__init__(*args, **kw)

    def readable(self) -> bool:
        """Whether we take another connection: not while work waits here that others could do."""
        return bool(super().readable()) and not self.task_dispatcher.queue

    def handle_accept(self) -> None:
        super().handle_accept()
        if len(self.active_channels) > self.most:
            self._close_the_longest_waiting()

    def maintenance(self, _now: float) -> None:
        """Close the connections of those who are too slow. Called every second."""
        now = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now):
                channel.handle_close()  # who reads nothing lets nobody write, not even to close

    def count_held(self, more: int) -> None:
        """So many bytes more are held: of a request that came in, or of an answer that waits to be
        read. Called by the threads, too, after the bytes can be seen where they are held."""
        with self._counting:
            self._held_at_most += more

    def drop_largest(self) -> None:
        """Keep what unfinished requests and unread answers hold together below the limit.

        Connections are asked only once more than the limit may be held, and then so much is let go
        that they need not be asked again soon: this runs after each look at everybody.
        """
        counted = self._held_at_most
        if counted <= server_limits.MAX_BUFFERED_BYTES:
            return
        held = {channel: channel.bytes_held for channel in self.active_channels.values()}
        total = sum(held.values())
        while total > server_limits.MAX_BUFFERED_BYTES * ROOM_MADE:
            largest = max(held, key=held.__getitem__)
            total -= held.pop(largest)
            largest.handle_close()
        with self._counting:  # what the threads have counted since we looked stays counted
            self._held_at_most += total - counted

    def poll_once(self, patience: float) -> None:
        """Wait so many seconds at the longest for something to happen, and do what there is."""
        wasyncore.poll2(patience, self._map)
        self.drop_largest()

    def stop_accepting(self) -> None:
        """Leave the socket to the others; those who are here are answered still."""
        self.is_stopping = True
        self.accepting = False
        self.del_channel()
        self.socket.close()

    def is_empty(self) -> bool:
        """Close whoever asks for nothing more; True when nobody is left.

        A client whose connection stays open may be sending the next request at this moment, and a
        proxy does not send a form twice: it has a while to come, and hears that it was the last.
        """
        now = time.monotonic()
        for channel in list(self.active_channels.values()):
            if channel.is_idle and now - channel.waits_since > server_limits.SHUTDOWN_IDLE_TIMEOUT:
                channel.handle_close()
        return not self.active_channels

    def count_response(self, *, is_page: bool) -> None:
        """Another answer is ready. Called by the threads: a lost count does no harm.

        Pages alone count: a process that ends forgets how often somebody tried, and files are to
        be had too cheaply for that.
        """
        self.answers += is_page
        self.answered_at = time.monotonic()

    def is_stuck(self) -> bool:
        """Whether work waits and no thread has finished any for too long. Ask often."""
        now = time.monotonic()
        if not self.task_dispatcher.queue:
            self.answered_at = now
        return now - self.answered_at > server_limits.STUCK_TIMEOUT

    def _close_the_longest_waiting(self) -> None:
        waiting = [one for one in self.active_channels.values() if not one.is_being_served]
        if waiting:
            min(waiting, key=lambda channel: channel.waits_since).handle_close()


def make_server(
    application: "WSGIApplication", listener: socket.socket, threads: int
) -> PageServer:
    """Make a server on a socket that listens already. No proxy is believed, no name is said."""
    adjustments = Adjustments(
        host="127.0.0.1",  # not used: the socket is there
        backlog=server_limits.BACKLOG,
        # Never reached: ours makes room before.
        connection_limit=server_limits.MAX_CONNECTIONS * 10,
        cleanup_interval=1,
        max_request_header_size=server_limits.MAX_HEADER_BYTES,
        max_request_body_size=server_limits.MAX_DISCARDED_BYTES,
        # Nothing that people send or read is written to a file on the way.
        inbuf_overflow=server_limits.MAX_DISCARDED_BYTES,
        outbuf_overflow=server_limits.MAX_BUFFERED_BYTES,
        outbuf_high_watermark=server_limits.MAX_BUFFERED_BYTES,
        trusted_proxy=None,
        clear_untrusted_proxy_headers=True,
        ident="",
        server_name="localhost",
        log_socket_errors=False,
        asyncore_use_poll=True,
    )
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    return PageServer(
        application,
        map={},
        _sock=listener,
        dispatcher=dispatcher,
        adj=adjustments,
        bind_socket=False,
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
    )


def _connections() -> int:
    """As many as the limit says, or as files may be opened here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = server_limits.MAX_CONNECTIONS + server_limits.SPARE_FILE_HANDLES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(server_limits.MAX_CONNECTIONS, max(soft - server_limits.SPARE_FILE_HANDLES, 8))
