"""A slow line on this machine: what is sent arrives at once, and each answer takes its time."""

import socket
import threading
import time
from contextlib import suppress

from bench.load import HOST

CHUNK = 65_536


class SlowLine:
    """A door of its own in front of a port; `delay` is how many seconds an answer is on its way."""

    def __init__(self, port: int) -> None:
        self.delay = 0.0
        self._to = port
        self._door = socket.create_server((HOST, 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def __enter__(self) -> "SlowLine":
        return self

    def __exit__(self, *_trouble: object) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                here, _address = self._door.accept()
                there = socket.create_connection((HOST, self._to))
                self._pump(here, there, slowly=False)
                self._pump(there, here, slowly=True)

    def _pump(self, one: socket.socket, other: socket.socket, *, slowly: bool) -> None:
        told = {"one": one, "other": other, "slowly": slowly}
        threading.Thread(target=self._relay, kwargs=told, daemon=True).start()

    def _relay(self, one: socket.socket, other: socket.socket, *, slowly: bool) -> None:
        with suppress(OSError):
            while chunk := one.recv(CHUNK):
                if slowly:
                    time.sleep(self.delay)
                other.sendall(chunk)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
