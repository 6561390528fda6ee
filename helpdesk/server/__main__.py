"""Serves pages: `python -m helpdesk.server --bind 127.0.0.1:8000 wsgi:application`.

WEB_CONCURRENCY says how many processes (without it, one for each core), WEB_THREADS how many
threads each has. `--bind fd://3` takes a socket that somebody else holds: then a restart refuses
nobody.
"""

import argparse
import os
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from helpdesk.server import server_limits
from helpdesk.server.master_process import MasterProcess

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 4


def main() -> None:
    """Load the pages once, then serve them from several processes."""
    parser = argparse.ArgumentParser(prog="python -m helpdesk.server", description=__doc__)
    parser.add_argument("--bind", default="127.0.0.1:8000", help="host:port, or fd://number")
    parser.add_argument("application", nargs="?", default="wsgi:application")
    asked = parser.parse_args()
    processes = _number_in("WEB_CONCURRENCY", otherwise=os.cpu_count() or 2)
    threads = _number_in("WEB_THREADS", otherwise=THREADS)
    sys.path.insert(0, str(Path.cwd()))
    MasterProcess(
        load_application(asked.application),
        open_listening_socket(asked.bind),
        processes=processes,
        threads=threads,
    ).run()


def _number_in(name: str, *, otherwise: int) -> int:
    """A setting that is a whole number, at least one; or the end, with a sentence."""
    said = os.environ.get(name, "").strip() or str(otherwise)
    if not said.isascii() or not said.isdigit() or int(said) < 1:
        sys.stderr.write(f"{name} must be a whole number, as in {otherwise}.\n")
        sys.exit(2)
    return int(said)


def load_application(name: str) -> "WSGIApplication":
    """Load the WSGI application that `module:name` or `module:maker()` names."""
    module, _, thing = name.partition(":")
    found = getattr(import_module(module), thing.removesuffix("()"))
    return cast("WSGIApplication", found() if thing.endswith("()") else found)


def open_listening_socket(address: str) -> socket.socket:
    """Open a listening socket, or take over one that we were started with."""
    if address.startswith("fd://"):
        return socket.socket(fileno=int(address.removeprefix("fd://")))
    host, _, port = address.rpartition(":")
    return socket.create_server(
        (host.strip("[]"), int(port)),
        family=socket.AF_INET6 if ":" in host else socket.AF_INET,
        backlog=server_limits.BACKLOG,
    )


if __name__ == "__main__":
    main()
