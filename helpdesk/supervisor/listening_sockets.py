"""The listening sockets of the three surfaces, which we hold, so that a restart refuses nobody."""

import errno
import socket
from dataclasses import dataclass

from helpdesk.adapters.child_processes import CannotStart

HIGHEST = 65_000
# Below it, Debian lets only root open a socket.
FIRST_FOR_ALL = 1024
HOST = "127.0.0.1"
WAITING_ROOM = 1024


class CannotListen(CannotStart):
    """Raised if a socket cannot be opened; the message says which and what to do."""


@dataclass(frozen=True)
class SurfaceSocket:
    """The listening socket of a surface, and where it is reached."""

    surface: str
    port: int
    listener: socket.socket

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def open_sockets(surfaces: tuple[str, ...], port: int) -> list[SurfaceSocket]:
    """Open the listening sockets of these surfaces, on one port after the other, or none at all."""
    surface_sockets: list[SurfaceSocket] = []
    try:
        for offset, surface in enumerate(surfaces):
            surface_sockets.append(
                SurfaceSocket(surface, port + offset, _listen(surface, port + offset))
            )
    except CannotListen:
        close_sockets(surface_sockets)
        raise
    return surface_sockets


def close_sockets(surface_sockets: list[SurfaceSocket]) -> None:
    """Close these listening sockets."""
    for surface_socket in surface_sockets:
        surface_socket.listener.close()


def _listen(surface: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(WAITING_ROOM)
    except OverflowError:
        listener.close()
        raise CannotListen(f"There is no port {port}. Choose a lower PORT=.") from None
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port}, for the {surface} pages, is in use by another program."
        elif error.errno == errno.EACCES:
            reason = f"Port {port}, for the {surface} pages, is reserved for root."
            port = max(port, FIRST_FOR_ALL)
        else:
            reason = f"Port {port}, for the {surface} pages, cannot be opened: {error.strerror}."
        raise CannotListen(
            f"{reason} Choose another with PORT=, for example: make run PORT={_another(port)}"
        ) from None
    return listener


def _another(port: int) -> int:
    """A port to try instead: a hundred further on, where no surface of this try would be."""
    return port + 100 if port + 100 < HIGHEST else 8100
